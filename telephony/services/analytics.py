"""Figures of a span for a tenant, a connection or a line, from the roll-ups: in all, over time, by line, queue,
destination and caller. Days are local days. Waits: waiting.py. Drawing them: telephony/figures.

Answered = answered or forwarded, of inbound voice calls. All but callers comes from cells (rollup_reading.py).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import phonenumbers
from django.db.models import Count, Q, Window
from django.db.models.functions import TruncDay, TruncHour

from portal.lib.calling_codes import calling_code
from portal.lib.days import midnight
from portal.lib.number_kinds import NumberKind, beginnings, kind_of_prefix
from telephony.models import Call, Change, Entity
from telephony.models.call_search import LONGEST_DIALLED
from telephony.models.calls import MISSED, REACHED, CallQuerySet, Direction, Medium, Outcome
from telephony.models.entities import GROUPS
from telephony.models.rollups import Part
from telephony.models.spans import DAY, Span
from telephony.services.call_figures import INBOUND, DayFigures, figures_between
from telephony.services.rollup_closing import FIGURES, figures_of
from telephony.services.rollup_reading import HourSum, by_hour, sums
from telephony.services.waiting import Waits, service_level

MOST_ROWS = 8


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A span's figures beside those of the like one before it; of a day that is not over, up to the same time."""

    now: DayFigures
    before: DayFigures

    @property
    def calls_more(self) -> int:
        return self.now.calls - self.before.calls

    @property
    def missed_more(self) -> int:
        return self.now.missed - self.before.missed

    @property
    def talk_s_more(self) -> int:
        return self.now.talk_s - self.before.talk_s

    @property
    def rate_points(self) -> float | None:
        """Change of the answer rate in points."""
        if self.now.answer_rate is None or self.before.answer_rate is None:
            return None
        return 100 * (self.now.answer_rate - self.before.answer_rate)


@dataclass(frozen=True, kw_only=True)
class Step:
    """Inbound voice calls of one day, week or month."""

    inbound: int = 0
    reached: int = 0
    missed: int = 0

    @property
    def other(self) -> int:
        """Those that ended otherwise: in a mailbox, or it is not told."""
        return self.inbound - self.reached - self.missed


@dataclass(kw_only=True)
class LineRow:
    """What a line did. `line_id` None is all calls that belong to no line that is known."""

    line_id: int | None = None
    entity: Entity | None = None
    calls: int = 0
    inbound: int = 0
    reached: int = 0
    outbound: int = 0
    talk_s: int = 0
    cost: dict[str, int] = field(default_factory=dict)

    @property
    def answer_rate(self) -> float | None:
        return self.reached / self.inbound if self.inbound else None

    def add(self, other: LineRow) -> None:
        self.calls += other.calls
        self.inbound += other.inbound
        self.reached += other.reached
        self.outbound += other.outbound
        self.talk_s += other.talk_s
        for currency, micros in other.cost.items():
            self.cost[currency] = self.cost.get(currency, 0) + micros


@dataclass(kw_only=True)
class GroupRow:
    """What a queue or ring group did with the inbound calls it was offered.

    entity      what they were offered to, be it gone, or a number that rings several lines; None of what is not known
    name        of that as well: as its provider calls it
    abandoned   all missed but timed out
    told        how many of all tell how long they waited; `waits` are those of the answered ones
    """

    connection_id: int
    remote_id: str
    entity: Entity | None = None
    name: str = ""
    calls: int = 0
    reached: int = 0
    abandoned: int = 0
    timed_out: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    told: int = 0
    waits: Waits = field(default_factory=Waits)

    @property
    def level(self) -> float | None:
        return service_level(self.waits, self.told)


