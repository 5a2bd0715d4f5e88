"""Reading the lists: spans that fit an answer, exact filtering, paging that notices what moves, cursors that go on."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.lib.canonical import canonical_json
from portal.lib.days import midnight
from portal.lib.errors import Unavailable, UnexpectedAnswer
from telephony.providers.drafts import CallPage, Window
from telephony.providers.voipcloud.client import VoipcloudClient
from telephony.providers.voipcloud.reading import STREAMS, _halves, probe_calls, read_calls
from telephony.providers.voipcloud.sandbox import VoipcloudSandbox
from tests.telephony.providers.voipcloud.conftest import NOW

SYDNEY = ZoneInfo("Australia/Sydney")


def days(first: date, last: date) -> Window:
    return Window(midnight(first, SYDNEY), min(midnight(last + timedelta(days=1), SYDNEY), NOW))


JUNE = days(date(2026, 6, 1), date(2026, 6, 30))
MAY = days(date(2026, 5, 1), date(2026, 5, 31))
TODAY = days(date(2026, 6, 17), date(2026, 6, 17))


def read(client: VoipcloudClient, window: Window, stream: str = "user", **options: Any) -> list[CallPage]:
    return list(read_calls(client, stream=stream, window=window, zone=SYDNEY, **options))


def rows_of(pages: list[CallPage]) -> Counter[str]:
    return Counter(canonical_json(dict(draft.raw)) for page in pages for draft in page.drafts)


def truth(pbx: VoipcloudSandbox, window: Window, stream: str = "user") -> Counter[str]:
    return Counter(canonical_json(row) for row in pbx.truth(stream, window.start_at, window.end_at))


@pytest.mark.parametrize("stream", STREAMS)
def test_a_month_that_fits_is_one_query(
    stream: str, voipcloud: VoipcloudClient, pbx: Any, sandbox: Any
) -> None:
    pages = read(voipcloud, MAY, stream)

    assert rows_of(pages) == truth(pbx, MAY, stream) != Counter()
    assert [(page.covers, page.cursor, page.requests) for page in pages] == [(MAY, None, 1)]
    assert sandbox.last_request.query == {
        "from_date": "2026-04-30", "to_date": "2026-06-01", "limit": "10000", "offset": "0",
    }  # fmt: skip


def test_a_full_answer_is_halved_until_it_fits(voipcloud: VoipcloudClient, pbx: Any, sandbox: Any) -> None:
    pages = read(voipcloud, MAY, most=3000)

    assert rows_of(pages) == truth(pbx, MAY)
    assert sum(page.requests for page in pages) == len(sandbox.requests) > len(pages) > 2
    covers = [page.covers for page in pages][::-1]
    assert all(
        one and two and one.end_at == two.start_at for one, two in zip(covers, covers[1:], strict=False)
    )
    assert (covers[0].start_at, covers[-1].end_at) == (MAY.start_at, MAY.end_at)  # type: ignore[union-attr]


@given(st.dates(date(2026, 1, 1), date(2026, 12, 1)), st.integers(1, 62))
def test_halves_are_the_span(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    (one, two), (three, four) = _halves(first, last)
    assert (one, four) == (first, last)
    assert two + timedelta(days=1) == three
    assert 0 <= (four - three).days - (two - one).days <= 1


def test_reading_goes_on_after_any_page(voipcloud: VoipcloudClient) -> None:
    pages = read(voipcloud, MAY, most=3000)
    for place, page in enumerate(pages[:-1]):
        rest = read(voipcloud, MAY, most=3000, cursor=page.cursor)
        assert rows_of(rest) == rows_of(pages[place + 1 :])


def test_only_rows_of_the_window_are_kept_whatever_midnight_a_date_means(
    voipcloud: VoipcloudClient, pbx: Any
) -> None:
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        window = Window(datetime(2026, 6, 9, 22, 10, tzinfo=UTC), datetime(2026, 6, 11, 3, 0, 30, tzinfo=UTC))
        pages = list(read_calls(voipcloud, stream="user", window=window, zone=ZoneInfo(zone)))
        assert rows_of(pages) == truth(pbx, window)


def test_an_empty_window_asks_nothing(voipcloud: VoipcloudClient, sandbox: Any) -> None:
    (page,) = read(voipcloud, Window(NOW, NOW))
    assert (page.drafts, page.cursor, page.covers, page.requests) == ((), None, None, 0)
    assert not sandbox.requests


def test_probing_costs_nothing(voipcloud: VoipcloudClient, sandbox: Any) -> None:
    assert probe_calls(voipcloud)["account_lists"]
    assert not sandbox.requests


def test_the_hour_that_occurs_twice_is_whole(voipcloud: VoipcloudClient, pbx: Any) -> None:
    night = days(date(2026, 4, 5), date(2026, 4, 5))
    assert night.end_at - night.start_at == timedelta(hours=25)
    pbx.store.merge({"settings": {"has_offset": False}})

    pages = read(voipcloud, days(date(2026, 4, 4), date(2026, 4, 6)))
    flagged = [draft for page in pages for draft in page.drafts if draft.is_time_ambiguous]
    assert all(draft.raw["call_start_at"].startswith("2026-04-05T02:") for draft in flagged)


def test_a_row_that_cannot_be_read_is_set_aside_alone(
    voipcloud: VoipcloudClient, sandbox: Any, pbx: Any
) -> None:
    good = pbx.truth("user", TODAY.start_at, TODAY.end_at)[0]
    body = canonical_json(
        {"code": 200, "status": "success", "data": [{**good, "is_inbound": "?"}, good, {"x": 1}]}
    )
    sandbox.faults.add("voipcloud", "get-user-calls", status=200, body=body)
    (page,) = read(voipcloud, TODAY)

    assert [draft.raw for draft in page.drafts] == [good]
    assert [row.raw for row in page.unreadable] == [{**good, "is_inbound": "?"}, {"x": 1}]


def test_an_odd_answer_is_no_empty_day(voipcloud: VoipcloudClient, sandbox: Any) -> None:
    sandbox.faults.add("voipcloud", "get-user-calls", status=200, body="{}", times=3)
    with pytest.raises(UnexpectedAnswer):
        read(voipcloud, TODAY)


# ---- a day that no answer holds ----
def test_a_full_day_is_paged_and_read_twice(voipcloud: VoipcloudClient, pbx: Any, sandbox: Any) -> None:
    pages = read(voipcloud, TODAY, most=150)

    assert rows_of(pages) == truth(pbx, TODAY)
    offsets = [int(request.query["offset"]) for request in sandbox.requests]
    assert offsets[0] == 0
    half = offsets[1:][: len(offsets) // 2]
    assert half == offsets[1 + len(half) :]
    assert half == [130 * place for place in range(len(half))]


def test_rows_that_come_and_go_meanwhile_neither_double_nor_hide_others(
    voipcloud: VoipcloudClient, pbx: Any, sandbox: Any
) -> None:
    always = truth(pbx, TODAY)
    sandbox.clock.set(NOW, 60)
    pbx.play("shifting", {"seed": 3, "times": 6, "most": 4})
    pages = read(voipcloud, TODAY, most=150)

    keys = Counter(draft.remote_key for page in pages for draft in page.drafts)
    lasting = always & truth(pbx, TODAY)
    assert not lasting - rows_of(pages)
    assert sum(keys.values()) <= sum(always.values()) + 30


def test_more_than_the_overlap_gone_at_once_is_noticed(
    voipcloud: VoipcloudClient, pbx: Any, sandbox: Any
) -> None:
    gone = iter([1])

    def remove_before_the_third(account: str, operation: str) -> None:
        if len(sandbox.requests) == 3 and next(gone, None):
            pbx.scenarios.play("remove", {"list": "user", "count": 40})

    pbx.scenarios.listeners.append(remove_before_the_third)
    pages = read(voipcloud, TODAY, most=150)

    assert rows_of(pages) == truth(pbx, TODAY)
    assert [request.query["offset"] for request in sandbox.requests].count(
        "0"
    ) == 4  # full; begun, again, once more


def test_a_day_that_never_rests_is_left_for_later(voipcloud: VoipcloudClient, pbx: Any, sandbox: Any) -> None:
    sandbox.clock.set(NOW + timedelta(minutes=1), 0)
    late = {"ago_s": 3600}
    pbx.scenarios.listeners.append(lambda account, operation: pbx.scenarios.play("call", dict(late)))

    with pytest.raises(Unavailable):
        read(voipcloud, TODAY, most=150)
    assert len(sandbox.requests) < 60


class ListClient:
    """A list in memory, newest first, that something happens to before each answer."""

    catalog = None

    def __init__(self, rows: list[dict[str, Any]], happenings: list[tuple[str, int]]) -> None:
        self.rows, self.happenings = rows, list(happenings)
        self.memory = VoipcloudMemory()
        self.made = 0

    def call(self, key: str, values: dict[str, Any]) -> Any:
        if values["offset"] and self.happenings:
            what, where = self.happenings.pop(0)
            if what == "insert":
                self.made += 1
                self.rows.insert(0, row_at(5000 + self.made, "new"))
            elif what == "late":
                self.made += 1
                self.rows.insert(where % len(self.rows), row_at(-self.made, "late"))
            elif what == "remove":
                del self.rows[where % len(self.rows)]
            elif what == "change":
                changed = self.rows[where % len(self.rows)]
                changed["user_name"] = f"{changed['user_name']}'"
        begin = values["offset"]
        rows = [dict(row) for row in self.rows[begin : begin + values["limit"]]]
        return type("Rows", (), {"items": rows})()


class VoipcloudMemory(dict[str, Any]):
    def keep(self, name: str, value: Any) -> None:
        self[name] = value


def row_at(second: int, name: str) -> dict[str, Any]:
    start = datetime(2026, 6, 10, 2, 0, tzinfo=UTC) + timedelta(seconds=second)
    return {
        "from_number": f"+6125550{abs(second) % 10_000:04d}", "to_number": "+61255500100", "user_name": name,
        "is_inbound": 1, "call_start_at": start.isoformat(), "call_duration": 9, "call_finished_at": start.isoformat(),
        "conversation_duration": 1,
    }  # fmt: skip


happenings = st.lists(
    st.tuples(st.sampled_from(["insert", "late", "remove", "change", "nothing"]), st.integers(0, 500)),
    max_size=12,
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 140), st.sets(st.integers(0, 139), max_size=20), happenings)
def test_no_row_that_was_there_all_the_time_is_missed(
    count: int, twins: set[int], happenings: list[tuple[str, int]]
) -> None:
    """200 lists of up to 160 rows, paged by 30 while rows come, go and change: 0 missing, 0 doubled."""
    rows = [row_at(second, "Ana") for second in range(count, 0, -1) for _ in range(1 + (second in twins))]
    client: Any = ListClient([dict(row) for row in rows], happenings)
    day = days(date(2026, 6, 10), date(2026, 6, 10))

    def identities(found: list[dict[str, Any]]) -> Counter[str]:
        return Counter(row["call_start_at"] for row in found)

    before = identities(client.rows)
    try:
        pages = list(read_calls(client, stream="user", window=day, zone=SYDNEY, most=30))
    except Unavailable:
        return
    seen = identities([dict(draft.raw) for page in pages for draft in page.drafts])
    after = identities(client.rows)
    assert not (before & after) - seen
    assert not seen - (before | after)
