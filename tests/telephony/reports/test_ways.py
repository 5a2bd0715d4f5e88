"""Every number of a report's page leads to its calls, and as many stand there as it says; nothing of it leaves the page."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.http import QueryDict
from django.utils import timezone

from accounts.scoping import tenant_scope
from portal.lib.periods import Period
from telephony.forms.calls import CallFilterForm
from telephony.models import Call, Connection, Entity, Report, ReportLook, ReportRun
from telephony.models.calls import REACHED
from telephony.reports import drawing, workshop
from telephony.reports.document import Document, without_ways
from telephony.reports.figures import FIGURES
from telephony.services import report_schedule, rollups
from telephony.tasks import advance_report
from tests.exported import exported
from tests.people import signed_in

from .conftest import MONDAY, call

WEEK = Period(date(2026, 11, 9), date(2026, 11, 15))
CALLS = "/t/alder/calls/?"
IN_SVG = re.compile(r'<a href="([^"]+)" aria-label="([^"]+)"')


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """When reports are made."""
    at = MONDAY + timedelta(hours=6)
    monkeypatch.setattr(timezone, "now", lambda: at)
    return at


@pytest.fixture
def queue(calls: Connection) -> Entity:
    """Calls of a queue beside those of the line: given up, timed out, a message left, late at night; and a text message."""
    with tenant_scope(calls.tenant_id):
        line = Entity.objects.get(remote_id="33199001001")
        queue = Entity.objects.create(
            connection=calls, kind="ACDService", facet="queue", is_line=True, remote_id="q1", name="Support",
            checksum="", fetched_at=MONDAY,
        )  # fmt: skip
        at = datetime(2026, 11, 10, 22, 30, tzinfo=UTC)
        rows = []
        for number, outcome in enumerate(
            ("answered", "answered", "abandoned", "timed_out", "voicemail", "busy", "unknown")
        ):
            for hour in range(0, 10, 5):
                moment = at + timedelta(hours=hour, minutes=number)
                caller = f"+336399{number}{hour:04d}"
                rows.append(
                    call(
                        calls,
                        line,
                        moment,
                        "inbound",
                        outcome,
                        caller,
                        group_remote_id="q1",
                        wait_s=number * 9,
                    )
                )
        rows += [
            call(
                calls,
                line,
                at,
                "outbound",
                "answered",
                "",
                "+33639950001",
                destination=place,
                cost_micros=5_000,
            )
            for place in ("France mobile", "")
        ]
        rows.append(
            call(calls, line, at, "outbound", "unknown", "", "+33639950002", medium="sms", cost_micros=90_000)
        )
        rows.append(call(calls, queue, at, "inbound", "missed", "+33639980009", group_remote_id="q1"))
        for number, row in enumerate(rows):
            row.fold_key += f" {number}"
        Call.objects.bulk_create(rows)
    return queue


def found(query: str) -> int:
    """How many calls the history shows at this address."""
    form = CallFilterForm(
        QueryDict(query),
        zone=ZoneInfo("Europe/Paris"),
        region="FR",
        connections=list(Connection.objects.all()) * 2,
    )
    count: int = form.apply(Call.objects.all()).count()
    assert not form.errors, (query, form.errors)
    return count


def wrong(document: Document) -> list[Any]:
    """(section, its number, what stands behind it) where these differ, and numbers that lead nowhere."""
    seen: list[Any] = []
    counts: dict[str, int] = {}

    def behind_of(url: str) -> int:
        if url not in counts:
            counts[url] = found(url.removeprefix(CALLS))
        return counts[url]

    for section in document.sections:
        for row, urls in zip(section.rows, section.urls, strict=True):
            for column, cell, url in zip(section.columns, row, urls, strict=True):
                if column.kind == "count" and url.startswith(CALLS):
                    if behind_of(url) != cell:
                        seen.append((section.key, column.name, cell, behind_of(url), url))
                elif column.kind == "count" and cell and section.key != "connections":
                    seen.append((section.key, column.name, cell, "no way"))
        for url, words in IN_SVG.findall(section.svg):
            behind = behind_of(unescape(url))
            numbers = [int(one) for one in re.findall(r"(\d+) (?:answered|missed|other|calls?\b)", words)]
            if behind != sum(numbers):
                seen.append((section.key, words, behind))
    return seen


@pytest.mark.parametrize(
    ("zone", "scope"),
    [
        ("Europe/Paris", "all"),
        ("Europe/Paris", "line"),
        ("Europe/Paris", "queue"),
        ("Pacific/Auckland", "connection"),
    ],
)
def test_each_number_is_that_of_the_calls_it_leads_to(alder, calls, queue, weekly, made, zone, scope):
    with tenant_scope(alder):
        if scope in ("all", "queue"):
            rollups.settle(calls.pk)  # the others are read while days are marked
        weekly.figures, weekly.time_zone = list(FIGURES), zone
        weekly.connection = calls if scope == "connection" else None
        weekly.line = {"line": Entity.objects.get(remote_id="33199001001"), "queue": queue}.get(scope)
        document, _asked = workshop.document_of(weekly, WEEK)
        assert wrong(document) == []
        rates = [
            (cell, found(url.removeprefix(CALLS)), row[1])
            for section in document.sections
            if section.key == "rate_by_day"
            for row, urls in zip(section.rows, section.urls, strict=True)
            for cell, url in [(row[2], urls[2])]
        ]
        assert rates and all(round(cell * inbound) == reached for cell, reached, inbound in rates if cell)


def test_what_is_told_of_waits_leads_to_calls_that_waited_so(alder, calls, queue, weekly):
    with tenant_scope(alder):
        Call.objects.filter(group_remote_id="").update(wait_s=None)
        weekly.figures = ["summary", "by_line", "queues"]
        document, asked = workshop.document_of(weekly, WEEK)
        summary, lines, queues = [one for one in document.sections if one.key != "findings"]
        half = next(one for one in summary.tiles if one.narrow == "Half within")
        [[of_queue, longest_s]] = asked.groups
        [in_time, longest] = queues.urls[0][-2:]
        of_lines = dict(zip((row[0] for row in lines.rows), (urls[4] for urls in lines.urls), strict=True))
        behind = [
            found(url.removeprefix(CALLS)) for url in (half.url, of_lines["=Accueil"], in_time, longest)
        ]
        assert behind == [asked.totals.waits.total, 4, of_queue.waits.below(20), 2]
        assert asked.totals.waits.total == 4 < asked.totals.reached and longest_s == 54
        assert queues.rows[0][3:] == [5, 2, 4 / 14, 54]


def test_a_number_that_rings_several_lines_and_calls_of_no_known_line_are_led_to(alder, calls, weekly):
    with tenant_scope(alder):
        Call.objects.filter(line__remote_id="33199001001").update(line=None)
        number = Entity.objects.get(remote_id="33199001001")
        number.pk, number.facet, number.is_line, number.remote_id = None, "number", False, "33199001080"
        number.save()
        Call.objects.filter(direction="inbound").update(group_remote_id="33199001080")
        weekly.figures = ["by_line", "queues", "cost_by_line"]
        document, _asked = workshop.document_of(weekly, WEEK)
        lines, queues, _costs = [one for one in document.sections if one.key != "findings"]
        assert "No known line" in {row[0] for row in lines.rows} and len(queues.rows) == 1
        assert wrong(document) == []


def test_what_became_of_calls_is_told_as_of_when_the_report_was_made(alder, calls, weekly, made):
    with tenant_scope(alder):
        weekly.figures = ["summary", "missed_fates", "missed_callers"]
        document, asked = workshop.document_of(weekly, WEEK)
        line = Entity.objects.get(remote_id="33199001001")
        waiting = [row[0] for row in asked.waiting_callers(asked.span)]
        Call.objects.bulk_create(
            call(calls, line, made + timedelta(minutes=at), "outbound", "answered", "", number, duration_s=9)
            for at, number in enumerate(waiting)
        )
        assert len(waiting) > 1 and wrong(document) == []
        assert workshop.document_of(weekly, WEEK)[1].totals.waiting == 0


def test_days_and_hours_of_queue_service_are_those_of_queues(alder, calls, queue, weekly):
    """Of all of them together; of one place, they are those of the place."""
    with tenant_scope(alder):
        line, at = Entity.objects.get(remote_id="33199001001"), datetime(2026, 11, 10, 10, tzinfo=UTC)
        Call.objects.bulk_create(
            call(calls, line, at + timedelta(minutes=n), "inbound", "missed" if n % 4 else "answered",
                 f"+3363995{n:04d}", group_remote_id="q1")
            for n in range(12)
        )  # fmt: skip
        weekly.ready, weekly.figures = "queue-service", ["queues", "queue_hours", "queue_days"]
        found = {}
        for place in (None, queue, line):
            weekly.line = place
            document, _asked = workshop.document_of(weekly, WEEK)
            assert wrong(document) == []
            queues, hours, days = [one for one in document.sections if one.key != "findings"]
            told = {row[0]: row[1:3] for row in hours.rows}
            found[place] = queues.rows[0][1], sum(row[1] for row in days.rows), told, hours.title
    of_hour, title = {"11 h": [12, 0.25]}, "Answer rate by hour"
    assert found == {
        None: (27, 27, of_hour, "Answer rate of queues and groups by hour"),
        queue: (27, 27, of_hour, title),
        line: (26, 47, {"10 h": [21, 1 / 3], **of_hour}, title),
    }


def test_a_report_says_what_the_rows_give_in_any_zone(alder, calls, queue, weekly):
    with tenant_scope(alder):
        rollups.settle(calls.pk)
        for zone in map(ZoneInfo, ("Europe/Paris", "America/Anchorage", "Asia/Kathmandu")):
            weekly.figures, weekly.time_zone = ["summary", "calls_by_day", "when_people_call"], zone.key
            document, asked = workshop.document_of(weekly, WEEK)
            rows = [
                (one.started_at.astimezone(zone), one.outcome in REACHED)
                for one in Call.objects.filter(direction="inbound", medium="voice")
                if WEEK.first <= one.started_at.astimezone(zone).date() <= WEEK.last
            ]
            summary, by_day, by_week = document.sections
            assert [row[1] for row in summary.rows[:2]] == [len(rows), sum(reached for _at, reached in rows)]
            days = Counter(at.date().isoformat() for at, _reached in rows)
            assert {row[0]: row[1] for row in by_day.rows if row[1]} == dict(days)
            assert sum(sum(row[1:]) for row in by_week.rows) == len(rows)
            assert asked.totals.cost_micros == {"EUR": sum_of_costs(zone)}


def sum_of_costs(zone: ZoneInfo) -> int:
    return sum(
        one.cost_micros or 0
        for one in Call.objects.all()
        if WEEK.first <= one.started_at.astimezone(zone).date() <= WEEK.last
    )


def test_the_page_leads_to_calls_and_what_goes_outside_leads_nowhere(alder, carol, calls, queue, weekly):
    client = signed_in(carol)
    with tenant_scope(alder):
        Report.objects.update(figures=list(FIGURES))
    report_schedule.open_due(MONDAY + timedelta(hours=5))
    with tenant_scope(alder):
        run = ReportRun.objects.get()
    advance_report(alder.pk, run.pk)
    page = client.get(f"/t/alder/reports/runs/{run.pk}/").content.decode()
    with tenant_scope(alder):
        document = workshop.kept(run)
        assert document is not None
        urls = {url for one in document.sections for row in one.urls for url in row if url.startswith(CALLS)}
        shown = {unescape(url) for url in re.findall(r'href="(/t/alder/calls/[^"]+)"', page)}
        assert urls <= shown and len(urls) > 40
        assert all("<a " not in drawing.alone(one.drawing, "#0a6261") for one in document.sections if one.svg)
        closed = without_ways(document)
        assert "/calls/" not in closed.to_json()
        assert [
            replace(one, url="", urls=()) for one in closed.sections if not one.svg and not one.tiles
        ] == [replace(one, url="", urls=()) for one in document.sections if not one.svg and not one.tiles]
    fetched = exported(client, f"/t/alder/reports/runs/{run.pk}/", figure="missed_callers")
    callers = next(one for one in document.sections if one.key == "missed_callers")
    told = json.loads(fetched)
    assert told["not_complete"].startswith(document.stamp.title) and not document.stamp.is_whole
    assert [one["tries"] for one in told["rows"]] == [row[1] for row in callers.rows]
    assert len(mail.outbox) == 2
    files = [part for sent in mail.outbox for part in sent.attachments if isinstance(part, tuple)]
    [outside] = [sent for sent in mail.outbox if sent.to != [carol.email]]
    texts = [str(part[1]) for part in files] + [outside.body, outside.alternatives[0].content]  # type: ignore[attr-defined]
    assert not any("/t/alder/calls" in text for text in texts)
    assert client.get(next(iter(sorted(shown)))).status_code == 200


def test_logo_and_colour_stand_on_page_and_in_mail(alder, carol, calls, weekly):
    client = signed_in(carol)
    logo = drawing.picture('<svg viewBox="0 0 400 40"></svg>', "#7a1f5c")
    with tenant_scope(alder):
        ReportLook.objects.create(heading="Telvane", colour="#7A1F5C", foot="Telvane SAS", logo=logo)
        Report.objects.update(figures=["calls_by_day"], formats=["body"])
    report_schedule.open_due(MONDAY + timedelta(hours=5))
    with tenant_scope(alder):
        run = ReportRun.objects.get()
    advance_report(alder.pk, run.pk)
    sent = mail.outbox[0]
    html = sent.alternatives[0].content  # type: ignore[attr-defined]
    ids = [part["Content-ID"] for part in sent.attachments if not isinstance(part, tuple)]
    assert ids == ["<logo>", "<figure-0>"] and 'src="cid:logo" width="240" height="24"' in html
    assert "Telvane SAS" in html and "#7A1F5C" in html
    page = client.get(f"/t/alder/reports/runs/{run.pk}/").content.decode()
    assert "/t/alder/reports/look/7a1f5c.css" in page and "/t/alder/reports/look/logo/" in page
    assert "#7a1f5c" in client.get("/t/alder/reports/look/7a1f5c.css").content.decode()
    assert client.get("/t/alder/reports/look/red.css").status_code == 404
    shown = client.get("/t/alder/reports/look/logo/")
    assert (shown.content, shown["Content-Type"]) == (logo, "image/png")
