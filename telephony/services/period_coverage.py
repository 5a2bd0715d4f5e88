"""Whether the calls that figures of some days are made of are all here, and in which words a page says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Min

from telephony.models import Coverage, Entity
from telephony.models.rollups import Part
from telephony.models.spans import Span

_LEAST_FIRST = (
    Coverage.State.MISSING,
    Coverage.State.FETCHING,
    Coverage.State.PARTIAL,
    Coverage.State.COMPLETE,
)


@dataclass(frozen=True, kw_only=True)
class PeriodCoverage:
    """not_whole   days whose calls are not all here, the latest first; today, which is not over, left out
    since       the first day of which calls are here; None where none are
    """

    not_whole: Sequence[Coverage]
    since: date | None

    @property
    def by_connection(self) -> list[tuple[str, int]]:
        """Of each connection that lacks some how many days it lacks."""
        return sorted(Counter(one.connection.name for one in self.not_whole).items())

    @property
    def worst(self) -> dict[date, str]:
        return worst_of((one.day, one.state) for one in self.not_whole)

    def reaches(self, span: Span) -> bool:
        """Whether calls of its first day are here."""
        return self.since is not None and self.since <= span.first

    def begun(self, span: Span) -> Span:
        """The days of it from the first on of which calls are here."""
        first = span.first if self.since is None else min(max(self.since, span.first), span.last)
        return replace(span, first=first)

    def within(self, span: Span) -> PeriodCoverage:
        some = [one for one in self.not_whole if span.first <= one.day <= span.last]
        return PeriodCoverage(not_whole=some, since=self.since)


def worst_of(states: Iterable[tuple[date, str]]) -> dict[date, str]:
    """Of days that are told by several connections the state in which least is here."""
    found: dict[date, str] = {}
    for day, state in states:
        found[day] = min(found.get(day, state), state, key=_LEAST_FIRST.index)
    return found


def coverage_of(first: date, last: date, today: date, part: Part) -> PeriodCoverage:
    """Of the connection where only one is looked at, or a line of it; two queries."""
    days = Coverage.objects.all()
    if part.connection is not None:
        days = days.filter(connection_id=part.connection)
    if part.line is not None:
        days = days.filter(connection__in=Entity.objects.filter(pk=part.line).values("connection"))
    lacking = days.filter(day__gte=first, day__lte=last).exclude(day=today)
    return PeriodCoverage(
        not_whole=list(
            lacking.exclude(state=Coverage.State.COMPLETE).select_related("connection").order_by("-day")
        ),
        since=days.aggregate(since=Min("day"))["since"],
    )
