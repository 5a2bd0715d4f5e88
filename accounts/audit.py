"""Who did what: one call writes one line of the audit pages. Secrets and whole documents stay out of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import AuditEvent, Person, Tenant

Verb = AuditEvent.Verb


def record(
    verb: str,
    *,
    tenant: Tenant | None,
    person: Person | Any | None,
    object_label: str = "",
    detail: Mapping[str, Any] | None = None,
    request: HttpRequest | None = None,
) -> AuditEvent:
    """Write one audit event and return it.

    verb      a value of AuditEvent.Verb
    tenant    None for what belongs to no tenant
    detail    small JSON (field names, counts, a reason), never a secret
    request   gives the address, and whether the person is there as platform staff
    """
    known = person if person is not None and person.is_authenticated else None
    return AuditEvent.objects.create(
        verb=verb,
        tenant=tenant,
        person=known,
        person_label=str(known)[:254] if known else "",
        object_label=object_label[:254],
        detail=dict(detail or {}),
        is_staff_act=bool(getattr(request, "is_entered_as_staff", False)),
        address=address_of(request),
    )


def record_of_person(
    verb: str, person: Person, *, request: HttpRequest | None = None, detail: Mapping[str, Any] | None = None
) -> None:
    """Write what a person did outside any tenant (signing in) into each of their tenants' audit."""
    tenants: list[Tenant | None] = list(person.tenants.filter(closed_at=None))
    for tenant in tenants or [None]:
        record(verb, tenant=tenant, person=person, request=request, detail=detail)


def address_of(request: HttpRequest | None) -> str | None:
    """The client's address as the trusted proxies tell it, or None where there is none."""
    if request is None:
        return None
    try:
        return get_adapter().get_client_ip(request)
    except PermissionDenied:
        return None
