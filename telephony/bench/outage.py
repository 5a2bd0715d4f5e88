"""Twenty thousand events, PostgreSQL away for a minute in the middle, web server and drainer killed once each.

All three are killed with SIGKILL; servers of the bench's own, which keep what they have answered, as in production. Every
tenth event is sent twice. What was answered with 204 counts as acknowledged: each of these must be there in the end, once,
and the calls must stand as those events tell. An event that nobody answered may be there or not.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dj_database_url
from django.conf import settings
from django.core.management import call_command
from django.db import connection as database

from accounts.scoping import tenant_scope
from portal.embedded import CannotStart
from portal.embedded.account import Account
from portal.embedded.postgres import Postgres
from portal.embedded.processes import kill_session
from portal.embedded.supervisor import Supervisor
from portal.embedded.valkey import Valkey
from telephony.bench import hooks, serving
from telephony.bench.measuring import Figure
from telephony.bench.world import make_connection
from telephony.models import CallEvent, Connection, LiveCall

EVENTS, RATE, AWAY_S = 20_000, 220, 60.0
CONNECTIONS = 24
TWICE_EVERY, TWICE_LATER = 10, 30
RESTART_S = 3.0  # as the units say
BEFORE_S, WEB_AFTER_S, DRAIN_AFTER_S = 8.0, 25.0, 2.0  # of PostgreSQL's end; of its return
PATIENCE_S = 300


def measure(events: int = EVENTS, away_s: float = AWAY_S) -> Iterable[Figure]:
    """Events that were acknowledged and lost, and what stands doubled or wrong."""
    with _servers() as postgres, serving.supervised() as supervisor:
        call_command("migrate", verbosity=0)
        connection = make_connection("bench-outage")
        unique = hooks.requests(hooks.addresses(connection), events // 3, "o")
        sent = with_doubles(unique, events)
        answers = _sent_through(supervisor, postgres, sent, away_s)
        hooks.wait_until_drained(PATIENCE_S)
        acknowledged = {sent[n] for n, status in enumerate(answers) if status == 204}
        told = _compared(connection, unique, acknowledged)
    detail = {
        **told,
        "sent": len(sent),
        "acknowledged": answers.count(204),
        "not_answered": answers.count(0),
        "postgresql_away_s": away_s,
        "events_a_second": RATE,
    }
    title = f"of {len(sent):,} events through an outage: acknowledged and lost"
    return [
        Figure(title, told["lost"], 0, "", is_floor=False, detail=detail),
        Figure(
            "doubled in effect, or calls that stand wrong",
            told["doubled"] + told["wrong"],
            0,
            "",
            is_floor=False,
        ),
    ]


def with_doubles(unique: list[str], most: int) -> list[str]:
    """Every tenth of these comes once more, somewhat later."""
    later = {n + TWICE_LATER: unique[n] for n in range(0, len(unique), TWICE_EVERY)}
    made = []
    for number, one in enumerate(unique):
        made.append(one)
        if number in later:
            made.append(later[number])
    return made[:most]


def _sent_through(supervisor: Supervisor, postgres: Postgres, sent: list[str], away_s: float) -> list[int]:
    """The status of each request, 0 where none came."""
    options = serving.options_of("switchboard-web")
    environ = serving.environment(DATABASE_URL=postgres.url, **hooks.WITHOUT_LIMITS)
    port = serving.serve(supervisor, "web", options, environ, "/healthz")
    supervisor.start("drain", "django", "drain", environment=environ)
    load = hooks.start_load(port, sent, CONNECTIONS, rate=RATE, count=len(sent), answered=True)
    began = time.monotonic()

    def wait_until(moment_s: float) -> None:
        time.sleep(max(0.0, began + moment_s - time.monotonic()))
        if load.poll() is not None:
            raise RuntimeError("the events ended before the outage did")

    wait_until(BEFORE_S)
    database.close()
    assert postgres.process is not None
    kill_session(postgres.process)
    wait_until(BEFORE_S + min(WEB_AFTER_S, away_s / 3))
    supervisor.end("web")
    time.sleep(RESTART_S)
    serving.serve(supervisor, "web", options, environ, "/healthz", port)
    wait_until(BEFORE_S + away_s)
    _start_again(postgres)
    wait_until(BEFORE_S + away_s + DRAIN_AFTER_S)
    supervisor.end("drain")
    time.sleep(RESTART_S)
    supervisor.start("drain", "django", "drain", environment=environ)
    answers: list[int] = hooks.loaded(load)["answers"]
    return answers


def _start_again(postgres: Postgres) -> None:
    """Children of a killed server may still be ending, and hold its memory."""
    give_up = time.monotonic() + PATIENCE_S
    while True:
        try:
            postgres.start()
        except CannotStart:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.1)
        else:
            return


def _compared(connection: Connection, unique: list[str], acknowledged: set[str]) -> dict[str, Any]:
    """What the database holds against what was acknowledged."""
    steps = {one: hooks.step_of(one) for one in unique}
    taken = {steps[one] for one in acknowledged}
    with tenant_scope(connection.tenant_id):
        stored = [(name, kind.upper()) for name, kind in CallEvent.objects.values_list("dialogue", "kind")]
        calls = list(LiveCall.objects.values_list("keys", "state", "outcome"))
    there = set(stored)
    names = [next(key[2:] for key in keys if key.startswith("d:")) for keys, _state, _outcome in calls]
    return {
        "lost": len(taken - there),
        "doubled": len(stored) - len(there) + len(names) - len(set(names)),
        "wrong": sum(
            (state, outcome) != _expected({kind for kind in hooks.KINDS if (name, kind) in there})
            for name, (_keys, state, outcome) in zip(names, calls, strict=True)
        ),
        "stored": len(stored),
        "calls": len(calls),
    }


def _expected(kinds: set[str]) -> tuple[str, str]:
    """State and outcome of an incoming call of which these steps are known."""
    if "RELEASE" in kinds:
        return "ended", "answered" if "CONNECT" in kinds else "missed"
    return ("talking" if "CONNECT" in kinds else "ringing"), ""


@contextmanager
def _servers() -> Iterator[Postgres]:
    """A PostgreSQL and a broker of the bench's own, which this process uses meanwhile."""
    account = Account()
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        base = account.reachable(folder)
        sockets = account.folder(Path(tempfile.mkdtemp(prefix="switchboard-", dir="/tmp")))
        postgres = Postgres(base, sockets, folder / "postgres.log", account)
        valkey = Valkey(base, sockets, folder / "valkey.log", account)
        try:
            with _used(postgres.start(), valkey.start()):
                yield postgres
        finally:
            postgres.stop()
            valkey.stop()
            shutil.rmtree(sockets, ignore_errors=True)


@contextmanager
def _used(database_url: str, redis_url: str) -> Iterator[None]:
    before, broker_before = dict(database.settings_dict), settings.REDIS_URL
    database.close()
    database.settings_dict.update(dj_database_url.parse(database_url))
    settings.REDIS_URL = redis_url
    try:
        yield
    finally:
        database.close()
        database.settings_dict.update(before)
        settings.REDIS_URL = broker_before
