"""Moments that documents keep as numbers, as forms show them and take them back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.providers.moments import (
    clock_of,
    gregorian,
    gregorian_words,
    time_of_day,
    typed_gregorian,
    typed_time_of_day,
)

ZONES = st.sampled_from(("UTC", "Europe/Paris", "Asia/Kathmandu", "America/New_York"))


@given(st.integers(62_167_219_200, 70_000_000_000), ZONES)
def test_a_moment_is_typed_back_as_it_was_shown(seconds: int, zone: str) -> None:
    again = typed_gregorian(gregorian(seconds, zone), zone)

    assert again == seconds or clock_of(again, zone).replace(fold=1) == clock_of(seconds, zone)


@given(st.integers(0, 86_400))
def test_a_time_of_day_is_typed_back_as_it_was_shown(seconds: int) -> None:
    assert typed_time_of_day(time_of_day(seconds)) == seconds


def test_a_moment_is_shown_and_taken_by_the_clock_of_its_zone() -> None:
    assert gregorian(63_963_331_200, "Europe/Paris") == "2026-12-01T09:00"
    assert gregorian_words(63_963_331_200, "Europe/Paris") == "1 December 2026, 09:00"
    assert typed_gregorian("2026-12-01T09:00", "Europe/Paris") == 63_963_331_200
    assert typed_gregorian("2026-12-01T08:00+00:00", "Europe/Paris") == 63_963_331_200
    assert gregorian(10**15, "Europe/Paris") == str(10**15)


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-02-30T10:00", "63961570800"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        typed_gregorian(text, "UTC")
