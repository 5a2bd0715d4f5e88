"""Changes to a callflow: each can be taken back to the letter, and nothing goes but what was taken out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.providers.callflows import edits
from telephony.providers.callflows.edits import Patch, Reason, Refused, apply
from telephony.providers.callflows.tree import Flow, read

from .shapes import KEYS, STEPS, TREES


def text(flow: Flow) -> str:
    return json.dumps(flow.document())


Edit = Callable[[Flow, int, int, str, Any], Patch]
EDITS: dict[str, Edit] = {
    "add": lambda flow, one, other, key, step: edits.add(flow, step, to=one, key=key),
    "insert": lambda flow, one, other, key, step: edits.insert(flow, step, to=one, key=key, under="new"),
    "wrap": lambda flow, one, other, key, step: edits.wrap(flow, one, step, under="new"),
    "move": lambda flow, one, other, key, step: edits.move(flow, one, to=other, key=key),
    "duplicate": lambda flow, one, other, key, step: edits.duplicate(flow, one, to=other, key=key),
    "remove": lambda flow, one, other, key, step: edits.remove(flow, one),
    "remove_branch": lambda flow, one, other, key, step: edits.remove_branch(flow, one),
    "set_data": lambda flow, one, other, key, step: edits.set_data(flow, one, {"x": step}),
    "set_key": lambda flow, one, other, key, step: edits.set_key(flow, one, key),
}
CHOICES = st.tuples(st.sampled_from(sorted(EDITS)), st.integers(0), st.integers(0), KEYS, STEPS)


def attempt(flow: Flow, choice: tuple[str, int, int, str, Any]) -> Patch | None:
    """The patch of a chosen edit; None where it is refused, or where no step is left to be named."""
    name, one, other, key, step = choice
    numbers = sorted(flow.nodes)
    if not numbers:
        return edits.add(flow, step)
    try:
        return EDITS[name](flow, numbers[one % len(numbers)], numbers[other % len(numbers)], key, step)
    except Refused:
        return None


@settings(max_examples=300, deadline=None)
@given(TREES, st.lists(CHOICES, max_size=12))
def test_any_run_of_changes_is_taken_back_to_the_letter_and_done_again(
    document: dict[str, Any], choices: list[tuple[str, int, int, str, Any]]
) -> None:
    flow = read(document)
    undos: list[Patch] = []
    for choice in choices:
        if patch := attempt(flow, choice):
            flow, undo = apply(flow, patch)
            undos.append(undo)
            assert text(read(flow.document())) == text(flow)
            assert set(flow.nodes) == {number for number, _node in flow.walk()}
    changed, redos = text(flow), []
    for undo in reversed(undos):
        flow, redo = apply(flow, undo)
        redos.append(redo)

    assert text(flow) == json.dumps(document)
    for redo in reversed(redos):
        flow, _undo = apply(flow, redo)
    assert text(flow) == changed


@settings(max_examples=300, deadline=None)
@given(TREES, CHOICES)
def test_nothing_goes_but_what_was_taken_out(
    document: dict[str, Any], choice: tuple[str, int, int, str, Any]
) -> None:
    flow = read(document)
    patch = attempt(flow, choice)
    if patch is None:
        return
    changed, _undo = apply(flow, patch)
    gone = {number for number, node in patch.nodes.items() if node is None}
    lost = set(flow.nodes) - set(changed.nodes)

    assert lost == gone
    assert bool(gone) == (choice[0] in ("remove", "remove_branch"))
    for number in set(flow.nodes) & set(changed.nodes):
        before, after = flow[number].own, changed[number].own
        if choice[0] != "set_data" and isinstance(before, dict):
            assert {**after, "children": 0} == {**before, "children": 0}
        elif choice[0] != "set_data":
            assert after == before


@pytest.fixture
def flow() -> Flow:
    """0 menu -> "1": 1 user -> "_": 2 voicemail; "2": 3 play."""
    step = {"module": "voicemail", "data": {}, "children": {}}
    user = {"module": "user", "data": {}, "children": {"_": step}}
    return read(
        {"flow": {"module": "menu", "data": {}, "children": {"1": user, "2": {"module": "play", "data": {}}}}}
    )


def ways(flow: Flow) -> dict[str, str]:
    return {"/".join(flow.keys_to(number)): node.module for number, node in flow.walk()}


def test_a_step_is_put_between_two(flow: Flow) -> None:
    changed, _undo = apply(flow, edits.insert(flow, {"module": "answer"}, to=0, key="1"))

    assert ways(changed) == {"": "menu", "1": "answer", "1/_": "user", "1/_/_": "voicemail", "2": "play"}
    assert changed[1].module == "user"  # it is still number 1


def test_the_first_step_is_wrapped_and_taken_out_again(flow: Flow) -> None:
    changed, _undo = apply(flow, edits.wrap(flow, 0, {"module": "answer"}))
    assert ways(changed)["_/1"] == "user"
    assert changed.top is not None
    back, _undo = apply(changed, edits.remove(changed, changed.top))

    assert text(back) == text(flow)


def test_the_step_below_takes_the_place_of_one_that_goes(flow: Flow) -> None:
    changed, _undo = apply(flow, edits.remove(flow, 1))

    assert ways(changed) == {"": "menu", "1": "voicemail", "2": "play"}


def test_a_branch_is_moved_copied_and_named_anew(flow: Flow) -> None:
    moved, _undo = apply(flow, edits.move(flow, 3, to=2, key="_"))
    assert ways(moved)["1/_/_"] == "play"
    copied, _undo = apply(flow, edits.duplicate(flow, 1, to=0, key="3"))
    assert (ways(copied)["3"], ways(copied)["3/_"]) == ("user", "voicemail")
    renamed, _undo = apply(flow, edits.set_key(flow, 1, "9"))
    assert list(ways(renamed)) == ["", "9", "9/_", "2"]


def test_an_emptied_flow_takes_a_first_step(flow: Flow) -> None:
    empty, _undo = apply(flow, edits.remove_branch(flow, 0))
    assert empty.document() == {}
    begun, _undo = apply(empty, edits.add(empty, {"module": "hangup"}))

    assert begun.document() == {"flow": {"module": "hangup"}}
    assert begun.top == 4  # a number is never given twice


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda flow: edits.add(flow, {}, to=0, key="1"), Reason.KEY_TAKEN),
        (lambda flow: edits.add(flow, {}), Reason.HAS_STEPS),
        (lambda flow: edits.add(flow, {}, to=99), Reason.NO_SUCH_STEP),
        (lambda flow: edits.move(flow, 1, to=0, key="2"), Reason.KEY_TAKEN),
        (lambda flow: edits.move(flow, 1, to=2, key="1"), Reason.INTO_ITSELF),
        (lambda flow: edits.move(flow, 1, to=1, key="1"), Reason.INTO_ITSELF),
        (lambda flow: edits.set_key(flow, 1, "2"), Reason.KEY_TAKEN),
        (lambda flow: edits.set_key(flow, 0, "2"), Reason.NO_SUCH_STEP),
        (lambda flow: edits.wrap(flow, 1, {"children": {"_": {}}}), Reason.KEY_TAKEN),
        (lambda flow: edits.wrap(flow, 1, {"children": 5}), Reason.NO_BRANCHES),
        (lambda flow: edits.wrap(flow, 1, "later"), Reason.NO_BRANCHES),
        (lambda flow: edits.remove(flow, 0), Reason.SEVERAL_BELOW),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_reason(flow: Flow, make: Any, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        make(flow)

    assert refused.value.reason is reason


def test_nothing_hangs_below_what_is_no_step() -> None:
    flow = read(
        {"flow": {"module": "menu", "children": {"1": "later", "2": {"module": "play", "children": 5}}}}
    )
    for number in (1, 2):
        with pytest.raises(Refused):
            edits.add(flow, {}, to=number)
    with pytest.raises(Refused):
        edits.set_data(flow, 1, {})


def test_another_version_keeps_the_numbers_of_the_steps_that_stay() -> None:
    box = {"module": "voicemail", "data": {"id": "b"}, "children": {}}
    menu = {"module": "menu", "data": {}, "children": {"1": box, "2": {"module": "play", "data": {}}}}
    flow = read({"flow": {"module": "answer", "data": {}, "children": {"_": menu}}})
    earlier = {"flow": {**menu, "children": {"1": {**box, "data": {"id": "c"}}, "3": box}}}
    after, undo = edits.apply(flow, edits.become(flow, earlier))
    assert after.document() == earlier
    assert (after.top, after[1].child("1")) == (1, 2)
    assert after[1].child("3") not in flow
    before, _redo = edits.apply(after, undo)
    assert before.document() == flow.document()
    other = {"flow": {"module": "noop", "data": {}, "children": {"_": menu}}}
    after, _undo = edits.apply(flow, edits.become(flow, other))
    assert after.top is not None
    assert after[after.top].child("_") == 1
