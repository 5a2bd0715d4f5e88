"""A quota that is kept in this process. That of a credential, which all processes share, is services/quota.py."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from django.utils.translation import gettext as _

from portal.lib.errors import RateLimited, TimedOutBeforeSending
from telephony.providers.transport import Deadline, Priority


class Pace:
    """An exact sliding window per key, in this process: at most `limit` calls in any `window_s` seconds.

    refills  a bucket instead: `limit` calls at once, and room for as many again comes evenly in `window_s` seconds
    kept     calls of these that only people get
    floor   None: the limit is the provider's own and stands. Else it is our guess: each refusal halves it, down to
            this many, and it grows back by the same amount each second, to be whole again after a minute
    """

    REGROWS_IN_S = 60.0

    def __init__(
        self,
        limit: int,
        window_s: float,
        floor: int | None = None,
        *,
        refills: bool = False,
        kept: int = 0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.limit = limit
        self.window_s = window_s
        self.floor = floor
        self.refills = refills
        self.kept = kept
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._taken: dict[str, deque[float]] = {}
        self._buckets: dict[str, tuple[float, float]] = {}  # what was left in it, and when
        self._eased: dict[str, tuple[float, float]] = {}  # the limit that was left, and since when
        self._paused_until: dict[str, float] = {}
        self._pauses: dict[str, int] = {}

    def acquire(self, key: str, cost: int, priority: Priority, deadline: Deadline) -> None:
        kept = 0 if priority == "person" else self.kept
        while wait := self._take(key, cost, kept):
            if wait > deadline.left():
                raise TimedOutBeforeSending(_("The provider allows no more calls for now."))
            self._sleep(wait)

    def _take(self, key: str, cost: int, kept: int) -> float:
        """Note `cost` calls now, and return 0; or the seconds after which it may be tried again."""
        with self._lock:
            now = self._clock()
            if (paused := self._paused_until.get(key, 0.0) - now) > 0:
                raise RateLimited(_("The provider asked for a pause."), retry_after_s=paused)
            limit = int(self._limit(key, now))
            kept = min(kept, limit - 1)
            cost = min(cost, limit - kept)
            if self.refills:
                return self._draw(key, cost, limit, kept, now)
            return self._enter(key, cost, limit - kept, now)

    def _enter(self, key: str, cost: int, limit: int, now: float) -> float:
        """Into the window: room comes when what was noted leaves it."""
        taken = self._taken.setdefault(key, deque())
        while taken and taken[0] <= now - self.window_s:
            taken.popleft()
        if len(taken) + cost <= limit:
            taken.extend([now] * cost)
            return 0.0
        return max(taken[len(taken) + cost - limit - 1] + self.window_s - now, 0.001)

    def _draw(self, key: str, cost: int, limit: int, kept: int, now: float) -> float:
        """Out of the bucket, but for what is kept in it."""
        left, since = self._buckets.get(key, (float(limit), now))
        per_s = limit / self.window_s
        left = min(left + (now - since) * per_s, limit)
        wait = (cost + kept - left) / per_s
        self._buckets[key] = (left - cost if wait <= 0 else left), now
        return max(wait, 0.001) if wait > 0 else 0.0

    def _limit(self, key: str, now: float) -> float:
        left, since = self._eased.get(key, (float(self.limit), now))
        return min(left + (now - since) * self.limit / self.REGROWS_IN_S, self.limit)

    def ease(self, key: str) -> None:
        """Halve the limit. Refusals of one window are one: they answer calls that were sent at the same pace."""
        if self.floor is None:
            return
        with self._lock:
            now = self._clock()
            if key in self._eased and now - self._eased[key][1] < self.window_s:
                return
            self._eased[key] = max(self._limit(key, now) / 2, self.floor), now

    def pause(self, key: str, retry_after_s: float | None) -> float:
        self.ease(key)
        with self._lock:
            pauses = self._pauses.get(key, 0)
            self._pauses[key] = pauses + 1 if retry_after_s is None else 0
            pause_s = min(60.0 * 2**pauses, 900.0) if retry_after_s is None else retry_after_s
            self._paused_until[key] = self._clock() + pause_s
            return pause_s
