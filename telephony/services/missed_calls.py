"""What the board of missed callers says of the numbers of one page, and the marks that people set there.

Which numbers wait: models/missed.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from accounts.models import Person
from accounts.scoping import current_tenant_id
from telephony.models import Call, MissedMark
from telephony.models.calls import Direction
from telephony.models.missed import Missed, MissedSearch
from telephony.services.missed_sql import tries_of
from telephony.services.open_time import OpenTime
from telephony.services.opening_hours import schedules


def missed_of(calls: Sequence[Call], search: MissedSearch, now: datetime) -> dict[str, Missed]:
    """By number, for the calls that a page of the board shows; a fixed number of queries."""
    if not calls:
        return {}
    found = tries_of(current_tenant_id(), search, [call.caller_reversed for call in calls])
    marks = {
        mark.number: mark
        for mark in MissedMark.objects.filter(number__in=[call.caller for call in calls]).select_related(
            "owner", "done_by"
        )
    }
    open_time = OpenTime([one.hours for one in schedules()], search.start_at, now)
    return {
        call.caller: Missed(
            tries=tries.many,
            first_at=tries.first_at,
            lines=tries.lines,
            waited_s=open_time.seconds_since(tries.first_at),
            is_open_time=open_time.is_bounded,
            tried_at=tries.tried_at if tries.tried_at and tries.tried_at > call.started_at else None,
            mark=marks.get(call.caller),
        )
        for call in calls
        if (tries := found.get(call.caller_reversed))
    }


def has_called(number: str) -> bool:
    """Whether the number ever called the tenant: only such a one can be marked."""
    return Call.objects.filter(caller_reversed=number[::-1], direction=Direction.INBOUND).exists()


def mark_of(number: str) -> MissedMark:
    """The mark of a number; a new one, not stored, where it has none."""
    found = MissedMark.objects.filter(number=number).select_related("owner", "done_by").first()
    return found or MissedMark(number=number)


def keep(number: str, owner: Person | None, note: str) -> None:
    """Say who looks after a number, and a word on it."""
    MissedMark.objects.update_or_create(number=number, defaults={"owner": owner, "note": note})


def take(number: str, person: Person) -> None:
    """Look after a number oneself."""
    MissedMark.objects.update_or_create(number=number, defaults={"owner": person})


def close(number: str, person: Person) -> None:
    """What was missed of the number until now is done."""
    MissedMark.objects.update_or_create(
        number=number, defaults={"done_at": timezone.now(), "done_by": person}
    )


def reopen(number: str) -> None:
    MissedMark.objects.filter(number=number).update(done_at=None, done_by=None)
