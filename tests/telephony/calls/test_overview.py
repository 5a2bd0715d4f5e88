"""The overview: each count leads to exactly the calls behind it, of any span, connection or line."""

from __future__ import annotations

import csv
import json
import re
from datetime import datetime, timedelta
from html import unescape
from io import BytesIO, StringIO
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, Membership
from accounts.rights import Role
from accounts.scoping import tenant_scope
from portal.ui import views
from portal.ui.keyset import capped_count
from telephony.bench.world import LINES, drafts, make_connection
from telephony.forms.calls import CallFilterForm
from telephony.models import Call, Change, Connection, Coverage, Entity, Job
from telephony.models.rollups import Part
from telephony.services import analytics, calls, export_files, rollups
from telephony.services.call_count import summed
from telephony.services.period_coverage import coverage_of
from telephony.services.rollup_closing import close_months
from telephony.tasks import advance_job
from telephony.views.calls import CallListView
from tests.exported import asked, exported
from tests.reading import text_of
from tests.whole_days import read_whole

LINK = re.compile(r'<a href="/t/alice/calls/\?([^"]+)"[^>]*>([\d,]+(?:\.\d)?)</a>')
HEAT = re.compile(r'<a href="/t/alice/calls/\?([^"]+weekday[^"]+)" aria-label="[^"]+: (\d+) calls?"')
POINT = re.compile(r'<a href="/t/alice/calls/\?([^"]+)" aria-label="[^"]+\u00a0%, (\d+) calls?"')
SHARE = re.compile(r'<a href="/t/alice/calls/\?([^"]+)">([\d.]+)&nbsp;%</a>')
QUERIES = (
    "period=30d",
    "period=year&connection={connection}",
    "period=30d&line={line}",
    "period=30d&group={group}",
    "period=last_month",
)
PARTS = ("", "figures/lines/", "figures/queues/", "figures/destinations/")


@pytest.fixture
def alice(db: None) -> Connection:
    connection = make_connection("alice")
    moved = timezone.now() - timedelta(days=20)
    with tenant_scope(connection.tenant_id):
        Entity.objects.create(
            connection=connection, kind="ACDService", facet="queue", is_line=True, remote_id="q1", name="Support",
            checksum="", fetched_at=moved,
        )  # fmt: skip
        some = drafts(60)
        for number, draft in enumerate(some):
            draft.started_at = moved + timedelta(hours=7 * number)
            if number > 55:
                draft.started_at = timezone.now() - timedelta(seconds=number)
            if draft.direction == "inbound":
                draft.group_remote_id, draft.wait_s = "q1", number
                if number % 5 == 0:  # nobody took it
                    draft.group_remote_id, draft.line_remote_id, draft.outcome = "", "q1", "missed"
                elif number % 5 == 1:
                    draft.line_remote_id, draft.outcome = LINES[0], "missed"
        calls.store(connection, some, timezone.now())
        Coverage.objects.create(
            connection=connection, day=moved.date(), state=Coverage.State.MISSING, read_at=moved
        )
    return connection


