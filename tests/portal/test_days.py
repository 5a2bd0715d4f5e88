"""Local days and hours as instants, whatever clocks do."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from portal.lib.days import midnight, stretch_of_hour

ZONES = ("Europe/Paris", "America/Havana", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
# The nights in which clocks of these zones change, and any other.
NIGHTS = [date(2026, month, day) for month in (3, 4, 10, 11) for day in range(1, 31)]
nights = st.one_of(st.sampled_from(NIGHTS), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
instants = st.tuples(nights, st.integers(0, 26 * 60)).map(
    lambda drawn: midnight(drawn[0], ZoneInfo("UTC")) + timedelta(minutes=drawn[1])
)


@given(at=instants, name=st.sampled_from(ZONES))
def test_an_instant_is_in_the_stretch_of_what_clocks_show(at: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    local = at.astimezone(zone)

    begin, end = stretch_of_hour(local.date(), local.hour, zone)
    first, last = stretch_of_hour(local.date(), None, zone)

    assert first <= begin <= at < end <= last
    assert end - begin <= timedelta(hours=2, minutes=30) and last - first <= timedelta(hours=25)
