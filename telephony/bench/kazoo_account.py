"""A tenant whose connection is an account at a Kazoo sandbox, for measurements that write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.test.utils import override_settings

from accounts.models import Membership, Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from portal.lib.secrets import Secret
from telephony.models import Connection, Credential
from telephony.providers.registry import provider
from telephony.providers.sandbox import SandboxServer
from telephony.services import access

PROVIDER, CUSTOMER = "kazoo", "Clinique de Sarvelle"


@contextmanager
def served() -> Iterator[SandboxServer]:
    """A sandbox that may be called meanwhile; it neither counts requests nor asks for money."""
    with (
        SandboxServer(providers=(PROVIDER,)) as sandbox,
        override_settings(OUTBOUND_ALLOW=[f"127.0.0.1:{sandbox.port}"]),
    ):
        sandbox.state(PROVIDER)["settings"] = {"bucket_size": 0, "charges": False}
        yield sandbox


def connect(sandbox: SandboxServer, slug: str) -> tuple[Connection, Person]:
    """The connection of a tenant of that slug, and its owner."""
    kazoo: Any = sandbox.provider(PROVIDER)
    account = kazoo.account_id(CUSTOMER)
    tenant = Tenant.objects.create(slug=slug, name=slug.title())
    person = Person.objects.create_user(f"owner@{slug}.example", "unused-but-long-enough", name="Owner")
    Membership.objects.create(tenant=tenant, person=person, role=Role.OWNER)
    with tenant_scope(tenant):
        credential = Credential(provider=PROVIDER, tenant=tenant, base_url=f"{sandbox.url}/kazoo/v2/")
        access.keep_secrets(
            credential, {access.ACCESS: Secret(kazoo.grant({"account": account})["auth_token"])}
        )
        credential.save()
        connection = Connection.objects.create(
            credential=credential,
            provider=PROVIDER,
            slug=f"{slug}-kazoo",
            name=CUSTOMER,
            remote_account=account,
            capabilities=sorted(provider(PROVIDER).capabilities),
        )
    return connection, person
