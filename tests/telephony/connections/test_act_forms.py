"""Acts of Kazoo by forms in words of their own: what is typed there is what the provider gets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Person
from accounts.scoping import tenant_scope
from telephony.models import Change, Connection, Entity
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import access, editing

from .objects import read, stored

pytestmark = pytest.mark.django_db(transaction=True)
APPLIED = Change.State.APPLIED


class Hand:
    """Somebody who fills in the form of an act and sends what its preview says."""

    def __init__(self, top: Connection, person: Person, browser: Client) -> None:
        self.top, self.person, self.browser = top, person, browser
        self.client = access.client_of(top, is_person=True)

    def address(self, key: str, entity: Entity | None, query: str = "") -> str:
        own = f"entities/{entity.pk}/do" if entity else f"connections/{self.top.pk}/account/do"
        return f"/t/alder/{own}/{key}/{query}"

    def page(self, key: str, entity: Entity | None = None, query: str = "") -> str:
        answer = self.browser.get(self.address(key, entity, query))
        assert answer.status_code == 200
        return answer.content.decode()

    def refused(self, key: str, entity: Entity | None = None, **typed: Any) -> Mapping[str, Any]:
        answer = self.browser.post(self.address(key, entity), typed)
        assert answer.status_code == 200 and not Change.objects.exists()
        return dict(answer.context["form"].errors)

    def does(self, key: str, entity: Entity | None = None, query: str = "", **typed: Any) -> Change:
        """By the form as it is shown, with some fields typed over."""
        address = self.address(key, entity, query)
        form = self.browser.get(address).context["form"]
        shown = {one.html_name: one.value() for one in form if one.value() not in (None, False)}
        answer = self.browser.post(address, {**shown, **typed})
        assert answer.status_code == 302, answer.context["form"].errors
        assert self.browser.get(answer["Location"]).status_code == 200
        change = editing.send(Change.objects.latest("pk"), self.person)
        assert change.state == APPLIED, (change.error, change.fields_refused)
        return change

    def asks(self, key: str, values: Mapping[str, Any] | None = None) -> Any:
        answer = self.client.call(key, values or {})
        return list(answer.items) or answer.document


@pytest.fixture
def hand(top: Connection, alice: Person, client_of_person: Callable[[Person], Client]) -> Iterator[Hand]:
    with tenant_scope(top.tenant_id):
        yield Hand(top, alice, client_of_person(alice))


@pytest.fixture
def room(hand: Hand) -> Entity:
    return stored(hand.top, "conference", "conference.create", {"name": "Monday", "member": {}})


def in_room(hand: Hand, room: Entity) -> Any:
    return hand.asks("conference.view", {"conferenceId": room.remote_id})


def test_people_are_called_into_a_room_by_name_and_by_number(hand: Hand, room: Entity) -> None:
    lise = stored(hand.top, "user", "user.create", {"first_name": "Lise", "last_name": "Arvel"})
    page = hand.page("conference.addParticipant", room)
    assert "Whom to call" in page and "inferred" not in page and 'name="number"' in page

    hand.does("conference.addParticipant", room, number="+33 1 99 00 55 12", name="Desk")
    hand.does("conference.action", room, what="dial", who=[lise.remote_id], numbers="+33199005513")

    names = {one["caller_id_name"] for one in in_room(hand, room)["participants"]}
    assert names == {"+33199005512", "Lise Arvel", "+33199005513"}


def test_a_room_is_locked_and_recorded(hand: Hand, room: Entity) -> None:
    change = hand.does("conference.action", room, what="record")
    assert (change.object_label, in_room(hand, room)["recording"]) == ("Monday", True)
    hand.does("conference.action", room, what="stop")
    hand.does("conference.action", room, what="lock")

    found = in_room(hand, room)
    assert (found["recording"], found["is_locked"]) == (False, True)


def test_what_is_missing_in_a_room_is_told_at_its_field(hand: Hand, room: Entity) -> None:
    assert set(hand.refused("conference.action", room, what="play")) == {"media_id"}
    assert set(hand.refused("conference.action", room, what="dial")) == {"who"}
    assert set(hand.refused("conference.addParticipant", room, number="soon")) == {"number"}


def test_a_server_is_added_changed_and_both_are_taken_back(hand: Hand) -> None:
    added = hand.does("conference.createServer", name="one", host="one.example")
    (row,) = hand.asks("conference.listServers")
    query = f"?serverId={row['id']}"
    assert 'value="one.example"' in hand.page("conference.updateServer", query=query)

    changed = hand.does("conference.updateServer", query=query, host="two.example")
    assert changed.wanted == {"host": "two.example"}
    read = hand.asks("conference.getServer", {"serverId": row["id"]})
    assert (read["name"], read["host"]) == ("one", "two.example")

    for change in (changed, added):
        assert editing.send(editing.revert(change, hand.person), hand.person).state == APPLIED
    assert hand.client.call("conference.listServers").items == []


def test_numbers_are_imported_to_a_carrier_that_is_chosen(hand: Hand) -> None:
    carrier = stored(
        hand.top,
        "resource",
        "localResources.create",
        {"name": "Carrier", "gateways": [{"server": "sip.example"}]},
    )
    assert "Carrier</option>" in hand.page("localResources.createJob")
    assert set(hand.refused("localResources.createJob", name="Rest")) == {"resource_id", "numbers"}

    hand.does("localResources.createJob", resource_id=carrier.remote_id, numbers="+33199005514\n+33199005515")

    assert len(hand.asks("localResources.listJobs")) == 1


def test_credit_is_paid_in_and_who_pays_is_changed_alone(hand: Hand) -> None:
    assert set(hand.refused("balance.add", amount="0")) == {"amount"}
    assert set(hand.refused("balance.add", amount="much")) == {"amount"}
    refused = hand.refused("billing.update", card_number="4111 1111 1111 1111", card_cvv="123")
    assert set(refused) == {"card_expiration_month", "card_expiration_year"}
    hand.does("billing.update", payment_method_nonce="fake-valid-nonce")
    before = hand.asks("balance.get")["balance"]
    hand.does("balance.add", amount="25,50")
    assert hand.asks("balance.get")["balance"] == before + 25.5

    hand.does("billing.update", first_name="Lise", company="Arvel & Fils")
    change = hand.does("billing.update", company="Arvel")
    assert change.wanted == {"company": "Arvel"}
    found = hand.asks("billing.get")
    assert (found["first_name"], found["company"]) == ("Lise", "Arvel")

    ends = {"card_expiration_month": "2", "card_expiration_year": "2031"}
    change = hand.does("billing.update", card_number="4111 1111 1111 1881", **ends)
    assert "1881" not in f"{change.wanted} {change.sent}"
    card = hand.asks("billing.get")["credit_cards"][0]
    assert (card["last_four"], card["expiration_month"], card["expiration_year"]) == ("1881", "02", "2031")


def test_a_port_request_is_commented_in_plain_words(hand: Hand) -> None:
    port = stored(hand.top, "port_request", "port.create", {"name": "Old", "numbers": {"+33199005511": {}}})
    assert set(hand.refused("port.addComments", port, content=" ")) == {"content"}

    hand.does("port.addComments", port, content="The bill is attached.")

    (comment,) = hand.asks("port.listComments", {"portRequestId": port.remote_id})
    assert comment["content"] == "The bill is attached."


def test_a_telephone_calls_a_number(hand: Hand) -> None:
    desk = stored(hand.top, "device", "device.create", {"name": "Desk"})
    change = hand.does("device.quickcall", desk, number="+33199005512", timeout="20")
    request = (change.sent or {})["request"]
    assert request["url"].split("?")[0].endswith("/quickcall/%2B33199005512")
    assert "timeout=20" in request["url"] and change.object_label == "Call of Desk"


def test_a_file_is_judged_at_its_field_and_named_by_itself(hand: Hand) -> None:
    port = stored(hand.top, "port_request", "port.create", {"name": "Old", "numbers": {"+33199005511": {}}})
    page = hand.page("port.createAttachment", port)
    assert 'accept="application/pdf"' in page and "multipart" in page and "PDF, at most 7.6" in page
    assert set(hand.refused("port.createAttachment", port, data=_file("bill.pdf", b"GIF89a"))) == {"data"}
    assert set(hand.refused("port.createAttachment", port)) == {"data"}

    change = hand.does("port.createAttachment", port, data=_file("bill.pdf", b"%PDF-1.7 old bill"))

    assert change.address["documentName"] == "bill.pdf" and "old bill" not in str(change.wanted["data"])
    held = hand.client.call(
        "port.getAttachment", {"portRequestId": port.remote_id, "documentName": "bill.pdf"}
    )
    assert held.content == b"%PDF-1.7 old bill"


def _file(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_login_is_tried_and_its_password_never_kept(hand: Hand) -> None:
    assert set(hand.refused("auth.userAuth", username="lise", password="morvanne")) == {"account_name"}
    name = hand.asks("account.get")["name"]
    stored(
        hand.top,
        "user",
        "user.create",
        {"first_name": "Lise", "last_name": "Arvel", "username": "lise", "password": "morvanne"},
    )

    change = hand.does("auth.userAuth", username="lise", password="morvanne", account_name=name)

    assert "morvanne" not in f"{change.wanted} {change.sent} {change.answer}"
    bad = hand.browser.post(
        hand.address("auth.userAuth", None), {"username": "lise", "password": "x", "account_name": name}
    )
    sent = editing.send(Change.objects.latest("pk"), hand.person)
    assert bad.status_code == 302 and (sent.state, sent.error) == (
        Change.State.REFUSED,
        "Kazoo does not let this in: it knows no such login.",
    )


def test_several_carriers_are_changed_in_rows_and_all_else_of_them_stays(hand: Hand) -> None:
    gateway = {"server": "sip.example", "password": "sealed-away"}
    made = [
        stored(
            hand.top,
            "resource",
            "localResources.create",
            {"name": name, "gateways": [gateway], "weight_cost": cost, "x_site": "Lyon"},
        )
        for name, cost in (("Alder Trunks", 10), ("Birch Trunks", 20), ("Cedar Trunks", 30))
    ]
    first, second, third = (one.remote_id for one in made)
    key = "localResources.updateCollection"
    typed = {f"{second}.weight_cost": "5", f"{third}.emergency": "on"}
    before = {one: hand.asks("localResources.get", {"resourceId": one}) for one in (first, second, third)}
    assert set(hand.refused(key, **{**typed, f"{second}.weight_cost": "101"})) == {f"{second}.weight_cost"}

    change = hand.does(key, **typed)

    assert set(change.wanted) == {f"{second}.weight_cost", f"{third}.emergency"}
    assert "sealed-away" not in f"{change.before} {change.sent} {change.after}"
    now = {one: hand.asks("localResources.get", {"resourceId": one}) for one in before}
    assert now[first] == before[first]
    assert now[second] == before[second] | {"weight_cost": 5}
    assert now[third] == before[third] | {"emergency": True}
    made[1].refresh_from_db()
    assert made[1].document["weight_cost"] == 5
    undone = editing.send(editing.revert(change, hand.person), hand.person)
    assert undone.state == APPLIED
    assert hand.asks("localResources.get", {"resourceId": second}) == before[second]


def test_a_notice_is_written_as_text(hand: Hand) -> None:
    text = "<p>{{conference.name}}</p>"
    hand.does("conference.createNotification", notificationType="invite", text=text)
    answer = hand.client.call(
        "conference.getNotification", {"notificationType": "invite", "contentType": "html"}
    )
    assert answer.document == text


def test_limits_lead_to_their_own_form_and_nobody_else_does_an_act(
    hand: Hand, client_of_person: Callable[[Person], Client], carol: Person, room: Entity
) -> None:
    viewer = client_of_person(carol)
    for address in (hand.address("balance.add", None), hand.address("conference.addParticipant", room)):
        assert viewer.get(address).status_code == viewer.post(address, {"amount": "1"}).status_code == 403
    assert hand.browser.get(hand.address("user.update", None)).status_code == 404


@pytest.mark.parametrize("generation", ["3.22", "5.x"])
def test_a_service_plan_is_chosen_by_its_name_put_in_force_and_ended(
    hand: Hand, kazoo: SandboxServer, generation: str
) -> None:
    kazoo.state("kazoo")["generation"] = generation
    offered = kazoo.state("kazoo")["accounts"][hand.top.remote_account]["docs"]["service_plans"]
    offered["more"] = deepcopy(next(iter(offered.values())))
    offered["more"]["doc"]["name"] = "More"
    first, second = sorted(hand.asks("services.listAvailable"), key=lambda one: one["id"] == "more")
    page = hand.page("servicePlan.add")
    assert first["name"] in page and "data-pick" in page
    assert set(hand.refused("servicePlan.add", planId="none")) == {"planId"}

    added = hand.does("servicePlan.add", planId=first["id"])
    assert (added.before["plan"], added.after["plan"]) == ("", first["name"])
    again = hand.browser.post(hand.address("servicePlan.add", None), {"planId": first["id"]})
    assert "in force already" in again.content.decode()
    hand.does("servicePlan.add", planId=second["id"])
    assert second["name"] in hand.page("servicePlan.remove")

    own = read(hand.top, "service_plan", second["id"])
    assert "Nothing has to be filled in" in hand.page("servicePlan.remove", own)

    ended = hand.does("servicePlan.remove", planId=second["id"])
    assert (ended.object_label, ended.before["others"]) == (second["name"], [first["name"]])
    for change, names in ((ended, {first["name"], second["name"]}), (added, {second["name"]})):
        assert editing.send(editing.revert(change, hand.person), hand.person).state == APPLIED
        assert {one["name"] for one in hand.asks("services.get")["plans"].values()} == names
    for key in ("servicePlan.reconciliate", "servicePlan.synchronize"):
        hand.does(key)