@dataclass(kw_only=True)
class DestinationRow:
    """Outbound calls to a class of destinations: numbers of one kind with one country calling code, or short numbers where
    `code` is empty.

    prefixes   the first characters of the numbers, as roll-ups keep them
    begins     how these numbers begin, and those of the other rows do not
    is_alone   no other row is of its calling code
    """

    code: str
    kind: NumberKind
    prefixes: set[str] = field(default_factory=set)
    begins: Sequence[str] = ()
    is_alone: bool = False
    calls: int = 0
    talk_s: int = 0
    cost: dict[str, int] = field(default_factory=dict)

    @property
    def regions(self) -> Sequence[str]:
        return _regions(self.code)

    @property
    def dialled(self) -> str:
        """What a search for its calls asks for; empty where nothing tells them apart."""
        told = ",".join(self.begins)
        return told if len(told) <= LONGEST_DIALLED else ""

    def add(self, other: DestinationRow) -> None:
        self.prefixes |= other.prefixes
        self.calls += other.calls
        self.talk_s += other.talk_s
        for currency, micros in other.cost.items():
            self.cost[currency] = self.cost.get(currency, 0) + micros


@dataclass(frozen=True)
class Changes:
    """Changes of one hour or day: when the first of them was sent, what it was, and how many there are."""

    at: datetime
    summary: str
    count: int


@dataclass(frozen=True, kw_only=True)
class CallerRow:
    number: str
    calls: int
    reached: int

    @property
    def code(self) -> str:
        """The country calling code, "" of a number that has none."""
        return calling_code(self.number)

    @property
    def regions(self) -> Sequence[str]:
        return _regions(self.code)


def calls_of(part: Part) -> CallQuerySet:
    """The calls that are counted for a part."""
    calls = Call.objects.all()
    if part.connection is not None:
        calls = calls.filter(connection_id=part.connection)
    if part.line is not None:
        calls = calls.filter(line_id=part.line)
    if part.group is not None:
        calls = calls.filter(group_remote_id=part.group)
    if part.any_group:
        calls = calls.exclude(group_remote_id="")
    return calls


def compared(
    span: Span, zone: ZoneInfo, part: Part, now: datetime, currencies: Mapping[int, str]
) -> Compared:
    """`currencies` are those of the tenant's connections, by id. A day of the span that has not begun in `zone` is
    compared with nothing, one that is over there with a whole one."""
    before = span.before
    to_come = (span.last - now.astimezone(zone).date()).days
    if not span.is_to_date or to_come < 0:
        found = _figures(before.first, before.last, zone, part, currencies)
    else:
        last = before.last - to_come * DAY
        found = _figures(before.first, last - DAY, zone, part, currencies)
        if last >= before.first:
            begin, end = midnight(last, zone), same_time(last, now, zone)
            found = found + figures_between(begin, end, calls_of(part))
    return Compared(now=_figures(span.first, span.last, zone, part, currencies), before=found)


