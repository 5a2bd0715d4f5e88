"""Random schedules of what happens to calls, and what the roll-ups should say then: counted by Python, call by call."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from accounts.models import Tenant
from accounts.scoping import current_tenant_id
from telephony.models import Call, CallDay, CallQuarter, CallRecord, CallWeekHour, Connection, Entity
from telephony.models.calls import MISSED, REACHED, Direction, Medium, Outcome
from telephony.models.rollups import DESTINATION_LENGTH, WAIT_BOUNDS, Part
from telephony.providers.drafts import CallRecordDraft
from telephony.services import calls, rollups
from telephony.services.analytics import calls_of
from telephony.services.rollup_reading import GROUPS, by_hour, quarters, span_of, sums

# The nights on which clocks are set back in Paris and forward again in Lord Howe, days beside them, the end of a month.
FIRST_AT = datetime(2026, 10, 24, 9, 50, tzinfo=UTC)
SPAN = timedelta(days=9)
EARLIEST, LATEST = (FIRST_AT - timedelta(days=3)).date(), (FIRST_AT + SPAN + timedelta(days=3)).date()
ZONES = ("Europe/Paris", "Asia/Kathmandu", "Australia/Lord_Howe", "America/New_York", "Pacific/Apia")
BY = tuple(name for name in GROUPS if name not in ("week", "month"))
# One of each kind of cells.
COARSER = (
    ("day", "connection_id", "medium", "direction", "outcome"),
    ("day", "connection_id", "medium", "line_id"),
    ("day", "connection_id", "medium", "direction", "outcome", "group_remote_id"),
    ("day", "connection_id", "medium", "direction", "destination"),
)
# What is read of cells that are of some calls only.
NARROWED = {
    "of groups": ("day", "connection_id", "medium", "outcome", "group_remote_id"),
    "dialled": ("day", "connection_id", "destination"),
}
MEASURES = ("calls", "inbound", "reached", "outbound", "talk_s", "wait_s", "cost_micros")
WITHOUT_DAY = tuple(name for name in BY if name != "day")
# Two whole months; one and some days, and the other way round.
MONTHS = (
    (date(2026, 10, 1), date(2026, 11, 30)),
    (date(2026, 10, 1), date(2026, 11, 1)),
    (date(2026, 10, 26), date(2026, 11, 30)),
)
SPANS = ((EARLIEST, LATEST), *MONTHS)
Cells = Counter[tuple[object, ...]]


def run_schedule(connection: Connection, lines: list[str], seed: int, steps: int = 12) -> list[str]:
    """Do so many random things to calls of a connection; what was then read, kept or checked otherwise than counted."""
    chance = random.Random(seed)
    wrong = []
    for step in range(steps):
        name, work = chance.choice(_WORKS)
        work(connection, lines, chance)
        if chance.random() < 0.4:
            rollups.settle(connection.pk)
        found = counted(connection)
        if read(connection) != found:
            wrong.append(f"seed {seed} step {step}: read otherwise after {name}")
        by: tuple[str, ...]
        for by in COARSER:
            if read(connection, by, has_waits=False) != _added(_without_waits(found), by):
                wrong.append(f"seed {seed} step {step}: read otherwise by {by} after {name}")
        if read(connection, COARSER[0]) != _added(found, COARSER[0]):
            wrong.append(f"seed {seed} step {step}: waits read otherwise after {name}")
        for only, by in NARROWED.items():
            if read(connection, by, only=only) != _added(_narrowed(found, only), by):
                wrong.append(f"seed {seed} step {step}: read otherwise {only} after {name}")
        part = chance.choice(parts_of(connection, lines))
        zone, days = chance.choice((_zone(), ZoneInfo(chance.choice(ZONES)))), chance.choice(SPANS)
        if read_hours(part, zone, *days) != counted_hours(part, zone, *days):
            wrong.append(
                f"seed {seed} step {step}: hours of {part} in {zone} {days} read otherwise after {name}"
            )
        first, last = chance.choice(MONTHS)
        within = _within(found, first, last)
        if read(connection, WITHOUT_DAY, first, last) != _added(within, WITHOUT_DAY):
            wrong.append(f"seed {seed} step {step}: months read otherwise after {name}")
        some = chance.choice(COARSER)[1:]
        if read(connection, some, first, last, has_waits=False) != _added(_without_waits(within), some):
            wrong.append(f"seed {seed} step {step}: months read otherwise by {some} after {name}")
    tenant = Tenant.objects.get(pk=connection.tenant_id)
    for is_marked in (True, False):
        if rollups.compare(tenant).differences:
            wrong.append(f"seed {seed}: the check finds a difference, {is_marked = }")
        rollups.settle(connection.pk)
    if kept(connection) != counted(connection):
        wrong.append(f"seed {seed}: kept otherwise")
    if kept_quarters(connection) != counted_quarters(connection):
        wrong.append(f"seed {seed}: quarters kept otherwise")
    if kept_hours(connection) != counted_months_hours(connection):
        wrong.append(f"seed {seed}: hours kept otherwise")
    return wrong


# ---- what happens ----
def _store(connection: Connection, lines: list[str], chance: random.Random) -> None:
    """New, changed, late and moved records: few keys and few calls, so that they meet again."""
    drafts = [_draft(lines, chance) for _ in range(chance.randrange(1, 12))]
    calls.store(connection, drafts, FIRST_AT)


def _draft(lines: list[str], chance: random.Random) -> CallRecordDraft:
    number, call = chance.randrange(30), chance.randrange(24)
    is_placed = chance.random() < 0.4
    talk_s = chance.choice((0, 60, 75))
    line = chance.choice(lines)
    outside = chance.choice(("+33639980000", "+442079460000", "+12025550100", "201", ""))
    return CallRecordDraft(
        stream="outgoing" if is_placed else "incoming",
        remote_key=f"r{number}",
        fold_key=f"c{call}",
        started_at=FIRST_AT + SPAN * (call / 24) + timedelta(seconds=chance.randrange(7200)),
        medium=Medium.SMS if is_placed and number % 7 == 0 else Medium.VOICE,
        direction=Direction.OUTBOUND if is_placed else Direction.INBOUND,
        outcome=Outcome.ANSWERED if talk_s else chance.choice((Outcome.MISSED, Outcome.ABANDONED)),
        caller=f"+{line}" if is_placed else outside,
        callee=outside if is_placed else f"+{line}",
        presented="",
        line_remote_id=line,
        group_remote_id=chance.choice(("", "", "queue")),
        duration_s=talk_s,
        wait_s=None if is_placed else chance.choice((None, 0, 4, 5, 31, 299, 300, 4000)),
        cost_micros=chance.choice((None, 1200)) if is_placed else None,
        raw={"n": number, "talk": talk_s},
    )


def _change(connection: Connection, lines: list[str], chance: random.Random) -> None:
    """Some calls change as no store would change them."""
    some = Call.objects.filter(fold_key__in=[f"c{chance.randrange(24)}" for _ in range(3)])
    some.update(outcome=chance.choice((Outcome.ANSWERED, Outcome.BUSY)), wait_s=chance.randrange(90))


def _delete(connection: Connection, lines: list[str], chance: random.Random) -> None:
    key = f"c{chance.randrange(24)}"
    CallRecord.objects.filter(fold_key=key).delete()
    Call.objects.filter(fold_key=key).delete()


def _lose_line(connection: Connection, lines: list[str], chance: random.Random) -> None:
    """A line goes, and its calls stay; it comes again under another id and takes them up."""
    line = Entity.objects.get(connection=connection, remote_id=chance.choice(lines))
    line.delete()
    line.pk = None
    line.save(force_insert=True)
    calls.link_lines(connection)


def _move(connection: Connection, lines: list[str], chance: random.Random) -> None:
    Tenant.objects.filter(pk=connection.tenant_id).update(time_zone=chance.choice(ZONES))


_WORKS: list[tuple[str, Callable[[Connection, list[str], random.Random], None]]] = [
    *[("storing", _store)] * 6,
    ("changing", _change),
    ("deleting", _delete),
    ("losing a line", _lose_line),
    ("moving the tenant", _move),
]


# ---- what should be said ----
def counted(connection: Connection) -> Cells:
    """Measures by key, as the calls give them: ((key), measure) -> sum."""
    zone = _zone()
    found: Cells = Counter()
    for call in Call.objects.filter(connection=connection):
        destination = call.callee[:DESTINATION_LENGTH] if call.direction == Direction.OUTBOUND else ""
        values = {
            "day": call.started_at.astimezone(zone).date(),
            "connection_id": call.connection_id,
            "line_id": call.line_id,
            "group_remote_id": call.group_remote_id,
            "medium": call.medium,
            "direction": call.direction,
            "outcome": call.outcome,
            "destination": destination,
        }
        key = tuple(values[name] for name in BY)
        waits = [0] * (len(WAIT_BOUNDS) + 1)
        if call.wait_s is not None:
            waits[sum(call.wait_s >= bound for bound in WAIT_BOUNDS)] = 1
        is_inbound = call.direction == Direction.INBOUND
        measures = {
            "calls": 1,
            "inbound": is_inbound,
            "reached": is_inbound and call.outcome in REACHED,
            "outbound": call.direction == Direction.OUTBOUND,
            "talk_s": call.duration_s or 0,
            "wait_s": call.wait_s or 0,
            "cost_micros": call.cost_micros or 0,
        }
        _add(found, key, measures, waits)
    return +found


def kept(connection: Connection) -> Cells:
    """The same out of the table, whose marks are gone."""
    found: Cells = Counter()
    for cell in CallDay.objects.filter(connection=connection, breakdown="detail"):
        key = tuple(getattr(cell, name) for name in BY)
        _add(found, key, {name: getattr(cell, name) or 0 for name in MEASURES}, cell.waits or [])
    return +found


def read(
    connection: Connection,
    by: Sequence[str] = BY,
    first: date = EARLIEST,
    last: date = LATEST,
    *,
    has_waits: bool = True,
    only: str = "",
) -> Cells:
    """The same as figures read it, marked or not."""
    found: Cells = Counter()
    for row in sums(by, first, last, _zone(), with_waits=has_waits, only=only):
        _add(found, row.key, {name: getattr(row, name) for name in MEASURES}, row.waits)
    return +found


def parts_of(connection: Connection, lines: Sequence[str]) -> list[Part]:
    """All of the tenant's, the connection's, its queue's and those of each of these lines."""
    of_queue = Part(connection=connection.pk, group="queue")
    found = Entity.objects.filter(connection=connection, is_line=True, remote_id__in=lines)
    return [
        Part(),
        Part(connection=connection.pk),
        of_queue,
        *(Part(line=pk) for pk in found.order_by("remote_id").values_list("pk", flat=True)),
    ]


