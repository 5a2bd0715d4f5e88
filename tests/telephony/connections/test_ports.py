"""Port requests: on the board, moved where they may go, refused in the provider's words, with their papers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Person
from accounts.scoping import tenant_scope
from telephony.models import Change, Connection, Entity
from telephony.services import access, editing, porting

from .objects import stored

pytestmark = pytest.mark.django_db(transaction=True)
PDF = b"%PDF-1.4 signed"


@pytest.fixture
def link(top: Connection) -> Iterator[Connection]:
    with tenant_scope(top.tenant_id):
        yield top


@pytest.fixture
def request_(link: Connection) -> Entity:
    document = {"name": "Old numbers", "numbers": {"+33199005511": {}}, "bill": {"carrier": "Ligérance"}}
    return stored(link, "port_request", "port.create", document)


@pytest.fixture
def alices(alice: Person, client_of_person: Callable[[Person], Client]) -> Client:
    return client_of_person(alice)


def columns() -> dict[str, list[str]]:
    return {
        column.name: [str(card.entity) for card in column.cards]
        for column in porting.board_of(list(Connection.objects.all()))
    }


def test_a_request_moves_from_column_to_column(
    link: Connection, request_: Entity, alice: Person, alices: Client
) -> None:
    board = alices.get("/t/alder/ports/").content.decode()
    assert "Old numbers" in board and "Ligérance" in board and "/move/submitted/" in board
    assert "/move/completed/" not in board

    alices.post(f"/t/alder/ports/{request_.pk}/move/submitted/")
    change = editing.send(Change.objects.get(), alice)

    assert change.state == Change.State.APPLIED
    assert columns()["submitted"] == ["Old numbers"] and columns()["unconfirmed"] == []


def test_a_move_that_is_legal_no_more_is_refused_in_the_providers_words(
    link: Connection, request_: Entity, alice: Person, alices: Client
) -> None:
    alices.post(f"/t/alder/ports/{request_.pk}/move/submitted/")
    client = access.client_of(link, is_person=True)
    client.call("port.changeState", {"portRequestId": request_.remote_id, "state": "canceled"})
    assert editing.send(Change.objects.get(), alice).state == Change.State.CONFLICT
    change = Change.objects.get()
    page = alices.post(f"/t/alder/changes/{change.pk}/send/", {"pick-port_state": "mine"}, follow=True)
    change.refresh_from_db()

    assert (page.status_code, change.state) == (200, Change.State.REFUSED)
    assert page.redirect_chain[-1][0] == f"/t/alder/changes/{change.pk}/"
    assert "invalid state transition from canceled to submitted" in f"{change.error} {change.fields_refused}"


def test_a_date_is_asked_for_and_a_bad_one_is_told_at_its_field(
    link: Connection, request_: Entity, alice: Person, alices: Client
) -> None:
    page = f"/t/alder/ports/{request_.pk}/move/scheduled/"
    assert alices.post(page, {"schedule_on": "soon", "time_zone": "Mars/Base"}).context[
        "form"
    ].errors.keys() == {
        "schedule_on",
        "time_zone",
    }
    alices.post(page, {"schedule_on": "2027-03-01T08:00", "time_zone": "Europe/Paris"})
    wanted = Change.objects.get().wanted

    assert wanted["schedule_on"] == {"date_time": "2027-03-01 08:00", "timezone": "Europe/Paris"}


def upload(alices: Client, request_: Entity, content: bytes, name: str = "bill.pdf") -> int:
    page = f"/t/alder/entities/{request_.pk}/operations/port.createAttachment/"
    file = SimpleUploadedFile(name, content, "application/pdf")
    return alices.post(page, {"documentName": name, "data": file}).status_code


def test_a_paper_goes_up_comes_down_and_is_removed(
    link: Connection, request_: Entity, alice: Person, alices: Client
) -> None:
    assert upload(alices, request_, PDF) == 302
    assert editing.send(Change.objects.get(), alice).state == Change.State.APPLIED

    papers = alices.get(f"/t/alder/entities/{request_.pk}/live/attachments/").content.decode()
    assert "bill.pdf" in papers
    down = alices.post(
        f"/t/alder/entities/{request_.pk}/operations/port.getAttachment/", {"documentName": "bill.pdf"}
    )
    assert down.content == PDF and down["Content-Disposition"].startswith("attachment")
    assert (down["Content-Type"], down["X-Content-Type-Options"]) == ("application/pdf", "nosniff")

    alices.post(
        f"/t/alder/entities/{request_.pk}/operations/port.deleteAttachment/", {"documentName": "bill.pdf"}
    )
    change = Change.objects.filter(operation="port.deleteAttachment").get()
    assert editing.send(change, alice).state == Change.State.APPLIED
    assert "bill.pdf" not in alices.get(f"/t/alder/entities/{request_.pk}/live/attachments/").content.decode()


@pytest.mark.parametrize("content", [b"GIF89a not a paper", b"", b"%PDF" + bytes(8_000_001)])
def test_a_file_of_the_wrong_kind_or_size_is_told_at_its_field(
    link: Connection, request_: Entity, alices: Client, content: bytes
) -> None:
    page = f"/t/alder/entities/{request_.pk}/operations/port.createAttachment/"
    answer = alices.post(page, {"documentName": "a.pdf", "data": SimpleUploadedFile("a.pdf", content)})

    assert answer.status_code == 422 and answer.context["form"].errors.keys() == {"data"}
    assert not Change.objects.exists()


def test_who_may_not_move_sees_why(
    link: Connection, request_: Entity, carol: Person, client_of_person: Callable[[Person], Client]
) -> None:
    carols = client_of_person(carol)

    assert "this takes the role" in carols.get("/t/alder/ports/").content.decode()
    assert carols.post(f"/t/alder/ports/{request_.pk}/move/submitted/").status_code == 403


def test_an_empty_board_leads_to_the_first_request(link: Connection, alices: Client) -> None:
    board = alices.get("/t/alder/ports/").content.decode()
    assert (
        f'href="/t/alder/entities/{link.slug}/port_request/new/"'
        in board.split("<main")[1].split("sb-kanban")[0]
    )
    assert "Add a port request" in board
