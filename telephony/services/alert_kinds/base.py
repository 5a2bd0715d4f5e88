"""What a kind of alert is, what it finds, and what a look at a tenant knows. Beginning and ending: alert_episodes.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Tenant
from accounts.rights import Right
from portal.lib.days import midnight
from telephony.models import AlertRule, Connection, Entity, SyncState
from telephony.models.rollups import Part
from telephony.services import runs
from telephony.services.analytics import calls_of
from telephony.services.period_coverage import BEHIND_AFTER, NotWhole, coverage_of

Of = AlertRule.Of


class Verdict(StrEnum):
    """OVER: the limit is passed. CLEAR: it is kept, by a margin. BETWEEN: within the margin. UNKNOWN: too little is here."""

    OVER = "over"
    BETWEEN = "between"
    CLEAR = "clear"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What of a rule's a reading is about; `key` is empty for the rule's own one.

    name         as people know it, kept with the evidence: what it is of may go
    connection   id; place: id of a line, queue or group
    """

    key: str = ""
    name: str = ""
    connection: int | None = None
    place: int | None = None


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A day, month or night that is over. In time an alert of it has the key `subject`, and is opened from one instant to
    the other."""

    subject: str
    start_at: datetime
    end_at: datetime


@dataclass(frozen=True, kw_only=True)
class Reading:
    """evidence   small JSON numbers under the kind's own keys; "name" of the subject is added when it is kept, "is_grave"
    says otherwise than the kind, "is_late" that it is of what is over, "left_out" names connections whose calls are not
    waited for. "start_at" and "end_at" are instants between which its calls are, where these are no whole days
    ended      where calls that came late are judged (late.py), what they are of
    """

    subject: Subject
    verdict: Verdict
    evidence: Mapping[str, Any] = field(default_factory=dict)
    ended: Ended | None = None


class Round:
    """One look at the scope's tenant: what its rules ask, read once."""

    def __init__(self, tenant: Tenant, now: datetime) -> None:
        self.tenant, self.now = tenant, now
        self.zone = ZoneInfo(tenant.time_zone)
        self.today = now.astimezone(self.zone).date()
        self._coverage: dict[tuple[date, date], Sequence[NotWhole]] = {}
        self._counted_until: dict[int | None, datetime] = {}

    @cached_property
    def connections(self) -> dict[int, Connection]:
        """Those that are linked and tell of calls, by id."""
        linked = Connection.objects.filter(unlinked_at=None).select_related("credential")
        return {one.pk: one for one in linked.order_by("name_key", "pk") if one.can("calls.list")}

    @cached_property
    def currencies(self) -> dict[int, str]:
        """Of every connection, the unlinked ones too."""
        return dict(Connection.objects.order_by().values_list("pk", "currency"))

    @cached_property
    def places(self) -> dict[int, Entity]:
        """Lines, queues and groups by id."""
        return {one.pk: one for one in Entity.objects.call_places().defer("document")}

    @cached_property
    def _synced(self) -> dict[int, datetime | None]:
        states = SyncState.objects.filter(stream="calls").order_by()
        return dict(states.values_list("connection_id", "last_success_at"))

    def of(self, connection: int | None) -> list[Connection]:
        """The connection alone, none where it is not linked; or all, without those that are paused."""
        if connection is None:
            return [one for pk, one in self.connections.items() if pk not in self.paused]
        return [self.connections[connection]] if connection in self.connections else []

    @cached_property
    def paused(self) -> Mapping[int, date]:
        """Ids of those that a person paused, with the day from which on their calls are not here. They are not waited for,
        unless there are no others."""
        paused = {pk: self._last_day(pk) for pk, one in self.connections.items() if one.is_paused}
        return paused if len(paused) < len(self.connections) else {}

    def left_out(self, connection: int | None, day: date) -> list[str]:
        """Names of those of which calls of that day are not waited for."""
        if connection is not None:
            return []
        return [self.connections[pk].name for pk, since in self.paused.items() if day >= since]

    def _last_day(self, connection: int) -> date:
        """On which its calls were read."""
        synced = self._synced.get(connection)
        return synced.astimezone(self.zone).date() if synced else date.min

    def known_until(self, connection: int | None) -> datetime | None:
        """Up to when the calls are here; None where of some connection none ever came."""
        synced = [self._synced.get(one.pk) for one in self.of(connection)]
        known = [at for at in synced if at is not None]
        return min(known) if known and len(known) == len(synced) else None

    def counted_until(self, connection: int | None) -> datetime:
        """Up to when calls of today are counted as they are here by now: right after the last one."""
        if connection not in self._counted_until:
            begin, end = midnight(self.today, self.zone), midnight(self.today + timedelta(days=1), self.zone)
            calls = calls_of(Part(connection=connection)).between(begin, end).order_by("-started_at")
            last = calls.values_list("started_at", flat=True).first()
            until = begin if last is None else last + timedelta.resolution
            self._counted_until[connection] = until.astimezone(self.zone)
        return self._counted_until[connection]

    def is_behind(self, connection: int | None) -> bool:
        """Whether calls of the last while may not be here yet."""
        for one in self.of(connection):
            synced = self._synced.get(one.pk)
            if synced is None or self.now - synced > max(BEHIND_AFTER, 2 * runs.interval(one, "calls")):
                return True
        return False

    def lacking(self, first: date, last: date, connection: int | None) -> int:
        """How many days of these, today aside, are not whole."""
        span = first, last
        if span not in self._coverage:
            self._coverage[span] = coverage_of(first, last, self.today, self.zone, Part()).not_whole
        wanted = {one.pk: date.max for one in self.of(connection)}
        if connection is None:
            wanted |= self.paused
        return len(
            {one.day for one in self._coverage[span] if one.day < wanted.get(one.connection.pk, date.min)}
        )


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of alert, as data.

    what       a sentence that says when it is raised
    is_grave   somebody should look at once
    is_usual   every tenant has a rule of it from the start
    fields     names of the fields of AlertRule that it has, as the form asks for them
    defaults   what the form begins with
    of         what it can be of
    look       what is so now
    past       what was so on each of the last days, oldest first; None where that is not known
    choices    of a field that offers some numbers, those: seconds
    labels     of fields that are called otherwise than usual
    absent     the verdict on a subject that a look does not mention any more
    late_days   for so many days more it looks at days and nights that are over (late.py)
    right      what it takes to be told
    """

    key: str
    label: Any
    what: Any
    icon: str
    fields: Sequence[str]
    defaults: Mapping[str, Any]
    of: Sequence[str]
    look: Callable[[AlertRule, Round], Iterable[Reading]]
    past: Callable[[AlertRule, Round, int], Iterable[tuple[date, Sequence[Reading]]]] | None = None
    is_grave: bool = False
    is_usual: bool = False
    choices: Mapping[str, Sequence[int]] = field(default_factory=dict)
    labels: Mapping[str, Any] = field(default_factory=dict)
    absent: Verdict = Verdict.CLEAR
    late_days: int = 0
    right: Right = Right.CALLS_LIST


def own_subject(rule: AlertRule) -> Subject:
    """Of a rule that is about one thing."""
    if rule.place is not None:
        return Subject(name=str(rule.place), connection=rule.place.connection_id, place=rule.place.pk)
    if rule.connection is not None:
        return Subject(name=rule.connection.name, connection=rule.connection.pk)
    return Subject()


def part_of(rule: AlertRule) -> Part:
    """The calls that a rule is about."""
    if rule.place is None:
        return Part(connection=rule.connection_id)
    return Part.of_place(rule.place)
