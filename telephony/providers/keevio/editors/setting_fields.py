"""The settings of a keevio company as fields of an editor: their kinds, their words, the way in and out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from telephony.providers.edit_fields import Field, Surroundings
from telephony.providers.keevio.kinds import label_of
from telephony.providers.keevio.setting_values import (
    GROUPS,
    LETTERS,
    MAX_TEXT,
    Kind,
    Setting,
    Unfit,
    in_order,
)
from telephony.providers.operations import Text
from telephony.providers.phrases import Said


def field_of(setting: Setting) -> Field:
    is_list = setting.kind is Kind.LETTERS
    kinds = {Kind.CHOICE: "choice", Kind.SWITCH: "boolean", Kind.LETTERS: "choices", Kind.RANGE: "duration_s"}
    return Field(
        name=setting.name,
        label=label_of(setting),
        brief=setting.label,
        kind=kinds.get(setting.kind, "text"),
        choices=setting.choices if setting.kind in (Kind.CHOICE, Kind.LETTERS) else (),
        words=_words(setting),
        empty=setting.inherited,
        minimum=setting.minimum,
        maximum=setting.maximum,
        max_length=None if is_list else MAX_TEXT,
        group=GROUPS[setting.group],
        secret=setting.secret,
        help=format_lazy("{help} {assumed}", help=setting.help, assumed=setting.assumed)
        if setting.assumed is not None
        else setting.help,
    )


def _words(setting: Setting) -> Callable[[Any, Surroundings], Said | Text] | None:
    """What a value is called where the field's kind alone does not say it."""
    known = dict(setting.choices)
    if setting.kind is Kind.SWITCH:
        return lambda value, _around: lazy("hidden") if value else lazy("shown")
    if setting.kind in (Kind.CHOICE, Kind.LEVEL):
        return lambda value, _around: known.get(str(value), str(value))
    return None


def read_setting(setting: Setting, value: Any) -> Any:
    """A value of a document, of a form or of a command line as the editor's field holds it.

    Choices are texts, letters a list, seconds numbers, a switch yes or no; "" inherits, None is a mask not set.
    """
    if setting.kind is Kind.SWITCH:
        return value in (True, 1, "1", "true", "yes", "on")
    if setting.kind is Kind.LETTERS:
        return in_order("".join(map(str, value)) if isinstance(value, list) else str(value or ""))
    text = "" if value is None else str(value).strip()
    if setting.kind is Kind.BITS:
        return (int(text) if text.isascii() and text.isdigit() else text) if text else None
    if setting.kind is Kind.RANGE:
        is_number = text.isascii() and text.isdigit() and len(text) < 9
        return "" if text in ("", "0") else int(text) if is_number else text
    if setting.kind is Kind.CHOICE and setting.json_type == "integer":
        return text or str(setting.inherit)
    return text


def sent_of(setting: Setting, value: Any) -> Any:
    """A field as keevio takes it; what `against` refuses stays as keevio itself had it, to be given back."""
    wire = _wire(setting, value)
    try:
        return setting.accept(wire, is_strict=False)
    except Unfit:
        is_whole = setting.json_type == "integer" and re.fullmatch(r"-?[0-9]{1,18}", str(wire))
        return int(wire) if is_whole else str(wire)


def _wire(setting: Setting, value: Any) -> Any:
    return "".join(value) if isinstance(value, list) else value


def against(setting: Setting, value: Any, before: Any) -> str:
    """Why a field cannot be sent, "" if it can."""
    if value is None:
        return "" if before is None else _("keevio has no value that gives this back to the system.")
    if setting.kind is Kind.LETTERS and set(value) - set(LETTERS) - set(before or ()):
        return _("Only the letters {letters} are known.").format(letters=LETTERS)
    try:
        setting.accept(_wire(setting, value), is_strict=False)
    except Unfit as error:
        return str(error)
    return ""
