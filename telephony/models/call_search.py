"""What a person looks for among the calls: one value that list, export and links share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay, Left
from django.db.models.lookups import Exact

from portal.lib.calling_codes import elsewhere
from portal.lib.days import days_between, stretch_of_hour
from portal.lib.names import named
from portal.lib.numbers import to_e164
from telephony.models.calls import MISSED, REACHED, UNANSWERED, Call, CallQuerySet, NumberName, Outcome
from telephony.models.searching import Search
from telephony.models.spans import WEEK
from telephony.models.spoken import of_fate

DIGITS = re.compile(r"\D+")
NAMES_AT_MOST = 200
MOST_WEEKS = 54  # those that a year touches
OUTCOMES = {
    "reached": REACHED,
    "unreached": MISSED,
    "unanswered": UNANSWERED,
    "given_up": tuple(one for one in MISSED if one != Outcome.TIMED_OUT),
    "otherwise": tuple(one for one in Outcome if one not in (*REACHED, *MISSED)),
}
TO_GROUPS = "groups"
LINELESS = "none"
LONGEST_DIALLED = 1_000
NOT_TOLD = "-"  # a destination that the provider does not tell


@dataclass(frozen=True, kw_only=True)
class CallSearch(Search):
    """Every filter of the call history; an empty field narrows nothing.

    start_at, end_at  half-open span, aware
    outcome  one, or a name of OUTCOMES for several that figures count together
    offered  TO_GROUPS, those of some queue or group
    lineless   LINELESS, those that no known line had
    besides   keys of lines with commas: those of all other lines, and those that no known line had
    dialled  how the called number begins, as it is stored: "+44", or with commas in one of several ways
    caller   the one number as it is stored
    country  as alerts tell it: a calling code, "+1" without the Caribbean, whose countries are told by area, "+1876"
    destination   what the provider calls where it went, NOT_TOLD where it says nothing
    currency   of the call's connection
    number   any notation; fewer digits than a whole number look at its end; words look at names
    min_duration_s, max_duration_s   talk time
    weekday, hour   of the clocks of `zone`; ISO weekday, 1 is Monday
    fate   what became of an unanswered call, see models/spoken.py; days are those of `zone`
    seen_at   when that was looked at: what came later does not count
    zone   of these three, UTC where it is empty; it narrows nothing by itself
    min_wait_s, below_wait_s   seconds waited; a call that does not tell is none of them
    running_at   an instant at which it had begun and was not over
    """

    start_at: datetime | None = None
    end_at: datetime | None = None
    direction: str = ""
    outcome: str = ""
    medium: str = ""
    line: int | None = None
    group: int | None = None
    offered: str = ""
    lineless: str = ""
    besides: str = ""
    connection: int | None = None
    dialled: str = ""
    caller: str = ""
    country: str = ""
    destination: str = ""
    currency: str = ""
    number: str = ""
    min_duration_s: int | None = None
    max_duration_s: int | None = None
    weekday: int | None = None
    hour: int | None = None
    fate: str = ""
    seen_at: datetime | None = None
    zone: str = ""
    min_wait_s: int | None = None
    below_wait_s: int | None = None
    running_at: datetime | None = None

    def narrow(self, calls: CallQuerySet, *, region: str) -> CallQuerySet:
        """`region` is the country whose national notation the number may stand in."""
        if self.start_at:
            calls = calls.filter(started_at__gte=self.start_at)
        if self.end_at:
            calls = calls.filter(started_at__lt=self.end_at)
        for field in ("direction", "medium"):
            if value := getattr(self, field):
                calls = calls.filter(**{field: value})
        if self.outcome:
            calls = calls.filter(outcome__in=OUTCOMES.get(self.outcome, (self.outcome,)))
        if self.dialled:
            begins = [Q(callee__startswith=one) for one in beginnings_in(self.dialled)]
            calls = calls.filter(reduce(or_, begins, Q(pk__in=())))
        if self.caller:
            calls = calls.filter(caller_reversed=self.caller[::-1])
        if self.country:
            calls = calls.filter(callee__startswith=self.country)
            if others := elsewhere(self.country):
                calls = calls.alias(area=Left("callee", len(others[0]))).exclude(area__in=others)
        if self.destination:
            calls = calls.filter(destination="" if self.destination == NOT_TOLD else self.destination)
        if self.currency:
            calls = calls.filter(connection__currency=self.currency)
        if self.line:
            calls = calls.filter(line_id=self.line)
        if self.group:
            calls = calls.of_group(self.group)
        if self.offered:
            calls = calls.exclude(group_remote_id="")
        if self.lineless:
            calls = calls.filter(line=None)
        if self.besides:
            calls = calls.exclude(line_id__in=keys_in(self.besides))
        if self.connection:
            calls = calls.filter(connection_id=self.connection)
        if self.min_duration_s is not None:
            calls = calls.filter(duration_s__gte=self.min_duration_s)
        if self.max_duration_s is not None:
            calls = calls.filter(duration_s__lte=self.max_duration_s)
        if self.min_wait_s is not None:
            calls = calls.filter(wait_s__gte=self.min_wait_s)
        if self.below_wait_s is not None:
            calls = calls.filter(wait_s__lt=self.below_wait_s)
        if self.running_at is not None:
            calls = calls.running_at(self.running_at)
        calls = self._narrow_to_clock(calls)
        if self.fate:
            calls = of_fate(calls, self.fate, self._zone, self.start_at, self.seen_at)
        return self._narrow_to_number(calls, region) if self.number else calls

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone or "UTC")

    def _narrow_to_clock(self, calls: CallQuerySet) -> CallQuerySet:
        zone = self._zone
        if stretches := self._stretches():
            calls = calls.filter(
                reduce(or_, (Q(started_at__gte=begin, started_at__lt=end) for begin, end in stretches))
            )
        if self.weekday is not None:
            calls = calls.filter(Exact(ExtractIsoWeekDay("started_at", tzinfo=zone), self.weekday))
        if self.hour is not None:
            calls = calls.filter(Exact(ExtractHour("started_at", tzinfo=zone), self.hour))
        return calls

    def _stretches(self) -> list[tuple[datetime, datetime]]:
        """Where calls of the weekday, or of an hour of it, can be at all: an index finds these, but not what clocks show.
        Nothing where they are too many, or the search has no end.
        """
        if self.weekday is None or self.start_at is None or self.end_at is None:
            return []
        if self.end_at - self.start_at > MOST_WEEKS * WEEK:
            return []
        days = days_between(self.start_at, self.end_at, self._zone)
        return [
            stretch_of_hour(day, self.hour, self._zone) for day in days if day.isoweekday() == self.weekday
        ]

    def _narrow_to_number(self, calls: CallQuerySet, region: str) -> CallQuerySet:
        text = self.number.strip()
        if number := to_e164(text, region):
            return calls.involving(number)
        digits = DIGITS.sub("", text)
        if digits and not re.search(r"[^\W\d_]", text):
            return calls.ending_with(digits)
        theirs = list(
            NumberName.objects.filter(named(text)).values_list("number", flat=True).distinct()[:NAMES_AT_MOST]
        )
        return calls.involving_any([*theirs, text])


def keys_in(besides: str) -> list[int]:
    return [int(key) for key in besides.split(",")]


def beginnings_in(dialled: str) -> list[str]:
    """ "+33 6, +337" is "+336" and "+337"."""
    return [one for part in dialled.split(",") if (one := "".join(part.split()))]


def calls_in_scope() -> CallQuerySet:
    """All calls of the scope with what a list shows of them."""
    return Call.objects.select_related("connection", "line")
