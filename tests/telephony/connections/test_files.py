"""The figures of a connection as files: each day of a year, each quarter of an hour of a day."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from telephony.models import Connection, Coverage, RequestLog
from tests.exported import asked, exported
from tests.people import person, signed_in
from tests.url_world import Things

MENU = 'name="figure" value="{}"'


@pytest.fixture
def things(db: None) -> Things:
    return Things(Tenant.objects.create(slug="corvane", name="Corvane Habitat"))


@pytest.fixture
def base(things: Things) -> str:
    with tenant_scope(things.tenant):
        return f"/t/corvane/connections/{things.connection.pk}/"


@pytest.fixture
def client(things: Things) -> Client:
    return signed_in(person("maud@corvane.example", "Maud Terrasson", {things.tenant: Role.OWNER}))


def told(client: Client, base: str, figure: str) -> dict[str, Any]:
    assert MENU.format(figure) in client.get(base).content.decode()
    found: dict[str, Any] = json.loads(exported(client, base, figure=figure))
    return found


def test_each_day_of_a_year_has_its_state_and_its_calls(things: Things, base: str, client: Client) -> None:
    zone = things.connection.time_zone
    today = timezone.localdate(timezone=ZoneInfo(zone))
    days = {1: ("complete", 4), 2: ("partial", 2), 3: ("missing", 0)}
    with tenant_scope(things.tenant):
        Connection.objects.update(calls_every_s=86_400)  # today is not late
        Coverage.objects.bulk_create(
            Coverage(
                connection=things.connection,
                day=today - timedelta(days=back),
                state=state,
                calls=calls,
                read_at=timezone.now(),
            )
            for back, (state, calls) in days.items()
        )
    coverage = told(client, base, "coverage")
    page = client.get(base).context["coverage"]
    assert (coverage["first_day"], coverage["last_day"]) == (str(page.first), str(today))
    assert (coverage["figure"], coverage["time_zone"]) == ("Coverage: Corvane Habitat, Keyyo", zone)
    assert coverage["of"] == "Corvane Habitat, Keyyo"
    assert coverage["not_complete"].startswith("Not complete: Corvane Habitat, Keyyo: ")
    rows = coverage["rows"]
    assert len(rows) == 365
    assert [(row["state"], row["calls"]) for row in reversed(rows[-5:])] == [
        ("being fetched", None),
        ("complete", 4),
        ("partial", 2),
        ("missing", None),
        ("before the account", None),
    ]
    assert {row["state"]: 1 for row in rows if row["calls"]} == {"complete": 1, "partial": 1}


def test_each_stretch_of_a_day_has_its_requests_and_how_it_went(
    things: Things, base: str, client: Client
) -> None:
    with tenant_scope(things.tenant):
        for status in (200, 503):
            RequestLog.objects.create(
                connection=things.connection,
                operation="services.list",
                method="GET",
                status=status,
                elapsed_ms=400,
            )
    health = told(client, base, "health")
    assert (health["first_day"], health["not_complete"]) == (None, "")
    rows = health["rows"]
    assert len(rows) == 96 and {row["state"] for row in rows[:-1]} == {"No request"}
    assert (rows[-1]["requests"], rows[-1]["failed"], rows[-1]["state"]) == (2, 1, "A third or more failed")
    assert "1 request failed" in client.get(base).content.decode()
    lines = list(csv.reader(StringIO(exported(client, base, "csv", "health").decode("utf-8-sig"))))
    assert lines[0] == [f"Start ({things.connection.time_zone})", "Requests", "Failed", "State"]


def test_where_nothing_is_there_is_no_file(things: Things, base: str, client: Client) -> None:
    page = client.get(base).content.decode()
    assert MENU.format("coverage") not in page and MENU.format("health") not in page
    assert asked(client, base, figure="coverage").error == "There is nothing to tell in this figure now."
    Membership.objects.update(role=Role.VIEWER)
    told = {"path": base, "query": "", "figure": "health", "format": "csv"}
    assert client.post("/t/corvane/exports/page/", told).status_code == 403
