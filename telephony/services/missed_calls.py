"""What the board of missed callers says of the numbers of one page, and the marks that people set there.

Which numbers wait: models/missed.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Max, Min
from django.utils import timezone

from accounts.models import Person
from telephony.models import Call, Entity, MissedMark
from telephony.models.calls import Direction, Medium
from telephony.models.missed import Missed, MissedSearch
from telephony.services.open_time import OpenTime
from telephony.services.opening_hours import schedules


def missed_of(calls: Sequence[Call], search: MissedSearch, now: datetime) -> dict[str, Missed]:
    """By number, for the calls that a page of the board shows; a fixed number of queries."""
    if not calls:
        return {}
    keys = [call.caller_reversed for call in calls]
    rows = (
        search.tries(keys)
        .values("caller")
        .annotate(tries=Count("pk"), first_at=Min("started_at"), line_ids=ArrayAgg("line_id", distinct=True))
    )
    told = {row["caller"]: row for row in rows}
    line_ids = {pk for row in told.values() for pk in row["line_ids"] if pk}
    lines = dict(Entity.objects.filter(pk__in=line_ids).values_list("pk", "name"))
    tried = _tried(keys, search.start_at)
    marks = {
        mark.number: mark
        for mark in MissedMark.objects.filter(number__in=told).select_related("owner", "done_by")
    }
    open_time = OpenTime([one.hours for one in schedules()], search.start_at, now)
    return {
        call.caller: Missed(
            tries=row["tries"],
            first_at=row["first_at"],
            lines=sorted(lines[pk] for pk in row["line_ids"] if pk in lines),
            waited_s=open_time.seconds_since(row["first_at"]),
            is_open_time=open_time.is_bounded,
            tried_at=tried_at
            if (tried_at := tried.get(call.caller)) and tried_at > call.started_at
            else None,
            mark=marks.get(call.caller),
        )
        for call in calls
        if (row := told.get(call.caller))
    }


def _tried(keys: Sequence[str], since: datetime) -> dict[str, datetime]:
    """When each of these numbers, given reversed, was last called."""
    placed = Call.objects.filter(
        callee_reversed__in=keys, direction=Direction.OUTBOUND, medium=Medium.VOICE, started_at__gte=since
    )
    return dict(placed.values_list("callee").annotate(Max("started_at")))


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
