"""Callers who were not answered and not spoken to since: which they are, and what became of each.

A number is shown by its latest unanswered call of the period, so that a list of numbers is a list of calls: it has
keys to page by, and PostgreSQL reads it from the newest on and stops at the end of a page. What else a row says is
looked up for the page alone (services/missed_calls.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.scoping import TenantOwned
from telephony.models.call_search import CallSearch
from telephony.models.calls import Call, CallQuerySet
from telephony.models.rollups import Part
from telephony.models.spoken import not_spoken_since, unanswered

NOTE_AT_MOST = 500


class MissedMark(TenantOwned):
    """What people of the tenant say of a number that was missed: who looks after it, a word, whether it is done.

    Done is what was missed up to `done_at`: a later unanswered call opens the number again by itself.
    """

    number = models.CharField(max_length=80)
    owner = models.ForeignKey(
        "accounts.Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    note = models.CharField(_("note"), max_length=NOTE_AT_MOST, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        "accounts.Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "number"], name="missed_mark_once")]

    def __str__(self) -> str:
        return self.number

    def covers(self, at: datetime) -> bool:
        """Whether what was missed at that instant is done."""
        return self.done_at is not None and self.done_at >= at


class MissedDigest(TenantOwned):
    """That a person wants the mail of missed callers each day.

    hour      of the tenant's zone; sent_on: the last local day whose mail was put into the ledger, or left out
    """

    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="+")
    hour = models.PositiveSmallIntegerField()
    sent_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "person"], name="missed_digest_once")]

    def __str__(self) -> str:
        return f"digest at {self.hour}"


class MissedState(models.TextChoices):
    OPEN = "", pgettext_lazy("missed callers", "Open")
    MINE = "mine", _("Mine")
    FREE = "free", _("Nobody’s")
    DONE = "done", pgettext_lazy("missed callers", "Done")


@dataclass(frozen=True, kw_only=True)
class MissedSearch:
    """What the board asks for: unanswered calls of a half-open span, and what is asked of their numbers.

    person   whose numbers `MissedState.MINE` are
    part     where they called, among other places
    number   as in CallSearch
    """

    start_at: datetime
    end_at: datetime
    state: str = MissedState.OPEN
    person: int | None = None
    part: Part = Part()
    number: str = ""

    def narrow(self, calls: CallQuerySet, *, region: str = "") -> CallQuerySet:
        """Of each number that waits its latest unanswered call."""
        found = self._of_state(self._latest(not_spoken_since(self._unanswered(calls), self.start_at)))
        if self.part.columns:
            there = self._unanswered(
                Call.objects.filter(**{name: self.part.values[name] for name in self.part.columns})
            )
            found = found.filter(Exists(there.filter(caller_reversed=OuterRef("caller_reversed"))))
        return CallSearch(number=self.number).narrow(found, region=region) if self.number else found

    def tries(self, numbers_reversed: Sequence[str]) -> CallQuerySet:
        """The unanswered calls of these numbers in the span, since each was last spoken to."""
        calls = Call.objects.filter(caller_reversed__in=numbers_reversed)
        return not_spoken_since(self._unanswered(calls), self.start_at)

    def _unanswered(self, calls: CallQuerySet) -> CallQuerySet:
        return unanswered(calls.between(self.start_at, self.end_at)).filter(caller_reversed__endswith="+")

    def _latest(self, calls: CallQuerySet) -> CallQuerySet:
        is_later = Q(started_at__gt=OuterRef("started_at")) | Q(
            started_at=OuterRef("started_at"), pk__gt=OuterRef("pk")
        )
        same = self._unanswered(Call.objects.filter(caller_reversed=OuterRef("caller_reversed")))
        # The first condition alone lets the index be entered where later calls begin.
        return calls.filter(~Exists(same.filter(is_later, started_at__gte=OuterRef("started_at"))))

    def _of_state(self, calls: CallQuerySet) -> CallQuerySet:
        marks = MissedMark.objects.filter(number=OuterRef("caller"))
        is_done = Exists(marks.filter(done_at__gte=OuterRef("started_at")))
        if self.state == MissedState.DONE:
            return calls.filter(is_done)
        calls = calls.filter(~is_done)
        if self.state == MissedState.MINE:
            return calls.filter(Exists(marks.filter(owner_id=self.person)))
        if self.state == MissedState.FREE:
            return calls.filter(~Exists(marks.filter(owner__isnull=False)))
        return calls


@dataclass(frozen=True, kw_only=True)
class Missed:
    """One number that waits.

    tries             how often it called, since it was last spoken to
    first_at          when it did so first
    lines             names of the lines that it called
    waited_s          since then, of the opening hours where `is_open_time`
    tried_at          when it was last called back in vain, after its last call
    """

    tries: int
    first_at: datetime
    lines: Sequence[str]
    waited_s: int
    is_open_time: bool
    tried_at: datetime | None
    mark: MissedMark | None
