"""How often a provider may be called: one engine for slow and fast quotas.

A slow quota (minutes) is the log of its own window in `QuotaUse`, read and written under the lock of the
credential, so that workers, people and machines count together. A fast one (seconds) is a pace in this
process. Both are exact sliding windows, in none of which there are more calls than allowed; a fast one may be a bucket.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.scoping import unscoped
from portal.lib.errors import RateLimited
from telephony.models import Credential, QuotaUse
from telephony.providers.declaration import Pacing
from telephony.providers.pace import Pace
from telephony.providers.registry import provider
from telephony.providers.transport import Deadline, Priority

FIRST_PAUSE_S = 60.0
LONGEST_GUESSED_PAUSE_S = 900.0
LONGEST_PAUSE_S = 3600.0
FORGOTTEN_AFTER = dt.timedelta(hours=1)  # a pause that ended so long ago doubles no new one
KNOWN_FOR = dt.timedelta(seconds=1)  # that no pause holds; then it is looked up again
SLOW_S = 30.0  # a window from here on is counted in the database


class Use(Protocol):
    """One counted call."""

    at: dt.datetime
    cost: int
    is_person: bool


def cap(rule: Pacing, *, is_person: bool) -> int:
    """How many calls of a window are for people and workers together, or for workers alone."""
    return rule.limit if is_person else rule.limit - rule.kept


def wait_s(uses: Sequence[Use], rule: Pacing, now: dt.datetime, cost: int, *, is_person: bool) -> float:
    """Seconds until `cost` more calls fit, 0 for at once. `uses` are those of the window, oldest first.

    A worker must fit twice: all calls below the limit, and the calls of workers below their share.
    """
    waits = [_until(uses, rule.limit, cost, rule.window_s, now)]
    if not is_person and rule.kept:
        own = [use for use in uses if not use.is_person]
        waits.append(_until(own, cap(rule, is_person=False), cost, rule.window_s, now))
    return max(waits)


def _until(uses: Sequence[Use], cap: int, cost: int, window_s: float, now: dt.datetime) -> float:
    window = dt.timedelta(seconds=window_s)
    counted = [use for use in uses if use.at > now - window]
    excess = sum(use.cost for use in counted) + min(cost, cap) - cap
    for use in counted:
        if excess <= 0:
            break
        excess -= use.cost
        if excess <= 0:
            return max((use.at + window - now).total_seconds(), 0.001)
    return 0.0


@dataclass
class CredentialQuota:
    """The quota of one credential, as `Transport` wants it. The same key entered twice is one counter.

    credential_id   None before there is one: then the key alone is counted
    slow    rule that is kept in the database, or None
    pace    the rule of this process, or None
    """

    credential_id: int | None
    key_hash: str
    slow: Pacing | None = None
    pace: Pace | None = None
    clock: Callable[[], dt.datetime] = lambda: timezone.now()  # looked up each time: benchmarks simulate it
    sleep: Callable[[float], None] = time.sleep
    _free_at: dt.datetime | None = None

    @property
    def counter(self) -> str:
        """The name under which uses are counted."""
        return self.key_hash or f"credential:{self.credential_id}"

    def acquire(self, key: str, cost: int, priority: Priority, deadline: Deadline) -> None:
        """Wait for room. Raises RateLimited, which says when to come back, if the deadline comes first."""
        self._refuse_while_paused()
        if self.slow:
            while wait := self._take(cost, is_person=priority == "person"):
                if wait > deadline.left():
                    raise RateLimited(_("The quota of the provider is used up for now."), retry_after_s=wait)
                self.sleep(wait)
        if self.pace:
            self.pace.acquire(f"{self.counter}:{key}", cost, priority, deadline)

    def pause(self, key: str, retry_after_s: float | None) -> float:
        """Pause the whole credential, and all that share its counter. Without a hint: 60 s, doubled each time up to a
        quarter of an hour.
        """
        self._free_at = None
        self.ease(key)
        if self.credential_id is None:
            return FIRST_PAUSE_S if retry_after_s is None else min(retry_after_s, LONGEST_PAUSE_S)
        with unscoped("credential"), transaction.atomic():
            self._lock()
            credential = Credential.objects.select_for_update().get(pk=self.credential_id)
            last_s = float(credential.parameters.get("pause_s", 0.0))
            if credential.paused_until and self.clock() - credential.paused_until > FORGOTTEN_AFTER:
                last_s = 0.0
            if retry_after_s is None:
                pause_s = min(last_s * 2 or FIRST_PAUSE_S, LONGEST_GUESSED_PAUSE_S)
                credential.parameters["pause_s"] = pause_s
            else:
                pause_s = min(retry_after_s, LONGEST_PAUSE_S)
                credential.parameters.pop("pause_s", None)
            credential.paused_until = self.clock() + dt.timedelta(seconds=pause_s)
            credential.save(update_fields=["paused_until", "parameters"])
            self._twins().update(paused_until=credential.paused_until)
        return pause_s

    def ease(self, key: str) -> None:
        """Call less often from now on, where the limit is a guess of ours. A slow quota is known and counted exactly."""
        if self.pace:
            self.pace.ease(f"{self.counter}:{key}")

    def window(self) -> list[QuotaUse]:
        """The calls of the current window, oldest first: for the pages."""
        window_s = self.slow.window_s if self.slow else 0
        begin = self.clock() - dt.timedelta(seconds=window_s)
        return list(QuotaUse.objects.filter(key=self.counter, at__gt=begin).order_by("at", "pk"))

    def _refuse_while_paused(self) -> None:
        """A pause that somebody else was told of holds us a second later at most; our own at once."""
        now = self.clock()
        if self._free_at is not None and dt.timedelta(0) <= now - self._free_at < KNOWN_FOR:
            return
        with unscoped("credential"):
            until = self._twins().aggregate(until=Max("paused_until"))["until"]
        if until and (left := (until - now).total_seconds()) > 0:
            raise RateLimited(_("The provider asked for a pause."), retry_after_s=left)
        self._free_at = now

    def _take(self, cost: int, *, is_person: bool) -> float:
        """Note the calls now and return 0, or return the seconds after which it may be tried again."""
        assert self.slow is not None
        with unscoped("credential"), transaction.atomic():
            self._lock()
            now = self.clock()
            window = QuotaUse.objects.filter(key=self.counter)
            begin = now - dt.timedelta(seconds=self.slow.window_s)
            uses = list(window.filter(at__gt=begin).order_by("at", "pk"))
            if wait := wait_s(uses, self.slow, now, cost, is_person=is_person):
                return wait
            window.filter(at__lte=begin).delete()
            most = cap(self.slow, is_person=is_person)
            QuotaUse.objects.create(key=self.counter, at=now, cost=min(cost, most), is_person=is_person)
        return 0.0

    def _twins(self) -> QuerySet[Credential]:
        """Every credential that shares the counter."""
        if self.key_hash:
            return Credential.objects.filter(key_hash=self.key_hash)
        return Credential.objects.filter(pk=self.credential_id)

    def _lock(self) -> None:
        """Lock every credential that shares the counter, always in the same order."""
        list(self._twins().order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))


def quota_of(credential: Credential) -> CredentialQuota:
    """The quota that the credential's provider declares."""
    return _quota(credential.provider, credential.pk, credential.key_hash)


def quota_before_credential(provider_id: str, key_hash: str) -> CredentialQuota:
    """The same while somebody connects: counted with whatever holds the same key."""
    return _quota(provider_id, None, key_hash)


def _quota(provider_id: str, credential_id: int | None, key_hash: str) -> CredentialQuota:
    rule = provider(provider_id).pacing
    is_slow = rule is not None and rule.window_s >= SLOW_S
    return CredentialQuota(
        credential_id,
        key_hash,
        slow=rule if is_slow else None,
        pace=pace_of(provider_id, rule) if rule and not is_slow else None,
    )


@lru_cache(maxsize=64)
def pace_of(_provider: str, rule: Pacing) -> Pace:
    """One pace per provider in this process; its keys are the counters."""
    return Pace(rule.limit, rule.window_s, rule.floor, refills=rule.refills, kept=rule.kept)
