"""Who watches calls live in this process: one thread hears of changes, whoever watches waits for it.

What is shown is rendered once for each tenant, language and state, by the first that needs it; the others take it. A
watcher holds no connection to the database while it waits.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

from django.conf import settings
from django.db import connection
from redis.exceptions import RedisError

from portal.lib.broker import broker
from telephony.services.live_calls import CHANNEL
from telephony.services.live_polling import note_watched

logger = logging.getLogger(__name__)
BEAT_S = 15.0  # a sign of life, so that a watcher who is gone is noticed
APART_S = 0.25  # at least between two states that are shown
REST_S = 1.0
Key = tuple[object, ...]


class Hub:
    """Changes by tenant, as they are heard. While the broker is away everybody looks again with each beat."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._changed: dict[int, threading.Condition] = {}  # by tenant: a change wakes nobody else's watchers
        self._versions: dict[int, int] = {}
        self._watchers = 0
        self._drawn: dict[Key, tuple[int, bytes]] = {}
        self._drawing = threading.Lock()
        threading.Thread(target=self._listen, name="live-hub", daemon=True).start()

    def watch(self, tenant_id: int, key: Key, draw: Callable[[], bytes]) -> Iterator[bytes]:
        """What is to be seen, now and after each change; "" with each beat in between."""
        seen = -1
        with self._counted():
            while True:
                connection.close()
                note_watched(tenant_id)
                version = self._wait(tenant_id, seen)
                if version == seen:
                    yield b""
                    continue
                seen = version
                part = self._draw((tenant_id, *key), version, draw)
                connection.close()
                yield part
                time.sleep(APART_S)

    @property
    def is_full(self) -> bool:
        return self._watchers >= settings.LIVE_MOST_STREAMS

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._lock:
            self._watchers += 1
        try:
            yield
        finally:
            with self._lock:
                self._watchers -= 1

    def _wait(self, tenant_id: int, seen: int) -> int:
        with self._lock:
            changed = self._changed.setdefault(tenant_id, threading.Condition(self._lock))
            changed.wait_for(lambda: self._versions.get(tenant_id, 0) != seen, timeout=BEAT_S)
            return self._versions.get(tenant_id, 0)

    def _draw(self, key: Key, version: int, draw: Callable[[], bytes]) -> bytes:
        with self._drawing:
            known = self._drawn.get(key)
            if known is None or known[0] < version:
                known = version, draw()
                self._drawn[key] = known
            return known[1]

    def _listen(self) -> None:
        while True:
            try:
                with broker().pubsub(ignore_subscribe_messages=True) as heard:
                    heard.subscribe(CHANNEL)
                    self._note(None)  # what happened while nobody listened
                    while True:
                        message = heard.get_message(timeout=REST_S)
                        if message is not None:
                            self._note(int(message["data"]))
            except (RedisError, OSError) as error:
                logger.warning("Changes of calls are not heard: %s", type(error).__name__)
                self._note(None)
                time.sleep(REST_S)

    def _note(self, tenant_id: int | None) -> None:
        """A tenant's calls have changed, or those of any."""
        with self._lock:
            for one in [tenant_id] if tenant_id is not None else list(self._changed):
                self._versions[one] = self._versions.get(one, 0) + 1
                if one in self._changed:
                    self._changed[one].notify_all()


def hub() -> Hub:
    """The hub of this process; its thread begins with the first watcher, never before a fork."""
    return _hub(os.getpid())


@lru_cache(maxsize=1)
def _hub(process_id: int) -> Hub:
    return Hub()
