"""How a connection is: its last 24 hours and what its grant allows, in plain figures for pages. Its state in one
word is `Connection.condition`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import ClassVar

from django.db.models import Aggregate, Count, DateTimeField, DurationField, F, FloatField, Func, Q, Value
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from telephony.models import Connection, Credential, RequestLog
from telephony.providers.declaration import Provider
from telephony.services.quota import quota_of

SLOT = dt.timedelta(minutes=15)
DAY = dt.timedelta(days=1)

_FAILED = Q(error__gt="") | Q(status__gte=500) | Q(status__in=[400, 401, 403, 408, 409, 429])

CAPABILITY_LABELS: Mapping[str, tuple[str | Promise, str | Promise]] = {
    "lines.read": (_("See lines"), _("with their settings")),
    "calls.list": (_("List calls"), _("received and placed, with duration and cost")),
    "profiles.edit": (_("Change profiles"), _("make, edit, force and delete them")),
    "blacklist.edit": (_("Block callers"), _("the refused numbers of each line")),
    "barring.edit": (_("Bar calls"), _("which numbers a line may not call")),
    "plugins.edit": (_("Switch line options"), _("notification address, CTI plugins")),
    "directory.edit": (_("Change the directory"), _("branches and contacts")),
    "calls.start": (_("Start calls"), _("from a line to any number")),
    "sms.send": (_("Send SMS"), _("from a line")),
    "voicemail.read": (_("Read voice messages"), ""),
    "calls.live": (_("See calls as they ring"), ""),
    "documents.edit": (_("Change documents"), _("field by field")),
    "callflows.edit": (_("Change callflows"), ""),
    "schedules.edit": (_("Change opening hours"), ""),
    "companies.edit": (_("Change companies"), ""),
    "numbers.order": (_("Order numbers"), ""),
    "ports.manage": (_("Port numbers"), ""),
}


class Median(Aggregate):
    """The middle value, by PostgreSQL's percentile_cont."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


class DateBin(Func):
    """The beginning of the stretch that an instant falls into: date_bin(width, instant, origin)."""

    function = "date_bin"
    output_field = DateTimeField()


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A quarter of an hour: how many requests, how many failed, how long the middle one took."""

    start_at: dt.datetime
    requests: int = 0
    failed: int = 0
    median_ms: float | None = None

    @property
    def tone(self) -> str:
        """empty, ok, some (few failed), bad (a third and more)."""
        if not self.requests:
            return "empty"
        if not self.failed:
            return "ok"
        return "bad" if self.failed * 3 >= self.requests else "some"


@dataclass(frozen=True, kw_only=True)
class Health:
    """The last 24 hours of a connection."""

    slots: tuple[Slot, ...]
    requests: int
    failed: int
    median_ms: float | None
    last_failure: RequestLog | None

    @property
    def median_s(self) -> float | None:
        return None if self.median_ms is None else self.median_ms / 1000


@dataclass(frozen=True, kw_only=True)
class Ability:
    """One capability in words, and whether the connection has it; `why_not` where it has not."""

    name: str
    label: str | Promise
    detail: str | Promise
    has: bool
    why_not: str | Promise = ""


def failed_at(declared: Provider) -> Q:
    """Which lines of the request log are failures: not the answer that a login is none of the few for whom an operation
    is."""
    for_few = [one.key for one in declared.catalog if one.is_for_few]
    return _FAILED & ~Q(status=403, operation__in=for_few) if for_few else _FAILED


def health_of(connection: Connection, now: dt.datetime | None = None) -> Health:
    """What the request log says of the last 24 hours, by quarter of an hour. Three queries."""
    now = now or timezone.now()
    begin, failed = now - DAY, failed_at(connection.declaration)
    logged = RequestLog.objects.filter(connection=connection, at__gt=begin, at__lte=now)
    binned = DateBin(Value(SLOT, output_field=DurationField()), F("at"), Value(begin, DateTimeField()))
    rows = (
        logged.annotate(slot=binned)
        .values("slot")
        .annotate(requests=Count("pk"), failed=Count("pk", filter=failed), median=Median("elapsed_ms"))
    )
    known = {row["slot"]: row for row in rows}
    slots = []
    for number in range(int(DAY / SLOT)):
        start_at = begin + number * SLOT
        row = known.get(start_at, {"requests": 0, "failed": 0, "median": None})
        slots.append(
            Slot(
                start_at=start_at,
                requests=row["requests"],
                failed=row["failed"],
                median_ms=row["median"],
            )
        )
    return Health(
        slots=tuple(slots),
        requests=sum(slot.requests for slot in slots),
        failed=sum(slot.failed for slot in slots),
        median_ms=logged.aggregate(median=Median("elapsed_ms"))["median"],
        last_failure=logged.filter(failed).order_by("-at").first(),
    )


@dataclass(frozen=True, kw_only=True)
class QuotaNow:
    """How much of a slow quota is used in the window of now.

    limit, kept   calls per window, and how many of them only people may use
    frees_at      when the first of the used ones leaves the window; None while none is used
    free_at       when all of them have left it
    """

    limit: int
    kept: int
    window_s: float
    used: int
    by_people: int
    frees_at: dt.datetime | None
    free_at: dt.datetime | None

    METER_CELLS: ClassVar[int] = 20

    @property
    def window_minutes(self) -> int:
        return round(self.window_s / 60)

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used)

    @property
    def cells(self) -> int:
        """How many cells of the meter are filled: the first one with the first call, the last one with the last."""
        return min(self.METER_CELLS, ceil(self.used * self.METER_CELLS / self.limit))


def quota_now(connection: Connection) -> QuotaNow | None:
    """The quota that the provider counts in minutes; None where it has none such. One query."""
    return quota_of_login(connection.credential)


def quota_of_login(credential: Credential) -> QuotaNow | None:
    """The same of a login, whatever it serves."""
    quota = quota_of(credential)
    if quota.slow is None:
        return None
    uses = quota.window()
    window = dt.timedelta(seconds=quota.slow.window_s)
    return QuotaNow(
        limit=quota.slow.limit,
        kept=quota.slow.kept,
        window_s=quota.slow.window_s,
        used=sum(use.cost for use in uses),
        by_people=sum(use.cost for use in uses if use.is_person),
        frees_at=uses[0].at + window if uses else None,
        free_at=uses[-1].at + window if uses else None,
    )


def abilities_of(connection: Connection) -> list[Ability]:
    """Every capability of the provider, confirmed ones first; the reason where the grant does not cover it."""
    declared = connection.declaration
    abilities = [
        Ability(
            name=name,
            label=label,
            detail=declared.ability_notes.get(name, detail),
            has=name in connection.capabilities,
            why_not=_("you have not signed in as a contact")
            if name == "voicemail.read"
            else _("the grant does not cover it"),
        )
        for name, (label, detail) in CAPABILITY_LABELS.items()
        if name in declared.capabilities
    ]
    return sorted(abilities, key=lambda ability: not ability.has)


def scopes_in_words(connection: Connection) -> list[tuple[str, str | Promise]]:
    """What was granted: the provider's word and ours."""
    known = {scope.name: scope.label for scope in connection.declaration.scopes}
    return [(name, known.get(name, name)) for name in connection.credential.scopes]
