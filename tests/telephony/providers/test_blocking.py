"""The arithmetic of lists of refused callers, for any list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.providers.blocking import (
    Entry,
    Full,
    easiest_to_spare,
    numbers_of,
    room,
    with_number,
    without_number,
)

NUMBERS = st.integers(0, 30).map("+3319900{:04d}".format)
LISTS = st.lists(NUMBERS, unique=True, max_size=22)
MOMENTS = st.none() | st.integers(0, 400).map(
    lambda days: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=days)
)
ENTRIES = st.lists(st.builds(Entry, number=NUMBERS, calls=st.integers(0, 3), last_at=MOMENTS), max_size=22)


def as_object(numbers: list[str]) -> dict[str, Any]:
    return {number: {"name": number[-2:]} for number in numbers}


@settings(max_examples=60)
@given(LISTS, NUMBERS, NUMBERS, st.none() | st.integers(1, 20), st.booleans())
def test_a_number_takes_a_free_place_or_that_of_the_one_that_was_named(
    held: list[str], number: str, spared: str, places: int | None, is_object: bool
) -> None:
    value: Any = as_object(held) if is_object else held
    gives_way = spared if spared in held and spared != number else ""
    try:
        after = with_number(value, number, places, gives_way)
    except Full:
        assert places is not None and number not in held
        assert len(held) - bool(gives_way) >= places
        return
    assert type(after) is type(value)
    if number in held:
        assert after == value, "nobody gives way to what is there"
        return
    assert numbers_of(after) == [one for one in held if one != gives_way] + [number]
    assert places is None or len(numbers_of(after)) <= places
    assert without_number(after, number) == without_number(value, gives_way)
    if is_object:
        assert all(after[one] == value[one] for one in held if one != gives_way)


@given(LISTS, st.integers(1, 20))
def test_room_is_what_can_be_added(held: list[str], places: int) -> None:
    free = room(held, places)
    assert free is not None and (free == 0) == (len(held) >= places)
    assert room(held, None) is None


@given(ENTRIES)
def test_who_called_least_gives_way_first_and_nobody_is_lost(entries: list[Entry]) -> None:
    found = easiest_to_spare(entries)

    assert sorted(map(repr, found)) == sorted(map(repr, entries))
    never = datetime(1970, 1, 1, tzinfo=UTC)
    keys = [(one.calls, one.last_at or never) for one in found]
    assert keys == sorted(keys)
    if found:
        assert found[0].calls == min(one.calls for one in entries)