def same_time(day: date, now: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the clocks of a zone told on a day what they tell now, in UTC; where they told it twice the
    first, where they left it out as much later."""
    return datetime.combine(day, now.astimezone(zone).time().replace(fold=0), zone).astimezone(UTC)


def _figures(
    first: date, last: date, zone: ZoneInfo, part: Part, currencies: Mapping[int, str]
) -> DayFigures:
    rows = sums(("connection_id", "medium", "direction", "outcome"), first, last, zone, part)
    found = figures_of(rows, currencies)
    return DayFigures(
        **{name: found[name] for name in FIGURES},
        messages=sum(row.calls for row in rows if row.key[1] == Medium.SMS),
        cost_micros=found["cost"],
    )


def over_time(span: Span, zone: ZoneInfo, part: Part) -> dict[date, Step]:
    """By the day on which each step begins; every step of the span is there."""
    found = {step: [0, 0, 0] for step in span.steps()}
    for row in sums((span.step, "medium", "direction", "outcome"), span.first, span.last, zone, part):
        step, medium, direction, outcome = row.key
        if (medium, direction) == (Medium.VOICE, Direction.INBOUND):
            counts = found[step]
            counts[0] += row.calls
            counts[1] += row.calls if outcome in REACHED else 0
            counts[2] += row.calls if outcome in MISSED else 0
    return {
        step: Step(inbound=inbound, reached=reached, missed=missed)
        for step, (inbound, reached, missed) in found.items()
    }


def hours_of(span: Span, zone: ZoneInfo, part: Part) -> list[HourSum]:
    """Inbound and other voice calls by weekday and hour. What a line had of a group is counted call by call."""
    start_at, end_at = span.instants(zone)
    if not part.is_crossing:
        return by_hour(start_at, end_at, zone, part)
    found: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    rows = calls_of(part).between(start_at, end_at).filter(medium=Medium.VOICE)
    for started_at, direction, outcome in rows.values_list("started_at", "direction", "outcome"):
        local = started_at.astimezone(zone)
        counts = found[local.isoweekday(), local.hour]
        counts[0] += 1
        if direction == Direction.INBOUND:
            counts[1] += 1
            counts[2] += outcome in REACHED
            counts[3] += outcome in MISSED
    return [HourSum(*key, *counts) for key, counts in sorted(found.items())]


def by_line(
    span: Span, zone: ZoneInfo, part: Part, currencies: Mapping[int, str], most: int | None = MOST_ROWS
) -> list[LineRow]:
    """Lines by how many calls they had, the busiest first; the first `most` of them with their entities."""
    found: dict[int | None, LineRow] = {}
    for row in sums(("line_id", "connection_id", "medium"), span.first, span.last, zone, part):
        line_id, connection_id, medium = row.key
        line = found.setdefault(line_id, LineRow(line_id=line_id))
        _add_cost(line.cost, currencies, connection_id, row.cost_micros)
        if medium == Medium.VOICE:
            line.calls += row.calls
            line.inbound += row.inbound
            line.reached += row.reached
            line.outbound += row.outbound
            line.talk_s += row.talk_s
    rows = sorted(found.items(), key=lambda item: (item[0] is None, -item[1].calls, item[0] or 0))
    shown = Entity.objects.defer("document").in_bulk([line_id for line_id, _row in rows[:most] if line_id])
    for line_id, row_of_line in rows[:most]:
        row_of_line.entity = shown.get(line_id or 0)
    return [row_of_line for _line_id, row_of_line in rows]


def together(rows: Sequence[LineRow]) -> LineRow | None:
    """Several lines as one row; None where there are none."""
    if not rows:
        return None
    found = LineRow()
    for row in rows:
        found.add(row)
    return found


def by_group(span: Span, zone: ZoneInfo, part: Part, most: int | None = MOST_ROWS) -> list[GroupRow]:
    """Queues and ring groups by how many inbound calls they were offered, the first `most`."""
    found: dict[tuple[int, str], GroupRow] = {}
    keys = ("connection_id", "group_remote_id", "medium", "outcome")
    for row in sums(keys, span.first, span.last, zone, part, with_waits=True, only="of groups"):
        connection_id, remote_id, medium, outcome = row.key
        if medium != Medium.VOICE:
            continue
        group = found.setdefault(
            (connection_id, remote_id), GroupRow(connection_id=connection_id, remote_id=remote_id)
        )
        group.calls += row.calls
        group.outcomes[outcome] += row.calls
        group.told += sum(row.waits)
        if outcome in REACHED:
            group.reached += row.calls
            group.waits.add(row.waits)
        elif outcome == Outcome.TIMED_OUT:
            group.timed_out += row.calls
        elif outcome in MISSED:
            group.abandoned += row.calls
    rows = sorted(found.values(), key=lambda group: (-group.calls, group.connection_id, group.remote_id))
    rows = rows[:most]
    called = Entity.objects.called().filter(remote_id__in=[row.remote_id for row in rows])
    known: dict[tuple[int, str], Entity] = {}
    for one in called.defer("document").order_by("pk"):
        key = (one.connection_id, one.remote_id)
        if key not in known or one.is_call_place:
            known[key] = one
    for row_of_group in rows:
        row_of_group.entity = entity = known.get((row_of_group.connection_id, row_of_group.remote_id))
        row_of_group.name = str(entity) if entity is not None else row_of_group.remote_id
    return rows


def by_destination(
    span: Span, zone: ZoneInfo, part: Part, currencies: Mapping[int, str]
) -> list[DestinationRow]:
    """Outbound voice calls by class of destination, the most called first."""
    found: dict[tuple[str, NumberKind], DestinationRow] = {}
    for row in sums(("connection_id", "destination"), span.first, span.last, zone, part, only="dialled"):
        connection_id, destination = row.key
        code = calling_code(destination)
        key = code, kind_of_prefix(destination) if code else NumberKind.SHORT
        one = found.setdefault(key, DestinationRow(code=key[0], kind=key[1]))
        one.prefixes.add(destination)
        one.calls += row.calls
        one.talk_s += row.talk_s
        _add_cost(one.cost, currencies, connection_id, row.cost_micros)
    return destinations_apart(found.values())


def all_of(rows: Sequence[DestinationRow], besides: Sequence[DestinationRow]) -> DestinationRow:
    """Several classes as one row, told apart from the others."""
    found = DestinationRow(code="", kind=NumberKind.OTHER)
    for row in rows:
        found.add(row)
    groups = dict(enumerate([found.prefixes, *(one.prefixes for one in besides)]))
    found.begins = beginnings(groups, dict.fromkeys(groups, 2))[0]
    return found


def destinations_apart(rows: Iterable[DestinationRow]) -> list[DestinationRow]:
    """In their order, each with how its numbers begin."""
    found = sorted(rows, key=lambda one: (-one.calls, one.code, one.kind))
    of_code = Counter(one.code for one in found)
    begins = beginnings(
        {(one.code, one.kind): one.prefixes for one in found},
        {(one.code, one.kind): len(one.code) or 1 for one in found},
    )
    for one in found:
        one.is_alone = of_code[one.code] == 1
        one.begins = begins[one.code, one.kind]
    return found


def callers_of(calls: CallQuerySet, most: int | None = MOST_ROWS) -> list[CallerRow]:
    """Who called most, the first `most`, numbers withheld left out. Counted call by call: a second for a million calls."""
    rows = calls.filter(INBOUND, medium=Medium.VOICE).exclude(caller="").order_by().values_list("caller")
    counted = rows.annotate(calls=Count("pk"), reached=Count("pk", filter=Q(outcome__in=REACHED)))
    return [
        CallerRow(number=number, calls=count, reached=reached)
        for number, count, reached in counted.order_by("-calls", "caller")[:most]
    ]


def changes_made(span: Span, zone: ZoneInfo, part: Part) -> list[Changes]:
    """Changes to what the part is of, first to last, by hour, or by day where steps are longer. Those that were taken back
    later are among them."""
    begin, end = span.instants(zone)
    made = Q(state__in=(Change.State.APPLIED, Change.State.REVERTED), sent_at__gte=begin, sent_at__lt=end)
    if part.connection is not None:
        made &= Q(connection_id=part.connection)
    if part.line is not None:
        made &= Q(line_id=part.line) | Q(entity_id=part.line)
    if part.group is not None:
        made &= Q(entity__remote_id=part.group, entity__facet__in=GROUPS) | Q(
            line__remote_id=part.group, line__facet__in=GROUPS
        )
    time = TruncHour("sent_at") if span.step == "day" else TruncDay("sent_at", tzinfo=zone)
    found = Change.objects.filter(made).annotate(time=time, count=Window(Count("pk"), partition_by=[time]))
    rows = found.order_by("time", "sent_at", "pk").distinct("time")
    told = rows.values_list("sent_at", "summary", "count", "time")
    return [Changes(at, summary, count) for at, summary, count, _time in told]


def _regions(code: str) -> Sequence[str]:
    """ISO codes of the countries that share a calling code, the main one first."""
    return phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(code), ()) if code else ()


def _add_cost(cost: dict[str, int], currencies: Mapping[int, str], connection_id: int, micros: int) -> None:
    if micros:
        currency = currencies.get(connection_id, "")
        cost[currency] = cost.get(currency, 0) + micros
