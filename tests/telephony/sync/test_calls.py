"""Storing: once, twice, late, changed, moved, hostile; and never into another tenant."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from msgspec.structs import replace

from accounts.scoping import ForeignTenant, tenant_scope
from portal.lib.canonical import canonical_json
from telephony.models import Call, CallRecord, Connection, Entity, UnreadableRecord
from telephony.services import calls
from tests.telephony.sync.conftest import LINE, NOON, OTHER_LINE, make_draft

TABLES = ("telephony_call", "telephony_callrecord")


def versions() -> set[tuple[Any, ...]]:
    """What PostgreSQL itself says about every stored row: a row written again has another one."""
    with database.cursor() as cursor:
        rows: set[tuple[Any, ...]] = set()
        for table in TABLES:
            cursor.execute(f"SELECT '{table}', id, ctid::text, xmin::text FROM {table}")
            rows.update(cursor.fetchall())
    return rows


def internal_pair(number: int = 7) -> list[Any]:
    placed = make_draft(
        number,
        stream="outgoing",
        direction="outbound",
        caller=f"+{LINE}",
        callee=f"+{OTHER_LINE}",
        cost_micros=1000,
    )
    received = make_draft(
        number, remote_key=f"{OTHER_LINE}:c{number}", caller=f"+{LINE}", callee=f"+{OTHER_LINE}",
        line_remote_id=OTHER_LINE,
    )  # fmt: skip
    return [placed, received]


def test_a_record_becomes_a_call(in_alice: Connection) -> None:
    result = calls.store(in_alice, [make_draft(1)], NOON)

    assert result == calls.StoreResult(new=1)
    call = Call.objects.get()
    assert (call.caller, call.callee, call.outcome, call.duration_s) == (
        "+33261910001",
        f"+{LINE}",
        "answered",
        60,
    )
    assert call.line == Entity.objects.get(remote_id=LINE)
    assert call.caller_reversed == "+33261910001"[::-1]
    assert CallRecord.objects.get().call == call


def test_a_second_time_writes_no_row(in_alice: Connection) -> None:
    drafts = [make_draft(number) for number in range(50)] + internal_pair(200)
    calls.store(in_alice, drafts, NOON)
    before = versions()

    result = calls.store(in_alice, list(reversed(drafts)), NOON + timedelta(hours=1))

    assert result == calls.StoreResult(unchanged=52)
    assert versions() == before


def test_a_changed_record_is_written_alone(in_alice: Connection) -> None:
    drafts = [make_draft(number) for number in range(10)]
    calls.store(in_alice, drafts, NOON)
    before = versions()
    drafts[3] = replace(drafts[3], duration_s=75, raw={"call_id": "c3", "quantity": "75"})

    result = calls.store(in_alice, drafts, NOON + timedelta(hours=1))

    assert (result.new, result.changed, result.unchanged) == (0, 1, 9)
    assert len(versions() - before) == 2  # the record and its call
    assert Call.objects.get(fold_key="c3").duration_s == 75
    record = CallRecord.objects.get(fold_key="c3")
    assert (record.first_seen_at, record.changed_at) == (NOON, NOON + timedelta(hours=1))


def test_a_change_that_the_call_does_not_show_leaves_the_call(in_alice: Connection) -> None:
    calls.store(in_alice, [make_draft(1)], NOON)
    before = versions()

    calls.store(in_alice, [make_draft(1, raw={"call_id": "c1", "quantity": "60", "repayment": "0"})], NOON)

    assert [row[0] for row in versions() - before] == ["telephony_callrecord"]


def test_two_sides_of_an_internal_call_are_one_call_however_they_arrive(in_alice: Connection) -> None:
    placed, received = internal_pair()
    calls.store(in_alice, [received], NOON)
    first_id = Call.objects.get().pk

    calls.store(in_alice, [placed], NOON)

    call = Call.objects.get()
    assert (call.pk, call.direction, call.record_count, call.cost_micros) == (first_id, "internal", 2, 1000)
    assert set(CallRecord.objects.values_list("call_id", flat=True)) == {call.pk}


def test_a_start_never_changes(in_alice: Connection) -> None:
    placed, received = internal_pair()
    calls.store(in_alice, [received], NOON)

    calls.store(in_alice, [replace(placed, started_at=received.started_at - timedelta(seconds=5))], NOON)

    assert Call.objects.get().started_at == received.started_at


def test_a_record_that_moves_to_another_call_takes_the_empty_one_away(in_alice: Connection) -> None:
    calls.store(in_alice, [make_draft(1), make_draft(2)], NOON)

    calls.store(in_alice, [make_draft(1, fold_key="c2")], NOON)

    call = Call.objects.get()
    assert (call.fold_key, call.record_count) == ("c2", 2)
    assert set(CallRecord.objects.values_list("call_id", flat=True)) == {call.pk}


def test_a_line_that_becomes_known_later_gets_its_calls(in_alice: Connection) -> None:
    calls.store(in_alice, [make_draft(1, line_remote_id="33199001099")], NOON)
    assert Call.objects.get().line is None
    line = Entity.objects.create(
        connection=in_alice, kind="UCaaSVoIPAccount", is_line=True, remote_id="33199001099",
        checksum="", fetched_at=NOON,
    )  # fmt: skip

    assert calls.link_lines(in_alice) == 1
    assert Call.objects.get().line == line
    assert calls.link_lines(in_alice) == 0


@pytest.mark.parametrize(
    ("kind", "is_group"), [("ACDService", True), ("NumberTranslation", True), ("VirtualFaxAccount", False)]
)
def test_what_nobody_took_of_a_group_is_its_call_however_late_the_group_is_known(
    in_alice: Connection, kind: str, is_group: bool
) -> None:
    group, declared = "33199001000", in_alice.declaration.kinds[kind]
    unanswered = {"line_remote_id": group, "outcome": "missed", "duration_s": 0}
    drafts = [make_draft(1, **unanswered), make_draft(2, direction="outbound", **unanswered)]
    calls.store(in_alice, drafts, NOON)
    assert set(Call.objects.values_list("group_remote_id", flat=True)) == {""}
    line = Entity.objects.create(
        connection=in_alice, kind=kind, facet=declared.facet.value, is_line=declared.is_line, remote_id=group,
        checksum="", fetched_at=NOON,
    )  # fmt: skip
    calls.link_lines(in_alice)

    late = list(Call.objects.order_by("fold_key").values_list("line", "group_remote_id"))
    assert late == [(line.pk, group if is_group else ""), (line.pk, "")]
    CallRecord.objects.all().delete()
    Call.objects.all().delete()
    calls.store(in_alice, drafts, NOON)
    assert list(Call.objects.order_by("fold_key").values_list("line", "group_remote_id")) == late


@pytest.mark.parametrize("text", ["a\tb", "a\\b", "a\nb\r", "\\N", "\\.", "é\u2028", "nul\0", '"', "\ud800"])
def test_hostile_text_is_kept_as_text(in_alice: Connection, text: str) -> None:
    calls.store(in_alice, [make_draft(1, caller=text, raw={"caller": text, "rest": [1, None]})], NOON)

    stored = text.replace("\0", "").encode(errors="replace").decode()
    assert Call.objects.get().caller == stored
    assert CallRecord.objects.get().raw["rest"] == [1, None]


def test_the_document_is_kept_as_it_was_written(in_alice: Connection) -> None:
    raw = {"b": [1, None, "é"], "a": {"y": 2.50, "x": 10**20}, "c": None}
    calls.store(in_alice, [make_draft(1, raw=raw)], NOON)

    record = CallRecord.objects.get()
    assert record.raw == raw
    with database.cursor() as cursor:
        cursor.execute("SELECT raw::text FROM telephony_callrecord")
        assert cursor.fetchone() == (canonical_json(raw),)
    record.raw = {**raw, "c": "a change by hand"}
    record.save()
    record.refresh_from_db()
    assert record.raw["c"] == "a change by hand"


@pytest.mark.parametrize("key", ['a"b', "a\\b", "a,b", "{a}", "a'b", "NULL", "a\x1fb", "é\n"])
def test_a_key_of_any_text_is_found_again(in_alice: Connection, key: str) -> None:
    drafts = [make_draft(1, remote_key=key, fold_key=key), make_draft(2)]
    calls.store(in_alice, drafts, NOON)

    assert calls.store(in_alice, drafts, NOON) == calls.StoreResult(unchanged=2)


@pytest.mark.parametrize(
    "values",
    [
        {"remote_key": "k" * 121},
        {"destination": "d" * 81},
        {"duration_s": 366 * 86_400 + 1},
        {"cost_micros": -(10**13) - 1},
        {"duration_s": -1},
        {"raw": {"labels": {"a", "b"}}},  # no JSON
    ],
)
def test_a_row_that_does_not_fit_is_set_aside_alone(in_alice: Connection, values: dict[str, Any]) -> None:
    result = calls.store(in_alice, [make_draft(1, **values), make_draft(2)], NOON)

    assert (result.new, result.unreadable) == (1, 1)
    assert UnreadableRecord.objects.get().reason
    calls.store(in_alice, [make_draft(1, **values)], NOON)
    assert UnreadableRecord.objects.count() == 1


def test_the_same_keys_of_two_tenants_are_two_calls(alice: Connection, bob: Connection) -> None:
    for connection in (alice, bob):
        with tenant_scope(connection.tenant_id):
            assert calls.store(connection, [make_draft(1)], NOON).new == 1
            assert Call.objects.count() == 1


def test_another_tenants_connection_is_refused(alice: Connection, bob: Connection) -> None:
    with tenant_scope(alice.tenant_id), pytest.raises(ForeignTenant):
        calls.store(bob, [make_draft(1)], NOON)
