"""The one door to a provider: builds a connection's client, and is the only code that opens secrets.

A client's transport counts the quota, keeps to the breaker, passes the gate and writes the request log; its
grant holds the access token and renews it under the credential's lock. Before there is a connection: first_contact.py.
Who may reconnect: connecting.py.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from django.conf import settings
from django.db import OperationalError, transaction
from django.db import connection as database
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg.errors import LockNotAvailable

from accounts.models import Person
from accounts.scoping import tenant_scope, unscoped
from portal.lib.errors import Forbidden, InvalidInput, NeedsReconnect, Transient, Unavailable
from portal.lib.outbound import DEADLINE_S, inside_transaction
from portal.lib.secrets import Secret, Unreadable, keyed_hash, seal, unseal
from telephony.models import Connection, Credential, ProviderApplication
from telephony.providers.client import ClientContext, ProviderClient
from telephony.providers.oauth import Application, TokenAnswer
from telephony.providers.registry import provider
from telephony.providers.transport import Transport
from telephony.services import reconnecting
from telephony.services.breaker import CredentialBreaker, TokenProbe
from telephony.services.provider_addresses import addresses_of, application_addresses, outbound_policy
from telephony.services.quota import quota_of
from telephony.services.request_log import RequestRecorder
from telephony.services.server_memory import ConnectionMemory

CREDENTIAL_FIELD = "Credential.secrets"
APPLICATION_FIELD = "ProviderApplication.client_secret"
ACCESS, REFRESH, LINE, LOGIN = "access_token", "refresh_token", "line:", "login:"
VOICEMAIL = "voicemail.read"
NO_CONTACT = gettext_lazy("You have not connected as a contact yet.")
EARLY_S = 60  # a token that ends so soon is renewed before it is used
RENEWAL_DEADLINE_S = 10.0
LOCK_WAIT_S = 15


@dataclass(frozen=True)
class HeldToken:
    """An access token and when it ends."""

    token: Secret
    expires_at: dt.datetime | None

    def lasts(self, now: dt.datetime) -> bool:
        return self.expires_at is None or self.expires_at > now + dt.timedelta(seconds=EARLY_S)


def client_of(
    connection: Connection,
    *,
    is_person: bool = False,
    deadline_s: float | None = None,
    as_contact: Person | None = None,
) -> ProviderClient:
    """A client that acts for the connection.

    is_person    a person waits: counts as such in the quota, and is logged at once
    deadline_s   total for each call, 30 s unless told otherwise
    as_contact   use the contact's own grant of this person (voicemail); Forbidden where it is not theirs

    Raises NeedsReconnect when the connection is unlinked or its secrets do not open.
    """
    credential = _credential_for(connection, as_contact)
    transport = Transport(
        outbound_policy(),
        quota=quota_of(credential),
        breaker=CredentialBreaker(credential.pk),
        observer=RequestRecorder(connection, is_person=is_person),
        priority="person" if is_person else "worker",
        deadline_s=DEADLINE_S if deadline_s is None else deadline_s,
    )
    context = ClientContext(
        transport=transport,
        grant=CredentialGrant(credential),
        addresses=addresses_of(credential),
        account=connection.remote_account,
        login=lambda: login_of(credential),
        memory=ConnectionMemory(connection),
        line_secret=lambda line: line_secret(credential.pk, line),
    )
    return provider(connection.provider).make_client(context)


def client_as(
    connection: Connection, capability: str, person: Person | None, *, deadline_s: float | None = None
) -> ProviderClient:
    """A client for what a person does: as the account, but for voice messages as the person's own contact.

    Who has not signed in as a contact asks as the account, and hears what the provider says to that.
    """
    if capability == VOICEMAIL and person is not None:
        try:
            return client_of(connection, is_person=True, deadline_s=deadline_s, as_contact=person)
        except Forbidden:
            return client_of(connection, is_person=True, deadline_s=deadline_s)
    return client_of(connection, is_person=True, deadline_s=deadline_s)


def application_of(row: ProviderApplication) -> Application:
    """The application as a provider's OAuth wants it, its secret opened."""
    return Application(
        client_id=row.client_id,
        client_secret=unseal(None, APPLICATION_FIELD, row.client_secret_sealed),
        redirect_uri=settings.PUBLIC_URL
        + reverse("telephony:oauth_callback", kwargs={"provider": row.provider}),
    )


def keep_application_secret(row: ProviderApplication, secret: Secret) -> None:
    """Seal the client secret into the row; the caller saves it."""
    row.client_secret_sealed = seal(None, APPLICATION_FIELD, secret)


# ---- what a credential holds ----


