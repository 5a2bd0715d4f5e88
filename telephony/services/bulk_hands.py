"""Who is at a job that is to go on, for its page: people see soon that a worker is gone, long before its lease ends."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from django.utils import timezone

from telephony.models import Job
from telephony.services import ledger

UNHEARD_S = 10  # a worker that writes rows is heard of every second


class Hands(StrEnum):
    """In whose hands a job is that is to go on."""

    WORKER = "worker"
    SILENT = "silent"  # of a worker that has not been heard of for a while, and may be lost
    LOST = "lost"  # of a worker whose time is over: the next one takes it up
    NOBODY = "nobody"  # it is due, and waits for a worker
    LATER = "later"  # it is not due yet


def hands_of(job: Job) -> Hands:
    """In whose hands a job is."""
    silent_s = ledger.silent_s(job)
    if silent_s is None:
        is_due = job.due_at is not None and job.due_at < timezone.now() - timedelta(seconds=UNHEARD_S)
        return Hands.NOBODY if is_due else Hands.LATER
    if ledger.is_orphan(job):
        return Hands.LOST
    return Hands.SILENT if silent_s > UNHEARD_S else Hands.WORKER
