"""That a report was not made or did not reach everybody: who can do something about it is told, once for each run.

Looked for in the ledger's rows, so that it does not matter who gave the run up: its worker, or the dispatcher that found
it tried too often.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Membership, Person
from accounts.rights import Right, Role, rights_of, rights_of_role
from accounts.scoping import tenant_scope, unscoped
from portal.lib.wording import one_line
from telephony.models import Job, ReportReceipt, ReportRun
from telephony.services import ledger

MAIL = "report_trouble"  # the name of this mail in its job; mailing.py sends it
TROUBLE = (ReportRun.State.TROUBLE, ReportRun.State.REFUSED, ReportRun.State.FAILED)
NOT_SENT = (ReportReceipt.State.FAILED, ReportReceipt.State.UNKNOWN)


def tell(now: datetime) -> int:
    """Put mails about runs that nobody was told of into the ledger; of how many runs."""
    with unscoped("dispatch"):
        found = list(
            ReportRun.objects.filter(state__in=TROUBLE, told_at=None).values_list("tenant_id", "pk")[:500]
        )
    for tenant_id, pk in found:
        with tenant_scope(tenant_id), transaction.atomic():
            if ReportRun.objects.filter(pk=pk, told_at=None).update(told_at=now):
                run = ReportRun.objects.select_related("report__owner", "report__tenant", "asked_by").get(
                    pk=pk
                )
                for person in _whom(run):
                    _put_into_ledger(run, person, now)
    return len(found)


def _whom(run: ReportRun) -> list[Person]:
    """Whom it was made for; where they may not open it any more, the tenant's owners, and where it has none, who may."""
    wanted = run.asked_by if run.sort == ReportRun.Sort.TEST else run.report.owner
    if wanted is not None and Right.REPORTS_SCHEDULE in rights_of(wanted, run.report.tenant):
        return [wanted]
    members = Membership.objects.filter(tenant=run.tenant_id, person__is_active=True).order_by("person_id")
    here = [(row.person, row.role) for row in members.select_related("person")]
    owners = [person for person, role in here if role == Role.OWNER]
    return owners or [person for person, role in here if Right.REPORTS_SCHEDULE in rights_of_role(role)]


def _put_into_ledger(run: ReportRun, person: Person, now: datetime) -> None:
    with translation.override(person.language):
        label = _subject(run)
    job = Job.objects.create(
        kind=Job.Kind.MAIL,
        label=label[:250],
        parameters={"mail": MAIL, "run": run.pk},
        person=person,
        due_at=now,
    )
    ledger.hint(job)


def _subject(run: ReportRun) -> str:
    if run.state == ReportRun.State.TROUBLE:
        return _("%(report)s did not reach everybody") % {"report": run.report.title}
    return _("%(report)s was not sent") % {"report": run.report.title}


def compose(job: Job) -> EmailMessage | None:
    """The mail in the person's language; None where the report or the person is gone."""
    run = ReportRun.objects.select_related("report__tenant").filter(pk=job.parameters["run"]).first()
    person = job.person
    if run is None or person is None or not person.is_active:
        return None
    path = reverse("telephony:report_run", kwargs={"slug": run.report.tenant.slug, "pk": run.pk})
    with translation.override(person.language):
        text = render_to_string(
            "telephony/mail/report_trouble.txt",
            {
                "person": person,
                "run": run,
                "receipts": list(run.receipts.filter(state__in=NOT_SENT).order_by("pk")),
                "url": settings.PUBLIC_URL + path,
            },
        )
        return EmailMessage(one_line(_subject(run)), text, to=[person.email])
