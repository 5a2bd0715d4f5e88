"""All tenants in figures: each row is what that tenant's calls give, and leads into it with the same period."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, Person, Tenant
from accounts.scoping import tenant_scope
from telephony.bench.world import drafts, make_connection
from telephony.models import Call, Connection, Coverage, MissedMark
from telephony.models.missed import MissedSearch
from telephony.models.spans import Span
from telephony.services import calls, rollups
from telephony.services.counting_steps import count_all, zones_of
from telephony.services.never_called_back import NeverCount
from telephony.services.tenant_figures import all_together, figures_of, steps_together
from telephony.views import staff_asked
from tests.exported import asked, exported
from tests.people import signed_in, staff
from tests.reading import text_of
from tests.whole_days import read_whole

ROW = re.compile(r'href="/t/(\w+)/\?period=30d"><b>')


@pytest.fixture
def tenants(db: None) -> list[Tenant]:
    """Alice with many calls, some of them counted, Bob with few and a day that is not here, Carol with none."""
    made = []
    before = timezone.now().replace(hour=0, minute=0)  # where tenants live, tomorrow begins earlier than here
    for slug, count in (("alice", 60), ("bob", 20), ("carol", 0)):
        connection = make_connection(slug)
        with tenant_scope(connection.tenant_id):
            some = drafts(count, seed=count)
            for number, draft in enumerate(some):
                draft.started_at = before - timedelta(hours=9 * number, minutes=1)
            calls.store(connection, some, timezone.now())
            if slug == "alice":
                rollups.settle(connection.pk)
            if slug == "bob":
                Coverage.objects.create(
                    connection=connection, day=timezone.now().date() - timedelta(days=3), read_at=timezone.now(),
                    state=Coverage.State.MISSING,
                )  # fmt: skip
            read_whole(connection)
        made.append(connection.tenant)
    return made


@pytest.fixture
def tom(db: None) -> Client:
    return signed_in(staff("tom@telvane.example", "Tom Pelworth"))


def test_each_row_is_what_the_tenants_calls_give(tenants: list[Tenant]) -> None:
    now = timezone.now()
    today = timezone.localtime(now, ZoneInfo(tenants[0].time_zone)).date()
    span = Span(name="30d", first=today - timedelta(days=29), last=today, today=today)
    rows = figures_of(tenants, span, now)
    for row in rows:
        with tenant_scope(row.tenant):
            inbound = Call.objects.filter(direction="inbound")
            assert row.compared.now.calls == Call.objects.count()
            assert (
                row.compared.now.inbound == inbound.count() == sum(one.inbound for one in row.steps.values())
            )
            assert row.compared.now.missed == inbound.filter(outcome="missed").count()
    assert [row.lacking for row in rows] == [0, 1, 0]
    assert all_together(rows).now.calls == sum(row.compared.now.calls for row in rows) > 60
    assert sum(step.reached for step in steps_together(rows).values()) == all_together(rows).now.reached


def test_days_end_with_the_one_that_most_tenants_have(tom: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half an hour into Wednesday in Paris, to a reader in UTC; Tuesday evening in New York: that is no day that lacks
    calls, and the one still to come is compared with nothing. Among two in New York, Tuesday is over in Paris alone."""
    Person.objects.update(time_zone="UTC")
    half_past = datetime(2026, 11, 10, 23, 30, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: half_past)
    for slug, zone in (("alice", "Europe/Paris"), ("nora", "America/New_York")):
        connection = make_connection(slug)
        Tenant.objects.filter(pk=connection.tenant_id).update(time_zone=zone)
        with tenant_scope(connection.tenant_id):
            Connection.objects.update(time_zone=zone)
            connection.refresh_from_db()
            some = drafts(2)
            some[0].started_at = half_past - timedelta(minutes=10)
            some[1].started_at = half_past - timedelta(days=7, minutes=10)
            calls.store(connection, some, half_past)
            read_whole(connection)

    def told(query: str) -> tuple[date, dict[str, tuple[int, int, int]]]:
        context = tom.get(f"/staff/figures/?{query}").context
        rows = {
            row.tenant.slug: (row.compared.now.calls, row.compared.before.calls, row.lacking)
            for row in context["rows"]
        }
        return context["span"].last, rows

    tuesday, wednesday = date(2026, 11, 10), date(2026, 11, 11)
    assert told("") == (wednesday, {"alice": (1, 1, 0), "nora": (0, 0, 0)})
    assert told("period=7d") == (wednesday, {"alice": (1, 1, 0), "nora": (1, 1, 0)})
    assert told("q=nora") == (tuesday, {"nora": (1, 1, 0)})
    assert "10 November" in text_of(tom.get("/staff/figures/?period=yesterday"))
    Tenant.objects.create(slug="nick", name="Nick", time_zone="America/New_York")
    with tenant_scope(Tenant.objects.get(slug="alice")):
        Call.objects.update(started_at=F("started_at") - timedelta(hours=2))  # 22:20 on two Tuesdays
    assert told("") == (tuesday, {"alice": (1, 1, 0), "nick": (0, 0, 0), "nora": (1, 1, 0)})


