"""A tenant with a line, whose calls are as a test stores them, and whose sync is up to date."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from telephony.models import AlertRule, AlertWatch, Call, Connection, Coverage, Credential, Entity, SyncState
from telephony.services import alerting
from telephony.tasks import look_for_alerts
from tests.people import person

# A Thursday, 15:00 in Paris; the tenant opens from Monday to Friday, 9 to 17.
NOW = datetime(2026, 11, 19, 14, tzinfo=UTC)
OUTSIDE = "direction@elsewhere.example"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Sets the time of everything here; it begins at NOW."""
    now = [NOW]
    monkeypatch.setattr(timezone, "now", lambda: now[0])

    def turn(to: datetime) -> None:
        now[0] = to

    return turn


@pytest.fixture
def alder(db: None) -> Tenant:
    return Tenant.objects.create(slug="alder", name="Alder & Ash", time_zone="Europe/Paris", region="FR")


@pytest.fixture
def carol(alder: Tenant) -> Person:
    return person("carol@alder.example", "Carol", {alder: Role.ADMINISTRATOR})


@pytest.fixture
def link(alder: Tenant) -> Connection:
    """Its calls are whole for half a year, and were read just now."""
    with tenant_scope(alder):
        link = Connection.objects.create(
            credential=Credential.objects.create(provider="keyyo"),
            provider="keyyo",
            slug="alder-keyyo",
            name="Keyyo",
            capabilities=["calls.list", "lines.read"],
        )
        SyncState.objects.create(connection=link, stream="calls", last_success_at=NOW)
        mark_whole(link, [NOW - timedelta(days=back) for back in range(180)])
        return link


def mark_whole(link: Connection, days: Iterable[datetime]) -> None:
    rows = [Coverage(connection=link, day=day.date(), state="complete", read_at=NOW) for day in days]
    Coverage.objects.bulk_create(rows, ignore_conflicts=True)


@pytest.fixture
def line(alder: Tenant, link: Connection) -> Entity:
    with tenant_scope(alder):
        return Entity.objects.create(
            connection=link,
            kind="UCaaSVoIPAccount",
            facet="line",
            is_line=True,
            remote_id="33199001001",
            name="Accueil",
            number="+33199001001",
            checksum="",
            fetched_at=NOW,
        )


@pytest.fixture
def call(alder: Tenant, line: Entity) -> Callable[..., None]:
    """call(at, 3, outcome=...) stores three calls a second after each other; as a rule inbound and answered."""
    made = [0]

    def store(at: datetime, many: int = 1, **values: Any) -> None:
        given = {"direction": "inbound", "outcome": "answered", "wait_s": 5, "line": line, **values}
        callee = given.get("callee", "")
        with tenant_scope(alder):
            rows = []
            for n in range(many):
                made[0] += 1
                rows.append(
                    Call(
                        connection=line.connection,
                        fold_key=f"c{made[0]}",
                        started_at=at + timedelta(seconds=n),
                        callee_reversed=callee[::-1],
                        **given,
                    )
                )
            Call.objects.bulk_create(rows)

    return store


@pytest.fixture
def rule(alder: Tenant, carol: Person) -> Callable[..., AlertRule]:
    """A rule of the answer rate, to Carol, unless it is said otherwise."""

    def make(**values: Any) -> AlertRule:
        given = {"kind": "answer_rate", "period": "today", "members": [carol.pk], "owner": carol}
        if values.get("kind", "answer_rate") == "answer_rate":
            given |= {"limit_percent": 80, "least_calls": 10}
        with tenant_scope(alder):
            return AlertRule.objects.create(**{**given, **values})

    return make


@pytest.fixture
def look(alder: Tenant, link: Connection, clock: Callable[[datetime], None]) -> Callable[..., None]:
    """look(at) is the work of a look at that time; the sync has just been there, unless `synced_at` says otherwise."""

    def now(at: datetime = NOW, synced_at: datetime | None = None) -> None:
        clock(at)
        alerting.open_due(at)
        with tenant_scope(alder):
            SyncState.objects.update(last_success_at=synced_at or at)
            mark_whole(link, [NOW + timedelta(days=ahead) for ahead in range((at - NOW).days + 1)])
            AlertWatch.objects.update(due_at=at, lease_until=None, lease_owner="")
            watch = AlertWatch.objects.get()
        look_for_alerts(alder.pk, watch.pk)

    return now
