"""What a run is asked for: days, those they are compared with, whose calls, and what of them is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from portal.lib.periods import Period, before
from telephony.models import Connection, Report
from telephony.services import report_facts, report_objects
from telephony.services.report_facts import Scope, Totals


@dataclass(frozen=True)
class Asked:
    """In the tenant's scope, with the report's language and zone in force. What several figures tell is read once."""

    report: Report
    period: Period

    @property
    def zone(self) -> ZoneInfo:
        return self.report.zone

    @property
    def scope(self) -> Scope:
        return Scope(connection_id=self.report.connection_id, line=self.report.line)

    @property
    def span(self) -> tuple[datetime, datetime]:
        return self.period.span(self.zone)

    @property
    def before(self) -> Period:
        return before(self.report.period, self.period)

    @property
    def span_before(self) -> tuple[datetime, datetime]:
        return self.before.span(self.zone)

    @cached_property
    def totals(self) -> Totals:
        return report_facts.totals(*self.span, self.scope)

    @cached_property
    def totals_before(self) -> Totals:
        return report_facts.totals(*self.span_before, self.scope)

    @cached_property
    def not_whole(self) -> Sequence[tuple[Connection, date, str]]:
        return report_objects.not_whole(self.period.first, self.period.last, self.scope)

    @cached_property
    def days_not_whole(self) -> frozenset[date]:
        return frozenset(day for _connection, day, _state in self.not_whole)

    @cached_property
    def connections_not_whole(self) -> frozenset[int]:
        return frozenset(connection.pk for connection, _day, _state in self.not_whole)

    @property
    def star(self) -> str:
        """What stands behind a figure of all calls."""
        return "*" if self.not_whole else ""
