"""Which days are told as not whole: the same by pages, files and reports, in the clocks of whoever reads."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.scoping import tenant_scope
from portal.lib.days import midnight
from portal.lib.periods import Period
from telephony.models import Connection, Coverage, Credential
from telephony.models.rollups import Part
from telephony.models.spans import Span
from telephony.reports.workshop import document_of
from telephony.services.period_coverage import coverage_of
from telephony.services.tenant_figures import figures_of
from tests.exported import exported
from tests.people import signed_in, staff
from tests.reading import text_of

from .conftest import MONDAY, WEEK

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PAGE = "/t/alder/?period=last_week"
PARIS = ZoneInfo("Europe/Paris")
QUARTER = timedelta(minutes=15)
SINCE_THE_11TH = "Keyyo: 5 days, 11 to 15 November 2026."


@pytest.fixture(autouse=True)
def friday(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def _say(alder, state, *days):
    """That these days of November are so, and all others whole."""
    with tenant_scope(alder):
        Coverage.objects.update(state="complete", complete_until=None)
        Coverage.objects.filter(day__in=[date(2026, 11, day) for day in days]).update(state=state)


def test_days_that_a_sync_never_reached_are_missing_everywhere(alder, carol, calls, weekly):
    """It stood still from the 11th on, and left no trace of the days since."""
    _say(alder, "complete")
    with tenant_scope(alder):
        Coverage.objects.filter(day__gt=date(2026, 11, 10)).delete()
        document, _asked = document_of(weekly, WEEK)
    client, tom = signed_in(carol), signed_in(staff("tom@telvane.example", "Tom"))
    page = client.get(PAGE)
    span = Span(name="last_week", first=WEEK.first, last=WEEK.last, today=NOW.date())
    [row] = figures_of([alder], span, NOW)

    assert document.stamp.text == SINCE_THE_11TH
    assert f"* Not all is here: {SINCE_THE_11TH}" in text_of(page)
    assert [page.context["may_compare"], client.get("/t/alder/?period=week").context["may_compare"]] == [
        True,
        False,
    ]
    assert "Keyyo: today" in text_of(client.get("/t/alder/"))
    for figure in ("figures", "volume"):
        told = json.loads(exported(client, PAGE, figure=figure))
        assert "11 to 15 November 2026" in told["not_complete"], figure
    assert row.lacking == 5
    told = json.loads(exported(tom, "/staff/figures/?period=last_week", figure="tenants"))
    assert told["not_complete"] == f"Not complete: Alder & Ash, {SINCE_THE_11TH}"


def test_what_one_connection_has_is_not_what_another_has(alder, carol, calls, weekly):
    _say(alder, "complete")
    with tenant_scope(alder):
        two = Connection.objects.create(
            credential=Credential.objects.create(provider="keyyo"),
            provider="keyyo",
            slug="two",
            name="Second",
            capabilities=["calls.list"],
        )
        Coverage.objects.create(connection=two, day=date(2026, 11, 15), state="complete", read_at=MONDAY)
        document, _asked = document_of(weekly, WEEK)
    page = signed_in(carol).get(PAGE)

    with tenant_scope(alder):
        by_day = coverage_of(WEEK.first, WEEK.last, None, PARIS, Part()).by_day
        of_second = coverage_of(WEEK.first, WEEK.last, None, PARIS, Part(connection=two.pk)).by_day
    assert set(by_day.values()) == {"partial"}, "the other one tells of these days"
    assert set(of_second.values()) == {"missing"}
    words = "Second: 6 days, 9 to 14 November 2026."
    assert words in text_of(page) and not page.context["may_compare"]
    assert document.stamp.text == words


def test_a_connection_that_was_unlinked_is_said_to_be(alder, calls, weekly):
    """Alone for as long as somebody asks; among others in the days that had it."""
    _say(alder, "missing", 10)
    following = Period(date(2026, 11, 16), date(2026, 11, 22))
    with tenant_scope(alder):
        Coverage.objects.filter(day__gte=date(2026, 11, 11)).delete()
        Connection.objects.update(unlinked_at=datetime(2026, 11, 11, 14, tzinfo=UTC))
        told = {}
        for name, connection in (("alone", Connection.objects.get()), ("all", None)):
            weekly.connection = connection
            told[name] = [document_of(weekly, period)[0] for period in (WEEK, following)]
    unlinked = "unlinked on Wednesday 11 November 2026"
    assert [one.stamp.text for one in told["alone"]] == [
        f"Keyyo: Tuesday 10 November, {unlinked}.",
        f"Keyyo: {unlinked}.",
    ]
    assert [one.stamp.title for one in told["alone"]] == [
        "Complete but for 6 days",
        "None of the 7 days is complete",
    ]
    assert told["alone"][1].headline == "No call of these days is here"
    assert told["alone"][1].subject == (
        "Week 47, Keyyo: no call of these days is here (Keyyo unlinked on 11 November 2026)"
    )
    assert [one.stamp.title for one in told["all"]] == ["Complete but for 2 days", "Complete"]
    assert told["all"][0].stamp.text == told["alone"][0].stamp.text


@pytest.mark.parametrize(
    ("zone", "missing", "lacking"),
    [
        ("Europe/Paris", (8, 16), []),
        ("Australia/Lord_Howe", (8,), [(9, "partial")]),  # that Sunday in Paris ends on a Monday there
        ("Australia/Lord_Howe", (15,), [(15, "partial")]),
        ("Australia/Lord_Howe", (9, 10), [(9, "partial"), (10, "missing"), (11, "partial")]),
        ("America/New_York", (8,), []),
        ("America/New_York", (16,), [(15, "partial")]),
        ("Asia/Kathmandu", (8, 16), [(9, "partial")]),
    ],
)
def test_a_day_of_a_connection_counts_for_the_hours_that_a_period_has_of_it(
    alder, calls, zone, missing, lacking
):
    with tenant_scope(alder):
        Coverage.objects.create(connection=calls, day=date(2026, 11, 16), state="complete", read_at=MONDAY)
        _say(alder, "missing", *missing)
        found = coverage_of(WEEK.first, WEEK.last, None, ZoneInfo(zone), Part()).not_whole
    assert [(one.day.day, one.state) for one in found] == lacking


@pytest.mark.parametrize("seed", range(4))
def test_a_day_is_whole_where_every_quarter_of_an_hour_of_it_is_here(alder, calls, seed):
    """Days of a connection in any state, over a change of clocks, against those of zones on both sides of it."""
    chance = Random(seed)
    first = date(2026, 10, 20)
    days = [first + timedelta(days=at) for at in range(12)]
    rows, here = [], set()
    for day in days:
        begin, end = midnight(day, PARIS), midnight(day + timedelta(days=1), PARIS)
        state = chance.choice(("complete", "complete", "partial", "missing", None))
        until = begin + timedelta(minutes=15 * chance.randrange(1, 92)) if state == "partial" else None
        if state:
            rows.append(
                Coverage(connection=calls, day=day, state=state, complete_until=until, read_at=MONDAY)
            )
        reached = end if state == "complete" else until or begin
        here |= {begin + n * QUARTER for n in range((reached - begin) // QUARTER)}
    period = days[3], days[-4]
    for name in ("Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"):
        zone = ZoneInfo(name)
        expected = {}
        for day in days[3:-3]:
            begin, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
            quarters = [begin + n * QUARTER for n in range((end - begin) // QUARTER)]
            if not here.issuperset(quarters):
                expected[day] = "partial" if not here.isdisjoint(quarters) else "missing"
        with tenant_scope(alder):
            Coverage.objects.all().delete()
            Coverage.objects.bulk_create(rows)
            found = coverage_of(*period, None, zone, Part()).by_day
        assert found == expected, name


def test_of_a_day_that_is_half_here_only_the_hours_that_a_period_has_count(alder, calls):
    """Sunday was read until 15:00 in Paris: there the week is over by then, here it lasts nine hours more."""
    at = datetime(2026, 11, 15, 14, tzinfo=UTC)
    _say(alder, "partial", 15)
    with tenant_scope(alder):
        Coverage.objects.filter(day=date(2026, 11, 15)).update(complete_until=at)
        there, here = (
            coverage_of(WEEK.first, WEEK.last, None, ZoneInfo(zone), Part()).not_whole
            for zone in ("Australia/Lord_Howe", "Europe/London")
        )
        [today] = coverage_of(at.date(), at.date(), at.date(), PARIS, Part()).current
    assert not there
    assert [(one.day.day, one.until) for one in here] == [(15, at)]
    assert (today.until, today.today_until) == (at, at)


def test_calls_of_yesterday_are_no_reason_to_wait_for_todays_just_after_midnight(alder, calls):
    today = date(2026, 11, 16)
    _say(alder, "complete")
    with tenant_scope(alder):
        found = coverage_of(today, today, today, PARIS, Part())
    midnight = datetime(2026, 11, 15, 23, tzinfo=UTC)
    assert found.read_until == {"Keyyo": None}
    assert not found.behind(midnight + timedelta(minutes=5))
    assert found.behind(midnight + timedelta(hours=1)) == {"Keyyo": None}
