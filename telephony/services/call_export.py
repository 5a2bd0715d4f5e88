"""Calls as rows of a file, with the names of their numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy

from accounts.models import Tenant
from accounts.scoping import current_tenant_id
from telephony.models import Call
from telephony.models.call_search import CallSearch, calls_in_scope
from telephony.services.number_names import names_of


@dataclass(frozen=True)
class ExportColumn:
    """One column: its head, and how it reads a call (`zone` for times, `names` by number).

    name   its key in JSON
    raw    the same as JSON has it, where that differs
    """

    name: str
    head: Any
    value: Callable[[Call, ZoneInfo, Mapping[str, str]], Any]
    raw: Callable[[Call, ZoneInfo], Any] | None = None


def _money(call: Call) -> Any:
    return None if call.cost_micros is None else float(Decimal(call.cost_micros) / 1_000_000)


CALL_COLUMNS = (
    ExportColumn(
        "started_at",
        gettext_lazy("Started (%(zone)s)"),
        lambda call, zone, names: call.started_at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"),
        lambda call, zone: call.started_at.astimezone(zone).isoformat(),
    ),
    ExportColumn(
        "medium",
        gettext_lazy("Kind"),
        lambda call, zone, names: call.get_medium_display(),
        lambda call, zone: call.medium,
    ),
    ExportColumn(
        "direction",
        gettext_lazy("Direction"),
        lambda call, zone, names: call.get_direction_display(),
        lambda call, zone: call.direction,
    ),
    ExportColumn("caller", gettext_lazy("From"), lambda call, zone, names: call.caller),
    ExportColumn(
        "caller_name", gettext_lazy("From, name"), lambda call, zone, names: names.get(call.caller, "")
    ),
    ExportColumn("callee", gettext_lazy("To"), lambda call, zone, names: call.callee),
    ExportColumn(
        "callee_name", gettext_lazy("To, name"), lambda call, zone, names: names.get(call.callee, "")
    ),
    ExportColumn(
        "outcome",
        gettext_lazy("Outcome"),
        lambda call, zone, names: call.get_outcome_display(),
        lambda call, zone: call.outcome,
    ),
    ExportColumn("duration_s", gettext_lazy("Talk (s)"), lambda call, zone, names: call.duration_s),
    ExportColumn("wait_s", gettext_lazy("Wait (s)"), lambda call, zone, names: call.wait_s),
    ExportColumn("cost", gettext_lazy("Cost"), lambda call, zone, names: _money(call)),
    ExportColumn("currency", gettext_lazy("Currency"), lambda call, zone, names: call.connection.currency),
    ExportColumn("destination", gettext_lazy("Destination"), lambda call, zone, names: call.destination),
    ExportColumn("line", gettext_lazy("Line"), lambda call, zone, names: call.line.name if call.line else ""),
    ExportColumn("connection", gettext_lazy("Connection"), lambda call, zone, names: call.connection.name),
)


def queryset(search: CallSearch, started_before: datetime) -> Any:
    tenant = Tenant.objects.get(pk=current_tenant_id())
    return search.narrow(calls_in_scope().filter(started_at__lt=started_before), region=tenant.region)


def heads(zone: ZoneInfo) -> list[str]:
    return [
        str(column.head) % {"zone": zone.key} if "%(" in str(column.head) else str(column.head)
        for column in CALL_COLUMNS
    ]


def cells(batch: Sequence[Call], zone: ZoneInfo) -> list[list[Any]]:
    """A batch of calls as cells; names come with one query."""
    names = names_of(number for call in batch for number in (call.caller, call.callee))
    return [[column.value(call, zone, names) for column in CALL_COLUMNS] for call in batch]


def records(batch: Sequence[Call], zone: ZoneInfo) -> list[dict[str, Any]]:
    """The same as JSON, by the columns' names."""
    names = names_of(number for call in batch for number in (call.caller, call.callee))
    return [
        {
            column.name: column.raw(call, zone) if column.raw else column.value(call, zone, names)
            for column in CALL_COLUMNS
        }
        for call in batch
    ]
