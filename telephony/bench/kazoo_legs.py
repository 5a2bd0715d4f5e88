"""A year of Kazoo's legs from a replay server to stored and folded calls, against a bare `requests` loop.

The pages are what the sandbox answers to our reader for the largest customer of its seed; they are recorded once, and
then read from a process that does nothing but send them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Tenant
from accounts.scoping import tenant_scope
from portal.lib.outbound import OutboundPolicy
from portal.lib.secrets import Secret
from telephony.bench.measuring import Figure
from telephony.bench.recorded import bare_and_ours, served
from telephony.bench.replay_server import page_name
from telephony.bench.world import END
from telephony.models import Call, Connection, Credential, Entity
from telephony.providers.client import ClientContext
from telephony.providers.drafts import Window
from telephony.providers.registry import provider
from telephony.providers.sandbox import SandboxServer
from telephony.providers.transport import Request, Response, Transport
from telephony.services import access
from telephony.services.windows import month_slices, whole_days

PROVIDER, CUSTOMER = "kazoo", "Clinique de Sarvelle"
DAYS, ROUNDS = 430, 5  # of that customer: 100,000 legs
PAGE_NAMES = ("created_from", "created_to", "start_key")
ZONE = ZoneInfo("Europe/Paris")
EMPTY = '{"data": [], "page_size": "0", "status": "success"}'


def measure(days: int = DAYS, rounds: int = ROUNDS) -> list[Figure]:
    """The ratio of the speeds."""
    window = whole_days((END - timedelta(days=days)).date(), END.date(), ZONE)
    with (
        tempfile.TemporaryDirectory(prefix="switchboard-bench-") as name,
        SandboxServer(providers=(PROVIDER,)) as sandbox,
    ):
        connection = _connect(sandbox)
        count = _record(Path(name), sandbox, connection, window)
        with served(Path(name), PAGE_NAMES) as base, tenant_scope(connection.tenant_id):
            Credential.objects.filter(pk=connection.credential_id).update(base_url=base)
            bare, ours, pages = bare_and_ours(connection, window, base, count, rounds)
            calls = Call.objects.count()
    detail = {
        "legs": count,
        "calls": calls,
        "pages": pages,
        "bare_s": round(bare, 3),
        "sync_s": round(ours, 3),
    }
    title = f"Kazoo: {count:,} legs to {calls:,} calls, against a bare requests loop"
    return [Figure(title, bare / ours, 0.5, detail=detail)]


def _connect(sandbox: SandboxServer) -> Connection:
    """A connection to the customer, with its users and devices as lines."""
    kazoo = sandbox.provider(PROVIDER)
    sandbox.clock.set(END, 0)
    kazoo.store.data["settings"] = {"retention_days": 2 * DAYS, "bucket_size": 0}
    account = kazoo.account_id(CUSTOMER)
    documents = kazoo.store.data["accounts"][account]["docs"]
    tenant = Tenant.objects.create(slug="bench-kazoo", name="Bench Kazoo")
    with tenant_scope(tenant):
        credential = Credential(provider=PROVIDER, tenant=tenant)
        access.keep_secrets(
            credential, {access.ACCESS: Secret(kazoo.grant({"account": account})["auth_token"])}
        )
        credential.save()
        connection = Connection.objects.create(
            credential=credential,
            provider=PROVIDER,
            remote_account=account,
            slug="bench-kazoo-kazoo",
            name="Bench at Kazoo",
            capabilities=["lines.read", "calls.list"],
            probed={"calls": {"account_lists": True, "realm": "sarvelle.halvenor.example"}},
        )
        for kind, collection in (("user", "users"), ("device", "devices")):
            Entity.objects.bulk_create(_lines(connection, kind, documents[collection]))
    return connection


def _lines(connection: Connection, kind: str, remote_ids: Iterable[str]) -> list[Entity]:
    return [
        Entity(
            connection=connection,
            kind=kind,
            facet=connection.declaration.kinds[kind].facet,
            is_line=connection.declaration.kinds[kind].is_line,
            remote_id=remote_id,
            name=remote_id[:8],
            checksum="",
            fetched_at=END,
        )
        for remote_id in remote_ids
    ]


# ---- recording ----
class _Recorder(Transport):
    """Keeps each answer under the name by which the replay server will find it."""

    def __init__(self, policy: OutboundPolicy, folder: Path) -> None:
        super().__init__(policy, deadline_s=60)
        self._folder = folder

    def send(self, request: Request, **wishes: Any) -> Response:
        response = super().send(request, **wishes)
        path = self._folder / f"{page_name(request.full_url, PAGE_NAMES)}.json"
        path.write_bytes(response.body)
        return response


class _Token:
    def __init__(self, token: str) -> None:
        self._token = Secret(token)

    def token(self) -> Secret:
        return self._token

    renew = token


def _record(folder: Path, sandbox: SandboxServer, connection: Connection, window: Window) -> int:
    """Read the window as a sync does, and keep the pages; how many legs there are."""
    declaration = provider(PROVIDER)
    policy = OutboundPolicy.parse(f"127.0.0.1:{sandbox.port}")
    token = sandbox.provider(PROVIDER).grant({"account": connection.remote_account})["auth_token"]
    client = declaration.make_client(
        ClientContext(
            transport=_Recorder(policy, folder),
            grant=_Token(token),
            addresses={"base": f"{sandbox.url}/{PROVIDER}/v2"},
            account=connection.remote_account,
        )
    )
    (folder / "empty.json").write_text(EMPTY, encoding="utf-8")
    keys: set[str] = set()
    for piece in month_slices(window, ZONE):
        for page in declaration.read_calls(client, stream=declaration.streams[0], window=piece, zone=ZONE):
            keys.update(draft.remote_key for draft in page.read().drafts)
    return len(keys)
