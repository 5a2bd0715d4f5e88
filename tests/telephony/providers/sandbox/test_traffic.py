"""When an office telephones."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.providers.sandbox.traffic import is_bridge, is_holiday, volume, wall_second

SHAPES = ("office", "mobile", "on_call", "fax")


@given(st.sampled_from(SHAPES), st.floats(0, 1, exclude_max=True))
def test_every_chance_is_a_second_of_the_day(shape, chance):
    assert 0 <= wall_second(shape, chance) < 86400


@given(st.sampled_from(SHAPES), st.floats(0, 0.99), st.floats(0, 0.009))
def test_a_greater_chance_is_a_later_second(shape, chance, more):
    assert wall_second(shape, chance) <= wall_second(shape, chance + more)


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 5, 14), date(2026, 7, 14), date(2026, 12, 25)])
def test_french_holidays_are_quiet(day):
    assert is_holiday(day)
    assert volume("office", day) < 0.05


def test_the_friday_after_ascension_is_a_bridge():
    assert is_bridge(date(2026, 5, 15))
    assert volume("office", date(2026, 5, 15)) < 0.7 * volume("office", date(2026, 5, 22))


def test_august_is_calm_and_the_start_of_a_month_busy():
    assert volume("office", date(2026, 8, 18)) < 0.7 * volume("office", date(2026, 6, 16))
    assert volume("office", date(2026, 6, 2)) > volume("office", date(2026, 6, 16))


def test_those_on_call_work_at_week_ends():
    assert volume("on_call", date(2026, 6, 20)) > volume("on_call", date(2026, 6, 17))


@pytest.mark.parametrize(
    ("country", "day"), [("US", date(2026, 11, 26)), ("GB", date(2026, 12, 28)), ("NP", date(2026, 6, 20))]
)
def test_other_countries_rest_on_days_of_their_own(country, day):
    assert volume("office", day, country) < 0.05
    assert volume("office", day) > 0.3 or day.weekday() == 5


def test_nepal_works_on_sundays():
    assert volume("office", date(2026, 6, 21), "NP") > 1
