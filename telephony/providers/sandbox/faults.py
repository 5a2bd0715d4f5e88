"""Trouble on demand: answers that fail, come late or never come, and quotas.

Set through `/_control/fault` and `/_control/limit`; see `control.py`.
"""

import re
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

DROPS = ("before", "after", "mid")
HELD_S = 60


@dataclass
class Fault:
    """One planned trouble.

    match    an operation key ("services.profiles.update"), or a regular expression searched in "METHOD /path?query"
    status   answer this instead of doing the work, in the provider's own form; `reason`, `retry_after` and `body` go with it
    delay_s  wait so many real seconds first; then go on, or fail as said
    hold     wait until `release()`, or until the faults are cleared; at most HELD_S
    drop     close the connection: "before" the work is done, "after" it without an answer, "mid" of the answer
    times    how many requests it strikes; None means until it is cleared
    """

    provider: str
    match: str = ""
    status: int | None = None
    delay_s: float = 0.0
    hold: bool = False
    drop: str | None = None
    times: int | None = 1
    reason: str = "Fault on demand"
    retry_after: str | None = None
    body: str | None = None
    struck: int = 0

    def __post_init__(self) -> None:
        self._released = threading.Event()
        if self.status is None and not self.delay_s and not self.hold and self.drop is None:
            raise ValueError("a fault needs status, delay_s, hold or drop")
        if self.drop is not None and self.drop not in DROPS:
            raise ValueError("drop is one of " + ", ".join(DROPS))
        if self.status is not None and not 200 <= self.status <= 599:
            raise ValueError("status is a number from 200 to 599")
        if self.times is not None and self.times < 1:
            raise ValueError("times is at least 1, or null")
        try:
            self._pattern = re.compile(self.match)
        except re.error as error:
            raise ValueError(f"match is not a regular expression: {error}") from error

    def strikes(self, provider: str, method: str, target: str, operation: str) -> bool:
        if provider != self.provider or (self.times is not None and self.struck >= self.times):
            return False
        return self.match == operation or bool(self._pattern.search(f"{method} {target}"))

    def wait(self) -> None:
        """Let the request wait for what was said."""
        if self.delay_s:
            time.sleep(self.delay_s)
        if self.hold:
            self._released.wait(HELD_S)

    def release(self) -> None:
        """Let those that are held go on."""
        self._released.set()

    def as_document(self) -> dict[str, Any]:
        names = (
            "provider", "match", "status", "delay_s", "hold", "drop", "times", "reason", "retry_after", "body", "struck",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}


class Faults:
    """The planned troubles, oldest first; the first that matches strikes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: list[Fault] = []

    def add(self, provider: str, match: str = "", **how: Any) -> Fault:
        """Plan one; `how` as the fields of Fault. Raises ValueError when it says nothing to do."""
        fault = Fault(provider, match, **how)
        with self._lock:
            self._planned.append(fault)
        return fault

    def take(self, provider: str, method: str, target: str, operation: str) -> Fault | None:
        """The fault that strikes this request, counted; None when it may pass."""
        with self._lock:
            for fault in self._planned:
                if fault.strikes(provider, method, target, operation):
                    fault.struck += 1
                    return fault
        return None

    def clear(self, provider: str | None = None) -> None:
        with self._lock:
            for fault in self._planned:
                if provider in (None, fault.provider):
                    fault.release()
            self._planned = [fault for fault in self._planned if provider not in (None, fault.provider)]

    def __iter__(self) -> Iterator[Fault]:
        with self._lock:
            return iter(list(self._planned))


@dataclass
class Limit:
    """An exact sliding window: at most `quota` requests of one caller in any `window_s` seconds."""

    quota: int
    window_s: float
    seen: dict[str, deque[float]] = field(default_factory=dict)

    def wait_s(self, caller: str, now_s: float) -> float:
        """Count one request; 0.0 when it may pass, else seconds until the next may. A refused one is not counted."""
        log = self.seen.setdefault(caller, deque())
        while log and log[0] <= now_s - self.window_s:
            log.popleft()
        if len(log) >= self.quota:
            return log[0] + self.window_s - now_s
        log.append(now_s)
        return 0.0


class Limits:
    """The quota of each provider; none set means none."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._limits: dict[str, Limit] = {}

    def set(self, provider: str, quota: int | None, window_s: float = 60.0) -> None:
        """Replace the quota of a provider; None lifts it. Raises ValueError for a negative quota or window."""
        if quota is not None and (quota < 0 or window_s <= 0):
            raise ValueError("quota is 0 or more, window_s above 0")
        with self._lock:
            if quota is None:
                self._limits.pop(provider, None)
            else:
                self._limits[provider] = Limit(quota, window_s)

    def wait_s(self, provider: str, caller: str, now_s: float) -> float:
        with self._lock:
            limit = self._limits.get(provider)
            if limit is None:
                return 0.0
            return limit.window_s if limit.quota == 0 else limit.wait_s(caller, now_s)

    def clear(self) -> None:
        with self._lock:
            self._limits.clear()

    def as_document(self) -> dict[str, Any]:
        with self._lock:
            return {
                name: {"quota": limit.quota, "window_s": limit.window_s}
                for name, limit in self._limits.items()
            }
