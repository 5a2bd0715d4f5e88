"""Steps that hold a secret: it goes where its step goes, nobody sees it, and it leaves its account with nobody."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from portal.lib.canonical import canonical_json
from telephony.models import CallflowAct, CallflowDraft, Change, Connection, Credential, Entity
from telephony.providers.drafts import EntityPage
from telephony.providers.kazoo.objects import draft_of
from telephony.providers.registry import PROVIDERS
from telephony.services import access, callflow_drafts, editing, entities
from telephony.services.callflow_drafts import differences
from telephony.services.callflow_text import flow_in, flow_of
from tests.people import signed_in

from .conftest import HOME, AtKazoo, identifier

pytestmark = pytest.mark.django_db(transaction=True)
PIN, OTHER_PIN, ELSEWHERE = "7319", "8024", "another tenant of hers"
END = {"module": "hangup", "data": {}, "children": {}}


def dial_tone(pin: str, **children: Any) -> dict[str, Any]:
    return {"module": "disa", "data": {"pin": pin, "retries": 3}, "children": children}


MENU = {
    "module": "menu",
    "data": {"id": identifier("c")},
    "children": {"1": dial_tone(PIN, _=END), "2": dial_tone(OTHER_PIN), "3": END},
}


class At:
    """A callflow at the sandbox in the editor of one person."""

    def __init__(self, entity: Entity, someone: Person) -> None:
        self.entity, self.someone, self.browser = entity, someone, signed_in(someone)
        self.path = f"{HOME}{entity.pk}/edit/"
        self.browser.post(self.path)

    @property
    def draft(self) -> CallflowDraft:
        return CallflowDraft.objects.get(entity=self.entity, person=self.someone)

    def act(self, what: str, **more: Any) -> str:
        data = {"act": what, "revision": self.draft.revision, **more}
        return self.browser.post(self.path, data, follow=True).content.decode()

    def step(self, *keys: str) -> int:
        flow = flow_of(self.draft.flow)
        number = flow.top
        for key in keys:
            assert number is not None
            number = flow[number].child(key)
        assert number is not None
        return number

    def publish(self) -> Change:
        answer = self.browser.post(f"{self.path}review/", {"move": "1"})
        assert "/changes/" in answer["Location"], self.browser.get(answer["Location"]).content.decode()
        change = self.draft.change
        assert change is not None
        page = self.browser.get(answer["Location"]).content.decode()
        assert PIN not in page and OTHER_PIN not in page
        sent = editing.send(change, self.someone)
        assert sent.state == Change.State.APPLIED, (sent.error, sent.fields_refused)
        return sent


def live(at_kazoo: AtKazoo, remote_id: str = "") -> Any:
    return at_kazoo.docs()[remote_id or at_kazoo.identifier]["doc"]["flow"]


def nowhere_in_clear() -> bool:
    """Neither in drafts nor in changes."""
    kept = [
        *CallflowDraft.objects.values_list("base", "flow", "secrets_sealed"),
        *CallflowAct.objects.values_list("undo", "redo"),
        *Change.objects.values_list("seen", "before", "wanted", "after", "sent", "answer", "secrets_sealed"),
    ]
    return not any(pin in str(kept) for pin in (PIN, OTHER_PIN))


@pytest.fixture
def at(entity: Entity, at_kazoo: AtKazoo, maud: Person) -> At:
    at_kazoo.write(flow=MENU)
    callflow_drafts.live_document(entity)
    return At(entity, maud)


def test_a_step_moves_with_its_pin_and_the_change_is_taken_back(
    at: At, at_kazoo: AtKazoo, maud: Person
) -> None:
    before = canonical_json(live(at_kazoo))
    at.act("move", step=at.step("1"), to=at.step("2"), key="_")
    change = at.publish()

    assert set(live(at_kazoo)["children"]) == {"2", "3"}
    assert live(at_kazoo)["children"]["2"]["data"]["pin"] == OTHER_PIN
    assert live(at_kazoo)["children"]["2"]["children"]["_"]["data"] == {"pin": PIN, "retries": 3}
    back = editing.send(editing.revert(change, maud), maud)
    assert back.state == Change.State.APPLIED
    assert canonical_json(live(at_kazoo)) == before
    assert nowhere_in_clear()


def test_what_is_undone_in_the_draft_leaves_nothing_to_publish(at: At) -> None:
    began = canonical_json(flow_of(at.draft.flow).document())
    at.act("cut", step=at.step("1"))
    at.act("paste", to=at.step("3"), key="_")
    at.act("duplicate", step=at.step("2"), key="9")
    for _ in range(3):
        at.act("undo")

    assert canonical_json(flow_of(at.draft.flow).document()) == began
    assert not differences(flow_in(at.draft.base), flow_of(at.draft.flow))


def test_a_pin_that_is_held_as_a_number_stays_one(at: At, at_kazoo: AtKazoo) -> None:
    number = int(PIN)
    own = {"module": "hangup", "data": {"pin": number, "pins": [number, PIN]}, "children": {}}
    at_kazoo.write(flow={**MENU, "children": {**MENU["children"], "4": own}})
    at.act("discard")
    at.browser.post(at.path)
    page = at.browser.get(f"{at.path}?step={at.step('4')}").content.decode()
    assert PIN not in page and page.count("***") >= 3
    at.act("move", step=at.step("4"), to=at.step("2"), key="_")
    at.publish()

    kept = live(at_kazoo)["children"]["2"]["children"]["_"]["data"]
    assert json.dumps(kept) == json.dumps(own["data"])
    assert nowhere_in_clear()


def test_copies_have_it_too_and_a_new_one_is_sealed(at: At, at_kazoo: AtKazoo) -> None:
    page = at.browser.get(f"{at.path}?step={at.step('2')}").content.decode()
    at.act("duplicate", step=at.step("2"), key="9")
    at.act("settings", step=at.step("1"), pin="4711", retries="3")
    assert "4711" not in at.draft.flow
    at.publish()

    children = live(at_kazoo)["children"]
    assert [children[key]["data"]["pin"] for key in ("1", "2", "9")] == ["4711", OTHER_PIN, OTHER_PIN]
    assert "Set; leave empty to keep it" in page and OTHER_PIN not in page


def test_it_is_found_behind_a_branch_with_a_dot(at: At, at_kazoo: AtKazoo) -> None:
    """Values of variables have dots, and so have the places of secrets."""
    route = {
        "module": "branch_variable",
        "data": {"variable": "desk"},
        "children": {"a.b%": dial_tone(PIN, _=END)},
    }
    at_kazoo.write(flow=route)
    at.act("discard")
    at.browser.post(at.path)
    at.act("settings", step=at.step("a.b%"), retries="4")
    at.publish()

    assert live(at_kazoo)["children"]["a.b%"]["data"] == {"pin": PIN, "retries": 4}
    assert nowhere_in_clear()


def test_json_with_its_stars_left_in_place_keeps_it(at: At, at_kazoo: AtKazoo) -> None:
    at.act("set_json", step=at.step("1"), document=json.dumps({"pin": "***", "retries": 5}))
    at.publish()
    assert live(at_kazoo)["children"]["1"]["data"] == {"pin": PIN, "retries": 5}


def test_stars_that_stand_for_nothing_are_not_sent(at: At) -> None:
    at.act("set_json", step=at.step("3"), document=json.dumps({"pin": "***"}))
    page = at.browser.post(f"{at.path}review/", follow=True).content.decode()
    assert "holds a secret that is not known here" in page
    assert not Change.objects.exists()


def test_it_is_pasted_into_another_callflow_of_the_account(
    at: At, at_kazoo: AtKazoo, linked: Connection, maud: Person
) -> None:
    data = {"name": "Annexe", "numbers": ["7001"], "flow": END | {"module": "menu", "data": MENU["data"]}}
    made = access.client_of(linked).call("callflow.create", data=data).document["id"]
    row = Entity(connection=linked, kind="callflow", facet="callflow", remote_id=made)
    callflow_drafts.live_document(row)
    other = At(Entity.objects.get(remote_id=made), maud)
    at.act("copy", step=at.step("1"))
    session = at.browser.session
    moved = other.browser.session
    moved.update({name: value for name, value in session.items() if name.startswith("callflow")})
    moved.save()

    other.act("paste", to=other.step(), key="5")
    other.publish()

    assert live(at_kazoo, made)["children"]["5"]["data"]["pin"] == PIN
    assert PIN not in str(dict(session.items()))


def test_an_earlier_version_comes_back_with_it(at: At, at_kazoo: AtKazoo, maud: Person) -> None:
    at.act("set_json", step=at.step("1"), document=json.dumps({"pin": "***", "retries": 5}))
    first = at.publish()
    wanted = canonical_json(live(at_kazoo))
    second = At(at.entity, maud)
    second.act("remove_branch", step=second.step("1"))
    second.publish()

    second.browser.post(f"{HOME}{at.entity.pk}/restore/", {"change": first.pk})
    second.publish()

    assert canonical_json(live(at_kazoo)) == wanted
    assert nowhere_in_clear()


def test_a_copy_in_the_account_is_made_with_it(at: At, at_kazoo: AtKazoo, linked: Connection) -> None:
    at.browser.post(f"{HOME}{at.entity.pk}/copy/", {"to": f"corvane/{linked.slug}"})
    page = f"{HOME}bring/{linked.slug}/"
    form = at.browser.get(page).context["form"]
    values = {name: form[name].value() or "" for name in form.fields}
    answer = at.browser.post(page, values | {"name": "Second", "numbers": "", "patterns": "^7002$"})
    assert answer.status_code == 302, answer.context["form"].errors
    draft = CallflowDraft.objects.get(entity=None)
    more = {"act": "settings", "revision": draft.revision, "step": "", "name": "Second", "numbers": "7002"}
    at.browser.post(f"{HOME}drafts/{draft.pk}/edit/", more)

    answer = at.browser.post(f"{HOME}drafts/{draft.pk}/review/")
    draft.refresh_from_db()
    assert draft.change is not None, answer["Location"]
    sent = editing.send(draft.change, at.someone)

    assert sent.state == Change.State.APPLIED, (sent.error, sent.fields_refused)
    made = next(one for one in at_kazoo.docs().values() if one["doc"].get("name") == "Second")
    assert made["doc"]["flow"]["children"]["1"]["data"]["pin"] == PIN
    assert nowhere_in_clear()


# ---- into another account ----


@pytest.fixture
def elsewhere(maud: Person) -> CallflowDraft:
    """A draft of Maud's in another account."""
    tenant = Tenant.objects.create(slug="vellard", name="Vellard")
    Membership.objects.create(tenant=tenant, person=maud, role=Role.ADMINISTRATOR)
    with tenant_scope(tenant, reason=ELSEWHERE):
        link = Connection.objects.create(
            credential=Credential.objects.create(provider="kazoo"),
            provider="kazoo",
            slug="vellard-kazoo",
            name="Kazoo",
            capabilities=sorted(PROVIDERS["kazoo"].capabilities),
        )
        return callflow_drafts.begin_new(link, maud, {"name": "Theirs", "numbers": ["7001"], "flow": END})


