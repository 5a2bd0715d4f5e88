"""Many connections of all providers, one of them slow and one failing: how long the others wait for their syncs to start.

The workers are real ones, as the demo starts them, with a broker and a database of the bench's own. Every sync is due at
once, and then each minute. The same is measured without the two, by the same workers, before.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from celery import Celery
from django.conf import settings
from django.db import connection as database
from django.utils import timezone

from accounts.models import Tenant
from accounts.scoping import tenant_scope, unscoped
from portal.demo.processes import CELERY, WORKER
from portal.embedded.supervisor import Supervisor
from portal.lib.secrets import Secret
from telephony.bench import crowd_server
from telephony.bench.measuring import Figure, p95
from telephony.models import (
    Connection,
    Credential,
    ProviderApplication,
    QuotaUse,
    RequestLog,
    SyncRun,
    SyncState,
)
from telephony.providers.registry import PROVIDERS
from telephony.services import access, runs

EACH, ROUNDS, EVERY_S = 50, 2, 60
SLOW_S = 20.0  # for each answer; the portal gives up after 30
WORKERS = 4
WARM, PATIENCE_S = 12, 120
MORE_S = 10
MANNERS = ("prompt", "slow", "failing")
# What each provider answers where there is nothing; one that is not named here answers an empty object.
EMPTY: dict[str, object] = {
    "keyyo": {"_embedded": {}},
    "kazoo": {"data": [], "page_size": "0", "status": "success"},
    "voipcloud": {"code": 200, "status": "success", "data": []},
    "keevio": {"result": "success", "values": {}},
}
_STREAMS = {  # what of each provider is due: its calls, or its objects where it has none
    "calls": [one.id for one in PROVIDERS.values() if one.streams],
    "entities": [one.id for one in PROVIDERS.values() if not one.streams],
}
ACCOUNTS = {"kazoo": "c0ffee" * 5 + "00", "keevio": "*"}


def measure(each: int = EACH, rounds: int = ROUNDS) -> list[Figure]:
    """The 95th percentile of the others' delays, and how much of it is due to the two."""
    with _served() as base, _workers(base):
        connections = _connect(base, each)
        odd, others = connections[:2], connections[2:]
        _due_each_minute(others[:WARM], 1)
        quiet = _due_each_minute(others, rounds)
        crowded = _due_each_minute(connections, rounds, but=odd)
        slow, failing = (_asked(one) for one in odd)
    if not slow["answered"] or failing["answered"]:
        raise RuntimeError(f"the two were not what they were to be: {slow}, {failing}")
    detail = {
        "connections": len(connections),
        "workers": WORKERS,
        "rounds": rounds,
        "slow_answer_s": SLOW_S,
        "quiet": _shown(quiet),
        "crowded": _shown(crowded),
        "slow": slow,
        "failing": failing,
    }
    title = (
        f"{len(connections)} connections: start of the others' syncs, p95, more with a slow and a failing one"
    )
    return [
        Figure(title, p95(crowded) - p95(quiet), MORE_S, "s", is_floor=False, detail=detail),
        Figure("p95 of the start delay without the two", p95(quiet), None, "s", detail=detail),
    ]


