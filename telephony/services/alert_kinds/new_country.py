"""At night more than some calls went to a country that was not called for long: what a stolen password looks like.

A night is by the tenant's clocks, and its alert lasts until the next night begins; one of calls that came later than that,
as long as the night is looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
from django.db.models import Count, Sum
from django.db.models.functions import Left
from django.utils.translation import gettext_lazy as _

from portal.lib.calling_codes import country_of_prefix
from portal.lib.days import midnight
from telephony.models import AlertRule
from telephony.models.calls import CallQuerySet, Direction, Medium
from telephony.models.rollups import DESTINATION_LENGTH
from telephony.services.alert_kinds.base import (
    Kind,
    Of,
    Reading,
    Round,
    Subject,
    Verdict,
    own_subject,
    part_of,
)
from telephony.services.alert_kinds.late import LATE_DAYS, late
from telephony.services.analytics import calls_of
from telephony.services.period_coverage import coverage_of
from telephony.services.rollup_reading import sums

DAY = timedelta(days=1)
Place = int | None  # a line, or None where lines are not told apart


@dataclass(kw_only=True)
class Calls:
    """To one country in one night. Money by currency, in millionths."""

    count: int = 0
    talk_s: int = 0
    cost: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Night:
    """The night that begins on a day, as far as it has gone."""

    day: date
    start_at: datetime
    end_at: datetime


def night_of(rule: AlertRule, day: date, zone: ZoneInfo) -> Night:
    """From one time to another by the clocks of the zone: an hour shorter or longer when they change."""
    assert rule.from_time is not None and rule.until_time is not None
    ends_on = day if rule.from_time < rule.until_time else day + DAY
    return Night(
        day=day, start_at=_instant(day, rule.from_time, zone), end_at=_instant(ends_on, rule.until_time, zone)
    )


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)


def latest_night(rule: AlertRule, round_: Round) -> Night:
    """The one that goes on, else the last one."""
    tonight = night_of(rule, round_.today, round_.zone)
    return tonight if tonight.start_at <= round_.now else night_of(rule, round_.today - DAY, round_.zone)


def look(rule: AlertRule, round_: Round) -> Iterator[Reading]:
    assert rule.known_days is not None
    latest = latest_night(rule, round_)
    days = [latest.day - back * DAY for back in range(LATE_DAYS + 1)]
    since = _first_day(rule, round_)
    before = _known_by_day(rule, round_, days[-1] - rule.known_days * DAY, latest.day - DAY)
    for day in days:
        if not _is_known(rule, day, since):
            return
        night = night_of(rule, day, round_.zone)
        for found in _readings(rule, round_, night, before):
            if day == latest.day:
                yield found
            else:
                next_night = night_of(rule, day + DAY, round_.zone)
                yield late(found, day, night.start_at, next_night.start_at)


def past(rule: AlertRule, round_: Round, days: int) -> Iterator[tuple[date, Sequence[Reading]]]:
    """Of each of the last nights that are over."""
    assert rule.known_days is not None
    last = latest_night(rule, round_).day - DAY
    begin = last - (days - 1) * DAY
    since = _first_day(rule, round_)
    before = _known_by_day(rule, round_, begin - rule.known_days * DAY, last)
    for at in range(days):
        day = begin + at * DAY
        if not _is_known(rule, day, since):
            yield day, []
            continue
        night = night_of(rule, day, round_.zone)
        found = list(_readings(rule, round_, night, before))
        over = [one for one in found if one.verdict == Verdict.OVER]
        # Each night is one of its own: what was over is not any more in the evening.
        ends = [Reading(subject=one.subject, verdict=Verdict.CLEAR) for one in over]
        yield day, [*over, *ends] or [Reading(subject=own_subject(rule), verdict=Verdict.CLEAR)]


def _first_day(rule: AlertRule, round_: Round) -> date | None:
    """Since when calls are here."""
    return coverage_of(round_.today, round_.today, round_.today, round_.zone, part_of(rule)).since


def _is_known(rule: AlertRule, day: date, since: date | None) -> bool:
    """Whether enough is here to call a country new."""
    assert rule.known_days is not None
    return since is not None and since <= day - rule.known_days * DAY


def _known_by_day(
    rule: AlertRule, round_: Round, first: date, last: date
) -> Mapping[tuple[Place, str], list[date]]:
    """The days on which each line, or the tenant, called each country."""
    is_each = rule.of == Of.EACH_LINE
    keys = ("day", "line_id", "destination") if is_each else ("day", "destination")
    found: dict[tuple[Place, str], list[date]] = defaultdict(list)
    for row in sums(keys, first, last, round_.zone, part_of(rule), only="dialled"):
        found[row.key[1] if is_each else None, country_of_prefix(row.key[-1])].append(row.key[0])
    return found


def _readings(
    rule: AlertRule, round_: Round, night: Night, before: Mapping[tuple[Place, str], Sequence[date]]
) -> Iterator[Reading]:
    assert rule.limit_calls is not None and rule.known_days is not None
    home = f"+{phonenumbers.country_code_for_region(round_.tenant.region)}"
    earliest = night.day - rule.known_days * DAY
    new = {
        (line, country): calls
        for (line, country), calls in _calls(rule, round_, night.start_at, night.end_at).items()
        if country not in ("", home)
        and not any(earliest <= day < night.day for day in before.get((line, country), ()))
    }
    earlier = set(_calls(rule, round_, midnight(night.day, round_.zone), night.start_at)) if new else set()
    for (line, country), calls in new.items():
        if (line, country) in earlier:
            continue
        verdict = Verdict.OVER if calls.count > rule.limit_calls else Verdict.BETWEEN
        subject = _subject(rule, round_, line, country)
        if subject is not None:
            is_over = night.end_at <= round_.now
            end_at = night.end_at if is_over else round_.counted_until(subject.connection)
            yield Reading(
                subject=subject,
                verdict=verdict,
                evidence={
                    "value": calls.count,
                    "limit": rule.limit_calls,
                    "country": country,
                    "talk_s": calls.talk_s,
                    "cost": calls.cost,
                    "known_days": rule.known_days,
                    "start_at": night.start_at.isoformat(),
                    "end_at": end_at.isoformat(),
                    "first": night.day.isoformat(),
                    "last": (night.end_at - timedelta(seconds=1)).astimezone(round_.zone).date().isoformat(),
                },
            )


def _calls(
    rule: AlertRule, round_: Round, start_at: datetime, end_at: datetime
) -> dict[tuple[Place, str], Calls]:
    """Outbound calls of a span by line and country."""
    found: dict[tuple[Place, str], Calls] = defaultdict(Calls)
    calls: CallQuerySet = calls_of(part_of(rule)).between(start_at, end_at)
    rows = calls.filter(direction=Direction.OUTBOUND, medium=Medium.VOICE).order_by()
    grouped = rows.annotate(prefix=Left("callee", DESTINATION_LENGTH)).values(
        "line_id", "connection_id", "prefix"
    )
    for row in grouped.annotate(many=Count("pk"), talk_s=Sum("duration_s"), cost=Sum("cost_micros")):
        line = row["line_id"] if rule.of == Of.EACH_LINE else None
        one = found[line, country_of_prefix(row["prefix"])]
        one.count += row["many"]
        one.talk_s += row["talk_s"] or 0
        currency = round_.currencies.get(row["connection_id"], "")
        if row["cost"]:
            one.cost[currency] = one.cost.get(currency, 0) + row["cost"]
    return found


def _subject(rule: AlertRule, round_: Round, line: Place, country: str) -> Subject | None:
    """None for a line that is not known any more, or is left out."""
    if rule.of != Of.EACH_LINE:
        own = own_subject(rule)
        return Subject(key=country, name=own.name, connection=own.connection, place=own.place)
    place = round_.places.get(line or 0)
    if place is None or place.pk in rule.left_out:
        return None
    return Subject(
        key=f"place-{place.pk} {country}",
        name=str(place),
        connection=place.connection_id,
        place=place.pk,
    )


KIND = Kind(
    key=AlertRule.Kind.NEW_COUNTRY,
    label=AlertRule.Kind.NEW_COUNTRY.label,
    what=_("At night calls go to a country that was not called for long: a stolen password looks like that."),
    icon="world",
    fields=("of", "from_time", "until_time", "limit_calls", "known_days"),
    defaults={
        "of": Of.WHOLE,
        "from_time": time(20),
        "until_time": time(7),
        "limit_calls": 3,
        "known_days": 90,
    },
    of=(Of.WHOLE, Of.EACH_LINE, Of.CONNECTION, Of.PLACE),
    look=look,
    past=past,
    is_grave=True,
    late_days=LATE_DAYS,
)
