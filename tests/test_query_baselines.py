"""How many queries each list page makes: a committed number that no row adds to.

Run with `--update-baselines` after a change that is meant to move a number, and say why in the commit.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.audit import record
from accounts.models import AuditEvent, Invitation, Membership, Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope, unscoped
from telephony.models import (
    Alert,
    AlertRule,
    BulkRow,
    CallflowFindings,
    Change,
    Connection,
    Coverage,
    Credential,
    Entity,
    HoursException,
    Job,
    LineHook,
    LiveCall,
    NumberName,
    OpeningHours,
    Report,
    ReportRun,
    SyncRun,
)
from telephony.providers.drafts import CallRecordDraft
from telephony.services import calls
from telephony.services.opening_hours import OFFICE
from tests.people import signed_in, staff

BASELINES = Path(__file__).with_suffix(".json")
NOW = datetime.now(UTC)
PAGES = {
    "overview": "/t/corvane/",
    "calls": "/t/corvane/calls/",
    "calls now": "/t/corvane/calls/live/",
    "missed callers in figures": "/t/corvane/calls/missed/figures/",
    "calls seen live": "/t/corvane/calls/live/seen/",
    "missed callers": "/t/corvane/calls/missed/",
    "calls filtered": "/t/corvane/calls/?q=6210&period=30d&outcome=answered",
    "alerts": "/t/corvane/alerts/",
    "rules of alerts": "/t/corvane/alerts/rules/",
    "lines": "/t/corvane/lines/",
    "numbers": "/t/corvane/numbers/",
    "a number": "/t/corvane/numbers/+33199006210/",
    "companies": "/t/corvane/companies/",
    "objects of a kind": "/t/corvane/entities/corvane-keyyo/UCaaSVoIPAccount/",
    "callflows": "/t/corvane/callflows/",
    "directory": "/t/corvane/directory/",
    "opening hours": "/t/corvane/opening-hours/",
    "changes": "/t/corvane/changes/",
    "connections": "/t/corvane/connections/",
    "lines that send their events": "/t/corvane/connections/{link}/live-calls/",
    "kinds of object": "/t/corvane/entities/corvane-keyyo/",
    "port requests": "/t/corvane/ports/",
    "jobs": "/t/corvane/jobs/",
    "an edit of many": "/t/corvane/jobs/{job}/",
    "exports": "/t/corvane/exports/",
    "reports": "/t/corvane/reports/",
    "a report": "/t/corvane/reports/{report}/",
    "people": "/t/corvane/people/",
    "invitations": "/t/corvane/people/invitations/",
    "audit": "/t/corvane/audit/",
}
STAFF_PAGES = {"tenants": "/staff/"}


@pytest.fixture
def corvane(db: None) -> Tenant:
    return Tenant.objects.create(slug="corvane", name="Corvane Habitat")


@pytest.fixture
def maud(corvane: Tenant) -> Person:
    maud = Person.objects.create_user("maud@corvane.example", "switchboard-demo", name="Maud Terrasson")
    Membership.objects.create(tenant=corvane, person=maud, role=Role.OWNER)
    return maud


@pytest.fixture
def link(corvane: Tenant) -> Iterator[Connection]:
    with tenant_scope(corvane):
        credential = Credential.objects.create(provider="keyyo")
        yield Connection.objects.create(
            credential=credential,
            provider="keyyo",
            slug="corvane-keyyo",
            name="Keyyo",
            capabilities=["calls.list", "lines.read", "profiles.edit", "directory.edit"],
        )


def add_rows(link: Connection, tenant: Tenant, person: Person, first: int, count: int) -> None:
    """`count` rows more of everything that a list shows."""
    drafts = []
    hours, _made = OpeningHours.objects.get_or_create(
        name="Accueil", defaults={"week": OFFICE, "country": "FR"}
    )
    pbx = Connection.objects.filter(provider="keevio").first() or Connection.objects.create(
        credential=Credential.objects.create(provider="keevio"),
        provider="keevio",
        slug="corvane-keevio",
        name="PBX",
        remote_account="*",
        capabilities=["companies.edit", "lines.read"],
    )
    kazoo = Connection.objects.filter(provider="kazoo").first() or Connection.objects.create(
        credential=Credential.objects.create(provider="kazoo"),
        provider="kazoo",
        slug="corvane-kazoo",
        name="Kazoo",
        capabilities=["callflows.edit", "lines.read", "ports.manage"],
    )
    for n in range(first, first + count):
        day = (NOW + timedelta(days=n)).date()
        HoursException.objects.create(hours=hours, name=f"Works {n}", begins_on=day, ends_on=day)
        csi = f"33199001{n:03d}"
        line = Entity.objects.create(
            connection=link,
            kind="UCaaSVoIPAccount",
            facet="line",
            is_line=True,
            remote_id=csi,
            name=f"Line {n}",
            number=f"+{csi}",
            status="in_service",
            checksum="",
            fetched_at=NOW,
        )
        LineHook.objects.create(
            connection=link, line=line, secret_sealed="sealed", digest=f"{n:064x}", first_event_at=NOW
        )
        LiveCall.objects.create(
            connection=link,
            keys=[f"d:{n}"],
            state=LiveCall.State.RINGING,
            direction="inbound",
            other=f"+3319900621{n % 10}",
            line_remote_id=csi,
            first_line_remote_id=csi,
            ringing=[csi],
            started_at=NOW,
            last_event_at=NOW,
        )
        Entity.objects.create(
            connection=link,
            kind="DirectoryContact",
            facet="contact",
            remote_id=f"u{n}",
            name=f"Contact {n}",
            number=f"+3319900621{n % 10}",
            document={"name": f"Contact {n}", "work_number": f"+3319900621{n % 10}"},
            checksum="",
            fetched_at=NOW,
        )
        Entity.objects.create(
            connection=pbx,
            kind="company",
            facet="company",
            remote_id=f"company_{n}",
            name=f"Company {n}",
            document={"company": f"company_{n}", "data": {}},
            checksum="",
            fetched_at=NOW,
        )
        Entity.objects.create(
            connection=kazoo,
            kind="port_request",
            facet="other",
            remote_id=f"port{n}",
            name=f"Port {n}",
            status="submitted",
            document={"numbers": {f"+33199006{n:03d}": {}}},
            checksum="",
            fetched_at=NOW,
        )
        callflow = Entity.objects.create(
            connection=kazoo,
            kind="callflow",
            facet="callflow",
            remote_id=f"{n:032x}",
            name=f"Callflow {n}",
            document={"numbers": [str(n)], "flow": {"module": "user", "data": {"id": f"{n + 1:032x}"}}},
            checksum="",
            fetched_at=NOW,
        )
        CallflowFindings.objects.create(entity=callflow, steps=1, grave=1, light=0, judged_at=NOW)
        NumberName.objects.create(number=f"+33199006{n:03d}", name=f"Caller {n}", source="contact")
        Change.objects.create(
            connection=link,
            line=line,
            entity=line,
            operation="services.update",
            object_label=line.name,
            summary="Name",
            state=Change.State.APPLIED,
            before={"name": "a"},
            wanted={"name": "b"},
            after={"name": "b"},
            person=person,
            person_label=str(person),
            sent_at=NOW,
        )
        Job.objects.create(kind="export", label="Calls", person=person, state=Job.State.DONE)
        edit, _made = Job.objects.get_or_create(
            kind="bulk",
            defaults={"label": "Edit", "person": person, "state": Job.State.DONE, "total_rows": 9},
        )
        BulkRow.objects.create(
            job=edit,
            position=n,
            connection=link,
            entity=line,
            label=line.name,
            operation="services.update",
            address={"csi": csi},
            wanted={"name": "Another"},
            seen={"name": "One"},
            state=BulkRow.State.APPLIED,
        )
        Job.objects.create(kind="mail", label="Connect again", person=person, state=Job.State.FAILED)
        report = Report.objects.create(
            name=f"Weekly {n}", figures=["summary"], period="last_week", weekdays=[1], owner=person
        )
        for one in {report, Report.objects.order_by("pk")[0]}:
            days = {"first_day": day, "last_day": day, "due_for_at": NOW}
            ReportRun.objects.create(report=one, state="done", asked_by=person, sort="by_hand", **days)
        rule = AlertRule.objects.create(kind="answer_rate", period="today", limit_percent=80, place=line)
        Alert.objects.create(
            rule=rule,
            place=line,
            opened_at=NOW,
            last_seen_at=NOW,
            evidence={
                "value": 50,
                "limit": 80,
                "calls": 2,
                "reached": 1,
                "first": f"{day}",
                "last": f"{day}",
            },
        )
        SyncRun.objects.create(connection=link, what="backfill", state="complete", finished_at=NOW)
        SyncRun.objects.create(connection=link, what="calls", state="complete", finished_at=NOW)
        Coverage.objects.create(
            connection=link, day=(NOW - timedelta(days=n)).date(), state="complete", read_at=NOW
        )
        record(AuditEvent.Verb.CHANGED, tenant=tenant, person=person, object_label=f"line {n}")
        colleague = Person.objects.create_user(f"p{n}@corvane.example", None, name=f"Person {n}")
        Membership.objects.create(tenant=tenant, person=colleague, role=Role.VIEWER)
        Tenant.objects.create(slug=f"client-{n}", name=f"Client {n}")
        Invitation.objects.create(
            email=f"g{n}@corvane.example",
            token_hash=f"{n}",
            invited_by=colleague,
            expires_at=NOW + timedelta(days=7),
        )
        drafts.append(
            CallRecordDraft(
                stream="incoming",
                remote_key=f"c{n}",
                fold_key=f"c{n}",
                started_at=NOW - timedelta(minutes=n + 1),
                direction="inbound",
                medium="voice",
                outcome="missed" if n % 3 == 0 else "answered",
                caller=f"+3319900621{n % 10}",
                callee=f"+{csi}",
                line_remote_id=csi,
                duration_s=60 if n % 3 else 0,
            )
        )
    Job.objects.filter(kind="bulk").update(
        created_at=datetime.now(UTC)
    )  # on the first page, whatever came later
    calls.store(link, drafts, NOW)


def queries_of(client: Client, path: str) -> int:
    job = Job.objects.filter(kind="bulk").values_list("pk", flat=True).first()
    report = Report.objects.order_by("pk").values_list("pk", flat=True).first()
    link = Connection.objects.values_list("pk", flat=True).get(provider="keyyo")
    path = path.format(job=job, report=report, link=link)
    client.get(path)  # what a first look costs (a cached permission, a session) is not the page's
    with CaptureQueriesContext(database) as seen:
        response = client.get(path)
    assert response.status_code == 200, f"{path} answers {response.status_code}"
    return sum("SAVEPOINT" not in query["sql"] for query in seen.captured_queries)


def test_no_list_page_makes_more_queries_than_its_baseline_or_with_more_rows(
    request: pytest.FixtureRequest, corvane: Tenant, maud: Person, link: Connection
) -> None:
    client, tom = signed_in(maud), signed_in(staff("tom@telvane.example", "Tom Pelworth"))

    def asked() -> dict[str, int]:
        own = {name: queries_of(client, path) for name, path in PAGES.items()}
        with unscoped("staff"):  # the fixtures have a tenant's scope open; requests of staff come without one
            return own | {name: queries_of(tom, path) for name, path in STAFF_PAGES.items()}

    add_rows(link, corvane, maud, 0, 18)
    few = asked()
    add_rows(link, corvane, maud, 18, 30)
    many = asked()

    assert many == few, "a page makes a query a row"
    if request.config.getoption("--update-baselines"):
        BASELINES.write_text(json.dumps(few, indent=2) + "\n")
    assert few == json.loads(BASELINES.read_text())
