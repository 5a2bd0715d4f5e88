"""What is wrong with a value, by the declaration of its field: words for people, each at the place that it speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from portal.lib.wording import has_control
from telephony.providers.drafts import PLACEHOLDER
from telephony.providers.flat import escaped
from telephony.providers.operations import Text
from telephony.providers.schema import Family, Field

_CLASSES = {"[:alnum:]": "A-Za-z0-9", "[:alpha:]": "A-Za-z", "[:digit:]": "0-9"}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_OTHER_FORM = lazy("This is not of the expected form.")
_SIMPLE_NAME = lazy("Only letters, digits, dots, hyphens and underscores can stand here.")
_FORMS: Mapping[str, Text] = {  # by pattern or format
    r"^[0-9]+$": lazy("Only digits can stand here."),
    r"^[.\w-]+$": _SIMPLE_NAME,
    r"^[.\w_-]+$": _SIMPLE_NAME,
    "email": lazy("This is not an e-mail address."),
    "uri": lazy("An address has no blanks in it."),
}
BLANKS = re.compile(r"[\s.\-/()\u00a0\u202f\u2009]")  # what only people read in a number
_DIALLED = re.compile(r"\+?[0-9*#]{1,35}")
Reasons = Iterator[tuple[str, str]]


def reasons(family: Family, one: Field, value: Any, place: str = "") -> Reasons:
    """(place, reason) of everything that is wrong with a value of a field; places are dotted and begin with `place`."""
    if value == PLACEHOLDER:  # a secret that is left as it is
        return
    if not any(_is(name, value) for name in one.type):
        yield place, _("This is of the wrong type.")
    elif isinstance(value, str):
        yield from ((place, reason) for reason in _about_text(one, value))
    elif isinstance(value, list):
        yield from _about_list(family, one, value, place)
    elif isinstance(value, Mapping):
        yield from _about_object(family, one, value, place)
    elif not isinstance(value, bool) and value is not None:
        yield from ((place, reason) for reason in _about_number(one, value))


def against_dialling(text: str) -> str:
    """Why a text cannot be called, "" for digits, a SIP address or nothing. Servers take any, and the call fails."""
    if not text or _DIALLED.fullmatch(BLANKS.sub("", text)) or "@" in text:
        return ""
    return _("No telephone number: digits, with + in front where it is international.")


def _about_text(one: Field, value: str) -> Iterator[str]:
    least, most = one.length
    if has_control(value):
        yield _("Control characters cannot be sent.")
    if least is not None and len(value) < least:
        yield _("At least %(target)s characters are needed.") % {"target": least}
    if most is not None and len(value) > most:
        yield _("At most %(most)s characters; these are %(are)s.") % {"most": most, "are": len(value)}
    if one.choices and value not in one.choices:
        yield _one_of(one)
    elif one.pattern and not expression(one.pattern).search(value):
        yield str(_FORMS.get(one.pattern, _OTHER_FORM))
    elif not _has_format(one.format, value):
        yield str(_FORMS.get(one.format, _OTHER_FORM))


def _about_number(one: Field, value: float) -> Iterator[str]:
    least, most = one.bounds
    if least is not None and value < least:
        yield _("This must be at least %(target)s.") % {"target": least}
    if most is not None and value > most:
        yield _("This must be at most %(target)s.") % {"target": most}
    if one.choices and value not in one.choices:
        yield _one_of(one)


def _one_of(one: Field) -> str:
    return _("This must be one of: %(target)s.") % {"target": ", ".join(map(str, one.choices))}


def _about_list(family: Family, one: Field, values: list[Any], place: str) -> Reasons:
    least, most = one.count
    if least is not None and len(values) < least:
        yield place, _("At least %(target)s entries are needed.") % {"target": least}
    if most is not None and len(values) > most:
        yield place, _("At most %(target)s entries are allowed.") % {"target": most}
    if one.unique and any(value in values[:index] for index, value in enumerate(values)):
        yield place, _("Something is in it twice.")
    for index, value in enumerate(values):
        yield from _about_entry(family, _entry_of(one, value), value, _below(place, str(index)))


def _entry_of(one: Field, value: Any) -> tuple[Field, ...]:
    """The fields of one entry, with those that only entries of its sort have."""
    if not one.variants or not isinstance(value, Mapping):
        return one.entry
    return (*one.entry, *one.variants.get(str(value.get(one.entry[0].path)), ()))


def _about_object(family: Family, one: Field, values: Mapping[str, Any], place: str) -> Reasons:
    """An object with free keys: those that fit have values of one form."""
    least = one.count[0]
    if least is not None and len(values) < least:
        yield place, _("At least %(target)s entries are needed.") % {"target": least}
    entry = tuple(_alike(family, one.like)) if one.like else one.entry
    for key, value in values.items():
        if one.keys and not expression(one.keys).search(str(key)):
            if one.is_closed:
                yield _below(place, str(key)), _("There is no such field.")
            continue
        yield from _about_entry(family, entry, value, _below(place, str(key)))


def _alike(family: Family, path: str) -> Iterator[Field]:
    """The fields below a path, as if they stood in an object of their own."""
    for one in family.fields:
        if one.path.startswith(f"{path}."):
            yield replace(one, path=one.path.removeprefix(f"{path}."))


def _about_entry(family: Family, entry: Iterable[Field], value: Any, place: str) -> Reasons:
    fields = tuple(entry)
    if len(fields) == 1 and fields[0].path == "":
        yield from reasons(family, fields[0], value, place)
    elif fields and not isinstance(value, Mapping):
        yield place, _("This is of the wrong type.")
    else:
        for one in fields:
            yield from _about_part(family, one, value, place)


def _about_part(family: Family, one: Field, document: Mapping[str, Any], place: str) -> Reasons:
    value: Any = document
    for part in one.parts[:-1]:
        value = value.get(part, {}) if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping):
        yield _below(place, *one.parts[:-1]), _("This is of the wrong type.")
    elif one.parts[-1] in value:
        yield from reasons(family, one, value[one.parts[-1]], _below(place, *one.parts))
    elif one.required and not one.has_default:
        yield _below(place, *one.parts), _("A value is needed.")


def _below(place: str, *names: str) -> str:
    return ".".join(filter(None, (place, *map(escaped, names))))


def _is(name: str, value: Any) -> bool:
    if name in ("integer", "number"):
        types: tuple[type, ...] = (int,) if name == "integer" else (int, float)
        return isinstance(value, types) and not isinstance(value, bool)
    return isinstance(value, _TYPES[name])


_TYPES: Mapping[str, type] = {
    "string": str,
    "object": Mapping,
    "array": list,
    "boolean": bool,
    "null": type(None),
}


def _has_format(name: str, value: str) -> bool:
    if name == "email":
        return bool(_EMAIL.fullmatch(value))
    if name == "uri":
        return bool(value) and not any(letter.isspace() for letter in value)
    return True


@lru_cache(512)
def expression(text: str) -> re.Pattern[str]:
    for name, letters in _CLASSES.items():
        text = text.replace(name, letters)
    return re.compile(text, re.ASCII)
