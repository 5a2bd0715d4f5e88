"""The day's figures, and who waits to be called back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from telephony.models import Call
from telephony.services import call_figures
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

    by_day = call_figures.answer_rate_by_day(date(2026, 3, 10), date(2026, 3, 11), PARIS)

    assert by_day == {date(2026, 3, 10): (1, 1), date(2026, 3, 11): (1, 1)}


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
    store(started_at=NOON)
    store(started_at=NOON + timedelta(days=7))

    heat = call_figures.inbound_by_hour(date(2026, 3, 9), date(2026, 3, 22), PARIS)

    assert heat == {(2, 12): 1.0}


@pytest.mark.parametrize(
    ("seconds", "says"), [(474, "0 h 07 min"), (3_600 + 59 * 60, "1 h 59 min"), (0, "–")]
)
def test_a_talk_time_has_its_minutes_in_two_figures(seconds: int, says: str) -> None:
    """`format_html` pads what it is given as a text: seven minutes were shown as 70."""
    assert re.sub("<[^>]+>", "", hours(seconds)) == says
