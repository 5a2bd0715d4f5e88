"""Whether somebody spoke with a caller who was not answered, and how that came about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Exists, F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, TruncDate
from django.db.models.lookups import Exact, GreaterThan, LessThan, LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from telephony.models.calls import REACHED, UNANSWERED, Call, CallQuerySet, Direction, Medium

AT_ONCE = timedelta(hours=1)
_NEVER_AT = Value(datetime(9999, 1, 1, tzinfo=UTC), output_field=models.DateTimeField())


class Fate(models.TextChoices):
    """What became of an unanswered call whose number is known, by what came first."""

    WITHIN_HOUR = "within_hour", _("Called back within the hour")
    SAME_DAY = "same_day", _("Called back the same day")
    LATER = "later", _("Called back later")
    CALLED_AGAIN = "called_again", _("Called again and answered")
    NEVER = "never", _("Never spoken to since")


LAST_OF_EACH = (
    "last_of_each"  # beside the fates: of each caller who was never spoken to since the last call alone
)


def unanswered(calls: CallQuerySet) -> CallQuerySet:
    """Those that came in and that nobody took: who left a message was not spoken to either."""
    return calls.filter(direction=Direction.INBOUND, medium=Medium.VOICE, outcome__in=UNANSWERED)


def not_spoken_since(
    calls: CallQuerySet, start_at: datetime | None, seen_at: datetime | None = None
) -> CallQuerySet:
    """Those after which nobody talked with the caller, over all connections. None of the calls is before `start_at`; where
    `seen_at` is given, talks from then on do not count.

    A call back that nobody took is none: the caller waits still. That later calls are not before `start_at` either
    goes without saying, but PostgreSQL then reads these alone, where it would read the calls of years.
    """
    called_back, got_through = later_talks(start_at, seen_at)
    return calls.filter(~Exists(got_through), ~Exists(called_back))


def later_talks(
    start_at: datetime | None, seen_at: datetime | None = None
) -> tuple[CallQuerySet, CallQuerySet]:
    """For a subquery of calls: those that called their number back and were heard, those of it that were answered."""
    later: dict[str, Any] = {"medium": Medium.VOICE, "started_at__gt": OuterRef("started_at")}
    if start_at is not None:
        later["started_at__gte"] = start_at
    if seen_at is not None:
        later["started_at__lt"] = seen_at
    back = Call.objects.filter(
        callee_reversed=OuterRef("caller_reversed"), direction=Direction.OUTBOUND, duration_s__gt=0, **later
    )
    again = Call.objects.filter(
        caller_reversed=OuterRef("caller_reversed"),
        direction=Direction.INBOUND,
        outcome__in=REACHED,
        **later,
    )
    return back, again


def first_of(calls: CallQuerySet) -> Subquery:
    return Subquery(calls.order_by("started_at").values("started_at")[:1])


def with_number(calls: CallQuerySet) -> CallQuerySet:
    """The unanswered ones whose number is known: what has a fate."""
    return unanswered(calls).filter(caller_reversed__endswith="+")


def fate_of(at: datetime, back_at: datetime | None, again_at: datetime | None, zone: ZoneInfo) -> Fate:
    """Of a call at that instant, by the first of both kinds of talk after it; days are the zone's."""
    if again_at is not None and (back_at is None or again_at < back_at):
        return Fate.CALLED_AGAIN
    if back_at is None:
        return Fate.NEVER
    if back_at - at <= AT_ONCE:
        return Fate.WITHIN_HOUR
    is_same_day = back_at.astimezone(zone).date() == at.astimezone(zone).date()
    return Fate.SAME_DAY if is_same_day else Fate.LATER


def of_fate(
    calls: CallQuerySet,
    fate: str,
    zone: ZoneInfo,
    start_at: datetime | None,
    seen_at: datetime | None = None,
) -> CallQuerySet:
    """Those of `with_number` that `fate_of` says this of, or LAST_OF_EACH. None of the calls is before `start_at`; where
    `seen_at` is given, as it was then.
    """
    calls = with_number(calls)
    if seen_at is not None:
        calls = calls.filter(started_at__lt=seen_at)
    if fate == LAST_OF_EACH:
        waiting = not_spoken_since(calls, start_at, seen_at).order_by("caller_reversed", "-started_at", "-pk")
        return calls.filter(pk__in=waiting.distinct("caller_reversed").values("pk"))
    back, again = (first_of(talks) for talks in later_talks(start_at, seen_at))
    if fate == Fate.NEVER:
        return not_spoken_since(calls, start_at, seen_at)
    if fate == Fate.CALLED_AGAIN:
        return calls.filter(LessThan(again, Coalesce(back, _NEVER_AT)))
    calls = calls.filter(LessThanOrEqual(back, Coalesce(again, _NEVER_AT)))
    by_then = F("started_at") + AT_ONCE
    if fate == Fate.WITHIN_HOUR:
        return calls.filter(LessThanOrEqual(back, by_then))
    is_same_day = Exact(TruncDate(back, tzinfo=zone), TruncDate("started_at", tzinfo=zone))
    calls = calls.filter(GreaterThan(back, by_then))
    return calls.filter(is_same_day) if fate == Fate.SAME_DAY else calls.exclude(is_same_day)
