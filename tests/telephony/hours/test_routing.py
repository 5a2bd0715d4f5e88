"""A callflow is led by opening hours: a step before its first, or the one by time of day that it has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Person
from accounts.rights import Role
from portal.lib.errors import InvalidInput
from telephony.models import Change, Connection, Entity, HoursPlacement, OpeningHours
from telephony.services import access, editing, entities

from .conftest import write

Held = Callable[[str], dict[str, dict[str, Any]]]
pytestmark = pytest.mark.django_db(transaction=True)
VOICEMAIL = {"module": "voicemail", "data": {"id": "b" * 32}, "children": {}}
RING = {"module": "user", "data": {"id": "a" * 32, "x_own": 1}, "children": {"_": VOICEMAIL}}


@pytest.fixture
def browser(connection: Connection, noe: Person) -> Client:
    Membership.objects.filter(person=noe).update(role=Role.ADMINISTRATOR)
    client = Client()
    client.force_login(noe)
    return client


def page_for(
    office: OpeningHours, connection: Connection, noe: Person, flow: dict[str, Any]
) -> tuple[str, str]:
    """The page with a new callflow chosen, and its identifier."""
    write(office, connection, noe)
    client = access.client_of(connection)
    made = client.call("callflow.create", data={"name": "Entry", "numbers": ["8899"], "flow": flow}).document
    for page in connection.declaration.read_entities(client, kinds=["callflow", "vmbox"]):
        entities.store(connection, page, timezone.now())
    entity = Entity.objects.get(connection=connection, kind="callflow", remote_id=made["id"])
    return f"/t/corvane/opening-hours/{office.pk}/callflow/{connection.slug}/?callflow={entity.pk}", made[
        "id"
    ]


def sent(browser: Client) -> None:
    change = Change.objects.latest("pk")
    browser.post(f"/t/corvane/changes/{change.pk}/send/")
    change.refresh_from_db()
    assert change.state == Change.State.APPLIED, (change.error, change.fields_refused)


def test_a_step_is_put_before_the_first(
    office: OpeningHours, connection: Connection, noe: Person, at_kazoo: Held, browser: Client
) -> None:
    page, identifier = page_for(office, connection, noe, RING)
    box = Entity.objects.filter(connection=connection, kind="vmbox").first()
    assert box is not None
    before = at_kazoo("callflows")[identifier]["flow"]

    answer = browser.post(page, {"closed": f"vmbox:{box.remote_id}"})

    assert answer.status_code == 302, answer.context["form"].errors
    sent(browser)
    flow = at_kazoo("callflows")[identifier]["flow"]
    placement = HoursPlacement.objects.get()
    assert (flow["module"], flow["data"]["rule_set"]) == ("temporal_route", placement.set_remote_id)
    assert flow["data"]["timezone"] == office.zone
    assert flow["children"]["_"] == before
    assert flow["children"]["rule_set"]["data"]["id"] == box.remote_id


def test_the_step_that_is_there_asks_them(
    office: OpeningHours, connection: Connection, noe: Person, at_kazoo: Held, browser: Client
) -> None:
    rule = "c" * 32
    route = {
        "module": "temporal_route",
        "data": {"rules": [rule], "x_own": 2},
        "children": {rule: RING, "_": VOICEMAIL},
    }
    page, identifier = page_for(office, connection, noe, route)
    before = at_kazoo("callflows")[identifier]["flow"]
    values = [value for value, _words in browser.get(page).context["form"].fields["closed"].choices]
    assert set(values) == {"", f"branch:{rule}", "branch:_"}

    browser.post(page, {"closed": "branch:_"})
    sent(browser)

    flow = at_kazoo("callflows")[identifier]["flow"]
    assert flow["children"] == {"rule_set": before["children"]["_"], "_": before["children"][rule]}
    assert "rules" not in flow["data"] or flow["data"]["rules"] == []
    assert flow["data"]["x_own"] == 2


def test_what_is_not_offered_is_refused(
    office: OpeningHours, connection: Connection, noe: Person, browser: Client
) -> None:
    page, _identifier = page_for(office, connection, noe, RING)

    answer = browser.post(page, {"closed": "vmbox:elsewhere"})

    assert answer.context["form"].errors["closed"]
    assert not Change.objects.filter(operation="callflow.update").exists()


def test_a_step_with_a_secret_moves_with_it_and_nothing_shows_it(
    office: OpeningHours, connection: Connection, noe: Person, at_kazoo: Held, browser: Client
) -> None:
    secret = {"module": "disa", "data": {"pin": "7319", "retries": 3}, "children": {"_": VOICEMAIL}}
    page, identifier = page_for(office, connection, noe, secret)
    box = Entity.objects.filter(connection=connection, kind="vmbox").first()
    assert box is not None and "7319" not in str(Entity.objects.get(remote_id=identifier).document)

    review = browser.post(page, {"closed": f"vmbox:{box.remote_id}"}, follow=True).content.decode()

    sent(browser)
    flow = at_kazoo("callflows")[identifier]["flow"]
    assert flow["module"] == "temporal_route"
    assert flow["children"]["_"]["data"] == {"pin": "7319", "retries": 3}
    change = Change.objects.latest("pk")
    assert (
        "7319" not in review and "7319" not in f"{change.wanted} {change.before} {change.after} {change.sent}"
    )


def test_a_step_of_three_branches_says_which_and_why_not(
    office: OpeningHours, connection: Connection, noe: Person, browser: Client
) -> None:
    rules = ["c" * 32, "d" * 32]
    children = {rules[0]: RING, rules[1]: {"module": "hangup", "data": {}, "children": {}}, "_": VOICEMAIL}
    route = {"module": "temporal_route", "data": {"rules": rules}, "children": children}

    page, _identifier = page_for(office, connection, noe, route)
    shown = browser.get(page).content.decode()

    assert "has 3 branches" in shown and "the others would be lost" in shown
    assert "/edit/" in shown


def test_stars_that_were_moved_are_not_written_in_the_place_of_a_secret(
    office: OpeningHours, connection: Connection, noe: Person, at_kazoo: Held
) -> None:
    secret = {"module": "disa", "data": {"pin": "7319"}, "children": {}}
    _page, identifier = page_for(office, connection, noe, secret)
    shown = {"module": "disa", "data": {"pin": "***"}, "children": {}}
    wrapped = {"module": "response", "data": {"code": 486}, "children": {"_": shown}}

    with pytest.raises(InvalidInput):
        editing.propose(
            connection, "callflow.update", {"callflowId": identifier}, {"flow": wrapped}, person=noe
        )

    assert at_kazoo("callflows")[identifier]["flow"]["data"] == {"pin": "7319"}
