"""What needs somebody: found anew at each look, from what the tables say, worst first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Tenant
from portal.ui.formats import count
from portal.ui.links import tenant_url
from telephony.models import Change, Connection, Coverage, Credential, Entity, SyncRun, UnreadableRecord

LOOKED_BACK = timedelta(days=60)
RECENT = timedelta(days=3)


@dataclass(frozen=True, kw_only=True)
class Attention:
    """One thing: what, why, what to do about it and where."""

    icon: str
    tone: str
    title: str
    text: str
    action: str
    url: str
    since: datetime | None = None


def attention_of(tenant: Tenant, now: datetime) -> list[Attention]:
    """Everything open in the tenant's scope; a dozen small queries at most."""
    connections = list(Connection.objects.filter(unlinked_at=None).select_related("credential"))
    found = [
        *_dead_grants(tenant, connections),
        *_unsettled(tenant, now),
        *_parked(tenant, now),
        *_missing_days(tenant, connections, now.astimezone(ZoneInfo(tenant.time_zone)).date()),
        *_unreadable(tenant),
        *_full_lists(tenant, connections),
    ]
    return sorted(found, key=lambda one: one.tone != "bad")


def _dead_grants(tenant: Tenant, connections: list[Connection]) -> Iterator[Attention]:
    for connection in connections:
        credential = connection.credential
        if credential.state == Credential.State.NEEDS_RECONNECT:
            yield Attention(
                icon="plug-connected-x",
                tone="bad",
                title=_("%(name)s needs to be reconnected") % {"name": connection.name},
                text=_("Calls since then will be fetched afterwards; none is lost."),
                action=_("Reconnect"),
                url=tenant_url(tenant, "telephony:connection_detail", pk=connection.pk),
                since=credential.state_since,
            )


def _unsettled(tenant: Tenant, now: datetime) -> Iterator[Attention]:
    open_states = (Change.State.UNKNOWN, Change.State.NOT_APPLIED)
    for change in Change.objects.filter(state__in=open_states, created_at__gte=now - RECENT).order_by(
        "-created_at"
    )[:3]:
        yield Attention(
            icon="help",
            tone="bad",
            title=(
                _("Not written: %(what)s")
                if change.state == Change.State.NOT_APPLIED
                else _("May not have happened: %(what)s")
            )
            % {"what": change.summary},
            text=change.error or _("The provider's answer was lost."),
            action=_("Look at the change"),
            url=tenant_url(tenant, "telephony:change_detail", pk=change.pk),
            since=change.created_at,
        )


def _parked(tenant: Tenant, now: datetime) -> Iterator[Attention]:
    """What waits for somebody as long as it waits; what was given up, for some days."""
    parked = Q(state=SyncRun.State.PARKED)
    given_up = Q(state=SyncRun.State.REFUSED, created_at__gte=now - RECENT)
    runs = SyncRun.objects.filter(parked | given_up, connection__unlinked_at=None).select_related(
        "connection"
    )
    for run in runs.order_by("connection_id", "what", "-created_at").distinct("connection_id", "what"):
        later = SyncRun.objects.filter(
            connection=run.connection,
            what=run.what,
            state=SyncRun.State.COMPLETE,
            created_at__gt=run.created_at,
        )
        if not later.exists():
            held_back = bool(run.cursor.get("held_back"))
            title = (
                _("The lists of %(name)s suddenly lack much")
                if held_back
                else _("A sync of %(name)s was given up")
            )
            yield Attention(
                icon="alert-triangle",
                tone="bad",
                title=title % {"name": run.connection.name},
                text=run.error,
                action=_("Look, and accept it or not") if held_back else _("Look at the run"),
                url=tenant_url(tenant, "telephony:connection_detail", pk=run.connection_id),
                since=run.finished_at or run.created_at,
            )


def _missing_days(tenant: Tenant, connections: list[Connection], today: date) -> Iterator[Attention]:
    missing = (
        Coverage.objects.filter(state=Coverage.State.MISSING, day__gte=today - LOOKED_BACK, day__lt=today)
        .values("connection_id")
        .annotate(days=Count("pk"), last=Max("day"))
    )
    names = {connection.pk: connection for connection in connections}
    for row in missing:
        if connection := names.get(row["connection_id"]):
            title = ngettext(
                "%(days)s day of %(name)s missing", "%(days)s days of %(name)s missing", row["days"]
            )
            yield Attention(
                icon="calendar-x",
                tone="warn",
                title=title % {"days": row["days"], "name": connection.name},
                text=_("Every figure that covers them says so."),
                action=_("Fetch them"),
                url=tenant_url(tenant, "telephony:connection_detail", pk=connection.pk),
            )


def _unreadable(tenant: Tenant) -> Iterator[Attention]:
    rows = UnreadableRecord.objects.values("connection_id", "connection__name").annotate(
        rows=Count("pk"), last=Max("seen_at")
    )
    for row in rows:
        title = ngettext(
            "%(rows)s record could not be read", "%(rows)s records could not be read", row["rows"]
        )
        yield Attention(
            icon="file-alert",
            tone="warn",
            title=title % {"rows": count(row["rows"])},
            text=_("Set aside with the reason; the rest of %(name)s was stored.")
            % {"name": row["connection__name"]},
            action=_("Look at the connection"),
            url=tenant_url(tenant, "telephony:connection_detail", pk=row["connection_id"]),
            since=row["last"],
        )


def _full_lists(tenant: Tenant, connections: list[Connection]) -> Iterator[Attention]:
    for connection in connections:
        for kind in connection.declaration.kinds.values():
            if kind.capacity and kind.list_field:
                yield from _full_lists_of(tenant, connection, kind)


def _full_lists_of(tenant: Tenant, connection: Connection, kind: Any) -> Iterator[Attention]:
    lists = Entity.objects.present().filter(
        connection=connection,
        kind=kind.kind,
        **{f"document__{kind.list_field}__{kind.capacity - 1}__isnull": False},
    )
    for entity in lists[:5]:
        entries = [entry for entry in entity.document[kind.list_field] if entry not in kind.not_counted]
        line = Entity.objects.lines().filter(connection=connection, remote_id=entity.parent_remote_id).first()
        if len(entries) >= kind.capacity and line:
            yield Attention(
                icon="list-numbers",
                tone="warn",
                title=_("%(list)s of “%(line)s” full") % {"list": kind.label, "line": line},
                text=_("%(used)s of %(places)s places; a new number needs one to be freed.")
                % {"used": len(entries), "places": kind.capacity},
                action=_("Choose one to free"),
                url=tenant_url(tenant, "telephony:line_detail", pk=line.pk),
            )