def _shown(delays: Sequence[float]) -> dict[str, float]:
    ranked = sorted(delays)
    named = {"median_s": ranked[len(ranked) // 2], "p95_s": p95(ranked), "most_s": ranked[-1]}
    return {"runs": len(ranked), **{name: round(value, 2) for name, value in named.items()}}


def _asked(connection: Connection) -> dict[str, float]:
    """What a connection's requests came to, and how long workers waited for them."""
    with tenant_scope(connection.tenant_id):
        rows = list(RequestLog.objects.filter(connection=connection).values_list("status", "elapsed_ms"))
    answered = sum(status == HTTPStatus.OK for status, _ in rows)
    return {
        "requests": len(rows),
        "answered": answered,
        "waited_s": round(sum(waited for _, waited in rows) / 1000, 1),
    }


# ---- rounds ----
def _due_each_minute(
    connections: Sequence[Connection], rounds: int, but: Sequence[Connection] = ()
) -> list[float]:
    """Seconds between due and start of each sync of these connections, those of `but` left out."""
    _forget()
    counted = [one.pk for one in connections if one not in but]
    broker = Celery(broker=_broker_url())
    due: list[datetime] = []
    with unscoped("bench"):
        for number in range(rounds):
            due.append(timezone.now())
            for stream, providers in _STREAMS.items():
                scheduled = SyncState.objects.filter(connection__in=connections, stream=stream)
                scheduled.filter(connection__provider__in=providers).update(next_due_at=due[-1])
            broker.send_task("telephony.tasks.dispatch", queue="interactive")
            if number + 1 < rounds:
                time.sleep(EVERY_S)
        _wait_for(counted, due[-1])
        SyncState.objects.update(next_due_at=None)
        made = SyncRun.objects.filter(connection__in=counted)
        rows = list(made.values_list("created_at", "started_at", "state", "error"))
    if bad := {(state, error) for _, _, state, error in rows if state != SyncRun.State.COMPLETE}:
        raise RuntimeError(f"some syncs did not end well: {sorted(bad)}")
    return [
        (started_at - max(one for one in due if one <= created_at)).total_seconds()
        for created_at, started_at, _, _ in rows
    ]


def _wait_for(connection_ids: Sequence[int], due_at: datetime) -> None:
    """Until each of them has a sync of the last round, and none is open."""
    give_up = time.monotonic() + PATIENCE_S
    own = SyncRun.objects.filter(connection__in=connection_ids)
    while time.monotonic() < give_up:
        waiting = SyncState.objects.filter(connection__in=connection_ids, next_due_at__lte=due_at)
        if not waiting.exists() and not own.filter(state__in=runs.OPEN).exists():
            return
        time.sleep(0.5)
    raise RuntimeError(f"{own.filter(state__in=runs.OPEN).count()} syncs did not end in time")


def _forget() -> None:
    """As if they had last been synced an hour ago, with all months there."""
    now = timezone.now()
    with unscoped("bench"):
        SyncRun.objects.all().delete()
        QuotaUse.objects.all().delete()
        SyncState.objects.update(
            synced_until=now - timedelta(hours=1),
            backfilled_from=now - timedelta(days=500),
            last_success_at=now - timedelta(hours=1),
        )


# ---- connections ----
def _connect(base: str, each: int) -> list[Connection]:
    """A customer with a connection of each provider, again and again; the first one is slow, the second one fails."""
    made: list[Connection] = []
    applications: dict[tuple[str, str], ProviderApplication] = {}
    for number in range(each):
        tenant = Tenant.objects.create(slug=f"crowd-{number}", name=f"Crowd {number}")
        with tenant_scope(tenant):
            for provider_id in PROVIDERS:
                manner = MANNERS[len(made) + 1] if len(made) < 2 else MANNERS[0]
                address = f"{base}/{manner}/{provider_id}"
                application = None
                if PROVIDERS[provider_id].needs_application:
                    known = provider_id, manner
                    if known not in applications:
                        applications[known] = _application(provider_id, manner, address)
                    application = applications[known]
                made.append(_connection(tenant, provider_id, address, application))
    return made


def _connection(
    tenant: Tenant, provider_id: str, address: str, application: ProviderApplication | None
) -> Connection:
    credential = Credential(
        provider=provider_id,
        tenant=tenant,
        application=application,
        base_url="" if application else address,
    )
    access.keep_secrets(credential, {access.ACCESS: Secret("crowd")})
    credential.save()
    connection = Connection.objects.create(
        credential=credential,
        provider=provider_id,
        remote_account=ACCOUNTS.get(provider_id, ""),
        slug=f"{tenant.slug}-{provider_id}",
        name=f"{tenant.name} at {provider_id}",
        capabilities=["lines.read", "calls.list"],
        probed={"calls": {"account_lists": True}},
        calls_every_s=EVERY_S,
        entities_every_s=EVERY_S,
    )
    for stream in ("calls", "entities"):
        SyncState.objects.create(connection=connection, stream=stream)
    return connection


def _application(provider_id: str, manner: str, address: str) -> ProviderApplication:
    application = ProviderApplication(
        provider=provider_id,
        name=f"crowd, {manner}",
        client_id="crowd",
        manager_base=address,
        authorize_url=address,
        token_url=address,
        cti_base=address,
    )
    access.keep_application_secret(application, Secret("crowd"))
    application.save()
    return application


# ---- processes ----
@contextmanager
def _served() -> Iterator[str]:
    """The base address of the providers."""
    answers = {provider_id: EMPTY.get(provider_id, {}) for provider_id in PROVIDERS}
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(answers, file)
        file.flush()
        process = subprocess.Popen(
            [sys.executable, crowd_server.__file__, file.name, str(SLOW_S)], stdout=subprocess.PIPE, text=True
        )
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()
            process.wait()


@contextmanager
def _workers(base: str) -> Iterator[None]:
    """Workers as in the demo, over the bench's database, with a database of the broker that nobody else listens at."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATABASE_URL": database_url(),
        "REDIS_URL": _redis_url(),
        "OUTBOUND_ALLOW": urlsplit(base).netloc,
    }
    environment.pop("CACHE_URL", None)
    with (
        tempfile.TemporaryDirectory(prefix="switchboard-bench-") as folder,
        Supervisor(Path(folder), durable=False) as supervisor,
    ):
        for name, queues, processes in (("sync", "sync,reports", WORKERS), ("interactive", "interactive", 1)):
            options = ["--queues", queues, "--concurrency", str(processes), "--hostname", f"bench-{name}@%h"]
            supervisor.start(name, "celery", *CELERY, "worker", *options, *WORKER, environment=environment)
        yield


def database_url() -> str:
    parts = urlsplit(os.environ["DATABASE_URL"])
    return parts._replace(path=f"/{database.settings_dict['NAME']}").geturl()


def _redis_url() -> str:
    """Another database of the same server, far from those that the portal and its tests use."""
    return re.sub(r"[0-9]+$", "14", settings.REDIS_URL)


def _broker_url() -> str:
    return re.sub(r"[0-9]+$", "14", settings.CELERY_BROKER_URL)
