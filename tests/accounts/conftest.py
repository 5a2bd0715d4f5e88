"""The people and tenants of the demo's story, as every test of people meets them.

maud    owner of corvane and of vellard      noe   operator of corvane, viewer of morvanne
idris   administrator of corvane             bess  owner of morvanne, viewer of corvane
tom     platform staff with TOTP             zora  a person without any tenant
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import Person, Tenant
from accounts.rights import Role

from ..people import person, signed_in, staff


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
    return staff("tom@telvane.example", "Tom Pelworth")


@pytest.fixture
def zora(db: None) -> Person:
    return person("zora@elsewhere.example", "Zora Quill", {})


@pytest.fixture
def client_of() -> Callable[..., Client]:
    """A browser in which the person is signed in; staff have shown their second factor, unless told otherwise."""
    return signed_in
