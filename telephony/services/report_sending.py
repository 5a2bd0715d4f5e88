"""A run of a report: made once, then sent to each recipient at most once.

Files and receipts are committed before the first mail leaves. A receipt says "sending" before its mail goes out: where a
worker died in between, nobody can know whether it went, and it stays unknown and is never sent again by itself.
"""

from __future__ import annotations

import logging
import smtplib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Case, Value, When
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts.models import Membership, Person
from accounts.rights import Right, rights_of
from portal.lib.refusals import is_for_now, said_by
from telephony.models import Report, ReportReceipt, ReportRun
from telephony.services import ledger, report_schedule

log = logging.getLogger(__name__)

State, Mailed, Why = ReportRun.State, ReportReceipt.State, ReportReceipt.Why
# What stands in a run, whose readers have it in their own language.
NO_RIGHT = gettext_noop(
    "The person it is sent for may not schedule it, or see what is in it, any more. It is paused."
)
NOBODY = gettext_noop("Nobody got it: none of those it goes to is a member any more.")
LATE_AFTER = timedelta(minutes=15)  # made later than that it says so
FIRST_BACKOFF_S, LONGEST_BACKOFF_S = 60, 3600
GIVEN_UP_AFTER = timedelta(days=2)  # from when it was made, where no mail server answers


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a run became; the fields of ReportRun."""

    subject: str
    coverage: Mapping[str, Any]
    files: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """How reports are made: what is drawn and set stands above the services.

    make      writes the files of a run
    message   the mail of one receipt, of those files
    rights    that it takes to see these figures
    """

    make: Callable[[ReportRun], Made]
    message: Callable[[ReportRun, ReportReceipt], EmailMessage]
    rights: Callable[[Sequence[str]], frozenset[Right]]


def advance(run: ReportRun, workshop: Workshop) -> None:
    """Go on with one leased run for at most TASK_BUDGET_S. Safe to run again after any crash. Raises LeaseLost."""
    ends_at = time.monotonic() + settings.TASK_BUDGET_S
    if run.state == State.WAITING and not _make(run, workshop):
        return
    _mark_unknown(run)
    for receipt in run.receipts.filter(state=Mailed.WAITING).order_by("pk"):
        if time.monotonic() > ends_at or ledger.is_stopping():
            return
        if not _send(run, receipt, workshop):
            return
    refused = run.receipts.filter(state=Mailed.WAITING).order_by("pk").first()
    if refused is None or _postpone(run, refused.error):
        _finish(run)


def _make(run: ReportRun, workshop: Workshop) -> bool:
    report = run.report
    person = run.asked_by if run.sort == ReportRun.Sort.TEST else report.owner
    if not may(person, report, workshop):
        with transaction.atomic():
            ledger.write(run, state=State.REFUSED, due_at=None, finished_at=timezone.now(), error=NO_RIGHT)
            if run.sort != ReportRun.Sort.TEST:
                report_schedule.pause(report, timezone.now(), Report.Pause.RIGHTS)
        return False
    made = workshop.make(run)
    made_at = timezone.now()
    with transaction.atomic():
        ledger.write(
            run,
            state=State.SENDING,
            subject=made.subject[:250],
            coverage=made.coverage,
            files=made.files,
            made_at=made_at,
            is_late=made_at - run.due_for_at > LATE_AFTER,
        )
        ReportReceipt.objects.bulk_create(_receipts(run))
    return True


def may(person: Person | None, report: Report, workshop: Workshop) -> bool:
    """Whether this person may send it, and see all that is in it."""
    if person is None:
        return False
    needed = {Right.REPORTS_SCHEDULE, *workshop.rights(report.figures)}
    return needed <= rights_of(person, report.tenant)


def _receipts(run: ReportRun) -> list[ReportReceipt]:
    """One for each recipient; members who have left are told of and get nothing, but for those listed as others too."""
    report = run.report
    if run.sort == ReportRun.Sort.TEST:
        wanted = [run.asked_by] if run.asked_by else []
        outside: list[str] = []
    else:
        wanted, outside = list(Person.objects.filter(pk__in=report.members).order_by("pk")), report.addresses
    here = Membership.objects.filter(tenant=report.tenant, person__is_active=True)
    members = set(here.values_list("person_id", flat=True))
    gone = [one for one in wanted if one.pk not in members and run.sort != ReportRun.Sort.TEST]
    told: list[tuple[str, Person | None]] = [
        *((one.email, one) for one in wanted if one not in gone),
        *((one, None) for one in outside),
        *((one.email, one) for one in gone),
    ]
    host = urlsplit(settings.PUBLIC_URL).hostname
    found: dict[str, ReportReceipt] = {}
    for address, person in told:
        is_gone = person in gone
        found.setdefault(
            address.lower(),
            ReportReceipt(
                run=run,
                address=address,
                person=person,
                state=Mailed.LEFT_OUT if is_gone else Mailed.WAITING,
                why=Why.GONE if is_gone else "",
                message_id=f"<report-{run.pk}-{len(found)}@{host}>",
            ),
        )
    return list(found.values())


def _mark_unknown(run: ReportRun) -> None:
    """What a worker before us had begun to send: nobody knows whether it left."""
    run.receipts.filter(state=Mailed.SENDING).update(state=Mailed.UNKNOWN, why=Why.WORKER, at=timezone.now())


def _send(run: ReportRun, receipt: ReportReceipt, workshop: Workshop) -> bool:
    """Send one mail; False where the mail server is to be asked again later, also for whoever waits behind."""
    server = get_connection()  # one for each mail: the demo's writes each connection to a file
    try:
        server.open()
    except (smtplib.SMTPException, OSError) as error:
        return _postpone(run, said_by(error))
    message = workshop.message(run, receipt)
    with transaction.atomic():
        ledger.renew(run)  # raises LeaseLost where another has it: nothing was sent
        run.receipts.filter(pk=receipt.pk).update(state=Mailed.SENDING, at=timezone.now())
    try:
        server.send_messages([message])
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as error:
        if not is_for_now(error):
            _note(receipt, Mailed.FAILED, Why.REFUSED, said_by(error))
            return True
        _note(receipt, Mailed.WAITING, Why.LATER, said_by(error))
        is_of_recipient = isinstance(error, smtplib.SMTPRecipientsRefused)
        return is_of_recipient or _postpone(run, said_by(error))
    except (smtplib.SMTPException, OSError) as error:
        _note(receipt, Mailed.UNKNOWN, Why.BROKEN, said_by(error))
    else:
        _note(receipt, Mailed.SENT)
    finally:
        server.close()
    return True


def _note(receipt: ReportReceipt, state: ReportReceipt.State, why: str = "", error: str = "") -> None:
    """What became of it. Who was taken for dead meanwhile knows better than "unknown"."""
    mine = ReportReceipt.objects.filter(pk=receipt.pk, state__in=(Mailed.SENDING, Mailed.UNKNOWN))
    mine.update(state=state, why=why, error=error[:300], at=timezone.now())


def _postpone(run: ReportRun, error: str) -> bool:
    """Ask the mail server again later; after two days nobody is waited for any more, and the run goes on to its end."""
    error = error[:300]  # as in receipts
    made_at = run.made_at or timezone.now()
    waited = timezone.now() - made_at
    if waited > GIVEN_UP_AFTER:
        said = Case(When(error="", then=Value(error)), default="error")  # the server's own words tell more
        run.receipts.filter(state=Mailed.WAITING).update(
            state=Mailed.FAILED, why=Why.GIVEN_UP, error=said, at=timezone.now()
        )
        return True
    seconds = min(max(FIRST_BACKOFF_S, int(waited.total_seconds())), LONGEST_BACKOFF_S)
    log.warning("report run %s: no mail server (%s); tried again in %s s", run.pk, error, seconds)
    ledger.write(run, due_at=timezone.now() + timedelta(seconds=seconds), error=error)
    return False


def _finish(run: ReportRun) -> None:
    states, error = set(run.receipts.values_list("state", flat=True)), ""
    if states <= {Mailed.LEFT_OUT}:
        state, error = State.FAILED, NOBODY
    else:
        state = State.TROUBLE if states & {Mailed.FAILED, Mailed.UNKNOWN} else State.DONE
    ledger.write(run, state=state, due_at=None, finished_at=timezone.now(), error=error)
