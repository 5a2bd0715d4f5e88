"""Values against the catalog: what is let through is clean, what is not is told by name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.errors import InvalidInput
from telephony.providers.operations import Effect, Operation, Param, Place
from telephony.providers.registry import PROVIDERS
from telephony.providers.values import checked

EVERY = [operation for provider in PROVIDERS.values() for operation in provider.catalog]
anything = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=20), st.lists(st.text(max_size=8), max_size=3),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2),
)  # fmt: skip


def one(**kwargs) -> Operation:
    param = Param(name="x", **kwargs)
    return Operation(key="t", method="POST", path="/", summary="", effect=Effect.WRITE, params=(param,))


def reason(operation: Operation, value: object) -> str:
    with pytest.raises(InvalidInput) as refused:
        checked(operation, {"x": value})
    assert set(refused.value.fields) == {"x"}
    return refused.value.fields["x"]


@given(st.sampled_from(EVERY), st.data())
def test_any_value_is_cleaned_or_refused_by_name(operation, data):
    names = [param.name for param in operation.params]
    values = data.draw(st.dictionaries(st.sampled_from([*names, "zzz"]), anything))
    try:
        cleaned = checked(operation, values)
    except InvalidInput as error:
        assert error.fields and all(error.fields.values())
        assert set(error.fields) <= {*names, "zzz"}
        return
    assert set(cleaned) <= set(names)
    assert all(param.name in cleaned for param in operation.params if param.required)


@pytest.mark.parametrize("value", ["12", 12, " 12 "])
def test_a_delay_is_a_whole_number(value):
    assert checked(one(kind="duration_s", minimum=0, maximum=120), {"x": value}) == {"x": 12}


@pytest.mark.parametrize("value", ["121", "-1", "1.5", "soon", "", True, [], "٣"])
def test_a_delay_out_of_range_or_form_is_refused(value):
    reason(one(kind="duration_s", minimum=0, maximum=120), value)


def test_numbers_lose_their_blanks_and_keep_their_notation():
    number = one(kind="number", max_length=64)
    assert checked(number, {"x": "+33 1 99 00 10-01"}) == {"x": "+33199001001"}
    assert checked(number, {"x": "01.99.00.10.01"}) == {"x": "0199001001"}
    assert checked(number, {"x": "anonymous"}) == {"x": "anonymous"}
    assert checked(number, {"x": ""}) == {"x": ""}
    for bad in ("Lise", "+", "1;2", "<script>", "１２３"):
        reason(number, bad)


def test_lists_drop_blank_items_and_keep_their_limit():
    numbers = one(kind="number", many=True, max_items=2)
    assert checked(numbers, {"x": ["1", "", "2"][:2]}) == {"x": ["1"]}
    assert checked(numbers, {"x": "17"}) == {"x": ["17"]}
    assert checked(numbers, {"x": []}) == {"x": []}
    reason(numbers, ["1", "2", "3"])


def test_control_characters_never_travel():
    for text in ("a\x00b", "a\x07", "\x7f"):
        reason(one(), text)
    assert checked(one(), {"x": "two\nlines"}) == {"x": "two\nlines"}


def test_a_path_value_cannot_be_empty():
    operation = Operation(
        key="t", method="GET", path="/{x}", summary="", effect=Effect.READ,
        params=(Param(name="x", place=Place.PATH, required=True),),
    )  # fmt: skip
    assert reason(operation, "")
    with pytest.raises(InvalidInput):
        checked(operation, {})
