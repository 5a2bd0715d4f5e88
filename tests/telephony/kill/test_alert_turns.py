"""SIGKILL in the middle of a look at alert rules and of the mails that tell of it: one alert, and one mail for each.

A look and the mails that it asks for are one commit. Of a mail that the server had and nobody noted, nobody can know: it
is sent again, for an alert that nobody hears of is worse than two copies, and the second has the first one's Message-ID.
"""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from accounts.rights import Role
from accounts.scoping import tenant_scope
from telephony.bench.mail_sink import mail_sink
from telephony.bench.world import make_connection
from telephony.models import Alert, AlertWatch, Connection, Job, SyncState
from telephony.services import alert_rules, alerting, ledger
from telephony.tasks import advance_job, look_for_alerts
from tests.people import person

from .turns import killed, waits_for_a_lock

# They run on the servers of the other tests: what is killed is one process.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice() -> Connection:
    """Its tenant has two who are told of alerts."""
    alice = make_connection("alice")
    person("bob@alice.example", "Bob", {alice.tenant: Role.ADMINISTRATOR})
    return alice


@pytest.fixture
def watch(alice: Connection) -> AlertWatch:
    """A connection that was not read for nine days, which no look has found yet."""
    now = timezone.now()
    alerting.open_due(now)
    with tenant_scope(alice.tenant_id):
        SyncState.objects.create(connection=alice, stream="calls", last_success_at=now - timedelta(days=9))
        alert_rules.settle_usual()
        return AlertWatch.objects.get()


def mails(alice: Connection) -> list[Job]:
    with tenant_scope(alice.tenant_id):
        return list(Job.objects.filter(kind=Job.Kind.MAIL).order_by("pk"))


def look_again(alice: Connection, watch: AlertWatch) -> None:
    """The next worker, once the dead one's lease is over, and another one after it."""
    with tenant_scope(alice.tenant_id):
        AlertWatch.objects.update(due_at=timezone.now(), lease_until=timezone.now())
    look_for_alerts(alice.tenant_id, watch.pk)
    with tenant_scope(alice.tenant_id):
        AlertWatch.objects.update(due_at=timezone.now())
    look_for_alerts(alice.tenant_id, watch.pk)


def send(alice: Connection) -> None:
    for job in mails(alice):
        advance_job(alice.tenant_id, job.pk)


def told(alice: Connection) -> list[str]:
    """To whom mails went, where there is one open alert and all is known of it."""
    with tenant_scope(alice.tenant_id):
        alert = Alert.objects.get(closed_at=None)
    assert alert.evidence == {
        "sort": "behind",
        "name": alice.name,
        "count": 0,
        "error": "",
        "is_grave": True,
    }
    assert alert.told_at is not None
    return sorted(address for sent in mail.outbox for address in sent.to)


def test_a_look_that_was_killed_before_its_commit_is_taken_again_and_told_once(alice, watch):
    """The alert is opened, and the first mail waits to be asked for."""
    with transaction.atomic(), database.cursor() as cursor:
        cursor.execute("LOCK TABLE telephony_job IN SHARE MODE")
        killed("look_for_alerts", alice.tenant_id, [watch.pk], waits_for_a_lock)
    with tenant_scope(alice.tenant_id):
        assert not Alert.objects.exists() and not Job.objects.exists(), "all of it or nothing"
    look_again(alice, watch)
    send(alice)
    send(alice)
    assert told(alice) == ["bob@alice.example", "owner@alice.example"]


def test_mails_of_which_no_hint_came_through_are_found_by_the_next_tick(alice, watch):
    """It dies after the commit: the alert counts as told, and no worker was told of its mails."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        broker = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        killed("look_for_alerts", alice.tenant_id, [watch.pk], lambda: bool(mails(alice)), REDIS_URL=broker)
    assert ledger.dispatch()["job"] == 2
    send(alice)
    look_again(alice, watch)
    send(alice)
    assert told(alice) == ["bob@alice.example", "owner@alice.example"]


def test_between_two_recipients_the_first_hears_nothing_more_and_the_second_the_same_again(alice, watch):
    look_for_alerts(alice.tenant_id, watch.pk)
    first, second = mails(alice)
    with mail_sink(holds=2) as sink:
        rows = [first.pk, second.pk]
        killed("advance_job", alice.tenant_id, rows, lambda: len(sink.taken) == 2, EMAIL_URL=sink.url)
    with tenant_scope(alice.tenant_id):
        Job.objects.update(lease_until=timezone.now())
    look_again(alice, watch)
    send(alice)
    send(alice)
    assert second.person is not None and told(alice) == [second.person.email]
    [again] = mail.outbox
    assert list(sink.taken) == [f"<job-{first.pk}@localhost>", again.extra_headers["Message-ID"]]
    assert {job.state for job in mails(alice)} == {Job.State.DONE}
