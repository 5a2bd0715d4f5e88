"""Publishing a draft at a Kazoo sandbox: through the one door, over a change made elsewhere, and an earlier version back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from accounts.models import Person
from portal.lib.canonical import canonical_json
from telephony.models import CallflowDraft, Change, Connection, Entity
from telephony.services import access, callflow_drafts, editing
from telephony.services.callflow_text import flow_of
from tests.people import signed_in

from .conftest import AtKazoo

pytestmark = pytest.mark.django_db(transaction=True)
HOME = "/t/corvane/callflows/"


@pytest.fixture
def draft(entity: Entity, maud: Person) -> CallflowDraft:
    signed_in(maud).post(f"{HOME}{entity.pk}/edit/")
    return CallflowDraft.objects.get(entity=entity, person=maud)


def publish(draft: CallflowDraft, someone: Person) -> Change:
    """Review, then send what the preview says."""
    browser = signed_in(someone)
    answer = browser.post(f"{HOME}{draft.entity_id}/edit/review/")
    assert "/changes/" in answer["Location"], answer["Location"]
    draft.refresh_from_db()
    assert draft.change is not None
    if draft.change.state == Change.State.DRAFT:
        return editing.send(draft.change, someone)
    return draft.change


def act(draft: CallflowDraft, someone: Person, what: str, **more: Any) -> None:
    draft.refresh_from_db()
    data = {"act": what, "revision": draft.revision, **more}
    if what == "settings":  # as the form shows them
        data["numbers"] = "\n".join(flow_of(draft.flow).root["numbers"])
    signed_in(someone).post(f"{HOME}{draft.entity_id}/edit/", data)
    draft.refresh_from_db()


def test_a_draft_begins_with_what_is_there_in_its_own_order(draft: CallflowDraft, at_kazoo: AtKazoo) -> None:
    document = flow_of(draft.flow).document()
    live = {name: value for name, value in at_kazoo.document.items() if name in document}
    assert json.dumps(document["flow"]) == json.dumps(live["flow"])


def test_a_rename_is_published_and_nothing_else_changes(
    draft: CallflowDraft, at_kazoo: AtKazoo, maud: Person
) -> None:
    before = at_kazoo.document
    act(draft, maud, "settings", step="", name="Welcome")
    change = publish(draft, maud)
    assert change.state == Change.State.APPLIED, change.fields_refused
    after = at_kazoo.document
    assert after["name"] == "Welcome"
    assert json.dumps(after["flow"]) == json.dumps(before["flow"])
    page = signed_in(maud).get(f"{HOME}{draft.entity_id}/").content.decode()
    assert "Go on with your draft" not in page  # it is over


def test_steps_are_published_with_every_other_step_as_it_was(
    draft: CallflowDraft, at_kazoo: AtKazoo, maud: Person
) -> None:
    flow = flow_of(draft.flow)
    last = max(number for number, node in flow.walk() if node.module == "voicemail")
    act(draft, maud, "set_json", step=last, document=json.dumps({**flow[last].data, "x_site": [1.5]}))
    wanted = canonical_json(flow_of(draft.flow).document()["flow"])
    preview = signed_in(maud).post(f"{HOME}{draft.entity_id}/edit/review/", follow=True).content.decode()
    words = preview.partition("Steps that differ")[2].partition("</ol>")[0]
    assert words.count("<li") == 1
    assert "changed" in words
    change = publish(draft, maud)
    assert change.state == Change.State.APPLIED, change.fields_refused
    assert canonical_json(at_kazoo.document["flow"]) == wanted


def test_what_moved_meanwhile_is_a_conflict_and_not_written_over(
    draft: CallflowDraft, at_kazoo: AtKazoo, maud: Person
) -> None:
    act(draft, maud, "settings", step="", name="Mine")
    at_kazoo.write(name="Theirs")
    act(draft, maud, "add", to="", module="answer")
    at_kazoo.write(flow={"module": "play", "data": {}, "children": {"_": at_kazoo.document["flow"]}})
    change = publish(draft, maud)
    assert change.state == Change.State.CONFLICT
    assert at_kazoo.document["name"] == "Theirs"
    page = signed_in(maud).get(f"/t/corvane/changes/{change.pk}/").content.decode()
    assert page.count('<svg class="sb-flow"') == 2  # theirs and mine
    assert "their steps" in page
    assert "Write 2 fields to" in page  # the name, and the steps as one


@pytest.mark.parametrize("pick", ["mine", "theirs"])
def test_steps_that_two_people_changed_are_never_mixed(
    draft: CallflowDraft, at_kazoo: AtKazoo, maud: Person, pick: str
) -> None:
    """One changed what hangs below, the other the first step alone: neither meant both together."""
    flow = flow_of(draft.flow)
    act(draft, maud, "remove_branch", step=flow[0].branches[0][1])
    wanted = canonical_json(flow_of(draft.flow).document()["flow"])
    theirs = {**at_kazoo.document["flow"], "module": "answer", "data": {}}
    at_kazoo.write(flow=theirs)
    change = publish(draft, maud)
    assert change.state == Change.State.CONFLICT
    browser, path = signed_in(maud), f"/t/corvane/changes/{change.pk}/"
    page = browser.get(path).content.decode()
    assert page.count('name="pick-flow"') == 2
    browser.post(f"{path}send/", {"pick-flow": pick})
    after = canonical_json(at_kazoo.document["flow"])
    assert after == (wanted if pick == "mine" else canonical_json(theirs))


def test_an_earlier_version_comes_back(draft: CallflowDraft, at_kazoo: AtKazoo, maud: Person) -> None:
    act(draft, maud, "settings", step="", name="First")
    first = publish(draft, maud)
    wanted = canonical_json(at_kazoo.document["flow"])
    browser = signed_in(maud)
    browser.post(f"{HOME}{draft.entity_id}/edit/")
    second = CallflowDraft.objects.get()
    act(second, maud, "replace", document='{"name": "Second", "flow": {"module": "hangup", "data": {}}}')
    change = publish(second, maud)
    assert change.state == Change.State.APPLIED, change.fields_refused
    assert at_kazoo.document["name"] == "Second"
    first.after["metadata"] = {"of": "an answer"}  # as an earlier release kept it
    first.save(update_fields=["after"])
    browser.post(f"{HOME}{draft.entity_id}/restore/", {"change": first.pk})
    assert "Second</del> <ins>First" in browser.get(f"{HOME}{draft.entity_id}/edit/review/").content.decode()
    change = publish(CallflowDraft.objects.get(), maud)
    assert change.state == Change.State.APPLIED
    assert not [name for name in {**change.wanted, **change.before} if name.startswith("metadata")]
    assert at_kazoo.document["name"] == "First"
    assert "metadata" not in at_kazoo.document  # what a read adds is never saved
    assert canonical_json(at_kazoo.document["flow"]) == wanted


def test_what_was_before_the_first_change_comes_back(
    draft: CallflowDraft, at_kazoo: AtKazoo, maud: Person
) -> None:
    at_first, path = at_kazoo.document["name"], f"{HOME}{draft.entity_id}/"
    act(draft, maud, "settings", step="", name="First")
    first = publish(draft, maud)
    browser = signed_in(maud)
    page = browser.get(path).content.decode()
    assert ("Live now" in page, page.count("Bring back this version")) == (True, 1)
    at_kazoo.write(name="Elsewhere")
    browser.post(f"/t/corvane/entities/{draft.entity_id}/refresh/")
    page = browser.get(path).content.decode()
    assert ("Live now" in page, page.count("Bring back this version")) == (False, 2)
    browser.post(f"{path}restore/", {"change": first.pk, "side": "before"})
    assert publish(CallflowDraft.objects.get(), maud).state == Change.State.APPLIED
    assert at_kazoo.document["name"] == at_first


def test_what_the_modules_refuse_is_not_sent(draft: CallflowDraft, maud: Person) -> None:
    act(draft, maud, "add", to="", module="ring_group")
    page = signed_in(maud).get(f"{HOME}{draft.entity_id}/edit/review/").content.decode()
    assert "The provider would refuse this" in page
    answer = signed_in(maud).post(f"{HOME}{draft.entity_id}/edit/review/")
    assert "/changes/" not in answer["Location"]


def test_an_object_is_made_for_a_step_and_nothing_typed_is_lost(draft: CallflowDraft, maud: Person) -> None:
    """Without script: away from the step's form, through the door, and back with the new object chosen."""
    flow = flow_of(draft.flow)
    step = next(number for number, node in flow.walk() if node.module == "voicemail")
    browser, path = signed_in(maud), f"{HOME}{draft.entity_id}/edit/?step={step}"
    page = browser.get(path)
    assert "Add a mailbox" in page.content.decode()
    seen = page.context["form"].initial["_seen"]
    typed = {
        "act": "settings",
        "revision": draft.revision,
        "step": step,
        "_seen": seen,
        "max_message_length": "77",
    }
    new = browser.post(path, {**typed, "new_object_for": "id"})["Location"]
    browser.post(new, {"name": "Night", "mailbox": "8844"})
    made = Change.objects.get()
    done = browser.post(f"/t/corvane/changes/{made.pk}/send/", follow=True)
    back = browser.get(done.context["way_back"])
    made.refresh_from_db()
    form = back.context["form"]
    assert (form["id"].value(), form["max_message_length"].value()) == (made.answer["created"], "77")
    assert back.context["board"].chosen == str(step)
    draft.refresh_from_db()
    assert draft.position == 0


