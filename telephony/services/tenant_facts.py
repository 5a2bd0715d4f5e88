"""What telephony tells about tenants to pages of people: the staff page's columns, and what providers offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import explaining, facts
from accounts.models import Tenant
from accounts.scoping import tenant_scope
from telephony.models import Alert, Call, Connection, Credential, SyncState


def register() -> None:
    """Hand ours in; called once, when the app is ready."""
    facts.add_column(facts.Column("calls", gettext_lazy("Calls today"), calls_today))
    facts.add_column(facts.Column("connections", gettext_lazy("Connections"), connections, is_count=False))
    facts.add_column(facts.Column("problems", gettext_lazy("Open problems"), problems))
    facts.add_column(facts.Column("alerts", gettext_lazy("Open alerts"), alerts))
    explaining.set_capabilities(capabilities_of)


def calls_today(tenants: Sequence[Tenant]) -> Mapping[int, facts.Fact]:
    """Calls since midnight in each tenant's own zone: one query for each zone."""
    found: dict[int, facts.Fact] = {}
    for zone, group in groupby(
        sorted(tenants, key=lambda tenant: tenant.time_zone), lambda one: one.time_zone
    ):
        ids = [tenant.pk for tenant in group]
        rows = Call.objects.filter(tenant_id__in=ids, started_at__gte=_midnight(zone)).values("tenant_id")
        for row in rows.annotate(count=Count("pk")):
            found[row["tenant_id"]] = facts.Fact(
                number_format(row["count"], 0, force_grouping=True), number=row["count"]
            )
    return found


def connections(tenants: Sequence[Tenant]) -> Mapping[int, facts.Fact]:
    """How many are linked; in vermilion how many of them a person must connect again."""
    dead = Q(credential__state=Credential.State.NEEDS_RECONNECT)
    rows = Connection.objects.filter(unlinked_at=None).values("tenant_id").order_by("tenant_id")
    return {
        row["tenant_id"]: _linked(row["linked"], row["failing"])
        for row in rows.annotate(linked=Count("pk"), failing=Count("pk", filter=dead))
    }


def problems(tenants: Sequence[Tenant]) -> Mapping[int, facts.Fact]:
    """Streams whose last run ended with an error."""
    rows = SyncState.objects.filter(connection__unlinked_at=None).exclude(last_error="").values("tenant_id")
    return {
        row["tenant_id"]: facts.Fact(str(row["count"]), "warn", row["count"])
        for row in rows.order_by("tenant_id").annotate(count=Count("pk"))
    }


def alerts(tenants: Sequence[Tenant]) -> Mapping[int, facts.Fact]:
    """Alerts that wait for somebody."""
    rows = Alert.objects.waiting(timezone.now()).values("tenant_id").order_by("tenant_id")
    return {
        row["tenant_id"]: facts.Fact(str(row["count"]), "warn", row["count"])
        for row in rows.annotate(count=Count("pk"))
    }


def capabilities_of(tenant: Tenant) -> frozenset[str] | None:
    """What the tenant's connections offer together, noun.verb; None where there is none yet."""
    with tenant_scope(tenant):
        offered = list(Connection.objects.filter(unlinked_at=None).values_list("capabilities", flat=True))
    return frozenset(one for capabilities in offered for one in capabilities) if offered else None


def _linked(linked: int, failing: int) -> facts.Fact:
    if not failing:
        return facts.Fact(str(linked))
    words = _("%(failing)s of %(linked)s to reconnect") % {"failing": failing, "linked": linked}
    return facts.Fact(words, "bad")


def _midnight(zone: str) -> datetime:
    return timezone.localtime(timezone=ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
