"""The controls of fields that a provider's schema declares: what each kind shows, and what it makes of what is typed.

A control that was not changed says UNTOUCHED, whatever the provider has there: it is neither judged nor wanted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from portal.lib.numbers import display
from portal.ui.forms import ReadyChoices
from telephony.forms.json_text import LONGEST, read_json, shown_json
from telephony.providers.edit_fields import Field, Surroundings
from telephony.providers.moments import (
    clock_of,
    gregorian,
    time_of_day,
    typed_gregorian,
    typed_time_of_day,
)

UNTOUCHED: Any = type("Untouched", (), {"__repr__": lambda self: "UNTOUCHED"})()
SEARCHED_FROM = 20  # choices, which are then found by typing
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,15}([.,][0-9]{1,9})?")
_BESIDE_DIGITS = re.compile(r"[\s.\-/()]")  # what only people read in a number
_ENDS = re.compile(r"\r\n|\r|\n")

Option = tuple[str, str]
Options = Mapping[str, Sequence[Option]]  # objects to choose from, by kind


@dataclass(frozen=True)
class Control:
    """`widget` of a field, `show` a value as its widget has it, `read` what was typed; read raises ValidationError."""

    widget: Callable[[Field, Any, Options], forms.Widget]
    show: Callable[[Field, Any], Any]
    read: Callable[[Field, Any], Any]


class SchemaField(forms.Field):
    """A field of a document in a form. Cleans to a value, None for nothing, or UNTOUCHED."""

    def __init__(self, one: Field, value: Any, options: Options, around: Surroundings, **common: Any) -> None:
        self.one, self.control, self.around, self.held = one, CONTROLS[one.kind], around, value
        self.shown = self.control.show(one, value)
        super().__init__(
            widget=self.control.widget(one, value, options),
            label=common["label"],
            help_text=common["help_text"],
            required=one.required,
            disabled=one.is_fixed,
        )

    def clean(self, value: Any) -> Any:
        is_line = isinstance(self.widget, forms.TextInput)
        if self.disabled or alike(self.one, value, self.shown, is_line=is_line):
            return UNTOUCHED
        if value in (None, "", []):
            return None
        if isinstance(value, str) and len(value) > LONGEST:
            raise forms.ValidationError(_("At most %(count)d characters are allowed.") % {"count": LONGEST})
        read = self.control.read(self.one, value)
        if self.one.kind == "names" and isinstance(self.held, Mapping):
            read = {name: self.held.get(name, empty) for name, empty in read.items()}
        if self.one.refers_to:
            refuse_unknown(self.one, read, self.shown, self.around)
        return read


def refuse_unknown(one: Field, read: Any, shown: Any, around: Surroundings) -> None:
    """Refuse identifiers of no object; those that were shown may stay."""
    wanted = [item for item in (read if isinstance(read, list) else [read]) if isinstance(item, str)]
    already = shown if isinstance(shown, list) else [shown]
    new = [item for item in wanted if item not in already]
    known = {name for kind in one.points_to for name in around.named(kind, new)} if new else set()
    if lost := set(new) - known:
        raise forms.ValidationError(_("There is no such object: %(name)s") % {"name": min(lost)[:80]})


def alike(one: Field, typed: Any, shown: Any, *, is_line: bool = False) -> bool:
    """Whether a control still has what it showed: browsers end lines their own way, and boxes have no order."""
    if isinstance(shown, list) or isinstance(typed, list):
        now, then = list(map(str, typed or ())), list(map(str, shown or ()))
        return sorted(now) == sorted(then) if one.kind == "choices" else now == then
    if isinstance(typed, str):
        return _sent(typed, is_line=is_line) == _sent(str(shown), is_line=is_line)
    return typed == shown or (typed is None and shown == "")


def _sent(text: str, *, is_line: bool) -> str:
    """A text as a browser sends it back but for how lines end; a box of one line has none."""
    return ("" if is_line else "\n").join(_ENDS.split(text)).strip()


# ---- what is shown, what is read ----


def _text(one: Field, value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _phone(one: Field, value: Any) -> str:
    return display(str(value)) if isinstance(value, str) and value.startswith("+") else _text(one, value)


def _typed(one: Field, typed: Any) -> Any:
    """A text; where the field takes truth values too, "true" and "false" are those."""
    text = str(typed).strip()
    types = one.declared.type if one.declared else ()
    if "boolean" in types and text in ("true", "false"):
        return text == "true"
    return text


def _chosen(one: Field, typed: Any) -> Any:
    if typed not in dict(one.choices):
        raise forms.ValidationError(_("“%(name)s” cannot be chosen.") % {"name": str(typed)[:80]})
    values = (*one.declared.choices, *one.declared.usual) if one.declared else ()
    return next((value for value in values if str(value) == typed), typed)


def _whole(one: Field, typed: Any) -> int:
    text = str(typed).strip()
    if not _WHOLE.fullmatch(text):
        raise forms.ValidationError(_("A whole number is needed."))
    return int(text)


def _decimal(one: Field, typed: Any) -> int | float:
    text = str(typed).strip()
    if not _DECIMAL.fullmatch(text):
        raise forms.ValidationError(_("A number is needed."))
    text = text.replace(",", ".")
    return float(text) if "." in text else int(text)


def _time(one: Field, typed: Any) -> int:
    try:
        return typed_time_of_day(str(typed).strip())
    except ValueError:
        raise forms.ValidationError(_("A time of day is needed, such as 08:30.")) from None


def _moment(one: Field, typed: Any) -> int:
    try:
        return typed_gregorian(str(typed).strip(), one.zone)
    except ValueError:
        raise forms.ValidationError(_("A date and a time are needed.")) from None


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _said_time(one: Field, value: Any) -> str:
    return time_of_day(value) if _is_whole(value) else _text(one, value)


def _said_moment(one: Field, value: Any) -> str:
    return gregorian(value, one.zone) if _is_whole(value) else _text(one, value)


def _yes(one: Field, typed: Any) -> bool:
    if typed not in (True, False, "true", "false"):
        raise forms.ValidationError(_("This must be yes or no."))
    return typed in (True, "true")


def _checked(one: Field, value: Any) -> bool:
    return bool(one.declared.default if value is None and one.declared else value)


def _lines(one: Field, value: Any) -> str:
    return "\n".join(map(str, value)) if isinstance(value, list) else _text(one, value)


def _typed_lines(one: Field, typed: Any) -> list[str]:
    return [line.strip() for line in str(typed).splitlines() if line.strip()]


def _names(one: Field, value: Any) -> str:
    if not isinstance(value, Mapping):
        return _text(one, value)
    return "\n".join(display(name) if name.startswith("+") else name for name in map(str, value))


def _typed_names(one: Field, typed: Any) -> dict[str, Any]:
    """An object with these names, each with nothing beside it; what stood beside one is kept by the field."""
    names = [bare for line in re.split(r"[\n,;]+", str(typed)) if (bare := _BESIDE_DIGITS.sub("", line))]
    pattern = (one.declared.keys if one.declared else "") or r"[0-9A-Za-z+*#_]+"
    wrong = [name for name in names if not re.fullmatch(pattern, name)]
    if wrong:
        raise forms.ValidationError(_("“%(name)s” is not of the expected form.") % {"name": wrong[0][:80]})
    return {name: {} for name in names}


def _pairs(one: Field, value: Any) -> str:
    if not isinstance(value, Mapping):
        return _text(one, value)
    return "\n".join(f"{name}: {text}" for name, text in value.items())


def _typed_pairs(one: Field, typed: Any) -> dict[str, str]:
    pattern = (one.declared.keys if one.declared else "") or r"\S"
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, str(typed).splitlines())):
        name, colon, text = (part.strip() for part in line.partition(":"))
        if not colon:
            raise forms.ValidationError(_("“%(line)s” has no colon.") % {"line": line[:80]})
        if not re.search(pattern, name):
            raise forms.ValidationError(_("“%(name)s” is not of the expected form.") % {"name": name[:80]})
        if name in found:
            raise forms.ValidationError(_("“%(name)s” is there twice.") % {"name": name[:80]})
        found[name] = text
    return found


def are_pairs(one: Field, value: Any) -> bool:
    """Whether the control of names and texts says all of a value."""
    if value is None:
        return True
    try:
        return bool(_typed_pairs(one, _pairs(one, value)) == value)
    except forms.ValidationError:
        return False


def _whole_lines(one: Field, typed: Any) -> list[int]:
    return [_whole(one, line) for line in re.split(r"[\s,;]+", str(typed)) if line]


def _several(one: Field, value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _ticked(one: Field, typed: Any) -> list[str]:
    """In the order of the boxes; what is none of them is refused by the schema."""
    known = [value for value, _label in one.choices]
    return sorted(typed, key=lambda item: known.index(item) if item in known else len(known))


def _referred(one: Field, typed: Any) -> list[str]:
    return [str(item) for item in typed if item]


def _json(one: Field, typed: Any) -> Any:
    read = read_json(str(typed))
    if one.declared is not None and one.declared.type == ("object",) and not isinstance(read, Mapping):
        raise forms.ValidationError(_("An object is needed: it begins with { and ends with }."))
    return read


def _nothing(one: Field, value: Any) -> str:
    return ""


# ---- widgets ----


def _input(kind: str = "text", **attrs: Any) -> Callable[[Field, Any, Options], forms.Widget]:
    def made(one: Field, value: Any, options: Options) -> forms.Widget:
        default = one.declared.default if one.declared and one.declared.has_default else None
        hint = {"placeholder": _text(one, default)} if default not in (None, "", [], {}) else {}
        widget = forms.TextInput(attrs={**attrs, **hint, "autocomplete": "off"})
        widget.input_type = kind
        return widget

    return made


def _time_input(one: Field, value: Any, options: Options) -> forms.Widget:
    return forms.TextInput(attrs={"placeholder": "08:30", "autocomplete": "off", "class": "sb-medium"})


def _moment_input(one: Field, value: Any, options: Options) -> forms.Widget:
    """A picker of date and time; a box for what a picker would lose, such as a moment beyond its years."""
    widget = forms.TextInput(attrs={"autocomplete": "off", "class": "sb-medium"})
    if value is None or (_is_whole(value) and clock_of(value, one.zone)):
        widget.input_type = "datetime-local"
    return widget


def _password(one: Field, value: Any, options: Options) -> forms.Widget:
    held = lazy("Set; leave empty to keep it") if value else lazy("Not set") if one.declared else ""
    attrs = {"placeholder": held, "autocomplete": "new-password", "spellcheck": "false"}
    if one.kind == "secrets":
        return forms.Textarea(attrs={**attrs, "rows": 2})
    return forms.PasswordInput(attrs=attrs, render_value=True)


def _area(rows: int, css: str = "") -> Callable[[Field, Any, Options], forms.Widget]:
    def made(one: Field, value: Any, options: Options) -> forms.Widget:
        shown = CONTROLS[one.kind].show(one, value)
        attrs: dict[str, Any] = {"rows": min(max(rows, shown.count("\n") + 1), 18), "spellcheck": "false"}
        if one.declared is not None and one.declared.example:
            attrs["placeholder"] = one.declared.example
        return forms.Textarea(attrs={**attrs, "class": css} if css else attrs)

    return made


def _select(one: Field, value: Any, options: Options) -> forms.Widget:
    default = one.declared.default if one.declared and one.declared.has_default else None
    words = dict(one.choices)
    usual = (
        _("usual: %(value)s") % {"value": words.get(_text(one, default), default)}
        if default
        else _("not set")
    )
    search = {"data-pick": ""} if len(one.choices) > SEARCHED_FROM else {}
    return forms.Select(choices=_with_own(("", usual), one.choices, _text(one, value)), attrs=search)


def _with_own(none: tuple[str, Any], choices: Iterable[Any], own: str) -> ReadyChoices:
    """Choices with nothing in front, and what the provider has behind, where it is none of them.

    An older spelling of a choice has its words.
    """
    known = list(choices)
    if own in {"", *(str(value) for value, _label in known)}:
        return ReadyChoices([none, *known])
    words = {str(value).lower(): label for value, label in known}
    return ReadyChoices([none, *known, (own, words.get(own.lower(), own))])


def _yes_no(one: Field, value: Any, options: Options) -> forms.Widget:
    choices = [("true", lazy("yes")), ("false", lazy("no"))]
    return forms.Select(choices=_with_own(("", lazy("not set")), choices, _text(one, value)))


def _boxes(one: Field, value: Any, options: Options) -> forms.Widget:
    strange = [item for item in _several(one, value) if item not in dict(one.choices)]
    choices = ReadyChoices([*one.choices, *((item, item) for item in strange)])
    return forms.CheckboxSelectMultiple(choices=choices)


def _objects(one: Field, held: Sequence[str], options: Options) -> list[Any]:
    known = [option for kind in one.points_to for option in options.get(kind, ())]
    names = dict(known)
    truths = one.declared.type if one.declared else ()
    special = [("true", lazy("the usual one")), ("false", lazy("none"))] if "boolean" in truths else []
    lost = [item for item in held if item and item not in names and item not in dict(special)]
    missing = [(item, _("missing: %(name)s") % {"name": item}) for item in lost]
    first = [
        (item, names[item]) for item in held if item in names
    ]  # in their own order, as they are sent back
    return [*special, *missing, *first, *((item, name) for item, name in known if item not in held)]


def _pick(one: Field, value: Any, options: Options) -> forms.Widget:
    choices = ReadyChoices([("", lazy("not set")), *_objects(one, [_text(one, value)], options)])
    return forms.Select(choices=choices, attrs={"data-pick": one.refers_to})


def _pick_several(one: Field, value: Any, options: Options) -> forms.Widget:
    choices = ReadyChoices(_objects(one, _several(one, value), options))
    return forms.SelectMultiple(choices=choices, attrs={"data-pick": one.refers_to})


CONTROLS: Mapping[str, Control] = {
    "text": Control(_input(), _text, _typed),
    "long_text": Control(_area(2), _text, _typed),
    "code": Control(_input(spellcheck="false"), _text, _typed),
    "email": Control(_input("email"), _text, _typed),
    "url": Control(_input("url"), _text, _typed),
    "number": Control(_input(inputmode="tel", list="known-numbers"), _phone, _typed),
    "integer": Control(_input(inputmode="numeric", **{"class": "sb-short"}), _text, _whole),
    "duration_s": Control(_input(inputmode="numeric", **{"class": "sb-short"}), _text, _whole),
    "decimal": Control(_input(inputmode="decimal", **{"class": "sb-short"}), _text, _decimal),
    "gregorian_s": Control(_moment_input, _said_moment, _moment),
    "time_of_day_s": Control(_time_input, _said_time, _time),
    "boolean": Control(lambda one, value, options: forms.CheckboxInput(), _checked, _yes),
    "yes_no": Control(_yes_no, _text, _yes),
    "choice": Control(_select, _text, _chosen),
    "choices": Control(_boxes, _several, _ticked),
    "texts": Control(_area(3), _lines, _typed_lines),
    "names": Control(_area(3), _names, _typed_names),
    "pairs": Control(_area(3), _pairs, _typed_pairs),
    "integers": Control(_area(2), _lines, _whole_lines),
    "ref": Control(_pick, _text, _typed),
    "refs": Control(_pick_several, _several, _referred),
    "secret": Control(_password, _nothing, _typed),
    "secrets": Control(_password, _nothing, _typed_lines),
    "json": Control(_area(4, "sb-mono"), lambda one, value: shown_json(value), _json),
}
