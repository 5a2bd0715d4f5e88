"""The token buckets of the rate limit: one per client address and account (facts, section 4)."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from telephony.providers.sandbox.clock import SandboxClock


@dataclass
class _Bucket:
    left: float
    filled_at: float


class Buckets:
    """Filled by the sandbox's clock, so that a stopped clock refills nothing."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def take(self, address: str, account_id: str, cost: int, size: int, refill_per_s: float) -> int | None:
        """Take `cost` tokens: how many are left, or None when there are too few. A size of 0 means no limit."""
        if size <= 0:
            return 0
        now_s = self._clock.timestamp()
        with self._lock:
            bucket = self._buckets.setdefault((address, account_id), _Bucket(float(size), now_s))
            grown = max(0.0, now_s - bucket.filled_at) * refill_per_s
            bucket.left = min(float(size), bucket.left + grown)
            bucket.filled_at = now_s
            if bucket.left < cost:
                return None
            bucket.left -= cost
            return int(bucket.left)

    def clear(self) -> None:
        with self._lock:
            self._buckets.clear()
