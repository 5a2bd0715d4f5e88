"""A year of calls of fifty tenants of very different sizes, made by the database in one statement.

The nth tenant has an nth of the calls of the first (Zipf), and as many lines as give each some forty calls a working
day; each line answers for one queue. Calls come day by day with those of all tenants among each other, as syncs bring
them. What looks like chance is a hash of the call's number, so that the same calls come each time. They have no records:
no figure reads them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import accumulate
from typing import Any

from django.db import connection as database

from accounts.scoping import tenant_scope
from telephony.bench.world import DAYS, END, make_connection
from telephony.models import Connection, Coverage, Entity
from telephony.services import rollups

TENANTS = 50
CALLS_OF_LINE, FEWEST_LINES, QUEUES = 10_000, 10, 8
SLUG = "bench-tenant-{:02d}"
LARGEST = SLUG.format(1)

# How busy each hour of the day is.
_HOURS = [str(hour) for hour, weight in enumerate("000000112343214432211101") for _ in range(int(weight))]
# Ranges that are reserved for fiction, but for their last three digits.
_OUTSIDE = (
    *("+33199005", "+33261911", "+33353011", "+33465711", "+33536491", "+33639981", "+33639982", "+33639983"),
    *("+442079460", "+447700900", "+493023125", "+353209100"),
)
_INBOUND = [*["answered"] * 13, *["missed"] * 3, "abandoned", "timed_out", "busy", "voicemail"]
_OUTBOUND = [*["answered"] * 17, "failed", "cancelled", "busy"]
_CHANCES = (
    *("tenant", "line", "side", "week", "hour", "second"),
    *("range", "number", "ended", "talked", "waited", "routed"),
)


def _one_of(words: Sequence[str], chance: str) -> str:
    return f"(ARRAY[{', '.join(repr(word) for word in words)}])[1 + floor({chance} * {len(words)})::int]"


# From 0 up to, and without, 1.
_ROLLED = ", ".join(
    f"(hashint8extended(n, {seed}) & 1048575) / 1048576::float8 AS {name}"
    for seed, name in enumerate(_CHANCES)
)
_CALLS = f"""
INSERT INTO telephony_call (tenant_id, connection_id, fold_key, started_at, medium, direction, outcome,
    caller, caller_reversed, callee, callee_reversed, duration_s, wait_s, cost_micros, unit, destination,
    line_id, line_remote_id, group_remote_id, record_count, is_time_ambiguous)
SELECT line.tenant_id, line.connection_id, 'c' || n, at, 'voice', direction, outcome,
       caller, reverse(caller), callee, reverse(callee), talk_s,
       CASE WHEN direction = 'inbound' THEN (-ln(1 - rolled.waited) * 14)::int END,
       CASE WHEN direction = 'outbound' THEN talk_s * 300 END, 'second', '',
       line.id, line.remote_id,
       CASE WHEN direction = 'inbound' AND routed < 0.3 THEN 'queue-' || line.place %% {QUEUES} ELSE '' END,
       1, false
  FROM generate_series(0::bigint, %(calls)s - 1) AS n
 CROSS JOIN LATERAL (SELECT {_ROLLED}) AS rolled
  JOIN bench_owner AS owner ON owner.place = width_bucket(rolled.tenant, %(thresholds)s::float8[])
  JOIN bench_line AS line ON line.tenant_id = owner.tenant_id AND line.place = floor(rolled.line * owner.lines)::int
 CROSS JOIN LATERAL (SELECT %(first)s::date + (n * {DAYS} / %(calls)s)::int AS day) AS even
 CROSS JOIN LATERAL (SELECT extract(isodow FROM even.day) > 5 AND week < 0.8 AS is_moved) AS weekend
 CROSS JOIN LATERAL (
    SELECT (even.day - CASE WHEN is_moved THEN 2 ELSE 0 END
            + (rolled.second + {_one_of(_HOURS, "rolled.hour")}::int) * interval '1 hour')
           AT TIME ZONE 'Europe/Paris' AS at) AS begun
 CROSS JOIN LATERAL (
    SELECT {_one_of(_OUTSIDE, "range * range")}
           || lpad(floor(rolled.number * rolled.number * 1000)::text, 3, '0') AS outside,
           CASE WHEN side < 0.4 THEN 'outbound' ELSE 'inbound' END AS direction) AS other
 CROSS JOIN LATERAL (
    SELECT CASE WHEN direction = 'outbound' THEN line.number ELSE outside END AS caller,
           CASE WHEN direction = 'outbound' THEN outside ELSE line.number END AS callee,
           CASE WHEN direction = 'outbound' THEN {_one_of(_OUTBOUND, "ended")}
                ELSE {_one_of(_INBOUND, "ended")} END AS outcome) AS sides
 CROSS JOIN LATERAL (
    SELECT CASE WHEN outcome = 'answered' THEN 1 + (-ln(1 - rolled.talked) * 180)::int ELSE 0 END AS talk_s) AS length
