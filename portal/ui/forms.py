"""How forms are drawn, and the base of every list's filter form.

A field is label, control, help, error at the field. Filters are a GET form whose state is the address.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any, ClassVar, cast

from django import forms
from django.db.models import QuerySet
from django.forms.models import ModelChoiceIterator
from django.forms.renderers import TemplatesSetting
from django.forms.utils import flatatt as flags
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

MOST_RADIOS = 12
CHOICES = (forms.Select, forms.SelectMultiple, forms.RadioSelect, forms.CheckboxSelectMultiple)
CHECKS = (forms.CheckboxInput, forms.CheckboxSelectMultiple, forms.RadioSelect)


class HouseRenderer(TemplatesSetting):
    """Forms, fields and errors in the house look (templates/components)."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
    formset_template_name = "components/formset.html"


def control(field: forms.BoundField, css: str = "") -> SafeString:
    """The control of a field with the classes Tabler knows; its own classes are kept."""
    widget = field.field.widget
    if type(widget) in CHOICES:
        return choices(field, css)
    if isinstance(widget, CHECKS):
        house = "form-check-input"
    elif isinstance(widget, forms.Select):
        house = "form-select"
    elif isinstance(widget, (forms.HiddenInput, forms.MultiWidget)):
        house = ""  # a group of controls: each has its own class
    else:
        house = "form-control"
    classes = " ".join(filter(None, [house, widget.attrs.get("class", ""), css]))
    return mark_safe(field.as_widget(attrs={"class": classes} if classes else None))


def choices(field: forms.BoundField, css: str = "") -> SafeString:
    """Selects, radios and boxes drawn at once; Django's widgets ask three templates for each option."""
    widget = field.field.widget
    attrs = widget.build_attrs(widget.attrs, field.build_widget_attrs({}, widget))
    attrs["id"] = attrs.get("id") or field.auto_id
    return drawn_choices(widget, field.html_name, field.value(), attrs, css)


def drawn_choices(widget: Any, name: str, value: Any, attrs: dict[str, Any], css: str = "") -> SafeString:
    """One of CHOICES as HTML. `attrs` has its id; a value that is not among the choices selects nothing."""
    is_list = isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple))
    house = "form-check-input" if is_list else "form-select"
    classes = " ".join(dict.fromkeys(filter(None, [house, *attrs.get("class", "").split(), *css.split()])))
    selected = Selected(widget.format_value(value), widget.allow_multiple_selected)
    if is_list:
        own = flags({key: text for key, text in attrs.items() if key != "id"} | {"class": classes})
        fixed = (widget.input_type, escape(name), escape(attrs["id"]), own, selected)
        items = "".join([_check(*fixed, *one) for one in enumerate(flat(widget.choices))])
        return format_html('<ul class="sb-checks" id="{}">{}</ul>', attrs["id"], mark_safe(items))
    attrs = attrs | {"class": classes}
    if isinstance(widget, forms.SelectMultiple):
        attrs["multiple"] = True
    groups = "".join([_options(selected, *choice) for choice in widget.choices])
    return format_html('<select name="{}"{}>{}</select>', name, flags(attrs), mark_safe(groups))


class Selected:
    """Which values of a control are chosen: the first of those that stand alone, each of several."""

    def __init__(self, values: Iterable[str], is_multiple: bool) -> None:
        self.values, self.is_multiple, self.is_found = set(values), is_multiple, False

    def has(self, value: str) -> bool:
        if value not in self.values or (self.is_found and not self.is_multiple):
            return False
        self.is_found = True
        return True


def _options(selected: Selected, value: Any, label: Any) -> str:
    """One option, or a group of them where the label is a list."""
    if isinstance(label, (list, tuple)):
        inside = "".join([_options(selected, *choice) for choice in label])
        return f'<optgroup label="{escape(str(value))}">{inside}</optgroup>'
    text = "" if value is None else str(value)
    chosen = " selected" if selected.has(text) else ""
    return f'<option value="{escape(text)}"{chosen}>{conditional_escape(label)}</option>'


def _check(kind: str, name: str, group_id: str, own: str, selected: Selected, place: int, choice: Any) -> str:
    """One radio or box with its words."""
    text = "" if choice[0] is None else str(choice[0])
    key = f"{group_id}_{place}"
    chosen = " checked" if selected.has(text) else ""
    return (
        f'<li><label for="{key}"><input type="{kind}" name="{name}" value="{escape(text)}" id="{key}"{own}{chosen}> '
        f"{conditional_escape(choice[1])}</label></li>"
    )


def any_of(choices: Any) -> list[tuple[str, Any]]:
    """Choices of an enum with "any" in front, for a filter."""
    return [("", gettext_lazy("any")), *getattr(choices, "choices", choices)]


# ---- periods ----


@dataclass(frozen=True)
class Period:
    """Half-open, aware; an open end is None."""

    start: dt.datetime | None
    end: dt.datetime | None
    label: str


