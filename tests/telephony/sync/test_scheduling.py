"""Who is due is asked for in the same tick, however many there are."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.scoping import tenant_scope
from telephony.models import Connection, SyncRun, SyncState
from telephony.services import scheduling

MANY = scheduling.MOST_AT_ONCE + 20


def crowd(connection: Connection, *, every_s: int) -> None:
    """Connections beside this one, whose calls are due."""
    now = timezone.now()
    made = Connection.objects.bulk_create(
        Connection(
            credential=connection.credential,
            provider=connection.provider,
            slug=f"crowd-{number}",
            name=f"Crowd {number}",
            calls_every_s=every_s,
        )
        for number in range(MANY)
    )
    SyncState.objects.bulk_create(
        SyncState(connection=one, stream="calls", next_due_at=now - timedelta(seconds=number))
        for number, one in enumerate(made)
    )


def test_a_crowd_that_is_due_at_once_is_asked_for_in_one_tick(alice: Connection) -> None:
    with tenant_scope(alice.tenant_id):
        crowd(alice, every_s=60)

    assert scheduling.open_due_runs() == MANY

    with tenant_scope(alice.tenant_id):
        assert SyncRun.objects.values("connection").distinct().count() == MANY
        assert not SyncState.objects.filter(next_due_at__lte=timezone.now()).exists()
    assert scheduling.open_due_runs() == 0


def test_a_tick_ends_though_streams_are_due_all_the_time(alice: Connection) -> None:
    with tenant_scope(alice.tenant_id):
        crowd(alice, every_s=0)

    assert scheduling.open_due_runs() >= MANY

    with tenant_scope(alice.tenant_id):
        assert SyncRun.objects.count() == MANY
