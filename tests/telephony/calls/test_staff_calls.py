"""Calls over all tenants: each tenant's by its own clocks, notation and names, side by side and never mixed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from django.db import connection as database
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.models import AuditEvent, Person, Tenant
from accounts.rights import NO_RIGHTS
from accounts.scoping import tenant_scope
from portal.ui import parted
from portal.ui.keyset import KeysetPage
from portal.ui.sheets import text_of as told
from telephony.bench.world import make_connection
from telephony.forms import staff_calls as forms
from telephony.forms.calls import CallFilterForm
from telephony.models import Call, Connection, NumberName
from telephony.models.spans import Span
from telephony.models.spoken import LAST_OF_EACH, Fate
from telephony.providers.drafts import CallRecordDraft
from telephony.services import calls
from telephony.services.tenant_figures import all_together, figures_of
from telephony.views import staff_calls as views
from telephony.views.page_exports import opened
from telephony.views.staff_calls import StaffCallsView
from tests.exported import exported
from tests.people import signed_in, staff
from tests.reading import text_of

PAGE = "/staff/calls/"
LINE = "33199001001"
NIGHT = datetime(2026, 3, 29, tzinfo=UTC)  # Paris loses an hour of it
ZONES = {
    "alder": ("Europe/Paris", "FR"),
    "birch": ("Asia/Kathmandu", "GB"),
    "cedar": ("America/Toronto", "CA"),
    "elder": ("Europe/Paris", "FR"),
}
CALLERS = ("+33199006210", "+33639980001", "+442079460010", "")
QUIETLY = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def draft(key: object, **values: Any) -> CallRecordDraft:
    told = {
        "stream": "incoming",
        "remote_key": f"{key}",
        "fold_key": f"{key}",
        "started_at": NIGHT,
        "direction": "inbound",
        "medium": "voice",
        "outcome": "answered",
        "caller": CALLERS[0],
        "callee": f"+{LINE}",
        "line_remote_id": LINE,
        "duration_s": 60,
        "raw": {"call_id": f"{key}"},
    }
    return CallRecordDraft(**{**told, **values})


def keep(link: Connection, *drafts: CallRecordDraft) -> None:
    with tenant_scope(link.tenant_id):
        calls.store(link, drafts, NIGHT)


def around_the_night(slug: str) -> Iterator[CallRecordDraft]:
    chance = random.Random(slug)
    for key in range(30):
        outcome = chance.choice(("answered", "missed", "voicemail"))
        placed = {"direction": "outbound", "caller": f"+{LINE}", "callee": chance.choice(CALLERS[:3])}
        sides = placed if chance.random() < 0.3 else {"caller": chance.choice(CALLERS)}
        yield draft(
            f"{slug}{key}",
            started_at=NIGHT + timedelta(hours=3 * chance.randrange(-12, 12)),
            outcome=outcome,
            duration_s=60 if outcome == "answered" else 0,
            **sides,
        )


@pytest.fixture
def links(db: None) -> dict[str, Connection]:
    """Tenants far apart, and two in one zone, with calls around the night on which it loses an hour: many at one instant."""
    found = {}
    for slug, (zone, region) in ZONES.items():
        link = found[slug] = make_connection(slug, [LINE])
        Tenant.objects.filter(slug=slug).update(time_zone=zone, region=region)
        link.tenant.refresh_from_db()
        with tenant_scope(link.tenant_id):
            number = CALLERS[slug == "elder"]
            NumberName.objects.create(number=number, name=f"Novalise of {slug}", source="contact")
        keep(link, *around_the_night(slug))
    return found


@pytest.fixture
def tom(db: None) -> Person:
    return staff("tom@telvane.example", "Tom Pelworth")


@pytest.fixture
def client(tom: Person) -> Client:
    return signed_in(tom)


def view_of(tom: Person, query: Mapping[str, object]) -> StaffCallsView:
    """The page as its worker opens it: without a tenant, a scope or an answer."""
    with timezone.override(ZoneInfo(tom.time_zone)):
        view = opened(PAGE, urlencode(query), None, tom, NO_RIGHTS)
        assert isinstance(view, StaffCallsView)
        assert not view.filter_form.errors, view.filter_form.errors
        return view


def found_by(view: StaffCallsView) -> list[int]:
    return [call.pk for call in view.page.rows]


def of_their_own_lists(links: Mapping[str, Connection], query: Mapping[str, object]) -> set[int]:
    found: set[int] = set()
    for link in links.values():
        tenant = link.tenant
        with tenant_scope(tenant):
            form = CallFilterForm(
                QueryDict(urlencode(query)),
                zone=ZoneInfo(tenant.time_zone),
                region=tenant.region,
                connections=[link],
            )
            found |= set(form.apply(Call.objects.all()).values_list("pk", flat=True))
            assert not form.errors
    return found


DAYS = st.dates(min_value=date(2026, 3, 27), max_value=date(2026, 3, 31))
ASKED = st.fixed_dictionaries(
    {},
    optional={
        "days": st.tuples(DAYS, DAYS).map(sorted),
        "weekday": st.sampled_from(["6", "7", "1"]),
        "hour": st.sampled_from(["0", "2", "3", "5", "20", "23"]),
        "outcome": st.sampled_from(["reached", "unanswered", "missed"]),
        "fate": st.sampled_from([*Fate.values, LAST_OF_EACH]),
        "q": st.sampled_from(["novalise", "0199006210", "6210", "020 7946 0010"]),
        "in_zone": st.sampled_from(["Asia/Kathmandu"]),
        "instants": st.sampled_from(["2026-03-28T20:00+01:00/2026-03-29T07:00+02:00"]),
    },
)


@given(asked=ASKED)
@example(asked={"q": "novalise"})
@example(asked={"days": [NIGHT.date(), NIGHT.date()], "fate": LAST_OF_EACH})
@settings(QUIETLY, max_examples=10)
def test_it_finds_what_the_lists_of_the_tenants_find(
    links: dict[str, Connection], tom: Person, asked: dict[str, Any]
) -> None:
    query = dict(asked)
    if days := query.pop("days", None):
        query |= {"period": "dates", "period_from": days[0].isoformat(), "period_to": days[1].isoformat()}
    view = view_of(tom, query)
    view.page_size = 200  # type: ignore[misc]
    wanted = of_their_own_lists(links, query)
    assert set(found_by(view)) == wanted
    of_a_part = view_of(tom, query)
    of_a_part.page_size = 5  # type: ignore[misc]
    assert view.count.value == of_a_part.count.value == len(wanted)


def test_it_counts_what_the_figures_over_all_tenants_count(links: dict[str, Connection], tom: Person) -> None:
    first, last = NIGHT.date() - timedelta(days=1), NIGHT.date()
    span = Span(name="dates", first=first, last=last, today=last + timedelta(days=30))
    figures = all_together(figures_of([link.tenant for link in links.values()], span, timezone.now())).now
    days = {"period": "dates", "period_from": first.isoformat(), "period_to": last.isoformat()}

    def counted(**more: str) -> int:
        return view_of(tom, {"medium": "voice", **days, **more}).count.value

    assert figures.calls == counted() > 20
    assert figures.inbound == counted(direction="inbound")
    assert figures.missed == counted(direction="inbound", outcome="unreached") > 0


@given(size=st.integers(4, 20), piece=st.integers(1, 5), is_oldest_first=st.booleans(), some=st.booleans())
@settings(QUIETLY, max_examples=6)
def test_pages_lose_and_double_nothing_either_way(
    links: dict[str, Connection], tom: Person, size: int, piece: int, is_oldest_first: bool, some: bool
) -> None:
    asked = {"sort": "started_at"} if is_oldest_first else {}
    asked |= {"tenants": "r"} if some else {"outcome": "answered"}  # all of them have that letter

    def page(cursor: str) -> KeysetPage[Call]:
        view = view_of(tom, {**asked, "cursor": cursor})
        view.page_size = size  # type: ignore[misc]
        return view.page

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parted, "FIRST_PIECE", piece)
        patch.setattr(parted, "LONGEST_PIECE", 2 * piece)
        there = [page("")]
        while there[-1].next_cursor:
            there.append(page(there[-1].next_cursor))
        back = [there[-1]]
        while back[-1].previous_cursor:
            back.append(page(back[-1].previous_cursor))
    rows = [row for one in there for row in one.rows]
    wanted = of_their_own_lists(links, {} if some else {"outcome": "answered"})
    assert len(rows) == len(wanted) and {row.pk for row in rows} == wanted
    places = [(row.started_at, row.pk) for row in rows]
    assert places == sorted(places, reverse=not is_oldest_first)
    assert [row.pk for one in reversed(back) for row in one.rows] == [row.pk for row in rows]


def test_a_long_page_reads_no_more_of_each_tenant_than_it_goes(
    links: dict[str, Connection], tom: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One statement for each and one for the rows; of what one tenant alone has, more from that tenant alone."""
    monkeypatch.setattr(parted, "FIRST_PIECE", 4)
    late = NIGHT + timedelta(days=9)
    keep(links["birch"], *(draft(f"late{n}", started_at=late + timedelta(minutes=n)) for n in range(20)))
    view = view_of(tom, {})
    view.page_size = 20  # type: ignore[misc]
    assert len(view.parts) == 4
    with CaptureQueriesContext(database) as queries:
        assert {call.tenant_id for call in view.page.rows} == {links["birch"].tenant_id}
    read = [query["sql"] for query in queries]
    assert len(read) == 4 + 2 + 1  # four, eight, sixteen of birch
    assert sum(f'"tenant_id" = {links["cedar"].tenant_id} ' in sql for sql in read) == 1
    with CaptureQueriesContext(database) as queries:
        assert str(view.page.counted(cap=40)) == "more than 40"
    assert len(queries) == 2  # the others are not asked