def _credential_for(connection: Connection, as_contact: Person | None) -> Credential:
    if connection.unlinked_at is not None:
        raise NeedsReconnect(_("This connection is unlinked."))
    with unscoped("credential"):
        rows = Credential.objects.select_related("application")
        if as_contact is None:
            credential = rows.get(pk=connection.credential_id)
        else:
            own = rows.filter(acts_as=Credential.ActsAs.CONTACT, contact_person=as_contact)
            credential = own.filter(parameters__connection=connection.pk).exclude(secrets_sealed="").first()
    if credential is None:
        raise Forbidden(str(NO_CONTACT))
    if credential.state != Credential.State.WORKING:
        raise NeedsReconnect(credential.state_reason or _("This connection needs to be connected again."))
    return credential


def contact_credential_of(connection: Connection, person: Person) -> Credential | None:
    """The contact's grant that this person gave to this connection."""
    return Credential.objects.filter(
        acts_as=Credential.ActsAs.CONTACT, contact_person=person, parameters__connection=connection.pk
    ).first()


def read_secrets(credential: Credential) -> dict[str, str]:
    """The secrets by name. Raises NeedsReconnect where they do not open with our keys."""
    if not credential.secrets_sealed:
        return {}
    try:
        content = unseal(credential.tenant_id, CREDENTIAL_FIELD, credential.secrets_sealed)
    except Unreadable as error:
        raise NeedsReconnect(error.message) from error
    return json.loads(content.reveal())


def keep_secrets(credential: Credential, secrets: Mapping[str, Secret]) -> None:
    """Seal these secrets into the row, beside the others it holds; the caller saves it. An empty one goes."""
    held = {} if not credential.secrets_sealed else _readable(credential)
    held.update({name: secret.reveal() for name, secret in secrets.items()})
    held = {name: value for name, value in held.items() if value}
    credential.secrets_sealed = seal(credential.tenant_id, CREDENTIAL_FIELD, json.dumps(held)) if held else ""


def _readable(credential: Credential) -> dict[str, str]:
    """What opens; after a lost key the row begins anew."""
    try:
        return read_secrets(credential)
    except NeedsReconnect:
        return {}


def keep_tokens(credential: Credential, answer: TokenAnswer) -> None:
    """Put a token answer into the row. A missing refresh token keeps the old one; scopes only if told."""
    tokens = {ACCESS: answer.access_token}
    if answer.refresh_token:
        tokens[REFRESH] = answer.refresh_token
    keep_secrets(credential, tokens)
    credential.expires_at = answer.expires_at
    credential.renewed_at = timezone.now()
    if answer.scopes:
        credential.scopes = list(answer.scopes)


def keep_login(credential: Credential, login: Mapping[str, str | Secret]) -> None:
    """Keep what an account was linked with, instead of what was kept before; the caller saves the row."""
    gone = {name: Secret("") for name in _readable(credential) if name.startswith(LOGIN)}
    secrets = {LOGIN + name: value for name, value in login.items() if isinstance(value, Secret)}
    plain = {name: value for name, value in login.items() if not isinstance(value, Secret)}
    keep_secrets(credential, gone | secrets)
    credential.parameters = {**credential.parameters, "login": plain}


def login_of(credential: Credential) -> dict[str, str | Secret]:
    """What the account was linked with, by the names of the provider's `connect_fields`. Raises NeedsReconnect."""
    secrets = {
        name.removeprefix(LOGIN): Secret(value)
        for name, value in read_secrets(credential).items()
        if name.startswith(LOGIN)
    }
    return {**credential.parameters.get("login", {}), **secrets}


def line_secret(credential_id: int, line: str) -> Secret | None:
    """The SIP password kept for a line, by its remote id."""
    with unscoped("credential"):
        credential = Credential.objects.get(pk=credential_id)
    value = read_secrets(credential).get(LINE + line)
    return Secret(value) if value else None


def lines_with_secret(credential_id: int) -> list[str]:
    """Remote ids of the lines whose SIP password is kept."""
    with unscoped("credential"):
        credential = Credential.objects.get(pk=credential_id)
    return sorted(name.removeprefix(LINE) for name in read_secrets(credential) if name.startswith(LINE))


def keep_line_secret(credential_id: int, line: str, secret: Secret) -> None:
    """Keep the SIP password of a line; an empty one forgets it.

    Raises NeedsReconnect where what the row holds does not open: writing would lose it for good.
    """
    with unscoped("credential"), transaction.atomic():
        credential = Credential.objects.select_for_update().get(pk=credential_id)
        read_secrets(credential)
        keep_secrets(credential, {LINE + line: secret})
        credential.save(update_fields=["secrets_sealed"])


def login_hash(provider_id: str, base_url: str, login: Mapping[str, str | Secret]) -> str:
    """One counter per login or key, however often it is entered."""
    values = sorted((name, str(_plain(value))) for name, value in login.items())
    return keyed_hash(json.dumps([provider_id, base_url.rstrip("/"), values]))


