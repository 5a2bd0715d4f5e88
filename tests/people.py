"""People for tests: make one with roles, and sign one in. Plain functions, for every test package."""

from __future__ import annotations

import base64
import time

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.test import Client

from accounts.models import Membership, Person, Tenant
from accounts.rights import Role

PASSWORD = "switchboard-demo"
TOTP_SECRET = base64.b32encode(b"switchboard-testonly").decode()


def person(email: str, name: str, roles: dict[Tenant, Role], **fields: bool) -> Person:
    someone = Person.objects.create_user(email, PASSWORD, name=name, **fields)
    for tenant, role in roles.items():
        Membership.objects.create(tenant=tenant, person=someone, role=role)
    return someone


def staff(email: str, name: str) -> Person:
    """Platform staff with TOTP under TOTP_SECRET."""
    someone = person(email, name, {}, is_staff=True)
    TOTP.activate(someone, TOTP_SECRET)
    return someone


def signed_in(someone: Person, *, second_factor: bool | None = None) -> Client:
    client = Client()
    client.force_login(someone)
    if second_factor if second_factor is not None else someone.is_staff:
        request = HttpRequest()
        request.session = client.session
        request.user = get_user(request)
        authenticator = Authenticator.objects.filter(user=someone).first()
        kind = authenticator.type if authenticator else "totp"
        record_authentication(
            request, request.user, method="mfa", type=kind, id=getattr(authenticator, "pk", 1)
        )
        request.session.save()
    return client


def totp_code(secret: str = TOTP_SECRET, at: float | None = None) -> str:
    """The six digits that an authenticator app shows now."""
    counter = int((at or time.time()) // 30)
    return format_hotp_value(hotp_value(secret, counter))
