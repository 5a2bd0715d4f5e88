"""Nobody calls any more: the rule that everybody has finds it while the clock moves on, tells of it, and sees it end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail

from accounts.models import Tenant
from accounts.scoping import tenant_scope
from telephony import tasks
from telephony.models import Alert, Connection, SyncState
from telephony.services import alerting, ledger

PARIS = ZoneInfo("Europe/Paris")
THURSDAY = date(2026, 11, 19)


def at(hour: int, minute: int = 0, day: date = THURSDAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=PARIS)


@pytest.fixture
def tick(
    transactional_db: None,
    link: Connection,
    clock: Callable[[datetime], None],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[datetime], int]:
    """tick(now): the dispatcher's tick after a sync, and the work that it hints at; how many mails there were so far."""
    hints: list[tuple[str, tuple[int, int]]] = []

    def send_task(name: str, args: tuple[int, int], **_options: Any) -> None:
        hints.append((name.rpartition(".")[2], args))

    monkeypatch.setattr(ledger.current_app, "send_task", send_task)

    def moved_on(now: datetime) -> int:
        clock(now)
        with tenant_scope(link.tenant_id):
            SyncState.objects.update(last_success_at=now)
        alerting.open_due(now)
        ledger.dispatch(now)
        while hints:
            task, ids = hints.pop(0)
            getattr(tasks, task)(*ids)
        return len(mail.outbox)

    return moved_on


def test_silence_is_told_of_once_and_ends_when_somebody_calls(alder: Tenant, carol, link, call, tick):
    for weeks in range(1, 5):
        for hour in range(9, 17):
            call(at(hour, day=THURSDAY - timedelta(weeks=weeks)), 6)
    for hour in (9, 10, 11):
        call(at(hour), 6)  # and nobody since

    assert [tick(at(*now)) for now in ((9, 30), (11, 30), (12, 30), (13, 0))] == [0, 0, 0, 0]
    assert [tick(at(*now)) for now in ((13, 5), (13, 10), (14, 0))] == [1, 1, 1]
    with tenant_scope(alder):
        alert = Alert.objects.get()
    assert (alert.opened_at, alert.last_seen_at, alert.connection_id) == (at(13, 5), at(14), link.pk)
    [told] = mail.outbox
    assert told.to == [carol.email] and told.subject == "Alder & Ash: No calls in opening hours · Keyyo"
    assert "The last call was at 11:00" in told.body and "there were 12 on average" in told.body

    call(at(14, 3))
    assert tick(at(14, 5)) == 1
    with tenant_scope(alder):
        alert.refresh_from_db()
    assert (alert.end, alert.closed_at) == ("gone", at(14, 5))
    call(at(16, 30))
    friday = THURSDAY + timedelta(days=1)
    assert [tick(now) for now in (at(16, 0), at(17, 30), at(23), at(9, 20, friday))] == [1, 1, 1, 1]
