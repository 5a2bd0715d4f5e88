"""Every list is exported whole, as its page shows it, page by page; a new list is tried as soon as it has an address."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any
from urllib.parse import urlencode

import openpyxl
import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import AuditEvent, Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from portal.ui.sheets import text_of
from portal.ui.views import FilteredTableView
from telephony.models import Job
from telephony.services import export_asking
from telephony.tasks import advance_job
from tests.exported import asked, exported
from tests.people import person, signed_in, staff
from tests.url_world import T, Things, World

pytestmark = pytest.mark.django_db
HAS_ITS_OWN = ("calls", "changes", "objects")  # exports with a subject of their own


def lists(resolver: URLResolver | None = None, above: str = "", whose: str = T) -> Iterator[tuple[str, type]]:
    """The routes of all lists of a tenant, or of platform staff, with their views."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = above + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from lists(entry, route, whose)
        elif isinstance(entry, URLPattern):
            view = getattr(entry.callback, "view_class", None)
            if route.startswith(whose) and view is not None and issubclass(view, FilteredTableView):
                yield route, view


def inherits(view: type) -> bool:
    """Whether it has no export of its own."""
    return view.export_url is FilteredTableView.export_url  # type: ignore[attr-defined]


@pytest.fixture
def corvane(db: None) -> Tenant:
    return Tenant.objects.create(slug="corvane", name="Corvane Habitat")


@pytest.fixture
def maud(corvane: Tenant) -> Person:
    return person("maud@corvane.example", "Maud Terrasson", {corvane: Role.OWNER})


@pytest.fixture
def client(maud: Person) -> Client:
    return signed_in(maud)


def test_each_list_is_exported_with_all_that_its_page_counts(
    corvane: Tenant, maud: Person, client: Client
) -> None:
    world = World(Things(corvane), maud)
    with tenant_scope(corvane):
        world.make_all()
        routes = {
            route: "/" + route.replace("<slug:slug>", "corvane").replace("<int:pk>", _pk(route, world))
            for route, view in lists()
            if inherits(view)
        }
    assert len(routes) >= 10
    assert sum(_exported_whole(client, address) for address in routes.values()) >= 12


def test_each_list_of_staff_is_exported_too(corvane: Tenant, maud: Person) -> None:
    world = World(Things(corvane), maud)
    with tenant_scope(corvane):
        world.make_all()
    tom = signed_in(staff("tom@telvane.example", "Tom Pelworth"))
    routes = {route for route, _view in lists(whose="staff/")}
    assert {"staff/", "staff/calls/", "staff/alerts/", "staff/exports/"} <= routes
    assert sum(_exported_whole(tom, f"/{route}") for route in routes) >= 4


def _exported_whole(client: Client, address: str) -> int:
    """How many rows a list's file has: as many as its page counts, and no words that a page alone can show."""
    shown = client.get(address).context["count"].value
    told = json.loads(exported(client, address))
    assert len(told) - shown in (0, 1), (
        address,
        len(told),
        shown,
    )  # the audit and the jobs tell of this, too
    for row in told:
        for name, value in row.items():
            assert not (isinstance(value, str) and ("<" in value or "\n" in value)), (address, name, value)
    return len(told)


def _pk(route: str, world: World) -> str:
    return str(world.value(route, "pk")) if "<int:pk>" in route else ""


def test_a_list_goes_out_page_by_page_and_each_row_once(
    corvane: Tenant, maud: Person, client: Client, settings: Any
) -> None:
    """Also where its worker stops between two pages, and in each of the formats with times in the zone of the person."""
    for number in range(11):
        AuditEvent.objects.create(
            verb=AuditEvent.Verb.CHANGED, tenant=corvane, person=maud, object_label=f"=Line {number}"
        )
    settings.EXPORT_BATCH = 4
    settings.TASK_BUDGET_S = 0  # a batch a task
    address = "/t/corvane/audit/?verb=changed"
    job = asked(client, address, "csv")
    tries = 0
    while job.state in (Job.State.WAITING, Job.State.RUNNING):
        with tenant_scope(corvane):
            Job.objects.filter(pk=job.pk).update(lease_until=None, lease_owner="")
        advance_job(corvane.pk, job.pk)
        with tenant_scope(corvane):
            job.refresh_from_db()
        tries += 1
    assert (job.state, job.done_rows, job.total_rows) == (Job.State.DONE, 11, 11)
    assert tries >= 3
    text = b"".join(client.get(f"/t/corvane/exports/{job.pk}/file/").streaming_content)  # type: ignore[attr-defined]
    heads, *rows = csv.reader(StringIO(text.decode("utf-8-sig")))
    assert heads[:2] == ["When (Europe/Paris)", "Who"] and "From" in heads
    assert [row[3] for row in rows] == [f"'=Line {number}" for number in reversed(range(11))]
    settings.TASK_BUDGET_S = 60
    told = json.loads(exported(client, address))
    assert [one["object_label"] for one in told] == [f"=Line {number}" for number in reversed(range(11))]
    assert datetime.fromisoformat(told[0]["at"]).utcoffset() is not None
    sheet = openpyxl.load_workbook(BytesIO(exported(client, address, "xlsx"))).active
    assert sheet is not None and sheet.max_row == 12
    assert isinstance(sheet["A2"].value, datetime) and sheet["A2"].is_date
    assert [sheet["D2"].value, sheet["D2"].data_type] == ["=Line 10", "s"]


