"""What a fresh grant becomes: a first look at the account, the connection it belongs to, the first runs.

How the grant came here: connecting.py (an authorization page), linking.py (a login or key), or `manage.py connect`
with tokens in hand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEvent, Person, Tenant
from portal.lib.errors import Forbidden, NotFound
from portal.lib.secrets import Secret
from telephony.models import Connection, Credential, Entity, ProviderApplication, SyncRun, SyncState
from telephony.providers.client import ProviderClient
from telephony.providers.declaration import Provider
from telephony.providers.oauth import TokenAnswer
from telephony.services import access, first_contact, provider_addresses, reconnecting
from telephony.services.runs import request_run

SLUG_TRIES = 50


class Refused(Exception):
    """A round to the authorization page that ended without a connection. `message` says why and what to do.

    tenant, connection   where to go on from, as far as they are known
    """

    def __init__(
        self, message: str, *, tenant: Tenant | None = None, connection: Connection | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.tenant = tenant
        self.connection = connection


@dataclass(frozen=True, kw_only=True)
class Round:
    """What is asked for, and for whom. `connection` is the one to connect again or to widen, None for a new one.

    application   with OAuth; else
    login         what signs in, by the names of the provider's `connect_fields`, at `base_url`
    time_zone     of the account's times, "" for the provider's usual one
    """

    tenant: Tenant
    person: Person | None
    provider: Provider
    application: ProviderApplication | None = None
    scopes: tuple[str, ...] = ()
    acts_as: str = Credential.ActsAs.CUSTOMER
    connection: Connection | None = None
    name: str = ""
    base_url: str = ""
    login: Mapping[str, str | Secret] = field(default_factory=dict)
    time_zone: str = ""

    @property
    def is_contact(self) -> bool:
        return self.acts_as == Credential.ActsAs.CONTACT

    @property
    def addresses(self) -> dict[str, str]:
        """Base address by surface."""
        if self.application is None:
            return {"base": self.base_url.rstrip("/")}
        return provider_addresses.application_addresses(self.application)

    @property
    def key_hash(self) -> str:
        """What quotas count by; "" with OAuth, where each grant counts for itself."""
        return access.login_hash(self.provider.id, self.base_url, self.login) if self.login else ""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a first look with a fresh token saw: the account by its own objects, and what the grant allows.

    account   its remote id, where the provider says one
    """

    account: str = ""
    object_ids: frozenset[str] = frozenset()
    capabilities: frozenset[str] = frozenset()
    probed: Mapping[str, Any] = field(default_factory=dict)


def adopt(asked: Round, answer: TokenAnswer, request: HttpRequest | None = None) -> Connection:
    """Look at the account with a fresh grant, keep it, and ask for the first runs. Runs in the tenant's scope.

    Connecting an account again keeps its connection: slug, history and settings. Raises Refused when the grant is
    of another account than the connection to be renewed, and what the provider raises.
    """
    granted = answer.scopes or asked.scopes
    client = first_contact.probing_client(
        asked.provider.id,
        asked.addresses,
        answer,
        account=answer.facts.get("account", ""),
        login=asked.login,
        key_hash=asked.key_hash,
    )
    found = look_at(asked, client, granted, answer.facts.get("account", ""))
    with transaction.atomic():
        connection = (
            _adopt_contact(asked, answer)
            if asked.is_contact
            else _adopt_account(asked, answer, granted, found)
        )
        audit.record(
            AuditEvent.Verb.CONNECTED,
            tenant=asked.tenant,
            person=asked.person,
            object_label=connection.name,
            detail={"scopes": list(granted), "acts_as": str(asked.acts_as)},
            request=request,
        )
        # In the same transaction: a connection without a schedule would never be read.
        if not asked.is_contact:
            ask_first_runs(connection, asked.person)
    return connection


def look_at(asked: Round, client: ProviderClient, granted: Sequence[str], account: str = "") -> Found:
    """Read the account's own list once. A contact must also reach a contact's things."""
    declared = asked.provider
    if asked.is_contact:
        _refuse_customer(declared, client)
        return Found()
    pages = declared.read_entities(client, kinds=_account_kinds(declared))
    ids = frozenset(draft.remote_id for page in pages for draft in page.drafts)
    capabilities = declared.capabilities_of(granted, asked.acts_as)
    probed = {"calls": dict(declared.probe_calls(client))} if "calls.list" in capabilities else {}
    return Found(account=account, object_ids=ids, capabilities=capabilities, probed=probed)


def _account_kinds(declared: Provider) -> list[str]:
    """The kinds that one read of the account's first list shows."""
    first = next(iter(declared.kinds.values()))
    return [kind.kind for kind in declared.kinds.values() if kind.list_operation == first.list_operation]


def _refuse_customer(declared: Provider, client: ProviderClient) -> None:
    """A contact's grant can list messages; that of a customer is refused. Raises Refused."""
    listing = next(
        (
            operation
            for operation in declared.catalog
            if operation.capability == "voicemail.read" and operation.is_read and operation.collection
        ),
        None,
    )
    if listing is None:
        raise Refused(_("This provider has no contacts to sign in as."))
    pages = declared.read_entities(client, kinds=_account_kinds(declared))
    for draft in (draft for page in pages for draft in page.drafts):
        try:
            client.call(listing.key, dict.fromkeys(listing.path_names, draft.remote_id))
        except NotFound:
            continue
        except Forbidden as error:
            raise Refused(
                _(
                    "You signed in as the customer. Messages belong to a contact: sign in there with your own name."
                )
            ) from error
        return


