"""What a run is asked for: days, those they are compared with, whose calls, and what of them is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from portal.lib.days import midnight
from portal.lib.periods import Period, before
from portal.ui.figures import Mark
from telephony.figures.change_marks import marks_of
from telephony.figures.missing import time_from
from telephony.figures.ways import Ways
from telephony.models import Connection, Report
from telephony.models.call_search import TO_GROUPS
from telephony.models.rollups import Part
from telephony.models.spans import Span
from telephony.services import analytics, report_facts
from telephony.services.analytics import GroupRow, LineRow
from telephony.services.period_coverage import NotWhole, PeriodCoverage, coverage_of
from telephony.services.report_facts import DestinationFigures, Scope, Totals
from telephony.services.retention import no_longer_kept
from telephony.services.rollup_reading import HourSum
from telephony.services.waiting import Waits


@dataclass(frozen=True)
class Asked:
    """In the tenant's scope, with the report's language and zone in force. What several figures tell is read once.

    is_of_calls   whether any of its figures is: days that are missing say nothing about the others
    is_of_now     whether all of them say how things are when it is made: its period says nothing about them
    counts_calls  whether any of them is counted call by call: it lacks those that are no longer kept
    is_of_groups  whether days and hours are those of queues and groups together, where no place is chosen
    """

    report: Report
    period: Period
    is_of_calls: bool = True
    is_of_now: bool = False
    counts_calls: bool = True
    is_of_groups: bool = False

    @property
    def zone(self) -> ZoneInfo:
        return self.report.zone

    @property
    def scope(self) -> Scope:
        return Scope(connection_id=self.report.connection_id, line=self.report.line)

    @property
    def part(self) -> Part:
        """Of whose calls days and hours are."""
        return replace(self.scope.part, any_group=self.is_of_all_groups)

    @property
    def is_of_all_groups(self) -> bool:
        return self.is_of_groups and self.report.line is None

    @cached_property
    def made_at(self) -> datetime:
        return timezone.now()

    @cached_property
    def span(self) -> Span:
        return _span_of(self.period)

    @cached_property
    def before(self) -> Span:
        return _span_of(before(self.report.period, self.period))

    @cached_property
    def currencies(self) -> Mapping[int, str]:
        return dict(Connection.objects.values_list("pk", "currency"))

    @cached_property
    def totals(self) -> Totals:
        return report_facts.totals(self.span, self.zone, self.scope, self.currencies)

    @cached_property
    def totals_before(self) -> Totals:
        return report_facts.totals(self.before, self.zone, self.scope, self.currencies)

    @cached_property
    def steps(self) -> Mapping[date, analytics.Step]:
        return analytics.over_time(self.span, self.zone, self.part)

    @cached_property
    def marks(self) -> Sequence[Mark]:
        """Changes made meanwhile."""
        changes = analytics.changes_made(self.span, self.zone, self.scope.part)
        return marks_of(changes, self.span, self.zone)

    @cached_property
    def hours(self) -> Sequence[HourSum]:
        return analytics.hours_of(self.span, self.zone, self.part)

    @cached_property
    def lines(self) -> Sequence[tuple[LineRow, Waits]]:
        """Each with the waits of its answered calls."""
        return report_facts.by_line(self.span, self.zone, self.scope, self.currencies)

    @cached_property
    def groups(self) -> Sequence[tuple[GroupRow, int | None]]:
        """Each with its longest wait, which is that of all its calls or not told."""
        found = report_facts.by_group(self.span, self.zone, self.scope)
        return [(one, None) for one, _longest_s in found] if self.kept_from else found

    @cached_property
    def destinations(self) -> Sequence[DestinationFigures]:
        return report_facts.by_destination(self.span, self.zone, self.scope)

    def waiting_callers(self, span: Span) -> Sequence[Any]:
        """(number, tries, first, last) of those who called on these days and still wait, most tries first."""
        if span not in self._waiting:
            instants = span.instants(self.zone)
            self._waiting[span] = report_facts.waiting_callers(*instants, self.scope)
        return self._waiting[span]

    @cached_property
    def _waiting(self) -> dict[Span, Sequence[Any]]:
        return {}

    def has(self, figure: str) -> bool:
        return figure in self.report.figures

    @cached_property
    def not_whole(self) -> Sequence[NotWhole]:
        return self._coverage.not_whole

    @cached_property
    def days_not_whole(self) -> Mapping[date, str]:
        return self._coverage.by_day

    @cached_property
    def _coverage(self) -> PeriodCoverage:
        return self._coverage_of(self.period.first, self.period.last)

    @cached_property
    def connections_not_whole(self) -> frozenset[int]:
        return frozenset(one.connection.pk for one in self.not_whole)

    @cached_property
    def lacking_before(self) -> frozenset[int]:
        """Connections of which a day of the period before is not whole: nothing is compared with that."""
        if self.is_counted_anew and self.kept_from_before:
            return frozenset(self.currencies)
        found = self.lacking(self.before.first, self.before.last)
        return frozenset(one.connection.pk for one in found)

    def lacking(self, first: date, last: date) -> Sequence[NotWhole]:
        """Days of these that are not whole."""
        return self._coverage_of(first, last).not_whole

    def _coverage_of(self, first: date, last: date) -> PeriodCoverage:
        return coverage_of(first, last, None, self.zone, self.scope.part)

    @property
    def partly_lacking(self) -> tuple[date, str] | None:
        """The day, and the time from which on ("14:00") its calls are not here, where nothing else is missing."""
        if len(self.not_whole) != 1:
            return None
        [one] = self.not_whole
        time = "" if one.unlinked else time_from(one.day, one.until)
        return (one.day, time) if time else None

    @property
    def is_counted_anew(self) -> bool:
        """Whether sums are counted call by call too: they are kept of days in the tenant's zone."""
        return self.report.time_zone != self.report.tenant.time_zone

    @cached_property
    def kept_from(self) -> date | None:
        """Before which day calls of the period are no longer kept; None where all of them are."""
        return self.kept_since(self.span.first)

    @cached_property
    def kept_from_before(self) -> date | None:
        """The same of the period before: what is counted call by call is not compared with it."""
        return self.kept_since(self.before.first)

    def kept_since(self, day: date) -> date | None:
        return no_longer_kept(midnight(day, self.zone))

    @property
    def lacks_calls_before(self) -> date | None:
        """The day before which calls are in none of its figures that are counted call by call; None where all are."""
        has_some = self.is_of_calls and (self.counts_calls or self.is_counted_anew)
        return self.kept_from if has_some else None

    @property
    def star(self) -> str:
        """What stands behind a figure of all calls."""
        return "*" if self.not_whole or (self.is_counted_anew and self.kept_from) else ""

    @property
    def star_by_call(self) -> str:
        """What stands behind one that is counted call by call."""
        return "*" if self.not_whole or self.kept_from else ""

    def star_of(self, connection_id: int) -> str:
        is_whole = connection_id not in self.connections_not_whole
        return "*" if not is_whole or (self.is_counted_anew and self.kept_from) else ""

    def calls(self, span: Span | None = None, /, **more: object) -> str:
        """The address of the calls of the period, or of other days, that `more` says of."""
        days, offered = span or self.span, TO_GROUPS if self.is_of_all_groups else ""
        return self._ways.calls(days.first, days.last, offered=offered, **more)

    def fated(self, fate: str, span: Span | None = None, /, **more: object) -> str:
        """Of those that came in the ones of a fate, as it was when this was made."""
        told = {"direction": "inbound", "fate": fate, "seen": self.made_at.isoformat()}
        return self.calls(span, **told, **more)

    @cached_property
    def _ways(self) -> Ways:
        report, line = self.report, self.report.line
        return Ways(
            tenant=report.tenant,
            part=self.scope.part,
            group=line.pk if line is not None and line.is_group else None,
            zone="" if report.time_zone == report.tenant.time_zone else report.time_zone,
        )


def _span_of(period: Period) -> Span:
    """A period is over: no day of it is today."""
    return Span(name="", first=period.first, last=period.last, today=period.last + timedelta(days=1))
