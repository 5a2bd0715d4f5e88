"""What a reading of a whole stretch of time says of the records beside their rows: open, never ended, or gone.

A record that the provider no longer lists is kept and counted, and says so. An open call widens the next cycle until it
has ended; after a day it is taken for one that the provider will never end.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from telephony.models import CallRecord, Connection
from telephony.providers.drafts import CallPage
from telephony.services import call_store_sql as sql

OPEN_FOR = timedelta(hours=24)


def settle(connection: Connection, page: CallPage, now: datetime) -> None:
    """Note the standing of all records in the stretch that a stored page covers; a page that covers none says nothing.

    Runs in the transaction that stored the page.
    """
    if page.covers is None:
        return
    with sql.open_cursor() as cursor:
        sql.settle_standings(
            cursor,
            connection.tenant_id,
            connection.pk,
            page.stream,
            (page.covers.start_at, page.covers.end_at),
            [(draft.remote_key, draft.is_open) for draft in page.drafts],
            now - OPEN_FOR,
        )


def open_since(connection: Connection, now: datetime) -> datetime | None:
    """The start of the oldest call that may still end, None where none is open."""
    still_open = CallRecord.objects.filter(
        connection=connection, standing=CallRecord.Standing.OPEN, started_at__gte=now - OPEN_FOR
    )
    return still_open.order_by("started_at").values_list("started_at", flat=True).first()
