"""One cached object with its surroundings: what hangs below it, what it points to, what uses it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils import timezone

from portal.lib.errors import NotFound
from telephony.models import Change, Entity, EntityReference
from telephony.providers.drafts import EntityPage
from telephony.providers.kinds import EntityKind
from telephony.services import access

MOST = 200


@dataclass(frozen=True)
class Surroundings:
    """`below` is grouped by kind; `parent` is None for what hangs below the account."""

    kind: EntityKind | None
    parent: Entity | None
    below: Sequence[tuple[EntityKind | None, Sequence[Entity]]]
    references: Sequence[EntityReference]
    used_by: Sequence[EntityReference]
    changes: Sequence[Change]


def surroundings_of(entity: Entity) -> Surroundings:
    kinds = entity.connection.declaration.kinds
    kind = kinds.get(entity.kind)
    siblings = Entity.objects.filter(connection=entity.connection)
    parent = None
    if entity.parent_remote_id and kind:
        parents = siblings.filter(
            remote_id=entity.parent_remote_id, kind__in=[name for name in kind.parent_kinds if name]
        )
        parent = parents.first()
    children = siblings.filter(parent_remote_id=entity.remote_id).order_by("kind", "name", "pk")[:MOST]
    below = [
        (kinds.get(name), list(group))
        for name, group in groupby(children, key=lambda child: child.kind)
        if entity.kind in getattr(kinds.get(name), "parent_kinds", (entity.kind,))
    ]
    return Surroundings(
        kind=kind,
        parent=parent,
        below=below,
        references=list(entity.references.select_related("target")[:MOST]),
        used_by=list(entity.used_by.select_related("source")[:MOST]),
        changes=list(Change.objects.filter(entity=entity).order_by("-created_at", "-pk")[:6]),
    )


def refresh(entity: Entity) -> Entity | None:
    """Read the object anew at the provider and store it; None where it is gone there.

    Raises the errors of portal.lib.errors.
    """
    from telephony.services import entities

    connection: Any = entity.connection
    client = access.client_of(connection, is_person=True, deadline_s=10)
    now = timezone.now()
    try:
        draft = connection.declaration.read_entity(
            client, entity.kind, entity.parent_remote_id, entity.remote_id
        )
    except NotFound:
        Entity.objects.filter(pk=entity.pk, missing_since=None).update(missing_since=now)
        return None
    page = EntityPage(kind=entity.kind, parent_remote_id=entity.parent_remote_id, drafts=[draft])
    entities.store(connection, page, now)
    return Entity.objects.get(pk=entity.pk)
