"""A new callflow: from a starting point to a draft in the editor."""

from __future__ import annotations

import json

from accounts.models import Person
from telephony.models import CallflowDraft, Change, Connection, Entity
from telephony.services.callflow_text import flow_of
from tests.people import signed_in

from .conftest import Store, identifier

NEW = "/t/corvane/callflows/new/"


def filled(**more: object) -> dict[str, object]:
    usual = {"name": "Support", "rings_s": "25", "people": [identifier("a")], "mailbox": identifier("d")}
    return {**usual, **more}


def test_the_starting_points_are_drawn(link: Connection, maud: Person) -> None:
    text = signed_in(maud).get(NEW).content.decode()
    for words in ("Reception with hours", "Menu of choices", "Queue", "On-call", "Emergency redirect"):
        assert words in text
    assert text.count('<svg class="sb-flow"') == 7


def test_a_start_becomes_a_draft_that_opens_in_the_editor(
    store: Store, reception: Entity, maud: Person
) -> None:
    store("vmbox", id=identifier("d"), name="Box")
    browser = signed_in(maud)
    answer = browser.post(f"{NEW}corvane-kazoo/group/", filled(extension="300"))
    draft = CallflowDraft.objects.get()
    assert answer["Location"] == f"/t/corvane/callflows/drafts/{draft.pk}/edit/"
    document = flow_of(draft.flow).document()
    assert document["numbers"] == ["300"]
    assert document["flow"]["data"]["timeout"] == 25
    page = browser.get(answer["Location"]).content.decode()
    assert "Not made at the provider yet" in page
    assert "Bess Arkwell" in page
    assert not Change.objects.exists()
    assert "Support" in browser.get(NEW).content.decode()


def test_what_is_needed_is_asked_for(reception: Entity, maud: Person) -> None:
    answer = signed_in(maud).post(
        f"{NEW}corvane-kazoo/group/", {"name": "", "rings_s": "2", "extension": "3a"}
    )
    text = answer.content.decode()
    assert text.count("This is needed.") == 3
    assert "Between 5 and 120." in text
    assert "Digits that people of the account dial." in text
    assert not CallflowDraft.objects.exists()


def test_an_object_is_made_for_a_field_and_what_was_typed_stays(reception: Entity, maud: Person) -> None:
    browser = signed_in(maud)
    answer = browser.post(f"{NEW}corvane-kazoo/group/", filled(new_object_for="mailbox"))
    assert answer["Location"].startswith("/t/corvane/entities/corvane-kazoo/vmbox/new/?back=")
    way = browser.get(answer["Location"]).content.decode()
    assert "What you were editing" in way
    token = next(iter(browser.session["typed_forms"]))
    again = browser.get(f"{NEW}corvane-kazoo/group/?kept={token}&made=people:{identifier('a')}")
    assert 'value="Support"' in again.content.decode()


def test_an_outside_number_is_written_as_people_write_it(reception: Entity, maud: Person) -> None:
    store = {"switch": identifier("b"), "usual": identifier("e"), "outside": "01 99 00 10 09"}
    signed_in(maud).post(f"{NEW}corvane-kazoo/redirect/", {"name": "Redirect", **store})
    document = flow_of(CallflowDraft.objects.get().flow).document()
    assert document["flow"]["children"][identifier("b")]["data"] == {"to_did": "+33199001009"}


def test_acts_on_a_new_draft_are_done_and_undone(reception: Entity, maud: Person) -> None:
    browser = signed_in(maud)
    where = browser.post(f"{NEW}corvane-kazoo/empty/", {"name": "Bare"})["Location"]
    browser.post(where, {"act": "add", "revision": 0, "module": "hangup"})
    assert [node.module for node in flow_of(CallflowDraft.objects.get().flow).nodes.values()] == ["hangup"]
    browser.post(where, {"act": "undo", "revision": 1})
    assert not flow_of(CallflowDraft.objects.get().flow).nodes
    assert browser.get(where.replace("edit/", "review/")).status_code == 200
    assert browser.post(where, {"act": "discard"})["Location"] == "/t/corvane/callflows/"
    assert not CallflowDraft.objects.exists()


def test_a_draft_is_its_persons_own(reception: Entity, maud: Person, bess: Person) -> None:
    where = signed_in(maud).post(f"{NEW}corvane-kazoo/empty/", {"name": "Bare"})["Location"]
    assert signed_in(bess).get(where).status_code == 403
    assert json.loads(CallflowDraft.objects.get().base) == {}