def read_hours(part: Part, zone: ZoneInfo, first: date, last: date) -> Cells:
    """By weekday and hour of a zone, and by quarter of an hour."""
    found: Cells = Counter()
    span = span_of(first, last, zone)
    for one in by_hour(*span, zone, part):
        for name in ("calls", "inbound", "reached", "missed"):
            found[one.weekday, one.hour, name] = getattr(one, name)
    return +found + Counter({(at,): calls for at, calls in quarters(*span, part)})


def counted_hours(part: Part, zone: ZoneInfo, first: date, last: date) -> Cells:
    found: Cells = Counter()
    for call in calls_of(part).between(*span_of(first, last, zone)).filter(medium=Medium.VOICE):
        local = call.started_at.astimezone(zone)
        _add(found, (local.isoweekday(), local.hour), _sides(call), ())
        found[(_quarter_of(call.started_at),)] += 1
    return +found


def _added(found: Cells, by: Sequence[str]) -> Cells:
    """As they are told apart by some of the keys."""
    places = [BY.index(name) for name in by]
    added: Cells = Counter()
    for key, value in found.items():
        added[(*(key[place] for place in places), key[-1])] += value
    return added


def _without_waits(found: Cells) -> Cells:
    return Counter({key: value for key, value in found.items() if key[-1] in MEASURES})


