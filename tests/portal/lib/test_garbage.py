"""Older objects are left out of collections for as long as it was asked for, and no longer."""

from __future__ import annotations

import gc

import pytest

from portal.lib.garbage import older_objects_left_out


def test_older_objects_are_left_out_and_taken_in_again() -> None:
    usual = gc.get_threshold()
    assert gc.get_freeze_count() == 0
    with pytest.raises(LookupError), older_objects_left_out():
        assert gc.get_freeze_count() > 1_000
        assert gc.get_threshold()[0] > usual[0]
        raise LookupError
    assert gc.get_freeze_count() == 0
    assert gc.get_threshold() == usual
