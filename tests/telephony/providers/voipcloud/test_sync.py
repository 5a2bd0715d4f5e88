"""From the sandbox's lists to stored calls: 200 schedules of rows that come, change and go, and the runs of the portal."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.models import Tenant
from accounts.scoping import tenant_scope
from portal.lib.canonical import canonical_json
from portal.lib.days import midnight
from portal.lib.errors import Unavailable
from portal.lib.secrets import Secret, keyed_hash
from telephony.models import Call, CallRecord, Connection, Coverage, Credential, Entity, QuotaUse, SyncRun
from telephony.providers.drafts import Window
from telephony.providers.sandbox.server import SandboxServer
from telephony.providers.voipcloud.client import VoipcloudClient
from telephony.providers.voipcloud.reading import STREAMS, read_calls
from telephony.providers.voipcloud.sandbox import VoipcloudSandbox
from telephony.services import access, calls, ledger, runs, scheduling, standings, twins
from telephony.services.windows import cycle_window
from tests.telephony.providers.voipcloud.conftest import NOW

SYDNEY = ZoneInfo("Australia/Sydney")
SMALL = "pelican-point"
OPERATIONS = ("get-user-calls", "get-queue-calls", "get-ringgroup-calls")


def connect(sandbox: SandboxServer, account: str) -> Connection:
    """A tenant with a connection to an account of the sandbox."""
    key = sandbox.provider("voipcloud").grant({"account": account})["api_key"]
    tenant = Tenant.objects.create(slug=account, name=account.title())
    with tenant_scope(tenant):
        credential = Credential(
            provider="voipcloud", tenant=tenant, base_url=f"{sandbox.url}/voipcloud", key_hash=keyed_hash(key)
        )
        access.keep_secrets(credential, {access.ACCESS: Secret(key)})
        credential.save()
        return Connection.objects.create(
            credential=credential,
            provider="voipcloud",
            slug=f"{account}-voipcloud",
            name=f"{account} at VoIPcloud",
            time_zone="Australia/Sydney",
            currency="AUD",
            capabilities=["lines.read", "calls.list", "calls.start"],
        )


# ---- 200 schedules ----
@pytest.fixture
def small(sandbox: SandboxServer, db: None) -> Any:
    """The small customer, connected, in its tenant's scope."""
    connection = connect(sandbox, SMALL)
    with tenant_scope(connection.tenant_id):
        yield connection


def cycle(connection: Connection, client: VoipcloudClient, now: datetime, most: int) -> Window:
    """One cycle as a run does it: the window of the schedule, each list, stored with what its rows are said to be."""
    window = cycle_window(
        now,
        now,
        SYDNEY,
        deep_read_at=now,
        deepest_read_at=now,
        open_since=standings.open_since(connection, now),
        days=1,
    )
    for stream in STREAMS:
        try:
            for page in read_calls(client, stream=stream, window=window, zone=SYDNEY, most=most):
                page = twins.told_apart(connection, page)
                calls.store(connection, page.drafts, now)
                standings.settle(connection, page, now)
        except Unavailable:
            continue  # the next cycle reads it again
    return window


def stored_rows(stream: str, window: Window) -> Counter[str]:
    rows = CallRecord.objects.filter(
        stream=stream, started_at__gte=window.start_at, started_at__lt=window.end_at
    ).exclude(standing="gone")
    return Counter(canonical_json(raw) for raw in rows.values_list("raw", flat=True))


def true_rows(pbx: VoipcloudSandbox, stream: str, window: Window, account: str = SMALL) -> Counter[str]:
    rows = pbx.truth(stream, window.start_at, window.end_at, account)
    return Counter(canonical_json(row) for row in rows)


