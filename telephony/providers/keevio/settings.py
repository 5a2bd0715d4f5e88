"""The 27 settings of a company, as data: the catalog, the fields of pages, the editor and the sandbox read them here.

JSON types, values and ranges are those of the vendor's company API 6.5; what is inferred says so in `assumed`. What a
setting is, and which values it takes: setting_values.py.
"""

from __future__ import annotations

from itertools import pairwise

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from telephony.providers.keevio.setting_values import Group, Kind, Setting
from telephony.providers.operations import Text

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
