"""Rows without an identifier: twins are numbered once, and keep their numbers while they change, come and go."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telephony.models import Call, CallRecord, Connection
from telephony.providers.drafts import CallPage, CallRecordDraft, Window
from telephony.services import calls, standings, twins
from telephony.services.twins import Twin, numbered
from tests.telephony.sync.conftest import NOON, make_draft

STRETCH = Window(NOON - timedelta(hours=1), NOON + timedelta(hours=1))
lines = st.sampled_from(["", "Ana", "Tom"])
rows = st.builds(lambda line, talk: Twin({"talk": talk}, line), lines, st.integers(0, 2))


def alike(line: str, talk: int, **values: Any) -> CallRecordDraft:
    """One of several calls of the same second and numbers."""
    given = {"remote_key": "k", "fold_key": "f", "line_remote_id": line, "raw": {"talk": talk, "line": line}}
    return make_draft(1, **{**given, **values})


def read(connection: Connection, *drafts: CallRecordDraft) -> None:
    """A reading of the whole stretch, stored as a run does."""
    page = twins.told_apart(connection, CallPage(stream="incoming", drafts=drafts, covers=STRETCH))
    calls.store(connection, page.drafts, NOON)
    standings.settle(connection, page, NOON)


def stored() -> dict[str, tuple[Any, str]]:
    return {
        key: (raw["talk"], standing)
        for key, raw, standing in CallRecord.objects.values_list("remote_key", "raw", "standing")
    }


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(rows, max_size=6), st.dictionaries(st.integers(1, 6), rows, max_size=6))
def test_numbers_are_different_and_the_same_content_keeps_its_own(
    read: list[Twin], known: dict[int, Twin]
) -> None:
    numbers = numbered(read, known)

    assert len(set(numbers)) == len(read) == len(numbers)
    assert min(numbers, default=1) >= 1
    unchanged = numbered(list(known.values()), known)
    assert sorted(unchanged) == sorted(known)
    for twin in known.values():
        kept = [known[number] for number, one in zip(numbers, read, strict=True) if number in known]
        wanted = min(read.count(twin), list(known.values()).count(twin))
        assert kept.count(twin) >= wanted
    if not known:
        assert sorted(numbers) == list(range(1, len(read) + 1))


def test_two_calls_of_one_key_are_two_records_and_two_calls(in_alice: Connection) -> None:
    read(in_alice, alike("Ana", 10), alike("Tom", 20))

    assert stored() == {"k": (10, ""), "k~2": (20, "")}
    assert set(Call.objects.values_list("fold_key", flat=True)) == {"f", "f~2"}


def test_they_keep_their_keys_whatever_order_they_come_in(in_alice: Connection) -> None:
    read(in_alice, alike("Ana", 10), alike("Tom", 20))
    before = set(CallRecord.objects.values_list("pk", "changed_at"))

    read(in_alice, alike("Tom", 20), alike("Ana", 10))

    assert set(CallRecord.objects.values_list("pk", "changed_at")) == before


def test_the_one_that_changed_is_found_by_its_line_and_then_by_elimination(in_alice: Connection) -> None:
    read(in_alice, alike("", 0), alike("Tom", 20))
    read(in_alice, alike("Tom", 25), alike("Ana", 3))

    assert stored() == {"k": (3, ""), "k~2": (25, "")}


def test_the_one_that_is_gone_says_so_and_may_come_back(in_alice: Connection) -> None:
    read(in_alice, alike("Ana", 10), alike("Tom", 20))
    read(in_alice, alike("Tom", 20))
    assert stored() == {"k": (10, "gone"), "k~2": (20, "")}
    assert Call.objects.count() == 2

    read(in_alice, alike("Tom", 20), alike("Ana", 10))
    assert stored() == {"k": (10, ""), "k~2": (20, "")}


def test_pages_that_do_not_cover_their_stretch_are_left_as_they_are(in_alice: Connection) -> None:
    page = CallPage(stream="incoming", drafts=[alike("Ana", 1), alike("Ana", 1)])

    assert twins.told_apart(in_alice, page) is page


def test_the_standing_is_that_of_the_last_reading(in_alice: Connection) -> None:
    younger = NOON - timedelta(minutes=30)
    read(in_alice, alike("Ana", 1, is_open=True, started_at=younger))
    assert stored() == {"k": (1, "open")}
    assert standings.open_since(in_alice, NOON) == younger
    assert standings.open_since(in_alice, NOON + timedelta(days=1)) is None

    read(in_alice, alike("Ana", 9, started_at=younger))
    assert stored() == {"k": (9, "")}
    assert standings.open_since(in_alice, NOON) is None


def test_a_call_open_for_a_day_is_stale(in_alice: Connection) -> None:
    draft = alike("Ana", 1, is_open=True)
    page = CallPage(stream="incoming", drafts=[draft], covers=STRETCH)
    calls.store(in_alice, page.drafts, NOON)

    standings.settle(in_alice, page, NOON + timedelta(hours=24, seconds=2))

    assert stored() == {"k": (1, "stale")}
    assert standings.open_since(in_alice, NOON + timedelta(hours=1)) is None


def test_only_the_stretch_and_the_stream_are_judged(in_alice: Connection) -> None:
    others = [
        alike(
            "Ana", 1, remote_key="before", fold_key="b", started_at=STRETCH.start_at - timedelta(seconds=1)
        ),
        alike("Ana", 2, remote_key="after", fold_key="a", started_at=STRETCH.end_at),
        alike("Ana", 3, remote_key="other", fold_key="o", stream="outgoing"),
    ]
    calls.store(in_alice, [*others, alike("Ana", 4)], NOON)
    page = CallPage(stream="incoming", covers=STRETCH)
    standings.settle(in_alice, page, NOON)
    standings.settle(in_alice, replace(page, covers=None), NOON)

    assert stored() == {"before": (1, ""), "after": (2, ""), "other": (3, ""), "k": (4, "gone")}
