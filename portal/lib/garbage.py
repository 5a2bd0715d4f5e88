"""Python's collector of garbage, while much is made at once."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 50_000  # new objects that are waited for before they are looked through


@contextmanager
def older_objects_left_out() -> Iterator[None]:
    """What exists now is not looked through again meanwhile.

    Rows by the thousand bring a full collection every other second, and each goes through the hundred thousands of
    objects of a loaded Django while every thread waits: a seventh of the time of a sync. Nor are the young ones looked
    through every 700 objects, which a single row brings about: rows hold no cycles, and go by themselves.
    """
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(YOUNG, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
