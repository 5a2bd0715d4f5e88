"""The computed legs: the same in any window and any order, never before their time, about 300,000 a year."""

from __future__ import annotations

import copy
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from telephony.providers.kazoo.sandbox.cdrs import CdrBook
from telephony.providers.kazoo.sandbox.seed.plans import account_id
from telephony.providers.kazoo.times import EPOCH_S, to_gregorian
from telephony.providers.sandbox.clock import SandboxClock

NOW = datetime(2026, 6, 17, 10, 0, tzinfo=UTC)
NOW_G = to_gregorian(NOW)
SARVELLE, MELISANDE, TESSALY, KATHMANDU = (
    account_id(key) for key in ("sarvelle", "melisande", "tessaly", "sagarhill")
)
QUIETLY = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def span(cdr_book, account, begins, ends, now_g=NOW_G):
    """Legs from a moment up to, not with, another."""
    return list(cdr_book.legs(account, to_gregorian(begins), to_gregorian(ends) - 1, now_g))


def day_of(cdr_book, account, day, zone="Europe/Paris"):
    begins = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return span(cdr_book, account, begins, begins + timedelta(days=1))


def test_a_day_is_the_same_in_any_book_and_any_order(cdr_book, accounts):
    other = CdrBook(accounts, SandboxClock(NOW, 0))
    later = day_of(other, SARVELLE, date(2026, 3, 6))

    assert day_of(other, SARVELLE, date(2026, 3, 5)) == day_of(cdr_book, SARVELLE, date(2026, 3, 5))
    assert day_of(cdr_book, SARVELLE, date(2026, 3, 6)) == later


def test_no_edit_changes_history(cdr_book, accounts):
    edited = copy.deepcopy(dict(accounts))
    edited[SARVELLE]["docs"] = {"users": {}, "devices": {}, "callflows": {}}
    del edited[TESSALY]
    book = CdrBook(edited, SandboxClock(NOW, 0))

    assert day_of(book, SARVELLE, date(2026, 3, 5)) == day_of(cdr_book, SARVELLE, date(2026, 3, 5))
    assert day_of(book, TESSALY, date(2026, 3, 5)) == []


def test_days_that_were_forgotten_are_made_the_same_again(accounts):
    book = CdrBook(accounts, SandboxClock(NOW, 0), kept_days=2)
    first = day_of(book, SARVELLE, date(2026, 3, 5))
    day_of(book, SARVELLE, date(2026, 4, 5))

    assert day_of(book, SARVELLE, date(2026, 3, 5)) == first


@settings(QUIETLY, max_examples=25)
@given(
    cuts=st.lists(st.integers(1, 6 * 86400 - 1), max_size=6, unique=True),
    account=st.sampled_from((SARVELLE, MELISANDE, TESSALY)),
)
def test_any_partition_of_a_span_gives_the_same_legs(cdr_book, cuts, account):
    start_g = to_gregorian(datetime(2026, 3, 26, tzinfo=UTC))  # the clock changes inside
    edges = [start_g, *(start_g + cut for cut in sorted(cuts)), start_g + 6 * 86400]
    pieces = [
        cdr_book.legs(account, begins, ends - 1, NOW_G)
        for begins, ends in zip(edges, edges[1:], strict=False)
    ]

    whole = cdr_book.legs(account, edges[0], edges[-1] - 1, NOW_G)
    assert [leg for piece in reversed(pieces) for leg in piece] == list(whole)


