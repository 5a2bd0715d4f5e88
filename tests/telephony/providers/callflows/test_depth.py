"""Deep callflows: read from the wire, and every pointer in them found."""

from __future__ import annotations

import json
from typing import Any

import pytest

from portal.lib.errors import UnexpectedAnswer
from portal.lib.wire_json import decode_json
from telephony.providers.kazoo.pointers import LONGEST_PATH, references_of

USER = "a" * 32


def flow_of(steps: int, key: str = "_") -> dict[str, Any]:
    """A callflow of so many steps below one another; the last rings a person."""
    step: dict[str, Any] = {"module": "user", "data": {"id": USER}, "children": {}}
    for _ in range(steps - 1):
        step = {"module": "temporal_route", "data": {}, "children": {key: step}}
    return {"name": "Deep", "flow": step}


def test_an_answer_may_hold_a_flow_of_sixty_steps() -> None:
    document = {"data": flow_of(60)}
    assert decode_json(json.dumps(document).encode()) == document


def test_an_answer_that_is_nested_without_measure_is_refused() -> None:
    with pytest.raises(UnexpectedAnswer):
        decode_json(json.dumps({"data": flow_of(64)}).encode())


@pytest.mark.parametrize("steps", [60, 900])
def test_a_pointer_far_down_is_found_and_its_place_kept_short(steps: int) -> None:
    rule = "b" * 32
    found = references_of("callflow", flow_of(steps, rule))
    ends = [one for one in found if one.target_kind == "user"]
    assert [one.target_remote_id for one in ends] == [USER]
    assert len({one.path for one in found}) == steps
    assert max(len(one.path.encode()) for one in found) <= LONGEST_PATH
