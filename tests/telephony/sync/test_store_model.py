"""Storing against a model of it: whatever is sent, in whatever order and batches, the tables tell of the last of it."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import timedelta

import pytest

from telephony.models import Call, CallRecord, Connection
from telephony.providers.drafts import CallRecordDraft
from telephony.services import calls
from telephony.services.folding import fold
from tests.telephony.sync.conftest import LINE, NOON, OTHER_LINE, make_draft
from tests.telephony.sync.test_calls import versions


def any_draft(chance: random.Random) -> CallRecordDraft:
    """One of few records in one of few calls, so that records come again, change, and move to another call."""
    number, call = chance.randrange(8), chance.randrange(6)
    line = chance.choice((LINE, OTHER_LINE))
    is_placed = chance.random() < 0.3
    duration_s = chance.choice((0, 60, 60, 75))
    return make_draft(
        number,
        stream="outgoing" if is_placed else "incoming",
        direction="outbound" if is_placed else "inbound",
        fold_key=f"call{call}",
        started_at=NOON,
        line_remote_id=line,
        outcome="answered" if duration_s else "missed",
        duration_s=duration_s,
        raw={"quantity": str(duration_s), "csi": line},
    )


@pytest.mark.parametrize("seed", range(30))
def test_the_tables_tell_of_the_last_of_each_record(in_alice: Connection, seed: int) -> None:
    chance = random.Random(seed)
    latest: dict[tuple[str, str], CallRecordDraft] = {}
    for turn in range(6):
        batch = [any_draft(chance) for _ in range(chance.randrange(1, 9))]
        before = latest.copy()
        latest.update({(one.stream, one.remote_key): one for one in batch})

        result = calls.store(in_alice, batch, NOON + timedelta(hours=turn))

        sent = {(one.stream, one.remote_key) for one in batch}
        assert result == calls.StoreResult(
            new=len(sent - before.keys()),
            changed=sum(key in before and before[key] != latest[key] for key in sent),
            unchanged=sum(before.get(key) == latest[key] for key in sent),
        )
        _assert_stored(latest)
    before_again = versions()
    assert calls.store(in_alice, latest.values(), NOON).unchanged == len(latest)
    assert versions() == before_again


def _assert_stored(latest: dict[tuple[str, str], CallRecordDraft]) -> None:
    groups: dict[str, list[CallRecordDraft]] = defaultdict(list)
    for draft in latest.values():
        groups[draft.fold_key].append(draft)
    records = CallRecord.objects.select_related("call")
    assert {(one.stream, one.remote_key): (one.fold_key, one.raw) for one in records} == {
        key: (draft.fold_key, draft.raw) for key, draft in latest.items()
    }
    assert all(one.call is not None and one.call.fold_key == one.fold_key for one in records)
    stored = Call.objects.select_related("line")
    assert {one.fold_key: _told(one, one.line.remote_id) for one in stored} == {
        key: _told(call, call.line_remote_id)
        for key, call in ((key, fold(group)) for key, group in groups.items())
    }


def _told(call: object, line: str) -> tuple[object, ...]:
    names = ("direction", "outcome", "caller", "callee", "duration_s", "line_remote_id", "record_count")
    return (line, *(getattr(call, name) for name in names))