def test_a_new_callflow_is_made_and_its_draft_is_over(
    linked: Connection, at_kazoo: AtKazoo, maud: Person
) -> None:
    browser = signed_in(maud)
    where = browser.post(f"{HOME}new/{linked.slug}/empty/", {"name": "Night", "extension": "4711"})[
        "Location"
    ]
    browser.post(where, {"act": "add", "revision": 0, "module": "hangup"})
    answer = browser.post(where.replace("edit/", "review/"))
    assert "/changes/" in answer["Location"], answer["Location"]
    preview = browser.get(answer["Location"]).content.decode()
    assert preview.count('<svg class="sb-flow"') == 1
    told, _details, folded = preview.partition("sb-flow-json")
    assert "Hang up" in told.partition("Steps in words")[2]
    assert "hangup" not in told.partition("Steps in words")[2]
    assert "Hang up" in folded
    draft = CallflowDraft.objects.get()
    assert draft.change is not None
    change = editing.send(draft.change, maud)
    assert change.state == Change.State.APPLIED, change.fields_refused
    made = next(row["doc"] for row in at_kazoo.docs().values() if row["doc"].get("name") == "Night")
    assert made["numbers"] == ["4711"]
    assert made["flow"]["module"] == "hangup"
    found = Entity.objects.get(connection=linked, kind="callflow", name="Night")
    assert browser.get(where)["Location"] == f"{HOME}{found.pk}/"


