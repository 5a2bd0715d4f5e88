"""Roles and memberships of a tenant: who may change whose, and that an owner always stays."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Case, IntegerField, QuerySet, When
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEvent, Membership, Person, Tenant
from accounts.rights import Right, Rights, Role
from accounts.signals import end_sessions

RANK = Case(
    *(When(role=role, then=place) for place, role in enumerate(reversed(Role))), output_field=IntegerField()
)


class CannotChange(ValueError):
    """Says in words why a membership stays as it is."""


def members_of(tenant: Tenant) -> QuerySet[Membership]:
    """Everybody who is here and can sign in; by `rank` the highest role is first."""
    found = tenant.memberships.filter(person__is_active=True)
    return found.select_related("person").annotate(rank=RANK)


def roles_to_give(rights: Rights) -> list[Role]:
    """The roles that somebody with these rights may give; only owners make owners."""
    return [role for role in Role if role is not Role.OWNER or Right.OWNERS_MANAGE in rights]


def why_not_change(membership: Membership, rights: Rights) -> str:
    """The reason why somebody with these rights may not touch this membership, or the empty text."""
    if Right.PEOPLE_MANAGE not in rights:
        return _("Only administrators and owners manage people.")
    if membership.role == Role.OWNER and Right.OWNERS_MANAGE not in rights:
        return _("Only owners manage owners.")
    return ""


def change_role(
    membership: Membership, role: str, by: Person, rights: Rights, request: HttpRequest | None = None
) -> None:
    """Give another role. Raises CannotChange for the last owner, and for what `rights` do not cover."""
    if role not in roles_to_give(rights):
        raise CannotChange(_("Only owners make owners."))
    with transaction.atomic():
        current = _locked(membership, rights, leaves_owners=role == Role.OWNER)
        before, current.role = current.role, role
        current.save(update_fields=["role"])
        audit.record(
            AuditEvent.Verb.ROLE_CHANGED,
            tenant=current.tenant,
            person=by,
            object_label=current.person.email,
            detail={"before": before, "after": role},
            request=request,
        )


def remove(membership: Membership, by: Person, rights: Rights, request: HttpRequest | None = None) -> None:
    """End a membership, and every session of that person with it. Raises CannotChange as `change_role`."""
    with transaction.atomic():
        current = _locked(membership, rights, leaves_owners=False, is_self=membership.person_id == by.pk)
        person, tenant = current.person, current.tenant
        current.delete()
        Person.objects.filter(pk=person.pk, last_tenant=tenant).update(last_tenant=None)
        audit.record(
            AuditEvent.Verb.REMOVED,
            tenant=tenant,
            person=by,
            object_label=person.email,
            detail={"role": current.role},
            request=request,
        )
    end_sessions(person, but=request.session.session_key if request and person.pk == by.pk else None)


def _locked(
    membership: Membership, rights: Rights, *, leaves_owners: bool, is_self: bool = False
) -> Membership:
    """The membership under the tenant's lock, so that two owners cannot remove each other at once."""
    Tenant.objects.select_for_update().get(pk=membership.tenant_id)
    current = Membership.objects.select_related("person", "tenant").filter(pk=membership.pk).first()
    if current is None:
        raise CannotChange(_("This person is no longer a member."))
    if not is_self and (reason := why_not_change(current, rights)):
        raise CannotChange(reason)
    others = Membership.objects.filter(tenant=current.tenant, role=Role.OWNER, person__is_active=True)
    if current.role == Role.OWNER and not leaves_owners and not others.exclude(pk=current.pk).exists():
        raise CannotChange(_("The last owner stays: make somebody else an owner first."))
    return current
