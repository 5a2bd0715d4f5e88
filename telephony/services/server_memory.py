"""What a connection has learned about its server, kept beside the connection."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.scoping import unscoped
from telephony.models import Connection


class ConnectionMemory:
    """What a connection has learned about its server, under "server" in its `probed`."""

    def __init__(self, connection: Connection) -> None:
        self._connection_id = connection.pk
        self._kept: dict[str, Any] = dict(connection.probed.get("server", {}))

    def get(self, name: str) -> Any:
        return self._kept.get(name)

    def keep(self, name: str, value: Any) -> None:
        if name in self._kept and self._kept[name] == value:
            return
        self._kept[name] = value
        with unscoped("credential"), transaction.atomic():
            row = Connection.objects.select_for_update(of=("self",)).get(pk=self._connection_id)
            server = {**row.probed.get("server", {}), name: value}
            Connection.objects.filter(pk=row.pk).update(probed={**row.probed, "server": server})
