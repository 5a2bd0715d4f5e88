"""Faults of a callflow that its document tells by itself, each with where, why and a way to mend it."""

from __future__ import annotations

from typing import Any

import pytest

from telephony.forms.callflow_edits import ActForm, Tools, patch_of
from telephony.providers.callflows import edits
from telephony.providers.callflows.lint import Fault, problems
from telephony.providers.callflows.tree import read
from telephony.providers.kazoo.callflows.actions import ACTIONS

BOX = {"module": "voicemail", "data": {"id": "0" * 32}}
SOUND = {"id": "3" * 32}
USER = {"module": "user", "data": {"id": "1" * 32, "timeout": 20}, "children": {"_": BOX}}


def faults(flow: Any, **root: Any) -> list[tuple[str, int | None, str]]:
    document = {"numbers": ["2000"], **root, **({"flow": flow} if flow else {})}
    return [(one.fault.value, one.number, one.path) for one in problems(read(document), ACTIONS)]


def test_a_clean_flow_has_none() -> None:
    menu = {"module": "menu", "data": {"id": "2" * 32}, "children": {"1": USER, "_": {"module": "hangup"}}}
    assert faults({"module": "temporal_route", "data": {}, "children": {"3" * 32: menu, "_": BOX}}) == []
    assert faults({"module": "halden_callback", "data": {"x": None}, "children": {"odd": USER}}) == []


@pytest.mark.parametrize(
    ("flow", "found"),
    [
        (None, [("no_step", None, "")]),
        ({"module": "hangup", "data": {}, "children": {"_": BOX}}, [("below_the_end", 1, "")]),
        ({"module": "play", "data": SOUND, "children": {"1": BOX}}, [("never_taken", 1, "")]),
        ({"module": "play", "data": {**SOUND, "skip_module": True}}, [("passed_over", 0, "skip_module")]),
        ({"module": "menu", "data": SOUND, "children": {"1": BOX}}, [("no_exit", 0, "")]),
        ({"module": "user", "data": SOUND, "children": {"sip:486": BOX}}, [("dead_end", 0, "")]),
        ({"module": "play", "data": {"id": ""}}, [("nothing_chosen", 0, "id")]),
        ({"module": "group", "data": {"endpoints": ["1" * 32]}, "children": {"_": BOX}}, []),
        ({"module": "tts", "data": {"text": ""}}, [("missing_value", 0, "text")]),
        (
            {"module": "record_call", "data": {"action": "start", "time_limit": 4}},
            [("wrong_value", 0, "time_limit")],
        ),
        ({"module": "voicemail", "data": {"id": "null"}}, [("wrong_value", 0, "id")]),
        ({"module": "offnet", "data": {"timeout": None}}, [("wrong_value", 0, "timeout")]),
    ],
)
def test_each_fault_is_found_where_it_is(flow: Any, found: list[Any]) -> None:
    assert faults(flow) == found


def test_who_dials_out_needs_no_voicemail() -> None:
    assert faults({"module": "offnet", "data": {}}) == []


def test_a_flow_needs_a_number_or_a_pattern() -> None:
    assert faults(USER, numbers=[]) == [("no_number", None, "")]
    assert faults(USER, numbers=[], patterns=["^2...$"]) == []


def test_a_fix_that_is_pressed_mends_it() -> None:
    skipped = {"module": "play", "data": {**SOUND, "skip_module": True}, "children": {"1": BOX}}
    menu = {"module": "menu", "data": SOUND, "children": {"1": BOX}}
    lost = {"module": "user", "data": SOUND, "children": {"sip:486": BOX}}
    for first in (None, skipped, menu, lost, {"module": "hangup", "data": {}, "children": {"_": BOX}}):
        flow = read({"numbers": ["1"], **({"flow": first} if first else {})})
        while found := [one for one in problems(flow, ACTIONS) if one.fault is not Fault.NOTHING_CHOSEN]:
            tools = Tools(actions=ACTIONS, ending="hangup", refuge="voicemail", fixes=[found[0].fix])
            form = ActForm({"act": "fix", "step": 0, "revision": 0})
            assert form.is_valid()
            flow, _undo = edits.apply(flow, patch_of(form, tools)(flow))
            after = [(one.fault, one.number) for one in problems(flow, ACTIONS)]
            assert (found[0].fault, found[0].number) not in after


def test_each_says_why_in_plain_words() -> None:
    (problem,) = problems(read({"numbers": ["1"], "flow": {"module": "menu", "data": SOUND}}), ACTIONS)

    assert problem.says.plain() == "Menu has no way on for a wrong key or none."
    assert problem.fault is Fault.NO_EXIT
