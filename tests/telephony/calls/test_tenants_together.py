"""Figures over several tenants: what each tenant's own figures give together, each in its own clocks."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from django.db import connection as database
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Tenant
from accounts.scoping import current_scope, tenant_scope
from portal.ui.keyset import CappedCount
from portal.ui.parted import PartedPage
from telephony.bench.world import drafts, make_connection
from telephony.models import Call, Change, Connection, Credential, Entity
from telephony.models.calls import REACHED
from telephony.models.rollups import Part
from telephony.models.spans import Span
from telephony.services import analytics, calls, rollups, tenants_together
from telephony.services.caller_count import CallerCount
from telephony.services.counting_steps import count_all, zones_of
from telephony.services.fates import FateCount
from telephony.services.peaks import PeakCount
from telephony.views.staff_calls import StaffCallsView
from tests.exported import exported
from tests.people import signed_in, staff
from tests.reading import text_of

LAST = date(2026, 5, 20)
SPAN = Span(name="dates", first=LAST - timedelta(days=27), last=LAST, today=LAST + timedelta(days=30))
ZONES = {"alice": "Europe/Paris", "bob": "Asia/Kathmandu", "carol": "America/New_York"}
QUERY = f"period=dates&period_from={SPAN.first}&period_to={SPAN.last}"
SHARED = "+33199009999"  # calls two of them
PARTS = (
    "hours",
    "waits",
    "at-once",
    "missed",
    "never",
    "callers",
    "queues",
    "lines",
    "destinations",
    "plans",
    "balances",
)
FIGURES = (
    *(("hours", "heat"), ("waits", "waited"), ("waits", "level"), ("at-once", "peaks"), ("missed", "fates")),
    *(("callers", "callers"), ("queues", "groups"), ("lines", "lines"), ("destinations", "destinations")),
)


@pytest.fixture
def tenants(db: None) -> list[Tenant]:
    """Days of one are counted, those of another are not, one has no calls at all."""
    made = []
    for seed, (slug, zone) in enumerate(ZONES.items()):
        connection = make_connection(slug)
        Tenant.objects.filter(pk=connection.tenant_id).update(time_zone=zone)
        made.append(Tenant.objects.get(pk=connection.tenant_id))
        if slug == "carol":
            continue
        with tenant_scope(connection.tenant_id):
            some = drafts(150, seed=seed)
            for number, draft in enumerate(some):
                draft.started_at = datetime(2026, 5, 21, tzinfo=UTC) - timedelta(hours=5 * number + seed)
                draft.wait_s = number % 90
            calls.store(connection, some, timezone.now())
            group = Entity.objects.create(
                connection=connection, kind="queue", facet=Entity.Facet.QUEUE,
                remote_id="q1", name=f"Queue of {slug}", checksum="", fetched_at=timezone.now(),
            )  # fmt: skip
            inbound = Call.objects.filter(direction="inbound", medium="voice")
            for call in inbound.order_by("pk")[:20]:
                Call.objects.filter(pk=call.pk).update(group_remote_id=group.remote_id)
            for call in inbound.order_by("-started_at")[: 3 + seed]:
                Call.objects.filter(pk=call.pk).update(caller=SHARED)
            if slug == "alice":
                rollups.settle(connection.pk)
    return made


def scoped(tenants: list[Tenant]) -> list[tuple[Tenant, ZoneInfo]]:
    return [(tenant, ZoneInfo(tenant.time_zone)) for tenant in tenants]


def test_they_are_the_sums_of_each_tenants_own(tenants: list[Tenant]) -> None:
    hours: Counter[tuple[int, int]] = Counter()
    classes: Counter[tuple[str, str]] = Counter()
    waited: Counter[date] = Counter()
    fates: Counter[str] = Counter()
    for tenant, zone in scoped(tenants):
        with tenant_scope(tenant):
            voice = Call.objects.filter(medium="voice").between(*SPAN.instants(zone))
            for at in voice.filter(direction="inbound").values_list("started_at", flat=True):
                local = at.astimezone(zone)
                hours[local.isoweekday(), local.hour] += 1
                waited[local.date()] += 1
            for row in analytics.by_destination(SPAN, zone, Part(), {}):
                classes[row.code, row.kind] += row.calls
            fates["all"] += (
                voice.filter(direction="inbound", outcome__in=("missed", "voicemail"))
                .exclude(caller="")
                .count()
            )
    found = tenants_together.hours(tenants, SPAN)
    assert {(one.weekday, one.hour): one.inbound for one in found if one.inbound} == hours
    steps = tenants_together.waits(tenants, SPAN)
    by_day = {step: one.calls for step, one in steps.items() if one.calls}
    assert sum(by_day.values()) == sum(waited.values()) > 50
    destinations = tenants_together.destinations(tenants, SPAN)
    assert {(one.code, one.kind): one.calls for one in destinations} == classes
    assert count_all(FateCount(whose=zones_of(tenants), span=SPAN)).all == fates["all"] > 0
    assert current_scope() is None


def test_rankings_have_the_first_of_all_with_their_tenant(tenants: list[Tenant]) -> None:
    everything = tenants_together.lines(tenants, SPAN, None)
    counts: list[int] = []
    for tenant, zone in scoped(tenants):
        with tenant_scope(tenant):
            counts += [one.calls for one in analytics.by_line(SPAN, zone, Part(), {}, most=None)]
    assert [one.row.calls for one in everything] == sorted(counts, reverse=True)
    first = tenants_together.lines(tenants, SPAN, 5)
    assert [one.row.calls for one in first] == [one.row.calls for one in everything[:5]]
    for one in first:
        assert one.row.entity is not None and one.row.entity.tenant_id == one.tenant.pk
    groups = tenants_together.groups(tenants, SPAN, 8)
    assert {(one.tenant.slug, one.row.name) for one in groups} == {
        ("alice", "Queue of alice"),
        ("bob", "Queue of bob"),
    }


def test_a_caller_of_two_tenants_is_one(tenants: list[Tenant]) -> None:
    callers = count_all(CallerCount(whose=zones_of(tenants), span=SPAN))
    found = {one.number: one for one in callers}
    all_of_it, reached = 0, 0
    for tenant, zone in scoped(tenants):
        with tenant_scope(tenant):
            own = Call.objects.filter(caller=SHARED).between(*SPAN.instants(zone))
            all_of_it += own.count()
            reached += own.filter(outcome__in=REACHED).count()
    assert (found[SHARED].calls, found[SHARED].reached) == (all_of_it, reached)
    assert all_of_it > 4  # more than either has
    assert count_all(CallerCount(whose=(), span=SPAN)) == []


def test_the_most_at_once_is_no_sum(tenants: list[Tenant]) -> None:
    zone = ZoneInfo("UTC")
    begin, end = SPAN.instants(zone)
    lasting: list[tuple[datetime, datetime]] = []
    for tenant, _zone in scoped(tenants):
        with tenant_scope(tenant):
            for at, wait, talk in Call.objects.filter(medium="voice").values_list(
                "started_at", "wait_s", "duration_s"
            ):
                if (wait or 0) + (talk or 0):
                    lasting.append((at, at + timedelta(seconds=(wait or 0) + (talk or 0))))
    expected = {}
    for number in range(SPAN.days):
        day = SPAN.first + timedelta(days=number)
        low = begin + timedelta(days=number)
        instants = [low, *(at for at, _until in lasting if low <= at < low + timedelta(days=1))]
        expected[day] = max(sum(at <= now < until for at, until in lasting) for now in instants)
    peaks = count_all(PeakCount(whose=zones_of(tenants), span=SPAN, zone="UTC"))
    found = {one.day: one.calls for one in peaks}
    assert found == expected and max(found.values()) >= 1 and end > begin


def test_changes_of_any_of_them_are_marked_with_whose_they_are(tenants: list[Tenant]) -> None:
    for day, tenant in zip((SPAN.first, SPAN.last), tenants[:2], strict=True):
        with tenant_scope(tenant):
            line = Entity.objects.lines().order_by("pk")[0]
            Change.objects.create(
                connection=line.connection, line=line, operation="x", summary="Barred", state=Change.State.APPLIED,
                sent_at=datetime(day.year, day.month, day.day, 9, tzinfo=UTC),
            )  # fmt: skip
    found = tenants_together.changes(tenants, SPAN)
    assert {one.summary for one in found} == {f"{tenant.name}: Barred" for tenant in tenants[:2]}
    assert [one.at for one in found] == sorted(one.at for one in found)
    client = signed_in(staff("tom@telvane.example", "Tom Pelworth"))
    page = client.get(f"/staff/figures/?{QUERY}").content.decode()
    assert "Alice: Barred" in page and "Bob: Barred" in page


@pytest.fixture
def tom(db: None) -> Client:
    return signed_in(staff("tom@telvane.example", "Tom Pelworth"))


def test_each_part_is_shown_and_exported(tenants: list[Tenant], tom: Client) -> None:
    page = tom.get(f"/staff/figures/?{QUERY}").content.decode()
    for part in PARTS:
        address = f"/staff/figures/{part}/?{QUERY}"
        assert address.replace("&", "&amp;") in page, part
        shown = tom.get(address, headers={"HX-Request": "true"})
        assert shown.status_code == 200 and "<html" not in shown.content.decode(), part
        assert "<html" in tom.get(address).content.decode(), part
    for part, figure in FIGURES:
        told = json.loads(exported(tom, f"/staff/figures/{part}/?{QUERY}", figure=figure))
        assert told["rows"] and told["last_day"] == str(SPAN.last), part
    lines = json.loads(exported(tom, f"/staff/figures/lines/?{QUERY}", figure="lines"))
    assert {one["slug"] for one in lines["rows"]} >= {"alice", "bob"}
    assert len(lines["rows"]) > 8  # all of them, where the page has the first
    nobody = tom.get(f"/staff/figures/lines/?{QUERY}&q=nobody").content.decode()
    assert "No calls." in nobody


COUNTED = {"at-once": "peaks", "missed": "fates", "callers": "callers", "never": "never"}


@pytest.mark.parametrize("part", COUNTED)
def test_a_long_period_is_counted_from_answer_to_answer(
    tenants: list[Tenant], tom: Client, settings: Any, part: str
) -> None:
    with tenant_scope(tenants[1]):
        rollups.settle(Connection.objects.get().pk)
    address = f"/staff/figures/{part}/?{QUERY}"
    at_once = tom.get(address, headers={"HX-Request": "true"})
    settings.COUNTING_CALLS, settings.COUNTING_BUDGET_S = 30, 0
    percents = []
    while "percent" in (answer := tom.get(address, headers={"HX-Request": "true"})).context:
        page = answer.content.decode()
        assert f'hx-get="{address.replace("&", "&amp;")}" hx-trigger="load"' in page
        assert ("Counted up to" in page or " of 3, counted up to " in page) and "Go on counting" in page
        percents.append(answer.context["percent"])
    assert len(percents) > 2 and percents == sorted({*percents})
    assert text_of(answer) == text_of(at_once)
    again = tom.get(address, headers={"HX-Request": "true"})
    assert text_of(again) == text_of(at_once)  # its last step alone was counted
    assert tom.get(f"{address}&q=o").context["course"]  # nothing of it is kept for other tenants
    in_steps = json.loads(exported(tom, address, figure=COUNTED[part]))["rows"]
    settings.COUNTING_CALLS = 100_000
    assert in_steps == json.loads(exported(tom, address, figure=COUNTED[part]))["rows"] != []


def test_what_no_cache_keeps_is_counted_to_its_end(tenants: list[Tenant], tom: Client, settings: Any) -> None:
    settings.COUNTING_CALLS, settings.COUNTING_BUDGET_S = -1, 0
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "unix:///nowhere/valkey.sock"}}
    assert "peaks" in tom.get(f"/staff/figures/at-once/?{QUERY}").context


def test_balances_are_asked_for_by_pressing(tenants: list[Tenant], tom: Client) -> None:
    address = f"/staff/figures/balances/?{QUERY}"
    assert "No provider tells of an account." in tom.get(address).content.decode()
    with tenant_scope(tenants[1]):
        kazoo = Connection.objects.create(
            credential=Credential.objects.create(provider="kazoo"),
            provider="kazoo",
            slug="bob-kazoo",
            name="Bob at Kazoo",
            capabilities=["lines.read"],
        )
    page = tom.get(address).content.decode()
    assert "Bob at Kazoo" in page and f'hx-get="/t/bob/connections/{kazoo.pk}/live/' in page


def test_a_tenant_more_costs_a_few_statements(tenants: list[Tenant], tom: Client) -> None:
    """None of them grows with calls or lines."""

    def statements(part: str, words: str) -> int:
        with CaptureQueriesContext(database) as caught:
            tom.get(f"/staff/figures/{part}/?{QUERY}&q={words}", headers={"HX-Request": "true"})
        return len(caught)

    for part in ("hours", "waits", "destinations", "lines", "queues", "plans"):
        one, none = statements(part, "bob"), statements(part, "nobody")
        assert one - none <= 6, (part, one, none)
    for part in ("callers", "at-once", "missed", "never"):
        of_all = statements(part, "") - statements(part, "nobody")
        assert of_all <= 3, part  # how many calls there are, then all of them together


LINK = re.compile(r'href="/staff/calls/\?([^"]+)"[^>]*>(?:<b>)?([\d,]+)<')
HEAT = re.compile(r'href="/staff/calls/\?([^"]+weekday[^"]+)" aria-label="[^"]+: (\d+) calls?"')


def test_each_figure_leads_to_as_many_calls(
    tenants: list[Tenant], tom: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = [f"/staff/figures/?{QUERY}", *(f"/staff/figures/{part}/?{QUERY}" for part in PARTS)]
    text = "".join(tom.get(page).content.decode() for page in pages)
    links = {*LINK.findall(text), *HEAT.findall(text)}
    told = {name for query, _shown in links for name in QueryDict(unescape(query))}
    assert {"direction", "outcome", "fate", "weekday", "hour", "waited", "dialled", "caller"} <= told
    some = sorted(links)[:: max(1, len(links) // 30)]
    for query, shown in some:
        found = tom.get(f"/staff/calls/?{unescape(query)}").context["count"].value
        assert found == int(shown.replace(",", "")), (query, shown, found)
    busiest = max(tom.get(pages[3]).context["peaks"].table.rows, key=lambda row: row[1])
    running = urlencode({"medium": "voice", "running": busiest[2]})
    assert running in unescape(text)
    assert tom.get(f"/staff/calls/?{running}").context["count"].value == busiest[1] >= 1
    monkeypatch.setattr(StaffCallsView, "page_size", 1)
    monkeypatch.setattr(PartedPage, "counted", lambda page, cap: CappedCount(1, is_capped=True))
    for which in ("", "&direction=inbound&outcome=unreached"):
        [(query, shown)] = [one for one in links if unescape(one[0]) == f"medium=voice&{QUERY}{which}"]
        assert str(tom.get(f"/staff/calls/?{unescape(query)}").context["count"]) == shown
    assert str(tom.get(f"/staff/calls/?{QUERY}&waited=0-").context["count"]) == "more than 1"
