"""Numbers: searched for, ordered with charges asked, looked at, and given back once they were typed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from accounts.models import Person
from accounts.scoping import tenant_scope
from telephony.models import Change, Connection, Entity, Job
from telephony.providers.ordering import Wanted
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import access, charges, editing, ordering
from telephony.views import numbers
from tests.exported import asked, exported

from .objects import read, stored

pytestmark = pytest.mark.django_db(transaction=True)
SEARCH = "/t/alder/numbers/order/"


@pytest.fixture
def link(top: Connection) -> Iterator[Connection]:
    with tenant_scope(top.tenant_id):
        yield top


@pytest.fixture
def alices(alice: Person, client_of_person: Callable[[Person], Client]) -> Client:
    return client_of_person(alice)


def priced(kazoo: SandboxServer, link: Connection) -> None:
    """From now on a number of this account costs one a month and five at once."""
    accounts = kazoo.state("kazoo")["accounts"]
    account = accounts[link.remote_account]
    seller = accounts.get(account["pvt"].get("reseller_id", ""), account)
    client = access.client_of(link, is_person=True)
    plan = client.call("services.listAvailable").items[0]["id"]
    price = {"_all": {"rate": 1.0, "activation_charge": 5.0}}
    seller["docs"]["service_plans"][plan]["doc"]["plan"] = {"phone_numbers": price}
    client.call("servicePlan.add", {"planId": plan})
    kazoo.state("kazoo")["settings"] = {"bucket_size": 0, "charges": True}


def test_a_prefix_a_block_and_a_town_find_numbers(link: Connection, alices: Client) -> None:
    single = alices.get(SEARCH, {"words": "+33 1 99", "way": "prefix", "count": 3})
    block = alices.get(SEARCH, {"words": "+331", "way": "block", "count": 2, "size": 5})
    town = alices.get(SEARCH, {"words": "Lil", "way": "town"})

    assert [one.numbers[0][:6] for one in single.context["results"]] == ["+33199"] * 3
    assert [len(one.numbers) for one in block.context["results"]] == [5, 5]
    assert town.context["towns"] == {"Lille": ["35301"]}


def test_what_a_search_finds_is_a_file_from_its_first_number_on(
    top: Connection, alices: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page has a few; the file goes on until there are no more, or says that it does not."""
    monkeypatch.setattr(numbers, "MOST_IN_A_FILE", 180)
    shown = alices.get(f"{SEARCH}?words=%2B33199&way=prefix&count=3&offset=3")
    told = json.loads(exported(alices, f"{SEARCH}?words=%2B33199&way=prefix&count=3&offset=3", figure="list"))
    found = [row["number"] for row in told["rows"]]
    assert (len(found), len(set(found))) == (180, 180) and found == sorted(found)
    assert found[3:6] == [one.numbers[0] for one in shown.context["results"]]
    assert told["figure"] == "Numbers that may be had: the first 180"
    whole = json.loads(exported(alices, f"{SEARCH}?words=%2B331990055&way=prefix", figure="list"))
    assert 0 < len(whole["rows"]) <= 100 and whole["figure"] == "Numbers that may be had"
    block = json.loads(exported(alices, f"{SEARCH}?words=%2B331990055&way=block&size=5", figure="list"))[
        "rows"
    ]
    assert int(block[0]["last"]) == int(block[0]["first"]) + 4 and block[0]["numbers"] == 5
    town = json.loads(exported(alices, f"{SEARCH}?words=Lil&way=town", figure="list"))["rows"]
    assert town == [{"town": "Lille", "prefixes": "35301"}]


def test_a_search_that_is_none_is_no_file_and_a_silent_provider_is_told(
    top: Connection, kazoo: SandboxServer, alices: Client
) -> None:
    told = {"path": SEARCH, "figure": "list", "format": "csv"}
    for query in ("", "words=abc&way=prefix"):
        assert alices.post("/t/alder/exports/page/", {**told, "query": query}).status_code == 404
    kazoo.faults.add("kazoo", "phone_numbers", status=503, times=None)
    job = asked(alices, f"{SEARCH}?words=%2B33199&way=prefix", figure="list")
    assert (job.state, job.error) == (Job.State.FAILED, "Kazoo reports a failure of its own.")


@pytest.mark.parametrize("words", ["", "abc", "+331" * 20, "<b>", "+33\x001"])
def test_a_bad_search_is_told_at_its_field(link: Connection, alices: Client, words: str) -> None:
    answer = alices.get(SEARCH, {"words": words, "way": "prefix"})

    assert answer.status_code == 200 and answer.context["form"].errors.keys() == {"words"}


