"""The day's figures, and who waits to be called back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from telephony.figures.hours import when_people_call
from telephony.forms.overview import FiguresForm
from telephony.models import Call
from telephony.models.rollups import Part
from telephony.models.spans import Span
from telephony.services import analytics, call_figures
from telephony.templatetags.telephony import hours

from .conftest import LINE, NOON

Store = Callable[..., Call]
PARIS = ZoneInfo("Europe/Paris")
CALLER = "+33639980001"


def test_figures_of_a_span(store: Store) -> None:
    store(cost_micros=1_500_000)
    store(outcome="missed", duration_s=0)
    store(direction="outbound", stream="outgoing", caller=f"+{LINE}", callee=CALLER, duration_s=30)
    store(
        medium="sms",
        direction="outbound",
        stream="outgoing",
        duration_s=None,
        caller=f"+{LINE}",
        callee=CALLER,
    )

    figures = call_figures.figures_between(NOON, NOON + timedelta(hours=1))

    assert (figures.calls, figures.inbound, figures.reached, figures.missed) == (3, 2, 1, 1)
    assert (figures.outbound, figures.messages, figures.talk_s) == (1, 1, 90)
    assert figures.answer_rate == 0.5
    assert figures.cost_micros == {"EUR": 1_500_000}


def test_days_are_local_days(store: Store) -> None:
    store(started_at=NOON.replace(hour=22, minute=59))
    store(started_at=NOON.replace(hour=23, minute=1))

    span = Span(name="", first=date(2026, 3, 10), last=date(2026, 3, 11), today=date(2026, 3, 20))

    steps = analytics.over_time(span, PARIS, Part())

    assert steps == dict.fromkeys(span.steps(), analytics.Step(inbound=1, reached=1))


@pytest.mark.parametrize(
    ("today", "nine"),
    [
        (date(2026, 3, 30), NOON.replace(day=23, hour=8)),  # clocks went forward on the 29th
        (date(2026, 3, 23), NOON.replace(day=16, hour=8)),
        (date(2026, 10, 26), NOON.replace(month=10, day=19, hour=7)),  # and back on the 25th
    ],
)
def test_the_same_time_is_that_of_the_clocks(store: Store, today: date, nine: datetime) -> None:
    """At half past nine, the calls of a week before until half past nine are compared with."""
    for minutes in (15, 45):
        store(started_at=nine + timedelta(minutes=minutes))
    span = Span(name="today", first=today, last=today, today=today)
    now = datetime.combine(today, time(9, 30), PARIS)
    assert analytics.compared(span, PARIS, Part(), now, {}).before.calls == 1


def test_a_missed_caller_waits_until_somebody_spoke_with_them(store: Store) -> None:
    store(caller=CALLER, outcome="missed", duration_s=0)
    store(caller=CALLER, outcome="missed", duration_s=0)
    store(caller="+33639980002", outcome="missed", duration_s=0)
    store(direction="outbound", stream="outgoing", caller=f"+{LINE}", callee="+33639980002", duration_s=40)

    (waiting,) = call_figures.missed_not_called_back(NOON + timedelta(hours=1))

    assert (waiting.number, waiting.tries) == (CALLER, 2)


def test_an_attempt_that_reached_nobody_is_no_call_back(store: Store) -> None:
    store(caller=CALLER, outcome="missed", duration_s=0)
    store(
        direction="outbound",
        stream="outgoing",
        caller=f"+{LINE}",
        callee=CALLER,
        duration_s=0,
        outcome="missed",
    )

    assert len(call_figures.missed_not_called_back(NOON + timedelta(hours=1))) == 1


def test_the_heat_map_is_a_mean_over_weeks(store: Store) -> None:
    call = store(started_at=NOON)
    store(started_at=NOON + timedelta(days=7))
    span = Span(name="", first=date(2026, 3, 9), last=date(2026, 3, 22), today=date(2026, 3, 22))

    for part in (Part(), Part(line=call.line_id)):
        told = when_people_call(analytics.hours_of(span, PARIS, part), span)
        rows = {str(name): values for name, *values in told.figure.rows}
        assert [value for value in rows["Tue"] if value != "0.0"] == ["1.0"]
        assert "Tuesday 12" in told.figure.caption


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        (474, "0 h 07 min"),
        (3_600 + 59 * 60, "1 h 59 min"),
        (0, "–"),
        (359_999, "99 h 59 min"),
        (38_072_700, "10,575 h"),
    ],
)
def test_a_talk_time_has_its_minutes_in_two_figures(seconds: int, says: str) -> None:
    """`format_html` pads what it is given as a text: seven minutes were shown as 70."""
    assert re.sub("<[^>]+>", "", hours(seconds)) == says


TODAY = date(2026, 11, 28)
SPANS = [
    # name, first, last; what it is compared with; steps
    ("today", TODAY, TODAY, date(2026, 11, 21), date(2026, 11, 21), "day"),
    ("week", date(2026, 11, 23), TODAY, date(2026, 11, 16), date(2026, 11, 21), "day"),
    ("month", date(2026, 11, 1), TODAY, date(2026, 10, 1), date(2026, 10, 28), "day"),
    ("last_month", date(2026, 10, 1), date(2026, 10, 31), date(2026, 9, 1), date(2026, 9, 30), "day"),
    ("year", date(2026, 1, 1), TODAY, date(2025, 1, 1), date(2025, 11, 28), "week"),
    ("30d", date(2026, 10, 30), TODAY, date(2026, 9, 30), date(2026, 10, 29), "day"),
    ("dates", date(2024, 1, 1), date(2025, 12, 31), date(2021, 12, 31), date(2023, 12, 31), "month"),
]


@pytest.mark.parametrize(("name", "first", "last", "first_before", "last_before", "step"), SPANS)
def test_a_span_is_compared_with_the_like_one_before(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    first: date,
    last: date,
    first_before: date,
    last_before: date,
    step: str,
) -> None:
    span = Span(name=name, first=first, last=last, today=TODAY)
    form = FiguresForm(
        {"period": "" if name == "today" else name, "period_from": first if name == "dates" else "",
         "period_to": last if name == "dates" else ""},
        zone=PARIS, connections=(), lines=(),
    )  # fmt: skip
    monkeypatch.setattr(timezone, "localdate", lambda: TODAY)
    form.full_clean()

    assert form.as_span(TODAY) == span
    assert (span.before.first, span.before.last, span.step) == (first_before, last_before, step)
    days = [day for one in span.steps() for day in span.part_of(one)]
    assert days == sorted(days)
    assert (days[0], days[-1]) == (first, last)
