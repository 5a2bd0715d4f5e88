"""Renewing a grant: one request however many ask, a dead grant told once, a passing fault never taken for one."""

from __future__ import annotations

import os
import smtplib
import subprocess
import sys
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connections
from django.utils import timezone

from accounts.models import Person
from accounts.scoping import tenant_scope
from portal.lib.errors import AnswerLost, Forbidden, NeedsReconnect, ProviderError, Unavailable
from telephony import tasks
from telephony.models import Connection, Credential, Job, SyncState
from telephony.services import access

from .conftest import token_requests

WORKERS = 20


def expire(credential: Credential, sandbox: Any) -> None:
    """An hour passes: the access token has ended on both sides."""
    with tenant_scope(credential.tenant_id):
        Credential.objects.filter(pk=credential.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    sandbox.state("keyyo")["tokens"].clear()
    sandbox.provider("keyyo").store.touch()
    sandbox.requests.clear()


def read_again(credential: Credential) -> Credential:
    with tenant_scope(credential.tenant_id):
        return Credential.objects.get(pk=credential.pk)


def list_services(connection: Connection) -> int:
    with tenant_scope(connection.tenant_id):
        return len(access.client_of(connection).call("services.list").items)


def test_a_token_that_has_ended_is_renewed_before_it_is_used(connection, credential, sandbox):
    expire(credential, sandbox)

    assert list_services(connection) == 60
    assert token_requests(sandbox) == 1
    assert [request.operation for request in sandbox.requests] == ["oauth.token", "services.list"]


def test_a_token_that_is_refused_is_renewed_once(connection, credential, sandbox):
    sandbox.state("keyyo")["tokens"].clear()
    sandbox.requests.clear()

    assert list_services(connection) == 60
    assert token_requests(sandbox) == 1


def test_the_new_pair_is_kept_and_used(connection, credential, sandbox):
    before = access.read_secrets(credential)
    expire(credential, sandbox)
    list_services(connection)

    after = access.read_secrets(read_again(credential))
    assert after["access_token"] != before["access_token"]
    assert after["refresh_token"] != before["refresh_token"]
    assert list_services(connection) == 60
    assert token_requests(sandbox) == 1


def test_a_missing_refresh_token_keeps_the_old_one(connection, credential, sandbox):
    sandbox.state("keyyo")["settings"]["rotation"] = False
    before = access.read_secrets(credential)["refresh_token"]
    expire(credential, sandbox)
    list_services(connection)

    assert access.read_secrets(read_again(credential))["refresh_token"] == before


@pytest.mark.django_db(transaction=True)
def test_twenty_threads_make_one_token_request(connection, credential, sandbox):
    expire(credential, sandbox)
    start = threading.Barrier(WORKERS)
    tokens: list[str] = []

    def work() -> None:
        start.wait()
        tokens.append(access.renew(credential.pk).token.reveal())
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(tokens) == WORKERS
    assert len(set(tokens)) == 1
    assert token_requests(sandbox) == 1


WORKER = """
import os, socket, sys
import django
django.setup()
from django.db import connection, connections
connection.settings_dict["NAME"] = os.environ["TEST_DATABASE"]
from telephony.services import access
import telephony.providers.keyyo

credential, count = int(sys.argv[1]), int(sys.argv[2])
together, begin = socket.socketpair()
children = []
for _ in range(count):
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        begin.close()
        connections.close_all()
        connection.ensure_connection()
        os.write(writer, b"+")
        together.recv(1)  # until the parent closes its end
        os.write(writer, access.renew(credential).token.reveal().encode())
        os._exit(0)
    os.close(writer)
    children.append((child, reader))
for _child, reader in children:
    assert os.read(reader, 1) == b"+"
together.close()
begin.close()
for child, reader in children:
    print(os.read(reader, 4096).decode())
    assert os.waitpid(child, 0)[1] == 0
"""


@pytest.mark.django_db(transaction=True)
def test_twenty_processes_make_one_token_request(connection, credential, sandbox, settings):
    """One interpreter is started, and forks into as many as there are workers, so that this is quick."""
    expire(credential, sandbox)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "TEST_DATABASE": connections["default"].settings_dict["NAME"],
        "OUTBOUND_ALLOW": ",".join(settings.OUTBOUND_ALLOW),
        "PUBLIC_URL": settings.PUBLIC_URL,
    }
    done = subprocess.run(
        [sys.executable, "-c", WORKER, str(credential.pk), str(WORKERS)],
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
        cwd=settings.BASE_DIR,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    tokens = done.stdout.split()
    assert len(tokens) == WORKERS
    assert len(set(tokens)) == 1
    assert token_requests(sandbox) == 1


def deliver(connection: Connection) -> list[Job]:
    """The mails that the ledger holds, as its worker sends them."""
    with tenant_scope(connection.tenant_id):
        due = list(Job.objects.filter(kind=Job.Kind.MAIL, due_at__lte=timezone.now()).order_by("pk"))
    for job in due:
        tasks.advance_job(job.tenant_id, job.pk)
    with tenant_scope(connection.tenant_id):
        return list(Job.objects.filter(kind=Job.Kind.MAIL).order_by("pk"))


def kill_grant(credential: Credential, sandbox: Any) -> None:
    expire(credential, sandbox)
    sandbox.state("keyyo")["refresh_tokens"].clear()


def test_a_dead_grant_is_marked_and_told_once(connection, credential, sandbox, alice, bob, carol):
    with tenant_scope(connection.tenant_id):
        SyncState.objects.update_or_create(
            connection=connection, stream="calls", defaults={"next_due_at": timezone.now()}
        )
    kill_grant(credential, sandbox)

    for _ in range(3):
        with pytest.raises(NeedsReconnect):
            list_services(connection)

    dead = read_again(credential)
    assert dead.state == Credential.State.NEEDS_RECONNECT
    assert {job.state for job in deliver(connection)} == {Job.State.DONE}
    assert sorted(message.to[0] for message in mail.outbox) == [alice.email, bob.email]
    assert f"/t/alder/connections/{connection.pk}/" in mail.outbox[0].body
    assert token_requests(sandbox) == 1
    with tenant_scope(connection.tenant_id):
        assert SyncState.objects.get(connection=connection, stream="calls").next_due_at is None


def test_who_does_not_want_the_mail_gets_none(connection, credential, sandbox, alice):
    Person.objects.filter(pk=alice.pk).update(notify_connection_trouble=False)
    kill_grant(credential, sandbox)
    with pytest.raises(NeedsReconnect):
        list_services(connection)

    assert deliver(connection) == []
    assert mail.outbox == []


class FullMailServer(BaseEmailBackend):
    """The wire to a mail server that takes nothing for now."""

    def send_messages(self, email_messages: Any) -> int:
        raise smtplib.SMTPServerDisconnected("try later")


def test_a_mail_that_was_not_taken_is_sent_later(connection, credential, sandbox, alice, settings):
    kill_grant(credential, sandbox)
    with pytest.raises(NeedsReconnect):
        list_services(connection)
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.{FullMailServer.__name__}"
    [job] = deliver(connection)
    assert (job.state, job.error) == (Job.State.RUNNING, "SMTPServerDisconnected")
    assert job.due_at > timezone.now() + timedelta(seconds=30)
    assert deliver(connection)[0].attempts == 0  # nothing was due

    settings.EMAIL_BACKEND = working
    with tenant_scope(connection.tenant_id):
        Job.objects.update(due_at=timezone.now())
    [job] = deliver(connection)
    assert job.state == Job.State.DONE
    [message] = mail.outbox
    assert message.extra_headers["Message-ID"] == f"<job-{job.pk}@localhost>"


def test_a_mail_that_was_given_up_is_said_where_an_owner_looks(
    connection, credential, sandbox, alice, client_of_person
):
    kill_grant(credential, sandbox)
    with pytest.raises(NeedsReconnect):
        list_services(connection)
    page = f"/t/alder/connections/{connection.pk}/"
    browser = client_of_person(alice)
    assert "could not be delivered" not in browser.get(page).content.decode()

    with tenant_scope(connection.tenant_id):
        Job.objects.filter(kind=Job.Kind.MAIL, person=alice).update(state=Job.State.FAILED, due_at=None)

    told = browser.get(page).content.decode()
    assert "could not be delivered" in told and str(alice) in told


def test_a_mail_that_was_given_up_is_tried_for_two_days_more_when_asked(
    connection, credential, sandbox, alice, client_of_person, settings
):
    kill_grant(credential, sandbox)
    with pytest.raises(NeedsReconnect):
        list_services(connection)
    settings.EMAIL_BACKEND = f"{__name__}.{FullMailServer.__name__}"
    with tenant_scope(connection.tenant_id):
        Job.objects.update(created_at=timezone.now() - timedelta(days=3))
    [job] = deliver(connection)
    assert job.state == Job.State.FAILED
    browser, page = client_of_person(alice), f"/t/alder/jobs/{job.pk}/"
    assert "Send it again" in browser.get(page).content.decode()

    browser.post(f"{page}act/again/")

    [job] = deliver(connection)
    assert (job.state, job.error) == (Job.State.RUNNING, "SMTPServerDisconnected")
    browser.post(f"{page}act/stop/")
    with tenant_scope(connection.tenant_id):
        job.refresh_from_db()
    assert (job.state, job.due_at) == (Job.State.STOPPED, None)


def test_nobody_is_told_of_what_is_over(connection, credential, sandbox, alice):
    kill_grant(credential, sandbox)
    with pytest.raises(NeedsReconnect):
        list_services(connection)
    with tenant_scope(connection.tenant_id):
        Credential.objects.update(state=Credential.State.WORKING)
    assert [job.state for job in deliver(connection)] == [Job.State.DONE]
    assert mail.outbox == []


def test_a_silent_token_server_is_left_alone(connection, credential, sandbox):
    expire(credential, sandbox)
    sandbox.faults.add("keyyo", "oauth.token", times=None, status=503)
    for _ in range(7):
        with pytest.raises(Unavailable):
            list_services(connection)
    asked = token_requests(sandbox)
    with pytest.raises(Unavailable):
        list_services(connection)
    assert token_requests(sandbox) == asked
    assert read_again(credential).silent_hosts == [f"127.0.0.1:{sandbox.port}"]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 500}, ProviderError),
        ({"status": 503}, ProviderError),
        ({"status": 429}, ProviderError),
        ({"drop": "before"}, ProviderError),
        ({"drop": "after"}, AnswerLost),
        ({"drop": "mid"}, ProviderError),
    ],
)
def test_a_passing_fault_never_means_reconnect(connection, credential, sandbox, fault, error):
    expire(credential, sandbox)
    sandbox.faults.add("keyyo", "oauth.token", times=1, **fault)
    with pytest.raises(error) as raised:
        list_services(connection)

    assert not isinstance(raised.value, NeedsReconnect)
    assert read_again(credential).state == Credential.State.WORKING
    assert mail.outbox == []


def test_after_a_passing_fault_the_next_attempt_succeeds(connection, credential, sandbox):
    expire(credential, sandbox)
    sandbox.faults.add("keyyo", "oauth.token", times=1, status=503)
    with pytest.raises(Unavailable):
        list_services(connection)

    assert list_services(connection) == 60


def test_a_refused_application_is_no_dead_grant(connection, credential, sandbox):
    expire(credential, sandbox)
    sandbox.state("keyyo")["applications"]["5f1c0a7be2d94"]["secret"] = "another"
    with pytest.raises(Forbidden):
        list_services(connection)

    assert read_again(credential).state == Credential.State.WORKING


def test_secrets_of_lost_keys_ask_for_reconnecting(connection, credential, settings):
    settings.FIELD_KEYS = ["MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="]
    with pytest.raises(NeedsReconnect):
        list_services(connection)
