"""How the board of missed callers was worked off: by day, and by whom. Days are the tenant's local days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate

from accounts.models import Person
from portal.lib.days import midnight
from telephony.models import Call, MissedMark
from telephony.models.calls import CallQuerySet
from telephony.models.spoken import not_spoken_since, with_number

DAYS = 30


@dataclass(frozen=True, kw_only=True)
class PersonFigures:
    """done: numbers that the person said to be done in these days; owns: those that they look after."""

    person: Person
    done: int
    owns: int


@dataclass(frozen=True, kw_only=True)
class MissedFigures:
    """missed: unanswered calls with a number, by day; waiting: those whose caller nobody has spoken to since."""

    days: Sequence[date]
    missed: Mapping[date, int]
    waiting: Mapping[date, int]
    people: Sequence[PersonFigures]

    @property
    def total(self) -> int:
        return sum(self.missed.values())

    @property
    def spoken_to(self) -> int:
        return self.total - sum(self.waiting.values())


def figures_of(zone: ZoneInfo, now: datetime) -> MissedFigures:
    """Of the last thirty days, today among them; five queries."""
    today = now.astimezone(zone).date()
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    start_at = midnight(days[0], zone)
    calls = with_number(Call.objects.between(start_at, now))
    return MissedFigures(
        days=days,
        missed=_by_day(calls, zone),
        waiting=_by_day(not_spoken_since(calls, start_at), zone),
        people=_people(start_at),
    )


def _by_day(calls: CallQuerySet, zone: ZoneInfo) -> dict[date, int]:
    rows = calls.order_by().annotate(day=TruncDate("started_at", tzinfo=zone)).values_list("day")
    return dict(rows.annotate(calls=Count("pk")))


def _people(start_at: datetime) -> list[PersonFigures]:
    done = _by_person("done_by", MissedMark.objects.filter(done_at__gte=start_at))
    owns = _by_person("owner", MissedMark.objects.filter(done_at=None))
    people = Person.objects.filter(pk__in={*done, *owns}).order_by("name_key", "pk")
    found = [PersonFigures(person=one, done=done.get(one.pk, 0), owns=owns.get(one.pk, 0)) for one in people]
    return sorted(found, key=lambda one: -one.done)


def _by_person(field: str, marks: QuerySet[MissedMark]) -> dict[int, int]:
    rows = marks.filter(**{f"{field}__isnull": False}).order_by().values_list(field)
    return dict(rows.annotate(numbers=Count("pk")))
