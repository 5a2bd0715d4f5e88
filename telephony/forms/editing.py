"""The form of a write, made from its editor's fields; it remembers what it was loaded from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.core import signing
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.lib.errors import InvalidInput
from portal.lib.numbers import display
from portal.lib.wording import labelled
from telephony.forms.controls import CONTROLS, UNTOUCHED, Options, SchemaField, are_pairs
from telephony.forms.rows import RowsField, by_hand, read_rows, rows_of, said_place
from telephony.forms.rows_drawing import RowsWidget
from telephony.forms.uploads import UploadField
from telephony.providers.edit_fields import Field, Fields, Surroundings

NOTHING: tuple[Any, ...] = (None, "", [], {})  # what is read only and holds one of these is not shown
SALT = "telephony.edit.seen"
SEEN, FINGERPRINTS = "_seen", "_fingerprints"  # no provider has fields of these names
ACT_SALT = "telephony.edit.act"


class EditForm(forms.Form):
    """Fields of one object as they were seen, and as the person wants them.

    seen    the fields that the form shows at first; they travel along, signed, so that what moved meanwhile is found
    check   what else is against fields that are wanted, by their name
    fingerprints   of the secrets in them, by field: a secret that was replaced by one that looks alike is found too
    drafted  fields as an earlier preview wants them: its lists are what is edited row by row
    """

    use_required_attribute = False

    def __init__(
        self,
        fields: Sequence[Field],
        around: Surroundings,
        *,
        seen: Fields,
        fingerprints: Mapping[str, str] | None = None,
        options: Options | None = None,
        drafted: Fields | None = None,
        check: Callable[[Fields], Mapping[str, str]] | None = None,
        data: Any = None,
        files: Any = None,
        **kwargs: Any,
    ) -> None:
        self._check = check
        loaded = {**seen, FINGERPRINTS: dict(fingerprints or {})}
        sent = f"{kwargs['prefix']}-{SEEN}" if kwargs.get("prefix") else SEEN
        self.seen = opened(data[sent]) if data is not None and data.get(sent) else loaded
        self.drafted = drafted or {}
        self.declared = [
            _fitting(one, self._begins_with(one))
            for one in fields
            if (one.is_sparse or not one.secret or one.name in seen)
            and not (one.is_fixed and self._begins_with(one) in NOTHING)
        ]
        token = signing.dumps(self.seen, salt=SALT, compress=True)
        self.fingerprints: dict[str, str] = self.seen.pop(FINGERPRINTS, {})
        initial = {
            **{one.name: shown(one, self._begins_with(one)) for one in self.declared},
            **kwargs.pop("initial", {}),
        }
        super().__init__(data, files, initial={**initial, SEEN: token}, **kwargs)
        self.fields[SEEN] = forms.CharField(widget=forms.HiddenInput, required=False)
        for one in self.declared:
            value, is_drafted = self._begins_with(one), one.name in self.drafted
            self.fields[one.name] = made = _form_field(one, around, value, options or {}, is_drafted)
            if one.shown_for is not None:
                decides, choices = one.shown_for
                made.shown_for = {"field": decides, "choices": " ".join(choices)}  # type: ignore[attr-defined]

    def _begins_with(self, one: Field) -> Any:
        return (self.drafted if one.rows is not None and one.name in self.drafted else self.seen).get(
            one.name
        )

    def clean(self) -> Any:
        """Where a control has a mistake already, all others are told as well: nobody corrects one after the other."""
        found = super().clean()
        if self.errors and self._check is not None:
            for name, reason in self._check(self.wanted()).items():
                home = self._home_of(name)
                if home and home not in self.errors:
                    self._tell(home, name[len(home) + 1 :], reason)
        return found

    def wanted(self) -> Fields:
        """What the person wants, by field; call after `is_valid`."""
        return {
            one.name: value if one.is_sparse else _cleaned(one, value)
            for one in self.declared
            if one.name in self.cleaned_data and (value := self.cleaned_data[one.name]) is not UNTOUCHED
        }

    def origins(self) -> dict[str, tuple[int | None, ...]]:
        """Of each list that was edited row by row, where its entries were in the one that was seen, None for new ones;
        call after `is_valid`."""
        fields = {
            one.name: self.fields[one.name] for one in self.declared if one.rows and not one.rows.is_keyed
        }
        return {
            name: field.origins
            for name, field in fields.items()
            if isinstance(field, RowsField) and field.origins
        }

    def typed(self, wanted: Fields) -> dict[str, Any]:
        """The data of this form as if a person had typed these fields over what was seen."""
        data = {SEEN: self.initial[SEEN]}
        for one in self.declared:
            if one.rows is not None:
                continue  # `drafted` says it
            value = self._typed(one, wanted)
            if not (one.kind == "boolean" and one.words is None and not value):
                data[one.name] = value if value is not None else ""
        return data

    def _typed(self, one: Field, wanted: Fields) -> Any:
        if one.kind in ("secret", "secrets"):
            return wanted.get(one.name, "")
        return shown(one, wanted[one.name] if one.name in wanted else self.seen.get(one.name))

    def refuse(self, error: InvalidInput) -> None:
        """Put the reasons of a refusal at their fields, those inside of a value at its field with their place;
        what belongs to none stands above."""
        homeless: list[str] = []
        for name, reason in error.fields.items():
            home = self._home_of(name)
            if not home:
                homeless.append(_with_place(reason, name))
            else:
                self._tell(home, name[len(home) + 1 :], reason)
        if homeless or not error.fields:
            self.add_error(None, homeless or error.message)

    def _home_of(self, name: str) -> str:
        """The field of the form that a place belongs to, "" where none does."""
        return next((one for one in _places_of(name) if one in self.fields and one != SEEN), "")

    def _tell(self, home: str, place: str, reason: str) -> None:
        """Put a reason at a field, and where that is a list at the place inside of it that is spoken of."""
        field = self.fields[home]
        if isinstance(field, RowsField):
            field.refuse(place, reason)
            place = said_place(field.rows, place)
        elif place.isdecimal():  # an entry of a list that is typed one a line
            place = gettext("Line %(line)s") % {"line": int(place) + 1}
        self.add_error(home, _with_place(reason, place))

    def grouped(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """Fields under their headings, in order; those that are folded are left out."""
        yield from _under_headings(self, [one for one in self.declared if one not in self._folded])

    def folded(self) -> Iterator[FoldedGroup]:
        """Settings that are rarely needed, under their headings."""
        for heading, fields in _under_headings(self, self._folded):
            held = [bound for bound in fields if self._holds(bound.name)]
            yield FoldedGroup(
                heading=heading,
                fields=fields,
                set_count=len(held),
                is_open=bool(held) or any(bound.errors for bound in fields),
            )

    def _holds(self, name: str) -> bool:
        """Whether the provider has a value of its own there."""
        declared = next((one.declared for one in self._folded if one.name == name), None)
        default = declared.default if declared is not None and declared.has_default else None
        seen = self.seen.get(name)
        return seen not in NOTHING and seen != default

    @cached_property
    def _folded(self) -> list[Field]:
        has_usual = any(one.is_usual for one in self.declared)
        return [one for one in self.declared if has_usual and not one.is_usual]


@dataclass(frozen=True, kw_only=True)
class FoldedGroup:
    """Fields that open on demand. `set_count`: how many of them hold something."""

    heading: str
    fields: Sequence[forms.BoundField]
    set_count: int
    is_open: bool


def _under_headings(
    form: forms.Form, fields: Sequence[Field]
) -> Iterator[tuple[str, list[forms.BoundField]]]:
    found: dict[str, list[forms.BoundField]] = {}
    for one in fields:
        found.setdefault(str(one.group), []).append(form[one.name])
    yield from found.items()


def _with_place(reason: str, place: str) -> str:
    return labelled(place, reason) if place else reason


def _places_of(name: str) -> Iterator[str]:
    """A dotted place and those around it, the longest first."""
    while name:
        yield name
        name = name.rpartition(".")[0]


def opened(token: str) -> Fields:
    """The fields that a form was loaded from; empty where somebody bent them: then all is compared anew."""
    try:
        return dict(signing.loads(token, salt=SALT))
    except signing.BadSignature:
        return {}


def loaded_from(data: Mapping[str, Any]) -> tuple[Fields, dict[str, str]]:
    """The fields that a form was loaded from and the fingerprints of their secrets, by what it sent back."""
    seen = opened(data.get(SEEN, ""))
    return seen, seen.pop(FINGERPRINTS, {})


def typed_again(
    fields: Sequence[Field], data: QueryDict, drafted: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """First values of a form with what was typed into it before; nothing of it is judged yet."""
    found: dict[str, Any] = {}
    held = {**opened(data.get(SEEN, "")), **(drafted or {})}
    for one in fields:
        if one.is_fixed:
            continue
        if one.rows is not None:
            found[one.name] = read_rows(one, data, one.rows.listed(held.get(one.name)))
        elif one.kind in ("refs", "choices"):
            found[one.name] = data.getlist(one.name)
        elif one.kind == "boolean" and one.words is None:
            found[one.name] = one.name in data
        elif one.name in data:
            found[one.name] = data[one.name]
    return found


def _fitting(one: Field, value: Any) -> Field:
    """The field as it can show a value: entries that are none, and more than names and texts, are edited as JSON."""
    if one.rows is not None:
        fits = one.rows.fits(value)
    elif one.kind == "texts":
        fits = value is None or isinstance(value, list)
    elif one.is_sparse and one.kind == "text":
        fits = not isinstance(value, (list, dict))
    else:
        fits = one.kind != "pairs" or are_pairs(one, value)
    return one if fits else by_hand(one)


def shown(one: Field, value: Any) -> Any:
    """A value as its input shows it."""
    if one.rows is not None:
        return rows_of(one, one.rows.listed(value))
    if one.is_sparse:
        return CONTROLS[one.kind].show(one, value)
    if one.kind == "number" and value:
        return display(str(value))
    if one.kind == "numbers":
        return "\n".join(display(str(number)) for number in value or ())
    if one.kind == "boolean" and one.words is not None:
        return "1" if value else "0"
    return value


def _cleaned(one: Field, value: Any) -> Any:
    if one.kind == "boolean":
        return value in (True, "1")
    if one.kind == "duration_s":
        return 0 if value is None else value
    return "" if value is None else value


def _form_field(
    one: Field, around: Surroundings, value: Any, options: Options, is_drafted: bool
) -> forms.Field:
    if one.rows is not None:
        held = one.rows.listed(value)
        return RowsField(one, held, RowsWidget(one, held, options), around, is_drafted=is_drafted)
    common: dict[str, Any] = {"label": one.label, "help_text": one.help, "required": one.required}
    if one.is_sparse:
        return SchemaField(one, value, options, around, **common)
    if one.kind == "boolean":
        return _boolean(one, around, common)
    if one.kind == "file":
        upload = UploadField(accepts=one.accepts, most_bytes=one.maximum, **common)
        upload.help_text = f"{one.help} {upload.limits}".strip()
        return upload
    if one.kind == "duration_s":
        attrs = {
            "inputmode": "numeric",
            "class": "sb-short",
        }  # as text: what is typed comes back, letters too
        return forms.IntegerField(widget=forms.TextInput(attrs=attrs), **common)
    if one.kind == "numbers":
        area = forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "inputmode": "tel"})
        return forms.CharField(widget=area, max_length=4000, **common)
    if one.kind == "choices":
        return forms.MultipleChoiceField(choices=one.choices, widget=forms.CheckboxSelectMultiple, **common)
    if one.kind == "choice":
        search = {"data-pick": ""} if one.is_searched else {}
        return forms.ChoiceField(choices=one.choices, widget=forms.Select(attrs=search), **common)
    if one.kind == "exact":
        area = forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "class": "sb-mono"})
        return forms.CharField(widget=area, strip=False, **common)
    attrs = {"inputmode": "tel", "list": "known-numbers"} if one.kind == "number" else {}
    if one.pattern:
        attrs |= {"pattern": one.pattern, "title": str(one.help)}
    return forms.CharField(widget=forms.TextInput(attrs=attrs), strip=True, max_length=4000, **common)


def _boolean(one: Field, around: Surroundings, common: Mapping[str, Any]) -> forms.Field:
    if one.words is None:
        return forms.BooleanField(**{**common, "required": False})
    words = [(value, one.say(value == "1", around).plain(display)) for value in ("0", "1")]
    return forms.ChoiceField(choices=words, widget=forms.RadioSelect, **{**common, "required": False})


class WhyForm(forms.Form):
    """Kept with the change."""

    why = forms.CharField(label=_("Why"), required=False, max_length=300)
    ticket = forms.CharField(label=_("Ticket"), required=False, max_length=60)
