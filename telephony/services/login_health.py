"""How a login is, over all the connections that it serves: seven days of answers, who uses it, what is left of its quota.

A reseller's login serves connections of several tenants. The provider counts them together, so they are counted
together here; connections of tenants that the person does not see have no name and stand in one line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, DateTimeField, DurationField, F, Q, Value
from django.utils import timezone

from accounts.models import Person
from accounts.scoping import unscoped
from telephony.models import Connection, Credential, RequestLog
from telephony.providers.registry import provider
from telephony.services import importing
from telephony.services.connection_health import (
    DateBin,
    Health,
    Median,
    QuotaNow,
    Slot,
    failed_at,
    quota_of_login,
)

WEEK, SLOT = dt.timedelta(days=7), dt.timedelta(hours=2)


@dataclass(frozen=True, kw_only=True)
class Use:
    """What one connection asked in the week. `connection` None: those that the person does not see, together."""

    connection: Connection | None
    connections: int = 1
    requests: int = 0
    by_people: int = 0
    failed: int = 0
    share: int = 0


@dataclass(frozen=True, kw_only=True)
class LoginHealth:
    """A login's week. `last_failure` is told only of connections that the person sees."""

    credential: Credential
    health: Health
    uses: Sequence[Use]
    quota: QuotaNow | None

    @property
    def requests(self) -> int:
        return self.health.requests

    @property
    def by_people(self) -> int:
        return sum(one.by_people for one in self.uses)


def health_of_login(credential: Credential, person: Person, now: dt.datetime | None = None) -> LoginHealth:
    """The week of a login. Its credential is of the tenant in whose scope this is asked."""
    now = now or timezone.now()
    begin, failed = now - WEEK, failed_at(provider(credential.provider))
    with unscoped("credential"):
        rows = Connection.objects.filter(credential=credential, unlinked_at=None)
        served = list(rows.select_related("tenant").order_by("tenant__name_key", "name_key", "pk"))
        logged = RequestLog.objects.filter(connection__in=served, at__gt=begin, at__lte=now)
        counts = {
            row["connection"]: row
            for row in logged.values("connection").annotate(
                requests=Count("pk"),
                by_people=Count("pk", filter=Q(is_person=True)),
                failed=Count("pk", filter=failed),
            )
        }
        binned = DateBin(Value(SLOT, output_field=DurationField()), F("at"), Value(begin, DateTimeField()))
        by_slot = {
            row["slot"]: row
            for row in logged.annotate(slot=binned)
            .values("slot")
            .annotate(requests=Count("pk"), failed=Count("pk", filter=failed), median=Median("elapsed_ms"))
        }
        median_ms = logged.aggregate(median=Median("elapsed_ms"))["median"]
        seen = importing.visible_among(person, served)
        failures = logged.filter(failed, connection__in=seen).order_by("-at")
        last_failure = failures.first()
    slots = tuple(_slot(begin + place * SLOT, by_slot) for place in range(int(WEEK / SLOT)))
    health = Health(
        slots=slots,
        requests=sum(slot.requests for slot in slots),
        failed=sum(slot.failed for slot in slots),
        median_ms=median_ms,
        last_failure=last_failure,
    )
    return LoginHealth(
        credential=credential,
        health=health,
        uses=_uses(served, seen, counts),
        quota=quota_of_login(credential),
    )


def _slot(start_at: dt.datetime, known: dict[dt.datetime, dict]) -> Slot:
    row = known.get(start_at, {"requests": 0, "failed": 0, "median": None})
    return Slot(start_at=start_at, requests=row["requests"], failed=row["failed"], median_ms=row["median"])


def _uses(served: Sequence[Connection], seen: Sequence[Connection], counts: dict[int, dict]) -> list[Use]:
    """Each connection that is seen, those that ask most first, and the others in one line at the end."""
    total = sum(row["requests"] for row in counts.values()) or 1
    shown = [_use(one, [one], counts, total) for one in seen]
    shown.sort(key=lambda use: -use.requests)
    known = {one.pk for one in seen}
    others = [one for one in served if one.pk not in known]
    return [*shown, *([_use(None, others, counts, total)] if others else [])]


def _use(
    connection: Connection | None, together: Sequence[Connection], counts: dict[int, dict], total: int
) -> Use:
    rows = [counts[one.pk] for one in together if one.pk in counts]
    requests = sum(row["requests"] for row in rows)
    return Use(
        connection=connection,
        connections=len(together),
        requests=requests,
        by_people=sum(row["by_people"] for row in rows),
        failed=sum(row["failed"] for row in rows),
        share=round(100 * requests / total),
    )
