"""Whatever a callflow says, opened and saved in the editor it is the same document; and what was done is taken back."""

from __future__ import annotations

import random

import pytest

from telephony.bench.callflow_acts import taken_back_as_functions
from telephony.bench.callflow_documents import odd, sound
from telephony.bench.callflow_trips import Desk, published_under, saved_as_it_is, taken_back
from telephony.providers.kazoo.callflows.actions import ACTIONS

TRIPS, PARTS = 200, 2  # parts, so that two processes may share them; each begins with an account
# By the addresses each act comes 27 times or more; what acts do to any callflow is seen without a page, 50 times faster.
BY_ADDRESSES, AS_FUNCTIONS = 20, 200
WHOLE, DEEP = 20, 19  # every so many by every page, and as deep as they come


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("part", range(PARTS))
def test_opened_and_saved_a_callflow_is_the_same(desk: Desk, part: int) -> None:
    found, modules = {}, list(ACTIONS)
    for seed in range(part, TRIPS, PARTS):
        first = modules[seed % len(modules)]  # the form of each is saved at least twice
        document = odd(random.Random(seed), ACTIONS, first=first, is_deep=not seed % DEEP)
        is_whole = not seed % WHOLE
        found[seed] = saved_as_it_is(desk, document, 0, is_whole=is_whole, with_own=is_whole)
    assert set(found.values()) == {""}, found


@pytest.mark.django_db(transaction=True)
def test_published_under_another_name_a_callflow_is_the_same(desk: Desk) -> None:
    found = {
        seed: published_under(desk, sound(random.Random(seed), ACTIONS, is_deep=seed == 0), f"Line {seed}")
        for seed in range(12)
    }
    assert set(found.values()) == {""}, found


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("part", range(PARTS))
def test_thirty_acts_by_the_real_addresses_are_taken_back(desk: Desk, part: int) -> None:
    found = {}
    for seed in range(part, BY_ADDRESSES, PARTS):
        chance = random.Random(seed)
        found[seed] = taken_back(desk, sound(chance, ACTIONS), chance, ACTIONS)
    assert set(found.values()) == {""}, found


def test_thirty_acts_are_taken_back_without_any_page() -> None:
    found = {}
    for seed in range(AS_FUNCTIONS):  # the bench does 10,000
        chance = random.Random(seed)
        found[seed] = taken_back_as_functions(sound(chance, ACTIONS), chance, ACTIONS)
    assert set(found.values()) == {""}, {seed: words for seed, words in found.items() if words}
