"""The demo's connections that are made with a login or a key, as a person makes them; workers fetch what is behind them.

Corvane Habitat has companies of its group at other providers; Telmarine Services resells Kazoo and keevio.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.models import Person, Tenant
from accounts.scoping import tenant_scope
from portal.demo.processes import Processes
from telephony.models import Connection
from telephony.providers.kazoo.sandbox import seed as kazoo
from telephony.providers.kazoo.sandbox.seed.plans import account_id
from telephony.providers.keevio.sandbox import seed as keevio
from telephony.providers.registry import PROVIDERS
from telephony.providers.voipcloud.sandbox import seed as voipcloud
from telephony.services import importing, linking
from telephony.services.adopting import Round
from telephony.services.importing import Wish

OWNER = "maud@corvane.example"  # of both tenants
KAZOO_USER = {
    "account_name": "Telmarine Services",
    "username": "direction",
    "password": kazoo.LOGIN["password"],
}
VOIPCLOUD_KEY = voipcloud.fixture("tallow_creek")["api_key"]
KEEVIO_ADMIN = {"username": keevio.SYSTEM_ADMIN, "password": keevio.PASSWORD}
KEEVIO_COMPANY = {"username": "harrowmere_admin", "password": keevio.PASSWORD, "company": "harrowmere"}


@dataclass(frozen=True, kw_only=True)
class Login:
    """One account: `imports` is what becomes a connection of another tenant, by the account's name."""

    tenant: str
    provider: str
    name: str
    base: tuple[str, str]  # the field of the address, and its path at the sandbox
    values: Mapping[str, str]
    imports: Mapping[str, str] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        return f"{self.tenant}-{self.provider}"


LOGINS = (
    Login(
        tenant="telmarine",
        provider="kazoo",
        name="Telmarine Services at Kazoo",
        base=("api_root", "/kazoo/v2/"),
        values=KAZOO_USER,
        imports={"Hôtel du Cap Mélisande": "corvane"},
    ),
    Login(
        tenant="telmarine",
        provider="keevio",
        name="keevio, all companies",
        base=("base", "/keevio"),
        values=KEEVIO_ADMIN,
    ),
    Login(
        tenant="corvane",
        provider="voipcloud",
        name="Tallow Creek Home Services",
        base=("base", "/voipcloud"),
        values={"api_key": VOIPCLOUD_KEY},
    ),
    Login(
        tenant="corvane",
        provider="keevio",
        name="Harrowmere Estates",
        base=("base", "/keevio"),
        values=KEEVIO_COMPANY,
    ),
)


def connections() -> list[dict[str, str]]:
    """Slug, tenant and provider of each connection that is made here."""
    made = [{"slug": one.slug, "tenant": one.tenant, "provider": one.provider} for one in LOGINS]
    made += [
        {"slug": f"{tenant}-{one.provider}", "tenant": tenant, "provider": one.provider}
        for one in LOGINS
        for tenant in one.imports.values()
    ]
    return made


def settle(login: Login, processes: Processes) -> None:
    """Sign in, look at the account, and ask for the first runs."""
    tenant = Tenant.objects.get(slug=login.tenant)
    person = Person.objects.get(email=OWNER)
    declared = PROVIDERS[login.provider]
    name, path = login.base
    base_url, secrets = linking.split(declared, {**login.values, name: f"{processes.sandbox_url}{path}"}, {})
    with tenant_scope(tenant):
        asked = Round(
            tenant=tenant, person=person, provider=declared, name=login.name, base_url=base_url, login=secrets
        )
        connection = linking.link(asked)
        if login.imports:
            _import(connection, login.imports, person)


def _import(connection: Connection, wanted: Mapping[str, str], person: Person) -> None:
    accounts = [one.account for one in importing.candidates(connection, person)]
    wishes = [
        Wish(account=account, tenant=Tenant.objects.get(slug=wanted[account.name]))
        for account in accounts
        if account.name in wanted
    ]
    for made in importing.import_accounts(connection, wishes, person):
        with tenant_scope(made.tenant_id, reason="the demo names what it imported"):
            account = next(one for one in accounts if one.remote_id == made.remote_account)
            Connection.objects.filter(pk=made.pk).update(name=account.name)


# ---- what scripts want to know (demo.json) ----
def facts(processes: Processes) -> dict[str, Any]:
    """Addresses and logins of the sandboxes, by provider; the Kazoo login is an administrator of the top account."""
    root = processes.sandbox_url
    return {
        "kazoo": {
            "api_root": f"{root}/kazoo/v2/",
            "account_id": account_id(kazoo.MASTER),
            "api_key": kazoo.API_KEY,
            **kazoo.LOGIN,
        },
        "voipcloud": {"base": f"{root}/voipcloud", "api_key": VOIPCLOUD_KEY},
        "keevio": {"base": f"{root}/keevio", "system_admin": KEEVIO_ADMIN, "company_admin": KEEVIO_COMPANY},
    }
