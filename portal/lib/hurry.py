"""Python's own machinery, set for a moment in which threads make very much at once."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 50_000  # new objects that are waited for before they are looked through
TURN_S = 0.0003


@contextmanager
def older_objects_left_out() -> Iterator[None]:
    """What exists now is not looked through again meanwhile.

    Rows by the thousand bring a full collection every other second, and each goes through the hundred thousands of
    objects of a loaded Django while every thread waits: a seventh of the time of a sync. Nor are the young ones looked
    through every 700 objects, which a single row brings about: rows hold no cycles, and go by themselves. Where
    somebody leaves older objects out already, that stays theirs.
    """
    usual = gc.get_threshold()
    is_first = gc.get_freeze_count() == 0
    if is_first:
        gc.freeze()
    gc.set_threshold(YOUNG, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        if is_first:
            gc.unfreeze()


@contextmanager
def short_turns() -> Iterator[None]:
    """A thread that has an answer of PostgreSQL or of a provider goes on a millisecond later.

    It waits for the one that computes to let go, five milliseconds at a time as a rule, and a page comes and goes in
    dozens of pieces: the servers at the other ends then wait for us more than they work.
    """
    usual = sys.getswitchinterval()
    sys.setswitchinterval(TURN_S)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
