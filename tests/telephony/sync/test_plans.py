"""Each key that is looked up costs one look into its index, also where PostgreSQL has never heard of the tenant."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import connection as database
from django.db import transaction
from django.test.utils import CaptureQueriesContext

from accounts.scoping import tenant_scope
from telephony.models import Connection
from telephony.services import call_store_sql as sql
from telephony.services import calls
from tests.telephony.sync.conftest import NOON, make_draft

COUNT = 2_000
LookUp = Callable[[Any, int, int, list[str]], list[Any]]


def _records(cursor: Any, tenant_id: int, connection_id: int, keys: list[str]) -> list[Any]:
    stream = make_draft(1).stream
    return sql.known_records(
        cursor, tenant_id, connection_id, stream, [make_draft(int(key[1:])).remote_key for key in keys]
    )


# The indexes that each look-up goes through, and the condition in each of them.
RECORD = ("call_record_once", "remote_key)::text = wanted.key")
CALL = ("call_once", "fold_key)::text = wanted.key")
RECORD_OF_CALL = ("call_record_call", "call_id = stored.id")
LOOK_UPS: dict[str, tuple[LookUp, list[tuple[str, str]]]] = {
    "records": (_records, [RECORD]),
    "records of folds": (sql.records_of_folds, [CALL, RECORD_OF_CALL]),
    "known records of folds": (sql.known_records_of_folds, [CALL, RECORD_OF_CALL]),
    "calls": (sql.known_calls, [CALL]),
}


@pytest.mark.parametrize("state", ["never analysed", "another tenant analysed", "analysed before its commit"])
@pytest.mark.parametrize("name", LOOK_UPS)
def test_a_look_up_uses_the_index_of_its_key(
    alice: Connection, bob: Connection, name: str, state: str
) -> None:
    look_up, indexes = LOOK_UPS[name]
    if state == "never analysed":
        _forget()  # what other tests left: PostgreSQL's word that they are empty, and indexes of any size
    if state == "another tenant analysed":
        _fill(bob)
        with database.cursor() as cursor:
            cursor.execute("ANALYZE telephony_call, telephony_callrecord")
    if state == "analysed before its commit":
        _fill_in_vain(alice)
    _fill(alice)
    if state == "analysed before its commit":
        with psycopg.connect(**database.get_connection_params() | {"autocommit": True}) as other:
            other.execute("ANALYZE telephony_call, telephony_callrecord")
    if state != "another tenant analysed":
        with sql.open_cursor() as cursor:
            sql.mend_estimates(cursor)  # as whoever stores calls does before looking any up
    keys = [make_draft(number).fold_key for number in range(0, COUNT, 20)]
    with CaptureQueriesContext(database) as queries, sql.open_cursor() as cursor:
        assert len(look_up(cursor, alice.tenant_id, alice.pk, keys)) == len(keys)
    plan = _plan(queries[-1]["sql"])

    nodes = _nodes(plan)
    assert not [node for node in nodes if node["Node Type"] == "Seq Scan"]
    scans = [node for node in nodes if "Index Name" in node]
    assert [scan["Index Name"] for scan in scans] == [index for index, _ in indexes]
    for scan, (_, condition) in zip(scans, indexes, strict=True):
        assert condition in scan["Index Cond"]
        assert scan.get("Rows Removed by Filter", 0) == 0
        assert scan["Actual Loops"] == len(keys)


def test_a_table_that_nobody_counted_is_counted_once(alice: Connection) -> None:
    _forget()
    _fill(alice)
    with CaptureQueriesContext(database) as queries, sql.open_cursor() as cursor:
        sql.mend_estimates(cursor)
        sql.mend_estimates(cursor)
    assert [query["sql"].split()[0] for query in queries] == ["SELECT", "ANALYZE", "SELECT"]


def _forget() -> None:
    """Until the end of the test the tables are as new."""
    with database.cursor() as cursor:
        cursor.execute("TRUNCATE telephony_call, telephony_callrecord CASCADE")


def _fill(connection: Connection) -> None:
    with tenant_scope(connection.tenant_id):
        calls.store(connection, [make_draft(number) for number in range(COUNT)], NOON)


def _fill_in_vain(connection: Connection) -> None:
    """Have the tables counted, if need be, so that filling them counts nothing and holds no lock for that."""
    with transaction.atomic():
        _fill(connection)
        with sql.open_cursor() as cursor:
            sql.mend_estimates(cursor)
        transaction.set_rollback(True)


def _plan(statement: str) -> dict[str, Any]:
    with database.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING off, FORMAT json) {statement}")
        found = cursor.fetchone()[0]
    return dict((json.loads(found) if isinstance(found, str) else found)[0]["Plan"])


def _nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for child in plan.get("Plans", ()) for node in _nodes(child))]
