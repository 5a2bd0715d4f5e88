"""A form for any operation, made from the catalog: each parameter's kind decides its field.

What the form cannot know (whether a number exists) the client's own check and the provider say; both land on
the field of the same name.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.ui.forms import FilterForm, any_of
from telephony.forms.uploads import UploadField
from telephony.providers.operations import Effect, Operation, Param, Place

FILTER, OTHER_FILTERS = "filter:", "filters:other"
SENT_EMPTY, MORE_DATA, MORE_HEADERS = "empty:more", "data:more", "headers:more"
MOST_SUGGESTIONS = 300

EFFECTS = [
    (Effect.READ, gettext_lazy("reads")),
    (Effect.WRITE, gettext_lazy("writes")),
    (Effect.DESTROY, gettext_lazy("deletes")),
    (Effect.NEVER_REPEAT, gettext_lazy("acts at once, never repeated")),
]
YES_NO = [("", gettext_lazy("not sent")), ("1", gettext_lazy("yes")), ("0", gettext_lazy("no"))]


class SuggestInput(forms.TextInput):
    """A text field that suggests what the connection is known to have."""

    template_name = "telephony/widgets/suggest.html"

    def __init__(
        self, suggestions: Sequence[tuple[str, str]] = (), attrs: dict[str, Any] | None = None
    ) -> None:
        super().__init__(attrs)
        self.suggestions = list(suggestions)[:MOST_SUGGESTIONS]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        if self.suggestions:
            context["list_id"] = f"{context['widget']['attrs'].get('id', name)}_list"
            context["widget"]["attrs"]["list"] = context["list_id"]
            context["suggestions"] = self.suggestions
        return context


class LinesField(forms.CharField):
    """A list, one entry a line. An empty field sends nothing; who wants it sent empty ticks its name below."""

    widget = forms.Textarea

    def __init__(self, *, max_items: int | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}))
        super().__init__(**kwargs)
        self.max_items = max_items

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        items = [line.strip() for line in text.splitlines() if line.strip()]
        if self.max_items is not None and len(items) > self.max_items:
            raise forms.ValidationError(
                _("At most %(most)s entries; these are %(are)s.")
                % {"most": self.max_items, "are": len(items)}
            )
        return items


class PairsField(forms.CharField):
    """`name=value` lines, as the command line has them."""

    def __init__(self, *, separator: str = "=", **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}))
        super().__init__(**kwargs)
        self.separator = separator

    def clean(self, value: Any) -> Any:
        pairs: dict[str, str] = {}
        for line in super().clean(value).splitlines():
            if not line.strip():
                continue
            name, found, content = line.partition(self.separator)
            if not found or not name.strip():
                raise forms.ValidationError(
                    _("Each line is a name, %(separator)s and a value.") % {"separator": self.separator}
                )
            pairs[name.strip()] = content.strip()
        return pairs


class ObjectField(forms.CharField):
    """A JSON object, or nothing."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "class": "sb-mono"})
        )
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text.strip():
            return {}
        try:
            document = json.loads(text)
        except ValueError as error:
            raise forms.ValidationError(_("This is not JSON: %(reason)s") % {"reason": error}) from error
        if not isinstance(document, dict):
            raise forms.ValidationError(_('This must be a JSON object: {"name": value}.'))
        return document


class OperationFilterForm(FilterForm):
    """The catalog's own filter: it narrows declarations, not rows."""

    q = forms.CharField(label=gettext_lazy("Key, address or words"))
    area = forms.ChoiceField(label=gettext_lazy("Area"))
    effect = forms.ChoiceField(label=gettext_lazy("Effect"), choices=any_of(EFFECTS))

    def __init__(self, areas: Mapping[str, Collection[str]], *args: Any, **kwargs: Any) -> None:
        """`areas` are keys of operations by area."""
        super().__init__(*args, **kwargs)
        self.areas = areas
        cast(forms.ChoiceField, self.fields["area"]).choices = list(
            any_of([(area, area.replace("_", " ")) for area in areas])
        )

    def matching(self, catalog: Iterable[Operation]) -> list[Operation]:
        """The operations that the valid filters leave, in the catalog's order."""
        self.full_clean()
        words = (self.cleaned_data.get("q") or "").lower().split()
        area, effect = self.cleaned_data.get("area"), self.cleaned_data.get("effect")
        return [
            operation
            for operation in catalog
            if (not area or operation.key in self.areas.get(area, ()))
            and (not effect or operation.effect == effect)
            and all(word in _searched(operation) for word in words)
        ]


def _searched(operation: Operation) -> str:
    names = " ".join(param.name for param in operation.params)
    return f"{operation.key} {operation.method} {operation.path} {operation.summary} {names}".lower()


