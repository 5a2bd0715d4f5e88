"""Objects made at the provider and stored as a sync stores them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from telephony.models import Connection, Entity
from telephony.providers.drafts import EntityPage
from telephony.services import access, entities


def stored(connection: Connection, kind: str, key: str, document: Mapping[str, Any]) -> Entity:
    """A new object, made by the operation `key`."""
    client = access.client_of(connection, is_person=True)
    return read(connection, kind, client.call(key, data=document).document["id"])


def read(connection: Connection, kind: str, remote_id: str) -> Entity:
    """An object that is there, read now."""
    client = access.client_of(connection, is_person=True)
    draft = connection.declaration.read_entity(client, kind, "", remote_id)
    entities.store(connection, EntityPage(kind=kind, drafts=[draft]), timezone.now())
    return Entity.objects.get(connection=connection, kind=kind, remote_id=remote_id)
