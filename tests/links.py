"""Connections for tests: link a tenant to an account of a sandbox, as the connect page does. For every test package."""

from __future__ import annotations

from accounts.models import Person, Tenant
from accounts.scoping import tenant_scope
from telephony.models import Connection
from telephony.providers.kazoo.sandbox.seed import LOGIN
from telephony.providers.registry import PROVIDERS
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import linking
from telephony.services.adopting import Round


def link(tenant: Tenant, person: Person, provider: str, login: dict[str, str]) -> Connection:
    """A connection to what these fields of the provider's connect page name."""
    declared = PROVIDERS[provider]
    with tenant_scope(tenant):
        base_url, secrets = linking.split(declared, login, {})
        return linking.link(
            Round(tenant=tenant, person=person, provider=declared, base_url=base_url, login=secrets)
        )


def link_kazoo(
    server: SandboxServer,
    tenant: Tenant,
    person: Person,
    account: str = "Telmarine Services",
    user: str = "direction",
) -> Connection:
    """A connection to an account of Kazoo's stand-in, by a user of it."""
    login = {
        "api_root": f"{server.url}/kazoo/v2/",
        "way": "user",
        "account_name": account,
        "username": user,
        "password": LOGIN["password"],
    }
    return link(tenant, person, "kazoo", login)