@pytest.fixture
def browser(link: Connection, maud: Person) -> Client:
    return signed_in(maud)


@pytest.fixture
def secret_one(link: Connection) -> Entity:
    drafted = draft_of("callflow", {"id": identifier("f"), "name": "Ours", "numbers": ["3000"], "flow": MENU})
    entities.store(link, EntityPage(kind="callflow", drafts=[drafted]), timezone.now())
    return Entity.objects.get(remote_id=identifier("f"))


def test_pasted_into_another_account_it_is_left_behind_and_said_so(
    secret_one: Entity, elsewhere: CallflowDraft, browser: Client, maud: Person, link: Connection
) -> None:
    draft = callflow_drafts.begin_new(link, maud, {"name": "Ours", "numbers": ["3000"], "flow": MENU})
    ours = f"{HOME}drafts/{draft.pk}/edit/"
    browser.post(ours, {"act": "copy", "revision": draft.revision, "step": 1})
    theirs = f"/t/vellard/callflows/drafts/{elsewhere.pk}/edit/"
    with tenant_scope(elsewhere.tenant_id, reason=ELSEWHERE):
        page = browser.post(
            theirs, {"act": "paste", "revision": elsewhere.revision, "to": 0, "key": "_"}, follow=True
        ).content.decode()
        elsewhere.refresh_from_db()

        assert flow_of(elsewhere.flow)[1].data == {"retries": 3}
        assert "a secret stays in its account" in page
        assert elsewhere.secrets_sealed == ""


def test_copied_into_another_account_it_is_left_behind_and_said_so(
    secret_one: Entity, elsewhere: CallflowDraft, browser: Client
) -> None:
    browser.post(f"{HOME}{secret_one.pk}/copy/", {"to": "vellard/vellard-kazoo"})
    page = "/t/vellard/callflows/bring/vellard-kazoo/"
    with tenant_scope(elsewhere.tenant_id, reason=ELSEWHERE):
        answer = browser.post(page, {"name": "Copy", "patterns": "^7003$"}, follow=True).content.decode()
        made = CallflowDraft.objects.exclude(pk=elsewhere.pk).get()
        document = json.dumps(flow_of(made.flow).document())

    assert answer.count("a secret stays in its account") >= 2
    assert "pin" not in document and "$secret" not in document
    assert made.secrets_sealed == ""


def test_the_page_of_a_callflow_shows_no_fault_in_a_secret(secret_one: Entity, browser: Client) -> None:
    page = browser.get(f"{HOME}{secret_one.pk}/?step=1").content.decode()
    assert "wrong type" not in page and "$secret" not in page
    assert "••••••" in page
