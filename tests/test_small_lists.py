"""Pages that are a small list: their file has what the page shows, and what the page has no room for."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from telephony.models import Entity, EntityReference, LineHook, ReportReceipt, ReportRun, SharedRule
from telephony.providers.kazoo.times import to_gregorian
from telephony.services import hook_secrets
from telephony.services.entity_page import MOST
from telephony.services.porting import MOST_ENDED
from telephony.views.overview import MOST_PLANS
from telephony.views.reports import RUNS_SHOWN
from telephony.views.search import FOUND_AT_MOST
from tests.exported import asked, exported, rows_of, unspaced
from tests.people import person, signed_in, staff
from tests.reading import text_of
from tests.url_world import Things

pytestmark = pytest.mark.django_db
NUMBERS = [f"+3319900550{n}" for n in range(6)]
WANTED = datetime(2027, 3, 1, 8, tzinfo=UTC)


@pytest.fixture
def things(db: None) -> Things:
    return Things(Tenant.objects.create(slug="corvane", name="Corvane Habitat"))


@pytest.fixture
def maud(things: Things) -> Person:
    return person("maud@corvane.example", "Maud Terrasson", {things.tenant: Role.OWNER})


@pytest.fixture
def client(maud: Person) -> Client:
    return signed_in(maud)


def test_port_requests_have_all_their_numbers_and_those_that_ended_long_ago(
    things: Things, client: Client
) -> None:
    document = {
        "numbers": {number: {} for number in NUMBERS},
        "bill": {"carrier": "Ligérance"},
        "transfer_date": to_gregorian(WANTED),
    }
    with tenant_scope(things.tenant):
        told = {"kind": "port_request", "facet": "other", "connection": things.kazoo}
        things.entity(**told, remote_id="one", status="submitted", document=document)
        for n in range(MOST_ENDED + 1):
            things.entity(**told, remote_id=f"ended{n}", status="completed")
    rows = rows_of(client, "/t/corvane/ports/")
    board = client.get("/t/corvane/ports/").context
    assert (board["count"], len(rows)) == (MOST_ENDED + 1, MOST_ENDED + 2)
    assert rows[0]["numbers"] == ", ".join(NUMBERS) and rows[0]["losing_carrier"] == "Ligérance"
    assert datetime.fromisoformat(rows[0]["wanted_at"]) == WANTED
    assert rows[-1]["wanted_at"] is None and rows[-1]["numbers"] == ""
    heads, first, *_others = csv.reader(
        StringIO(exported(client, "/t/corvane/ports/", "csv", "list").decode("utf-8-sig"))
    )
    assert heads[4] == "Wanted date (Europe/Paris)" and first[4] == "2027-03-01 09:00:00"
    assert client.get("/t/corvane/exports/").context["page"].rows[0].label == "Port requests, as CSV"


def test_lines_that_send_their_events_are_those_of_the_state_and_tell_no_address(
    things: Things, client: Client
) -> None:
    now = timezone.now()
    with tenant_scope(things.tenant):
        page = f"/t/corvane/connections/{things.connection.pk}/live-calls/"
        hook = hook_secrets.make(things.connection, things.line)
        LineHook.objects.filter(pk=hook.pk).update(first_event_at=now, last_event_at=now)
        other = things.entity("UCaaSVoIPAccount", "line", remote_id="33199001002", is_line=True)
    rows = rows_of(client, page)
    assert {row["state"] for row in rows} == {"Sends its calls", "Not read yet"}
    assert datetime.fromisoformat(rows[0]["last_event_at"]) == now
    told = exported(client, f"{page}?only=unread", figure="list").decode()
    assert [row["number"] for row in json.loads(told)["rows"]] == [other.number]
    whole = exported(client, page, figure="list").decode()
    assert "hooks/" not in whole and hook_secrets.secret_of(hook).reveal() not in whole
    job = asked(client, page, figure="list")
    assert "All its rows." in client.get(f"/t/corvane/exports/{job.pk}/").content.decode()


def test_kinds_of_object_are_counted(things: Things, client: Client) -> None:
    with tenant_scope(things.tenant):
        kind = things.line.kind
        things.entity(kind, "line", remote_id="gone", missing_since=timezone.now())
    rows = rows_of(client, "/t/corvane/entities/corvane-keyyo/")
    assert {row["kind"]: row["count"] for row in rows if row["count"]} == {kind: 1}
    assert len(rows) == len(things.connection.declaration.kinds)


def test_runs_of_a_report_are_all_there_and_so_are_the_receipts_of_one(
    things: Things, client: Client
) -> None:
    with tenant_scope(things.tenant):
        run = things.report_run
        days = {"first_day": run.first_day, "last_day": run.last_day}
        for n in range(1, RUNS_SHOWN + 1):
            due = run.due_for_at - timedelta(days=n)
            ReportRun.objects.create(report=things.report, sort="by_hand", due_for_at=due, **days)
        told = {
            "state": "failed",
            "why": "refused",
            "error": "550 no such mailbox",
            "message_id": "<r2@test>",
        }
        ReportReceipt.objects.create(run=run, address="two@elsewhere.example", at=timezone.now(), **told)
    runs = rows_of(client, f"/t/corvane/reports/{things.report.pk}/")
    shown = client.get(f"/t/corvane/reports/{things.report.pk}/").context["runs"]
    assert (len(shown), len(runs)) == (RUNS_SHOWN, RUNS_SHOWN + 1)
    assert (runs[0]["is_late"], runs[0]["is_complete"]) == (False, None)
    receipts = rows_of(client, f"/t/corvane/reports/runs/{run.pk}/", "receipts")
    assert [(row["address"], row["error"]) for row in receipts] == [
        ("one@elsewhere.example", ""),
        ("two@elsewhere.example", "The mail server refused it: 550 no such mailbox"),
    ]


def test_plans_of_a_tenant_are_all_there(things: Things, client: Client) -> None:
    with tenant_scope(things.tenant):
        for n in range(MOST_PLANS + 2):
            document = {"unit": "minute", "total": 600, "remaining": 600 - 60 * n}
            told = {"kind": "UsageStatistic", "facet": "other", "document": document}
            things.entity(**told, remote_id=f"plan{n}")
    page = client.get("/t/corvane/").context
    rows = rows_of(client, "/t/corvane/", "plans")
    assert len(rows) == len(page["plans"]) + page["other_plans"] == MOST_PLANS + 2
    assert [row["used"] for row in rows] == sorted((60 * n for n in range(MOST_PLANS + 2)), reverse=True)


def test_what_is_found_is_a_file_of_more_than_the_page_shows(things: Things, client: Client) -> None:
    with tenant_scope(things.tenant):
        for n in range(FOUND_AT_MOST + 2):
            things.entity("Contact", "contact", remote_id=f"found{n}")
        Entity.objects.filter(kind="Contact").update(name="Vérandas", name_key="verandas")
    page = client.get("/t/corvane/search/?q=randas").content.decode()
    assert "The first are shown" in page
    rows = rows_of(client, "/t/corvane/search/?q=randas")
    assert [row["name"] for row in rows] == ["Vérandas"] * (FOUND_AT_MOST + 2)
    told = {"path": "/t/corvane/search/", "query": "", "figure": "list", "format": "csv"}
    assert client.post("/t/corvane/exports/page/", told).status_code == 404


@pytest.mark.parametrize("page", ["entities", "callflows"])
def test_what_uses_an_object_is_a_file_of_all(things: Things, client: Client, page: str) -> None:
    with tenant_scope(things.tenant):
        told = {"kind": "callflow", "facet": "callflow", "connection": things.kazoo}
        users = [things.entity(**told, remote_id=f"flow{n}") for n in range(MOST + 1)]
        EntityReference.objects.bulk_create(
            EntityReference(
                source=one,
                path="flow.data.id",
                target_kind="callflow",
                target_remote_id="x",
                target=things.callflow,
            )
            for one in users
        )
    address = f"/t/corvane/{page}/{things.callflow.pk}/"
    rows = rows_of(client, address, "used_by")
    assert (len(rows), rows[0]["kind"]) == (MOST + 1, "Callflow")
    assert "The first are shown; a file has all of them." in client.get(address).content.decode()


def test_what_is_below_an_object(things: Things, client: Client) -> None:
    with tenant_scope(things.tenant):
        below = {"parent_remote_id": things.line.remote_id, "facet": "other"}
        things.entity("VoIPAccountProfile", **below, remote_id="1", document={"name": "Astreinte"})
        things.entity("Blacklist", **below, remote_id="list", document={"numbers": []})
    rows = rows_of(client, f"/t/corvane/entities/{things.line.pk}/", "below")
    assert {row["object"] for row in rows} == {"Blacklist", "Accueil Paris"}


def test_who_forwards_to_a_number_and_who_refuses_it(things: Things, client: Client) -> None:
    number = NUMBERS[0]
    with tenant_scope(things.tenant):
        below = {"parent_remote_id": things.line.remote_id, "facet": "other"}
        profile = {"name": "Astreinte", "forward_on_no_answer_number": number[1:]}
        things.entity("VoIPAccountProfile", **below, remote_id="1", document=profile)
        things.entity("Blacklist", **below, remote_id="list", document={"numbers": [number[1:]]})
    blocked = rows_of(client, f"/t/corvane/numbers/{number}/", "blocked")
    assert [(row["line"], row["until"]) for row in blocked] == [("Accueil Paris", None)]
    (forward,) = rows_of(client, f"/t/corvane/numbers/{number}/", "forwards")
    assert (forward["field"], forward["is_on"]) == ("If nobody answers, to", False)


def test_operations_are_those_that_the_filter_leaves(things: Things, client: Client) -> None:
    with tenant_scope(things.tenant):
        page = f"/t/corvane/connections/{things.kazoo.pk}/operations/"
    rows = rows_of(client, page)
    assert len(rows) == len({row["key"] for row in rows}) == client.get(page).context["total"]
    writes = rows_of(client, f"{page}?effect=write")
    assert 0 < len(writes) < len(rows) and {row["effect"] for row in writes} == {"writes"}


def test_rules_for_several_tenants_are_the_list_beside_the_alerts(things: Things) -> None:
    tom = signed_in(staff("tom@telvane.example", "Tom Pelworth"))
    SharedRule.objects.create(kind="cost", tenants=[things.tenant.pk], limit_micros=5_000_000, currency="EUR")
    SharedRule.objects.create(kind="trouble", is_on=False)
    rows = json.loads(exported(tom, "/staff/alerts/", figure="list"))["rows"]
    shown = unspaced(text_of(tom.get("/staff/alerts/")))
    assert all(unspaced(row["looks_for"]) in shown and unspaced(row["where"]) in shown for row in rows)
    assert [(row["where"], row["tenants"], row["is_on"]) for row in rows] == [
        ("1 tenant", "Corvane Habitat", True),
        ("all tenants, those to come too", "", False),
    ]
    assert json.loads(exported(tom, "/staff/alerts/")) == []


def test_who_may_not_export_is_offered_none(things: Things, client: Client) -> None:
    with tenant_scope(things.tenant):
        assert things.port_request
    Membership.objects.update(role=Role.VIEWER)
    assert 'name="figure"' not in client.get("/t/corvane/ports/").content.decode()
    told = {"path": "/t/corvane/ports/", "query": "", "figure": "list", "format": "csv"}
    assert client.post("/t/corvane/exports/page/", told).status_code == 403
