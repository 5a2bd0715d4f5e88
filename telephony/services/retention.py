"""How long a tenant keeps calls, live events and files: what it says, what would go, and the nightly work that takes it.

What was counted stands. A tenant's date `calls_from` goes ahead of the deletion: from then on no day before it is marked,
so no deletion makes one be counted anew, and no sync reads before it. Calls go when every writer that began before the
date was set has ended, and SLACK later than the date, for a day of UTC that is still marked reaches into the local day
before. Events and files go by days of the tenant's clocks. Batches commit with the cursor, so that a turn that was killed
goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone, translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import audit
from accounts.models import AuditEvent, Tenant
from accounts.scoping import tenant_scope, tenants_scope, unscoped
from portal.lib.days import midnight
from telephony.models import (
    Call,
    CallDay,
    CallEvent,
    CallRecord,
    Job,
    LiveCall,
    ReportRun,
    Retention,
    RollupMark,
    UnreadableRecord,
)
from telephony.models.spans import Span
from telephony.services import export_files, ledger, live_calls, report_files, rollups

DAYS_OF = ZoneInfo("UTC")
SLACK = timedelta(days=2)
WRITERS_END = timedelta(minutes=10)  # no task and no request lives longer
BATCH = 5_000
SHORTEST = timedelta(days=28)  # everybody keeps a whole month


@dataclass(frozen=True, slots=True)
class Going:
    """What of a part would go: how many, about, and the day before which they are."""

    part: str
    count: int
    before: date


# ---- what a tenant says ----
def of_tenant() -> Retention:
    """What the scope's tenant says; not stored where it said nothing and no night has passed."""
    return Retention.objects.first() or Retention()


def no_longer_kept(start_at: datetime) -> date | None:
    """Before which day calls since this moment are no longer here; None where all of them may be."""
    if start_at > timezone.now() - SHORTEST:
        return None
    day = of_tenant().calls_from
    return day if day and _is_gone(start_at, day) else None


def no_longer_kept_of(tenants: Sequence[Tenant], span: Span) -> dict[Tenant, date]:
    """The same of those of several tenants that do not have all calls of a span of their days any more."""
    with tenants_scope(tenants):
        kept = dict(Retention.objects.exclude(calls_from=None).values_list("tenant_id", "calls_from"))
    return {
        one: kept[one.pk]
        for one in tenants
        if one.pk in kept and _is_gone(midnight(span.first, ZoneInfo(one.time_zone)), kept[one.pk])
    }


def has_same_time(span: Span, zone: ZoneInfo) -> bool:
    """Whether a span that is not over may be compared up to the same time: the last day before is counted call by call."""
    return not span.is_to_date or no_longer_kept(midnight(span.before.last, zone)) is None


def _is_gone(at: datetime, calls_from: date) -> bool:
    return at < midnight(calls_from, DAYS_OF) - SLACK


def would_go(row: Retention, months: Mapping[str, int | None], tenant: Tenant) -> list[Going]:
    """What would go of the parts that are to be kept otherwise than now, and not for ever."""
    zone = ZoneInfo(tenant.time_zone)
    today = timezone.now().astimezone(zone).date()
    found = []
    for part in Retention.PARTS:
        before = Retention.kept_from(part, months[part], today)
        if before is not None and months[part] != row.months_of(part):
            count = _count_calls(before, row) if part == "calls" else _COUNT[part](midnight(before, zone))
            found.append(Going(part, count, before))
    return found


def keep_for(months: Mapping[str, int | None]) -> bool:
    """Keep each part so many months from tonight on, None as long as usual; whether that changes anything.

    A turn at work ends: its worker writes nothing any more.
    """
    with transaction.atomic():
        row, _made = Retention.objects.select_for_update(of=("self",)).get_or_create()
        if all(row.months_of(part) == kept for part, kept in months.items()):
            return False
        _tell(row)
        Retention.objects.filter(pk=row.pk).update(
            **{f"{part}_months": kept for part, kept in months.items()},
            cursor={},
            due_at=None,
            lease_until=None,
            lease_owner="",
            fence=F("fence") + 1,
        )
    return True


def _count_calls(before: date, row: Retention) -> int:
    days = CallDay.objects.filter(breakdown="total", day__lt=before)
    if row.calls_from:
        days = days.filter(day__gte=row.calls_from)
    return days.aggregate(calls=Sum("calls"))["calls"] or 0


def _count_events(before: datetime) -> int:
    alone = CallEvent.objects.filter(received_at__lt=before, call=None)
    return LiveCall.objects.filter(started_at__lt=before).count() + alone.count()


def _count_files(before: datetime) -> int:
    old = {"created_at__lt": before, "due_at": None}
    return ReportRun.objects.filter(**old).count() + Job.objects.filter(kind=Job.Kind.EXPORT, **old).count()


_COUNT: Mapping[str, Callable[[datetime], int]] = {
    "events": _count_events,
    "files": _count_files,
}


