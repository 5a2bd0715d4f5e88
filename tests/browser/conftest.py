"""A portal as people meet it: a live server, a real worker in a process of its own, and the sandbox over loopback."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import connection as database

from accounts.models import Person, Tenant
from accounts.rights import Role
from portal.embedded.processes import kill_session
from portal.lib.secrets import Secret
from telephony.models import ProviderApplication
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import access

PATIENCE_S = 60
WORKER = "worker of a browser test"  # as PostgreSQL knows it


def eventually(condition: Callable[[], Any], what: str) -> Any:
    """Wait for a condition and give what it gave; no test sleeps for a fixed time."""
    ends_at = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        if time.monotonic() > ends_at:
            raise AssertionError(f"never happened: {what}")
        time.sleep(0.1)
    return found


@pytest.fixture(scope="session")
def _keyyo_server() -> Iterator[SandboxServer]:
    with SandboxServer(providers=("keyyo", "kazoo", "voipcloud", "keevio")) as server:
        yield server


@pytest.fixture
def keyyo(_keyyo_server: SandboxServer, settings: Any, transactional_db: None) -> SandboxServer:
    """Keyyo's stand-in as new, reachable through the gate, and registered at the portal by platform staff."""
    _keyyo_server.reset()
    settings.OUTBOUND_ALLOW = [f"127.0.0.1:{_keyyo_server.port}"]
    base = f"{_keyyo_server.url}/keyyo"
    application = ProviderApplication(
        provider="keyyo",
        name="Switchboard",
        client_id="5f1c0a7be2d94",
        manager_base=f"{base}/manager/1.0",
        authorize_url=f"{base}/oauth2/authorize.php",
        token_url=f"{base}/oauth2/token.php",
        cti_base=base,
        is_default=True,
    )
    access.keep_application_secret(application, Secret("keyyo-demo-secret"))
    application.save()
    return _keyyo_server


@pytest.fixture
def vellard(transactional_db: None) -> Tenant:
    return Tenant.objects.create(slug="vellard", name="Vellard & Brume")


@pytest.fixture
def maud(vellard: Tenant) -> Person:
    """Owner of vellard; her second factor is TOTP."""
    from allauth.mfa.totp.internal.auth import TOTP

    from tests.people import TOTP_SECRET, person

    maud = person("maud@corvane.example", "Maud Terrasson", {vellard: Role.OWNER})
    TOTP.activate(maud, TOTP_SECRET)
    return maud


@pytest.fixture
def start_worker(keyyo: SandboxServer, live_server: Any) -> Iterator[Callable[[], subprocess.Popen]]:
    """Starts a Celery worker on every queue, as the demo runs them, on this test's database and broker.

    It and its children are one session, for `kill_session`: what it still has to do at the end of a test nobody awaits.
    """
    name = database.settings_dict["NAME"]
    url = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "REDIS_URL": configured.REDIS_URL,
        "PORTAL_ENV": "test",
        "OUTBOUND_ALLOW": f"127.0.0.1:{keyyo.port}",
        "PUBLIC_URL": live_server.url,
        "DATA_DIR": str(configured.DATA_DIR),
        "PGAPPNAME": WORKER,
    }
    command = [sys.executable, "-m", "celery", "-A", "portal", "worker", "-Q", "interactive,sync,reports"]
    command += ["--concurrency=2", "--loglevel=warning", "--without-gossip", "--without-mingle"]
    started: list[subprocess.Popen] = []

    def start() -> subprocess.Popen:
        process = subprocess.Popen(command, cwd=configured.BASE_DIR, env=environment, start_new_session=True)
        started.append(process)
        return process

    yield start
    for process in started:
        kill_session(process)
    eventually(lambda: not is_at_work(), "PostgreSQL notices that the worker is gone")


def is_at_work() -> bool:
    """Whether PostgreSQL still runs something for a worker; it may yet write a row."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", [WORKER]
        )
        return bool(cursor.fetchall())


@pytest.fixture
def worker(start_worker: Callable[[], subprocess.Popen]) -> subprocess.Popen:
    """One worker from the beginning of the test on."""
    return start_worker()