def test_each_count_is_that_of_the_calls_behind_it(alice: Connection, client: Client) -> None:
    client.force_login(alice.tenant.memberships.get().person)
    with tenant_scope(alice.tenant_id):
        places = {
            "connection": alice.pk,
            "line": Entity.objects.get(remote_id=LINES[0]).pk,
            "group": Entity.objects.get(remote_id="q1").pk,
        }
    for is_counted in (False, True):
        if is_counted:
            with tenant_scope(alice.tenant_id):
                rollups.settle(alice.pk)
        for query in QUERIES[: 1 if is_counted else None]:
            for part in PARTS:
                page = client.get(f"/t/alice/{part}?" + query.format(**places)).content.decode()
                assert _wrong_counts(alice, page) == []
    with tenant_scope(alice.tenant_id):
        # Callers whose numbers are called as well, or end others.
        for number in (f"+{LINES[0]}", LINES[0][-4:]):
            Call.objects.bulk_create(
                Call(connection=alice, fold_key=f"own{number}{at}", started_at=timezone.now(), direction="inbound",
                     outcome="missed", caller=number, caller_reversed=number[::-1], callee=f"+{LINES[0]}",
                     callee_reversed=f"+{LINES[0]}"[::-1])
                for at in range(10)
            )  # fmt: skip
    queues = client.get("/t/alice/figures/queues/?period=30d")
    [(group, *_ways)] = queues.context["groups"]
    [(in_time, shown)] = SHARE.findall(queues.content.decode())
    assert _found(alice, in_time) == group.waits.below(20) == round(group.told * float(shown) / 100) > 0
    assert _found(alice, in_time.replace("0-20", "0-")) == group.waits.total > group.waits.below(20)
    callers = client.get("/t/alice/figures/callers/?period=year").content.decode()
    fates = client.get("/t/alice/figures/missed/?period=30d").content.decode()
    of_group = "".join(
        client.get(f"/t/alice/figures/{name}/?period=30d&group={places['group']}").content.decode()
        for name in ("missed", "waits", "at-once")
    )
    waits = client.get("/t/alice/figures/waits/?period=30d").content.decode()
    crossing = "/t/alice/figures/missed/?period=30d&group={group}&line={line}".format(**places)
    of_both = client.get(crossing).content.decode()
    assert _wrong_counts(alice, callers + fates + of_group + waits + of_both) == []
    in_file = [str(row["calls"]) for row in json.loads(exported(client, crossing, figure="fates"))["rows"]]
    assert [count for _way, count in LINK.findall(of_both)] == [one for one in in_file if one != "0"] != []
    parts = "".join(client.get(f"/t/alice/{part}?period=30d").content.decode() for part in PARTS)
    page = parts + callers + fates + of_group
    assert _wrong_counts(alice, page, HEAT) == []
    assert len(HEAT.findall(page)) > 1
    kinds = {tuple(sorted(QueryDict(unescape(one)))) for one, _count in LINK.findall(page)}
    told = {name for kind in kinds for name in kind}
    assert {
        "line",
        "group",
        "dialled",
        "caller",
        "outcome",
        "direction",
        "fate",
        "hour",
        "waited",
        "running",
    } <= told
    assert "* Not all is here: Alice at Keyyo: " in text_of(client.get("/t/alice/?period=30d"))


def test_a_group_that_is_a_line_too_is_the_calls_that_it_was_offered(
    alice: Connection, client: Client
) -> None:
    client.force_login(alice.tenant.memberships.get().person)
    with tenant_scope(alice.tenant_id):
        group = Entity.objects.get(remote_id="q1")
        offered = Call.objects.filter(group_remote_id="q1", direction="inbound", medium="voice")
        inbound, reached = offered.count(), offered.filter(outcome="answered").count()
        assert 0 < Call.objects.filter(line=group).count() < inbound - reached < inbound
    for query in (f"group={group.pk}", f"line={group.pk}"):
        page = client.get(f"/t/alice/?period=30d&{query}")
        figures = page.context["compared"].now
        assert (figures.inbound, figures.reached) == (inbound, reached)
        assert _wrong_counts(alice, page.content.decode()) == []
    line = client.get(f"/t/alice/lines/{group.pk}/").content.decode()
    assert f"period=30d&amp;group={group.pk}" in line and f"/calls/?group={group.pk}" in line


def test_destinations_are_told_by_class_and_each_leads_to_its_calls(
    alice: Connection, client: Client
) -> None:
    client.force_login(alice.tenant.memberships.get().person)
    with tenant_scope(alice.tenant_id):
        placed = Call.objects.filter(direction="outbound", medium="voice").order_by("pk")
        dialled = ["+33639980001", "+33198000001", "+33800555000", "+442079460000", "3900", "+33639980002"]
        for call, number in zip(placed, dialled, strict=False):
            placed.filter(pk=call.pk).update(callee=number, callee_reversed=number[::-1])
    page = client.get("/t/alice/figures/destinations/?period=30d").content.decode()
    assert _wrong_counts(alice, page) == []
    words = text_of(client.get("/t/alice/figures/destinations/?period=30d"))
    assert "France · Mobile" in words and "France · Free of charge for callers" in words
    assert "United Kingdom +44" in words and "Short numbers" in words
    assert not [one for one in ("United Kingdom ·",) if one in words]
    ways = [QueryDict(unescape(one)).get("dialled", "") for one, _count in LINK.findall(page)]
    assert {"+44", "+338"} <= set(ways) and all(ways)
    rows = json.loads(exported(client, "/t/alice/figures/destinations/?period=30d", figure="destinations"))[
        "rows"
    ]
    assert {"Mobile", "Fixed line", "Free of charge for callers"} <= {row["kind"] for row in rows}


