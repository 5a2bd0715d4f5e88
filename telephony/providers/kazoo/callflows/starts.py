"""What a new callflow of Kazoo can begin with: the usual ones, with holes for the objects of the account."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from telephony.providers.callflows.actions import DEFAULT
from telephony.providers.callflows.starting import (
    ASKED,
    EXTENSION,
    ITEM,
    NAME,
    NUMBERS,
    Each,
    First,
    Hole,
    Part,
    Start,
    Step,
    asks,
    picks,
)
from telephony.providers.edit_fields import Field
from telephony.providers.kazoo.kinds import NUMBER
from telephony.providers.operations import Text

USUAL = {"rings_s": 20}
_KEYS = {"1": _("Key 1"), "2": _("Key 2"), "3": _("Key 3"), "4": _("Key 4")}
_DUTIES = {1: _("First duty"), 2: _("Second duty"), 3: _("Third duty"), 4: _("Fourth duty")}

# ---- holes that several share ----

ITSELF = (
    asks(NAME, _("Name"), required=True, max_length=128),
    picks(NUMBERS, _("Numbers"), NUMBER, several=True, help=_("Each number leads to one callflow only.")),
    asks(
        EXTENSION,
        _("Extension"),
        pattern="[0-9]{1,10}",
        max_length=10,
        help=_("Digits that people of the account dial."),
    ),
)
RINGS_S = asks("rings_s", _("Rings for (s)"), "duration_s", required=True, minimum=5, maximum=120)
MAILBOX = picks("mailbox", _("Mailbox"), "vmbox", required=True, help=_("Where callers leave a message."))
GREETING = picks("greeting", _("Greeting"), "media", help=_("Empty: nothing is played."))


def _people(label: Text, group: Text = "") -> Field:
    return picks("people", label, "user", several=True, required=True, group=group)


# ---- steps that several share ----


def _then(step: Part) -> tuple[tuple[str, Part], ...]:
    return ((DEFAULT, step),)


def _after(recording: str, step: Part) -> Part:
    """A step with a recording in front, where one was chosen."""
    return First((Step("play", {"id": Hole(recording)}, _then(step), needs=(recording,)), step))


def _person(name: str, otherwise: Part) -> Step:
    return Step("user", {"id": Hole(name), "timeout": Hole("rings_s")}, _then(otherwise), needs=(name,))


MESSAGE = Step("voicemail", {"id": Hole("mailbox"), "action": "compose"}, needs=("mailbox",))
MEMBER = {"endpoint_type": "user", "id": ITEM, "timeout": Hole("rings_s")}
TOGETHER = Step(
    "ring_group",
    {"endpoints": Each("people", MEMBER), "strategy": "simultaneous", "timeout": Hole("rings_s")},
    _then(MESSAGE),
)
UNANSWERED = _("If nobody answers")
OPEN, CLOSED = _("While you are open"), _("While you are closed")
BACKUP = _person("backup", MESSAGE)

STARTS = (
    Start(
        id="reception",
        label=_("Reception with hours and holidays"),
        summary=_("While you are open people ring together; otherwise callers leave a message."),
        icon="clock",
        holes=(
            *ITSELF,
            picks(
                "hours",
                _("Opening hours"),
                "temporal_rule",
                several=True,
                required=True,
                group=OPEN,
                help=_("The rules of time at which you are open."),
            ),
            picks("greeting", _("Greeting"), "media", group=OPEN, help=_("Empty: nothing is played.")),
            _people(_("Who rings"), OPEN),
            asks(
                "rings_s",
                _("Rings for (s)"),
                "duration_s",
                required=True,
                minimum=5,
                maximum=120,
                group=OPEN,
            ),
            picks(
                "holidays",
                _("Holidays"),
                "temporal_rule",
                several=True,
                group=CLOSED,
                help=_("Rules of time that close you, whatever the opening hours say."),
            ),
            picks(
                "closed_message",
                _("Announcement"),
                "media",
                group=CLOSED,
                help=_("Empty: nothing is played."),
            ),
            picks(
                "mailbox",
                _("Mailbox"),
                "vmbox",
                required=True,
                group=CLOSED,
                help=_("Where callers leave a message, also where nobody answers."),
            ),
        ),
        usual=USUAL,
        flow=Step(
            "temporal_route",
            {"rules": ASKED},
            (
                (Hole("holidays"), _after("closed_message", MESSAGE)),
                (Hole("hours"), _after("greeting", TOGETHER)),
                (DEFAULT, _after("closed_message", MESSAGE)),
            ),
        ),
    ),
    Start(
        id="menu",
        label=_("Menu of choices"),
        summary=_("Callers hear a menu and press a key; each key leads to a person or to another callflow."),
        icon="dialpad",
        holes=(
            *ITSELF,
            picks("menu", _("Menu"), "menu", required=True, help=_("It says what the keys mean.")),
            *(
                hole
                for key, words in _KEYS.items()
                for hole in (
                    picks(f"person_{key}", _("Rings"), "user", group=words),
                    picks(
                        f"callflow_{key}",
                        _("or goes on in"),
                        "callflow",
                        group=words,
                        help=_("Where a person is chosen, this is left out."),
                    ),
                )
            ),
            picks(
                "others",
                _("Rings"),
                "user",
                required=True,
                group=_("No key, or another one"),
            ),
            replace(RINGS_S, group=UNANSWERED),
            replace(MAILBOX, group=UNANSWERED),
        ),
        usual=USUAL,
        flow=Step(
            "menu",
            {"id": Hole("menu")},
            (
                *(
                    (
                        key,
                        First(
                            (
                                _person(f"person_{key}", MESSAGE),
                                Step("callflow", {"id": Hole(f"callflow_{key}")}, needs=(f"callflow_{key}",)),
                            )
                        ),
                    )
                    for key in _KEYS
                ),
                (DEFAULT, _person("others", MESSAGE)),
            ),
        ),
    ),
    Start(
        id="group",
        label=_("Ring group, then voicemail"),
        summary=_("Several people ring together; where nobody answers, callers leave a message."),
        icon="users-group",
        holes=(*ITSELF, GREETING, _people(_("Who rings")), RINGS_S, MAILBOX),
        usual=USUAL,
        flow=_after("greeting", TOGETHER),
    ),
    Start(
        id="queue",
        label=_("Queue"),
        summary=_("Callers hear a greeting and wait for an agent."),
        icon="headset",
        holes=(
            *ITSELF,
            GREETING,
            picks("queue", _("Queue"), "queue", required=True),
            picks(
                "mailbox",
                _("Mailbox"),
                "vmbox",
                help=_("For callers whom the queue lets go. Empty: the call ends."),
            ),
        ),
        flow=_after("greeting", Step("acdc_member", {"id": Hole("queue")}, _then(MESSAGE))),
    ),
    Start(
        id="on_call",
        label=_("On-call rotation"),
        summary=_(
            "Who is on duty at that time rings, then the person behind, then a mailbox takes a message."
        ),
        icon="calendar",
        holes=(
            *ITSELF,
            *(
                hole
                for duty, words in _DUTIES.items()
                for hole in (
                    picks(
                        f"when_{duty}",
                        _("When"),
                        "temporal_rule",
                        required=duty == 1,
                        group=words,
                        help=_("A rule of time, such as every fourth week."),
                    ),
                    picks(f"person_{duty}", _("Who"), "user", required=duty == 1, group=words),
                )
            ),
            picks(
                "backup",
                _("Person behind"),
                "user",
                required=True,
                group=_("Nobody on duty, or no answer"),
            ),
            replace(RINGS_S, group=UNANSWERED),
            replace(MAILBOX, group=UNANSWERED),
        ),
        usual=USUAL,
        flow=Step(
            "temporal_route",
            {"rules": ASKED},
            (
                *((Hole(f"when_{duty}"), _person(f"person_{duty}", BACKUP)) for duty in _DUTIES),
                (DEFAULT, BACKUP),
            ),
        ),
    ),
    Start(
        id="redirect",
        label=_("Emergency redirect"),
        summary=_(
            "While a rule of time is switched on, all calls go to an outside number; else on as usual."
        ),
        icon="urgent",
        holes=(
            *ITSELF,
            picks(
                "switch",
                _("Switch"),
                "temporal_rule",
                required=True,
                help=_("A rule of time: while it is in force, or forced by hand, calls are redirected."),
            ),
            asks("outside", _("Outside number"), "number", required=True),
            picks("announcement", _("Announcement"), "media", help=_("Empty: nothing is played.")),
            picks(
                "mailbox",
                _("Mailbox"),
                "vmbox",
                help=_("Where nobody answers outside. Empty: the call ends."),
            ),
            picks("usual", _("As usual"), "callflow", required=True, help=_("Where calls go otherwise.")),
        ),
        flow=Step(
            "temporal_route",
            {"rules": ASKED},
            (
                (
                    Hole("switch"),
                    _after("announcement", Step("resources", {"to_did": Hole("outside")}, _then(MESSAGE))),
                ),
                (DEFAULT, Step("callflow", {"id": Hole("usual")})),
            ),
        ),
    ),
    Start(
        id="empty",
        label=_("Nothing yet"),
        summary=_("Only its name and its numbers; all steps are yours to add."),
        icon="plus",
        holes=ITSELF,
    ),
)