class PeriodWidget(forms.MultiWidget):
    """A named period, or two dates; in the address `?period=7d` or `?period=dates&period_from=...&period_to=...`."""

    def __init__(self, choices: Any = (), attrs: dict[str, Any] | None = None) -> None:
        date_attrs = {"type": "date", "class": "form-control"}
        super().__init__(
            {
                "": forms.Select(choices=choices, attrs={"class": "form-select"}),
                "from": forms.DateInput(
                    format="%Y-%m-%d", attrs={**date_attrs, "aria-label": gettext_lazy("From")}
                ),
                "to": forms.DateInput(
                    format="%Y-%m-%d", attrs={**date_attrs, "aria-label": gettext_lazy("To and with")}
                ),
            },
            attrs,
        )

    def decompress(self, value: Any) -> list[Any]:
        return [value, None, None]

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        given = self.build_attrs(self.attrs, attrs)
        values = value if isinstance(value, (list, tuple)) else self.decompress(value)
        controls = []
        for index, (suffix, widget) in enumerate(zip(self.widgets_names, self.widgets, strict=True)):  # type: ignore[attr-defined]
            own = widget.build_attrs(widget.attrs, given)
            own["id"] = f"{given.get('id', name)}_{index}"
            one = values[index] if index < len(values) else None
            draw = drawn_choices if isinstance(widget, forms.Select) else drawn_input
            controls.append(draw(widget, f"{name}{suffix}", one, own))
        return format_html('<span class="sb-range">{}{}{}</span>', *controls)


def drawn_input(widget: Any, name: str, value: Any, attrs: dict[str, Any]) -> SafeString:
    """An input of one line."""
    text = widget.format_value(value)
    shown = {**attrs, "value": text} if text is not None else attrs
    return format_html('<input type="{}" name="{}"{}>', widget.input_type, name, flags(shown))


class PeriodField(forms.MultiValueField):
    """Cleans to a Period in the zone now in force, or None for all time."""

    PRESETS: ClassVar[dict[str, str | Promise]] = {
        "": gettext_lazy("any time"),
        "today": gettext_lazy("today"),
        "yesterday": gettext_lazy("yesterday"),
        "7d": gettext_lazy("last 7 days"),
        "30d": gettext_lazy("last 30 days"),
        "month": gettext_lazy("this month"),
        "last_month": gettext_lazy("last month"),
        "year": gettext_lazy("this year"),
        "dates": gettext_lazy("from one date to another"),
    }

    def __init__(self, **kwargs: Any) -> None:
        presets = list(self.PRESETS.items())
        fields = (
            forms.ChoiceField(choices=presets, required=False),
            forms.DateField(required=False),
            forms.DateField(required=False),
        )
        kwargs.setdefault("required", False)
        super().__init__(fields, require_all_fields=False, widget=PeriodWidget(presets), **kwargs)

    def compress(self, data_list: list[Any]) -> Period | None:
        if not data_list:
            return None
        name, first, last = data_list
        if first or last:
            return self._between(first, last)
        days = self._days(name, timezone.localdate())
        if days is None:
            return None
        return Period(midnight(days[0]), midnight(days[1]), str(self.PRESETS[name]))

    def _between(self, first: dt.date | None, last: dt.date | None) -> Period:
        if first and last and last < first:
            raise forms.ValidationError(_("The period ends before it begins."), code="backwards")
        words = " – ".join(date.isoformat() if date else "…" for date in (first, last))
        end = midnight(last + dt.timedelta(days=1)) if last else None
        return Period(midnight(first) if first else None, end, words)

    @staticmethod
    def _days(name: str, today: dt.date) -> tuple[dt.date, dt.date] | None:
        one, month = dt.timedelta(days=1), today.replace(day=1)
        return {
            "today": (today, today + one),
            "yesterday": (today - one, today),
            "7d": (today - 6 * one, today + one),
            "30d": (today - 29 * one, today + one),
            "month": (month, today + one),
            "last_month": ((month - one).replace(day=1), month),
            "year": (today.replace(month=1, day=1), today + one),
        }.get(name)


