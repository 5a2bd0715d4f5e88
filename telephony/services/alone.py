"""Be the only one who does something at a connection: whoever comes meanwhile waits until the transaction ends."""

from __future__ import annotations

from enum import StrEnum

from django.db import connection as database


class Work(StrEnum):
    """What only one does at a time. No transaction takes two of them, so that none waits in a circle."""

    STORE_CALLS = "telephony.calls"
    STORE_ENTITIES = "telephony.entities"
    COUNT_CALLS = "telephony.rollups"


def alone(work: Work, connection_id: int) -> None:
    """Wait for others who do it at the connection. Belongs into a transaction, before anything is read."""
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [work, connection_id])