def test_a_callflow_without_a_number_is_stopped_before_it_is_sent(
    linked: Connection, entity: Entity, maud: Person
) -> None:
    """With what mends it at its place; without script, by the forms of the page."""
    browser = signed_in(maud)
    where = browser.post(f"{HOME}new/{linked.slug}/empty/", {"name": "Unreached"})["Location"]
    review = where.replace("edit/", "review/")
    page = browser.get(review).content.decode()
    assert "The provider would refuse this" in page
    assert "No number and no pattern leads here" in page
    assert "/changes/" not in browser.post(review)["Location"]
    at = next(at for at, one in browser.get(review).context["stopping"] if one.fault == "no_number")
    label = page.partition("Give it the extension ")[2].partition("<")[0].strip()
    mended = {"act": "fix", "revision": 0, "step": at, "then": "review"}
    answer = browser.post(where, mended)
    assert answer["Location"] == review
    assert flow_of(CallflowDraft.objects.get().flow).root["numbers"] == [label]
    assert "would refuse" not in browser.get(review).content.decode()
    assert "/changes/" in browser.post(review)["Location"]


def test_what_the_provider_refuses_is_told_beside_the_draft(
    linked: Connection, at_kazoo: AtKazoo, maud: Person
) -> None:
    """A number that another callflow has meanwhile, of which nothing was read yet."""
    browser = signed_in(maud)
    held = [one for row in at_kazoo.docs().values() for one in row["doc"].get("numbers", [])]
    start = {"name": "Late", "extension": next(one for one in held if one.isdecimal())}
    where = browser.post(f"{HOME}new/{linked.slug}/empty/", start)["Location"]
    browser.post(where.replace("edit/", "review/"))
    change = Change.objects.get()
    answer = browser.post(f"/t/corvane/changes/{change.pk}/send/", follow=True)
    assert answer.redirect_chain[-1][0] == where
    page = answer.content.decode()
    assert "The provider refused this" in page
    assert "Numbers: " in page


