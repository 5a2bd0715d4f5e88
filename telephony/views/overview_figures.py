"""The overview's figures, with the sentence that says what is seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from string import ascii_uppercase
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.ui import formats
from portal.ui.figures import Gap, Mark, line, plain
from portal.ui.grids import heat
from portal.ui.svg import Figure
from telephony.models import Change, Coverage

ENOUGH = 5  # a day with fewer inbound calls has no rate worth a point
HOURS = range(7, 20)


@dataclass(frozen=True)
class Told:
    """A figure, the sentence above it, and where its scale begins."""

    figure: Figure
    sentence: str
    measure: str
    is_empty: bool = False


def answer_rate(
    counts: Mapping[date, tuple[int, int]],
    days: Sequence[date],
    changes: Sequence[Change],
    not_whole: Sequence[Coverage],
    zone: ZoneInfo,
) -> Told:
    """Answer rate by day; changes made stand as letters under the axis, days that are not whole are hatched."""
    rates = [_rate(counts.get(day)) for day in days]
    for coverage in not_whole:
        if coverage.day in days and coverage.state in (Coverage.State.MISSING, Coverage.State.FETCHING):
            rates[days.index(coverage.day)] = None
    known = [(rate, day) for rate, day in zip(rates, days, strict=True) if rate is not None]
    usual = sum(rate for rate, _day in known) / len(known) if known else None
    lowest = min(known, default=None)
    low = max(0, int((lowest[0] if lowest else 0) // 10 * 10) - 10)
    label = _("Answer rate of inbound calls by day, %(first)s to %(last)s") % {
        "first": date_format(days[0], "j F"),
        "last": date_format(days[-1], "j F Y"),
    }
    figure = line(
        rates,
        [formats.date_words(day, formats.SHORT_DAY) for day in days],
        label=label,
        low=low,
        high=100,
        unit="%",
        digits=1,
        usual=usual,
        gaps=_gaps(days, not_whole),
        marks=_marks(changes, days, zone),
        end_words=pgettext("at the end of a line", "today") if rates[-1] is not None else "",
        head=(_("Day"), _("Answered")),
    )
    return Told(
        replace(figure, css="scroll"),
        _rate_sentence(usual, lowest),
        _("30 days, by day; scale from %(low)s %%") % {"low": low},
        not known,
    )


def when_people_call(means: Mapping[tuple[int, int], float]) -> Told:
    """Inbound calls by weekday and hour, mean of four weeks."""
    rows = [
        (_weekday(weekday), [means.get((weekday, hour), 0.0) for hour in HOURS]) for weekday in range(1, 8)
    ]
    busiest = max(means.items(), key=lambda item: item[1], default=None)
    caption = ""
    if busiest:
        (weekday, hour), mean = busiest
        caption = _("Busiest: %(day)s %(from)s–%(to)s h, %(calls)s calls. A stronger colour is more.") % {
            "day": _weekday(weekday, whole=True),
            "from": hour,
            "to": hour + 1,
            "calls": plain(mean),
        }
    figure = heat(
        rows,
        [str(hour) for hour in HOURS],
        label=_("Inbound calls by weekday and hour, mean of four weeks"),
        caption=caption,
    )
    return Told(figure, "", "", not means)


def _rate(counts: tuple[int, int] | None) -> float | None:
    if counts is None or counts[0] < ENOUGH:
        return None
    return 100 * counts[1] / counts[0]


def _rate_sentence(usual: float | None, lowest: tuple[float, date] | None) -> str:
    if usual is None or lowest is None:
        return _("No day of these had enough inbound calls for a rate.")
    words = {
        "usual": plain(usual, "%", 1),
        "low": plain(lowest[0], "%", 1),
        "day": date_format(lowest[1], "l j F"),
    }
    return (
        _(
            "Usually %(usual)s; the lowest was %(low)s on %(day)s. Days with fewer than five calls have no point."
        )
        % words
    )


def _gaps(days: Sequence[date], not_whole: Sequence[Coverage]) -> list[Gap]:
    """Stretches of days that are missing or still being fetched, each with its word."""
    words: dict[str, str] = {
        Coverage.State.MISSING: _("missing"),
        Coverage.State.FETCHING: _("being fetched"),
    }
    places = sorted(
        {
            (days.index(one.day), words[one.state])
            for one in not_whole
            if one.day in days and one.state in words
        }
    )
    gaps: list[Gap] = []
    for place, word in places:
        if gaps and gaps[-1].last >= place - 1 and gaps[-1].words == word:
            gaps[-1] = Gap(first=gaps[-1].first, last=place, words=word)
        else:
            gaps.append(Gap(first=place, last=place, words=word))
    return gaps


def _marks(changes: Sequence[Change], days: Sequence[date], zone: ZoneInfo) -> list[Mark]:
    marks = []
    for letter, change in zip(ascii_uppercase, changes, strict=False):
        if change.sent_at:
            local = change.sent_at.astimezone(zone)
            if local.date() in days:
                place = days.index(local.date()) - 0.5 + local.hour / 24
                marks.append(Mark(at=max(0.0, place), letter=letter, title=change.summary))
    return marks


def _weekday(number: int, *, whole: bool = False) -> str:
    return date_format(date(2024, 1, number), "l" if whole else "D")  # the 1st of January 2024 was a Monday
