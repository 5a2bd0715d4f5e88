"""What follows from a sign-in, a sign-out and a change of password or second factor."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from allauth.usersessions.models import UserSession
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import audit
from accounts.models import AuditEvent, Person

PASSWORD_SIGNALS = [
    account_signals.password_set,
    account_signals.password_changed,
    account_signals.password_reset,
]
FACTOR_SIGNALS = [
    mfa_signals.authenticator_added,
    mfa_signals.authenticator_removed,
    mfa_signals.authenticator_reset,
]


@receiver(account_signals.user_logged_in)
def note_sign_in(request: HttpRequest, user: Person, **kwargs: Any) -> None:
    audit.record_of_person(AuditEvent.Verb.SIGNED_IN, user, request=request)


@receiver(user_logged_out)
def note_sign_out(request: HttpRequest, user: Person | None, **kwargs: Any) -> None:
    if user is not None:
        audit.record_of_person(AuditEvent.Verb.SIGNED_OUT, user, request=request)


@receiver(PASSWORD_SIGNALS)
def after_password_change(request: HttpRequest, user: Person, **kwargs: Any) -> None:
    end_sessions(user, but=request.session.session_key)
    audit.record_of_person(
        AuditEvent.Verb.SECURITY_CHANGED, user, request=request, detail={"what": "password"}
    )


@receiver(FACTOR_SIGNALS)
def after_factor_change(request: HttpRequest, user: Person, authenticator: Any, **kwargs: Any) -> None:
    end_sessions(user, but=request.session.session_key)
    audit.record_of_person(
        AuditEvent.Verb.SECURITY_CHANGED, user, request=request, detail={"what": authenticator.type}
    )


@receiver(mfa_signals.authentication_failed)
def note_refused_factor(request: HttpRequest, user: Person, **kwargs: Any) -> None:
    audit.record_of_person(AuditEvent.Verb.REFUSED, user, request=request, detail={"what": "second_factor"})


def end_sessions(person: Person, *, but: str | None = None) -> int:
    """Sign the person out everywhere, except in the session `but`. Returns how many sessions ended."""
    sessions = list(UserSession.objects.filter(user=person).exclude(session_key=but or ""))
    for session in sessions:
        session.end()
    return len(sessions)
