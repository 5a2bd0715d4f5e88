"""How long people who called in waited, and how that ended: from the roll-ups, of a tenant, connection, line or queue.

A wait is told by seconds below the bounds of `WAIT_BOUNDS`; not every provider tells one, nor of every call.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from telephony.models.calls import MISSED, REACHED, Direction, Medium, Outcome
from telephony.models.rollups import WAIT_BOUNDS, WITHIN_S, Part
from telephony.models.spans import Span
from telephony.services.rollup_reading import sums


@dataclass(kw_only=True)
class Waits:
    """Calls by seconds waited; how many tell nothing is not known here."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(WAIT_BOUNDS) + 1))

    def add(self, counts: Iterable[int]) -> None:
        self.counts = [one + more for one, more in zip(self.counts, counts, strict=True)]

    @property
    def total(self) -> int:
        return sum(self.counts)

    @property
    def half_s(self) -> int | None:
        return self.within(0.5)

    @property
    def most_s(self) -> int | None:
        return self.within(0.9)

    def below(self, bound_s: int) -> int:
        """How many waited less than one of WAIT_BOUNDS."""
        return sum(self.counts[: WAIT_BOUNDS.index(bound_s) + 1])

    def within(self, share: float) -> int | None:
        """The least of WAIT_BOUNDS within which that share waited; None where some waited longer, or none tells."""
        reached = 0
        for bound, count in zip(WAIT_BOUNDS, self.counts, strict=False):
            reached += count
            if self.total and reached >= share * self.total:
                return bound
        return None


def service_level(reached: Waits, told: int, within_s: int = WITHIN_S) -> float | None:
    """The share answered within one of WAIT_BOUNDS, of all `told` calls that tell a wait, however they ended."""
    return reached.below(within_s) / told if told else None


@dataclass(kw_only=True)
class Waited:
    """Inbound voice calls: all of them, and by how they ended those that tell how long they waited.

    other   left a message, or it is not told what became of them
    """

    calls: int = 0
    reached: Waits = field(default_factory=Waits)
    gave_up: Waits = field(default_factory=Waits)
    timed_out: Waits = field(default_factory=Waits)
    other: Waits = field(default_factory=Waits)

    @property
    def told(self) -> int:
        return sum(waits.total for waits in self.parts)

    @property
    def untold(self) -> int:
        return self.calls - self.told

    @property
    def parts(self) -> tuple[Waits, ...]:
        return self.reached, self.gave_up, self.timed_out, self.other

    @property
    def level(self) -> float | None:
        return service_level(self.reached, self.told)

    def add(self, other: Waited) -> None:
        self.calls += other.calls
        for mine, more in zip(self.parts, other.parts, strict=True):
            mine.add(more.counts)


def waited_over_time(span: Span, zone: ZoneInfo, part: Part) -> dict[date, Waited]:
    """By the day on which each step begins; every step of the span is there."""
    found = {step: Waited() for step in span.steps()}
    keys = (span.step, "medium", "direction", "outcome")
    for row in sums(keys, span.first, span.last, zone, part, with_waits=True):
        step, medium, direction, outcome = row.key
        if (medium, direction) == (Medium.VOICE, Direction.INBOUND):
            found[step].calls += row.calls
            _ended(found[step], outcome).add(row.waits)
    return found


def _ended(waited: Waited, outcome: str) -> Waits:
    if outcome in REACHED:
        return waited.reached
    if outcome == Outcome.TIMED_OUT:
        return waited.timed_out
    return waited.gave_up if outcome in MISSED else waited.other


def waits_of(span: Span, zone: ZoneInfo, part: Part) -> Waits:
    """How long who called in waited until somebody answered."""
    waits = Waits()
    for row in sums(("medium", "direction", "outcome"), span.first, span.last, zone, part, with_waits=True):
        medium, direction, outcome = row.key
        if (medium, direction) == (Medium.VOICE, Direction.INBOUND) and outcome in REACHED:
            waits.add(row.waits)
    return waits