"""
_LINES = """
CREATE TEMPORARY TABLE bench_line AS
    SELECT id, tenant_id, connection_id, remote_id, number,
           (row_number() OVER (PARTITION BY tenant_id ORDER BY id) - 1)::int AS place
      FROM telephony_entity WHERE is_line;
CREATE TEMPORARY TABLE bench_owner AS
    SELECT tenant_id, (row_number() OVER (ORDER BY tenant_id))::int AS place, count(*) AS lines
      FROM bench_line GROUP BY 1;
ANALYZE bench_line, bench_owner;
"""


def fill(calls: int) -> None:
    """So many calls in all, with their roll-ups and coverage, in the database that is worked in."""
    parts = [1 / place for place in range(1, TENANTS + 1)]
    shares = [part / sum(parts) for part in parts]
    connections = [
        _make(place, round(calls * share / CALLS_OF_LINE)) for place, share in enumerate(shares, 1)
    ]
    values: dict[str, Any] = {
        "calls": calls,
        "thresholds": [0.0, *accumulate(shares[:-1])],
        "first": (END - timedelta(days=DAYS)).date(),
    }
    with database.cursor() as cursor:
        cursor.execute(_LINES)
        with _bare("telephony_call"):
            cursor.execute(_CALLS, values)
        cursor.execute("ANALYZE telephony_call")
    for connection in connections:
        with tenant_scope(connection.tenant_id):
            rollups.rebuild()
    with database.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _make(place: int, lines: int) -> Connection:
    """The tenant of that place, with as many lines as it needs, some queues, and every day's calls here."""
    numbers = [f"3319900{number:04d}" for number in range(1000, 1000 + max(FEWEST_LINES, lines))]
    connection = make_connection(SLUG.format(place), numbers)
    with tenant_scope(connection.tenant_id):
        Entity.objects.bulk_create(
            Entity(
                connection=connection,
                kind="ACDService",
                facet=Entity.Facet.QUEUE,
                remote_id=f"queue-{number}",
                name=f"Queue {number}",
                checksum="",
                fetched_at=END,
            )
            for number in range(QUEUES)
        )
        Coverage.objects.bulk_create(
            Coverage(
                connection=connection,
                day=(END - timedelta(days=days)).date(),
                state=Coverage.State.COMPLETE,
                read_at=END,
            )
            for days in range(DAYS + 2)
        )
    return connection


@contextmanager
def _bare(table: str) -> Iterator[None]:
    """Rows come many times faster where neither index nor trigger looks at each; both are as before afterwards."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'u'",
            [table],
        )
        constraints = cursor.fetchall()
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for name, _definition in constraints:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        cursor.execute(
            "SELECT relname, pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
            " WHERE indrelid = %s::regclass AND NOT indisprimary",
            [table],
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        yield
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for name, definition in constraints:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        for _name, definition in indexes:
            cursor.execute(definition)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("RESET maintenance_work_mem")
