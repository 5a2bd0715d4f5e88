"""Events of lines are let in by their secret, kept before they are answered, and stored once in effect."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from accounts.isolation import leaks
from accounts.models import Tenant
from accounts.scoping import tenant_scope, unscoped
from portal.lib.broker import broker, own_broker
from telephony.models import CallEvent, LineHook, LiveCall, LiveFeed
from telephony.services import hook_draining, hook_secrets, live_calls
from telephony.services.hook_intake import STREAM

from .conftest import A, B, M, line_of, path_of

pytestmark = pytest.mark.django_db
NOBODYS = f"/hooks/keyyo/{'0' * 40}/"


@pytest.fixture
def without_database(monkeypatch):
    """PostgreSQL is down: nothing can be asked of it."""

    def refuse(*_args, **_kwargs):
        raise OperationalError("the server is gone")

    def take_away():
        monkeypatch.setattr(connection, "cursor", refuse)
        monkeypatch.setattr(connection, "ensure_connection", refuse)

    yield take_away
    monkeypatch.undo()


@pytest.fixture
def without_broker(settings):
    settings.REDIS_URL = "unix:///nowhere/valkey.sock?db=0"


def calls() -> list[LiveCall]:
    with unscoped("hook"):
        return list(LiveCall.objects.order_by("started_at", "pk"))


def events() -> int:
    with unscoped("hook"):
        return CallEvent.objects.count()


# ---- let in, kept, stored ----


def test_a_call_is_followed_from_ring_to_end(hooks, notify):
    assert notify(hooks[0]) == 204
    assert hook_draining.drain() == 1
    [call] = calls()
    assert (call.state, call.direction, call.other, call.line_remote_id) == ("ringing", "inbound", f"+{M}", A)

    assert notify(hooks[0], "CONNECT") == notify(hooks[0], "RELEASE") == 204
    hook_draining.drain()
    [call] = calls()
    assert (call.state, call.outcome, call.legs[0]["how"]) == ("ended", "answered", "")
    with tenant_scope(call.tenant_id):
        assert LiveFeed.objects.get().last_event_at == LineHook.objects.get(pk=hooks[0].pk).last_event_at


def test_an_event_counts_once_however_often_it_comes(hooks, notify):
    for _ in range(2):
        notify(hooks[0])
        notify(hooks[0])
        hook_draining.drain()

    assert (events(), len(calls())) == (1, 1)


def test_what_is_stored_and_not_yet_removed_is_found_again(hooks, notify):
    """A drainer that is killed between the two."""
    notify(hooks[0])
    [(entry_id, fields)] = broker().xrange(STREAM)
    hook_draining.drain()
    broker().xadd(STREAM, fields)

    assert hook_draining.drain() == 1
    assert events() == 1 and broker().xlen(STREAM) == 0


def test_events_are_taken_while_the_database_is_down(hooks, notify, without_database):
    without_database()
    assert notify(hooks[0]) == 204
    assert notify(NOBODYS) == 404
    with pytest.raises(OperationalError):
        hook_draining.drain()
    assert broker().xlen(STREAM) == 1


def test_without_the_broker_an_event_goes_into_the_database(hooks, notify, without_broker):
    assert notify(hooks[0]) == 204
    assert notify(NOBODYS) == 404
    assert [call.state for call in calls()] == ["ringing"]


def test_without_both_it_is_refused_for_now(hooks, without_broker, without_database):
    path = path_of(hooks[0])
    without_database()
    answer = Client().get(f"{path}?account={A}&type=SETUP&dref=d1")

    assert (answer.status_code, answer.content, bool(answer["Retry-After"])) == (503, b"", True)


def test_a_broker_that_has_forgotten_the_secrets_learns_them_again(hooks, notify):
    broker().delete(hook_secrets.KNOWN)

    assert notify(hooks[0]) == 204


def test_a_connection_that_the_broker_has_ended_is_opened_anew(hooks, notify):
    notify(hooks[0])
    broker().client_kill_filter(_id=own_broker().client_id())

    assert notify(hooks[0], "CONNECT") == 204 and broker().xlen(STREAM) == 2


def test_an_entry_that_is_no_event_keeps_no_other_back(hooks, notify):
    broker().xadd(STREAM, {"owner": "1:2", "event": "?"})
    notify(hooks[0])

    assert hook_draining.drain() == 2
    assert events() == 1


def test_the_usual_names_of_the_vendor_are_understood(hooks):
    query = (
        f"ACCOUNT={A}&CALLER=anonymous&CALLEE={A}&N_TYPE=setup&DREF=d1&DREF_REPLACE=&IS_ACD=0"
        "&SESSION_ID=_SESSION_ID_&REDIRECTING_NUMBER=&TSMS=1795099320000&mine=1"
    )

    assert Client().get(f"{path_of(hooks[0])}?{query}").status_code == 204
    hook_draining.drain()
    [call] = calls()
    assert (call.state, call.other) == ("ringing", "")
    assert f"s:{'_SESSION_ID_'}" not in call.keys


# ---- refused ----


@pytest.mark.parametrize(
    "query",
    [
        "",
        f"account={A}&type=SETUP",
        f"account={A}&type=HOLD&dref=d1",
        "type=SETUP&dref=d1",
        f"account={A}&account={B}&type=SETUP&dref=d1",
        f"account={A}&type=SETUP&dref={'d' * 33}",
        f"account={A}&type=SETUP&dref=d%00",
        f"account={A}&type=SETUP&dref=%ff",
        "account=_ACCOUNT_&type=SETUP&dref=d1",
        "&".join(f"p{n}=1" for n in range(61)),
        "x" * 5000,
    ],
)
def test_bad_input_is_refused_without_a_word(hooks, query):
    answer = Client().get(f"{path_of(hooks[0])}?{query}")

    assert (answer.status_code, answer.content) == (400, b"")
    assert broker().xlen(STREAM) == 0


def test_a_secret_that_nobody_has_is_not_found(hooks, notify):
    for path in (NOBODYS, "/hooks/kazoo/" + "0" * 40 + "/", "/hooks/nobody/x/", path_of(hooks[0])[:-2] + "/"):
        assert notify(path) == 404
    assert broker().xlen(STREAM) == 0


@pytest.mark.parametrize("method", ["post", "head", "put", "delete", "options"])
def test_other_methods_write_nothing(hooks, method):
    answer = getattr(Client(), method)(f"{path_of(hooks[0])}?account={A}&type=SETUP&dref=d1")

    assert (answer.status_code, answer["Allow"]) == (405, "GET")
    assert broker().xlen(STREAM) == 0


def test_floods_are_refused_by_secret_by_address_and_by_misses(hooks, notify, settings):
    settings.HOOK_MOST_OF_SECRET, settings.HOOK_MOST_MISSES = 2, 1
    assert [notify(hooks[0]) for _ in range(3)] == [204, 204, 429]
    assert notify(hooks[1], account=B, dref="d2") == 204
    assert [notify(NOBODYS) for _ in range(2)] == [404, 429]
    settings.HOOK_MOST_OF_ADDRESS = 5
    assert notify(hooks[1], account=B, dref="d3") == 429


def test_a_stream_that_nobody_drains_has_an_end(hooks, notify, settings):
    settings.HOOK_LONGEST_STREAM = 1

    assert [notify(hooks[0]), notify(hooks[0], "CONNECT")] == [204, 503]


# ---- secrets ----


def test_two_secrets_are_valid_while_one_replaces_the_other(hooks, notify):
    before, now = path_of(hooks[0]), timezone.now()
    with tenant_scope(hooks[0].tenant_id):
        hook_secrets.rotate(hooks[0], now)
    hook_secrets.publish()
    assert [notify(before), notify(hooks[0], "CONNECT")] == [204, 204]
    hook_draining.drain()
    with tenant_scope(hooks[0].tenant_id):
        assert LineHook.objects.get(pk=hooks[0].pk).previous_used_at is not None

    hook_secrets.publish(now + timedelta(days=8))
    assert [notify(before), notify(hooks[0])] == [404, 204]
    with tenant_scope(hooks[0].tenant_id):
        hook_secrets.forget(hooks[0])
    assert notify(path_of(hooks[0])) == 404


def test_no_log_has_the_secret_or_a_value(hooks, notify, caplog, without_broker):
    """The refusals that Django would log by their path, and the failures that we log."""
    caplog.set_level(logging.DEBUG)
    notify(NOBODYS, caller=M)
    notify(hooks[0], "HOLD")
    notify(hooks[0])

    told = caplog.text
    for canary in ("0" * 40, hook_secrets.secret_of(hooks[0]).reveal()):
        assert canary not in told
    assert "The broker does not take an event" in told


def test_what_is_kept_holds_no_secret(hooks, notify):
    notify(hooks[0])
    secret = hook_secrets.secret_of(hooks[0]).reveal()

    for key in broker().keys("hooks:*"):
        assert secret.encode() not in key
    assert secret not in repr(broker().xrange(STREAM)) + repr(broker().hgetall(hook_secrets.KNOWN))


# ---- whose ----


def test_a_secret_tells_events_to_its_own_tenant_only(hooks, notify):
    other = Tenant.objects.create(slug="doe", name="Doe")
    [theirs] = line_of(other, "doe-keyyo", A)
    hook_secrets.publish()
    for hook in (hooks[0], theirs):
        notify(hook)
    hook_draining.drain()

    assert {call.tenant_id for call in calls()} == {hooks[0].tenant_id, other.pk}
    assert leaks() == []


def test_an_event_of_a_line_that_is_not_the_accounts_is_of_no_call(hooks, notify):
    notify(hooks[0], account="33555000000")
    hook_draining.drain()

    with tenant_scope(hooks[0].tenant_id):
        assert CallEvent.objects.get().is_foreign
    assert calls() == []


# ---- calls of the store ----


def test_events_that_come_in_the_wrong_order_end_in_one_call(hooks, notify):
    """Two calls that only a later event ties together: a welcome number whose first event comes last."""
    notify(hooks[0], dref="d1")
    notify(hooks[1], account=B, dref="d2")
    hook_draining.drain()
    assert len(calls()) == 2

    notify(hooks[1], "CONNECT", account=B, dref="d2", drefreplace="d1")
    hook_draining.drain()
    [call] = calls()
    assert (call.state, call.line_remote_id, [leg["how"] for leg in call.legs]) == (
        "talking", B, ["", "picked_up"],
    )  # fmt: skip
    assert events() == 3


def test_a_call_without_an_end_is_over_after_hours(hooks, notify):
    notify(hooks[0])
    notify(hooks[0], "CONNECT")
    notify(hooks[1], account=B, dref="d2")
    hook_draining.drain()
    now = timezone.now()

    assert live_calls.close_forgotten(now + timedelta(minutes=20)) == 0
    assert live_calls.close_forgotten(now + timedelta(minutes=40)) == 1
    assert live_calls.close_forgotten(now + timedelta(hours=5)) == 1
    assert {(call.state, call.is_end_unknown) for call in calls()} == {("ended", True)}
    notify(hooks[0], "RELEASE")
    hook_draining.drain()
    assert [call.outcome for call in calls() if not call.is_end_unknown] == ["answered"]


def test_old_calls_and_events_go(hooks, notify):
    notify(hooks[0])
    notify(hooks[0], account="33555000000")
    hook_draining.drain()

    later = timezone.now() + timedelta(days=36)
    with tenant_scope(hooks[0].tenant_id):
        assert [live_calls.forget_some(later, 1) for _ in range(3)] == [1, 1, 0]
    assert (events(), calls()) == (0, [])
