"""Whether the calls that figures of some days are made of are all here: for pages, files, reports and alerts alike.

A day of which nothing was ever read is missing like one that was asked for in vain: a sync that stands still leaves no
trace of it. Days are those of whoever asks; a connection's own, which coverage.py keeps, count for the hours that both
have. In which words that is said: telephony/figures/missing.py.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection as database
from django.db.models import Min, OuterRef, Subquery
from django.utils import timezone

from accounts.models import Tenant
from accounts.scoping import tenants_scope
from portal.lib.days import days_between, midnight
from telephony.models import Connection, Coverage, Entity
from telephony.models.retention import calls_read_from
from telephony.models.rollups import Part
from telephony.models.spans import DAY, Span

BEHIND_AFTER = timedelta(minutes=45)  # and two syncs: what came since is not known
State = Coverage.State
_LEAST_FIRST = (State.MISSING, State.FETCHING, State.PARTIAL, State.COMPLETE)
_INCOMPLETE = """
    SELECT place.id, local::date, known.state, known.complete_until
      FROM unnest(%(tenants)s::bigint[], %(ids)s::bigint[]) AS place (tenant_id, id)
     CROSS JOIN generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS local
      LEFT JOIN telephony_coverage AS known ON known.tenant_id = place.tenant_id
           AND known.connection_id = place.id AND known.day = local::date
     WHERE known.state IS DISTINCT FROM 'complete'
     ORDER BY 1, 2
