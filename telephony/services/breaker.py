"""Keeps calls away from a provider that does not answer. The state stands on the credential's row, so that
all workers know it and the connection's page can show it."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

from django.db.models import Case, DateTimeField, F, Value, When
from django.db.models.functions import Least
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.scoping import unscoped
from portal.lib.errors import Unavailable
from telephony.models import Credential
from telephony.models.connections import BREAKER_THRESHOLD

PROBE_EVERY_S = 60.0
ANSWER_NOTED_EVERY_S = 5.0
MOST_COUNTED = 1000


class CredentialBreaker:
    """Opens after five failures in a row; then one call a minute tries whether the provider is back."""

    def __init__(self, credential_id: int, clock: Callable[[], dt.datetime] = timezone.now) -> None:
        self.credential_id = credential_id
        self.clock = clock
        self._had_failed = True
        self._noted_at = -ANSWER_NOTED_EVERY_S

    def before(self, host: str) -> None:
        """Raises Unavailable while the breaker is open."""
        with unscoped("credential"):
            rows = Credential.objects.filter(pk=self.credential_id)
            failures, opened_at = rows.values_list("breaker_failures", "breaker_opened_at").get()
            self._had_failed = failures > 0
            if failures < BREAKER_THRESHOLD or opened_at is None:
                return
            is_due = self.clock() - opened_at >= dt.timedelta(seconds=PROBE_EVERY_S)
            if not is_due or not rows.filter(breaker_opened_at=opened_at).update(
                breaker_opened_at=self.clock()
            ):
                raise Unavailable(
                    _("The provider has not answered for a while; the next attempt is due soon.")
                )

    def succeeded(self, host: str) -> None:
        """Close the breaker, and note every few seconds that the provider answered."""
        if not self._had_failed and time.monotonic() - self._noted_at < ANSWER_NOTED_EVERY_S:
            return
        self._had_failed, self._noted_at = False, time.monotonic()
        with unscoped("credential"):
            Credential.objects.filter(pk=self.credential_id).update(
                breaker_failures=0, breaker_opened_at=None, last_answer_at=self.clock()
            )

    def failed(self, host: str) -> None:
        self._had_failed = True
        opens = When(
            breaker_failures__gte=BREAKER_THRESHOLD - 1,
            then=Value(self.clock(), output_field=DateTimeField()),
        )
        with unscoped("credential"):
            Credential.objects.filter(pk=self.credential_id).update(
                breaker_failures=Least(F("breaker_failures") + 1, MOST_COUNTED),
                breaker_opened_at=Case(opens, default=F("breaker_opened_at")),
            )