# ---- taking it away ----
def open_nightly(now: datetime) -> int:
    """Let every open tenant have its turn; how many."""
    with unscoped("dispatch"):
        known = list(Retention.objects.values_list("tenant_id", flat=True))
    for tenant in Tenant.objects.filter(closed_at=None).exclude(pk__in=known):
        with tenant_scope(tenant):
            Retention.objects.get_or_create()
    with unscoped("dispatch"):
        return Retention.objects.filter(due_at=None).update(due_at=now, attempts=0)


def advance(row: Retention) -> None:
    """Go on with a leased row for at most TASK_BUDGET_S; it stays due until all that is too old is gone."""
    if not row.cursor and not _begin(row, timezone.now()):
        return
    ends_at = time.monotonic() + settings.TASK_BUDGET_S
    for part, before in row.cursor["before"].items():
        if part == "calls":
            _count_marked(row)
        gone = 1
        while gone:
            if ledger.is_stopping() or time.monotonic() > ends_at:
                return
            with transaction.atomic():
                gone = _FORGET[part](datetime.fromisoformat(before), BATCH)
                so_far = row.cursor["gone"]
                ledger.write(row, cursor={**row.cursor, "gone": {**so_far, part: so_far.get(part, 0) + gone}})
    report_files.forget_orphans()
    with transaction.atomic():
        _tell(row)
        ledger.write(row, cursor={}, due_at=None)


def _begin(row: Retention, now: datetime) -> bool:
    """Settle what is too old; whether it may go now."""
    zone = ZoneInfo(row.tenant.time_zone)
    today = now.astimezone(zone).date()
    before = {
        part: midnight(day, DAYS_OF if part == "calls" else zone)
        for part in Retention.PARTS
        if (day := Retention.kept_from(part, row.months_of(part), today)) is not None
    }
    calls_from = row.calls_from
    if "calls" in before:
        calls_from = max(before["calls"].date(), calls_from or date.min)
        before["calls"] = midnight(calls_from, DAYS_OF) - SLACK
    is_set = calls_from == row.calls_from
    ledger.write(
        row,
        **({} if is_set or calls_from is None else _border(calls_from, zone)),
        cursor={"before": {part: at.isoformat() for part, at in before.items()}, "gone": {}},
        due_at=now if is_set else now + WRITERS_END,
    )
    return is_set


def _border(calls_from: date, zone: ZoneInfo) -> dict[str, Any]:
    """The day from which on calls are kept, and where the tenant's days are parted there; see Retention."""
    first_day = midnight(calls_from, DAYS_OF).astimezone(zone).date()
    return {"calls_from": calls_from, "first_day": first_day, "first_day_at": midnight(first_day, zone)}


def _count_marked(row: Retention) -> None:
    """Days that were marked before the date was set are counted while their calls are here."""
    marks = RollupMark.objects.filter(day__lt=row.calls_from).order_by()
    for connection_id in list(marks.values_list("connection_id", flat=True).distinct()):
        rollups.settle(connection_id)
        ledger.renew(row)


def _forget_calls(before: datetime, most: int) -> int:
    """Calls with their records, the oldest first, then records without a call and those that could not be read."""
    calls = Call.objects.filter(started_at__lt=before).order_by("started_at", "pk")
    ids = list(calls.values_list("pk", flat=True)[:most])
    CallRecord.objects.filter(call__in=ids).delete()
    Call.objects.filter(pk__in=ids).delete()
    if len(ids) < most:
        CallRecord.objects.filter(call=None, started_at__lt=before).delete()
        UnreadableRecord.objects.filter(seen_at__lt=before).delete()
    return len(ids)


def _forget_files(before: datetime, most: int) -> int:
    return report_files.forget_some(before, most) + export_files.forget_some(before, most)


_FORGET: Mapping[str, Callable[[datetime, int], int]] = {
    "calls": _forget_calls,
    "events": live_calls.forget_some,
    "files": _forget_files,
}


def _tell(row: Retention) -> None:
    """One line of the audit of what a turn took, where it took anything."""
    gone = {part: rows for part, rows in row.cursor.get("gone", {}).items() if rows}
    if not gone:
        return
    with translation.override(row.tenant.language):
        audit.record(
            AuditEvent.Verb.FORGOT,
            tenant=row.tenant,
            person=None,
            object_label=_("Kept for so long"),
            detail={"summary": ", ".join(_words(gone)), "gone": gone},
        )


def _words(gone: Mapping[str, int]) -> Sequence[str]:
    words = {
        "calls": lambda n: ngettext("%(n)s call", "%(n)s calls", n),
        "events": lambda n: ngettext("%(n)s live event", "%(n)s live events", n),
        "files": lambda n: ngettext("%(n)s file", "%(n)s files", n),
    }
    return [
        words[part](rows) % {"n": number_format(rows, force_grouping=True)} for part, rows in gone.items()
    ]
