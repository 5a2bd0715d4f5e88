"""A tenant with a month of calls on two lines, and a report of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from portal.lib.periods import Period
from telephony.models import Call, Connection, Coverage, Credential, Entity, Report
from tests.people import person, signed_in

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)  # when the report of the week before is due
WEEK = Period(date(2026, 11, 9), date(2026, 11, 15))
PAGES = "/t/alder/reports/"


@pytest.fixture
def alder(db: None, settings: Any, tmp_path: Path) -> Tenant:
    settings.DATA_DIR = tmp_path
    return Tenant.objects.create(slug="alder", name="Alder & Ash", operator_name="Telvane")


@pytest.fixture
def carol(alder: Tenant) -> Person:
    return person("carol@alder.example", "Carol", {alder: Role.ADMINISTRATOR})


@pytest.fixture
def client(carol: Person) -> Client:
    return signed_in(carol)


@pytest.fixture
def calls(alder: Tenant) -> Connection:
    """Three calls a day at 10:00 Paris from 1 to 15 November: answered, missed and called back, missed for good.

    All days are whole but the 12th.
    """
    with tenant_scope(alder):
        link = Connection.objects.create(
            credential=Credential.objects.create(provider="keyyo"),
            provider="keyyo",
            slug="alder-keyyo",
            name="Keyyo",
            capabilities=["calls.list", "lines.read"],
        )
        line = Entity.objects.create(
            connection=link,
            kind="UCaaSVoIPAccount",
            facet="line",
            is_line=True,
            remote_id="33199001001",
            name="=Accueil",
            number="+33199001001",
            checksum="",
            fetched_at=MONDAY,
        )
        rows = []
        for day in range(1, 16):
            at = datetime(2026, 11, day, 9, tzinfo=UTC)
            waits = f"+3363998{day:04d}"
            back = f"+3363997{day:04d}"
            rows += [
                call(link, line, at, "inbound", "answered", "+33639960001", wait_s=8, cost_micros=10_000),
                call(link, line, at, "inbound", "missed", back),
                call(link, line, at, "inbound", "missed", waits),
                call(link, line, at + timedelta(minutes=20), "outbound", "answered", "", back, duration_s=60),
            ]
            state = "missing" if day == 12 else "complete"
            Coverage.objects.create(connection=link, day=at.date(), state=state, read_at=MONDAY)
        Call.objects.bulk_create(rows)
        return link


def call(
    link: Connection,
    line: Entity,
    at: datetime,
    direction: str,
    outcome: str,
    caller: str,
    callee: str = "",
    **fields: Any,
) -> Call:
    return Call(
        connection=link,
        line=line,
        line_remote_id=line.remote_id,
        fold_key=f"{at.isoformat()} {caller} {callee}",
        started_at=at,
        direction=direction,
        outcome=outcome,
        caller=caller,
        caller_reversed=caller[::-1],
        callee=callee,
        callee_reversed=callee[::-1],
        **fields,
    )


@pytest.fixture
def weekly(alder: Tenant, carol: Person) -> Report:
    """Each Monday at 06:00 in Paris, to Carol and to somebody outside; due on the 16th."""
    with tenant_scope(alder):
        return Report.objects.create(
            name="Weekly call summary",
            figures=["summary", "calls_by_day", "rate_by_hour", "missed_fates", "missed_callers", "by_line"],
            period="last_week",
            formats=["body", "pdf", "xlsx", "csv"],
            members=[carol.pk],
            addresses=["direction@elsewhere.example"],
            weekdays=[1],
            at=time(6),
            owner=carol,
            next_at=MONDAY + timedelta(hours=5),
        )