def test_the_second_page_of_a_list_exports_the_whole_list(corvane: Tenant, client: Client) -> None:
    for number in range(60):
        AuditEvent.objects.create(verb=AuditEvent.Verb.CHANGED, tenant=corvane, object_label=f"Line {number}")
    first = client.get("/t/corvane/audit/?verb=changed").context["page"]
    second = f"/t/corvane/audit/?{urlencode({'verb': 'changed', 'cursor': first.next_cursor})}"
    assert len(json.loads(exported(client, second))) == 60


def test_who_lost_the_right_gets_no_file(corvane: Tenant, maud: Person, client: Client) -> None:
    AuditEvent.objects.create(verb=AuditEvent.Verb.CHANGED, tenant=corvane, object_label="Line")
    page = {"path": "/t/corvane/audit/", "query": ""}
    with tenant_scope(corvane):
        job = export_asking.request_page(corvane, maud, "Audit", "csv", page)
    maud.memberships.update(role=Role.OPERATOR)
    advance_job(corvane.pk, job.pk)
    with tenant_scope(corvane):
        job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.FAILED, "You may not see this page any more.")
    refused = client.post("/t/corvane/exports/page/", {**page, "format": "csv"})
    assert refused.status_code == 403


def test_only_what_is_a_list_or_a_figure_of_the_tenant_is_taken(corvane: Tenant, client: Client) -> None:
    Tenant.objects.create(slug="morvanne", name="Atelier Morvanne")
    told = {"query": "", "format": "csv"}
    for path in ("/t/morvanne/audit/", "/t/corvane/calls/", "/t/corvane/settings/", "/", "/nowhere", ""):
        assert client.post("/t/corvane/exports/page/", {**told, "path": path}).status_code == 404, path
    long = {"path": "/t/corvane/audit/", "query": "verb=changed&x=" + "y" * 4_000, "format": "csv"}
    assert client.post("/t/corvane/exports/page/", long).status_code == 404
    wrong = {"path": "/t/corvane/audit/", "query": "verb=nonsense", "format": "csv"}
    answer = client.post("/t/corvane/exports/page/", wrong, follow=True)
    assert "A filter is not valid; nothing was exported." in answer.content.decode()
    with tenant_scope(corvane):
        assert not Job.objects.exists()


def test_an_export_leads_back_to_its_page_and_is_made_again(corvane: Tenant, client: Client) -> None:
    AuditEvent.objects.create(verb=AuditEvent.Verb.CHANGED, tenant=corvane, object_label="Line")
    job = asked(client, "/t/corvane/audit/?verb=changed")
    page = client.get(f"/t/corvane/exports/{job.pk}/").content.decode()
    assert 'href="/t/corvane/audit/?verb=changed"' in page
    AuditEvent.objects.create(verb=AuditEvent.Verb.CHANGED, tenant=corvane, object_label="Other")
    client.post(f"/t/corvane/jobs/{job.pk}/act/again/")
    with tenant_scope(corvane):
        again = Job.objects.exclude(pk=job.pk).get()
    advance_job(corvane.pk, again.pk)
    with tenant_scope(corvane):
        again.refresh_from_db()
    assert (job.done_rows, again.done_rows) == (1, 2)


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("plain", "plain"),
        ("<b>Accueil</b><span class='sb-2nd'>Telvane</span>", "Accueil · Telvane"),
        ('<a href="/x">A &amp; B</a><br>C', "A & B · C"),
        ('<svg aria-label="yes"><use href="#check"></use></svg>', "yes"),
        ('<form><input name="a"><button>Press</button></form>kept', "kept"),
    ],
)
def test_what_a_cell_says_on_one_line(html: str, words: str) -> None:
    assert text_of(html) == words
