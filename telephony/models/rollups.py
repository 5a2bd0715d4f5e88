"""Roll-ups: calls counted ahead, by quarter of an hour in UTC and by day in the tenant's zone.

Quarters of a connection have rows of their own (`CallQuarter`), and the hours of the week that they give in a month
(`CallWeekHour`); those of a line, a queue or group, or a destination, each
by direction and outcome, stand in the cells of its days (`CallDay.slots`).

Every cell is a count of `Call` rows and nothing else; it is counted anew when one of its rows came, changed or went,
never added to. PostgreSQL itself notes which days are touched (rollup_triggers.py), so that no writer can forget to;
`services/rollups.py` counts, `services/rollup_reading.py` reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.scoping import TenantOwned
from telephony.models.calls import Direction, Medium, Outcome
from telephony.models.connections import Connection
from telephony.models.entities import Entity
from telephony.models.places import Place

# Seconds waited fall into the first of these that they are below; the rest into one more.
WAIT_BOUNDS = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300)
WAIT_STEPS = tuple(zip((0, *WAIT_BOUNDS), (*WAIT_BOUNDS, None), strict=True))  # from, and below
WITHIN_S = 20  # one of the bounds: the service level is the share that was answered within so many seconds
# So many characters of a called number tell its country and what sort of number it is: +3361, +1212.
DESTINATION_LENGTH = 5


# A slot is a quarter of an hour and one of the ways that a call of it can have gone: the quarters since 16 hours before the
# UTC midnight of the cell's day (a day of any zone begins later), times 32, and the place of its way in this.
WAYS = tuple((direction, outcome) for direction in Direction for outcome in Outcome)
WAY_BITS = 5
QUARTER_S, DAY_QUARTERS, QUARTERS_BEFORE = 900, 96, 64


@dataclass(frozen=True, kw_only=True)
class Breakdown:
    """By which columns a day's calls of a connection are told apart in one kind of cells, and what those tell.

    within   of which calls there are cells, a name of WITHIN; "" of all
    """

    columns: frozenset[str]
    has_waits: bool = False
    has_slots: bool = False
    within: str = ""


# Conditions of the calls that are told apart by what only they have.
WITHIN = {"groups": "group_remote_id <> ''", "outbound": f"direction = '{Direction.OUTBOUND}'"}
# Figures read the first that tells apart what they ask. A line's outcomes stand side by side in its cells (`inbound`,
# `reached`, `outbound`): told apart by them, there were half as many cells as calls.
BREAKDOWNS = {
    "total": Breakdown(columns=frozenset({"medium", "direction", "outcome"}), has_waits=True),
    "line": Breakdown(columns=frozenset({"line_id", "medium"}), has_slots=True),
    "group": Breakdown(
        columns=frozenset({"group_remote_id", "medium", "direction", "outcome"}),
        has_waits=True,
        has_slots=True,
        within="groups",
    ),
    "destination": Breakdown(
        columns=frozenset({"destination", "medium", "direction"}), has_slots=True, within="outbound"
    ),
    "detail": Breakdown(
        columns=frozenset({"line_id", "group_remote_id", "medium", "direction", "outcome", "destination"}),
        has_waits=True,
    ),
}

# Their rows are made of rows whose keys are checked or come from such; see calls._PLAIN.
_PLAIN: dict[str, Any] = {"db_constraint": False, "db_index": False}


@dataclass(frozen=True, kw_only=True)
class Part:
    """Which calls: all of the tenant's, or those of a connection, a line, or a queue or group of a connection.

    any_group   only those that were offered to some queue or group
    """

    connection: int | None = None
    line: int | None = None
    group: str | None = None
    any_group: bool = False

    @classmethod
    def of_place(cls, place: Entity | Place) -> Part:
        """The calls that a line, queue or group stands for: of a group those it was offered, be it a line as well."""
        if place.is_group:
            return cls(connection=place.connection_id, group=place.remote_id)
        return cls(line=place.pk)

    @property
    def is_place(self) -> bool:
        """Whether it is a line, queue or group."""
        return self.line is not None or self.group is not None

    @property
    def is_crossing(self) -> bool:
        """Whether it is what a line had of a queue or group: quarters of an hour are kept of each of them only."""
        return self.line is not None and self.group is not None

    @property
    def is_of_groups(self) -> bool:
        return self.any_group or self.group is not None

    @property
    def columns(self) -> list[str]:
        """What its calls are told by."""
        return [*self._equal, *(["group_remote_id"] if self.any_group else [])]

    @property
    def condition(self) -> str:
        equal = [f"{name} = %({name})s" for name in self._equal]
        return " AND ".join([*equal, *([WITHIN["groups"]] if self.any_group else [])]) or "TRUE"

    @property
    def _equal(self) -> list[str]:
        return [name for name, value in self.values.items() if value is not None]

    @property
    def values(self) -> dict[str, Any]:
        return {"connection_id": self.connection, "line_id": self.line, "group_remote_id": self.group}


def _tenant() -> models.ForeignKey:
    return models.ForeignKey(
        "accounts.Tenant", on_delete=models.CASCADE, related_name="+", editable=False, **_PLAIN
    )


class _Cell(TenantOwned):
    """Calls that are alike in what a breakdown tells apart; the other keys are None or "".

    destination   the first characters of the number that an outbound call dialled; "" for others
    wait_s, waits   seconds waited in all, and calls by `WAIT_BOUNDS`, of the calls that tell; None where none does
    reached       of the inbound
    number        which of the connection's cells of that day or month; keys that may be None make no primary key. Where
                  a line is gone and its calls too, several are of none
    """

    number = models.IntegerField()

    tenant = _tenant()
    breakdown = models.CharField(max_length=12)  # a name of BREAKDOWNS
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", **_PLAIN)
    line = models.ForeignKey(Entity, null=True, on_delete=models.SET_NULL, related_name="+", **_PLAIN)
    group_remote_id = models.CharField(max_length=200)
    medium = models.CharField(max_length=8, choices=Medium)
    direction = models.CharField(max_length=10, choices=Direction)
    outcome = models.CharField(max_length=12, choices=Outcome)
    destination = models.CharField(max_length=DESTINATION_LENGTH)
    calls = models.IntegerField()
    inbound = models.IntegerField()
    reached = models.IntegerField()
    outbound = models.IntegerField()
    talk_s = models.BigIntegerField()
    wait_s = models.BigIntegerField(null=True)
    waits = ArrayField(models.IntegerField(), null=True)
    cost_micros = models.BigIntegerField()

    class Meta:
        abstract = True


class CallDay(_Cell):
    """The calls of one local day, in the tenant's zone, by each of BREAKDOWNS.

    slots   of each call its quarter of an hour and its way, in no order; see WAYS. None in cells of a breakdown without
    """

    slots = ArrayField(models.SmallIntegerField(), null=True)

    # One index: each more would cost a sync as much as counting does. A line's year is read out of the tenant's.
    pk = models.CompositePrimaryKey("tenant_id", "breakdown", "day", "connection_id", "number")
    day = models.DateField()

    def __str__(self) -> str:
        return f"{self.connection_id} {self.day} by {self.breakdown}: {self.calls}"


class CallMonth(_Cell):
    """The cells of a month's local days, added up: figures of a year read a thirtieth of the cells. `month` is its first
    day.
    """

    pk = models.CompositePrimaryKey("tenant_id", "breakdown", "month", "connection_id", "number")
    month = models.DateField()

    def __str__(self) -> str:
        return f"{self.connection_id} {self.month:%Y-%m} by {self.breakdown}: {self.calls}"


class CallQuarter(TenantOwned):
    """The voice calls of a connection that began in one quarter of an hour, for hours of the day and days of any zone."""

    pk = models.CompositePrimaryKey("tenant_id", "quarter_at", "connection_id")
    tenant = _tenant()
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", **_PLAIN)
    quarter_at = models.DateTimeField()
    calls = models.IntegerField()
    inbound = models.IntegerField()
    reached = models.IntegerField()
    missed = models.IntegerField()
    outbound = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.connection_id} {self.quarter_at:%Y-%m-%d %H:%M}: {self.calls}"


class CallWeekHour(TenantOwned):
    """The quarters of a month of the tenant's zone, added up by the hour of the week that they lie in: when people called in
    a year is a tenth of the rows. `month` is its first day; `hour` 0 is a Monday's first.
    """

    pk = models.CompositePrimaryKey("tenant_id", "month", "connection_id", "hour")
    tenant = _tenant()
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", **_PLAIN)
    month = models.DateField()
    hour = models.SmallIntegerField()
    calls = models.IntegerField()
    inbound = models.IntegerField()
    reached = models.IntegerField()
    missed = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.connection_id} {self.month:%Y-%m} hour {self.hour}: {self.calls}"


class RollupMark(TenantOwned):
    """That calls of a UTC day have changed since they were counted. Marks are only ever added, by triggers, and taken
    away by whoever counts; of one day there may be several.
    """

    tenant = _tenant()
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", **_PLAIN)
    day = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["tenant", "connection", "day"], name="rollup_mark_day")]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.day}"


class ClosedMonth(TenantOwned):
    """What the calls of a month gave when it was closed, kept as it was said. Calls that came or changed later make
    another version beside it, never another figure in its place.

    month     its first day, in the zone that the tenant had
    figures   see `services/rollup_closing.figures_of`
    is_whole  whether the calls of all its days were here
    """

    month = models.DateField()
    version = models.PositiveSmallIntegerField()
    closed_at = models.DateTimeField()
    time_zone = models.CharField(max_length=64)
    figures = models.JSONField()
    is_whole = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "month", "version"], name="closed_month_once")
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} version {self.version}"
