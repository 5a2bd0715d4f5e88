"""What reports tell of changes, lines, numbers and connections."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from telephony.models import Change, Connection, Entity, EntityReference, SyncState
from telephony.services.period_coverage import coverage_of
from telephony.services.report_facts import Scope

MADE = (Change.State.APPLIED, Change.State.REVERTED, Change.State.UNKNOWN)
# What a bulk edit leaves thousands of, and no list tells.
DOCUMENTS = ("seen", "before", "wanted", "sent", "answer", "after", "secrets_sealed")


def changes(start_at: datetime, end_at: datetime, scope: Scope) -> list[Change]:
    """Those that were sent in the span, first to last."""
    found = Change.objects.filter(sent_at__gte=start_at, sent_at__lt=end_at, state__in=MADE)
    if scope.line is not None:
        found = found.filter(Q(line=scope.line) | Q(entity=scope.line))
    elif scope.connection_id:
        found = found.filter(connection_id=scope.connection_id)
    return list(found.defer(*DOCUMENTS).order_by("sent_at", "pk"))


def lines(scope: Scope) -> list[Entity]:
    """Of a line it alone; of a queue or group those that it points to, and it where it is one too."""
    found = _of(scope, is_line=True)
    if (place := scope.line) is not None:
        pointed_to = EntityReference.objects.filter(source=place).values("target")
        members = Q(pk__in=pointed_to) if place.is_group else Q()
        found = found.filter(Q(pk=place.pk) | members)
    return list(found.order_by("name_key", "pk"))


def numbers(scope: Scope) -> list[Entity]:
    """Of a line, queue or group those that lead there: that point to it, or that something has that points to it."""
    found = _of(scope, facet=Entity.Facet.NUMBER)
    if (place := scope.line) is not None:
        uses = EntityReference.objects.filter(target=place, source__missing_since=None).values("source")
        used_there = EntityReference.objects.filter(source__in=uses).values("target")
        own = Q(number=place.number) if place.number else Q()
        found = found.filter(Q(pk__in=uses) | Q(pk__in=used_there) | own)
    return list(found.order_by("number", "pk"))


def _of(scope: Scope, **asked: object) -> Any:
    found = Entity.objects.present().filter(**asked).defer("document").select_related("connection")
    return found.filter(connection_id=scope.of_connection) if scope.of_connection else found


@dataclass(frozen=True, kw_only=True)
class ConnectionFigures:
    """One connection: when its calls were read last, and how many days of the period are not whole, None where its
    provider tells of no calls."""

    connection: Connection
    read_at: datetime | None
    days_not_whole: int | None


def connections(first: date, last: date, zone: ZoneInfo, scope: Scope) -> list[ConnectionFigures]:
    """Those that are linked; five queries."""
    found = Connection.objects.filter(unlinked_at=None)
    if scope.of_connection:
        found = found.filter(pk=scope.of_connection)
    found = found.select_related("credential").order_by("name_key", "pk")
    read = dict(
        SyncState.objects.filter(stream="calls").values_list("connection_id", "last_success_at").order_by()
    )
    lacking = coverage_of(first, last, None, zone, scope.part).not_whole
    missing = Counter(one.connection.pk for one in lacking)
    return [
        ConnectionFigures(
            connection=one,
            read_at=read.get(one.pk),
            days_not_whole=missing[one.pk] if one.can("calls.list") else None,
        )
        for one in found
    ]