def midnight(day: dt.date) -> dt.datetime:
    """The first instant of a day in the zone now in force."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


# ---- filters ----


class RowsOfField(ModelChoiceIterator):
    """The options of a RowField, from its rows."""

    field: RowField

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        for row in self.field.rows:
            yield row.pk, self.field.label_from_instance(row)

    def __len__(self) -> int:
        return len(self.field.rows) + (self.field.empty_label is not None)

    def __bool__(self) -> bool:
        return len(self) > 0


class RowField(forms.ModelChoiceField):
    """One row of a table, for filters: its rows are read once a form, for options, words and validation alike."""

    iterator = RowsOfField
    _rows: list[Any] | None = None

    @property
    def rows(self) -> list[Any]:
        if self._rows is None:
            self._rows = list(self.queryset.all())
        return self._rows

    @rows.setter
    def rows(self, rows: Iterable[Any]) -> None:
        """Take rows that somebody has read already."""
        self._rows = list(rows)

    def _set_queryset(self, queryset: QuerySet | None) -> None:
        self._rows = None
        super()._set_queryset(queryset)  # type: ignore[misc]

    queryset = property(forms.ModelChoiceField._get_queryset, _set_queryset)  # type: ignore[attr-defined]

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        key = str(getattr(value, "pk", value))
        for row in self.rows:
            if str(row.pk) == key:
                return row
        raise forms.ValidationError(
            self.error_messages["invalid_choice"], code="invalid_choice", params={"value": value}
        )


@dataclass(frozen=True)
class FilterPill:
    """One filter as it stands: what it is set to in words, and the parameters that a cross removes."""

    field: forms.BoundField
    text: str
    is_on: bool
    parameters: tuple[str, ...]

    @property
    def is_immediate(self) -> bool:
        """One choice is enough to know: the list follows at once, without Apply."""
        return isinstance(self.field.field.widget, forms.RadioSelect)


class FilterForm(forms.Form):
    """Filters of a list. Subclasses declare fields and write `narrow`; a field named `q` is the search box.

    Every field is optional. `rows` are those of RowFields that the page has read already.

    A value that does not validate narrows nothing and says so at the field.
    """

    use_required_attribute = False
    search_field: ClassVar[str] = "q"

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *args: Any,
        rows: Mapping[str, Sequence[Any]] | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("auto_id", "filter_%s")
        super().__init__(data if data is not None else {}, *args, **kwargs)
        for name, known in (rows or {}).items():
            cast(RowField, self.fields[name]).rows = list(known)
        for name, field in self.fields.items():
            field.required = False
            if type(field.widget) is forms.Select and isinstance(field, forms.ChoiceField):
                choices = list(field.widget.choices)
                if len(choices) <= MOST_RADIOS:
                    field.widget = forms.RadioSelect(choices=choices, attrs={"data-filter-now": True})
            if name == self.search_field:
                field.widget.attrs.setdefault("type", "search")

    def narrow(self, records: QuerySet) -> QuerySet:
        """Apply the valid fields; an empty field narrows nothing."""
        return records

    def apply(self, records: QuerySet) -> QuerySet:
        """Validate, then narrow; what is not valid counts as empty."""
        self.full_clean()
        self.__dict__.pop("pills", None)  # they say what was valid
        for name, field in self.fields.items():
            self.cleaned_data.setdefault(name, [] if isinstance(field, forms.MultipleChoiceField) else None)
        return self.narrow(records)

    @property
    def search(self) -> forms.BoundField | None:
        return self[self.search_field] if self.search_field in self.fields else None

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter is set."""
        return any(pill.is_on for pill in self.pills) or bool(self.search and self.search.value())

    @cached_property
    def pills(self) -> list[FilterPill]:
        return [
            self._pill(bound) for bound in self if bound.name != self.search_field and not bound.is_hidden
        ]

    def _pill(self, bound: forms.BoundField) -> FilterPill:
        names = tuple(self._parameter_names(bound))
        text = " ".join(filter(None, self._words(bound)))
        return FilterPill(bound, text or _("any"), is_on=bool(text), parameters=names)

    def _parameter_names(self, bound: forms.BoundField) -> Iterator[str]:
        widget = bound.field.widget
        if isinstance(widget, forms.MultiWidget):
            yield from (f"{bound.html_name}{suffix}" for suffix in widget.widgets_names)  # type: ignore[attr-defined]
        else:
            yield bound.html_name

    def _words(self, bound: forms.BoundField) -> Iterator[str]:
        """The set value in words: names of choices, at most two of them, or the text itself."""
        value = self.cleaned_data.get(bound.name) if self.is_valid_field(bound.name) else None
        if isinstance(value, Period):
            yield value.label
        elif isinstance(bound.field, forms.MultipleChoiceField):
            labels = {str(key): str(label) for key, label in flat(bound.field.choices)}
            chosen = [labels.get(str(item), str(item)) for item in value or ()]
            if len(chosen) > 2:
                yield ngettext("%(count)s chosen", "%(count)s chosen", len(chosen)) % {"count": len(chosen)}
            else:
                yield ", ".join(chosen)
        elif isinstance(bound.field, forms.ModelChoiceField):
            yield bound.field.label_from_instance(value) if value is not None else ""
        elif isinstance(bound.field, forms.ChoiceField):
            labels = {str(key): str(label) for key, label in flat(bound.field.choices)}
            if value not in (None, ""):
                yield labels.get(str(value), str(value))
        elif isinstance(bound.field, forms.BooleanField):
            yield _("yes") if value else ""
        elif value not in (None, ""):
            yield str(value)

    def is_valid_field(self, name: str) -> bool:
        return self.is_bound and name not in self.errors


def flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    """Choices without their groups."""
    for key, label in choices:
        if isinstance(label, (list, tuple)):
            yield from label
        else:
            yield key, label
