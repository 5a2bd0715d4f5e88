"""Python's machinery is set for as long as it was asked for, and no longer."""

from __future__ import annotations

import gc
import sys

import pytest

from portal.lib.hurry import older_objects_left_out, short_turns


def test_older_objects_are_left_out_and_taken_in_again() -> None:
    usual = gc.get_threshold()
    assert gc.get_freeze_count() == 0
    with pytest.raises(LookupError), older_objects_left_out():
        assert gc.get_freeze_count() > 1_000
        assert gc.get_threshold()[0] > usual[0]
        raise LookupError
    assert gc.get_freeze_count() == 0
    assert gc.get_threshold() == usual


def test_turns_are_short_and_then_as_before() -> None:
    usual = sys.getswitchinterval()
    with pytest.raises(LookupError), short_turns():
        assert sys.getswitchinterval() < usual
        raise LookupError
    assert sys.getswitchinterval() == usual