def test_a_tenant_that_the_page_shows_to_its_end_is_not_counted_again(
    links: dict[str, Connection], tom: Person
) -> None:
    first = NIGHT + timedelta(days=9)
    keep(links["birch"], *(draft(f"late{n}", started_at=first + timedelta(minutes=n)) for n in range(9)))
    keep(links["cedar"], draft("late", started_at=first))
    query = {"period": "dates", "period_from": "2026-04-01", "period_to": "2026-04-30"}
    view = view_of(tom, query)
    view.page_size = 5  # type: ignore[misc]
    assert {call.tenant_id for call in view.page.rows} == {links["birch"].tenant_id}
    with CaptureQueriesContext(database) as queries:
        assert view.count.value == 10
    assert len(queries) == 1
    following = view_of(tom, {**query, "cursor": view.page.next_cursor})
    following.page_size = 5  # type: ignore[misc]
    assert (len(following.page), following.count.value) == (5, 10)


def test_nobody_is_spoken_to_by_another_tenant(links: dict[str, Connection], tom: Person) -> None:
    at, number = NIGHT + timedelta(days=40), "+33261910007"
    keep(links["alder"], draft("one", caller=number, outcome="missed", duration_s=0, started_at=at))
    keep(links["elder"], draft("one", caller=number, started_at=at + timedelta(minutes=5)))
    query = {
        "period": "dates",
        "period_from": "2026-05-01",
        "period_to": "2026-05-31",
        "fate": Fate.NEVER.value,
    }
    rows = view_of(tom, query).page.rows
    assert [call.tenant_id for call in rows] == [links["alder"].tenant_id]


