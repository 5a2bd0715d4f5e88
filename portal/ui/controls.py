"""The controls of forms, with the classes that Tabler knows. Selects, radios and boxes are drawn at once: Django's
widgets ask three templates for each option."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from html import escape
from typing import Any

from django import forms
from django.utils.safestring import SafeString, mark_safe

from portal.ui.parts import escaped

CHOICES = (forms.Select, forms.SelectMultiple, forms.RadioSelect, forms.CheckboxSelectMultiple)
LONGEST_SHOWN = 80
READ_BY_BROWSERS: Mapping[
    str, tuple[str, Callable[[str], Any]]
] = {  # of a kind of input: its shape, and its reader
    "number": (r"-?\d*\.?\d+", float),
    "date": (r"\d{4}-\d\d-\d\d", dt.date.fromisoformat),
    "time": (r"\d\d:\d\d(:\d\d)?", dt.time.fromisoformat),
    "datetime-local": (r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?", dt.datetime.fromisoformat),
    "color": (r"#[0-9a-fA-F]{6}", str),
}
CHECKS = (forms.CheckboxInput, forms.CheckboxSelectMultiple, forms.RadioSelect)


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
    shown = (
        as_typed(widget, field.value()) if getattr(widget, "input_type", "") in READ_BY_BROWSERS else widget
    )
    return mark_safe(field.as_widget(shown, attrs={"class": classes} if classes else None))


def as_typed(widget: Any, value: Any) -> Any:
    """The widget, or one of free text where a browser would show nothing of what was typed."""
    if not value or not isinstance(value, str) or _is_read(widget.input_type, value):
        return widget
    free = copy(widget)
    free.input_type = "text"
    return free


def _is_read(kind: str, typed: str) -> bool:
    if kind not in READ_BY_BROWSERS:
        return True
    shape, read = READ_BY_BROWSERS[kind]
    if not re.fullmatch(shape, typed, re.ASCII):
        return False
    try:
        read(typed)
    except ValueError:
        return False
    return True


def choices(field: forms.BoundField, css: str = "") -> SafeString:
    """Selects, radios and boxes drawn at once; Django's widgets ask three templates for each option."""
    widget = field.field.widget
    attrs = widget.build_attrs(widget.attrs, field.build_widget_attrs({}, widget))
    attrs["id"] = attrs.get("id") or field.auto_id
    return drawn_choices(widget, field.html_name, field.value(), attrs, css)


def drawn_choices(widget: Any, name: str, value: Any, attrs: dict[str, Any], css: str = "") -> SafeString:
    """One of CHOICES as HTML. `attrs` has its id; a value that is not among the choices selects nothing, unless it
    was refused: then a select shows it, as its error speaks of it."""
    is_list = isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple))
    house = "form-check-input" if is_list else "form-select"
    classes = " ".join(dict.fromkeys(filter(None, [house, *attrs.get("class", "").split(), *css.split()])))
    selected = Selected(widget.format_value(value), widget.allow_multiple_selected)
    if is_list:
        own = flags({key: text for key, text in attrs.items() if key != "id"} | {"class": classes})
        fixed = (widget.input_type, escape(name), escape(attrs["id"]), own, selected)
        items = "".join([_check(*fixed, *one) for one in enumerate(flat(widget.choices))])
        return mark_safe(f'<ul class="sb-checks" id="{escape(attrs["id"])}">{items}</ul>')
    attrs = attrs | {"class": classes}
    if isinstance(widget, forms.SelectMultiple):
        attrs["multiple"] = True
    groups = "".join([_options(selected, *choice) for choice in widget.choices])
    if attrs.get("aria-invalid"):
        strange = sorted(selected.values - {"", *(str(value) for value, _label in flat(widget.choices))})
        groups += "".join([_options(selected, value, value[:LONGEST_SHOWN]) for value in strange])
    return mark_safe(f'<select name="{escape(name)}"{flags(attrs)}>{groups}</select>')


class Selected:
    """Which values of a control are chosen: the first of those that stand alone, each of several."""

    def __init__(self, values: Iterable[str], is_multiple: bool) -> None:
        self.values, self.is_multiple, self.is_found = set(values), is_multiple, False

    def has(self, value: str) -> bool:
        if value not in self.values or (self.is_found and not self.is_multiple):
            return False
        self.is_found = True
        return True


def flags(attrs: dict[str, Any]) -> str:
    """Attributes in their alphabet, those without a value last, as Django's `flatatt` has them."""
    named = {name: value for name, value in attrs.items() if value is not None and value is not False}
    words = [f' {name}="{escaped(named[name])}"' for name in sorted(named) if named[name] is not True]
    return "".join([*words, *(f" {name}" for name in sorted(named) if named[name] is True)])


def _options(selected: Selected, value: Any, label: Any) -> str:
    """One option, or a group of them where the label is a list."""
    if isinstance(label, (list, tuple)):
        inside = "".join([_options(selected, *choice) for choice in label])
        return f'<optgroup label="{escape(str(value))}">{inside}</optgroup>'
    text = "" if value is None else str(value)
    chosen = " selected" if selected.has(text) else ""
    return f'<option value="{escape(text)}"{chosen}>{escaped(label)}</option>'


def _check(kind: str, name: str, group_id: str, own: str, selected: Selected, place: int, choice: Any) -> str:
    """One radio or box with its words."""
    text = "" if choice[0] is None else str(choice[0])
    key = f"{group_id}_{place}"
    chosen = " checked" if selected.has(text) else ""
    return (
        f'<li><label for="{key}"><input type="{kind}" name="{name}" value="{escape(text)}" id="{key}"{own}{chosen}> '
        f"{escaped(choice[1])}</label></li>"
    )


def drawn_input(widget: Any, name: str, value: Any, attrs: dict[str, Any]) -> SafeString:
    """An input of one line."""
    widget = as_typed(widget, value)
    text = widget.format_value(value)
    shown = {**attrs, "value": text} if text is not None else attrs
    return mark_safe(f'<input type="{widget.input_type}" name="{escape(name)}"{flags(shown)}>')


def flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    """Choices without their groups."""
    for key, label in choices:
        if isinstance(label, (list, tuple)):
            yield from label
        else:
            yield key, label
