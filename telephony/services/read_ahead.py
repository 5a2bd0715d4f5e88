"""Fetch the next pages while the last ones are stored: a generator run in a thread of its own, a few items ahead.

Stages are chained: the generator of the second takes its items from the first.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Generic, TypeVar

from django.db import connections

from accounts.scoping import carrying_scope

Item = TypeVar("Item")
Produce = Callable[[], Generator[Item, None, None]]
AHEAD = 8
_POLL_S = 0.1


class ReadAhead(Generic[Item]):
    """What a producer made so far. An error of the producer is raised once all that came before it was taken."""

    def __init__(self, produce: Produce[Item], ahead: int = AHEAD) -> None:
        self._items: queue.Queue[Item | None] = queue.Queue(ahead)  # None: there is no more
        self._closed = threading.Event()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="read-ahead")
        self._end = self._pool.submit(carrying_scope(self._run), produce)

    def __iter__(self) -> Iterator[Item]:
        while (item := self._items.get()) is not None:
            yield item
        self._end.result()

    def groups(
        self, size_of: Callable[[Item], int], most: int, patience_s: float = 0, *, first: int | None = None
    ) -> Iterator[Iterator[Item]]:
        """Items in groups of at least one: what there is, until their sizes add up to `most`.

        A group gives each item as soon as it is there, and is taken to its end before the next.

        patience_s   how long after the first item of a group others are waited for when there is no more at the moment
        first        what is enough for the first group, twice as much for the second and so on up to `most`: so that
                     those who take them begin early
        """
        is_over = False

        def group(item: Item, enough: int) -> Iterator[Item]:
            nonlocal is_over
            ends_at = time.monotonic() + patience_s
            size = size_of(item)
            yield item
            while size < enough:
                try:
                    following = self._items.get(timeout=max(ends_at - time.monotonic(), 0))
                except queue.Empty:
                    return
                if following is None:
                    is_over = True
                    return
                size += size_of(following)
                yield following

        enough = most if first is None else min(first, most)
        while not is_over and (item := self._items.get()) is not None:
            yield group(item, enough)
            enough = min(2 * enough, most)
        self._end.result()

    def batches(
        self, size_of: Callable[[Item], int], most: int, patience_s: float = 0
    ) -> Iterator[list[Item]]:
        """The same as lists."""
        yield from map(list, self.groups(size_of, most, patience_s))

    def close(self) -> None:
        """Ask the producer to end after the item at hand, and wait for it."""
        self._closed.set()
        self._pool.shutdown()

    def _run(self, produce: Produce[Item]) -> None:
        items = produce()
        try:
            for item in items:
                if not self._put(item):
                    return
        finally:
            items.close()
            connections.close_all()
            self._put(None)

    def _put(self, item: Item | None) -> bool:
        while not self._closed.is_set():
            try:
                self._items.put(item, timeout=_POLL_S)
                return True
            except queue.Full:
                continue
        return False


@contextmanager
def read_ahead(produce: Produce[Item], ahead: int = AHEAD) -> Iterator[ReadAhead[Item]]:
    """Runs `produce()` in a thread, `ahead` items ahead, in the caller's tenant scope; ended when the block is left."""
    made = ReadAhead(produce, ahead)
    try:
        yield made
    finally:
        made.close()
