"""Who calls most, whichever of some tenants, counted in steps without keeping each caller.

Of a step its first callers are kept; of all others it is known how often they called at most. Put together, what is kept
of a caller tells how often it called at least and at most (Agarwal et al., "Mergeable summaries", 2012). Who may be among
the first is counted once more in the end; where that may be anybody, all are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.db.models import Q

from accounts.scoping import tenants_scope
from telephony.models.calls import CallQuerySet
from telephony.services import analytics
from telephony.services.analytics import MOST_ROWS, CallerRow
from telephony.services.counting_steps import Counting, Stretch


class Kept(NamedTuple):
    """Calls of a caller that were counted, how many of them were answered, and how many more there may be."""

    calls: int
    reached: int
    hidden: int


@dataclass(frozen=True, kw_only=True)
class CallerCount(Counting[list[CallerRow]]):
    """Days are those of each tenant. What is counted is (steps, callers by number as `Kept`, how often others may have
    called), the callers of a single step in their order.

    size   how many callers are kept
    """

    size: int = 1000

    def count(self, step: Sequence[Stretch]) -> tuple[Any, ...]:
        rows = self._rows(step, most=self.size)
        others = rows[-1].calls if len(rows) == self.size else 0
        return 1, {row.number: (row.calls, row.reached, 0) for row in rows}, others

    def add(self, some: tuple[Any, ...], more: tuple[Any, ...]) -> tuple[Any, ...]:
        others = some[2] + more[2]
        found: dict[str, tuple[int, ...]] = {}
        for number in some[1].keys() | more[1].keys():
            both = (side[1].get(number, (0, 0, side[2])) for side in (some, more))
            found[number] = tuple(map(sum, zip(*both, strict=True)))
        ranked = sorted(found.items(), key=lambda one: -_at_most(one[1]))
        if dropped := ranked[self.size :]:
            others = max(others, _at_most(dropped[0][1]))
        return some[0] + more[0], dict(ranked[: self.size]), others

    def told(self, counted: tuple[Any, ...]) -> list[CallerRow]:
        steps, kept, others = counted
        found = {number: Kept(*one) for number, one in kept.items()}
        if steps > 1:
            least = min(sorted((one.calls for one in found.values()), reverse=True)[:MOST_ROWS], default=0)
            if others and (others >= least or len(found) < MOST_ROWS):
                return self._rows(self._all(), most=MOST_ROWS)
            unsure = [number for number, one in found.items() if one.hidden and _at_most(one) >= least]
            for row in self._rows(self._all(), only=unsure) if unsure else ():
                found[row.number] = Kept(row.calls, row.reached, 0)
            found = dict(sorted(found.items(), key=lambda one: (-one[1].calls, one[0])))
        return [
            CallerRow(number=number, calls=one.calls, reached=one.reached)
            for number, one in list(found.items())[:MOST_ROWS]
        ]

    def _all(self) -> list[Stretch]:
        return [Stretch(whose, self.span.first, self.span.last) for whose in self.whose]

    def _rows(
        self, step: Sequence[Stretch], *, most: int | None = None, only: Sequence[str] | None = None
    ) -> list[CallerRow]:
        """One statement."""
        if not step:
            return []
        alike: dict[Any, list[int]] = defaultdict(list)
        for one in step:
            alike[one.instants].append(one.whose.tenant)
        days = [
            Q(tenant__in=tenants, started_at__gte=begin, started_at__lt=end)
            for (begin, end), tenants in alike.items()
        ]
        with tenants_scope(one.whose.tenant for one in step):
            calls: CallQuerySet = analytics.calls_of(self.part).filter(reduce(or_, days))
            if only is not None:
                calls = calls.filter(caller_reversed__in=[number[::-1] for number in only])
            return analytics.callers_of(calls, most)


def _at_most(kept: Sequence[int]) -> int:
    calls, _reached, hidden = kept
    return calls + hidden
