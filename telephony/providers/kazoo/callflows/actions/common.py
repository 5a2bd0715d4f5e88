"""What the actions share: how they are written down, the branches they may have, settings that many of them hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from telephony.providers.callflows.actions import DEFAULT, Action, Branches, Category, Rule
from telephony.providers.kazoo.callflows.actions.rooms import ROOM
from telephony.providers.kazoo.callflows.actions.words import words_of
from telephony.providers.kazoo.schema.form import Part, choice, family, flag, integer, many, seconds, text
from telephony.providers.operations import Text

__all__ = ["ROOM"]

Made = Callable[[Category], Action]

# ---- branches ----

ENDS = Branches(rule=Rule.NONE, words={})
NEXT = Branches(rule=Rule.NEXT, words={DEFAULT: _("then")})
RINGS = Branches(
    rule=Rule.RINGS,
    words={
        DEFAULT: _("no answer"),
        "USER_BUSY": _("busy"),
        "CALL_REJECTED": _("refused"),
        "NO_ANSWER": _("not answered in time"),
        "NO_USER_RESPONSE": _("not reachable"),
        "SUBSCRIBER_ABSENT": _("not registered"),
        "UNALLOCATED_NUMBER": _("number unknown"),
    },
    pattern=r"sip:[1-6][0-9]{2}|[A-Z][A-Z0-9_]+",
    help=_("A SIP code such as sip:486, or a cause such as USER_BUSY."),
    may_strand=True,
)
DIALS = replace(RINGS, may_strand=False)  # those who dial out, or dial a code, hear why it failed
KEYS = Branches(
    rule=Rule.KEYS,
    words={
        **{key: key for key in (*"1234567890", "*", "#")},
        "timeout": _("nothing pressed"),
        "max_retries": _("too many tries"),
        DEFAULT: _("any other key"),
    },
    pattern="[0-9*#]+",
    help=_("A key, or several pressed one after another."),
)
RULES = Branches(
    rule=Rule.TIMES,
    words={"rule_set": _("a rule of the set"), DEFAULT: _("otherwise")},
    pattern="[0-9a-f]{32}",
    help=_("A rule of time, or a set of rules."),
)
VALUES = Branches(
    rule=Rule.VALUES, words={DEFAULT: _("otherwise")}, pattern="(?s).+", help=_("The value as it is.")
)
MATCHES = Branches(
    rule=Rule.NAMED,
    words={"match": _("it fits"), "nomatch": _("it does not fit"), DEFAULT: _("otherwise")},
)
CALLERS = Branches(
    rule=Rule.NAMED,
    words=MATCHES.words,
    pattern=r"\+?[0-9]+",
    help=_("A whole number, where branches are numbers."),
)
FAX = Branches(
    rule=Rule.NAMED, words={"ON_FAX": _("a fax"), "ON_VOICE": _("a voice"), DEFAULT: _("otherwise")}
)
SCORES = Branches(
    rule=Rule.NUMBERS,
    words={DEFAULT: _("otherwise")},
    pattern="[0-9]|10",
    help=_("The least score, 0 to 10, from which the branch is taken."),
)
WAITS = Branches(
    rule=Rule.NUMBERS,
    words={DEFAULT: _("shorter than all of them")},
    pattern="[0-9]+",
    help=_("The average wait, in seconds, from which the branch is taken."),
)
SLOTS = Branches(
    rule=Rule.VALUES,
    words={"MAX_SLOT_EXCEEDED": _("no slot is free"), DEFAULT: _("any slot")},
    pattern="(?s).+",
    help=_("The slot that was used."),
)

# ---- settings ----

SKIP = flag(
    "skip_module",
    _("Pass over this step"),
    default=False,
    help=_("The call goes straight on to the next step."),
)
TERMINATORS = many("terminators", _("Keys that end it"), text(""))
MEMBERS = (
    choice("endpoint_type", _("Kind"), "device", "user", "group", required=True),
    text(
        "id",
        _("Which one"),
        required=True,
        length=(1, 128),
        kind="code",
        refers_to="user",
        also=("device", "group"),
    ),
    seconds("delay", _("Begins after"), default=0),
    seconds("timeout", _("Rings for"), default=20),
    integer("weight", _("Weight"), bounds=(1, 100)),
)
RECIPIENTS = (
    choice("type", _("Kind"), "user", "email", required=True),
    text("id", _("Which one"), type=("array", "string"), required=True, kind="code", refers_to="user"),
)
MEMBER, RECIPIENT = ("endpoint_type", "id"), ("type", "id")  # what says of an entry which object it is

# ---- writing them down ----


def action(
    module: str,
    label: Text,
    summary: Text,
    branches: Branches,
    *settings: Part,
    icon: str,
    may_skip: bool = True,
    about: tuple[str, ...] = (),
) -> Made:
    """An action of the category it is listed in. `may_skip`: the engine can be told to pass over it."""
    parts = (*settings, SKIP) if may_skip else settings
    return lambda category: Action(
        module=module,
        label=label,
        summary=summary,
        category=category,
        branches=branches,
        settings=family(module, *parts),
        icon=icon,
        words=words_of(module),
        about=about,
    )


def category(identifier: str, label: Text, *made: Made) -> tuple[Action, ...]:
    own = Category(id=identifier, label=label)
    return tuple(make(own) for make in made)
