"""The round to a provider's authorization page and back. What the grant becomes: adopting.py; letting it go:
unlinking.py. Tokens are opened and renewed in access.py only."""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEvent, Person
from accounts.rights import Right
from accounts.scoping import tenant_scope, unscoped
from accounts.tenancy import standing
from portal.lib.errors import InvalidInput, ProviderError
from portal.lib.secrets import Secret, keyed_hash
from telephony.models import AuthorizationAttempt, Connection, Credential
from telephony.providers.registry import provider
from telephony.services import access, first_contact, provider_addresses
from telephony.services.adopting import Refused, Round, adopt

ATTEMPT_LIFE = dt.timedelta(minutes=10)
STATE_BYTES = 32


def begin(asked: Round, session_key: str | None) -> str:
    """Note the attempt and return the address of the provider's page. Only the hash of the state is kept.

    session_key   the browser session that must finish it; None on the command line: any session of the person

    Raises InvalidInput for a scope that the provider does not have.
    """
    oauth = asked.provider.oauth
    known = {scope.name for scope in asked.provider.scopes}
    if oauth is None or asked.application is None or not asked.scopes or not set(asked.scopes) <= known:
        raise InvalidInput(_("Choose what the portal may do."), fields={"scopes": _("Unknown scope.")})
    state = secrets.token_urlsafe(STATE_BYTES)
    AuthorizationAttempt.objects.create(
        state_hash=keyed_hash(state),
        session_hash=keyed_hash(session_key) if session_key is not None else "",
        person=asked.person,
        application=asked.application,
        connection=asked.connection,
        connection_name=asked.name[:120],
        scopes=list(asked.scopes),
        acts_as=asked.acts_as,
    )
    return oauth.authorization_url(
        access.application_of(asked.application),
        provider_addresses.application_addresses(asked.application),
        asked.scopes,
        state,
    )


@dataclass(frozen=True, kw_only=True)
class Callback:
    """What the browser brought back from the provider."""

    provider_id: str
    state: str
    code: Secret
    error: str = ""
    error_description: str = ""


def finish(
    callback: Callback, person: Person, session_key: str, request: HttpRequest | None = None
) -> Connection:
    """Turn the answer of the authorization page into a connection. Raises Refused, which ends the attempt."""
    attempt = _take_attempt(callback, person, session_key, request)
    with tenant_scope(attempt.tenant):
        asked = Round(
            tenant=attempt.tenant,
            person=person,
            provider=provider(attempt.application.provider),
            application=attempt.application,
            scopes=tuple(attempt.scopes),
            acts_as=attempt.acts_as,
            connection=attempt.connection,
            name=attempt.connection_name,
        )
        if callback.error:
            raise Refused(_error_words(callback, asked), tenant=asked.tenant, connection=asked.connection)
        oauth = asked.provider.oauth
        if oauth is None or asked.application is None:
            raise Refused(_("This provider has no authorization page."), tenant=asked.tenant)
        try:
            answer = oauth.exchange(
                first_contact.token_transport(),
                access.application_of(asked.application),
                provider_addresses.application_addresses(asked.application),
                callback.code,
                callback.state,
            )
            return adopt(asked, answer, request)
        except ProviderError as error:
            raise Refused(error.message, tenant=asked.tenant, connection=asked.connection) from error


def _take_attempt(
    callback: Callback, person: Person, session_key: str, request: HttpRequest | None
) -> AuthorizationAttempt:
    """The attempt of this state, used up by looking. Raises Refused where anything about it differs."""
    unknown = Refused(
        _("This answer does not belong to anything that was asked from here. Begin again at “Connections”.")
    )
    if not callback.state:
        raise unknown
    with unscoped("oauth"):
        attempt = (
            AuthorizationAttempt.objects.select_related("tenant", "application", "connection")
            .filter(state_hash=keyed_hash(callback.state), application__provider=callback.provider_id)
            .first()
        )
        if attempt is None:
            raise unknown
        is_bound = attempt.session_hash != ""
        is_same_session = hmac.compare_digest(attempt.session_hash, keyed_hash(session_key))
        if attempt.person_id != person.pk or (is_bound and not is_same_session):
            _write_refusal(attempt, person, "another session", request)
            raise unknown
        rights, is_staff_act = standing(request, person, attempt.tenant)
        if request is not None:
            request.is_entered_as_staff = is_staff_act  # type: ignore[attr-defined]  # the audit says so
        if _right_for(attempt) not in rights:
            _write_refusal(attempt, person, "right lost meanwhile", request)
            raise unknown
        used = AuthorizationAttempt.objects.filter(pk=attempt.pk, used_at=None).update(used_at=timezone.now())
    if not used:
        _write_refusal(attempt, person, "used twice", request)
        raise Refused(_("This authorization was used already. Begin again."), tenant=attempt.tenant)
    if attempt.created_at < timezone.now() - ATTEMPT_LIFE:
        raise Refused(
            _("This took longer than ten minutes, so it no longer counts. Begin again."),
            tenant=attempt.tenant,
            connection=attempt.connection,
        )
    if not callback.error and not callback.code:
        raise Refused(_("The provider sent neither a code nor a reason. Begin again."), tenant=attempt.tenant)
    return attempt


def _right_for(attempt: AuthorizationAttempt) -> Right:
    is_contact = attempt.acts_as == Credential.ActsAs.CONTACT
    return Right.VOICEMAIL_READ if is_contact else Right.CONNECTIONS_MANAGE


def _write_refusal(
    attempt: AuthorizationAttempt, person: Person, why: str, request: HttpRequest | None
) -> None:
    audit.record(
        AuditEvent.Verb.REFUSED,
        tenant=attempt.tenant,
        person=person,
        object_label=attempt.application.name,
        detail={"what": "authorization", "why": why},
        request=request,
    )


def _error_words(callback: Callback, asked: Round) -> str:
    label = asked.provider.label
    if callback.error == "access_denied":
        return _("You refused at %(provider)s; nothing was connected and nothing was changed.") % {
            "provider": label
        }
    reason = callback.error_description or callback.error
    return _("%(provider)s did not allow it: %(reason)s") % {"provider": label, "reason": reason[:200]}
