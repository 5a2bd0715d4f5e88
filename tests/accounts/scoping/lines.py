"""Lines of a tenant, made and unmade, for the proofs of its scope."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from accounts.models import Tenant
from accounts.scoping import (
    tenant_scope,
)
from telephony.models import Connection, Credential, Entity, SyncState


def line_of(tenant: Tenant, slug: str, name: str) -> Entity:
    with tenant_scope(tenant):
        credential = Credential.objects.create(provider="keyyo")
        link = Connection.objects.create(credential=credential, provider="keyyo", slug=slug, name=slug)
        SyncState.objects.create(connection=link, stream="calls")
        return new_line(link, name)


def new_line(link: Connection, name: str, **fields: Any) -> Entity:
    entity = unsaved_line(link, name, **fields)
    entity.save()
    return entity


def unsaved_line(link: Connection, name: str, **fields: Any) -> Entity:
    return Entity(
        connection=link,
        kind="UCaaSVoIPAccount",
        facet="line",
        remote_id=fields.pop("remote_id", name),
        name=name,
        checksum="0" * 32,
        fetched_at=timezone.now(),
        **fields,
    )


def names(queryset: models.QuerySet) -> list[str]:
    return sorted(str(one) for one in queryset)
