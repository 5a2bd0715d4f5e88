"""Keeps calls away from a host that does not answer. The state stands on the credential's row, by host, so that
all workers know it and the connection's page can show it: a provider's CTI host may be down while its API answers.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.scoping import unscoped
from portal.lib.errors import Unavailable
from telephony.models import Credential
from telephony.models.connections import BREAKER_THRESHOLD

PROBE_EVERY_S = 60.0
ANSWER_NOTED_EVERY_S = 5.0
MOST_COUNTED = 1000
KNOWN_FOR = dt.timedelta(seconds=1)  # that a host has not failed; then it is looked up again
NO_FAILURE: dict[str, Any] = {"failures": 0, "opened_at": None}


class CredentialBreaker:
    """Opens for a host after five failures in a row; then one call a minute tries whether it is back."""

    def __init__(self, credential_id: int, clock: Callable[[], dt.datetime] = timezone.now) -> None:
        self.credential_id = credential_id
        self.clock = clock
        self._had_failed = True
        self._noted_at = -ANSWER_NOTED_EVERY_S
        self._sound_at: dict[str, dt.datetime] = {}

    def before(self, host: str) -> None:
        """Raises Unavailable while the breaker is open for this host.

        Failures that others had count a second later at most; our own at once.
        """
        now = self.clock()
        if (sound_at := self._sound_at.get(host)) and dt.timedelta(0) <= now - sound_at < KNOWN_FOR:
            self._had_failed = False
            return
        with unscoped("credential"):
            known = Credential.objects.values_list("breakers", flat=True).get(pk=self.credential_id)
        self._had_failed = host in known
        if not self._had_failed:
            self._sound_at[host] = now
        if self._is_open(known.get(host, NO_FAILURE)) and not self._takes_the_probe(host):
            raise Unavailable(_("The provider has not answered for a while; the next attempt is due soon."))

    def succeeded(self, host: str) -> None:
        """Close the breaker of this host, and note every few seconds that the provider answered."""
        if self._had_failed:
            with unscoped("credential"), transaction.atomic():
                credential = self._locked()
                credential.breakers.pop(host, None)
                credential.last_answer_at = self.clock()
                credential.save(update_fields=["breakers", "last_answer_at"])
        elif time.monotonic() - self._noted_at >= ANSWER_NOTED_EVERY_S:
            with unscoped("credential"):
                Credential.objects.filter(pk=self.credential_id).update(last_answer_at=self.clock())
        else:
            return
        self._had_failed, self._noted_at = False, time.monotonic()

    def failed(self, host: str) -> None:
        self._had_failed = True
        self._sound_at.pop(host, None)
        with unscoped("credential"), transaction.atomic():
            credential = self._locked()
            known = credential.breakers.get(host, NO_FAILURE)
            failures = min(known["failures"] + 1, MOST_COUNTED)
            opened_at = self.clock().isoformat() if failures >= BREAKER_THRESHOLD else None
            credential.breakers[host] = {"failures": failures, "opened_at": opened_at}
            credential.save(update_fields=["breakers"])

    def _is_open(self, known: dict[str, Any]) -> bool:
        return known["failures"] >= BREAKER_THRESHOLD and known["opened_at"] is not None

    def _takes_the_probe(self, host: str) -> bool:
        """Whether this caller is the one that may try again now; the next one may in a minute."""
        with unscoped("credential"), transaction.atomic():
            credential = self._locked()
            known = credential.breakers.get(host, NO_FAILURE)
            if not self._is_open(known):
                return True
            since = self.clock() - dt.datetime.fromisoformat(known["opened_at"])
            if since < dt.timedelta(seconds=PROBE_EVERY_S):
                return False
            credential.breakers[host] = {**known, "opened_at": self.clock().isoformat()}
            credential.save(update_fields=["breakers"])
        return True

    def _locked(self) -> Credential:
        rows = Credential.objects.select_for_update(of=("self",), no_key=True)
        return rows.only("tenant", "breakers", "last_answer_at").get(pk=self.credential_id)


@dataclass
class TokenProbe:
    """The breaker of the authorization server's host, around the one request of a renewal.

    It is told of the end after the transaction, which a failure rolls back.
    """

    breaker: CredentialBreaker
    host: str
    has_asked: bool = False

    def before(self) -> None:
        """Raises Unavailable while the breaker is open."""
        self.breaker.before(self.host)
        self.has_asked = True

    def failed(self) -> None:
        if self.has_asked:
            self.breaker.failed(self.host)

    def succeeded(self) -> None:
        if self.has_asked:
            self.breaker.succeeded(self.host)
