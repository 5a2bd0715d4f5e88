"""The lines of a sandbox's account, cached as a sync does."""

from __future__ import annotations

from django.utils import timezone

from telephony.models import Connection, Entity
from telephony.services import access, entities


def read_lines(connection: Connection, kind: str) -> list[Entity]:
    """Cache the lines of one kind; with their numbers first."""
    client = access.client_of(connection)
    for page in connection.declaration.read_entities(client, kinds=[kind]):
        entities.store(connection, page, timezone.now())
    return list(Entity.objects.lines().filter(connection=connection, kind=kind).order_by("pk"))


def keep_listed(connection: Connection, kind: str, operation: str) -> list[Entity]:
    """Cache what a list has of each object, without reading every one of them."""
    rows = access.client_of(connection, is_person=True).call(operation).items
    return [
        Entity.objects.create(
            connection=connection,
            kind=kind,
            facet=Entity.Facet.OTHER,
            remote_id=row["id"],
            name=row["name"],
            document=row,
            checksum="",
            fetched_at=timezone.now(),
        )
        for row in rows
    ]
