"""What happens when a grant is dead: the state says so, the schedule rests, and the owners are told once."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Person
from accounts.rights import Role
from accounts.scoping import tenant_scope, unscoped
from portal.lib.wording import one_line
from telephony.models import Connection, Credential, Job, SyncState
from telephony.services import ledger

MOMENT = timedelta(minutes=1)  # the claim and its mails are one transaction, with two clocks
MAIL = "needs_reconnect"  # the name of this mail in its job; mailing.py sends it


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
    """Put a mail to whoever may reconnect and wants to hear of it into the ledger; only the first call since the grant
    died does. Returns how many."""
    with unscoped("credential"), transaction.atomic():
        claimed = Credential.objects.filter(
            pk=credential_id, state=Credential.State.NEEDS_RECONNECT, reconnect_mail_sent_at=None
        ).update(reconnect_mail_sent_at=timezone.now())
        if not claimed:
            return 0
        credential = Credential.objects.select_related("tenant", "contact_person").get(pk=credential_id)
        told = 0
        for connection in _connections(credential).select_related("tenant"):
            for person in _who_wants_to_know(credential, connection):
                with tenant_scope(connection.tenant_id, reason="the mail is its connection's"):
                    _put_into_ledger(credential, connection, person)
                told += 1
    return told


def _put_into_ledger(credential: Credential, connection: Connection, person: Person) -> None:
    with translation.override(person.language):
        label = _subject(connection)
    job = Job.objects.create(
        kind=Job.Kind.MAIL,
        label=label[:250],
        parameters={"mail": MAIL, "connection": connection.pk, "credential": credential.pk},
        person=person,
        due_at=timezone.now(),
    )
    ledger.hint(job)


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


def is_telling(connection: Connection) -> bool:
    """Whether its grant has just died, and the mails about it may be in the ledger in a moment."""
    credential = connection.credential
    has_just_died = credential.state_since is not None and timezone.now() - credential.state_since < MOMENT
    is_dead = credential.state == Credential.State.NEEDS_RECONNECT
    return is_dead and has_just_died and credential.reconnect_mail_sent_at is None


def told_of(connection: Connection) -> set[int]:
    """Ids of the people whose mail about this dead grant is in the ledger."""
    if connection.credential.reconnect_mail_sent_at is None:
        return set()
    return set(_mails_of(connection).values_list("person_id", flat=True))


def told_between(connection_id: int, start_at: datetime, end_at: datetime | None) -> set[int]:
    """Ids of the people whose mail about a dead grant of it was put into the ledger then, and was not given up."""
    jobs = _mails(connection_id).filter(created_at__gte=start_at, created_at__lt=end_at or timezone.now())
    return set(jobs.exclude(state=Job.State.FAILED).values_list("person_id", flat=True)) - {None}


def mails_given_up(connection: Connection) -> list[Job]:
    """Mails about this dead grant that no server took: their people were not told."""
    credential = connection.credential
    if credential.state != Credential.State.NEEDS_RECONNECT or credential.reconnect_mail_sent_at is None:
        return []
    given_up = _mails_of(connection).filter(state=Job.State.FAILED)
    return list(given_up.select_related("person").order_by("pk"))


def _mails_of(connection: Connection) -> QuerySet[Job]:
    """The mails about its grant since that was last told of as dead."""
    since = connection.credential.reconnect_mail_sent_at
    assert since is not None
    return _mails(connection.pk).filter(created_at__gte=since - MOMENT)


def _mails(connection_id: int) -> QuerySet[Job]:
    jobs: QuerySet[Job] = Job.objects.filter(
        kind=Job.Kind.MAIL, parameters__mail=MAIL, parameters__connection=connection_id
    )
    return jobs


def _subject(connection: Connection) -> str:
    return _("%(connection)s needs to be connected again") % {"connection": connection.name}


def compose(job: Job) -> EmailMessage | None:
    """The mail in the person's language; None where it is over by now: connected again, unlinked, or nobody to tell."""
    with unscoped("credential"):
        credential = Credential.objects.filter(
            pk=job.parameters["credential"], state=Credential.State.NEEDS_RECONNECT
        ).first()
    connection = (
        Connection.objects.select_related("tenant")
        .filter(pk=job.parameters["connection"], unlinked_at=None)
        .first()
    )
    person = job.person
    if credential is None or connection is None or person is None or not person.is_active:
        return None
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
                "reason": credential.state_reason,
                "url": settings.PUBLIC_URL + path,
            },
        )
        return EmailMessage(one_line(_subject(connection)), text, to=[person.email])
