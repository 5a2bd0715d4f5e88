"""Whatever a callflow says, opened in the editor and reviewed it is the same document, and 30 acts can be taken back."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from accounts.models import Person
from portal.lib.canonical import canonical_json
from telephony.models import CallflowDraft, Entity
from telephony.providers.callflows.tree import read
from telephony.providers.kazoo.callflows.actions import ACTIONS
from telephony.services.callflow_drafts import flow_of, proposal_of, text_of
from tests.people import signed_in

from .conftest import Store, identifier

HOME = "/t/corvane/callflows/"
ODD = [1.0, 10**30, None, "été", {"a.b": [True]}, [], {}, ""]
KEYS = ["_", "0", "timeout", "USER_BUSY", "sip:486", "a.b", "été", "0" * 32]


def grown(chance: random.Random, depth: int) -> dict[str, Any]:
    """A step of any module, known or not, with fields that nobody knows."""
    step: dict[str, Any] = {"module": chance.choice([*ACTIONS, "halden_callback"])}
    step["data"] = {chance.choice(["id", "timeout", "x_site", "rules"]): chance.choice(ODD) for _ in range(2)}
    if chance.random() < 0.3:
        step["x_note"] = chance.choice(ODD)
    keys = chance.sample(KEYS, 1 if depth > 3 else chance.randint(0, 3)) if depth else []
    step["children"] = {key: grown(chance, depth - 1) for key in keys or (["_"] if depth else [])}
    return step


def drafted(reception: Entity, maud: Person, document: dict[str, Any]) -> CallflowDraft:
    text = json.dumps(document, ensure_ascii=False)
    found, _made = CallflowDraft.objects.update_or_create(
        entity=reception, person=maud, defaults={"base": text, "flow": text_of(read(document)), "revision": 0}
    )
    return found


@pytest.fixture
def plain(store: Store) -> Entity:
    return store("callflow", id=identifier("f"), name="Reception", numbers=["3000"], flow={})


def test_opened_and_reviewed_a_callflow_is_the_same(plain: Entity, maud: Person) -> None:
    browser = signed_in(maud)
    for seed in range(8):
        chance = random.Random(seed)
        document = {"x": chance.choice(ODD), "flow": grown(chance, 30 if seed == 0 else 4), "numbers": ["1"]}
        draft = drafted(plain, maud, document)
        for path in ("", "edit/", "edit/review/"):
            assert browser.get(f"{HOME}{plain.pk}/{path}").status_code == 200
        draft.refresh_from_db()
        assert json.dumps(flow_of(draft.flow).document()) == json.dumps(document)
        wanted, _seen = proposal_of(draft)
        assert wanted == {}


def test_thirty_acts_by_the_real_addresses_are_taken_back(plain: Entity, maud: Person) -> None:
    browser, chance = signed_in(maud), random.Random(7)
    draft = drafted(plain, maud, {"name": "x", "flow": grown(chance, 3), "numbers": ["1"]})
    before = canonical_json(flow_of(draft.flow).document())
    path, asked = f"{HOME}{plain.pk}/edit/", {"shown": ""}
    acts = ["add", "wrap", "move", "duplicate", "copy", "paste", "remove", "remove_branch", "set_key"]
    for _ in range(30):
        draft.refresh_from_db()
        numbers = list(flow_of(draft.flow).nodes)
        data = {
            **asked,
            "act": chance.choice(acts),
            "revision": draft.revision,
            "module": chance.choice(list(ACTIONS)),
        }
        if numbers:
            data |= {"step": chance.choice(numbers), "to": chance.choice(numbers), "key": chance.choice(KEYS)}
        assert browser.post(path, data).status_code == 200
    draft.refresh_from_db()
    assert draft.position > 5
    while draft.position:
        browser.post(path, {**asked, "act": "undo", "revision": draft.revision})
        draft.refresh_from_db()
    assert canonical_json(flow_of(draft.flow).document()) == before
