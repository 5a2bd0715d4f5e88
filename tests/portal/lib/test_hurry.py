"""Python's machinery is set for as long as it was asked for, and no longer."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator

import pytest

from portal.lib.hurry import older_objects_left_out, short_turns


@pytest.fixture
def nothing_left_out() -> Iterator[None]:
    """Whoever runs the tests may have left out what they loaded."""
    had = gc.get_freeze_count()
    gc.unfreeze()
    yield
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