def test_a_number_moves_from_another_callflow_and_back(
    draft: CallflowDraft, at_kazoo: AtKazoo, linked: Connection, maud: Person
) -> None:
    """Two changes in one preview, sent one after the other, and taken back together."""
    held = next(
        (key, row["doc"])
        for key, row in at_kazoo.docs().items()
        if key != at_kazoo.identifier and len(row["doc"].get("numbers", [])) > 1
    )
    callflow_drafts.live_document(
        Entity(connection=linked, kind="callflow", facet="callflow", remote_id=held[0])
    )
    number, theirs, mine = held[1]["numbers"][0], held[1]["numbers"], at_kazoo.document["numbers"]
    draft.refresh_from_db()
    data = {"act": "settings", "revision": draft.revision, "step": "", "numbers": "\n".join([*mine, number])}
    browser, home = signed_in(maud), f"{HOME}{draft.entity_id}/edit/"
    assert "Move it here" in browser.post(home, data, follow=True).content.decode()
    review = browser.get(f"{home}review/").content.decode()
    assert "Move the numbers here" in review
    assert "/changes/" not in browser.post(f"{home}review/")["Location"]  # nobody said so
    assert not Change.objects.exists()

    preview = browser.post(f"{home}review/", {"move": ""}, follow=True)
    change = preview.context["change"]
    page = preview.content.decode()
    assert page.count('<table class="sb-diff">') == 2
    done = browser.post(f"/t/corvane/changes/{change.pk}/send/", follow=True).content.decode()
    assert "Take all of it back" in done
    assert number in at_kazoo.document["numbers"]
    assert at_kazoo.docs()[held[0]]["doc"]["numbers"] == theirs[1:]

    back = browser.post(f"/t/corvane/changes/{change.pk}/revert/", {"both": "1"}, follow=True).context[
        "change"
    ]
    browser.post(f"/t/corvane/changes/{back.pk}/send/")
    assert at_kazoo.document["numbers"] == mine
    assert sorted(at_kazoo.docs()[held[0]]["doc"]["numbers"]) == sorted(theirs)
    assert Change.objects.filter(state=Change.State.APPLIED).count() == 2


def test_what_cannot_be_given_up_keeps_the_other_from_being_sent(
    draft: CallflowDraft, at_kazoo: AtKazoo, linked: Connection, maud: Person
) -> None:
    other = next(
        key
        for key, row in at_kazoo.docs().items()
        if len(row["doc"].get("numbers", [])) > 1 and key != at_kazoo.identifier
    )
    callflow_drafts.live_document(
        Entity(connection=linked, kind="callflow", facet="callflow", remote_id=other)
    )
    number = at_kazoo.docs()[other]["doc"]["numbers"][0]
    draft.refresh_from_db()
    mine = at_kazoo.document["numbers"]
    data = {"act": "settings", "revision": draft.revision, "step": "", "numbers": "\n".join([*mine, number])}
    browser, home = signed_in(maud), f"{HOME}{draft.entity_id}/edit/"
    browser.post(home, data)
    change = browser.post(f"{home}review/", {"move": ""}, follow=True).context["change"]
    client = access.client_of(linked)
    document = {**at_kazoo.docs()[other]["doc"], "numbers": ["4711"]}
    client.call("callflow.update", {"callflowId": other}, data=document)
    page = browser.post(f"/t/corvane/changes/{change.pk}/send/", follow=True).content.decode()
    assert "has to be applied before it" in page
    assert at_kazoo.document["numbers"] == mine
    browser.post(f"/t/corvane/changes/{change.pk}/discard/")
    assert not Change.objects.exists()


def test_the_last_number_of_a_callflow_does_not_move(
    draft: CallflowDraft, at_kazoo: AtKazoo, linked: Connection, maud: Person
) -> None:
    other = next(
        key
        for key, row in at_kazoo.docs().items()
        if len(row["doc"].get("numbers", [])) == 1
        and not row["doc"].get("patterns")
        and key != at_kazoo.identifier
    )
    callflow_drafts.live_document(
        Entity(connection=linked, kind="callflow", facet="callflow", remote_id=other)
    )
    mine = [*at_kazoo.document["numbers"], *at_kazoo.docs()[other]["doc"]["numbers"]]
    draft.refresh_from_db()
    data = {"act": "settings", "revision": draft.revision, "step": "", "numbers": "\n".join(mine)}
    browser, home = signed_in(maud), f"{HOME}{draft.entity_id}/edit/"
    browser.post(home, data)
    assert "has no other number" in browser.get(f"{home}review/").content.decode()
    assert "/changes/" not in browser.post(f"{home}review/", {"move": ""})["Location"]
