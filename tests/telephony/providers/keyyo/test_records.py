"""Call records: windows, cursors, and what a row means."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.errors import UnexpectedAnswer
from telephony.providers.drafts import Window
from telephony.providers.keyyo.records import (
    STREAMS,
    _ceiling,
    _floor,
    _Rows,
    probe_calls,
    read_calls,
)

LINE, OTHER, OUTSIDE = "33199001001", "33199001002", "33639980001"
PARIS = ZoneInfo("Europe/Paris")
ALWAYS = Window(datetime(1971, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
MARCH = Window(datetime(2026, 3, 2, 9, 30, 30, tzinfo=UTC), datetime(2026, 3, 6, 17, 0, tzinfo=UTC))


def row(**fields):
    return {
        "_resource_type": "CallDetailRecord", "call_id": "c1", "start_time": "1772445600", "csi": LINE,
        "caller": f"+{OUTSIDE}", "caller_raw": OUTSIDE, "callee": f"+{LINE}", "callee_raw": LINE,
        "caller_presentation": f"+{OUTSIDE}", "caller_presentation_raw": OUTSIDE,
        "quantity": "42", "quantity_billed": "0", "unit": "second", "cost": "0.0420", "roaming": 0,
    } | fields  # fmt: skip


def read(item, stream="incoming", csi="", lines=(LINE, OTHER), window=ALWAYS):
    found = _Rows(stream, window, frozenset(lines)).read([item], csi)
    return (found.drafts or found.unreadable or [None])[0]


def test_an_answered_inbound_call():
    draft = read(row())

    assert draft.remote_key == f"incoming:{LINE}:c1" and draft.fold_key == "c1"
    assert draft.started_at == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
    assert (draft.direction, draft.medium, draft.outcome) == ("inbound", "voice", "answered")
    assert (draft.caller, draft.callee, draft.duration_s) == (f"+{OUTSIDE}", f"+{LINE}", 42)
    assert draft.cost_micros == 42_000 and draft.line_remote_id == LINE


def test_without_talk_an_inbound_call_is_missed_and_an_outbound_one_failed():
    assert read(row(quantity="0")).outcome == "missed"
    assert read(row(quantity="0"), stream="outgoing").outcome == "failed"


def test_a_null_caller_is_found_in_the_undocumented_field():
    draft = read(row(caller=None, caller_raw=None, actual_caller=f"+{OUTSIDE}", actual_caller_raw=OUTSIDE))
    assert draft.caller == f"+{OUTSIDE}"


def test_a_withheld_caller_is_empty():
    assert read(row(caller=None, caller_raw=None, caller_presentation="anonymous")).caller == ""
    assert read(row(caller="anonymous", caller_raw=None)).caller == ""


def test_between_two_lines_a_call_is_internal():
    assert read(row(caller=f"+{OTHER}", caller_raw=OTHER)).direction == "internal"


def test_the_same_call_id_in_both_directions_and_on_two_lines_keeps_separate_keys():
    keys = {
        read(row(), stream=stream, csi=csi).remote_key
        for stream, csi in (("incoming", LINE), ("outgoing", LINE))
    } | {read(row(csi=OTHER), csi=OTHER).remote_key}
    assert len(keys) == 3


@pytest.mark.parametrize(
    ("unit", "medium"),
    [("second", "voice"), ("sms", "sms"), ("textmms", "sms"), ("mms", "sms"), ("ko", "data"), ("Mo", "data")],
)
def test_units_tell_calls_from_messages_and_data(unit, medium):
    draft = read(row(unit=unit, quantity="3"), stream="outgoing")
    assert draft.medium == medium and draft.quantity == 3
    assert draft.duration_s == (3 if medium == "voice" else None)


@pytest.mark.parametrize(
    "broken",
    [
        {"start_time": "yesterday"}, {"start_time": None}, {"start_time": "9" * 30}, {"call_id": ""},
        {"call_id": "x" * 500}, {"unit": "parsec"}, {"quantity": "many"}, {"quantity": "1e300"}, {"quantity": "-1"},
        {"cost": "gratis"}, {"cost": "1e99"}, {"cost": "NaN"}, {"cost": "Infinity"}, {"caller": ["x"]},
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_read_is_set_aside_with_its_reason(broken):
    found = read(row(**broken))
    assert found is None or found.reason and found.raw["csi"] == LINE


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_number_text_becomes_a_draft(shown, raw):
    draft = read(row(caller=shown, caller_raw=raw))
    assert len(draft.caller) <= 64


@given(st.integers(1_577_836_800_000, 1_893_456_000_000), st.integers(1, 100_000))
def test_bounds_in_local_minutes_always_cover_the_window(start_ms, minutes):
    start = datetime.fromtimestamp(start_ms / 1000, UTC)
    end = start + timedelta(minutes=minutes)

    def instants(text):
        naive = datetime.strptime(text, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - both readings of it follow
        return [naive.replace(tzinfo=PARIS, fold=fold).astimezone(UTC) for fold in (0, 1)]

    assert max(instants(_floor(start, PARIS))) <= start
    assert min(instants(_ceiling(end, PARIS))) >= end


def every(client, stream, **kwargs):
    kwargs.setdefault("zone", PARIS)
    kwargs.setdefault("window", MARCH)
    return list(read_calls(client, stream=stream, **kwargs))


def keys(pages):
    return [draft.remote_key for page in pages for draft in page.read().drafts]


@pytest.fixture
def lines(keyyo):
    return [one.csi for one in keyyo.services()]


def test_account_lists_and_line_lists_give_the_same_records(keyyo, lines):
    probe = probe_calls(keyyo)
    assert probe == {"account_lists": True}
    for stream in STREAMS:
        by_account = every(keyyo, stream, lines=lines, probe=probe)
        by_line = every(keyyo, stream, lines=lines)
        assert sorted(keys(by_account)) == sorted(keys(by_line))
        assert len(set(keys(by_line))) == len(keys(by_line)) > 300
        assert by_account[-1].cursor is None and by_line[-1].cursor is None


def test_neighbouring_windows_share_no_record_and_lose_none(keyyo, lines):
    middle = datetime(2026, 3, 4, 10, 17, 42, tzinfo=UTC)
    whole = keys(every(keyyo, "incoming", lines=lines))
    parts = [
        key
        for window in (Window(MARCH.start_at, middle), Window(middle, MARCH.end_at))
        for key in keys(every(keyyo, "incoming", lines=lines, window=window))
    ]
    assert sorted(parts) == sorted(whole)


@pytest.mark.parametrize("probe", [None, {"account_lists": True}])
def test_reading_goes_on_after_any_page(keyyo, lines, probe):
    chosen = lines[:6]
    pages = every(keyyo, "incoming", lines=chosen, probe=probe)
    for index, page in enumerate(pages[:-1]):
        cursor = json.loads(json.dumps(page.cursor))
        rest = every(keyyo, "incoming", lines=chosen, probe=probe, cursor=cursor)
        assert keys(rest) == keys(pages[index + 1 :])


def test_a_cursor_of_a_line_that_is_gone_starts_over(keyyo, lines):
    gone = {"line": "33199009999", "offset": 500}
    assert keys(every(keyyo, "incoming", lines=lines[:2], cursor=gone)) == keys(
        every(keyyo, "incoming", lines=lines[:2])
    )


def test_without_the_right_to_account_lists_lines_are_read(client_for, sandbox, keyyo):
    assert probe_calls(client_for(scopes=("cti_admin",))) == {"account_lists": False}
    body = {"_embedded": {"CallDetailRecord": [{"call_id": "1"}]}}
    sandbox.faults.add("keyyo", "incoming_call_detail", status=200, body=json.dumps(body), times=1)
    assert probe_calls(keyyo) == {"account_lists": False}


def test_a_page_with_rows_of_another_line_is_not_read(sandbox, keyyo, lines):
    body = {"_embedded": {"CallDetailRecord": [row(csi=lines[0]), row(csi=lines[1])]}}
    sandbox.faults.add("keyyo", "incoming_call_detail", status=200, body=json.dumps(body), times=1)
    with pytest.raises(UnexpectedAnswer):
        every(keyyo, "incoming", lines=lines[:1])


def test_the_night_with_two_three_o_clocks_is_read_whole(keyyo, lines):
    night = Window(datetime(2026, 10, 24, 22, 0, tzinfo=UTC), datetime(2026, 10, 25, 12, 0, tzinfo=UTC))
    hours = [
        Window(night.start_at + timedelta(hours=h), night.start_at + timedelta(hours=h + 1))
        for h in range(14)
    ]
    parts = [
        key
        for hour in hours
        for stream in STREAMS
        for key in keys(every(keyyo, stream, lines=lines, window=hour, probe={"account_lists": True}))
    ]
    whole = [
        key
        for stream in STREAMS
        for key in keys(every(keyyo, stream, lines=lines, window=night, probe={"account_lists": True}))
    ]
    assert sorted(parts) == sorted(whole) and len(whole) > 3
