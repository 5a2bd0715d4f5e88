"""Which live panels a page holds, each with the address that asks for it (live.py)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from accounts.rights import Right
from portal.ui.links import tenant_url
from telephony.models import Connection, Entity
from telephony.providers.live import LivePanel
from telephony.providers.offers import Spot
from telephony.services import live_panels


def panels_for(
    request: Any,
    connection: Connection,
    entity: Entity | None = None,
    *,
    spot: Spot | None = None,
    kind: str = "",
) -> list[tuple[LivePanel, str]]:
    """The panels of a page that the person may see, each with the address that asks for it."""
    kind = entity.kind if entity else kind
    found = live_panels.panels_of(connection, spot or (Spot.OBJECT if entity else Spot.CONNECTION), kind)
    name, pk = (
        ("telephony:entity_live", entity.pk) if entity else ("telephony:connection_live", connection.pk)
    )
    may_read = Right.VOICEMAIL_READ in request.rights
    return [
        (panel, tenant_url(request.tenant, name, pk=pk, panel=panel.name))
        for panel in found
        if may_read or not panel.is_private
    ]


def overview_panels(tenant: Any, connections: Iterable[Connection]) -> list[tuple[LivePanel, str]]:
    """The panels of all connections that the overview shows."""
    return [
        (panel, tenant_url(tenant, "telephony:connection_live", pk=one.pk, panel=panel.name))
        for one, panel in live_panels.overview_panels(connections)
    ]