def test_who_calls_most_is_told_with_the_country(alice: Connection, client: Client) -> None:
    """As destinations tell it; an extension has none."""
    client.force_login(alice.tenant.memberships.get().person)
    page = "/t/alice/figures/callers/?period=30d"
    numbers = {"+442079460000": "United Kingdom", "+12025550100": "United States and others", "204": ""}
    with tenant_scope(alice.tenant_id):
        Call.objects.filter(direction="inbound").exclude(medium="sms").exclude(caller="").delete()
        for number in numbers:
            Call.objects.create(connection=alice, fold_key=number, started_at=timezone.now() - timedelta(hours=1),
                                direction="inbound", outcome="answered", caller=number)  # fmt: skip
    rows = json.loads(exported(client, page, figure="callers"))["rows"]
    assert {row["number"]: row["country"] for row in rows} == numbers
    words = text_of(client.get(page))
    assert "United Kingdom" in words and "United States and others" in words


def test_what_the_provider_has_no_more_still_leads_to_its_calls(alice: Connection, client: Client) -> None:
    client.force_login(alice.tenant.memberships.get().person)
    named = client.get("/t/alice/figures/lines/?period=30d").content.decode()
    with tenant_scope(alice.tenant_id):
        group = Entity.objects.get(remote_id="q1").pk
        Entity.objects.call_places().update(missing_since=timezone.now())
    lines = client.get("/t/alice/figures/lines/?period=30d").content.decode()
    assert LINK.findall(lines) == LINK.findall(named) != [] and _wrong_counts(alice, lines) == []
    line = re.findall(r"line=(\d+)", lines)[0]
    for query in (f"line={line}", f"group={group}"):
        page = client.get(f"/t/alice/?period=30d&{query}").content.decode()
        assert query in page and _wrong_counts(alice, page) == []
        shown = client.get(f"/t/alice/calls/?{query}").context
        assert 0 < shown["count"].value < client.get("/t/alice/calls/").context["count"].value
    answer = client.get("/t/alice/calls/?line=999999999")
    assert answer.context["filter_form"].errors.keys() == {"line"}