"""


class NotWhole(NamedTuple):
    """A day on which calls of a connection are not all here.

    state     why, a Coverage.State; partial where some hours of it are here
    until     up to when they are, where all that came later is not
    unlinked  of a day since the connection was unlinked, that day
    """

    connection: Connection
    day: date
    state: str = State.MISSING
    until: datetime | None = None
    unlinked: date | None = None


class Current(NamedTuple):
    """A connection that is linked, and up to when its calls are here; `today_until` where that is today."""

    connection: Connection
    until: datetime | None
    today_until: datetime | None


@dataclass(frozen=True, kw_only=True)
class PeriodCoverage:
    """not_whole   by connection and day; today, which is not over, left out
    since       the first day of which any calls are here; None where none are
    connections  how many of them are looked for on every day
    current     where today is one of the days
    """

    not_whole: Sequence[NotWhole]
    since: date | None
    connections: int = 1
    current: Sequence[Current] = ()

    @property
    def by_day(self) -> dict[date, str]:
        """Each day that is not whole with the state in which least is here; partial where other connections are."""
        told = Counter(one.day for one in self.not_whole)
        least = _least((one.day, one.state) for one in self.not_whole)
        return {
            day: state if told[day] >= self.connections else str(State.PARTIAL)
            for day, state in least.items()
        }

    @property
    def read_until(self) -> dict[str, datetime | None]:
        """Up to when calls of today are here, by the name of the connection; None where none of it are."""
        return {one.connection.name: one.today_until for one in self.current}

    def behind(self, now: datetime) -> dict[str, datetime | None]:
        """Of `read_until` those that a sync should have brought further by now."""
        return {
            one.connection.name: one.today_until
            for one in self.current
            if one.until is None
            or now - one.until > max(BEHIND_AFTER, timedelta(seconds=2 * one.connection.calls_every_s))
        }

    def has(self, span: Span) -> bool:
        """Whether all calls of its days are here, today aside."""
        return not self.within(span).not_whole

    def begun(self, span: Span) -> Span:
        """The days of it from the first on of which calls are here."""
        return span.since(self.since)

    def within(self, span: Span) -> PeriodCoverage:
        some = [one for one in self.not_whole if span.first <= one.day <= span.last]
        current = self.current if span.last >= span.today else ()
        return replace(self, not_whole=some, current=current)


def _least(states: Iterable[tuple[date, str]]) -> dict[date, str]:
    """Of days that are told by several connections the state in which least is here."""
    found: dict[date, str] = {}
    for day, state in states:
        found[day] = min(found.get(day, state), state, key=_LEAST_FIRST.index)
    return found


@dataclass(frozen=True, kw_only=True)
class _Days:
    """Local days of a zone. today: None where all of them are over. is_of_one: of one connection alone."""

    first: date
    last: date
    today: date | None
    zone: ZoneInfo
    is_of_one: bool = False


def coverage_of(first: date, last: date, today: date | None, zone: ZoneInfo, part: Part) -> PeriodCoverage:
    """Of the scope's tenant, or the connection that a part is of; two queries.

    A connection that was unlinked is looked for up to that day, and from then on where it is asked for alone.
    """
    found = of_calls()
    if part.connection is not None:
        found = found.filter(pk=part.connection)
    if part.line is not None:
        found = found.filter(pk__in=Entity.objects.filter(pk=part.line).values("connection"))
    days = _Days(first=first, last=last, today=today, zone=zone, is_of_one=part != Part())
    known = [one for one in found if _tells_of_calls(one)]
    return _told(known, _incomplete(known, first, last), days)


def lacking_days(link: Connection, now: datetime) -> dict[date, str]:
    """Days of its own from the first known on of which calls should be here and are not all, with their states.

    Today is one of them where none of it is here and a sync should have brought some by now. Three queries.
    """
    zone = ZoneInfo(link.time_zone)
    today = now.astimezone(zone).date()
    first = Coverage.objects.filter(connection=link).aggregate(first=Min("day"))["first"]
    if first is None:
        return {}
    found = coverage_of(first, today, today, zone, Part(connection=link.pk))
    lacking = {one.day: one.state for one in found.not_whole if one.unlinked is None}
    if None in found.behind(now).values():
        lacking[today] = State.MISSING
    return lacking


def lacking_of(links: Sequence[Any], first: date, today: date, zone: ZoneInfo) -> dict[int, dict[date, str]]:
    """The same of each of several that are linked, with its `since`, by id: of days of `zone` that are over. One query."""
    days = _Days(first=first, last=today - DAY, today=today, zone=zone)
    rows = _incomplete(links, first, days.last)
    return {
        link.pk: {
            one.day: one.state
            for one in _lacks_of(
                link, [row for row in rows.get(link.pk, ()) if link.since and link.since <= row[0]], days
            )
        }
        for link in links
    }


def fetchable(lacking: Mapping[date, str], zone: ZoneInfo) -> list[date]:
    """Of `lacking_days` those to be asked for once more; none while all that lacks is to come by itself.

    What the tenant keeps no longer does not come back.
    """
    if State.MISSING not in lacking.values():
        return []
    kept_from = calls_read_from(zone)
    return [
        day
        for day, state in sorted(lacking.items())
        if state != State.FETCHING and (kept_from is None or midnight(day, zone) >= kept_from)
    ]


def coverages_of(tenants: Sequence[Tenant], span: Span) -> dict[int, PeriodCoverage]:
    """Of each, on days of its own clocks, by id; two queries in all. Its own today is not over."""
    with tenants_scope(tenants):
        found: dict[int, list[Connection]] = defaultdict(list)
        for one in of_calls().select_related("tenant"):
            if _tells_of_calls(one):
                found[one.tenant_id].append(one)
    rows = _incomplete([one for some in found.values() for one in some], span.first, span.last)
    now = timezone.now()

    def days_of(tenant: Tenant) -> _Days:
        zone = ZoneInfo(tenant.time_zone)
        today = now.astimezone(zone).date()
        return _Days(first=span.first, last=span.last, today=today, zone=zone)

    return {tenant.pk: _told(found[tenant.pk], rows, days_of(tenant)) for tenant in tenants}


def of_calls() -> Any:
    """Connections with the first day of which anything is known."""
    first = Coverage.objects.filter(connection=OuterRef("pk")).order_by("day").values("day")[:1]
    return Connection.objects.annotate(since=Subquery(first)).order_by("name_key", "pk")


def _tells_of_calls(one: Any) -> bool:
    return "calls.list" in one.capabilities or one.since is not None


_Rows = Mapping[int, Sequence[tuple[date, str | None, datetime | None]]]


def _incomplete(connections: Sequence[Connection], first: date, last: date) -> _Rows:
    """Days of each that are not complete, and how far they are known, in their order: those of any zone of these days."""
    values: dict[str, Any] = {
        "tenants": [one.tenant_id for one in connections],
        "ids": [one.pk for one in connections],
        "first": max(first, date.min + DAY) - DAY,
        "last": min(last, date.max - DAY) + DAY,
    }
    with database.cursor() as cursor:
        cursor.execute(_INCOMPLETE, values)
        return {pk: [row[1:] for row in rows] for pk, rows in groupby(cursor.fetchall(), lambda row: row[0])}


def _told(connections: Sequence[Any], rows: _Rows, days: _Days) -> PeriodCoverage:
    not_whole = [
        one
        for link in connections
        for one in _lacks_of(link, _wanted(link, rows.get(link.pk, ()), days), days)
    ]
    linked = [one for one in connections if one.unlinked_at is None]
    return PeriodCoverage(
        not_whole=not_whole,
        since=min((one.since for one in connections if one.since), default=None),
        connections=len(connections if days.is_of_one else linked),
        current=[_current(one, rows.get(one.pk, ()), days.today, days.zone) for one in linked]
        if days.today is not None and days.last >= days.today
        else (),
    )


def _wanted(link: Any, rows: Sequence[Any], days: _Days) -> Sequence[Any]:
    """Of the days that are not complete those that should be: beside others, of one that was unlinked those that it had."""
    if link.unlinked_at is None or days.is_of_one:
        return rows
    last = link.unlinked_at.astimezone(ZoneInfo(link.time_zone)).date()
    return [row for row in rows if link.since and link.since <= row[0] <= last]


class _Gap(NamedTuple):
    start_at: datetime
    end_at: datetime
    state: str


def _lacks_of(link: Connection, rows: Sequence[Any], days: _Days) -> Iterator[NotWhole]:
    """Of one connection, by day."""
    unlinked = link.unlinked_at.astimezone(days.zone).date() if link.unlinked_at else None
    is_going_on = days.today is not None and unlinked is None
    last = min(days.last, days.today - DAY) if is_going_on and days.today else days.last
    if last < days.first:
        return
    found: dict[date, NotWhole] = {}
    if days.zone.key == link.time_zone:
        found = {
            day: NotWhole(link, day, state or State.MISSING, until)
            for day, state, until in rows
            if days.first <= day <= last
        }
    else:
        begin, end = midnight(days.first, days.zone), midnight(last + DAY, days.zone)
        for gap in _gaps(rows, ZoneInfo(link.time_zone)):
            for day in days_between(max(gap.start_at, begin), min(gap.end_at, end), days.zone):
                one = _within_day(link, day, gap, days.zone)
                if day in found:
                    [(_day, state)] = _least([(day, found[day].state), (day, one.state)]).items()
                    one = NotWhole(link, day, state)
                found[day] = one
    for day, one in found.items():
        yield one._replace(unlinked=unlinked) if unlinked and day >= unlinked else one


def _gaps(rows: Sequence[Any], zone: ZoneInfo) -> list[_Gap]:
    """Stretches of time of which calls are not here, those that follow each other as one."""
    gaps: list[_Gap] = []
    for day, state, until in rows:
        why = State.MISSING if state is None or until else state
        gap = _Gap(until or midnight(day, zone), midnight(day + DAY, zone), why)
        if gaps and (gaps[-1].end_at, gaps[-1].state) == (gap.start_at, gap.state):
            gaps[-1] = gaps[-1]._replace(end_at=gap.end_at)
        elif gap.start_at < gap.end_at:
            gaps.append(gap)
    return gaps


def _within_day(link: Connection, day: date, gap: _Gap, zone: ZoneInfo) -> NotWhole:
    begin, end = midnight(day, zone), midnight(day + DAY, zone)
    begins_within, ends_within = gap.start_at > begin, gap.end_at < end
    is_partly = gap.state == State.MISSING and (begins_within or ends_within)
    until = gap.start_at if begins_within and not ends_within else None
    return NotWhole(link, day, State.PARTIAL if is_partly else gap.state, until)


def _current(link: Connection, rows: Sequence[Any], today: date, zone: ZoneInfo) -> Current:
    """Its days may be a day before or after the reader's."""
    theirs = ZoneInfo(link.time_zone)
    reached = {day: until for day, _state, until in rows}
    for day in (today + DAY, today, today - DAY):
        until = reached[day] if day in reached else midnight(day + DAY, theirs)
        if until is not None:
            return Current(link, until, until if until > midnight(today, zone) else None)
    return Current(link, None, None)
