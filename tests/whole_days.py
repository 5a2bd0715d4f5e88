"""Days whose calls are here, for tests of figures that are whole."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from telephony.models import Connection, Coverage


def read_whole(connection: Connection, days: int = 400) -> None:
    """So many days before today are whole but for those that a test says otherwise of. In its tenant's scope."""
    now = timezone.now()
    today = now.astimezone(ZoneInfo(connection.time_zone)).date()
    rows = [
        Coverage(connection=connection, day=today - timedelta(days=back), state="complete", read_at=now)
        for back in range(1, days + 1)
    ]
    rows.append(Coverage(connection=connection, day=today, state="partial", complete_until=now, read_at=now))
    Coverage.objects.bulk_create(rows, ignore_conflicts=True)
