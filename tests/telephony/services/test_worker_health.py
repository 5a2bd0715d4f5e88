"""Which workers have stopped, told from the notes that probes leave. The notes are in the tests' own Valkey."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.utils import timezone

from telephony.services import worker_health

TEN_MINUTES = timedelta(minutes=10)


@pytest.fixture(autouse=True)
def no_notes() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def test_each_queue_has_as_long_as_its_tasks_may_take(settings):
    now = timezone.now()
    for queue in worker_health.QUEUES:
        worker_health.note_alive(queue)
    patience = timedelta(seconds=settings.WORKER_SILENT_S)
    longest = patience + timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT)
    a_bit = timedelta(seconds=10)
    assert worker_health.silent(now + patience - a_bit) == []
    assert worker_health.silent(now + patience + a_bit) == ["interactive"]

    later = now + longest + a_bit
    assert worker_health.silent(later) == ["interactive"]  # it sends the probes: the others cannot be judged
    worker_health.cache.set("worker-alive:interactive", later.isoformat())
    assert worker_health.silent(later) == ["sync", "reports"]


def test_a_worker_that_was_just_started_is_given_time(settings):
    now = timezone.now()
    assert worker_health.silent(now, since=now) == []
    assert worker_health.silent(now + TEN_MINUTES, since=now) == ["interactive"]


def test_the_command_tells_health_checks():
    with pytest.raises(CommandError, match="Nobody works on: interactive"):
        call_command("worker_alive", "interactive")
    call_command("worker_alive", "sync")  # nothing is known of it while nobody dispatches
    for queue in worker_health.QUEUES:
        worker_health.note_alive(queue)
    call_command("worker_alive")
    with pytest.raises(CommandError, match="No queue 'post'. There are: interactive, sync, reports."):
        call_command("worker_alive", "post")
