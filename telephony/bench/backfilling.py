"""A year of VoIPcloud's three lists within its quota of 100 queries in 15 minutes, on a simulated clock.

The whole path of the portal runs: schedule, quota in the database, gate, sandbox over loopback, stored calls. Only time is
simulated: whenever the run waits for the quota, the clock jumps to where it is due again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from django.conf import settings

from accounts.models import Tenant
from accounts.scoping import tenant_scope
from portal.lib.secrets import Secret, keyed_hash
from telephony.bench.measuring import Figure
from telephony.models import CallRecord, Connection, Credential, SyncRun
from telephony.providers.sandbox import SandboxServer
from telephony.services import access, ledger, runs, scheduling

PROVIDER, ACCOUNT = "voipcloud", "tallow-creek"
NOW = datetime(2026, 6, 17, 4, 0, tzinfo=UTC)
WINDOW = timedelta(minutes=15)
MONTHS, MOST_WINDOWS, ALLOWED = 12, 3, 100


class _Clock:
    """Time for the portal and its sandbox together; it moves a second with each request, and when it is told to."""

    def __init__(self, sandbox: SandboxServer) -> None:
        self._sandbox = sandbox

    def now(self) -> datetime:
        return self._sandbox.clock.now()

    def wait_until(self, moment: datetime) -> None:
        self._sandbox.clock.advance(max((moment - self.now()).total_seconds(), 0.0) + 0.001)


def measure(months: int = MONTHS) -> list[Figure]:
    """Windows of 15 minutes that the back-fill took, and the most queries that any such window saw."""
    with SandboxServer(providers=(PROVIDER,)) as sandbox:
        sandbox.clock.set(NOW, 0)
        sandbox.provider(PROVIDER).reset()
        clock, asked = _Clock(sandbox), []

        def heard(_account: str, _operation: str) -> None:
            asked.append(clock.now())
            sandbox.clock.advance(1)

        sandbox.provider(PROVIDER).scenarios.listeners.append(heard)
        with _simulated(clock, sandbox):
            connection = _connect(sandbox)
            with tenant_scope(connection.tenant_id):
                _finish(runs.request_run(connection, SyncRun.What.ENTITIES, is_hinted=False), clock)
                del asked[:]
                run = runs.request_run(
                    connection,
                    SyncRun.What.BACKFILL,
                    start_at=_months_before(NOW, months),
                    end_at=NOW,
                    is_hinted=False,
                )
                _finish(run, clock)
                stored = CallRecord.objects.count()
        refused = sum(request.status == 429 for request in sandbox.requests)
    windows = int((asked[-1] - asked[0]) / WINDOW) + 1
    busiest = refused + max(sum(begin <= one < begin + WINDOW for one in asked) for begin in asked)
    detail = {"queries": len(asked), "records": stored, "refused": refused, "months": months}
    title = (
        f"VoIPcloud: back-fill of {months} months of three lists ({stored:,} records, {len(asked)} queries)"
    )
    return [
        Figure(f"{title}, windows", windows, MOST_WINDOWS, "", is_floor=False, detail=detail),
        Figure(
            "VoIPcloud: most queries in any 15 minutes", busiest, ALLOWED, "", is_floor=False, detail=detail
        ),
    ]


def _months_before(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    return moment.replace(year=year, month=month + 1, day=1, hour=0)


def _finish(run: SyncRun, clock: _Clock) -> None:
    """Advance a run as the worker does; where it waits for the quota, so does the clock."""
    while run.state in runs.OPEN:
        with ledger.leased(SyncRun, run.tenant_id, run.pk) as held:
            scheduling.advance(held)
        run.refresh_from_db()
        if run.state in runs.OPEN and run.waits_for != runs.WAITS_FOR_QUOTA and run.waits_for:
            raise RuntimeError(f"the run waits for {run.waits_for}: {run.error}")
        if run.due_at is not None:
            clock.wait_until(run.due_at)
    if run.state != SyncRun.State.COMPLETE:
        raise RuntimeError(run.error)


@contextmanager
def _simulated(clock: _Clock, sandbox: SandboxServer) -> Iterator[None]:
    before = settings.OUTBOUND_ALLOW
    settings.OUTBOUND_ALLOW = [f"127.0.0.1:{sandbox.port}"]
    try:
        with patch("django.utils.timezone.now", clock.now):
            yield
    finally:
        settings.OUTBOUND_ALLOW = before


def _connect(sandbox: SandboxServer) -> Connection:
    key = sandbox.provider(PROVIDER).grant({"account": ACCOUNT})["api_key"]
    tenant = Tenant.objects.create(slug="bench-quota", name="Bench Quota")
    with tenant_scope(tenant):
        credential = Credential(
            provider=PROVIDER, tenant=tenant, base_url=f"{sandbox.url}/{PROVIDER}", key_hash=keyed_hash(key)
        )
        access.keep_secrets(credential, {access.ACCESS: Secret(key)})
        credential.save()
        return Connection.objects.create(
            credential=credential,
            provider=PROVIDER,
            slug=f"bench-quota-{PROVIDER}",
            name="Bench at VoIPcloud",
            time_zone="Australia/Sydney",
            currency="AUD",
            capabilities=["lines.read", "calls.list"],
        )