def test_who_was_never_called_back_is_whom_the_board_has(tenants: list[Tenant], tom: Client) -> None:
    today = timezone.localdate()
    span = Span(name="30d", first=today - timedelta(days=29), last=today, today=today)
    slugs = {tenant.pk: tenant.slug for tenant in tenants}

    def counts() -> dict[str, int]:
        found = count_all(NeverCount(whose=zones_of(tenants), span=span))
        return {slugs[pk]: count for pk, count in found.items()}

    before = counts()
    assert set(before) == {"alice", "bob"}
    with tenant_scope(tenants[0]):
        board = MissedSearch(start_at=timezone.now() - timedelta(days=20), end_at=timezone.now())
        number = board.narrow(Call.objects.all())[0].caller
        MissedMark.objects.create(number=number, done_at=timezone.now())
    after = counts()
    assert after == {**before, "alice": before["alice"] - 1}

    page = tom.get("/staff/figures/never/?period=30d").content.decode()
    [way] = re.findall(r'href="(/t/alice/calls/missed/[^"]*)"', page)
    assert len(tom.get(unescape(way)).context["table"].rows) == after["alice"]


def test_rows_are_sorted_searched_and_lead_into_the_tenant(tenants: list[Tenant], tom: Client) -> None:
    def listed(query: str) -> list[str]:
        return ROW.findall(tom.get(f"/staff/figures/?period=30d{query}").content.decode())

    assert listed("") == ["alice", "bob", "carol"]
    assert listed("&sort=calls") == ["carol", "bob", "alice"]
    assert listed("&sort=rate")[-1] == "carol"  # who has none comes last, whichever way
    assert listed("&sort=-rate")[-1] == "carol"
    assert listed("&sort=-lacking")[0] == "bob"
    assert listed("&sort=nonsense&q=BOB") == ["bob"]
    assert "No tenant has such a name" in tom.get("/staff/figures/?q=nobody").content.decode()
    never = tom.get("/staff/figures/never/?period=30d").content.decode()
    assert "/t/alice/calls/missed/?period=dates" in never
    years = tom.get("/staff/figures/never/?period=dates&period_from=2022-01-01").content.decode()
    assert "/t/alice/calls/missed/?period=dates" in years


def test_the_figures_of_all_tenants_are_exported(tenants: list[Tenant], tom: Client) -> None:
    """Those of the page, with what is missing."""
    page = "/staff/figures/?period=30d"
    rows = tom.get(page).context["rows"]
    told = json.loads(exported(tom, page, figure="tenants"))
    assert told["not_complete"].startswith("Not complete: Bob, Bob at Keyyo: ")
    assert {one["slug"]: one["calls"] for one in told["rows"]} == {
        row.tenant.slug: row.compared.now.calls for row in rows
    }
    assert [one["days_not_complete"] for one in told["rows"]] == [0, 1, 0]
    volume = json.loads(exported(tom, page, figure="volume"))
    assert sum(one["inbound"] for one in volume["rows"]) == sum(row.compared.now.inbound for row in rows)
    rate = asked(tom, page, "csv", "rate")
    assert rate.file_name.startswith("answer-rate-of-inbound-calls-2")
    event = AuditEvent.objects.filter(verb=AuditEvent.Verb.EXPORTED).latest("pk")
    assert (event.tenant, event.object_label) == (None, "Answer rate of inbound calls, as CSV")
    never = json.loads(exported(tom, "/staff/figures/never/?period=30d", figure="never"))
    assert {one["slug"] for one in never["rows"]} == {"alice", "bob"}
    years = json.loads(
        exported(tom, "/staff/figures/never/?period=dates&period_from=2022-01-01", figure="never")
    )
    assert {one["slug"] for one in years["rows"]} == {"alice", "bob"}
    for figure in ("rate", "volume"):
        empty = asked(tom, f"{page}&q=nobody", figure=figure)
        assert (empty.state, empty.error) == ("failed", "There is nothing to tell in this figure now.")
    for wrong in ({"figure": "salaries", "format": "csv"}, {"figure": "", "format": "csv"}):
        wished = {"path": "/staff/figures/", "query": "", **wrong}
        assert tom.post("/staff/exports/page/", wished).status_code == 404, wrong


def test_a_file_has_all_tenants_where_the_page_has_the_first(
    tenants: list[Tenant], tom: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff_asked, "MOST_TENANTS", 2)
    page = tom.get("/staff/figures/?period=30d")
    assert [row.tenant.slug for row in page.context["rows"]] == ["alice", "bob"]
    assert "search by name" in page.content.decode()
    told = json.loads(exported(tom, "/staff/figures/?period=30d", figure="tenants"))
    assert [one["slug"] for one in told["rows"]] == ["alice", "bob", "carol"]