def test_a_number_is_ordered_once_its_charges_are_accepted_and_taken_back(
    kazoo: SandboxServer, link: Connection, own: Entity, alice: Person, alices: Client
) -> None:
    priced(kazoo, link)
    number = ordering.search(link, Wanted(way="prefix", prefix="+33199"), alice)[0].numbers[0]
    review = alices.post(SEARCH, {"number": number}, follow=True)
    change = Change.objects.get()
    assert (change.state, change.operation) == (Change.State.DRAFT, "numbers.activate")
    assert "not yours" in review.content.decode()

    sent = editing.send(change, alice)
    assert sent.state == Change.State.CHARGES
    quote = charges.quote_of(sent)
    assert (quote.today_micros, [one.what for one in quote.charges]) == (5_000_000, ["Number (FR)"])
    assert not Entity.objects.filter(number=number).exists()

    page = alices.post(f"/t/alder/changes/{change.pk}/charges/", {"answer": "accept"}, follow=True)
    assert "asks for money" not in page.content.decode()
    change.refresh_from_db()
    assert (page.status_code, change.state) == (200, Change.State.APPLIED)
    assert change.entity == Entity.objects.get(kind="phone_number", number=number) != own

    back = editing.send(editing.revert(change, alice), alice)
    assert back.state == Change.State.APPLIED, back.error
    assert not Entity.objects.filter(number=number).exists()


def test_ordering_by_hand_means_the_same(link: Connection, alices: Client, alice: Person) -> None:
    number = ordering.search(link, Wanted(way="prefix", prefix="+33199"), alice)[0].numbers[0]
    page = f"/t/alder/connections/{link.pk}/operations/numbers.activate/"
    answer = alices.post(page, {"numbers": number})

    assert number in str(answer.context["request_shown"]["body"])
    assert Change.objects.get().address["numbers"] == [number]


def test_what_is_yours_already_is_not_ordered(link: Connection, alice: Person) -> None:
    client = access.client_of(link, is_person=True)
    own = client.call("numbers.list").items[0]["id"]
    with pytest.raises(editing.comparing.NothingToWrite):
        ordering.order(link, [own], alice)


@pytest.fixture
def own(link: Connection) -> Entity:
    client = access.client_of(link, is_person=True)
    return read(link, "phone_number", client.call("numbers.list").items[0]["id"])


def test_a_number_is_given_back_only_when_it_was_typed(
    link: Connection, own: Entity, alice: Person, alices: Client
) -> None:
    page = f"/t/alder/numbers/{own.pk}/release/"
    alices.post(page, {"typed": "+33199"})
    assert not Change.objects.exists()

    alices.post(page, {"typed": own.number})
    change = editing.send(Change.objects.get(), alice)
    assert change.state == Change.State.APPLIED
    assert not Entity.objects.filter(kind="phone_number").exists()


def test_a_number_of_another_carrier_is_added_and_the_change_taken_back(
    kazoo: SandboxServer, link: Connection, alice: Person, alices: Client
) -> None:
    page = "/t/alder/numbers/add/"
    bad = alices.post(page, {"number": "nonsense"})
    alices.post(page, {"number": "01 99 00 55 99"})
    change = editing.send(Change.objects.get(), alice)

    assert bad.status_code == 422 and bad.context["form"].errors.keys() == {"number"}
    assert (change.operation, change.state) == ("numbers.create", Change.State.APPLIED), change.error
    assert "+33199005599" in kazoo.state("kazoo")["numbers"]
    assert Entity.objects.get(number="+33199005599").kind == "phone_number"
    again = alices.post(page, {"number": "+33199005599"})
    assert again.status_code == 422 and again.context["form"].errors.keys() == {"number"}
    back = editing.send(editing.revert(change, alice), alice)
    assert back.state == Change.State.APPLIED, back.error
    assert not Entity.objects.filter(number="+33199005599").exists()


def test_a_number_says_what_it_leads_to(link: Connection, own: Entity, alices: Client) -> None:
    flow = {"numbers": [own.number], "flow": {"module": "hangup", "data": {}, "children": {}}, "name": "Desk"}
    stored(link, "callflow", "callflow.create", flow)
    page = alices.get(f"/t/alder/numbers/{own.number}/").content.decode()
    rows = alices.get("/t/alder/numbers/").content.decode()

    assert "Desk" in page and "Desk" in rows and f"/numbers/{own.pk}/release/" in page


def test_a_strange_number_has_a_page_and_nonsense_has_none(link: Connection, alices: Client) -> None:
    assert "Not one of yours" in alices.get("/t/alder/numbers/+33261910099/").content.decode()
    assert alices.get("/t/alder/numbers/nonsense/").status_code == 404


def test_pages_of_a_list_are_all_read_before_it_is_judged(
    link: Connection, alice: Person, kazoo: Any
) -> None:
    numbers = kazoo.state("kazoo")["numbers"]
    client = access.client_of(link, is_person=True)
    model = numbers[client.call("numbers.list").items[0]["id"]]
    for n in range(60):
        numbers[f"+331990055{n:02}"] = {**model, "pvt": {**model["pvt"]}}
    with pytest.raises(editing.comparing.NothingToWrite):
        ordering.order(link, ["+33199005559"], alice)