def play_schedule(
    seed: int, connection: Connection, client: VoipcloudClient, sandbox: SandboxServer, pbx: VoipcloudSandbox
) -> None:
    """A cold start, two cycles while the lists move, one while they rest; then nothing is missing, extra or stale."""
    chance = random.Random(seed)
    sandbox.clock.set(NOW + timedelta(minutes=chance.randrange(60 * 24)), 0)
    pbx.reset()
    pbx.store.merge({"settings": {"quota": None}})
    most = chance.choice((60, 120, 10_000))
    pbx.play(
        "shifting",
        {"account": SMALL, "seed": seed, "times": chance.randint(4, 20), "most": chance.randint(1, 4)},
    )
    for _ in range(2):
        cycle(connection, client, sandbox.clock.now(), most)
        sandbox.clock.advance(chance.choice((1, 60, 300)))
    pbx.store.merge({"shifting": None})
    pbx.store.data["shifting"] = None
    window = cycle(connection, client, sandbox.clock.now(), most)
    before = set(CallRecord.objects.values_list("pk", "remote_key", "content_hash", "standing"))

    for stream in STREAMS:
        stored, true = stored_rows(stream, window), true_rows(pbx, stream, window)
        assert not true - stored, f"seed {seed}: missing in {stream}"
        assert not stored - true, f"seed {seed}: extra or stale in {stream}"
    cycle(connection, client, sandbox.clock.now(), 10_000)
    after = set(CallRecord.objects.values_list("pk", "remote_key", "content_hash", "standing"))
    assert after == before, f"seed {seed}: reading again changed something"
    assert Call.objects.count() == CallRecord.objects.values("fold_key").distinct().count()


@pytest.mark.parametrize("block", range(8))
def test_nothing_is_missing_extra_or_stale(
    block: int,
    small: Connection,
    client_for: Callable[..., VoipcloudClient],
    sandbox: SandboxServer,
    pbx: VoipcloudSandbox,
) -> None:
    client = client_for(pbx.grant({"account": SMALL})["api_key"])
    for seed in range(block * 25, block * 25 + 25):
        play_schedule(seed, small, client, sandbox, pbx)
        for rows in (CallRecord, Call):
            rows.objects.all().delete()


# ---- the runs of the portal ----
@pytest.fixture
def tallow(sandbox: SandboxServer, transactional_db: None, settings: Any) -> Connection:
    """The large customer, connected, in our time."""
    sandbox.clock.set()
    sandbox.provider("voipcloud").reset()
    settings.OUTBOUND_ALLOW = [f"127.0.0.1:{sandbox.port}"]
    return connect(sandbox, "tallow-creek")


def work(run: SyncRun) -> SyncRun:
    """Advance a run as the worker does, until it is not due any more."""
    for _ in range(50):
        try:
            with ledger.leased(SyncRun, run.tenant_id, run.pk) as held:
                scheduling.advance(held)
        except ledger.NotHeld:
            break
        with tenant_scope(run.tenant_id):
            run.refresh_from_db()
        if run.waits_for:
            break
    return run


def days_ago(days: int) -> datetime:
    return midnight(timezone.now().astimezone(SYDNEY).date() - timedelta(days=days), SYDNEY)


def sync(connection: Connection, what: str = "calls", **wishes: Any) -> SyncRun:
    with tenant_scope(connection.tenant_id):
        run = work(runs.request_run(connection, what, **wishes))
        assert (run.state, run.error) == ("complete", "")
        return run


def test_lines_groups_and_calls_arrive(
    tallow: Connection, sandbox: SandboxServer, pbx: VoipcloudSandbox
) -> None:
    objects = sync(tallow, "entities")
    assert objects.requests == 3
    window = Window(days_ago(20), days_ago(2))
    run = sync(tallow, start_at=window.start_at, end_at=window.end_at)

    with tenant_scope(tallow.tenant_id):
        assert Counter(Entity.objects.values_list("facet", flat=True)) == {"line": 30, "queue": 5, "group": 3}
        assert set(Entity.objects.values_list("status", flat=True)) == {"learned"}
        for stream in STREAMS:
            assert stored_rows(stream, window) == true_rows(pbx, stream, window, "tallow-creek") != Counter()
        assert run.rows_new == CallRecord.objects.count()
        counted = Call.objects.count()
        queued = CallRecord.objects.filter(stream="queue", outcome="answered")
        assert queued.count() > 100
        assert not [one for one in queued.select_related("call") if one.call.record_count < 2]
        assert counted < CallRecord.objects.count() * 0.85  # the lists are not added together
        assert {"answered", "abandoned", "timed_out", "missed"} <= set(
            Call.objects.values_list("outcome", flat=True)
        )
        assert not Call.objects.exclude(line_remote_id="").filter(line=None).exists()
        assert {day.state for day in Coverage.objects.all()} == {"complete"}


