"""The people and tenants of the demo's story, as every test of people meets them.

maud    owner of corvane and of vellard      noe   operator of corvane, viewer of morvanne
idris   administrator of corvane             bess  owner of morvanne, viewer of corvane
tom     platform staff with TOTP             zora  a person without any tenant
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth import get_user
from django.core.cache import cache
from django.http import HttpRequest
from django.test import Client

from accounts.models import Membership, Person, Tenant
from accounts.rights import Role

PASSWORD = "switchboard-demo"
TOTP_SECRET = base64.b32encode(b"switchboard-testonly").decode()


@pytest.fixture(autouse=True)
def fresh_limits(request: pytest.FixtureRequest) -> None:
    """No test inherits the rate limits that another used up."""
    cache.clear()


@pytest.fixture
def corvane(db: None) -> Tenant:
    return Tenant.objects.create(slug="corvane", name="Corvane Habitat")


@pytest.fixture
def morvanne(db: None) -> Tenant:
    return Tenant.objects.create(slug="morvanne", name="Atelier Morvanne")


@pytest.fixture
def vellard(db: None) -> Tenant:
    return Tenant.objects.create(slug="vellard", name="Vellard & Brume")


@pytest.fixture
def maud(corvane: Tenant, vellard: Tenant) -> Person:
    return person("maud@corvane.example", "Maud Terrasson", {corvane: Role.OWNER, vellard: Role.OWNER})


@pytest.fixture
def idris(corvane: Tenant) -> Person:
    return person("idris@corvane.example", "Idris Vallorne", {corvane: Role.ADMINISTRATOR})


@pytest.fixture
def noe(corvane: Tenant, morvanne: Tenant) -> Person:
    roles = {corvane: Role.OPERATOR, morvanne: Role.VIEWER}
    return person("noe@corvane.example", "Noé Castelbrun", roles)


@pytest.fixture
def bess(corvane: Tenant, morvanne: Tenant) -> Person:
    return person("bess@morvanne.example", "Bess Arkwell", {morvanne: Role.OWNER, corvane: Role.VIEWER})


@pytest.fixture
def tom(db: None) -> Person:
    someone = person("tom@telvane.example", "Tom Pelworth", {}, is_staff=True)
    TOTP.activate(someone, TOTP_SECRET)
    return someone


@pytest.fixture
def zora(db: None) -> Person:
    return person("zora@elsewhere.example", "Zora Quill", {})


def person(email: str, name: str, roles: dict[Tenant, Role], **fields: bool) -> Person:
    someone = Person.objects.create_user(email, PASSWORD, name=name, **fields)
    for tenant, role in roles.items():
        Membership.objects.create(tenant=tenant, person=someone, role=role)
    return someone


@pytest.fixture
def client_of() -> Callable[..., Client]:
    """A browser in which the person is signed in; staff have shown their second factor, unless told otherwise."""
    return signed_in


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


__all__ = ["PASSWORD", "TOTP_SECRET", "person", "signed_in", "totp_code"]
