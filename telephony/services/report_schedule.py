"""Which runs a report gets and when: each period once, whoever looks and however often; missed ones late, oldest first.

A report's row is locked while its due runs are written, and its next time is committed with them, so that two
schedulers, or one that dies, neither lose nor double a period. Making and sending: report_sending.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.utils import timezone

from accounts.models import Person
from accounts.scoping import tenant_scope, unscoped
from portal.lib.periods import Period, period_of
from telephony.models import Report, ReportRun
from telephony.services import ledger

MOST_MISSED = 50  # of one report at a time; the next look takes the ones after
MOST_REPORTS = 2_000  # at a time
SHOWN_AHEAD = 3
TWICE_WITHIN = timedelta(minutes=10)  # later, one that still waits for a mail server holds up no other


def covered(report: Report, at: datetime) -> Period:
    """The days that a run at this instant is of; of one that says how things are then, its own day."""
    day = at.astimezone(report.zone).date()
    return Period(day, day) if report.is_of_now else period_of(report.period, day)


def ahead(report: Report, after: datetime) -> Iterator[tuple[datetime, Period]]:
    """The runs after an instant, without end. A time whose days go out before it is none: each goes out once."""
    gone = _gone(report, after)
    for at in report.cadence.after(after):
        period = covered(report, at)
        if period not in gone:
            yield at, period
        gone.add(period)


def _gone(report: Report, after: datetime) -> set[Period]:
    """The days from then on that went out by the schedule, or are due to. A later time never covers earlier days."""
    if report.pk is None:
        return set()
    runs = report.runs.filter(sort=ReportRun.Sort.SCHEDULED, first_day__gte=covered(report, after).first)
    gone = {Period(*days) for days in runs.values_list("first_day", "last_day")}
    if report.next_at is not None and report.next_at <= after:
        gone.add(covered(report, report.next_at))
    return gone


def next_runs(report: Report, now: datetime) -> list[tuple[datetime, Period]]:
    """The next three, as the form and the page show them; whether it is paused or not."""
    return list(islice(ahead(report, now), SHOWN_AHEAD))


def begin(report: Report, now: datetime) -> None:
    """Let it run from its next time on. The caller saves the row."""
    report.next_at = next(ahead(report, now))[0]
    report.paused_why = ""


def keep(report: Report, now: datetime, owner: Person | None = None) -> None:
    """Save what a person entered. What was due until now by the schedule of before goes out, of the days it was due for.

    owner  whom it is sent for from now on, where its own may not see it: one that paused for that goes on
    """
    with transaction.atomic():
        if report.pk is not None:
            stored = _locked_without_due(report, now)
            report.next_at, report.paused_why = stored.next_at, stored.paused_why
        if owner is not None:
            report.owner = owner
            if report.paused_why == Report.Pause.RIGHTS:
                report.paused_why = ""
        if not report.paused_why:
            begin(report, now)
        report.save()


def pause(report: Report, now: datetime, why: Report.Pause = Report.Pause.PERSON) -> None:
    """No run by the schedule until somebody lets it go on; what is being sent goes on, and what was due until now."""
    with transaction.atomic():
        stored = _locked_without_due(report, now)
        stored.next_at, stored.paused_why = None, why
        stored.save(update_fields=["next_at", "paused_why"])


def _locked_without_due(report: Report, now: datetime) -> Report:
    """Its row, whose runs that were due until now are in the ledger."""
    stored = Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
    while stored.next_at is not None and stored.next_at <= now:
        _open(stored, now)
    return stored


def go_on(report: Report, owner: Person | None, now: datetime) -> None:
    """Let a paused report run again, sent for this person from now on. One that runs is left alone."""
    with transaction.atomic():
        paused = Report.objects.select_for_update(of=("self",)).exclude(paused_why="")
        stored = paused.filter(pk=report.pk).first()
        if stored is not None:
            stored.owner = owner
            begin(stored, now)
            stored.save(update_fields=["owner", "next_at", "paused_why"])


def open_due(now: datetime) -> int:
    """Write the runs that are due into the ledger; how many."""
    with unscoped("dispatch"):
        due = Report.objects.filter(next_at__lte=now, tenant__closed_at=None).order_by("next_at", "pk")
        found = list(due.values_list("tenant_id", "pk")[:MOST_REPORTS])
    opened = 0
    for tenant_id, pk in found:
        with tenant_scope(tenant_id), transaction.atomic():
            locked = Report.objects.select_for_update(of=("self",), skip_locked=True)
            report = locked.filter(pk=pk, next_at__lte=now).first()
            if report is not None:  # else another scheduler has it
                opened += _open(report, now)
    return opened


def _open(report: Report, now: datetime) -> int:
    assert report.next_at is not None
    at, opened = report.next_at, 0
    times = report.cadence.after(at)
    for _n in range(MOST_MISSED):
        if at > now:
            break
        period = covered(report, at)
        once = {"report": report, "sort": ReportRun.Sort.SCHEDULED}
        days = {"first_day": period.first, "last_day": period.last}
        if not ReportRun.objects.filter(**once, **days).exists():
            run = ReportRun.objects.create(**once, **days, due_for_at=at, due_at=timezone.now())
            ledger.hint(run)
            opened += 1
        at = next(times)
    report.next_at = at if at <= now else next(ahead(report, now))[0]
    report.save(update_fields=["next_at"])
    return opened


def run_now(report: Report, person: Person, sort: ReportRun.Sort = ReportRun.Sort.BY_HAND) -> ReportRun:
    """The report as it would go out now: to everybody, or as a test to the person alone.

    Asked for again within TWICE_WITHIN, while it is being made and sent, it is one.
    """
    now = timezone.now()
    period = covered(report, now)
    with transaction.atomic():
        Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
        same = report.runs.filter(
            sort=sort,
            remakes=None,
            first_day=period.first,
            last_day=period.last,
            due_for_at__gt=now - TWICE_WITHIN,
        )
        if sort == ReportRun.Sort.TEST:
            same = same.filter(asked_by=person)
        going_on = same.exclude(due_at=None).order_by("pk").first()
        return going_on or _ask(report, period, person, sort)


def run_again(run: ReportRun, person: Person) -> ReportRun:
    """The same days once more, to everybody, out of what is here by now; it says in whose place it comes.

    Asked for twice while it is being made and sent, it is one.
    """
    with transaction.atomic():
        ReportRun.objects.select_for_update().get(pk=run.pk)
        going_on = run.remade_by.exclude(due_at=None).order_by("pk").first()
        return going_on or _ask(run.report, run.period, person, ReportRun.Sort.BY_HAND, remakes=run)


def _ask(
    report: Report,
    period: Period,
    person: Person,
    sort: ReportRun.Sort,
    remakes: ReportRun | None = None,
) -> ReportRun:
    now = timezone.now()
    with transaction.atomic():
        run = ReportRun.objects.create(
            report=report,
            sort=sort,
            first_day=period.first,
            last_day=period.last,
            due_for_at=now,
            asked_by=person,
            due_at=now,
            remakes=remakes,
        )
        ledger.hint(run)
    return run
