"""Figures of days whose calls are no longer kept: what is counted call by call says so, and is compared with nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.scoping import tenant_scope
from portal.lib.periods import Period
from telephony import tasks
from telephony.models import Call, Coverage, Entity
from telephony.models.spans import DAY, Span
from telephony.reports import sheets
from telephony.reports.workshop import document_of
from telephony.services import retention, rollups
from tests.exported import exported
from tests.people import signed_in, staff
from tests.reading import text_of

from .conftest import MONDAY, call

PARIS = ZoneInfo("Europe/Paris")
NIGHT = datetime(2026, 12, 1, 1, 20, tzinfo=UTC)
OCTOBER = "?period=dates&period_from=2026-10-01&period_to=2026-10-31"
WORDS = "Not complete: calls from before 1 November 2026 are no longer kept."
OF_STAFF = "Not complete: Alder & Ash: calls from before 1 November 2026 are no longer kept."


@pytest.fixture
def forgotten(alder, calls, monkeypatch):
    """A missed call on each day of October, counted and gone; November is whole."""
    days = [date(2026, 10, 1) + timedelta(days=at) for at in range(31)]
    november = [date(2026, 11, day) for day in range(16, 31)]
    with tenant_scope(alder):
        line = Entity.objects.get()
        Call.objects.bulk_create(
            call(calls, line, datetime(day.year, day.month, day.day, 9, tzinfo=UTC), "inbound", "missed",
                 f"+3363888{day.day:04d}", cost_micros=30_000_000)
            for day in days
        )  # fmt: skip
        Coverage.objects.update(state="complete")
        Coverage.objects.bulk_create(
            Coverage(connection=calls, day=day, state="complete", read_at=MONDAY)
            for day in [*days, *november]
        )
        Coverage.objects.create(
            connection=calls, day=NIGHT.date(), state="partial", complete_until=NIGHT, read_at=NIGHT
        )
        rollups.settle(calls.pk)
        retention.keep_for({"calls": 1, "events": None, "files": None})
    retention.open_nightly(NIGHT)
    with tenant_scope(alder):
        row = retention.of_tenant()
    for at in (NIGHT, NIGHT + retention.WRITERS_END):
        monkeypatch.setattr(timezone, "now", lambda at=at: at)
        tasks.advance_retention(alder.pk, row.pk)
    with tenant_scope(alder):
        assert not Call.objects.filter(started_at__lt=datetime(2026, 10, 30, tzinfo=UTC)).exists()
        return line


def test_what_is_counted_call_by_call_says_what_it_lacks(alder, carol, forgotten):
    client, tom = signed_in(carol), signed_in(staff("tom@telvane.example", "Tom"))
    for part, figure in (("missed", "fates"), ("callers", "callers"), ("at-once", "peaks")):
        page = f"/t/alder/figures/{part}/{OCTOBER}"
        assert WORDS in text_of(client.get(page)), part
        assert WORDS in json.loads(exported(client, page, figure=figure))["not_complete"], part
        page = f"/staff/figures/{part}/{OCTOBER}"
        assert OF_STAFF in text_of(tom.get(page)).replace("&amp;", "&"), part
        assert OF_STAFF in json.loads(exported(tom, page, figure=figure))["not_complete"], part
    autumn = "?period=dates&period_from=2026-10-15&period_to=2026-11-14"
    days = [
        row["day"]
        for row in json.loads(exported(client, f"/t/alder/figures/at-once/{autumn}", figure="peaks"))["rows"]
    ]
    assert days[0] == "2026-11-01", "no day is told of which no call is here"
    assert OF_STAFF in text_of(tom.get(f"/staff/figures/never/{OCTOBER}")).replace("&amp;", "&")
    assert "1 tenant no longer keeps all calls of these days" in text_of(tom.get(f"/staff/figures/{OCTOBER}"))
    november = "?period=last_month"
    for part in ("missed", "callers", "at-once"):
        assert "no longer kept" not in text_of(client.get(f"/t/alder/figures/{part}/{november}")), part
    assert "no longer keep" not in text_of(tom.get(f"/staff/figures/{november}"))


def test_hours_of_a_line_outlast_its_calls(carol, forgotten):
    client = signed_in(carol)
    of_all, of_line = (client.get(f"/t/alder/{OCTOBER}{part}") for part in ("", f"&line={forgotten.pk}"))
    tables = [page.context["heat"].table for page in (of_all, of_line)]
    assert tables[0].rows == tables[1].rows and not of_line.context["heat"].is_empty
    assert WORDS not in text_of(of_all) + text_of(of_line)
    assert of_line.context["compared"].now.inbound == 31


def test_up_to_the_same_time_no_day_is_compared_with_that_is_gone(alder, forgotten):
    year = Span(name="year", first=date(2026, 1, 1), last=NIGHT.date(), today=NIGHT.date())
    with tenant_scope(alder):
        found = [retention.has_same_time(one, PARIS) for one in (year, replace(year, today=year.last + DAY))]
    assert found == [False, True]


def test_a_report_compares_with_no_calls_that_are_gone(alder, forgotten, weekly):
    """What is summed in the tenant's days stays; who was never called back, and any sum of other days, do not."""
    weekly.period, weekly.figures = "last_month", ["summary", "rate_by_day"]
    found = {}
    with tenant_scope(alder):
        for zone in ("Europe/Paris", "Europe/London"):
            weekly.time_zone = zone
            document, _asked = document_of(weekly, Period(date(2026, 11, 1), date(2026, 11, 30)))
            found[zone] = document.sections[0], document.stamp.title
    [summary, title], [of_other_days, other_title] = found.values()
    notes = {tile.label: tile.note for tile in summary.tiles}
    assert [row[2] for row in summary.rows] == [31, 0, 31, None]
    assert (notes["Inbound calls"], notes["Never called back"]) == ("+14 on October", "")
    assert all(row[2] is None for row in of_other_days.rows if len(row) > 2)
    assert {tile.note for tile in of_other_days.tiles if tile.label == "Inbound calls"} == {
        "October is not complete"
    }
    assert [title, other_title] == ["Complete", "Complete"]


def test_a_report_of_days_whose_calls_are_gone_says_what_lacks_them(alder, forgotten, weekly):
    """In its subject, its stamp, which every page and file has, and at the figures."""
    weekly.period, weekly.line = "last_month", forgotten
    weekly.figures = figures = ["summary", "missed_fates", "when_people_call", "by_line", "calls_by_day"]
    with tenant_scope(alder):
        document, _asked = document_of(weekly, Period(date(2026, 10, 1), date(2026, 10, 31)))
        weekly.figures = ["calls_by_day"]
        of_sums, _asked = document_of(weekly, Period(date(2026, 10, 1), date(2026, 10, 31)))
    words = "Calls from before 1 November 2026 are no longer kept: what is counted call by call lacks them."
    assert (document.stamp.title, document.stamp.text) == ("Not complete", words)
    assert document.subject.endswith(" (older calls are no longer kept)")
    assert words in sheets.csv_of(document).decode("utf-8-sig")
    sections = {one.key: one for one in document.sections}
    summary, fates, hours, lines, days = (sections[key] for key in figures)
    assert summary.stars == [3] and summary.rows[0][1] == 31
    assert len(fates.stars) == len(fates.rows) > 0
    assert hours.rows and not hours.stars
    assert "half_within" not in [column.name for column in lines.columns] and not lines.stars
    assert not days.stars
    assert (of_sums.stamp.title, of_sums.subject.endswith(")")) == ("Complete", False)
