"""What differs from django-allauth's ways: nobody signs up by themselves, and mails name the portal."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from accounts import audit
from accounts.models import AuditEvent, Person


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made on the page of an invitation only."""
        return False

    def format_email_subject(self, subject: str) -> str:
        return f"Switchboard: {subject}"

    def get_from_email(self) -> str:
        return settings.DEFAULT_FROM_EMAIL

    def authentication_failed(self, request: HttpRequest, **credentials: object) -> None:
        """Write a refused sign-in down with the tenants of the account it was meant for."""
        email = str(credentials.get("email") or "")
        if person := Person.objects.filter(email__iexact=email, is_active=True).first():
            audit.record_of_person(
                AuditEvent.Verb.REFUSED, person, request=request, detail={"what": "sign_in"}
            )
        else:
            audit.record(
                AuditEvent.Verb.REFUSED, tenant=None, person=None, request=request, detail={"what": "sign_in"}
            )
