"""What happens when a grant is dead: the state says so, the schedule rests, and the owners are told once."""

from __future__ import annotations

import logging
import smtplib

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Person
from accounts.rights import Role
from accounts.scoping import unscoped
from telephony.models import Connection, Credential, SyncState

log = logging.getLogger(__name__)


def mark_dead(credential: Credential, reason: str) -> None:
    """Write "needs reconnect" into a locked row and rest what hangs on it. The caller commits, then tells."""
    credential.state = Credential.State.NEEDS_RECONNECT
    credential.state_reason = reason[:300]
    credential.state_since = timezone.now()
    credential.save(update_fields=["state", "state_reason", "state_since"])
    with unscoped("credential"):
        SyncState.objects.filter(connection__credential=credential).update(next_due_at=None)


def mark_working(credential: Credential) -> None:
    """The opposite, after a person connected again; the caller saves the row."""
    credential.state = Credential.State.WORKING
    credential.state_reason = ""
    credential.state_since = timezone.now()
    credential.reconnect_mail_sent_at = None
    credential.breakers = {}
    credential.paused_until = None


def tell_owners(credential_id: int) -> int:
    """Mail whoever may reconnect and wants to hear of it; only the first call since it died does. Returns how many."""
    with unscoped("credential"):
        claimed = Credential.objects.filter(
            pk=credential_id, state=Credential.State.NEEDS_RECONNECT, reconnect_mail_sent_at=None
        ).update(reconnect_mail_sent_at=timezone.now())
        if not claimed:
            return 0
        credential = Credential.objects.select_related("tenant", "contact_person").get(pk=credential_id)
        connections = list(_connections(credential).select_related("tenant"))
    told = 0
    for connection in connections:
        for person in _who_wants_to_know(credential, connection):
            told += _mail(person, connection, credential.state_reason)
    return told


def _connections(credential: Credential) -> QuerySet[Connection]:
    if credential.acts_as == Credential.ActsAs.CONTACT:
        return Connection.objects.filter(pk=credential.parameters.get("connection"), unlinked_at=None)
    return Connection.objects.filter(credential=credential, unlinked_at=None)


def _who_wants_to_know(credential: Credential, connection: Connection) -> list[Person]:
    """Whoever may connect it again: of a contact's own grant, only that person."""
    if credential.acts_as == Credential.ActsAs.CONTACT:
        person = credential.contact_person
        return [person] if person and person.is_active and person.notify_connection_trouble else []
    people = Person.objects.filter(
        memberships__tenant=connection.tenant_id,
        memberships__role__in=[Role.OWNER, Role.ADMINISTRATOR],
        notify_connection_trouble=True,
        is_active=True,
    )
    return list(people.distinct().order_by("pk"))


def _mail(person: Person, connection: Connection, reason: str) -> bool:
    """One mail in the person's language. A mail server that fails is logged; the page says it all the same."""
    with translation.override(person.language):
        path = reverse(
            "telephony:connection_detail", kwargs={"slug": connection.tenant.slug, "pk": connection.pk}
        )
        text = render_to_string(
            "telephony/mail/needs_reconnect.txt",
            {
                "person": person,
                "connection": connection,
                "label": connection.declaration.label,
                "reason": reason,
                "url": settings.PUBLIC_URL + path,
            },
        )
        subject = _("%(connection)s needs to be connected again") % {"connection": connection.name}
        message = EmailMessage(subject.replace("\n", " "), text, to=[person.email])
    try:
        return bool(message.send())
    except (smtplib.SMTPException, OSError) as error:
        log.warning("the mail about connection %s was not sent: %s", connection.slug, type(error).__name__)
        return False