def _adopt_contact(asked: Round, answer: TokenAnswer) -> Connection:
    """Keep a contact's grant beside the connection; only this person uses it."""
    connection = asked.connection
    if connection is None or asked.person is None:
        raise Refused(
            _("A contact is connected to an account that is connected already."), tenant=asked.tenant
        )
    credential = access.contact_credential_of(connection, asked.person) or Credential(
        provider=asked.provider.id,
        acts_as=Credential.ActsAs.CONTACT,
        contact_person=asked.person,
        parameters={"connection": connection.pk},
        tenant=asked.tenant,
    )
    credential.application = asked.application
    credential.scopes = list(answer.scopes or asked.scopes)
    reconnecting.mark_working(credential)
    access.keep_tokens(credential, answer)
    credential.save()
    connection.contact_credential = credential
    connection.capabilities = sorted({*connection.capabilities, "voicemail.read"})
    connection.save(update_fields=["contact_credential", "capabilities"])
    return connection


def _adopt_account(asked: Round, answer: TokenAnswer, granted: Sequence[str], found: Found) -> Connection:
    connection = asked.connection or _same_account(asked, found)
    if connection is None:
        connection = _new_connection(asked)
    elif asked.connection is not None and not _may_be_account(connection, asked.provider, found):
        raise Refused(
            _("This is another account than the one of “%(connection)s”. Connect it as a new one instead.")
            % {"connection": connection.name},
            tenant=asked.tenant,
            connection=connection,
        )
    credential = _locked_or_new(connection, asked)
    credential.application = asked.application
    credential.base_url = asked.base_url
    credential.key_hash = asked.key_hash
    credential.scopes = list(granted)
    reconnecting.mark_working(credential)
    access.keep_login(credential, asked.login)
    access.keep_tokens(credential, answer)
    credential.save()
    connection.credential = credential
    connection.remote_account = connection.remote_account or found.account
    connection.capabilities = sorted(found.capabilities | _contacts_capabilities(connection))
    connection.probed = {**connection.probed, **found.probed}
    connection.unlinked_at = None
    connection.is_paused = False
    save_with_slug(connection, asked.tenant, asked.provider.id)
    SyncState.objects.filter(connection=connection).update(next_due_at=timezone.now())
    return connection


def _contacts_capabilities(connection: Connection) -> set[str]:
    return {"voicemail.read"} if connection.contact_credential_id else set()


def _locked_or_new(connection: Connection, asked: Round) -> Credential:
    if connection.credential_id is None:
        return Credential(provider=asked.provider.id, tenant=asked.tenant)
    credential = Credential.objects.select_for_update().filter(pk=connection.credential_id).first()
    if credential is None:
        raise Forbidden(_("Another tenant holds the key of this connection; it is connected again there."))
    return credential


def _new_connection(asked: Round) -> Connection:
    taken = Connection.objects.filter(provider=asked.provider.id).count()
    label = asked.provider.label if not taken else f"{asked.provider.label} {taken + 1}"
    return Connection(
        tenant=asked.tenant,
        provider=asked.provider.id,
        name=asked.name or label,
        time_zone=asked.time_zone or asked.provider.zone,
        currency=asked.provider.currency,
        backfill_months=settings.BACKFILL_MONTHS,
        created_by=asked.person,
    )


def _same_account(asked: Round, found: Found) -> Connection | None:
    """A connection of the tenant to the same account, linked or not: the new grant goes to it."""
    own = Connection.objects.filter(provider=asked.provider.id).order_by("pk")
    if found.account:
        return own.filter(remote_account=found.account, credential__base_url=asked.base_url).first()
    for connection in own:
        if _known(connection, asked.provider).filter(remote_id__in=found.object_ids).exists():
            return connection
    return None


def _may_be_account(connection: Connection, declared: Provider, found: Found) -> bool:
    """Whether the account found can be the connection's: it is named so, or has something in common with what is known."""
    if found.account and connection.remote_account:
        return found.account == connection.remote_account
    known = _known(connection, declared)
    return not known.exists() or known.filter(remote_id__in=list(found.object_ids)).exists()


def _known(connection: Connection, declared: Provider) -> QuerySet[Entity]:
    return Entity.objects.filter(connection=connection, kind__in=_account_kinds(declared))


def save_with_slug(connection: Connection, tenant: Tenant, provider_id: str) -> None:
    """Save; a new connection takes the first free slug: acme-keyyo, acme-keyyo-2, ..."""
    if connection.pk:
        connection.save()
        return
    stem = f"{tenant.slug}-{provider_id}"[:54]
    for number in range(1, SLUG_TRIES):
        connection.slug = stem if number == 1 else f"{stem}-{number}"
        try:
            with transaction.atomic():
                connection.save()
        except IntegrityError:
            connection.pk = None
            continue
        return
    raise Refused(_("No name is left for another connection."), tenant=tenant)


def ask_first_runs(connection: Connection, person: Person | None) -> None:
    """Objects first, then the calls of this month, then the older months, newest first.

    A connection that has calls already goes on where it stood; the schedule fetches older months it still lacks.
    """
    if SyncState.objects.filter(connection=connection, backfilled_from__isnull=False).exists():
        request_run(connection, SyncRun.What.ENTITIES, person=person)
        if connection.can("calls.list"):
            request_run(connection, SyncRun.What.CALLS, person=person)
        return
    now = timezone.now()
    month = now.astimezone(ZoneInfo(connection.time_zone)).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )
    request_run(connection, SyncRun.What.ENTITIES, person=person)
    if not connection.can("calls.list"):
        return
    request_run(connection, SyncRun.What.CALLS, start_at=month, end_at=now, person=person)
    begin_at = month
    for _month in range(connection.backfill_months):
        begin_at = (begin_at - dt.timedelta(days=1)).replace(day=1)
    if begin_at < month:
        request_run(connection, SyncRun.What.BACKFILL, start_at=begin_at, end_at=month, person=person)
