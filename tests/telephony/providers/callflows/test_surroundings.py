"""Faults that a callflow has among the other objects of its account."""

from __future__ import annotations

from typing import Any

from telephony.providers.callflows.lint import Fault
from telephony.providers.callflows.surroundings import Around, Target, problems_around
from telephony.providers.callflows.tree import read
from telephony.providers.kazoo.callflows import CALLFLOWS

USER, RULE, OTHER, OWN = ("a" * 32, "b" * 32, "c" * 32, "d" * 32)


def step(module: str, data: dict[str, Any], **children: Any) -> dict[str, Any]:
    return {"module": module, "data": data, "children": children}


def faults(flow: dict[str, Any], around: Around, **root: Any) -> list[tuple[Fault, int | None]]:
    found = problems_around(read({**root, "flow": flow}), CALLFLOWS, around)
    return [(one.fault, one.number) for one in found]


def target(kind: str, remote_id: str, **more: Any) -> dict[tuple[str, str], Target]:
    return {(kind, remote_id): Target(kind=kind, remote_id=remote_id, name="x", **more)}


def test_a_target_that_is_gone_or_off_is_told_and_one_that_is_well_is_not() -> None:
    flow = step("user", {"id": USER})
    assert faults(flow, Around(targets=target("user", USER, is_missing=True))) == [(Fault.MISSING_TARGET, 0)]
    assert faults(flow, Around(targets=target("user", USER, is_off=True))) == [(Fault.TARGET_OFF, 0)]
    assert faults(flow, Around(targets=target("user", USER))) == []


def test_a_loop_through_other_callflows_is_found() -> None:
    flow = step("callflow", {"id": OTHER})
    links = {OTHER: {"e" * 32}, "e" * 32: {OWN}}
    assert faults(flow, Around(own=OWN, links=links)) == [(Fault.LOOP, 0)]
    assert faults(step("callflow", {"id": OWN}), Around(own=OWN)) == [(Fault.LOOP, 0)]
    assert faults(flow, Around(own=OWN, links={OTHER: {OTHER}})) == []
    assert faults(flow, Around(links=links)) == []  # one that is not made yet has no loops


def test_a_rule_that_is_not_asked_or_switched_off_never_matches() -> None:
    flow = step("temporal_route", {"rules": ["f" * 32]}, **{RULE: step("user", {})})
    assert faults(flow, Around(targets=target("temporal_rule", RULE))) == [(Fault.RULE_NEVER, 1)]
    flow = step("temporal_route", {}, **{RULE: step("user", {}), "_": step("user", {})})
    assert faults(flow, Around(targets=target("temporal_rule", RULE, is_off=True))) == [(Fault.RULE_NEVER, 1)]
    assert faults(flow, Around(targets=target("temporal_rule", RULE))) == []


def test_a_number_of_two_callflows_is_told_of_both() -> None:
    other = Target(kind="callflow", remote_id=OTHER, name="Annexe")
    around = Around(own=OWN, numbers={"3000": [other]})
    assert faults(step("user", {}), around, numbers=["3000", "3001"]) == [(Fault.NUMBER_TWICE, None)]
