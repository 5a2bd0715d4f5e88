"""Whether each queue is being worked on: a probe task leaves a note, health pages read how old it is."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

QUEUES = ("interactive", "sync", "reports")
FEEDER = "interactive"  # the queue of `dispatch`, which sends the probes of all
_KEPT_S = 24 * 3600


def note_alive(queue: str) -> None:
    """A worker of this queue is running right now."""
    cache.set(_key(queue), timezone.now().isoformat(), _KEPT_S)


def last_alive() -> dict[str, datetime | None]:
    """When each queue's worker last answered, None where none did within a day."""
    notes = cache.get_many([_key(queue) for queue in QUEUES])
    return {
        queue: datetime.fromisoformat(notes[_key(queue)]) if _key(queue) in notes else None
        for queue in QUEUES
    }


def silent(now: datetime, since: datetime | None = None) -> list[str]:
    """The queues whose worker has stopped working on them, most likely without noticing.

    since   when the workers were started, so that new ones are given time; None: judge by the notes alone

    A probe waits its turn: where all processes may be at long tasks, silence counts only once the longest of them
    must have ended. While nobody dispatches no probe is sent, and the other queues cannot be judged.
    """
    found = []
    for queue, at in last_alive().items():
        limit_s = settings.WORKER_SILENT_S + (0 if queue == FEEDER else settings.CELERY_TASK_TIME_LIMIT)
        latest = max((each for each in (at, since) if each), default=None)
        if latest is None or (now - latest).total_seconds() > limit_s:
            found.append(queue)
    return [FEEDER] if FEEDER in found else found


def _key(queue: str) -> str:
    return f"worker-alive:{queue}"