def _narrowed(found: Cells, only: str) -> Cells:
    """Those that a name of ONLY is of."""
    group, medium, direction = (BY.index(name) for name in ("group_remote_id", "medium", "direction"))
    sides: dict[str, Callable[[tuple[object, ...]], bool]] = {
        "of groups": lambda key: key[group] != "" and key[direction] == Direction.INBOUND,
        "dialled": lambda key: key[direction] == Direction.OUTBOUND and key[medium] == Medium.VOICE,
    }
    return Counter({key: value for key, value in found.items() if sides[only](key)})


def _within(found: Cells, first: date, last: date) -> Cells:
    """Those of some days."""
    place = BY.index("day")
    return Counter({key: value for key, value in found.items() if first <= key[place] <= last})  # type: ignore[operator]


def counted_quarters(connection: Connection) -> Cells:
    found: Cells = Counter()
    for call in Call.objects.filter(connection=connection, medium=Medium.VOICE):
        at = _quarter_of(call.started_at)
        _add(found, (at,), {**_sides(call), "outbound": call.direction == Direction.OUTBOUND}, ())
    return +found


def kept_quarters(connection: Connection) -> Cells:
    found: Cells = Counter()
    for cell in CallQuarter.objects.filter(connection=connection):
        for name in ("calls", "inbound", "reached", "missed", "outbound"):
            found[cell.quarter_at, name] += getattr(cell, name)
    return +found


def counted_months_hours(connection: Connection) -> Cells:
    """By month, and hour of the week from a Monday's first."""
    found: Cells = Counter()
    for call in Call.objects.filter(connection=connection, medium=Medium.VOICE):
        local = call.started_at.astimezone(_zone())
        _add(found, (local.date().replace(day=1), local.weekday() * 24 + local.hour), _sides(call), ())
    return +found


def kept_hours(connection: Connection) -> Cells:
    found: Cells = Counter()
    for cell in CallWeekHour.objects.filter(connection=connection):
        for name in ("calls", "inbound", "reached", "missed"):
            found[cell.month, cell.hour, name] += getattr(cell, name)
    return +found


def _sides(call: Call) -> dict[str, int]:
    is_inbound = call.direction == Direction.INBOUND
    return {
        "calls": 1,
        "inbound": is_inbound,
        "reached": is_inbound and call.outcome in REACHED,
        "missed": is_inbound and call.outcome in MISSED,
    }


def _add(found: Cells, key: tuple[object, ...], measures: Mapping[str, int], waits: Iterable[int]) -> None:
    for name, value in measures.items():
        found[(*key, name)] += value
    for place, number in enumerate(waits):
        found[(*key, place)] += number


def _quarter_of(at: datetime) -> datetime:
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)


def _zone() -> ZoneInfo:
    return ZoneInfo(Tenant.objects.get(pk=current_tenant_id()).time_zone)