class OperationForm(forms.Form):
    """The parameters of one operation. Fields are named as the parameters, so that errors find them.

    suggestions   (value, label) pairs by the kind of parameter or by `ref:<entity kind>`
    """

    use_required_attribute = False

    def __init__(
        self,
        operation: Operation,
        *args: Any,
        suggestions: Mapping[str, Sequence[tuple[str, str]]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.operation = operation
        for param in operation.params:
            self.fields.update(fields_of(param, suggestions or {}))
        if clearable := [p.name for p in operation.params if p.place == Place.BODY and not p.required]:
            self.fields[SENT_EMPTY] = forms.MultipleChoiceField(
                required=False,
                label=_("Sent although empty"),
                help_text=_("An empty value clears the field; without a tick an empty one is left out."),
                choices=[(name, name) for name in clearable],
                widget=forms.CheckboxSelectMultiple,
            )
        if operation.method in {"POST", "PUT", "PATCH"}:
            self.fields[MORE_DATA] = ObjectField(
                required=False,
                label=_("Further body fields"),
                help_text=_("A JSON object. Names that the catalog does not know are sent as they are."),
            )
        if operation.is_read:
            self.fields[MORE_HEADERS] = PairsField(
                required=False,
                separator=":",
                label=_("Further headers"),
                help_text=_("One a line, Name: value."),
            )

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under the heading of where they travel, empty groups left out."""
        titles = {
            Place.PATH: _("In the address"),
            Place.SCOPE: _("Which object"),
            Place.QUERY: _("In the query"),
            Place.BODY: _("In the body"),
            Place.WHOLE: _("The body"),
            None: _("Seldom needed"),
        }
        return [
            (str(title), fields)
            for place, title in titles.items()
            if (fields := [self[name] for name in self.fields if self._place(name) == place])
        ]

    def _place(self, name: str) -> Place | None:
        if name.startswith(FILTER) or name == OTHER_FILTERS:
            return Place.QUERY
        param = self.operation.param(name)
        return param.place if param else None

    def asked(self) -> dict[str, dict[str, Any]]:
        """The valid form as what is to be sent: values, data, filters, headers. Empty optional fields are not sent."""
        cleaned = self.cleaned_data
        filters = {
            name.removeprefix(FILTER): value
            for name, value in cleaned.items()
            if name.startswith(FILTER) and value
        }
        values = {
            param.name: cleaned[param.name]
            for param in self.operation.params
            if param.name in cleaned and self._is_given(param, cleaned[param.name])
        }
        return {
            "values": values,
            "data": dict(cleaned.get(MORE_DATA) or {}),
            "filters": {**(cleaned.get(OTHER_FILTERS) or {}), **filters},
            "headers": dict(cleaned.get(MORE_HEADERS) or {}),
        }

    def _is_given(self, param: Param, value: Any) -> bool:
        if value in (None, "", []):
            return param.required or param.name in self.cleaned_data.get(SENT_EMPTY, ())
        return True

    def take_errors(self, fields: Mapping[str, str], message: str) -> None:
        """Put a refusal on the fields it names; what names none stands above the form."""
        for name, reason in fields.items():
            self.add_error(name if name in self.fields else None, reason)
        if not fields:
            self.add_error(None, message)


def fields_of(param: Param, suggestions: Mapping[str, Sequence[tuple[str, str]]]) -> dict[str, forms.Field]:
    """The form fields of one parameter, by name: one, or one for each known filter."""
    if param.kind == "filters":
        fields: dict[str, forms.Field] = {
            FILTER + name: forms.CharField(
                required=False, label=_("Filter %(name)s") % {"name": name}, max_length=250
            )
            for name in param.choices
        }
        fields[OTHER_FILTERS] = PairsField(
            required=False, label=_("Further filters"), help_text=_("One a line, name=value.")
        )
        return fields
    return {param.name: field_of(param, suggestions.get(param.kind, ()))}


def field_of(param: Param, suggestions: Sequence[tuple[str, str]] = ()) -> forms.Field:
    """The field of one parameter, by its kind."""
    help_text = str(param.help)
    if param.assumed:
        inferred = _("Its name is inferred, not documented.")
        help_text = f"{help_text} {inferred}".strip()
    common: dict[str, Any] = {"label": param.name, "required": param.required, "help_text": help_text}
    if param.many:
        return LinesField(
            **{**common, "required": False},
            max_items=param.max_items,
        )
    if param.kind == "boolean":
        return forms.ChoiceField(choices=YES_NO[1:] if param.required else YES_NO, **common)
    if param.kind == "choice" and param.choices:
        empty = [] if param.required else [("", _("not sent"))]
        return forms.ChoiceField(choices=[*empty, *((word, word) for word in param.choices)], **common)
    if param.kind in {"integer", "duration_s"}:
        return forms.IntegerField(min_value=param.minimum, max_value=param.maximum, **common)
    if param.kind == "json":
        return forms.JSONField(**common)
    if param.kind == "file":
        return UploadField(accepts=param.accepts, most_bytes=param.maximum, **common)
    widget: forms.Widget = SuggestInput(suggestions, attrs={"autocomplete": "off"})
    if param.secret or param.kind == "secret":
        widget = forms.PasswordInput(attrs={"autocomplete": "off"})
    elif param.kind in {"number", "e164"}:
        widget.attrs["inputmode"] = "tel"
    return forms.CharField(
        max_length=param.max_length, strip=param.kind != "text", empty_value="", widget=widget, **common
    )
