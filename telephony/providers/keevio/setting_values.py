"""What one setting of a company is, and which values it takes; the settings themselves are in settings.py."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from telephony.providers.operations import Text

MAX_TEXT = 240
LETTERS = "hqficovptx"  # the order in which `noext` is answered

_WHOLE = re.compile(r"-?[0-9]{1,9}")
_PIN = re.compile(r"[0-9]{0,32}")
_LEVEL = re.compile(r"[A-Za-z0-9_\-]{1,32}")
_CALLER = re.compile(r"-?\+?[0-9]{1,32}")
_URL = re.compile(r"https?://[\x21-\x7e]{1,232}")
_UNKNOWN_LETTERS = re.compile(r"[A-Za-z]*")  # a newer server may know more of them


class Kind(StrEnum):
    """What the values of a setting are."""

    BITS = "bits"  # a number whose bits nobody explains: shown and kept as it is
    PIN = "pin"
    ZONE = "zone"
    CHOICE = "choice"  # one of `choices`
    LEVEL = "level"  # one of `choices`, or another that the server knows
    RANGE = "range"  # a number between bounds, or empty
    CALLER = "caller"
    URL = "url"
    SWITCH = "switch"
    LETTERS = "letters"  # any of `choices`, one letter each


class Group(StrEnum):
    """Where a setting stands on a page; `GROUPS` has the words, in order."""

    RECORDING = "recording"
    PINS = "pins"
    QUEUES = "queues"
    VOICEMAIL = "voicemail"
    HANDSETS = "handsets"
    CALLER = "caller"
    WEB_PHONE = "web_phone"
    SWITCHES = "switches"
    ZONE = "zone"


GROUPS: dict[Group, Text] = {
    Group.RECORDING: _("Recording"),
    Group.PINS: _("PINs"),
    Group.QUEUES: _("Queues"),
    Group.VOICEMAIL: _("Voicemail"),
    Group.HANDSETS: _("Handsets"),
    Group.CALLER: _("Caller ID and phonebook"),
    Group.WEB_PHONE: _("Web phone"),
    Group.SWITCHES: _("Feature switches"),
    Group.ZONE: _("Time zone"),
}


class Unfit(ValueError):
    """A value that the setting cannot take; the text says why, and is translated when it is shown: the sandbox has no
    settings to translate with."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting of a company.

    json_type  as the examples have it: "integer", "string", "boolean" (null means the same as false)
    choices    (value as text, words); of LETTERS, one letter each
    minimum, maximum  bounds of a RANGE, in `unit`
    inherit    the value that leaves it to the system; None for `record`, of which no such value is known
    inherited  what that means, in words
    since      first release that has it, "" where it is older than any that the vendor dates
    assumed    what of it is inferred
    """

    name: str
    label: Text
    group: Group
    kind: Kind
    json_type: str = "string"
    choices: tuple[tuple[str, Text], ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    unit: str = ""
    inherit: int | str | bool | None = ""
    inherited: Text = _("inherit")
    help: Text = ""
    since: str = ""
    deprecated: bool = False
    is_feature_switch: bool = False
    assumed: Text | None = None

    @property
    def secret(self) -> bool:
        return self.kind is Kind.PIN

    @property
    def values(self) -> tuple[str, ...]:
        """The texts of a choice, the one that inherits among them."""
        return tuple(value for value, _words in self.choices)

    def accept(self, value: Any, *, is_strict: bool = True) -> int | str | bool | None:
        """The value as keevio holds it: numbers and texts become one another where that is the type.

        is_strict   refuse what is not among the values known, where the whole list is not known. Raises Unfit.
        """
        if self.json_type == "boolean":
            if value is None or isinstance(value, bool):
                return value
            raise Unfit(_("This must be true, false or null."))
        if value is None and self.json_type == "string":
            value = ""
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise Unfit(_("This must be one value."))
        if self.json_type == "integer":
            return self._integer(value)
        text = str(value)
        if text:
            self._refuse_text(text, is_strict)
        return "".join(in_order(text)) if self.kind is Kind.LETTERS else text

    def means_inherit(self, value: Any) -> bool:
        """Whether this is what the system decides; a key that an answer lacks is None."""
        return value is None or value == self.inherit

    def is_known_to(self, version: str) -> bool:
        """Whether a server of this version has it; one of unknown version has them all."""
        if not self.since or not (parts := _parts(version)):
            return True
        return parts >= _parts(self.since)

    def _integer(self, value: str | int) -> int:
        if isinstance(value, str) and not _WHOLE.fullmatch(value):
            raise Unfit(_("This must be a whole number."))
        number = int(value)
        if self.choices:
            if str(number) not in self.values:
                raise Unfit(_("This is none of the values that it can have."))
        elif not 0 <= number < 2**31:
            raise Unfit(_("This must be a whole number."))
        return number

    def _refuse_text(self, text: str, is_strict: bool) -> None:
        """Raises Unfit for a text, not empty, that cannot be a value."""
        if self.kind is Kind.CHOICE or (self.kind is Kind.LEVEL and is_strict):
            if text not in self.values:
                raise Unfit(_("This is none of the values that it can have."))
        elif self.kind is Kind.RANGE:
            self._refuse_number(text)
        elif self.kind is Kind.LETTERS:
            is_known = not set(text) - set(LETTERS)
            if not (is_known if is_strict else _UNKNOWN_LETTERS.fullmatch(text)) or len(text) > MAX_TEXT:
                raise Unfit(format_lazy(_("Only the letters {letters} are known."), letters=LETTERS))
        elif self.kind is Kind.ZONE:
            if text not in _zones():
                raise Unfit(_("No time zone has this name."))
        elif not _FORMS[self.kind].fullmatch(text):
            raise Unfit(_("This is not of the expected form."))

    def _refuse_number(self, text: str) -> None:
        assert self.minimum is not None and self.maximum is not None
        if not _WHOLE.fullmatch(text) or str(int(text)) != text:
            raise Unfit(_("This must be a whole number."))
        if not self.minimum <= int(text) <= self.maximum:
            raise Unfit(format_lazy(_("Between {low} and {high}."), low=self.minimum, high=self.maximum))


_FORMS = {Kind.PIN: _PIN, Kind.LEVEL: _LEVEL, Kind.CALLER: _CALLER, Kind.URL: _URL}


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _parts(version: str) -> tuple[int, ...]:
    """6.3.22 as numbers; empty for what is no version."""
    text = version.strip()
    return tuple(map(int, text.split("."))) if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6}){0,5}", text) else ()


def in_order(letters: str) -> list[str]:
    """The letters of `noext` as it is answered, each once; those that nobody knows come after the known ones."""
    return [one for one in LETTERS if one in letters] + sorted(set(letters) - set(LETTERS))
