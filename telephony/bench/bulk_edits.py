"""An edit of many Keyyo profiles through the portal, against the same writes one after another in a bare script."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import requests
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import Person, Tenant
from accounts.scoping import tenant_scope
from portal.lib.secrets import Secret
from telephony.bench import profile_server
from telephony.bench.crowd import database_url
from telephony.bench.measuring import Figure, medians, seconds, seconds_of
from telephony.models import BulkRow, Change, Connection, Entity, Job, ProviderApplication
from telephony.providers.drafts import EntityPage
from telephony.providers.keyyo.kinds import KINDS, SIP_LINE
from telephony.providers.keyyo.objects import draft_of
from telephony.services import access, bulk, bulk_sending, entities, ledger, settling

UPDATE = "services.profiles.update"
KIND = "VoIPAccountProfile"
DELAY_S = 0.05
LINES, PROFILES = 25, 20
PREVIEWED = 5_000
ROUNDS = 3
PATIENCE_S = 120.0


def measure(connection: Connection, lines: int = LINES, rounds: int = ROUNDS) -> list[Figure]:
    """The ratio over `lines` of twenty profiles, what a killed worker loses and doubles, and how soon a preview shows."""
    count = lines * PROFILES
    tenant = Tenant.objects.get(pk=connection.tenant_id)
    person = tenant.people.get()
    with served(lines) as base, tenant_scope(tenant):
        _connect(connection, base)
        _cache(connection, base, lines)
        delays = iter(range(21, 120))
        bare, ours = medians(
            rounds,
            lambda: seconds(lambda: _bare(base, lines, next(delays))),
            lambda: _edited(connection, person, base, next(delays), count),
        )
        most = requests.get(f"{base}/most", timeout=30).json()
        lost, doubled, settled = _killed(connection, person, base, next(delays), count)
    preview, first = _previewed(connection, person)
    title = f"{count} profiles edited in one job, against a bare script, 50 ms both"
    detail = {"bare_s": round(bare, 3), "job_s": round(ours, 3)}
    return [
        Figure(title, bare / ours, 4, detail=detail),
        Figure(
            "requests open at the provider at the same time",
            most,
            connection.declaration.at_once,
            "",
            is_floor=False,
        ),
        Figure("profiles lost when the worker is killed half-way", lost, 0, "", is_floor=False),
        Figure("profiles written twice when the worker is killed half-way", doubled, 0, "", is_floor=False),
        Figure("rows that ended as applied after the kill", settled, count, ""),
        Figure(f"choosing {PREVIEWED:,} objects: to the form", preview, None, "s"),
        Figure(f"preview of {PREVIEWED:,} rows: first rows visible", first, 1, "s", is_floor=False),
    ]


@contextmanager
def served(lines: int) -> Iterator[str]:
    """The base address of the profile server, the one that may be called meanwhile."""
    process = subprocess.Popen(
        [sys.executable, profile_server.__file__, str(DELAY_S), str(lines), str(PROFILES)],
        stdout=subprocess.PIPE,
        text=True,
    )
    before = settings.OUTBOUND_ALLOW
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        settings.OUTBOUND_ALLOW = [f"127.0.0.1:{port}"]
        yield f"http://127.0.0.1:{port}"
    finally:
        settings.OUTBOUND_ALLOW = before
        process.kill()
        process.wait()


def _connect(connection: Connection, base: str) -> None:
    application = ProviderApplication(
        provider="keyyo",
        name="bulk",
        client_id="bulk",
        manager_base=base,
        authorize_url=base,
        token_url=base,
        cti_base=base,
    )
    access.keep_application_secret(application, Secret("bulk"))
    application.save()
    credential = connection.credential
    credential.application = application
    access.keep_secrets(credential, {access.ACCESS: Secret("bulk")})
    credential.save()


def _cache(connection: Connection, base: str, lines: int) -> None:
    """The lines and their profiles as a sync has them."""
    now = timezone.now()
    for csi in profile_server.lines(lines):
        Entity.objects.create(
            connection=connection,
            kind=SIP_LINE,
            facet="line",
            is_line=True,
            remote_id=csi,
            name=f"Line {csi[-5:]}",
            number=f"+{csi}",
            checksum="",
            fetched_at=now,
        )
        drafts = [draft_of(KINDS[KIND], csi, profile_server.profile(csi, n), {}) for n in range(PROFILES)]
        entities.store(connection, EntityPage(kind=KIND, parent_remote_id=csi, drafts=drafts), now)


# ---- the writes ----


def _bare(base: str, lines: int, delay: int) -> None:
    """The plainest writer: one session, one request after another, nothing kept."""
    with requests.Session() as session:
        for csi in profile_server.lines(lines):
            for number in range(PROFILES):
                identifier = profile_server.profile(csi, number)["identifier"]
                address = f"{base}/services/{csi}/profiles/{identifier}"
                session.post(address, data={"forward_delay": delay}, timeout=30).raise_for_status()


def _edited(connection: Connection, person: Person, base: str, delay: int, count: int) -> float:
    """Seconds of one job from its start to its end; every profile is written once and read back."""
    _read_again(connection)
    requests.get(f"{base}/writes", timeout=30)
    job = _job(connection, person, delay)
    took = seconds(lambda: finish(job.tenant_id, job.pk))
    writes = requests.get(f"{base}/writes", timeout=30).json()
    if len(writes) != count or set(writes.values()) != {1} or bulk.counts(job)["applied"] != count:
        raise RuntimeError(f"{len(writes)} of {count} were written, {bulk.counts(job)}")
    return took


def _read_again(connection: Connection) -> None:
    """What a sync would do after somebody else wrote past the portal."""
    client = access.client_of(connection)
    cached = Entity.objects.filter(kind=KIND, connection=connection)
    parents = {SIP_LINE: sorted(set(cached.values_list("parent_remote_id", flat=True)))}
    for page in connection.declaration.read_entities(client, kinds=[KIND], parents=parents):
        entities.store(connection, page, timezone.now())


def _job(connection: Connection, person: Person, delay: int) -> Job:
    chosen = Entity.objects.filter(kind=KIND, connection=connection).order_by("name_key", "pk")
    job = bulk.want(bulk.choose(person, chosen), bulk.Wish(UPDATE, {"forward_delay": delay}))
    return bulk.start(job, person, allows_bad=False, stops_at_first=False, why="", ticket="")


def finish(tenant_id: int, job_id: int) -> None:
    """Work on a job until it rests, as the worker does."""
    ends_at = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends_at:
        try:
            with ledger.leased(Job, tenant_id, job_id) as held:
                bulk_sending.advance(held)
        except ledger.NotHeld:
            with tenant_scope(tenant_id):
                if Job.objects.get(pk=job_id).due_at is None:
                    return
            time.sleep(0.05)
    raise RuntimeError("the job did not end")


# ---- a killed worker ----


def _killed(
    connection: Connection, person: Person, base: str, delay: int, count: int
) -> tuple[int, int, int]:
    """Profiles that were not written, that were written twice, and rows that ended as applied."""
    _read_again(connection)
    requests.get(f"{base}/writes", timeout=30)
    job = _job(connection, person, delay)
    environment = {**os.environ, "DATABASE_URL": database_url(), "OUTBOUND_ALLOW": base.partition("//")[2]}
    worker = subprocess.Popen(
        [sys.executable, "-m", "telephony.bench.bulk_worker", str(job.tenant_id), str(job.pk)],
        env=environment,
        cwd=Path(__file__).resolve().parents[2],
    )
    written = BulkRow.objects.filter(job=job, state=BulkRow.State.APPLIED)
    ends_at = time.monotonic() + PATIENCE_S
    while written.count() < count // 2 and worker.poll() is None and time.monotonic() < ends_at:
        time.sleep(0.02)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    past = timezone.now() - timedelta(seconds=1)
    Job.objects.filter(pk=job.pk).update(lease_until=past, due_at=past)  # as when its lease has ended
    Change.objects.filter(state=Change.State.SENDING).update(due_at=timezone.now())
    _settle_lost()
    finish(job.tenant_id, job.pk)
    writes: dict[str, int] = requests.get(f"{base}/writes", timeout=30).json()
    doubled = sum(times > 1 for times in writes.values())
    return count - len(writes), doubled, bulk.counts(job)["applied"]


def _settle_lost() -> None:
    """Follow what was on its way as the worker does: what never came is known to be so after a minute."""
    ends_at = time.monotonic() + PATIENCE_S
    while (sending := Change.objects.filter(state=Change.State.SENDING)).exists():
        if time.monotonic() > ends_at:
            raise RuntimeError("what became of some writes was not found out")
        for lost in sending.filter(due_at__lte=timezone.now()):
            with ledger.leased(Change, lost.tenant_id, lost.pk) as held:
                settling.settle(held)
        time.sleep(0.2)


# ---- a preview ----


def _previewed(connection: Connection, person: Person) -> tuple[float, float]:
    """Seconds from the list to the form, and from the form to the page with the first rows, of 5,000 profiles."""
    with tenant_scope(connection.tenant_id):
        now = timezone.now()
        for number in range(PREVIEWED // PROFILES):
            csi = str(34_199_010_000 + number)
            drafts = [draft_of(KINDS[KIND], csi, profile_server.profile(csi, n), {}) for n in range(PROFILES)]
            entities.store(connection, EntityPage(kind=KIND, parent_remote_id=csi, drafts=drafts), now)
        Entity.objects.filter(kind=KIND, parent_remote_id__startswith="3319901").delete()
        slug = Tenant.objects.get(pk=connection.tenant_id).slug
    client = Client()
    client.force_login(person)
    chosen = {"which": "all", "list": "objects", "connection": connection.slug, "kind": KIND, "query": ""}
    first, answer = seconds_of(lambda: client.post(f"/t/{slug}/bulk/choose/", chosen, follow=True))
    form = answer.redirect_chain[-1][0]
    wanted = {"_change_forward_delay": "on", "forward_delay": "25"}
    took, page = seconds_of(lambda: client.post(f"{form}?operation={UPDATE}", wanted, follow=True))
    if page.content.decode().count("sb-bulk-diff") < bulk.FIRST_PAGE:
        raise RuntimeError("the first rows are not there")
    return first, took
