"""Python's machinery is set for as long as it was asked for, and no longer."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator

import pytest

from portal.lib.hurry import older_objects_left_out, short_turns


@pytest.fixture
def nothing_left_out() -> Iterator[None]:
    """As Python begins: whoever runs the tests has left out what they loaded, and looks seldom."""
    had, usual = gc.get_freeze_count(), gc.get_threshold()
    gc.unfreeze()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*usual)
    if had:
        gc.freeze()


@pytest.mark.usefixtures("nothing_left_out")
def test_older_objects_are_left_out_and_taken_in_again() -> None:
    usual = gc.get_threshold()
    assert gc.get_freeze_count() == 0
    with pytest.raises(LookupError), older_objects_left_out():
        assert gc.get_freeze_count() > 1_000
        assert gc.get_threshold()[0] > usual[0]
        raise LookupError
    assert gc.get_freeze_count() == 0
    assert gc.get_threshold() == usual


@pytest.mark.usefixtures("nothing_left_out")
def test_what_another_left_out_stays_left_out() -> None:
    gc.freeze()
    with older_objects_left_out():
        assert gc.get_freeze_count() > 1_000
    assert gc.get_freeze_count() > 1_000
    gc.unfreeze()


def test_turns_are_short_and_then_as_before() -> None:
    usual = sys.getswitchinterval()
    with pytest.raises(LookupError), short_turns():
        assert sys.getswitchinterval() < usual
        raise LookupError
    assert sys.getswitchinterval() == usual
