"""Letting an account go, and resting its schedule. What was fetched stays; connecting again takes it up."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEvent, Person
from accounts.scoping import unscoped
from telephony.models import Connection, Credential, SyncRun, SyncState
from telephony.services import access


def disconnect(connection: Connection, person: Person, request: HttpRequest | None = None) -> None:
    """Delete the secrets here and stop the schedule; what was fetched stays. Connecting again takes it up."""
    with transaction.atomic():
        row = Connection.objects.select_for_update(of=("self",)).get(pk=connection.pk)
        if row.unlinked_at is None:
            row.unlinked_at = timezone.now()
            row.contact_credential = None
            row.save(update_fields=["unlinked_at", "contact_credential"])
            _forget_secrets(row)
            SyncState.objects.filter(connection=row).update(next_due_at=None)
            _stop_runs(row)
    connection.refresh_from_db()
    audit.record(
        AuditEvent.Verb.DISCONNECTED,
        tenant=connection.tenant,
        person=person,
        object_label=connection.name,
        request=request,
    )


def _forget_secrets(connection: Connection) -> None:
    contacts = Credential.objects.filter(
        acts_as=Credential.ActsAs.CONTACT, parameters__connection=connection.pk
    )
    _empty(contacts)
    with unscoped("credential"):
        is_shared = (
            Connection.objects.filter(credential=connection.credential_id, unlinked_at=None)
            .exclude(pk=connection.pk)
            .exists()
        )
    if not is_shared:
        _empty(Credential.objects.filter(pk=connection.credential_id))


def _empty(credentials: QuerySet[Credential]) -> None:
    for credential in credentials.select_for_update():
        credential.secrets_sealed = ""
        credential.key_hash = ""
        credential.expires_at = None
        credential.state = Credential.State.UNLINKED
        credential.state_reason = ""
        credential.state_since = timezone.now()
        credential.save()


def forget_contact(connection: Connection, person: Person) -> None:
    """Take a person's own contact grant back. The connection reads voice messages as long as another person's is there."""
    credential = access.contact_credential_of(connection, person)
    if credential is None:
        return
    with transaction.atomic():
        if connection.contact_credential_id == credential.pk:
            connection.contact_credential = _another_contact(connection, credential)
            if connection.contact_credential is None:
                connection.capabilities = [one for one in connection.capabilities if one != access.VOICEMAIL]
            connection.save(update_fields=["contact_credential", "capabilities"])
        _empty(Credential.objects.filter(pk=credential.pk))


def _another_contact(connection: Connection, credential: Credential) -> Credential | None:
    contacts = Credential.objects.filter(
        acts_as=Credential.ActsAs.CONTACT,
        parameters__connection=connection.pk,
        state=Credential.State.WORKING,
    )
    return contacts.exclude(pk=credential.pk).exclude(secrets_sealed="").order_by("pk").first()


def _stop_runs(connection: Connection) -> None:
    open_states = (SyncRun.State.QUEUED, SyncRun.State.WAITING, SyncRun.State.RUNNING)
    SyncRun.objects.filter(connection=connection, state__in=open_states).update(
        state=SyncRun.State.STOPPED,
        due_at=None,
        waits_for="",
        finished_at=timezone.now(),
        fence=F("fence") + 1,  # a worker that is at it writes nothing more
        lease_until=None,
        lease_owner="",
    )


def pause(connection: Connection, is_paused: bool) -> None:
    """Rest the schedule, or let it go on at once."""
    connection.is_paused = is_paused
    connection.save(update_fields=["is_paused"])
    if not is_paused:
        SyncState.objects.filter(connection=connection).update(next_due_at=timezone.now())