def test_a_row_says_its_tenant_and_leads_into_it(links: dict[str, Connection], client: Client) -> None:
    Tenant.objects.filter(slug="alder").update(name="Aldergate & Sons")
    page = client.get(PAGE)
    text, html = text_of(page), page.content.decode()
    assert "Calls of all tenants" in text and "50 of 120" in text and "120 over 4 tenants" in text
    assert "Aldergate &amp; Sons" in text and "Birch" in text
    assert "Novalise of alder" in text and "Novalise of birch" in text and "/numbers/" not in html
    call = page.context["page"].rows[0]
    address = f"/t/{call.tenant.slug}/calls/{call.pk}/"
    assert f'href="{address}"' in html and "data-panel" not in html
    assert client.get(address).status_code == 200
    assert AuditEvent.objects.of(call.tenant).filter(verb=AuditEvent.Verb.ENTERED).exists()
    one = client.get(f"{PAGE}?tenant={links['cedar'].tenant_id}&weekday=7")
    assert {row.tenant.slug for row in one.context["page"].rows} == {"cedar"}
    assert [field.name for field in one.context["filter_form"]][:2] == ["q", "tenant"]
    nothing = client.get(f"{PAGE}?tenants=alder&tenant={links['cedar'].tenant_id}")
    assert "Nothing matches" in text_of(nothing)
    wrong = client.get(f"{PAGE}?tenant=999999&cursor=altered&period=dates&period_from=x")
    assert wrong.context["count"].value == 120 and set(wrong.context["filter_form"].errors) == {
        "tenant",
        "period",
    }


