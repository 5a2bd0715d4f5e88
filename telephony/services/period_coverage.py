"""Whether the calls that figures of some days are made of are all here, and in which words a page says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Min, Q

from telephony.models import Coverage, Entity
from telephony.models.rollups import Part
from telephony.models.spans import Span

BEHIND_AFTER = timedelta(minutes=45)  # and two syncs: what came since is not known
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
    current     where today is one of the days: what is here of it, and of the day that is a connection's own by then
    """

    not_whole: Sequence[Coverage]
    since: date | None
    current: Sequence[Coverage] = ()

    @property
    def worst(self) -> dict[date, str]:
        return worst_of((one.day, one.state) for one in self.not_whole)

    @property
    def read_until(self) -> dict[str, datetime | None]:
        """Up to when calls of today are here, by the name of the connection; None where none of it are."""
        found: dict[str, datetime | None] = {}
        for one in self.current:
            reached = [at for at in (found.get(one.connection.name), one.complete_until) if at]
            found[one.connection.name] = max(reached, default=None)
        return found

    def behind(self, now: datetime) -> dict[str, datetime | None]:
        """Of `read_until` those that a sync should have brought further by now."""
        spans = {one.connection.name: 2 * one.connection.calls_every_s for one in self.current}
        return {
            name: until
            for name, until in self.read_until.items()
            if until is None or now - until > max(BEHIND_AFTER, timedelta(seconds=spans[name]))
        }

    def reaches(self, span: Span) -> bool:
        """Whether calls of its first day are here."""
        return self.since is not None and self.since <= span.first

    def begun(self, span: Span) -> Span:
        """The days of it from the first on of which calls are here."""
        first = span.first if self.since is None else min(max(self.since, span.first), span.last)
        return replace(span, first=first)

    def within(self, span: Span) -> PeriodCoverage:
        some = [one for one in self.not_whole if span.first <= one.day <= span.last]
        current = self.current if span.last >= span.today else ()
        return PeriodCoverage(not_whole=some, since=self.since, current=current)


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
    lacks = Q(day__gte=first, day__lte=last) & ~Q(day=today) & ~Q(state=Coverage.State.COMPLETE)
    asked = lacks | Q(day__gte=today) if last >= today else lacks
    rows = list(days.filter(asked).select_related("connection").order_by("-day"))
    return PeriodCoverage(
        not_whole=[one for one in rows if one.day < today],
        since=days.aggregate(since=Min("day"))["since"],
        current=[one for one in rows if one.day >= today and one.connection.unlinked_at is None],
    )