def test_a_cycle_of_three_lists_is_three_queries(tallow: Connection, sandbox: SandboxServer) -> None:
    sync(tallow, "entities")
    sync(tallow)  # seven days
    with tenant_scope(tallow.tenant_id):
        SyncRun.objects.update(window_end_at=timezone.now())
    sandbox.requests.clear()
    run = sync(tallow)

    slices = len(run.cursor["slices"])  # two where yesterday was in another month
    assert [request.operation for request in sandbox.requests] == [*OPERATIONS] * slices
    assert run.window_start_at == days_ago(1)
    assert run.requests == 3 * slices
    with tenant_scope(tallow.tenant_id):
        assert QuotaUse.objects.count() == 3 + 3 * 2 * slices or slices > 1


def test_an_open_call_is_read_again_until_it_has_ended(
    tallow: Connection, sandbox: SandboxServer, pbx: VoipcloudSandbox
) -> None:
    pbx.store.merge({"settings": {"quota": None}})
    open_row = {"is_open": True, "user": "Priya Raman", "ring_s": 5, "caller": "+61255500199"}
    uid = pbx.play("call", {**open_row, "ago_s": 23 * 3600})["row"]
    pbx.play("call", {**open_row, "ago_s": 30 * 3600, "caller": "+61255500198"})
    sync(tallow, "entities")
    sync(tallow)

    with tenant_scope(tallow.tenant_id):
        still = CallRecord.objects.get(caller="+61255500199")
        assert (still.standing, still.outcome, still.line_remote_id) == ("open", "answered", "Priya Raman")
        assert CallRecord.objects.get(caller="+61255500198").standing == "stale"
        since = standings.open_since(tallow, timezone.now())
        assert since == still.started_at

    pbx.store.data["added"]["tallow-creek"][uid]["ends_s"] = int(sandbox.clock.timestamp())
    sync(tallow)
    with tenant_scope(tallow.tenant_id):
        closed = CallRecord.objects.get(pk=still.pk)
        assert (closed.standing, closed.remote_key) == ("", still.remote_key)
        assert closed.duration_s is not None
        assert closed.duration_s >= 23 * 3600 - 60
        assert standings.open_since(tallow, timezone.now()) is None or pbx.lists().now_s


def test_a_row_that_the_provider_lost_is_kept_and_says_so(tallow: Connection, pbx: VoipcloudSandbox) -> None:
    window = {"start_at": days_ago(5), "end_at": days_ago(3)}
    sync(tallow, "entities")
    sync(tallow, **window)
    lost = next(row for row in pbx.lists().rows("queue") if row.start_s < days_ago(4).timestamp())
    pbx.store.data["removed"]["tallow-creek"][lost.uid] = True
    run = sync(tallow, **window)

    with tenant_scope(tallow.tenant_id):
        gone = CallRecord.objects.get(standing="gone")
        assert (gone.stream, int(gone.started_at.timestamp())) == ("queue", lost.start_s)
        assert Call.objects.filter(pk=gone.call_id).exists()
        assert (run.rows_new, run.rows_changed) == (0, 0)


def test_a_run_waits_for_the_window_and_goes_on(
    tallow: Connection, pbx: VoipcloudSandbox, sandbox: SandboxServer
) -> None:
    sync(tallow, "entities")
    pbx.play("refuse_after", {"requests": 1})
    with tenant_scope(tallow.tenant_id):
        run = work(runs.request_run(tallow, "calls", start_at=days_ago(40), end_at=days_ago(2)))
        assert (run.state, run.waits_for, run.error) == ("running", "quota", "")
        assert run.due_at is not None
        assert timedelta(seconds=800) < run.due_at - timezone.now() <= timedelta(seconds=902)
        assert CallRecord.objects.filter(stream="user").exists()
        before = len(sandbox.requests)
        pbx.play("refuse_after", {"requests": None})
        Credential.objects.update(paused_until=None)
        SyncRun.objects.update(due_at=timezone.now())
        run.refresh_from_db()
        assert work(run).state == "complete"
        first = sandbox.requests[before]
    assert first.operation == "get-queue-calls"
