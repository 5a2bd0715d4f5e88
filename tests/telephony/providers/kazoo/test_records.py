"""Reading call records: spans, pages, cursors, and what a row must hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.lib.errors import Unavailable
from portal.lib.wire_rows import row_text
from telephony.providers.drafts import CallRecordDraft, Window
from telephony.providers.kazoo.legs import Legs
from telephony.providers.kazoo.records import LONGEST_CALL, probe_calls, read_calls
from telephony.providers.kazoo.times import EPOCH_S, to_gregorian
from tests.telephony.providers.kazoo.legs_of_calls import ANNA, BEGAN, from_outside, leg, to_phone
from tests.telephony.providers.kazoo.served import Seen, Told, error, success

UTC_ZONE = ZoneInfo("UTC")
START = datetime(2026, 1, 1, tzinfo=UTC)
WIDEST_S = 2_682_000


def _read(client: Any, window: Window, cursor: Any = None) -> list[Any]:
    return list(read_calls(client, stream="cdrs", window=window, zone=UTC_ZONE, lines=(ANNA,), cursor=cursor))


def _row(name: str, made_g: int) -> dict[str, Any]:
    """A record that was made at that Gregorian second, of a call of five seconds."""
    return leg(
        name,
        0,
        0,
        5,
        "NORMAL_CLEARING",
        direction="inbound",
        timestamp=str(made_g - 5),
        unix_timestamp_micro="",
    )


def _serving(made: dict[str, int], most: int, widest: int = WIDEST_S) -> Any:
    """A server with these records, newest first, that gives at most so many at a time and no wider span."""

    def answering(seen: Seen) -> Told:
        since, until = int(seen.query["created_from"]), int(seen.query["created_to"])
        if until - since > widest:
            return error(400, "validation error", {"created_from": {"date_range": {"message": "too long"}}})
        rows = sorted(((g, n) for n, g in made.items() if since <= g <= until), reverse=True)
        start = int(seen.query.get("start_key", "0"))
        page = [_row(name, g) for g, name in rows[start : start + most]]
        members = {"next_start_key": str(start + most)} if start + most < len(rows) else {}
        return success(page, page_size=str(len(page)), **members)

    return answering


@settings(deadline=None, max_examples=30, suppress_health_check=list(HealthCheck))
@given(
    days=st.lists(st.integers(0, 100 * 86_400), max_size=12, unique=True),
    length=st.integers(1, 100),
    most=st.integers(1, 5),
    widest=st.sampled_from([WIDEST_S, 10 * 86_400]),
    stop=st.integers(0, 8),
)
def test_every_record_of_the_window_comes_and_reading_goes_on_anywhere(
    kazoo, served, days, length, most, widest, stop
):
    made = {f"r{n}": to_gregorian(START) + offset for n, offset in enumerate(days)}
    served.answering = _serving(made, most, widest)
    window = Window(START, START + timedelta(days=length))

    pages = _read(kazoo, window)

    found = [draft.remote_key for page in pages for draft in page.read().drafts]
    within = {f"202403-{name}" for name, g in made.items() if g <= to_gregorian(window.end_at + LONGEST_CALL)}
    assert sorted(found) == sorted(within)
    assert [page.cursor is None for page in pages] == [False] * (len(pages) - 1) + [True]
    if stop < len(pages) - 1:
        rest = _read(kazoo, window, pages[stop].cursor)
        assert [d.remote_key for page in rest for d in page.read().drafts] == found[
            sum(len(p.read().drafts) for p in pages[: stop + 1]) :
        ]


def test_no_span_is_wider_than_the_server_allows(kazoo, served):
    served.answering = _serving({}, 5)

    _read(kazoo, Window(START, START + timedelta(days=365)))

    spans = [(int(one.query["created_from"]), int(one.query["created_to"])) for one in served.seen]
    assert all(0 <= until - since <= WIDEST_S for since, until in spans)
    assert spans[0][0] == to_gregorian(START)
    assert [since for since, _until in spans[1:]] == [until + 1 for _since, until in spans[:-1]]


def test_a_span_that_is_too_much_for_one_answer_is_halved(kazoo, served):
    answering = _serving({"r": to_gregorian(START) + 3600}, 5)

    def small(seen: Seen) -> Told:
        span = int(seen.query["created_to"]) - int(seen.query["created_from"])
        return error(416, "range not satisfiable") if span > 86_400 else answering(seen)

    served.answering = small

    pages = _read(kazoo, Window(START, START + timedelta(days=2)))

    assert [draft.remote_key for page in pages for draft in page.read().drafts] == ["202403-r"]


def test_a_key_that_comes_again_ends_the_span(kazoo, served):
    served.answer(success([_row("r", to_gregorian(START))], next_start_key="same"))

    pages = _read(kazoo, Window(START, START + timedelta(days=1)))

    assert len(pages) == 2
    assert pages[-1].cursor is None


def test_a_fault_is_not_taken_for_the_end(kazoo, served):
    served.answer(
        success([_row("r", to_gregorian(START))], next_start_key="k"), error(503, "datastore_fault")
    )

    with pytest.raises(Unavailable):
        _read(kazoo, Window(START, START + timedelta(days=1)))


def test_the_probe_finds_the_domain_of_the_account(kazoo, served):
    served.answering = lambda seen: success(
        [] if seen.path.endswith("/cdrs") else {"realm": "blue.example.com"}
    )
    assert probe_calls(kazoo) == {"account_lists": True, "realm": "blue.example.com"}

    served.answer(error(403, "forbidden"))
    assert probe_calls(kazoo) == {"account_lists": False}


# ---- rows ----

READER = Legs(frozenset({ANNA}), "blue.example.com")


def draft_of(row: dict[str, Any]) -> CallRecordDraft:
    return READER.draft(row_text(row))


def test_a_row_is_read_with_its_texts_for_numbers():
    draft = draft_of({**to_phone("b", 0.25, ANNA, 7, 68, "NORMAL_CLEARING"), "cost": "1250"})

    assert (draft.remote_key, draft.fold_key) == ("202403-b", f"{BEGAN + EPOCH_S}-8c2e11aa")
    assert draft.started_at == datetime.fromtimestamp(BEGAN + 0.25, UTC)
    assert (draft.duration_s, draft.wait_s, draft.cost_micros) == (68, 7, 125_000)
    assert (draft.stream, draft.medium, draft.line_remote_id) == ("cdrs", "voice", ANNA)


def test_a_leg_of_no_interaction_is_a_call_of_its_own():
    assert draft_of({**from_outside(1, 2), "interaction_id": ""}).fold_key == "202403-a"


def test_columns_that_are_left_out_are_as_empty():
    row = from_outside(9, 50)
    bare = {name: value for name, value in row.items() if value not in ("", [])}
    bare.pop("unix_timestamp_micro")

    whole, short = draft_of({**row, "unix_timestamp_micro": ""}), draft_of(bare)

    assert (short.direction, short.outcome, short.caller, short.callee) == (
        whole.direction, whole.outcome, whole.caller, whole.callee
    )  # fmt: skip
    assert short.cost_micros == 0


@pytest.mark.parametrize("told", ["1500000000.25", "1e999.", "nan.", "1.2.3", "inf", 0.5, True])
def test_a_fraction_that_belongs_to_another_moment_or_to_none_is_not_believed(told):
    row = {**from_outside(1, 2), "unix_timestamp_micro": told}

    assert draft_of(row).started_at == datetime.fromtimestamp(BEGAN, UTC)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("+33612345678", "+33612345678"),
        ("0033612345678", "+33612345678"),
        ("200", "200"),
        ("Anonymous", ""),
        ("", ""),
    ],
)
def test_numbers_are_read_as_they_are_written(written, read):
    assert (
        draft_of(from_outside(1, 2) | {"caller_id_number": written, "calling_from": written}).caller == read
    )


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from(sorted(from_outside(1, 2))),
        st.one_of(
            st.none(),
            st.text(max_size=12),
            st.integers(),
            st.floats(),
            st.lists(st.text(max_size=3), max_size=2),
        ),
    )
)
def test_any_row_is_read_or_set_aside(columns):
    row = from_outside(1, 2) | columns
    try:
        draft = draft_of(row)
    except (KeyError, ValueError, TypeError, OverflowError):
        return
    assert draft.remote_key and draft.started_at.tzinfo is UTC
    assert draft.direction in ("inbound", "outbound", "internal")


def test_rows_that_cannot_be_read_are_set_aside(kazoo, served):
    served.answer(success([{"id": "x", "timestamp": "never"}, _row("r", to_gregorian(START)), {}]))

    (page,) = _read(kazoo, Window(START, START + timedelta(days=1)))

    assert [draft.remote_key for draft in page.read().drafts] == ["202403-r"]
    assert [row.stream for row in page.read().unreadable] == ["cdrs", "cdrs"]