def _plain(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value


# ---- the grant ----


class CredentialGrant:
    """The token of one credential, as a provider's client asks for it."""

    def __init__(self, credential: Credential) -> None:
        self.credential_id = credential.pk
        self._held = _held(credential)

    def token(self) -> Secret:
        if self._held is None or not self._held.lasts(timezone.now()):
            self._held = renew(self.credential_id)
        return self._held.token

    def renew(self) -> Secret:
        """Called when the provider refused the token that this grant gave out."""
        self._held = renew(self.credential_id, refused=self._held.token if self._held else None)
        return self._held.token


def _held(credential: Credential) -> HeldToken | None:
    token = read_secrets(credential).get(ACCESS, "")
    return HeldToken(Secret(token), credential.expires_at) if token else None


def renew(credential_id: int, *, refused: Secret | None = None) -> HeldToken:
    """A token that is good now, asked for by one caller at a time: the others wait and find it.

    refused   the token that the provider turned down although its time was not over

    The credential's row stays locked while the provider is asked (at most 10 s); the new pair is committed
    before anybody uses it. Raises NeedsReconnect when the grant is dead (the state is then written and the
    owners are told once), and what the transport raises for a fault that may pass.
    """
    with unscoped("credential"):
        known = Credential.objects.values_list("tenant_id", "application__token_url", "base_url").get(
            pk=credential_id
        )
    owner_id, token_url, base_url = known
    probe = TokenProbe(CredentialBreaker(credential_id), urlsplit(token_url or base_url).netloc)
    with tenant_scope(owner_id, reason="a credential is renewed in its owner's scope"):
        try:
            with transaction.atomic(durable=True), inside_transaction("token refresh"):
                held = _renewed(_locked(credential_id), refused, probe)
        except Transient:
            probe.failed()
            raise
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            raise Unavailable(_("The connection is being renewed by somebody else; try again.")) from error
        probe.succeeded()
        if held is None:
            reconnecting.tell_owners(credential_id)
            raise NeedsReconnect(_("The provider no longer accepts this connection; connect it again."))
    return held


def _locked(credential_id: int) -> Credential:
    with database.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{LOCK_WAIT_S}s"])
    rows = Credential.objects.select_for_update(of=("self",)).select_related("application")
    return rows.get(pk=credential_id)


def _renewed(credential: Credential, refused: Secret | None, probe: TokenProbe) -> HeldToken | None:
    """The fresh token of a locked row, or None after it was marked dead."""
    if credential.state != Credential.State.WORKING:
        raise NeedsReconnect(credential.state_reason)
    held = _held(credential)
    if held and held.lasts(timezone.now()) and held.token != refused:
        return held
    refresh_token = read_secrets(credential).get(REFRESH, "")
    signs_in = provider(credential.provider).sign_in is not None
    if not signs_in and (not refresh_token or credential.application is None):
        reconnecting.mark_dead(credential, _("There is nothing to renew the key with."))
        return None
    probe.before()
    try:
        answer = _signed_in(credential) if signs_in else _ask_for_tokens(credential, Secret(refresh_token))
    except InvalidInput as error:
        reconnecting.mark_dead(credential, error.message)
        return None
    except NeedsReconnect as error:
        credential.refresh_from_db(fields=["secrets_sealed", "expires_at"])
        if read_secrets(credential).get(REFRESH, "") != refresh_token:
            return _held(credential)
        reconnecting.mark_dead(credential, error.message)
        return None
    keep_tokens(credential, answer)
    credential.save(update_fields=["secrets_sealed", "expires_at", "renewed_at", "scopes"])
    return HeldToken(answer.access_token, answer.expires_at)


def _signed_in(credential: Credential) -> TokenAnswer:
    sign_in = provider(credential.provider).sign_in
    assert sign_in is not None
    transport = Transport(outbound_policy(), quota=quota_of(credential), deadline_s=RENEWAL_DEADLINE_S)
    return sign_in(transport, addresses_of(credential), login_of(credential))


def _ask_for_tokens(credential: Credential, refresh_token: Secret) -> TokenAnswer:
    assert credential.application is not None
    return first_tokens(credential.application, refresh_token)


def first_tokens(application: ProviderApplication, refresh_token: Secret) -> TokenAnswer:
    """A new pair for a refresh token that may not be stored yet. Raises NeedsReconnect when it is dead."""
    oauth = provider(application.provider).oauth
    if oauth is None:
        raise NeedsReconnect(_("The key has ended, and this provider gives no other one."))
    answer = oauth.refresh(
        Transport(outbound_policy(), deadline_s=RENEWAL_DEADLINE_S),
        application_of(application),
        application_addresses(application),
        refresh_token,
    )
    return answer if answer.refresh_token else replace(answer, refresh_token=refresh_token)
