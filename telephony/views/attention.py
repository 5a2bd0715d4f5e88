"""What needs somebody: found anew at each look, from what the tables say, worst first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.models import Tenant
from portal.ui.links import tenant_url
from telephony.alerts.trouble_words import words_of_trouble
from telephony.alerts.words import heading_of, words_of
from telephony.models import Alert, AlertRule, Change, Connection, Entity
from telephony.services import troubles
from telephony.services.alert_kinds import KINDS
from telephony.services.troubles import Trouble

RECENT = timedelta(days=3)
MOST_ALERTS = 5


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
    connections = troubles.linked()
    zone = ZoneInfo(tenant.time_zone)
    found = [
        *(_of_trouble(tenant, one) for one in troubles.troubles_of(connections, now, zone)),
        *_unsettled(tenant, now),
        *_alerts(tenant, now),
        *_full_lists(tenant, connections),
    ]
    return sorted(found, key=lambda one: one.tone != "bad")


def _of_trouble(tenant: Tenant, one: Trouble) -> Attention:
    words = words_of_trouble(one.sort, one.name, one.count, one.error)
    return Attention(
        icon=words.icon,
        tone="bad" if one.is_grave else "warn",
        title=words.title,
        text=words.text,
        action=words.action,
        url=tenant_url(tenant, "telephony:connection_detail", pk=one.connection),
        since=one.since,
    )


def _alerts(tenant: Tenant, now: datetime) -> Iterator[Attention]:
    """Those that wait for somebody; of troubles the list above says more."""
    alerts = Alert.objects.waiting(now).exclude(rule__kind=AlertRule.Kind.TROUBLE)
    for alert in alerts.select_related("rule").order_by("-is_grave", "-opened_at", "-pk")[:MOST_ALERTS]:
        yield Attention(
            icon=KINDS[alert.rule.kind].icon,
            tone="bad" if alert.is_grave else "warn",
            title=heading_of(alert),
            text=words_of(alert).sentence,
            action=_("Look at the alert"),
            url=tenant_url(tenant, "telephony:alert_detail", pk=alert.pk),
            since=alert.opened_at,
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
