"""The clock that every sandbox reads: it can be set to an instant and can run faster than life."""

import threading
import time
from datetime import UTC, datetime


class SandboxClock:
    """An instant and a rate. `rate` 60 makes a minute pass each second; 0 stops the clock."""

    def __init__(self, now: datetime | None = None, rate: float = 1.0) -> None:
        self._lock = threading.Lock()
        self.set(now, rate)

    def set(self, now: datetime | None = None, rate: float = 1.0) -> None:
        """Start again from `now` (aware; None means the real instant) at `rate` seconds a second."""
        if now is not None and now.tzinfo is None:
            raise ValueError("the clock needs an instant with a zone")
        if rate < 0:
            raise ValueError("the clock cannot run backwards")
        with self._lock:
            self._origin_s = time.time() if now is None else now.timestamp()
            self._started_s = time.monotonic()
            self._rate = rate

    def advance(self, seconds: float) -> None:
        """Jump forward without changing the rate."""
        with self._lock:
            self._origin_s += seconds

    @property
    def rate(self) -> float:
        return self._rate

    def timestamp(self) -> float:
        """Seconds since 1970 as the sandbox sees them."""
        with self._lock:
            return self._origin_s + (time.monotonic() - self._started_s) * self._rate

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.fromtimestamp(self.timestamp(), UTC)
