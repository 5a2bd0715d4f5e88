"""What plans of lines include and how much of it is left, as the cache has it: the kinds that declare an `Allowance`.

What a provider does not tell is None: a plan without limits has none of these objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite

from telephony.models import Connection, Entity
from telephony.models.rollups import Part
from telephony.providers.fields import fact_at, value_at
from telephony.providers.kinds import Allowance, EntityKind
from telephony.providers.operations import Text

MOST_READ = 2_000
METER_CELLS = 10
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One allowance of one line. `unit` is a word; `line` None where it is no longer listed."""

    entity: Entity
    line: Entity | None
    connection: Connection
    unit: Text
    total: float | None
    left: float | None
    until_at: datetime | None

    @property
    def share_used(self) -> float | None:
        """0..1; None where it is not known, or where nothing is included."""
        if not self.total or self.left is None:
            return None
        return min(1.0, max(0.0, 1 - self.left / self.total))

    @property
    def cells(self) -> int:
        """How many of METER_CELLS are used."""
        return round(METER_CELLS * (self.share_used or 0))

    @property
    def used(self) -> float | None:
        return None if self.total is None or self.left is None else self.total - self.left


def plans_of(connections: Iterable[Connection], part: Part) -> list[Plan]:
    """Those of a part, the most used up first, what is not known last; of a queue or group there are none."""
    kinds = {
        (one.pk, kind.kind): (one, kind)
        for one in connections
        if part.connection in (None, one.pk)
        for kind in one.declaration.kinds.values()
        if kind.allowance and one.can(kind.capability)
    }
    if not kinds or part.group is not None:
        return []
    found = Entity.objects.present().filter(
        connection__in={pk for pk, _kind in kinds}, kind__in={kind for _pk, kind in kinds}
    )
    if part.line is not None:
        line = Entity.objects.filter(pk=part.line).values("connection_id", "remote_id")
        found = found.filter(
            connection__in=line.values("connection_id"), parent_remote_id__in=line.values("remote_id")
        )
    rows = [row for row in found.order_by("pk")[:MOST_READ] if (row.connection_id, row.kind) in kinds]
    lines = _lines_of(rows)
    plans = [
        _plan(row, *kinds[row.connection_id, row.kind], lines.get((row.connection_id, row.parent_remote_id)))
        for row in rows
    ]
    return sorted(plans, key=lambda plan: (plan.share_used is None, -(plan.share_used or 0)))


def _lines_of(rows: Sequence[Entity]) -> dict[tuple[int, str], Entity]:
    lines = Entity.objects.lines().filter(remote_id__in={row.parent_remote_id for row in rows})
    return {(one.connection_id, one.remote_id): one for one in lines.defer("document")} if rows else {}


def _plan(row: Entity, connection: Connection, kind: EntityKind, line: Entity | None) -> Plan:
    assert kind.allowance
    allowance: Allowance = kind.allowance
    total = next(field for field in kind.fields if field.path == allowance.total)
    return Plan(
        entity=row,
        line=line,
        connection=connection,
        unit=fact_at(total, row.document).unit,
        total=_number(row, allowance.total),
        left=_number(row, allowance.left),
        until_at=_instant(_number(row, allowance.until)),
    )


def _number(row: Entity, path: str) -> float | None:
    """A number, also where it stands there as text; None where it is neither."""
    try:
        found = float(value_at(row.document, path))
    except (TypeError, ValueError):
        return None
    return found if isfinite(found) else None


def _instant(seconds: float | None) -> datetime | None:
    try:
        return EPOCH + timedelta(seconds=seconds) if seconds else None
    except OverflowError:  # no year of ours
        return None