def test_a_number_is_written_as_each_tenant_writes_it(
    links: dict[str, Connection], client: Client, tom: Person
) -> None:
    tom.notation = Person.Notation.NATIONAL
    tom.save()
    page = client.get(f"{PAGE}?q=%2B33639980001&direction=inbound")
    table = page.context["table"]
    shown = {
        row.tenant.slug: told(table.render_caller(row.caller, row)).replace("\u00a0", " ")
        for row in page.context["page"].rows
    }
    french, foreign = "06 39 98 00 01", "+33 6 39 98 00 01"
    assert shown == {
        "alder": french,
        "birch": foreign,
        "cedar": foreign,
        "elder": f"Novalise of elder{french}",
    }


def test_a_closed_tenant_is_left_out_and_each_open_one_costs_a_statement(
    links: dict[str, Connection], client: Client
) -> None:
    def looked(query: str) -> tuple[int, set[str]]:
        client.get(PAGE)
        with CaptureQueriesContext(database) as queries:
            page = client.get(f"{PAGE}?{query}")
        return len(queries), {row.tenant.slug for row in page.context["page"].rows}

    all_of_them, slugs = looked("outcome=missed")
    assert slugs == set(ZONES)
    Tenant.objects.filter(slug="cedar").update(closed_at=timezone.now())
    others, slugs = looked("outcome=missed")
    assert (slugs, all_of_them - others) == (set(ZONES) - {"cedar"}, 1)
    tenant = links["cedar"].tenant_id
    assert set(client.get(f"{PAGE}?tenant={tenant}").context["filter_form"].errors) == {"tenant"}
    Tenant.objects.update(closed_at=timezone.now())
    assert "No calls yet" in text_of(client.get(PAGE))


def test_the_file_is_the_list(
    links: dict[str, Connection], client: Client, tom: Person, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In pages of its worker, and of tenants that a page has no room for."""
    monkeypatch.setattr(views, "MOST_TENANTS", 2)
    monkeypatch.setattr(forms, "MOST_TENANTS", 2)
    settings.EXPORT_BATCH = 7
    query = "weekday=7&direction=inbound"
    page = client.get(f"{PAGE}?{query}")
    assert "Only the first 2 tenants by name are looked at" in text_of(page)
    assert "tenants" in page.context["filter_form"].fields
    shown = page.context["page"].rows
    lines = json.loads(exported(client, f"{PAGE}?{query}"))
    wanted = of_their_own_lists(links, dict(QueryDict(query).items()))
    assert len(lines) == len(wanted) and {one["tenant"] for one in lines} == {
        link.tenant.name for link in links.values()
    }
    kept = [
        (row.tenant.name, row.started_at, row.caller, row.caller_name, row.duration_s or None)
        for row in shown
    ]
    assert kept == [
        (
            one["tenant"],
            datetime.fromisoformat(one["started_at"]),
            one["caller"],
            one["caller_name"],
            one["duration_s"] or None,
        )
        for one in lines
        if one["tenant"] in ("Alder", "Birch")
    ]
