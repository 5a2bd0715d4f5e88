"""A connection that must be connected again or is paused, a sync that was given up or is behind, days of calls that are
missing."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from accounts.rights import Right
from telephony.models import AlertRule
from telephony.services import troubles
from telephony.services.alert_kinds.base import Kind, Of, Reading, Round, Subject, Verdict
from telephony.services.troubles import Sort


def look(_rule: AlertRule, round_: Round) -> Iterator[Reading]:
    """Records that could not be read are set aside for good: they wait on the overview. So does a connection that a person
    paused, as long as no day is missing for it."""
    for one in troubles.troubles_of(troubles.linked(), round_.now, round_.zone):
        if one.sort == Sort.UNREADABLE or (one.sort == Sort.PAUSED and not one.count):
            continue
        yield Reading(
            subject=Subject(key=one.key, name=one.name, connection=one.connection),
            verdict=Verdict.OVER,
            evidence={
                "sort": one.sort.value,
                "count": one.count,
                "error": one.error,
                "is_grave": one.is_grave,
            },
        )


KIND = Kind(
    key=AlertRule.Kind.TROUBLE,
    label=AlertRule.Kind.TROUBLE.label,
    what=_(
        "A connection must be connected again, a sync was given up or is behind, or days of calls are missing."
    ),
    icon="plug-connected-x",
    fields=(),
    defaults={"of": Of.WHOLE},
    of=(Of.WHOLE,),
    look=look,
    is_grave=True,
    is_usual=True,
    right=Right.LINES_READ,
)
