"""The pages of callflows: the list, one drawn and told, and its files."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

from django.utils import timezone

from accounts.models import Person
from telephony.models import CallflowFindings, Entity
from telephony.providers.callflows.tree import read
from telephony.services import callflow_findings
from tests.people import signed_in

from .conftest import Store, identifier

HOME = "/t/corvane/callflows/"


def page(someone: Person, path: str) -> str:
    answer = signed_in(someone).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_says_numbers_steps_owner_and_problems(
    store: Store, reception: Entity, bess: Person
) -> None:
    store("callflow", **{**reception.document, "owner_id": identifier("a")})
    assert "not looked at yet" in page(bess, HOME)
    callflow_findings.judge(reception.connection)
    text = page(bess, HOME)
    assert "problems as of" in text
    assert "Bess Arkwell" in text
    assert "Reception" in text
    assert "Annexe" in text
    assert '3000">+1</span>' in text  # one more number than there is room for
    assert "problems" in text


def test_callflows_are_chosen_by_their_problems(store: Store, reception: Entity, bess: Person) -> None:
    step = {"module": "hangup", "data": {}, "children": {}}
    store("callflow", id=identifier("1"), name="Sound", numbers=["4000"], flow=step)
    store("callflow", id=identifier("2"), name="Unreached", flow=step)
    callflow_findings.judge(reception.connection)
    some, grave = page(bess, f"{HOME}?problems=some"), page(bess, f"{HOME}?problems=grave")
    assert [name in some for name in ("Reception", "Unreached", "Sound")] == [True, True, False]
    assert [name in grave for name in ("Reception", "Unreached", "Sound")] == [True, True, False]


def test_what_goes_is_found_in_the_callflows_that_point_to_it(store: Store, reception: Entity) -> None:
    link = reception.connection
    callflow_findings.judge(link)
    before = CallflowFindings.objects.get(entity=reception)
    Entity.objects.filter(kind="menu").update(missing_since=timezone.now())
    callflow_findings.judge_near(link, "menu", [identifier("c")])
    after = CallflowFindings.objects.get(entity=reception)
    assert after.grave == before.grave + 1
    other = Entity.objects.get(remote_id=identifier("e"))
    assert CallflowFindings.objects.get(entity=other).judged_at < after.judged_at  # far away, and left alone


def test_who_shares_a_number_is_judged_too(store: Store, reception: Entity) -> None:
    callflow_findings.judge(reception.connection)
    before = CallflowFindings.objects.get(entity=reception)
    store("callflow", id=identifier("7"), name="Second", numbers=["3000"], flow={})
    callflow_findings.judge_near(reception.connection, "callflow", [identifier("7")])
    assert CallflowFindings.objects.get(entity=reception).grave == before.grave + 1


def test_a_broad_callflow_is_folded_at_first_and_whole_in_a_file(store: Store, bess: Person) -> None:
    end = {"module": "hangup", "data": {}, "children": {}}
    menu = {"module": "menu", "data": {}, "children": dict.fromkeys("0123456789", end)}
    once = {"module": "play", "data": {}, "children": {"_": menu}}
    first = {"module": "menu", "data": {}, "children": {"1": menu, "2": once, "3": menu}}
    row = store("callflow", id=identifier("1"), name="Broad", numbers=["4000"], flow=first)
    home, steps, folded = f"{HOME}{row.pk}/", 'class="step c-', "fold=1%2C12%2C24"
    at_first = page(bess, home)
    assert (at_first.count(steps), at_first.count("+10<"), at_first.count("+11<")) == (4, 4, 2)
    assert f"?step=0&amp;{folded}" in at_first  # whatever is chosen next, they stay as they are
    assert "Unfold all" in at_first
    assert page(bess, f"{home}drawing.svg").count(steps) == 35
    assert page(bess, f"{home}?fold=-").count(steps) == 35
    one = page(bess, f"{home}?{folded}&step=13")  # it is asked for: nothing above it hides it
    assert one.count(steps) == 4 + 11
    assert "fold=1%2C24" in one


def test_feature_codes_stand_apart(store: Store, reception: Entity, bess: Person) -> None:
    code = {"name": "park_and_retrieve", "number": "3"}
    store("callflow", id=identifier("9"), name="Parking", patterns=["^3$"], featurecode=code, flow={})
    assert "Parking" not in page(bess, HOME)
    features = page(bess, f"{HOME}?what=features")
    assert "Parking" in features
    assert "Reception" not in features


def test_a_callflow_is_found_by_any_of_its_numbers(reception: Entity, bess: Person) -> None:
    assert "Reception" in page(bess, f"{HOME}?q=3000")
    assert "Reception" not in page(bess, f"{HOME}?q=4711")


def test_a_callflow_is_told_in_names_with_its_faults(reception: Entity, bess: Person) -> None:
    text = page(bess, f"{HOME}{reception.pk}/")
    for words in (
        "Office hours",
        "Bess Arkwell",
        "Welcome",
        "halden_callback",
        "kept as it is",
        "not there any more",
        "leads to something that is not in the account any more",
        "which is switched off",
        "leads to <b>Annexe</b> too",
    ):
        assert words in text, words


def test_outline_and_drawing_have_the_same_steps(reception: Entity, bess: Person) -> None:
    text = page(bess, f"{HOME}{reception.pk}/")
    assert text.count('role="treeitem"') == text.count('<g class="step') == 7  # and the head


def test_a_step_is_told_with_what_nobody_knows_of_it(reception: Entity, bess: Person) -> None:
    text = page(bess, f"{HOME}{reception.pk}/?step=5")
    assert "This module is not known here" in text
    assert "x_site" in text
    assert "x_root" in page(bess, f"{HOME}{reception.pk}/")


def test_a_linked_callflow_is_opened_in_place(store: Store, reception: Entity, bess: Person) -> None:
    step = {"module": "user", "data": {"id": identifier("a")}, "children": {}}
    store("callflow", id=identifier("e"), name="Annexe", numbers=[], flow=step)
    text = page(bess, f"{HOME}{reception.pk}/?open={identifier('e')}")
    assert 'data-step="1-0"' in text
    assert "in there" in text


def test_what_is_folded_says_how_much(reception: Entity, bess: Person) -> None:
    text = page(bess, f"{HOME}{reception.pk}/?fold=2")
    assert 'data-step="3"' not in text
    assert "+3" in text


def test_what_is_folded_never_hides_the_step_that_is_asked_for(reception: Entity, bess: Person) -> None:
    text = page(bess, f"{HOME}{reception.pk}/?fold=2&step=4")
    assert 'aria-selected="true" aria-level="4"' in text
    assert "fold=2&" not in text.partition('data-step="4"')[0].rpartition("href=")[2]
    assert "fold=2" not in page(bess, f"{HOME}{reception.pk}/?fold=2&step=4").partition("drawing.svg")[2][:40]


def test_keys_fold_and_open_by_the_panel(store: Store, reception: Entity, bess: Person) -> None:
    step = {"module": "user", "data": {"id": identifier("a")}, "children": {}}
    store("callflow", id=identifier("e"), name="Annexe", numbers=[], flow=step)
    text = page(bess, f"{HOME}{reception.pk}/?step=2").partition("flow-panel")[2]
    assert "?step=2&amp;fold=2" in text
    link = next(
        number for number, node in read(reception.document).nodes.items() if node.module == "callflow"
    )
    text = page(bess, f"{HOME}{reception.pk}/?step={link}").partition("flow-panel")[2]
    assert f"?step={link}&amp;open={identifier('e')}" in text
    opened = page(bess, f"{HOME}{reception.pk}/?step={link}&open={identifier('e')}")
    assert "Close the callflow here" in opened.partition("flow-panel")[2]
    assert "<title>Close the callflow here</title>" in opened


def test_files_hold_the_drawing_and_the_document(store: Store, reception: Entity, bess: Person) -> None:
    browser = signed_in(bess)
    drawing = browser.get(f"{HOME}{reception.pk}/drawing.svg")
    assert drawing["Content-Type"] == "image/svg+xml"
    root = ET.fromstring(drawing.content)
    assert "Reception" in root[0].text
    assert b"var(" not in drawing.content
    assert b'class="number"' in drawing.content  # as the list of steps of the PDF counts them
    paper = browser.get(f"{HOME}{reception.pk}/drawing.pdf")
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF-")
    step = {"module": "hangup", "data": {}, "children": {}}
    for _ in range(9):
        step = {"module": "answer", "data": {}, "children": {"_": step}}
    high = store("callflow", id=identifier("8"), name="High", numbers=["4000"], flow=step)
    paper = browser.get(f"{HOME}{high.pk}/drawing.pdf")
    assert b"/Count 2" in paper.content  # the drawing below its title, and the steps
    document = browser.get(f"{HOME}{reception.pk}/document.json")
    told = json.loads(document.content)
    assert told.pop("_names")["user"] == {identifier("a"): "Bess Arkwell"}
    assert told == reception.document
