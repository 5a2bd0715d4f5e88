"""Gregorian seconds both ways."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.providers.kazoo.times import from_gregorian, to_gregorian

moments = st.datetimes(timezones=st.just(UTC))


def test_the_year_2024_begins_where_the_facts_say():
    assert to_gregorian(datetime(2024, 1, 1, tzinfo=UTC)) == 63871286400
    assert from_gregorian("63871286400") == datetime(2024, 1, 1, tzinfo=UTC)


@given(moments)
def test_there_and_back(moment):
    assert from_gregorian(to_gregorian(moment)) == moment.replace(microsecond=0)


@pytest.mark.parametrize("value", ["", "x", None, 10**15, -1, "1.5", {}])
def test_what_is_no_moment_is_refused(value):
    with pytest.raises(ValueError):
        from_gregorian(value)
