"""Figures that follow calls one by one: counted in steps of about a second each, however long their period is.

A step is some days of some tenants that have together no more calls than a second is enough for, by what roll-ups tell;
what each gives is put together. Whoever looks at a figure has it counted on from request to request (`go_on`) until it is
told; a file has all of it at once (`count_all`).
"""

from __future__ import annotations

import hashlib
import time
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import cache
from django.db import connection as database
from django.db import transaction
from django.db.models import Sum

from accounts.models import Tenant
from accounts.scoping import tenants_scope
from telephony.models.calls import Medium
from telephony.models.rollups import CallMonth, Part
from telephony.models.spans import DAY, Span

Found = TypeVar("Found")
KEPT_S = 600
AT_ONCE_DAYS = 31  # of a tenant
FEW = 10  # months of a step are not cut into days
# The calls of a step are sorted in memory.
_SETTINGS = "SET LOCAL work_mem = '64MB'"


class TenantZone(NamedTuple):
    """A tenant by its id, and whose days its calls are told by."""

    tenant: int
    zone: str


class Stretch(NamedTuple):
    """Local days of a tenant, both with."""

    whose: TenantZone
    first: date
    last: date

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """The half-open span of them."""
        return Span(name="", first=self.first, last=self.last, today=self.last).instants(
            ZoneInfo(self.whose.zone)
        )


class Course(NamedTuple, Generic[Found]):
    """How far a figure is counted.

    found   None until it is told
    upto    the last day that is counted
    tenant  of which tenant, the first being 1; None where days of all are counted together
    """

    found: Found | None
    done: int
    steps: int
    upto: date
    tenant: int | None


@dataclass(frozen=True, kw_only=True)
class Counting(ABC, Generic[Found]):
    """A figure of a span: how the calls of a step are counted, and how steps are put together. What is put together is
    of plain values, as a cache keeps them.

    is_by_tenant   steps go from tenant to tenant, where they would go from day to day
    """

    whose: tuple[TenantZone, ...]
    span: Span
    part: Part = Part()
    is_by_tenant: ClassVar[bool] = False

    @abstractmethod
    def count(self, step: Sequence[Stretch]) -> Any:
        """What the calls of these days give. A tenant is in a step once."""

    @abstractmethod
    def add(self, some: Any, more: Any) -> Any:
        """Of two steps, or of all before and the next one."""

    @abstractmethod
    def told(self, counted: Any) -> Found: ...


# Days of the tenant of that place in `Counting.whose`; of all of them where it is None.
_Days = tuple[int | None, date, date]


def zones_of(tenants: Iterable[Tenant]) -> tuple[TenantZone, ...]:
    return tuple(TenantZone(tenant.pk, tenant.time_zone) for tenant in tenants)


def go_on(counting: Counting[Found], who: int) -> Course[Found]:
    """Count for as long as a request may take, from where this person's last one came to.

    The last step is counted each time the figure is looked at: today's calls are in it.
    """
    key = _key(counting, who)
    kept = None if _is_short(counting) else cache.get(key)
    steps, done, counted = kept or (steps_of(counting), 0, None)
    began_at = time.monotonic()
    while True:
        step_at = time.monotonic()
        counted = _with(counting, counted, steps[done], is_alone=len(steps) == 1)
        done += 1
        if done == len(steps):
            return Course(counting.told(counted), done, done, counting.span.last, None)
        cache.set(key, (steps, done, counted), KEPT_S)
        now = time.monotonic()
        is_over = now - began_at + (now - step_at) > settings.COUNTING_BUDGET_S
        if is_over and cache.touch(key, KEPT_S):  # what nobody keeps is counted to its end
            place, _first, upto = steps[done - 1][-1]
            return Course(None, done, len(steps), upto, None if place is None else place + 1)


def count_all(counting: Counting[Found], after_step: Callable[[], object] = lambda: None) -> Found:
    """All of it."""
    steps, counted = steps_of(counting), None
    for step in steps:
        counted = _with(counting, counted, step, is_alone=len(steps) == 1)
        after_step()
    return counting.told(counted)


def _with(counting: Counting[Any], counted: Any, step: Sequence[_Days], *, is_alone: bool) -> Any:
    stretches = [
        Stretch(whose, first, last)
        for place, first, last in step
        for whose in (counting.whose if place is None else counting.whose[place : place + 1])
    ]
    if is_alone:
        return counting.count(stretches)
    with transaction.atomic():
        with database.cursor() as cursor:
            cursor.execute(_SETTINGS)
        more = counting.count(stretches)
    return more if counted is None else counting.add(counted, more)


def _key(counting: Counting[Any], who: int) -> str:
    return f"counting:{who}:{hashlib.sha256(repr(counting).encode()).hexdigest()}"


# ---- which days of whom are a step ----
def _is_short(counting: Counting[Any]) -> bool:
    """Whether it is counted at once, without a look at how many calls there are."""
    return counting.span.days * len(counting.whose) <= AT_ONCE_DAYS


def steps_of(counting: Counting[Any]) -> list[list[_Days]]:
    """At least one."""
    if _is_short(counting):
        return [[(None, counting.span.first, counting.span.last)]]
    steps: list[list[_Days]] = []
    so_far = 0.0
    for place, first, last, calls in _loads(counting):
        if not steps or so_far + calls > settings.COUNTING_CALLS:
            steps.append([])
            so_far = 0.0
        step = steps[-1]
        so_far += calls
        if step and step[-1][0] == place:
            step[-1] = (place, step[-1][1], last)
        else:
            step.append((place, first, last))
    return steps or [[]]


def _loads(counting: Counting[Any]) -> Iterator[tuple[int | None, date, date, float]]:
    """Each tenant's days, or those of all of them, with about as many calls as they have: a month's are spread evenly.
    A month with few of them is told whole."""
    span = counting.span
    a_day: dict[tuple[int | None, date], float] = defaultdict(float)
    place_of = {one.tenant: place for place, one in enumerate(counting.whose)}
    with tenants_scope(place_of):
        cells = CallMonth.objects.filter(
            breakdown="total", medium=Medium.VOICE, month__gte=span.first.replace(day=1), month__lte=span.last
        )
        rows = list(cells.order_by().values_list("tenant_id", "month").annotate(Sum("calls")))
    for tenant, month, calls in rows:
        days = (min(_last_of(month), span.today) - month).days + 1
        a_day[place_of[tenant] if counting.is_by_tenant else None, month] += calls / max(1, days)
    places: Iterable[int | None] = place_of.values() if counting.is_by_tenant else [None]
    for place in places:
        first = span.first
        while first <= span.last:
            last = min(_last_of(first), span.last)
            days, calls = (last - first).days + 1, a_day.get((place, first.replace(day=1)), 0.0)
            if days * calls * FEW <= settings.COUNTING_CALLS:
                yield place, first, last, days * calls
            else:
                for number in range(days):
                    yield place, first + number * DAY, first + number * DAY, calls
            first = last + DAY


def _last_of(day: date) -> date:
    """The last day of its month."""
    return (day.replace(day=28) + 4 * DAY).replace(day=1) - DAY
