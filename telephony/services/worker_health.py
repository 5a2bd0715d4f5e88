"""Whether each queue is being worked on: a probe task leaves a note, health pages read how old it is."""

from __future__ import annotations

from datetime import datetime

from django.core.cache import cache
from django.utils import timezone

QUEUES = ("interactive", "sync", "reports")
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


def _key(queue: str) -> str:
    return f"worker-alive:{queue}"
