"""Asking somebody to join a tenant, and joining it: a link with a secret, once, within seven days."""

from __future__ import annotations

import logging
import secrets
import smtplib
from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEvent, Invitation, Membership, Person, Tenant
from accounts.scoping import tenant_scope, unscoped
from portal.lib.secrets import Secret, keyed_hash
from portal.lib.wording import one_line

log = logging.getLogger(__name__)
LIFETIME = timedelta(days=7)


class CannotInvite(ValueError):
    """Says in words why not; for the field `email`."""


class NotSent(Exception):
    """The invitation is kept, but the mail server did not take its mail: it may be sent again."""


def invite(
    tenant: Tenant, email: str, role: str, by: Person, request: HttpRequest | None = None
) -> Invitation:
    """Make an invitation and send its link. An open one to the same address is replaced.

    Runs in the tenant's scope. Raises CannotInvite where the address already belongs to a member, NotSent where the
    invitation is there and its mail is not: inviting once more replaces the one and sends the other.
    """
    email = email.strip().lower()
    if Membership.objects.filter(tenant=tenant, person__email=email).exists():
        raise CannotInvite(_("%(email)s is already a member.") % {"email": email})
    token = Secret(secrets.token_urlsafe(32))
    now = timezone.now()
    with transaction.atomic():
        open_invitations().filter(email=email).update(revoked_at=now)
        invitation = Invitation.objects.create(
            email=email,
            role=role,
            token_hash=keyed_hash(token),
            invited_by=by,
            expires_at=now + LIFETIME,
        )
        audit.record(
            AuditEvent.Verb.INVITED,
            tenant=tenant,
            person=by,
            object_label=email,
            detail={"role": role},
            request=request,
        )
    _send(invitation, token, tenant, by)
    return invitation


def _send(invitation: Invitation, token: Secret, tenant: Tenant, by: Person) -> None:
    link = settings.PUBLIC_URL + reverse("accounts:invitation_link", args=[token.reveal()])
    with translation.override(tenant.language):
        values = {"tenant": tenant, "by": by, "invitation": invitation, "link": link}
        subject = _("%(person)s invites you to %(tenant)s") % {"person": by, "tenant": tenant}
        text = render_to_string("accounts/mail/invitation.txt", values)
    try:
        send_mail(one_line(subject), text, settings.DEFAULT_FROM_EMAIL, [invitation.email])
    except (smtplib.SMTPException, OSError) as error:
        log.error("the mail of invitation %s was not sent: %s", invitation.pk, type(error).__name__)
        raise NotSent(
            _("%(email)s is invited, but the mail could not be sent. Try “Send again” in a while.")
            % {"email": invitation.email}
        ) from error


def revoke(invitation: Invitation, by: Person, request: HttpRequest | None = None) -> None:
    """Make the link worthless. Runs in the tenant's scope."""
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    audit.record(
        AuditEvent.Verb.REMOVED,
        tenant=invitation.tenant,
        person=by,
        object_label=invitation.email,
        detail={"what": "invitation"},
        request=request,
    )


def by_token(token: str) -> Invitation | None:
    """The open invitation of a link, None where it is unknown, used, revoked or too old."""
    return _open(token_hash=keyed_hash(token))


def by_id(pk: int | None) -> Invitation | None:
    """The invitation that this session holds, if it is still open."""
    return _open(pk=pk) if pk else None


def _open(**lookup: object) -> Invitation | None:
    with unscoped("membership"):
        found = open_invitations().select_related("tenant", "invited_by").filter(**lookup).first()
    return found if found and found.tenant.closed_at is None else None


def open_invitations() -> QuerySet[Invitation]:
    """Those whose link still works. Read in the tenant's scope."""
    return Invitation.objects.filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())


def make_account(invitation: Invitation, *, name: str, password: str, language: str) -> Person:
    """A new person for the invited address. The caller checked that there is none yet."""
    return Person.objects.create_user(
        invitation.email,
        password,
        name=name,
        language=language,
        time_zone=invitation.tenant.time_zone,
    )


def join(invitation: Invitation, person: Person, request: HttpRequest | None = None) -> Membership | None:
    """Make the person a member and use the invitation up; None where it is no longer open.

    Two clicks at once make one membership. An existing member keeps the role they have.
    """
    with tenant_scope(invitation.tenant_id, reason="the invitation names the tenant"), transaction.atomic():
        locked = open_invitations().select_for_update().filter(pk=invitation.pk).first()
        if locked is None or locked.email != person.email.lower():
            return None
        locked.accepted_at = timezone.now()
        locked.save(update_fields=["accepted_at"])
        membership, _made = Membership.objects.get_or_create(
            tenant=invitation.tenant, person=person, defaults={"role": locked.role}
        )
        audit.record(
            AuditEvent.Verb.JOINED,
            tenant=invitation.tenant,
            person=person,
            object_label=person.email,
            detail={"role": membership.role},
            request=request,
        )
    return membership
