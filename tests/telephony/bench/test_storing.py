"""The ways of storing that are measured against each other still leave the same records."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection as database

from accounts.scoping import tenant_scope
from telephony.bench import storing
from telephony.bench.world import END, drafts, make_connection
from telephony.models import CallRecord, Connection
from telephony.services import calls

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Iterator[Connection]:
    made = make_connection("bench-storing")
    with tenant_scope(made.tenant_id):
        yield made


def test_each_way_stores_every_draft(connection: Connection) -> None:
    made = drafts(40)
    storing.make_twin()
    storing.copy_plainly(connection, made, END)
    with database.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM bench_callrecord_twin")
        assert cursor.fetchone() == (40,)

    storing.bulk_create(connection, made, END)
    keys = set(CallRecord.objects.values_list("stream", "remote_key", "call__fold_key", "duration_s"))
    assert len(keys) == 40
    CallRecord.objects.all().delete()

    calls.store(connection, made, END)
    assert set(CallRecord.objects.values_list("stream", "remote_key", "call__fold_key", "duration_s")) == keys
