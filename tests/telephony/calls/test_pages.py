"""The pages of calls, lines, numbers, objects, exports and the overview, as a member meets them."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from telephony.models import Call, CallRecord, Change, Connection, Entity, Job, SavedView
from telephony.services import exporting, ledger

Store = Callable[..., Call]


@pytest.fixture
def maud_at(maud: Person) -> Client:
    client = Client()
    client.force_login(maud)
    return client


@pytest.fixture
def viewer_at(corvane: Tenant) -> Client:
    bess = Person.objects.create_user("bess@morvanne.example", "switchboard-demo", name="Bess Arkwell")
    Membership.objects.create(tenant=corvane, person=bess, role=Role.VIEWER)
    client = Client()
    client.force_login(bess)
    return client


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_shows_names_and_narrows_by_its_address(maud_at: Client, store: Store) -> None:
    store()
    store(caller="+33639980001", outcome="missed", duration_s=0)

    everything = text_of(maud_at.get("/t/corvane/calls/"))
    missed = text_of(maud_at.get("/t/corvane/calls/?outcome=missed"))

    assert "=Novalise" in everything and "Missed" in everything
    assert "=Novalise" not in missed.partition("<tbody")[2]


def test_each_row_links_to_its_call_for_who_has_no_script(maud_at: Client, store: Store) -> None:
    store()
    call = Call.objects.get()
    page = maud_at.get("/t/corvane/calls/").content.decode()
    assert f'<a class="sb-plain" href="/t/corvane/calls/{call.pk}/">' in page


def test_what_stands_over_the_list_follows_its_filter(maud_at: Client, store: Store) -> None:
    """How many there are, what is exported, and what is kept as a view: without that, all calls went out."""
    store()
    asked = {"HX-Request": "true", "HX-Target": "list-region"}

    part = text_of(maud_at.get("/t/corvane/calls/?q=nobody", headers=asked))

    assert "<html" not in part and "Nothing matches" in part
    assert "<b>0</b> over 1 connection" in part
    assert part.count('name="query" value="q=nobody"') == 2


def test_a_filter_that_is_no_filter_says_so_and_keeps_what_was_typed(maud_at: Client, store: Store) -> None:
    store()

    page = text_of(maud_at.get("/t/corvane/calls/?period_from=2026-13-45&q=6210"))

    assert 'value="6210"' in page


def test_one_call_shows_its_records_and_its_neighbours(maud_at: Client, store: Store) -> None:
    store()
    call = store()

    page = text_of(maud_at.get(f"/t/corvane/calls/{call.pk}/"))
    panel = text_of(
        maud_at.get(f"/t/corvane/calls/{call.pk}/", headers={"HX-Request": "true", "HX-Target": "panel"})
    )

    assert "call_id" in page and "Other calls with this number" in page
    assert "<html" not in panel and "What happened" in panel


def test_a_call_names_its_queue_and_does_not_end_while_it_is_open(
    maud_at: Client, store: Store, keyyo: Connection
) -> None:
    queue = Entity.objects.create(
        connection=keyyo,
        kind="ACDService",
        facet="queue",
        remote_id="bookings",
        name="Bookings",
        fetched_at=timezone.now(),
    )
    call = store(group_remote_id="bookings")
    page = text_of(maud_at.get(f"/t/corvane/calls/{call.pk}/"))
    assert f"/t/corvane/entities/{queue.pk}/" in page
    assert "Bookings answers and talks" in page
    assert "The call ends" in page and "Not ended yet" not in page

    CallRecord.objects.update(standing="open")
    page = text_of(maud_at.get(f"/t/corvane/calls/{call.pk}/"))
    assert "The call ends" not in page and "Not ended yet" in page

    Call.objects.update(line=queue)  # which nobody took
    assert f"/t/corvane/lines/{queue.pk}/" not in text_of(maud_at.get(f"/t/corvane/calls/{call.pk}/"))


def test_another_tenants_call_is_not_found(maud_at: Client, store: Store) -> None:
    other = Tenant.objects.create(slug="other", name="Other")
    Membership.objects.create(tenant=other, person=Person.objects.get(), role=Role.OWNER)
    call = store()

    outside = Context()  # the fixture holds corvane's scope open here
    assert outside.run(maud_at.get, f"/t/other/calls/{call.pk}/").status_code == 404


def test_a_view_is_kept_for_the_person_and_forgotten(maud_at: Client, store: Store) -> None:
    maud_at.post("/t/corvane/calls/views/", {"name": "Lost", "query": "outcome=missed&sort=-started_at"})

    view = SavedView.objects.get()
    assert view.query == "outcome=missed"
    assert "Lost" in text_of(maud_at.get("/t/corvane/calls/?outcome=missed"))
    maud_at.post(f"/t/corvane/calls/views/{view.pk}/forget/")
    assert not SavedView.objects.exists()


def test_an_export_takes_the_filter_of_the_page_and_is_fetched_as_a_file(
    maud_at: Client, store: Store, settings: Any, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    store()
    store(outcome="missed", duration_s=0)

    asked = maud_at.post("/t/corvane/exports/calls/", {"query": "outcome=missed", "format": "csv"})
    job = Job.objects.get()
    assert asked.headers["location"] == f"/t/corvane/exports/{job.pk}/"
    with ledger.leased(Job, job.tenant_id, job.pk) as held:
        exporting.advance(held, exporting.OF_FILTERS)

    assert "1</b> rows" in text_of(maud_at.get(asked.headers["location"]))
    file = maud_at.get(f"/t/corvane/exports/{job.pk}/file/")
    assert file.headers["content-disposition"].startswith("attachment")
    assert b"".join(file).decode("utf-8-sig").count("\r\n") == 2  # type: ignore[arg-type]


def test_an_export_of_somebody_else_is_not_found(maud_at: Client, viewer_at: Client, store: Store) -> None:
    maud_at.post("/t/corvane/exports/calls/", {"query": "", "format": "csv"})
    noe = Person.objects.create_user("noe@corvane.example", "switchboard-demo", name="Noé Castelbrun")
    Membership.objects.create(tenant=Tenant.objects.get(slug="corvane"), person=noe, role=Role.OPERATOR)
    noe_at = Client()
    noe_at.force_login(noe)

    assert noe_at.get(f"/t/corvane/exports/{Job.objects.get().pk}/").status_code == 404


def test_a_viewer_may_not_export_and_is_told_why(viewer_at: Client, store: Store) -> None:
    assert "Exporting takes the role Operator" in text_of(viewer_at.get("/t/corvane/calls/"))
    assert viewer_at.post("/t/corvane/exports/calls/", {"query": "", "format": "csv"}).status_code == 403


def test_lines_and_numbers_are_found_in_any_notation(maud_at: Client, keyyo: Connection) -> None:
    for path in (
        "/t/corvane/lines/?q=01+99+00+10+01",
        "/t/corvane/numbers/?q=accueil",
        "/t/corvane/search/?q=0199001001",
    ):
        assert "Accueil Paris" in text_of(maud_at.get(path, follow=True)), path


def test_one_object_shows_its_document_and_what_hangs_below_it(maud_at: Client, keyyo: Connection) -> None:
    line = Entity.objects.get()
    Entity.objects.create(
        connection=keyyo,
        kind="VoIPAccountProfile",
        parent_remote_id=line.remote_id,
        remote_id="default",
        name="Default",
        document={"forward_delay": 20},
        checksum="",
        fetched_at=timezone.now(),
    )

    page = text_of(maud_at.get(f"/t/corvane/entities/{line.pk}/"))
    profiles = text_of(maud_at.get("/t/corvane/entities/corvane-keyyo/VoIPAccountProfile/"))

    assert "Forwarding profiles" in page
    assert "Default" in profiles
    assert maud_at.get("/t/corvane/entities/corvane-keyyo/NoSuchKind/").status_code == 404


def test_the_overview_of_a_new_tenant_leads_to_the_first_connection(maud_at: Client, corvane: Tenant) -> None:
    assert "Connect the first account" in text_of(maud_at.get("/t/corvane/"))


def test_the_overview_counts_today_and_says_what_needs_attention(
    maud_at: Client, store: Store, keyyo: Connection
) -> None:
    store(started_at=timezone.now())
    keyyo.credential.state = "needs_reconnect"
    with tenant_scope(keyyo.tenant_id):
        keyyo.credential.save()

    page = text_of(maud_at.get("/t/corvane/"))

    assert "Keyyo needs to be reconnected" in page
    assert "Answer rate of inbound calls" in page


def test_machines_are_answered(client: Client, db: None) -> None:
    assert client.get("/healthz").content == b"ok\n"
    assert client.get("/readyz").json() == {"database": True, "broker": True}
    assert b"switchboard_oldest_due_seconds" in client.get("/metrics").content
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403


def test_the_changes_of_one_object_stand_alone(maud_at: Client, keyyo: Connection) -> None:
    entity = Entity.objects.get()
    for summary, of in (("Renamed", entity), ("Moved", None)):
        Change.objects.create(
            connection=keyyo,
            entity=of,
            operation="services.update",
            object_label=summary,
            summary=summary,
            state=Change.State.APPLIED,
        )

    alone = text_of(maud_at.get(f"/t/corvane/changes/?entity={entity.pk}"))
    everything = text_of(maud_at.get("/t/corvane/changes/?entity=nonsense"))

    assert "Renamed" in alone and "Moved" not in alone
    assert "Renamed" in everything and "Moved" in everything
