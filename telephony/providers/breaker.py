"""A breaker that is kept in this process. That of a credential, which all processes share, is services/breaker.py."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from django.utils.translation import gettext as _

from portal.lib.errors import Unavailable


class MemoryBreaker:
    """A breaker in this process: opens after `threshold` failures in a row, lets one probe through per `probe_s`."""

    def __init__(
        self, threshold: int = 5, probe_s: float = 60.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.threshold = threshold
        self.probe_s = probe_s
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: dict[str, int] = {}
        self._probe_at: dict[str, float] = {}

    def before(self, host: str) -> None:
        with self._lock:
            if self._failures.get(host, 0) < self.threshold:
                return
            if self._clock() < self._probe_at[host]:
                raise Unavailable(
                    _("The provider has not answered for a while; the next attempt is due soon.")
                )
            self._probe_at[host] = self._clock() + self.probe_s

    def succeeded(self, host: str) -> None:
        with self._lock:
            self._failures.pop(host, None)

    def failed(self, host: str) -> None:
        with self._lock:
            self._failures[host] = self._failures.get(host, 0) + 1
            self._probe_at[host] = self._clock() + self.probe_s
