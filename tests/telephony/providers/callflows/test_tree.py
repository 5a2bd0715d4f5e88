"""A callflow is read into a tree and written again: the same document, whatever it holds."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings

from portal.lib.canonical import canonical_json
from telephony.providers.callflows.tree import read

from .shapes import DOCUMENTS


def chain(length: int) -> dict[str, Any]:
    step: dict[str, Any] = {"module": "hangup", "data": {}, "children": {}}
    for _level in range(length - 1):
        step = {"module": "noop", "data": {}, "children": {"_": step}}
    return {"flow": step}


@settings(max_examples=1000, deadline=None)
@given(DOCUMENTS)
def test_read_and_written_it_is_the_same(document: dict[str, Any]) -> None:
    written = read(document).document()

    assert json.dumps(written) == json.dumps(document)  # the order of keys too, and 1.0 is not 1
    assert canonical_json(written) == canonical_json(document)


def test_a_flow_may_be_deeper_than_any_stack() -> None:
    flow = read(chain(20_000))

    assert (len(flow), flow.depth) == (20_000, 20_000)
    step, count = flow.document()["flow"], 1
    while step["children"]:
        step, count = step["children"]["_"], count + 1
    assert count == 20_000


def test_steps_are_numbered_in_the_order_of_a_walk() -> None:
    document = {
        "flow": {
            "module": "menu",
            "children": {
                "2": {"module": "user", "children": {"_": {"module": "voicemail"}}},
                "1": {"module": "play"},
            },
        }
    }
    flow = read(document)

    assert [(number, node.module) for number, node in flow.walk()] == list(
        enumerate(["menu", "user", "voicemail", "play"])
    )
    assert flow.keys_to(2) == ("2", "_")
    assert list(flow.above(2)) == [1, 0]
    assert flow.part(1) == document["flow"]["children"]["2"]  # type: ignore[index]


def test_what_is_no_step_is_kept_as_one_without_a_module() -> None:
    flow = read({"flow": {"module": "menu", "children": {"1": "later", "2": None}}})

    assert [(node.module, node.data) for _number, node in flow.walk()] == [("menu", {}), ("", {}), ("", {})]


def test_without_steps_there_is_no_tree() -> None:
    for document in ({}, {"name": "x"}, {"flow": None}, {"flow": []}):
        assert (len(read(document)), read(document).depth) == (0, 0)
        assert read(document).document() == document
