"""The 27 settings of a company, as data: the catalog, the fields of pages, the editor and the sandbox read them here.

JSON types, values and ranges are those of the vendor's company API 6.5; what is inferred says so in `assumed`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import pairwise
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


_LEVELS = (
    ("", _("inherit")),
    ("internal", _("internal calls only")),
    ("external", _("external calls too")),
    ("none", _("no calls")),
)
_LEVELS_ASSUMED = _("Only “external” is documented; the other levels are inferred.")
_ANNOUNCE = (("", _("inherit")), ("30", _("every 30 s")), ("60", _("every 60 s")), ("90", _("every 90 s")))
_RANGE_ASSUMED = _("That keevio refuses what lies outside is inferred.")
_SWITCH_ASSUMED = _("That this is a feature switch is inferred.")


def _pin(name: str, label: Text, help_text: Text) -> Setting:
    return Setting(name=name, label=label, group=Group.PINS, kind=Kind.PIN, help=help_text)


def _range(name: str, label: Text, low: int, high: int, help_text: Text) -> Setting:
    return Setting(
        name=name,
        label=label,
        group=Group.QUEUES,
        kind=Kind.RANGE,
        minimum=low,
        maximum=high,
        unit="s",
        help=help_text,
        assumed=_RANGE_ASSUMED,
    )


def _switch(name: str, label: Text, since: str, help_text: Text) -> Setting:
    return Setting(
        name=name,
        label=label,
        group=Group.SWITCHES,
        kind=Kind.SWITCH,
        json_type="boolean",
        inherit=None,
        inherited=_("shown"),
        since=since,
        is_feature_switch=True,
        help=help_text,
        assumed=_SWITCH_ASSUMED,
    )


SETTINGS = (
    Setting(
        name="record",
        label=_("Call recording options"),
        group=Group.RECORDING,
        kind=Kind.BITS,
        json_type="integer",
        inherit=None,
        help=_("A number made of bits that the vendor does not explain; 0 presumably means off."),
        assumed=_("The meaning of the bits is not documented."),
    ),
    _pin("nm_password", _("PIN of night mode"), _("Switches night mode by telephone. Digits.")),
    _pin("ivr_password", _("PIN of the voice menu"), _("Opens the voice menu. Digits.")),
    _pin("barge_pin", _("PIN to enter a call"), _("Lets somebody enter a running call. Digits.")),
    _range("q_ringtime", _("Ring each agent for"), 5, 30, _("Seconds that a queue rings an agent.")),
    _range("q_pausetime", _("Pause between tries"), 2, 10, _("Seconds between two tries of a queue.")),
    _range("q_wraptime", _("Rest after a call"), 2, 240, _("Seconds that an agent has after a call.")),
    Setting(
        name="q_per_ann_int",
        label=_("Announcement in a queue"),
        group=Group.QUEUES,
        kind=Kind.CHOICE,
        choices=_ANNOUNCE,
        help=_("How often a waiting caller hears the announcement."),
    ),
    Setting(
        name="q_per_pos_int",
        label=_("Position in a queue"),
        group=Group.QUEUES,
        kind=Kind.CHOICE,
        choices=_ANNOUNCE,
        help=_("How often a waiting caller hears the position."),
    ),
    _range("pre_queue_ring", _("Ring before the queue"), 1, 999, _("Seconds until the queue takes a call.")),
    Setting(
        name="vm_maxmsgs",
        label=_("Messages kept in a mailbox"),
        group=Group.VOICEMAIL,
        kind=Kind.CHOICE,
        choices=(("", _("inherit")), *((size, size) for size in ("50", "100", "200", "300", "500"))),
        help=_("The most messages that a mailbox keeps."),
    ),
    Setting(
        name="vm_silent",
        label=_("Voicemail instructions"),
        group=Group.VOICEMAIL,
        kind=Kind.CHOICE,
        choices=(("", _("inherit")), ("no", _("spoken")), ("yes", _("silent"))),
        help=_("Whether callers hear how to leave a message."),
    ),
    Setting(
        name="vm_callback",
        label=_("Call back from voicemail"),
        group=Group.VOICEMAIL,
        kind=Kind.CHOICE,
        json_type="integer",
        choices=(("0", _("inherit")), ("-1", _("not allowed")), ("1", _("allowed"))),
        inherit=0,
        help=_("Whether who hears a message may call its sender back."),
    ),
    Setting(
        name="hs_nm",
        label=_("Night mode that handsets follow"),
        group=Group.HANDSETS,
        kind=Kind.CHOICE,
        choices=(
            ("", _("inherit")),
            *((str(n), format_lazy(_("night mode {n}"), n=n + 1)) for n in range(10)),
        ),
        help=_("One of ten; keevio counts them from 0."),
        assumed=_("That 0 to 9 stand for night modes 1 to 10 is taken from another page."),
    ),
    Setting(
        name="hs_access",
        label=_("Outgoing calls of handsets"),
        group=Group.HANDSETS,
        kind=Kind.LEVEL,
        choices=_LEVELS,
        help=_("What handsets may call: internal, external, none."),
        assumed=_LEVELS_ASSUMED,
    ),
    Setting(
        name="hs_access_nm",
        label=_("Outgoing calls in night mode"),
        group=Group.HANDSETS,
        kind=Kind.LEVEL,
        choices=_LEVELS,
        help=_("What handsets may call during night mode: internal, external, none."),
        assumed=_LEVELS_ASSUMED,
    ),
    Setting(
        name="fid",
        label=_("Forwards set on handsets"),
        group=Group.HANDSETS,
        kind=Kind.CHOICE,
        choices=(("", _("inherit")), ("0", _("allowed")), ("1", _("blocked"))),
        help=_("Whether forwards that people set on their handset are blocked."),
    ),
    Setting(
        name="crm_url",
        label=_("Screen-pop address"),
        group=Group.HANDSETS,
        kind=Kind.URL,
        deprecated=True,
        help=_("Deprecated by the vendor: not for new set-ups."),
    ),
    Setting(
        name="phonebook",
        label=_("Phonebook entries are seen by"),
        group=Group.CALLER,
        kind=Kind.CHOICE,
        choices=(
            ("", _("inherit")),
            ("0", _("nobody")),
            ("1", _("the company")),
            ("2", _("whoever is logged in")),
            ("3", _("everybody")),
        ),
        help=_("Who sees new entries unless told otherwise."),
    ),
    Setting(
        name="callerid",
        label=_("Caller ID"),
        group=Group.CALLER,
        kind=Kind.CALLER,
        help=_("Number shown to the people who are called; a dash before it withholds it."),
    ),
    Setting(
        name="hs_webrtc",
        label=_("keevio phone"),
        group=Group.WEB_PHONE,
        kind=Kind.CHOICE,
        choices=(
            ("", _("inherit")),
            ("no", _("none")),
            ("yes", _("keevio phone")),
            ("disable", _("not for this company")),
        ),
        since="6.3.22",
        is_feature_switch=True,
        help=_("Whether people telephone in the browser unless told otherwise."),
        assumed=_SWITCH_ASSUMED,
    ),
    _switch("nocallrec", _("Hide call recording"), "6.3.22", _("The company does not see call recording.")),
    _switch(
        "nokeevio", _("Hide the keevio web interface"), "6.3.22", _("The company does not see the interface.")
    ),
    _switch("nopickup", _("Hide call pickup"), "6.3.23", _("The company does not see call pickup.")),
    _switch(
        "nobarge", _("Hide barge and whisper"), "6.3.23", _("The company does not see barge and whisper.")
    ),
    Setting(
        name="noext",
        label=_("Hidden kinds of extension"),
        group=Group.SWITCHES,
        kind=Kind.LETTERS,
        choices=(
            ("h", _("hunt groups")),
            ("q", _("queues")),
            ("f", _("soft fax")),
            ("i", _("voice menus")),
            ("c", _("conferences")),
            ("o", _("parking")),
            ("v", _("voicemail pickup")),
            ("p", _("external voicemail pickup")),
            ("t", _("paging")),
            ("x", _("external dial-in")),
        ),
        inherited=_("none"),
        since="6.3.22",
        is_feature_switch=True,
        help=_("One letter for each kind: h q f i c o v p t x. What the letters mean is unconfirmed."),
        assumed=_("What the letters mean is inferred from other pages of the vendor."),
    ),
    Setting(
        name="zone",
        label=_("Time zone"),
        group=Group.ZONE,
        kind=Kind.ZONE,
        help=_("A name such as US/Pacific or Europe/Paris."),
        assumed=_("That any name of the time zone database is taken is inferred."),
    ),
)
BY_NAME = {one.name: one for one in SETTINGS}
PINS = tuple(one.name for one in SETTINGS if one.secret)
FEATURE_SWITCHES = frozenset(one.name for one in SETTINGS if one.is_feature_switch)
assert len(BY_NAME) == 27


def in_order(letters: str) -> list[str]:
    """The letters of `noext` as it is answered, each once; those that nobody knows come after the known ones."""
    return [one for one in LETTERS if one in letters] + sorted(set(letters) - set(LETTERS))


def bits_of(mask: int) -> list[int]:
    """The bits that are set in a recording mask, by their value: 5 is 1 and 4."""
    return [1 << place for place in range(mask.bit_length()) if mask >> place & 1]


def pin_weakness(pin: str) -> Text:
    """Why a PIN is easy to guess, "" if it is not."""
    if not pin:
        return ""
    if len(set(pin)) == 1:
        return _("easy to guess: one digit repeated")
    steps = {int(after) - int(before) for before, after in pairwise(pin)} if pin.isdecimal() else set()
    if steps in ({1}, {-1}):
        return _("easy to guess: digits in a row")
    return _("easy to guess: shorter than four digits") if len(pin) < 4 else ""


def known_to(version: str) -> tuple[Setting, ...]:
    """The settings that a server of this version has; all of them where its version is not known."""
    return tuple(one for one in SETTINGS if one.is_known_to(version))