def test_the_others_lead_to_their_calls_too(
    alice: Connection, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(alice.tenant.memberships.get().person)
    monkeypatch.setattr(analytics, "MOST_ROWS", 1)
    lines = client.get("/t/alice/figures/lines/?period=30d").content.decode()
    destinations = client.get("/t/alice/figures/destinations/?period=30d").content.decode()

    assert [len(LINK.findall(page)) for page in (lines, destinations)] == [2, 2]
    assert _wrong_counts(alice, lines + destinations) == []
    [(besides, shown)] = [one for one in LINK.findall(lines) if "besides" in one[0]]
    [(rate, _percent)] = [one for one in SHARE.findall(lines) if "besides" in one[0]]
    assert 0 < _found(alice, rate) <= int(shown.replace(",", ""))
    found = client.get(f"/t/alice/calls/?{unescape(besides)}")
    [key] = QueryDict(unescape(besides)).getlist("besides")
    with tenant_scope(alice.tenant_id):
        assert f"other than {Entity.objects.get(pk=key)}" in text_of(found)
    assert "other than 2 lines" in text_of(client.get("/t/alice/calls/?besides=999999998,999999999"))
    for bad in ("1,", "x", "1,,2", f"{10**18}", ",".join(map(str, range(51)))):
        assert client.get("/t/alice/calls/", {"besides": bad}).context["filter_form"].errors.keys() == {
            "besides"
        }


@pytest.fixture
def busy(alice: Connection) -> datetime:
    """A time nine days ago with enough calls for a rate."""
    at = timezone.now() - timedelta(days=9)
    told = {"direction": "inbound", "outcome": "answered", "group_remote_id": "q1", "wait_s": 5}
    with tenant_scope(alice.tenant_id):
        line = Entity.objects.get(remote_id=LINES[0])
        Call.objects.bulk_create(
            Call(connection=alice, line=line, fold_key=f"busy {number}", started_at=at, **told)
            for number in range(6)
        )
        day = at.astimezone(ZoneInfo(alice.tenant.time_zone)).date()
        Coverage.objects.create(connection=alice, day=day, state=Coverage.State.COMPLETE, read_at=at)
    return at


def test_each_point_of_a_rate_leads_to_the_calls_of_its_step(
    alice: Connection, busy: datetime, client: Client
) -> None:
    client.force_login(alice.tenant.memberships.get().person)
    with tenant_scope(alice.tenant_id):
        group = Entity.objects.get(remote_id="q1").pk
    for part in ("", "figures/waits/"):
        for query in ("period=30d", f"period=30d&group={group}"):
            page = client.get(f"/t/alice/{part}?{query}").content.decode()
            points = [way for way, _count in POINT.findall(page)]
            assert points and all(("group=" in way) == ("group=" in query) for way in points)
            assert _wrong_counts(alice, page, POINT) == []
            rows = 1 if part else 2  # of the table of volume as well
            assert {page.count(f'<td class="r"><a href="/t/alice/calls/?{way}">') for way in points} == {rows}


def test_changes_are_marks_on_the_curves_of_what_they_are_of(
    alice: Connection, busy: datetime, client: Client
) -> None:
    client.force_login(alice.tenant.memberships.get().person)
    with tenant_scope(alice.tenant_id):
        line, queue = Entity.objects.get(remote_id=LINES[0]), Entity.objects.get(remote_id="q1")
        of_line = {"entity": line, "line": line, "summary": "Accueil: forward"}
        of_queue = {"entity": queue, "summary": "Support: ring longer"}
        for count, values in ((1, of_line), (30, of_queue), (1, {"summary": "Account: a word"})):
            Change.objects.bulk_create(
                Change(connection=alice, operation="x", state="applied", sent_at=busy, **values)
                for _number in range(count)
            )
        Change.objects.filter(entity=queue).update(sent_at=busy - timedelta(days=5))

    def said(path: str = "", **part: int) -> tuple[list[str], int]:
        """What the letters stand for, and how many there are: each in a wide and a narrow drawing."""
        page = client.get(f"/t/alice/{path}", {"period": "30d", **part}).content.decode()
        words = [unescape(one) for one in re.findall("<figcaption>(A: .*?)</figcaption>", page)]
        return words, len(re.findall(r'class="s">[A-Z]</text>', page))

    many = "A: Support: ring longer and 29 more changes"
    assert said() == said(connection=alice.pk) == ([f"{many}; B: Accueil: forward and 1 more change"], 8)
    assert said(line=line.pk) == (["A: Accueil: forward"], 4)
    assert said(group=queue.pk) == ([many], 4)
    assert said("figures/waits/") == ([f"{many}; B: Accueil: forward and 1 more change"], 4)
    assert said("figures/waits/", group=queue.pk) == ([many], 2)


@pytest.mark.parametrize("name", ["group", "line"])
def test_a_place_of_another_connection_is_refused_where_it_is_asked_for(
    alice: Connection, client: Client, name: str
) -> None:
    """Figures, their parts and the list count the calls of the connection that was chosen; an export is not made."""
    client.force_login(alice.tenant.memberships.get().person)
    with tenant_scope(alice.tenant_id):
        other = Connection.objects.create(
            credential=alice.credential, provider="keyyo", slug="other", name="Other & Co", capabilities=[]
        )
        place = (
            Entity.objects.get(remote_id="q1") if name == "group" else Entity.objects.get(remote_id=LINES[0])
        )
    query = f"connection={other.pk}&{name}={place.pk}"
    fault = f"{place} is not of Other &amp; Co."

    page = client.get(f"/t/alice/?period=30d&{query}")
    rows = client.get(f"/t/alice/calls/?{query}")

    assert page.context["part"] == Part(connection=other.pk) and not page.context["compared"].now.calls
    assert not rows.context["table"].rows and rows.context["connections"] == [other]
    for answer in (page, rows):
        told = answer.content.decode()
        assert fault in told and re.search(f'value="{place.pk}"[^>]+(selected|checked)', told)
    asked_for = client.post("/t/alice/exports/calls/", {"query": query, "format": "csv"}, follow=True)
    assert "A filter is not valid; nothing was exported." in text_of(asked_for)
    own = client.get(f"/t/alice/calls/?connection={other.pk}").content.decode()
    assert str(place) not in own and name in page.context["filter_form"].fields


def _wrong_counts(alice: Connection, page: str, link: re.Pattern[str] = LINK) -> list[Any]:
    """(address, count on the page, calls of that address) of every count that differs; rates are left out."""
    counts = [(query, shown) for query, shown in link.findall(page) if "." not in shown]
    return [
        (query, shown, found)
        for query, shown in counts
        if (found := _found(alice, query)) != int(shown.replace(",", ""))
    ]


def _found(alice: Connection, query: str) -> int:
    with tenant_scope(alice.tenant_id):
        form = CallFilterForm(
            QueryDict(unescape(query)),
            zone=ZoneInfo("Europe/Paris"),
            region="FR",
            connections=[alice, alice],
        )
        found: int = form.apply(Call.objects.all()).count()
        assert not form.errors, (query, form.errors)
        assert summed(form.as_search(), ZoneInfo("Europe/Paris")) in (None, found), query
    return found


def test_a_list_says_the_number_of_a_figure_however_many_calls_it_has(
    alice: Connection, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(alice.tenant.memberships.get().person)
    monkeypatch.setattr(CallListView, "page_size", 5)
    monkeypatch.setattr(views, "capped_count", lambda rows, cap: capped_count(rows, cap and 5))
    page = client.get("/t/alice/?period=30d")
    urls, told = page.context["urls"], page.context["compared"].now
    for name in ("calls", "inbound"):
        assert str(client.get(urls[name]).context["count"]) == str(getattr(told, name))
    for rows in (urls["inbound"] + "&waited=0-", "/t/alice/calls/?q="):
        found = client.get(rows)
        assert str(found.context["count"]) == "more than 5"
        all_of_them = unescape(re.findall(r'id="count-all" href="([^"]+)"', found.content.decode())[0])
        counted = client.get(rows.partition("?")[0] + all_of_them).context
        with tenant_scope(alice.tenant_id):
            assert counted["count"].value == counted["view"].records.count() > 5


def test_a_list_says_the_number_of_an_hour(
    alice: Connection, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(alice.tenant.memberships.get().person)
    page = client.get("/t/alice/?period=30d").content.decode()
    monkeypatch.setattr(CallListView, "page_size", 1)
    monkeypatch.setattr(views, "capped_count", lambda rows, cap: capped_count(rows, cap and 1))
    several = [(unescape(query), shown) for query, shown in HEAT.findall(page) if int(shown) > 1]
    for query, shown in several:
        assert str(client.get(f"/t/alice/calls/?{query}").context["count"]) == shown
        assert str(client.get(f"/t/alice/calls/?{query}&length=under_10").context["count"]) in ("0", "1")
    assert several


FIGURES = ("figures", "volume", "rate", "heat")


def test_each_figure_is_exported_as_a_file(alice: Connection, client: Client) -> None:
    """What the page shows, as numbers: by whoever may export, as a job, and the audit says so."""
    client.force_login(alice.tenant.memberships.get().person)
    page = "/t/alice/?period=30d"
    shown = client.get(page)
    steps = {row[0]: row[1] for row in shown.context["volume"].table.rows}
    assert all(f'name="figure" value="{name}"' in shown.content.decode() for name in FIGURES)
    places = [
        *((page, name) for name in FIGURES),
        (f"/t/alice/numbers/+{LINES[0]}/", "year"),
        ("/t/alice/calls/missed/figures/", "by_day"),
        ("/t/alice/figures/lines/?period=30d", "lines"),
        ("/t/alice/figures/queues/?period=30d", "groups"),
        ("/t/alice/figures/destinations/?period=30d", "destinations"),
        ("/t/alice/figures/callers/?period=30d", "callers"),
        ("/t/alice/figures/missed/?period=30d", "fates"),
    ]
    for address, figure in places:
        told = json.loads(exported(client, address, figure=figure))
        rows = told["rows"]
        assert rows and told["not_complete"].startswith("Not complete: Alice at Keyyo: "), address
    fates = places[-1]
    text = exported(client, fates[0], "csv", fates[1]).decode("utf-8-sig")
    assert next(csv.reader(StringIO(text))) == [told["not_complete"]]
    book = openpyxl.load_workbook(BytesIO(exported(client, fates[0], "xlsx", fates[1])))
    about = dict(book.worksheets[-1].iter_rows(values_only=True))
    assert about["Calls"] == told["not_complete"] and about["Time zone"] == "Europe/Paris"
    assert {"What", "Period", "Made"} <= about.keys() and "Of" not in about
    assert (told["first_day"], told["last_day"]) == (
        str(shown.context["span"].first),
        str(shown.context["span"].last),
    )
    with tenant_scope(alice.tenant_id):
        Coverage.objects.update(state=Coverage.State.COMPLETE)
        read_whole(alice)
    text = exported(client, fates[0], "csv", fates[1]).decode("utf-8-sig")
    sheet = openpyxl.load_workbook(BytesIO(exported(client, fates[0], "xlsx", fates[1]))).active
    assert sheet is not None
    assert [sheet["B2"].value, sheet["B2"].data_type] == [rows[0]["calls"], "n"]
    above, _blank, *below = csv.reader(StringIO(text))
    assert above[0].startswith("Not complete: Alice at Keyyo: today from "), "it is not over"
    assert len(below) == sheet.max_row == len(rows) + 1
    volume = json.loads(exported(client, page, figure="volume"))
    assert {one["from_day"]: one["inbound"] for one in volume["rows"]} == steps
    with tenant_scope(alice.tenant_id):
        line = Entity.objects.lines().order_by("pk")[0]
    of_line = asked(client, f"{page}&line={line.pk}", "xlsx", "volume")
    first, last = told["first_day"], told["last_day"]
    assert of_line.file_name == f"inbound-calls-{first}-{last}.xlsx"
    book = openpyxl.load_workbook(export_files.file_of(of_line))
    about = dict(book.worksheets[-1].iter_rows(values_only=True))
    assert about["Of"] == str(line) and about["Calls"].startswith("Not complete: Alice at Keyyo: today ")
    whole = asked(client, "/t/alice/?period=yesterday", "xlsx", "figures")
    book = openpyxl.load_workbook(export_files.file_of(whole))
    assert dict(book.worksheets[-1].iter_rows(values_only=True))["Calls"] == "Complete"
    head = exported(client, page, "csv", "volume").decode("utf-8-sig").splitlines()[2]
    assert head.startswith("Day (Europe/Paris),")
    event = AuditEvent.objects.filter(verb=AuditEvent.Verb.EXPORTED).latest("pk")
    assert (event.object_label, event.detail["filter"]["figure"]) == ("Inbound calls, as CSV", "volume")

    told = {"path": "/t/alice/", "query": "period=30d", "figure": "volume", "format": "csv"}
    for wrong in ({"figure": "salaries"}, {"path": "/t/alice/figures/nowhere/"}, {"path": "/t/other/"}):
        assert client.post("/t/alice/exports/page/", {**told, **wrong}).status_code == 404, wrong
    refused = client.post("/t/alice/exports/page/", {**told, "format": "exe"}, follow=True)
    assert "Choose XLSX, CSV or JSON." in refused.content.decode()
    asked_before = asked(client, page, "csv", "volume")
    Membership.objects.update(role=Role.VIEWER)
    assert client.post("/t/alice/exports/page/", told).status_code == 403
    assert 'name="figure"' not in client.get(page).content.decode()
    with tenant_scope(alice.tenant_id):
        Job.objects.filter(pk=asked_before.pk).update(
            state=Job.State.WAITING, due_at=timezone.now(), cursor={}
        )
    advance_job(alice.tenant_id, asked_before.pk)
    with tenant_scope(alice.tenant_id):
        asked_before.refresh_from_db()
    assert (asked_before.state, asked_before.error) == ("failed", "You may not see this page any more.")


def test_a_closed_month_says_its_version(alice: Connection, client: Client) -> None:
    client.force_login(alice.tenant.memberships.get().person)
    now = timezone.now()
    last_month = now.date().replace(day=1) - timedelta(days=1)
    with tenant_scope(alice.tenant_id):
        Call.objects.filter(fold_key=f"{1:x}{0:014x}").update(
            started_at=now.replace(year=last_month.year, month=last_month.month, day=10)
        )
        rollups.settle(alice.pk)
    close_months(alice.tenant, now + timedelta(days=5))
    with tenant_scope(alice.tenant_id):
        Call.objects.filter(started_at__lt=now - timedelta(days=30)).update(duration_s=1)
    close_months(alice.tenant, now + timedelta(days=6))

    page = "/t/alice/?period=last_month"
    assert re.search(r"figures version 2\. Version 1 of [^.]+ had .* talked\.", text_of(client.get(page)))
    with tenant_scope(alice.tenant_id):
        Call.objects.filter(fold_key=f"{1:x}{0:014x}").update(duration_s=2)
    text = text_of(client.get(page))
    assert "The figures have changed since version 2 of " in text and ", which had 0:01 talked." in text
    assert "figures version" not in text


def test_a_line_lacks_no_days_of_another_connection(alice):
    with tenant_scope(alice.tenant_id):
        other = Connection.objects.create(
            credential=alice.credential, provider=alice.provider, slug="alice-other", name="Other"
        )
        lines = [
            Entity.objects.create(
                connection=one, kind="line", remote_id=one.slug, checksum="", fetched_at=timezone.now()
            )
            for one in (alice, other)
        ]
        day, paris = Coverage.objects.get().day, ZoneInfo("Europe/Paris")
        found = [
            coverage_of(day, day, timezone.localdate(), paris, Part(line=one.pk)).not_whole for one in lines
        ]
    assert [len(one) for one in found] == [1, 0]
