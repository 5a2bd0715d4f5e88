"""Values of fields as cells of a file, and cells as values.

A cell says its value as machines take it: yes as 1, the entries of a list on lines of their own, another object by its
identifier, a choice by the provider's word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from portal.lib.canonical import canonical_json
from portal.lib.tabular import is_cut
from telephony.providers.edit_fields import Field
from telephony.providers.moments import gregorian, time_of_day, typed_gregorian, typed_time_of_day

YES = ("1", "true", "yes", "oui", "vrai")
NO = ("0", "false", "no", "non", "faux")
LONGEST = 30_000  # a cell of a workbook takes 32,767 characters
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,15}([.,][0-9]{1,9})?")


def fits(one: Field) -> bool:
    """Whether a file carries the field: secrets stay where they are, and so does what only the provider changes."""
    return one.kind in READ and not one.secret and not one.is_fixed


def as_text(one: Field, value: Any) -> str:
    """A value as its cell shows it; nothing is an empty cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if one.kind == "gregorian_s" and isinstance(value, int):
        return gregorian(value, one.zone)
    if one.kind == "time_of_day_s" and isinstance(value, int):
        return time_of_day(value)
    if one.kind == "json" or isinstance(value, Mapping):
        return canonical_json(value)
    if isinstance(value, list):
        return "\n".join(item if isinstance(item, str) else canonical_json(item) for item in value)
    return str(value)


def from_text(one: Field, text: str) -> Any:
    """The value of a cell; an empty one is nothing. Raises ValueError with the reason."""
    if is_cut(text):
        raise ValueError(_("It was cut for the workbook. Change it on the page of the object."))
    if len(text) > LONGEST:
        raise ValueError(_("At most %(count)d characters are allowed.") % {"count": LONGEST})
    if one.kind in ("exact", "text", "long_text") and not one.is_sparse:
        return text
    plain = text.strip()
    if not plain and one.is_sparse:
        return None
    return READ[one.kind](one, plain)


def _same(one: Field, text: str) -> Any:
    types = one.declared.type if one.declared else ()
    if "boolean" in types and text in (*YES[:2], *NO[:2]):
        return text in YES
    return text


def _yes_or_no(one: Field, text: str) -> bool:
    if text.lower() not in (*YES, *NO, ""):
        raise ValueError(_("Write 1 or 0."))
    return text.lower() in YES


def _whole(one: Field, text: str) -> int:
    number = text.removesuffix(".0").removesuffix(",0") or "0"
    if not _WHOLE.fullmatch(number):
        raise ValueError(_("A whole number is needed."))
    return int(number)


def _decimal(one: Field, text: str) -> int | float:
    if not _DECIMAL.fullmatch(text):
        raise ValueError(_("A number is needed."))
    number = text.replace(",", ".")
    return float(number) if "." in number else int(number)


def _time(one: Field, text: str) -> int:
    try:
        return typed_time_of_day(text)
    except ValueError:
        raise ValueError(_("A time of day is needed, such as 08:30.")) from None


def _moment(one: Field, text: str) -> int:
    try:
        return typed_gregorian(text, one.zone)
    except ValueError:
        raise ValueError(_("A date and a time are needed.")) from None


def _lines(one: Field, text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _whole_lines(one: Field, text: str) -> list[int]:
    return [_whole(one, line) for line in re.split(r"[\s,;]+", text) if line]


def _choice(one: Field, text: str) -> Any:
    if one.choices and text not in dict(one.choices):
        raise ValueError(
            _("It is none of: %(choices)s.") % {"choices": ", ".join(str(value) for value, _w in one.choices)}
        )
    values = (*one.declared.choices, *one.declared.usual) if one.declared else ()
    return next((value for value in values if str(value) == text), text)


def _json(one: Field, text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise ValueError(_("This is not JSON.")) from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


READ: Mapping[str, Callable[[Field, str], Any]] = {
    "text": _same,
    "long_text": _same,
    "exact": _same,
    "code": _same,
    "email": _same,
    "url": _same,
    "number": _same,
    "numbers": _lines,
    "ref": _same,
    "refs": _lines,
    "texts": _lines,
    "integers": _whole_lines,
    "integer": _whole,
    "duration_s": _whole,
    "decimal": _decimal,
    "gregorian_s": _moment,
    "time_of_day_s": _time,
    "boolean": _yes_or_no,
    "yes_no": _yes_or_no,
    "choice": _choice,
    "choices": _lines,
    "json": _json,
}
