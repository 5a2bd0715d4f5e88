"""Every operation is reached from a page where a person would look for it: the data says which, the page must link."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from accounts.models import Person
from accounts.scoping import tenant_scope
from telephony.models import Call, Change, Connection, Entity
from telephony.providers.drafts import CallRecordDraft
from telephony.providers.kazoo.catalog import CATALOG
from telephony.providers.kazoo.offers import OFFERS
from telephony.providers.offers import Offer, Spot
from telephony.providers.operations import Origin
from telephony.services import access, calls

from .objects import read, stored

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime.now(UTC)
PDF = b"%PDF-1.4 signed"


NEW: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "user": ("user.create", {"first_name": "Lise", "last_name": "Arvel"}),
    "device": ("device.create", {"name": "Desk"}),
    "group": ("group.create", {"name": "Sales", "endpoints": {}}),
    "directory": ("directory.create", {"name": "House"}),
    "callflow": (
        "callflow.create",
        {"numbers": ["7001"], "flow": {"module": "hangup", "data": {}, "children": {}}},
    ),
    "menu": ("menu.create", {"name": "Welcome"}),
    "media": ("media.create", {"name": "Greeting"}),
    "vmbox": ("voicemail.create", {"name": "Desk", "mailbox": "7002"}),
    "conference": ("conference.create", {"name": "Monday", "member": {"pins": ["4711"]}}),
    "temporal_rule": ("temporalRule.create", {"name": "Noon", "cycle": "daily"}),
    "temporal_rule_set": ("temporalRuleSet.create", {"name": "Open"}),
    "blacklist": ("blacklist.create", {"name": "Nobody", "numbers": {}}),
    "queue": ("queue.create", {"name": "Sales"}),
    "port_request": ("port.create", {"name": "Old numbers", "numbers": {"+33199005511": {}}}),
    "connectivity": ("connectivity.create", {"name": "PBX", "account": {}, "servers": []}),
    "resource": ("localResources.create", {"name": "Carrier", "gateways": [{"server": "sip.example"}]}),
    "global_resource": (
        "globalResources.create",
        {"name": "Backbone", "gateways": [{"server": "sip.example"}]},
    ),
    "resource_template": (
        "resourceTemplates.create",
        {"name": "Usual", "template_name": "Usual", "gateways": []},
    ),
    "whitelabel": ("whitelabel.create", {"domain": "portal.halvenor.example", "company_name": "Halvenor"}),
}


@pytest.fixture
def objects(top: Connection) -> dict[str, Entity]:
    """One object of each kind that offers something, with what its own parts need to show their acts."""
    with tenant_scope(top.tenant_id):
        client = access.client_of(top, is_person=True)
        made = {
            kind: stored(top, kind, key, document)
            for kind, (key, document) in NEW.items()
            if kind != "whitelabel"
        }
        client.call("whitelabel.create", data=NEW["whitelabel"][1])
        made["whitelabel"] = read(top, "whitelabel", "whitelabel")
        made["account"] = read(top, "account", top.remote_account)
        made["phone_number"] = read(top, "phone_number", client.call("numbers.list").items[0]["id"])
        plan = client.call("services.listAvailable").items[0]["id"]
        client.call("servicePlan.add", {"planId": plan})
        made["service_plan"] = read(top, "service_plan", plan)
        made["webhook"] = Entity.objects.create(
            connection=top, kind="webhook", remote_id="hook", name="Hook", checksum="", fetched_at=NOW
        )
        made["limits"] = read(top, "limits", "limits")
        room = {"conferenceId": made["conference"].remote_id}
        for number in ("+33199005512", "+33199005513"):
            client.call("conference.addParticipant", room, data={"number": number})
        person = client.call("conference.listParticipants", room).items[0]
        values = {**room, "participantId": str(person["participant_id"])}
        client.call("conference.unmuteParticipant", values)  # who joins is muted until then
        client.call("conference.deafParticipant", values)
        client.call("conference.createServer", data={"name": "one", "host": "one.example"})
        port = {"portRequestId": made["port_request"].remote_id, "documentName": "bill.pdf", "data": PDF}
        client.call("port.createAttachment", port)
        for kind, key in (("resource", "localResources"), ("global_resource", "globalResources")):
            job = {"resource_id": made[kind].remote_id, "numbers": ["+33199005514"]}
            client.call(f"{key}.createJob", data=job)
        return made


@pytest.fixture
def record(top: Connection) -> int:
    """A call with a record of Kazoo, by its id."""
    with tenant_scope(top.tenant_id):
        draft = CallRecordDraft(
            stream="interactions",
            remote_key="202611-" + "0" * 32,
            fold_key="one",
            started_at=NOW,
            direction="inbound",
            medium="voice",
            outcome="answered",
            caller="+33199006210",
            callee="+33199001001",
            raw={"id": "202611-" + "0" * 32},
        )
        calls.store(top, [draft], NOW)
        return Call.objects.get().pk


Pages = Callable[[Offer], list[str]]


@pytest.fixture
def pages_of(top: Connection, objects: dict[str, Entity], record: int) -> Pages:
    """Where an offer is to be seen: addresses of pages and of the fragments that they load."""

    def fragments(spot: Spot, prefix: str, kind: str = "") -> list[str]:
        return [
            f"{prefix}live/{panel.name}/"
            for panel in top.declaration.live
            if panel.place is spot and (not panel.kinds or kind in panel.kinds)
        ]

    def find(offer: Offer) -> list[str]:
        base, link = "/t/alder/", f"/t/alder/connections/{top.pk}/"
        if offer.spot is Spot.OBJECT:
            entity = objects[offer.kind]
            own = f"{base}entities/{entity.pk}/"
            line = [f"{base}lines/{entity.pk}/"] if entity.is_line else []
            number = [f"{base}numbers/{entity.number}/"] if offer.kind == "phone_number" else []
            return [own, *line, *number, *fragments(Spot.OBJECT, own, offer.kind)]
        if offer.spot is Spot.LIST:
            return [f"{base}entities/{top.slug}/{offer.kind}/", *fragments(Spot.LIST, link, offer.kind)]
        return {
            Spot.CONNECTION: [link, *fragments(Spot.CONNECTION, link)],
            Spot.ACCOUNT: [f"{link}account/", *fragments(Spot.ACCOUNT, link)],
            Spot.NUMBERS: [f"{base}numbers/"],
            Spot.NUMBER_SEARCH: [
                f"{base}numbers/order/",
                f"{base}numbers/order/?at={top.slug}&way=prefix&words=%2B331",
            ],
            Spot.PORTS: [f"{base}ports/"],
            Spot.CALL: [f"{base}calls/{record}/"],
        }[offer.spot]

    return find


class Controls(HTMLParser):
    """What offers an operation on a page: (operation, element, address)."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if key := given.get("data-operation"):
            self.found.append((key, tag, given.get("href") or ""))


def test_every_operation_of_the_list_is_offered_on_the_page_that_the_data_names(
    top: Connection, alice: Person, client_of_person: Callable[[Person], Client], pages_of: Pages
) -> None:
    browser = client_of_person(alice)
    seen: dict[str, list[tuple[str, str, str]]] = {}
    missing, broken = [], []
    for operation in CATALOG:
        offers = [offer for offer in OFFERS if offer.operation == operation.key]
        if operation.origin is not Origin.SEED and not offers:
            continue
        found = []
        for offer in offers:
            for address in pages_of(offer):
                if address not in seen:
                    answer = browser.get(address)
                    assert answer.status_code == 200, (address, answer.status_code)
                    seen[address] = Controls(answer.content.decode()).found
                found += [one for one in seen[address] if one[0] == operation.key]
        if not found:
            missing.append(operation.key)
        for link in {address for _key, tag, address in found if tag == "a"}:
            if browser.get(link).status_code != 200 or (not operation.is_read and "/operations/" in link):
                broken.append(link)  # a write has a form in words of its own
    assert (missing, broken) == ([], [])
    assert sum(one.origin is Origin.SEED for one in CATALOG) == 146
    with tenant_scope(top.tenant_id):
        assert not Change.objects.exists()
