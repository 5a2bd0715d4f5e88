"""When a difference between shares is clear enough to be said: enough calls, enough points, and hardly by chance. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

LEAST_CALLS = 20  # on both sides
LEAST_LOST = 5
LEAST_POINTS = 0.05
CHANCE = 0.01  # that among all that is compared one stands out though nothing is behind it


@dataclass(frozen=True)
class Counts:
    """Calls, and those of them that nobody took."""

    calls: int = 0
    lost: int = 0

    @property
    def share(self) -> float:
        return self.lost / self.calls if self.calls else 0.0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.calls + other.calls, self.lost + other.lost)

    def __sub__(self, other: Counts) -> Counts:
        return Counts(self.calls - other.calls, self.lost - other.lost)

    def excess(self, others: Counts) -> float:
        """How many more were lost than would have been at the others' share."""
        return self.lost - self.calls * others.share


def is_clear(one: Counts, others: Counts, compared: int) -> bool:
    """Whether more of these calls were lost than of the others, where so many such comparisons are made.

    Two shares, by the normal approximation, the chance divided by the comparisons.
    """
    if min(one.calls, others.calls) < LEAST_CALLS or one.lost < LEAST_LOST:
        return False
    difference = one.share - others.share
    if difference < LEAST_POINTS:
        return False
    pooled = (one + others).share
    deviation = sqrt(pooled * (1 - pooled) * (1 / one.calls + 1 / others.calls))
    return deviation > 0 and difference / deviation > NormalDist().inv_cdf(1 - CHANCE / max(1, compared))
