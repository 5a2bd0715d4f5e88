"""Quota, pause and breaker: no window ever holds more calls than allowed, and people always find room."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection as database
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.scoping import tenant_scope
from portal.lib.errors import RateLimited, Unavailable
from portal.lib.secrets import keyed_hash
from telephony.models import Credential, QuotaUse
from telephony.providers.declaration import Pacing
from telephony.providers.transport import Deadline
from telephony.services.breaker import CredentialBreaker
from telephony.services.quota import CredentialQuota, wait_s

ROOT = Path(__file__).resolve().parents[3]
START = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)


@dataclass
class Use:
    at: datetime
    cost: int
    is_person: bool


def most_in_any_window(uses, window_s, *, workers_only=False):
    """The greatest sum of a half-open window that ends with one of the uses."""
    counted = [use for use in uses if not (workers_only and use.is_person)]
    window = timedelta(seconds=window_s)
    sums = (sum(other.cost for other in counted if use.at - window < other.at <= use.at) for use in counted)
    return max(sums, default=0)


rules = st.builds(
    lambda limit, kept, window_s: Pacing(limit=limit, window_s=window_s, kept=min(kept, limit - 1)),
    st.integers(1, 12),
    st.integers(0, 4),
    st.sampled_from([1.0, 30.0, 900.0]),
)
asks = st.lists(
    st.tuples(st.floats(0, 400, allow_nan=False), st.integers(1, 3), st.booleans()), min_size=1, max_size=60
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rules, asks)
def test_no_window_ever_exceeds(rule, asks):
    uses: list[Use] = []
    now = START
    for pause_s, cost, is_person in asks:
        now += timedelta(seconds=pause_s)
        if wait_s(uses, rule, now, cost, is_person=is_person) == 0:
            cap = rule.limit if is_person else rule.limit - rule.kept
            uses.append(Use(now, min(cost, cap), is_person))

    assert most_in_any_window(uses, rule.window_s) <= rule.limit
    assert most_in_any_window(uses, rule.window_s, workers_only=True) <= rule.limit - rule.kept


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rules, asks)
def test_whoever_waits_as_told_gets_through(rule, asks):
    uses: list[Use] = []
    now = START
    for _pause_s, cost, is_person in asks:
        for _try in range(3):
            wait = wait_s(uses, rule, now, cost, is_person=is_person)
            if wait == 0:
                break
            now += timedelta(seconds=wait, microseconds=1)
        else:
            raise AssertionError("told to wait again and again")
        cap = rule.limit if is_person else rule.limit - rule.kept
        uses.append(Use(now, min(cost, cap), is_person))


def test_people_find_the_room_that_workers_leave():
    rule = Pacing(limit=10, window_s=900, kept=2)
    uses = [Use(START, 1, is_person=False) for _ in range(8)]

    assert wait_s(uses, rule, START, 1, is_person=False) == 900
    assert wait_s(uses, rule, START, 1, is_person=True) == 0


@pytest.fixture
def slow_credential(tenant):
    with tenant_scope(tenant):
        return Credential.objects.create(provider="keyyo", key_hash=keyed_hash("one key"))


def quota_of(credential, clock=lambda: START, **rule):
    pacing = Pacing(**{"limit": 5, "window_s": 900.0, **rule})
    return CredentialQuota(credential.pk, credential.key_hash, slow=pacing, clock=clock)


def test_the_log_is_kept_and_says_when_to_come_back(slow_credential):
    quota = quota_of(slow_credential)
    for _ in range(5):
        quota.acquire("", 1, "worker", Deadline(0))
    with pytest.raises(RateLimited) as refused:
        quota.acquire("", 1, "worker", Deadline(30))

    assert refused.value.retry_after_s == 900
    assert QuotaUse.objects.count() == 5


def test_it_waits_where_the_deadline_allows(slow_credential):
    now = [START]
    quota = quota_of(slow_credential, lambda: now[0], limit=1, window_s=40.0)
    quota.sleep = lambda seconds: now.__setitem__(0, now[0] + timedelta(seconds=seconds))
    quota.acquire("", 1, "worker", Deadline(60))
    quota.acquire("", 1, "worker", Deadline(60))

    assert now[0] - START == timedelta(seconds=40)


def test_the_same_key_entered_twice_is_one_counter(slow_credential, dora):
    with tenant_scope(dora.tenants.get()):
        twin = Credential.objects.create(provider="keyyo", key_hash=slow_credential.key_hash)
    for _ in range(5):
        quota_of(slow_credential).acquire("", 1, "worker", Deadline(0))

    with pytest.raises(RateLimited):
        quota_of(twin).acquire("", 1, "worker", Deadline(0))


@pytest.mark.django_db(transaction=True)
def test_threads_together_never_exceed(slow_credential):
    start, taken = threading.Barrier(12), []

    def work():
        start.wait()
        try:
            quota_of(slow_credential).acquire("", 1, "worker", Deadline(0))
            taken.append(1)
        except RateLimited:
            taken.append(0)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(taken) == 5
    assert QuotaUse.objects.count() == 5


def test_a_pause_holds_the_whole_credential_and_doubles_without_a_hint(slow_credential):
    now = [START]
    quota = CredentialQuota(slow_credential.pk, "", clock=lambda: now[0])

    assert [quota.pause("", None) for _ in range(6)] == [60, 120, 240, 480, 900, 900]
    with pytest.raises(RateLimited) as refused:
        quota.acquire("", 1, "person", Deadline(1))
    assert refused.value.retry_after_s == 900

    assert quota.pause("", 5.0) == 5
    assert quota.pause("", None) == 60
    assert quota.pause("", 100_000.0) == 3600
    now[0] += timedelta(seconds=3601)
    quota.acquire("", 1, "person", Deadline(1))

    assert [quota.pause("", None) for _ in range(2)] == [60, 120]
    now[0] += timedelta(hours=2)
    assert quota.pause("", None) == 60


def test_a_pause_that_another_was_told_of_is_known_a_second_later(slow_credential, django_assert_num_queries):
    now = [START]
    quota, other = (CredentialQuota(slow_credential.pk, "", clock=lambda: now[0]) for _ in range(2))
    with django_assert_num_queries(1):
        for _ in range(3):
            quota.acquire("", 1, "worker", Deadline(1))

    other.pause("", 30.0)
    now[0] += timedelta(seconds=1)
    with pytest.raises(RateLimited):
        quota.acquire("", 1, "worker", Deadline(1))


def test_a_pause_holds_the_same_key_entered_twice(slow_credential, dora):
    with tenant_scope(dora.tenants.get()):
        twin = Credential.objects.create(provider="keyyo", key_hash=slow_credential.key_hash)
        other = Credential.objects.create(provider="keyyo", key_hash=keyed_hash("another key"))
    quota_of(slow_credential).pause("", 900.0)

    with pytest.raises(RateLimited) as refused:
        quota_of(twin).acquire("", 1, "person", Deadline(0))
    assert refused.value.retry_after_s == 900
    quota_of(other).acquire("", 1, "person", Deadline(0))


@pytest.mark.django_db(transaction=True)
def test_eight_processes_together_use_exactly_what_is_allowed(slow_credential):
    """85 of 100 for workers and 10 more for people, whoever asks, and kept for a process that starts afterwards."""
    address = (
        urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database.settings_dict['NAME']}").geturl()
    )
    environment = {**os.environ, "DATABASE_URL": address, "PYTHONPATH": str(ROOT), "PORTAL_ENV": "test"}
    command = [sys.executable, str(Path(__file__).with_name("quota_process.py")), str(slow_credential.pk)]

    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
    with subprocess.Popen(command, env=environment, cwd=ROOT, **pipes) as askers:

        def told(line):
            askers.stdin.write(f"{line}\n")
            return int(askers.stdout.readline())

        assert told("start 8") == 8
        assert told("ask 8 15 worker") == 85
        assert told("ask 8 3 person") == 10
        assert told("start 1") == 9
        assert told("ask 1 2 person") == 0
    assert QuotaUse.objects.count() == 95


def test_failures_of_others_are_known_a_second_later(slow_credential, django_assert_num_queries):
    now = [START]
    breaker, other = (CredentialBreaker(slow_credential.pk, clock=lambda: now[0]) for _ in range(2))
    with django_assert_num_queries(1):
        for _ in range(3):
            breaker.before("keyyo")

    for _ in range(5):
        other.failed("keyyo")
    now[0] += timedelta(seconds=1)
    with pytest.raises(Unavailable):
        breaker.before("keyyo")


def test_a_429_pauses_what_follows(connection, sandbox):
    from telephony.services import access

    sandbox.faults.add("keyyo", "services.list", times=1, status=429, retry_after="30")
    with tenant_scope(connection.tenant_id):
        with pytest.raises(RateLimited):
            access.client_of(connection, deadline_s=5).call("services.list")
        before = len(sandbox.requests)
        with pytest.raises(RateLimited) as refused:
            access.client_of(connection, deadline_s=5).call("services.list")
        connection.credential.refresh_from_db()

    assert 0 < refused.value.retry_after_s <= 30
    assert len(sandbox.requests) == before
    assert connection.condition == "resting"


def test_the_breaker_opens_after_five_and_lets_one_probe_a_minute(slow_credential):
    now = [START]
    breaker = CredentialBreaker(slow_credential.pk, clock=lambda: now[0])
    for _ in range(5):
        breaker.before("keyyo")
        breaker.failed("keyyo")
    with pytest.raises(Unavailable):
        breaker.before("keyyo")

    now[0] += timedelta(seconds=61)
    breaker.before("keyyo")
    with pytest.raises(Unavailable):
        CredentialBreaker(slow_credential.pk, clock=lambda: now[0]).before("keyyo")

    breaker.succeeded("keyyo")
    breaker.before("keyyo")


def test_one_success_between_failures_keeps_it_closed(slow_credential):
    breaker = CredentialBreaker(slow_credential.pk)
    for _ in range(4):
        breaker.failed("keyyo")
    breaker.succeeded("keyyo")
    breaker.failed("keyyo")
    breaker.before("keyyo")


def test_a_host_that_is_silent_leaves_the_others_alone(slow_credential):
    breaker = CredentialBreaker(slow_credential.pk)
    for _ in range(5):
        breaker.failed("ssl.keyyo.example")

    breaker.before("api.keyyo.example")
    breaker.succeeded("api.keyyo.example")
    with pytest.raises(Unavailable):
        breaker.before("ssl.keyyo.example")
    with tenant_scope(slow_credential.tenant_id):
        slow_credential.refresh_from_db()
    assert slow_credential.silent_hosts == ["ssl.keyyo.example"]


@pytest.mark.django_db(transaction=True)
def test_one_of_many_takes_the_probe_and_no_failure_is_lost(slow_credential):
    def fail() -> None:
        CredentialBreaker(slow_credential.pk).failed("keyyo")
        connections.close_all()

    at_once(fail, 8)
    with tenant_scope(slow_credential.tenant_id):
        slow_credential.refresh_from_db()
    assert slow_credential.breakers["keyyo"]["failures"] == 8

    later = datetime.fromisoformat(slow_credential.breakers["keyyo"]["opened_at"]) + timedelta(minutes=2)
    through: list[bool] = []

    def probe() -> None:
        try:
            CredentialBreaker(slow_credential.pk, clock=lambda: later).before("keyyo")
            through.append(True)
        except Unavailable:
            pass
        connections.close_all()

    at_once(probe, 8)
    assert through == [True]


def at_once(work, count):
    """Run `work` in so many threads that begin together."""
    start = threading.Barrier(count)

    def begin() -> None:
        start.wait()
        work()

    threads = [threading.Thread(target=begin) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