def test_both_ends_of_a_span_belong_to_it(cdr_book):
    legs = day_of(cdr_book, SARVELLE, date(2026, 3, 5))
    middle = legs[len(legs) // 2]["timestamp"]

    same = cdr_book.legs(SARVELLE, middle, middle, NOW_G)

    assert same
    assert {leg["timestamp"] for leg in same} == {middle}


def test_pages_are_cut_without_writing_out_the_rest(cdr_book):
    legs = cdr_book.legs(SARVELLE, NOW_G - 20 * 86400, NOW_G, NOW_G)

    assert list(legs[100:150]) == list(legs)[100:150]
    assert legs.keys() == [(leg["timestamp"], leg["id"]) for leg in legs]
    assert legs[-1] == list(legs)[-1]


def test_newest_come_first_and_ids_never_repeat(cdr_book):
    legs = span(cdr_book, SARVELLE, datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
    times = [leg["timestamp"] for leg in legs]

    assert times == sorted(times, reverse=True)
    assert len({leg["id"] for leg in legs}) == len({leg["call_id"] for leg in legs}) == len(legs)
    for leg in legs:
        assert re.fullmatch(r"\d{6}-[0-9a-f]{32}", leg["id"])
        assert leg["id"].startswith(datetime.fromtimestamp(leg["timestamp"] - EPOCH_S, UTC).strftime("%Y%m"))
        assert re.fullmatch(r"\d{11}-[0-9a-f]{8}", leg["interaction_id"])


def test_a_year_of_all_accounts_is_about_three_hundred_thousand_legs(accounts):
    """Of every fifth week; the whole year to 17 June 2026 holds 301,194."""
    book = CdrBook(accounts, SandboxClock(NOW, 0))
    week_s = 7 * 86400
    begins = range(NOW_G - 50 * week_s, NOW_G, 5 * week_s)
    legs = sum(
        len(book.legs(account, at_g, at_g + week_s - 1, NOW_G)) for account in accounts for at_g in begins
    )

    assert 270_000 < legs * 365 / 7 / len(begins) < 330_000


@QUIETLY
@given(back=st.integers(0, 30 * 86400), late=st.integers(0, 3000))
def test_no_leg_is_seen_before_its_end_and_none_is_forgotten(cdr_book, back, late):
    now_g = NOW_G - back
    whole = cdr_book.legs(MELISANDE, now_g - 7200, now_g + 7200, NOW_G + 86400)
    seen = cdr_book.legs(MELISANDE, now_g - 7200, now_g + 7200, now_g)
    later = cdr_book.legs(MELISANDE, now_g - 7200, now_g + 7200, now_g + late)

    assert all(leg["timestamp"] <= now_g for leg in seen)
    assert {leg["id"] for leg in seen} <= {leg["id"] for leg in later}
    due = {leg["id"] for leg in whole if leg["timestamp"] + 2400 <= now_g}
    assert due <= {leg["id"] for leg in seen}


def test_a_few_records_come_late_but_none_later_than_forty_minutes(cdr_book):
    begins, ends = datetime(2026, 6, 10, tzinfo=UTC), datetime(2026, 6, 15, tzinfo=UTC)
    late = 0
    for number in range(5 * 24):
        end_g = to_gregorian(begins + timedelta(hours=number + 1)) - 1
        at_once = cdr_book.legs(SARVELLE, end_g - 3599, end_g, end_g + 10)
        in_the_end = cdr_book.legs(SARVELLE, end_g - 3599, end_g, end_g + 2401)
        assert len(in_the_end) == len(cdr_book.legs(SARVELLE, end_g - 3599, end_g, NOW_G))
        late += len(in_the_end) - len(at_once)

    assert 0 < late < len(span(cdr_book, SARVELLE, begins, ends)) * 0.03


@QUIETLY
@given(back=st.integers(0, 5 * 86400), account=st.sampled_from((SARVELLE, MELISANDE, TESSALY)))
def test_running_channels_are_the_legs_that_cover_the_instant(cdr_book, back, account):
    at_g = NOW_G - back
    covering = {
        leg["call_id"]
        for leg in cdr_book.legs(account, at_g, at_g + 6 * 3600, NOW_G + 9 * 86400)
        if leg["timestamp"] - leg["duration_seconds"] <= at_g < leg["timestamp"]
    }
    rows = cdr_book.channels(account, at_g)

    assert [row["uuid"] for row in rows] and {row["uuid"] for row in rows} == covering or not covering
    for row in rows:
        assert row["timestamp"] <= at_g


def test_somebody_talks_at_noon(cdr_book):
    noons = [
        to_gregorian(datetime(2026, 6, day, 9, minute, tzinfo=UTC))
        for day in (9, 10, 11)
        for minute in range(0, 60, 5)
    ]
    rows = [row for at_g in noons for row in cdr_book.channels(SARVELLE, at_g)]

    assert len(rows) > 12
    assert {row["answered"] for row in rows} == {True, False}
    assert {row["direction"] for row in rows} == {"inbound", "outbound"}


def test_one_leg_is_found_by_its_id_and_a_call_by_any_of_its_legs(cdr_book):
    for account in (SARVELLE, KATHMANDU):
        for leg in span(
            cdr_book, account, datetime(2026, 5, 31, tzinfo=UTC), datetime(2026, 6, 2, tzinfo=UTC)
        ):
            assert cdr_book.leg(account, leg["id"]) == leg
            call = cdr_book.interaction(account, leg["interaction_id"])
            assert leg in call
            assert cdr_book.interaction(account, leg["id"]) == call
            assert {one["interaction_id"] for one in call} == {leg["interaction_id"]}


def test_what_has_not_ended_is_not_found(cdr_book, accounts):
    (later, *_) = cdr_book.legs(SARVELLE, NOW_G + 3600, NOW_G + 8 * 3600, NOW_G + 86400)

    assert cdr_book.leg(SARVELLE, later["id"]) is None
    assert cdr_book.interaction(SARVELLE, later["id"]) == []
    assert cdr_book.interaction(SARVELLE, "99999999999-00000000") == []


@QUIETLY
@given(
    st.one_of(
        st.text(max_size=50),
        st.from_regex(r"\d{6}-[0-9a-f]{32}", fullmatch=True),
        st.from_regex(r"\d{11}-[0-9a-f]{8}", fullmatch=True),
    )
)
def test_ids_that_were_never_given_find_nothing(cdr_book, identifier):
    assert cdr_book.leg(SARVELLE, identifier) is None
    assert cdr_book.interaction(SARVELLE, identifier) == []


@QUIETLY
@example(start_g=9999 * 366 * 86400, length=0)  # beyond the years of a calendar
@given(start_g=st.integers(-(10**6), 10**12), length=st.integers(0, 86400))
def test_no_span_is_too_strange(cdr_book, start_g, length):
    for leg in cdr_book.legs(SARVELLE, start_g, start_g + length, NOW_G)[:50]:
        assert start_g <= leg["timestamp"] <= start_g + length


def test_unknown_accounts_have_no_calls(cdr_book):
    assert len(cdr_book.legs("0" * 32, NOW_G - 86400, NOW_G, NOW_G)) == 0
    assert cdr_book.channels("0" * 32, NOW_G) == []
    assert cdr_book.registered_devices("0" * 32, NOW_G) == set()
    assert cdr_book.leg("0" * 32, "202606-" + "0" * 32) is None


def test_most_phones_are_registered_and_none_that_cannot_be(cdr_book, accounts):
    for account, row in accounts.items():
        devices = row["docs"]["devices"]
        registered = cdr_book.registered_devices(account, NOW_G)
        assert registered <= set(devices)
        for identifier in registered:
            doc = devices[identifier]["doc"]
            assert doc["enabled"]
            assert doc["device_type"] not in ("cellphone", "mobile", "sip_uri")
    desk = [
        key
        for key, one in accounts[SARVELLE]["docs"]["devices"].items()
        if one["doc"]["device_type"] == "sip_device"
    ]
    assert len(cdr_book.registered_devices(SARVELLE, NOW_G) & set(desk)) > 0.8 * len(desk)


@pytest.mark.parametrize("night", [date(2025, 10, 26), date(2026, 3, 29)])
def test_nights_on_which_the_clock_changes_have_all_their_calls(cdr_book, night):
    begins = datetime(night.year, night.month, night.day, tzinfo=ZoneInfo("Europe/Paris"))
    ends = datetime(night.year, night.month, night.day + 1, tzinfo=ZoneInfo("Europe/Paris"))
    hours = (ends.astimezone(UTC) - begins.astimezone(UTC)) / timedelta(hours=1)
    legs = span(cdr_book, SARVELLE, begins, ends)

    assert hours == (25 if night.month == 10 else 23)
    assert len(legs) > 10
    assert len({leg["id"] for leg in legs}) == len(legs)


def test_calls_cross_midnight(cdr_book):
    legs = cdr_book.legs(SARVELLE, NOW_G - 150 * 86400, NOW_G, NOW_G)
    paris = ZoneInfo("Europe/Paris")
    found = [
        leg
        for leg in legs
        if datetime.fromtimestamp(leg["timestamp"] - EPOCH_S, paris).date()
        > datetime.fromtimestamp(leg["channel_created_time"] / 1e6, paris).date()
    ]

    assert found
