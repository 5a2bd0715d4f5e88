"""Mails as work of the ledger: one job for each recipient, tried again until the mail server takes it.

A mail is composed when it is sent, so that nobody is told of what is over by then. Its Message-ID is fixed: after a
crash between sending and noting it, the second copy is known as the same. Of a mail that the server may have, for its
answer was lost, there are WORK_TRIES copies at most.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils import timezone

from portal.lib.refusals import is_for_now
from telephony.models import Job
from telephony.services import alert_mails, ledger, missed_digest, reconnecting, report_trouble

log = logging.getLogger(__name__)

FIRST_BACKOFF_S, LONGEST_BACKOFF_S = 60, 3600
GIVEN_UP_AFTER = timedelta(days=2)

COMPOSE: dict[str, Callable[[Job], EmailMessage | None]] = {
    reconnecting.MAIL: reconnecting.compose,
    missed_digest.MAIL: missed_digest.compose,
    report_trouble.MAIL: report_trouble.compose,
    alert_mails.MAIL: alert_mails.compose,
}


def advance(job: Job) -> None:
    """Send one leased mail; a server that does not take it is asked again later, for two days."""
    if job.state == Job.State.WAITING:
        ledger.write(job, state=Job.State.RUNNING)
    message = COMPOSE[job.parameters["mail"]](job)
    if message is not None and not _send(job, message):
        return
    ledger.write(
        job,
        state=Job.State.DONE,
        parameters=job.parameters,
        due_at=None,
        finished_at=timezone.now(),
        error="",
    )


def _send(job: Job, message: EmailMessage) -> bool:
    """Whether the mail server took it; else it is tried again later, or given up."""
    message.extra_headers["Message-ID"] = f"<job-{job.pk}@{urlsplit(settings.PUBLIC_URL).hostname}>"
    server = get_connection()
    try:
        server.open()
    except (smtplib.SMTPException, OSError) as error:
        _postpone(job, error)
        return False
    try:
        server.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        (_postpone if is_for_now(error) else _fail)(job, error)
    except smtplib.SMTPResponseException as error:
        _postpone(job, error)
    except (smtplib.SMTPException, OSError) as error:
        _repeat(job, error)
    else:
        return True
    finally:
        server.close()
    return False


def stop(job: Job) -> None:
    """Try no more to send it. Raises ledger.NotHeld where it has ended."""
    ledger.halt(
        job, (Job.State.WAITING, Job.State.RUNNING), state=Job.State.STOPPED, finished_at=timezone.now()
    )


def send_again(job: Job) -> None:
    """Try once more to send what was given up or stopped, for another two days. Raises ledger.NotHeld."""
    now = timezone.now()
    with transaction.atomic():
        ledger.halt(
            job,
            (Job.State.FAILED, Job.State.STOPPED),
            state=Job.State.WAITING,
            due_at=now,
            finished_at=None,
            attempts=0,
            cursor={"since": now.isoformat()},
            error="",
        )
        ledger.hint(job)


def _postpone(job: Job, error: Exception) -> None:
    since = job.cursor.get("since")
    begun_at = datetime.fromisoformat(since) if since else job.created_at
    if timezone.now() - begun_at > GIVEN_UP_AFTER:
        _fail(job, error)
        return
    failures = int(job.cursor.get("failures", 0))
    seconds = min(FIRST_BACKOFF_S * 2**failures, LONGEST_BACKOFF_S)
    log.warning("mail %s was not taken (%s); tried again in %s s", job.pk, type(error).__name__, seconds)
    ledger.write(
        job,
        due_at=timezone.now() + timedelta(seconds=seconds),
        cursor={**job.cursor, "failures": failures + 1},
        error=type(error).__name__,
    )


def _repeat(job: Job, error: Exception) -> None:
    """The server may have it or not."""
    lost = int(job.cursor.get("lost", 0)) + 1
    job.cursor = {**job.cursor, "lost": lost}
    (_postpone if lost < settings.WORK_TRIES else _fail)(job, error)


def _fail(job: Job, error: Exception) -> None:
    log.error("mail %s was given up: %s", job.pk, type(error).__name__)
    ledger.write(
        job, state=Job.State.FAILED, due_at=None, finished_at=timezone.now(), error=type(error).__name__
    )
