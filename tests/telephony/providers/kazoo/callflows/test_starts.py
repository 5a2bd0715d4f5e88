"""What a new callflow of Kazoo can begin with is valid whatever is filled in."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.providers.callflows.lint import Fault, problems
from telephony.providers.callflows.starting import Start, document_of, sample_of
from telephony.providers.callflows.tree import read
from telephony.providers.edit_fields import Field, Surroundings
from telephony.providers.kazoo.callflows import CALLFLOWS
from telephony.providers.kazoo.editors import EDITORS

STARTS = {one.id: one for one in CALLFLOWS.starts}
ALLOWED = {"empty": {Fault.NO_NUMBER, Fault.NO_STEP}}
FEW = st.sampled_from([f"{at:032x}" for at in range(1, 5)])  # so few that the same one is chosen twice


def value_of(hole: Field) -> st.SearchStrategy[Any]:
    if hole.refers_to == "phone_number":
        return st.lists(st.sampled_from(["+33199001001", "+33199001002"]), max_size=2)
    if hole.kind == "refs":
        return st.lists(FEW, min_size=1 if hole.required else 0, max_size=4)
    if hole.kind == "ref":
        return FEW if hole.required else st.one_of(st.none(), FEW)
    if hole.kind == "duration_s":
        return st.integers(hole.minimum, hole.maximum)
    if hole.kind == "number":
        return st.just("+33199001003")
    if hole.pattern:
        return st.from_regex(hole.pattern, fullmatch=True, alphabet=st.sampled_from("0123456789"))
    return st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=hole.max_length)


@pytest.mark.parametrize("start", STARTS.values(), ids=list(STARTS))
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_a_starting_point_is_valid_whatever_is_filled_in(start: Start, data: st.DataObject) -> None:
    values = data.draw(st.fixed_dictionaries({one.name: value_of(one) for one in start.holes}))
    document = document_of(start, values)
    found = {one.fault for one in problems(read(document), CALLFLOWS.actions)}
    assert found <= ALLOWED.get(start.id, {Fault.NO_NUMBER})
    maker = EDITORS["callflow.create"]
    assert not maker.check(maker.read(document), None, Surroundings())


@pytest.mark.parametrize("start", STARTS.values(), ids=list(STARTS))
def test_every_hole_has_its_place(start: Start) -> None:
    """Nothing is asked for that does not change the callflow."""
    whole = {**sample_of(start), "extension": "300"}
    for hole in start.holes:
        others = {**whole, hole.name: None if hole.name != "name" else ""}
        if hole.name.startswith("callflow_"):  # a person comes first
            others[hole.name.replace("callflow", "person")] = None
            assert document_of(start, {**others, hole.name: whole[hole.name]}) != document_of(start, others)
        elif hole.name != "numbers":
            assert document_of(start, others) != document_of(start, whole), hole.name


def test_holidays_are_asked_before_the_hours() -> None:
    start = STARTS["reception"]
    holiday, hours, both = ("f" * 32, "e" * 32, "d" * 32)
    values = {**sample_of(start), "holidays": [holiday, both], "hours": [hours, both], "rings_s": 20}
    flow = document_of(start, values)["flow"]
    assert flow["data"]["rules"] == [holiday, both, hours]
    assert flow["children"][both]["module"] == "play"  # the announcement of a closed day
    assert list(flow["children"]) == [holiday, both, hours, "_"]
