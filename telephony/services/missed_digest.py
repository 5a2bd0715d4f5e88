"""Who was missed and not called back, by mail: once a day at an hour of the tenant's zone, to those who asked for it.

That a day's mail is due and its job in the ledger are committed together, so that it is put there once however often
somebody looks; a fixed Message-ID does the rest (mailing.py).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Person, Tenant
from accounts.rights import Right, rights_of
from accounts.scoping import tenant_scope, unscoped
from portal.lib.numbers import display
from portal.lib.wording import one_line
from telephony.models import Call, Job, MissedDigest
from telephony.models.missed import MissedSearch
from telephony.services import ledger, missed_calls
from telephony.services.number_names import names_of

MAIL = "missed_digest"  # the name of this mail in its job
LOOKED_BACK = timedelta(days=7)  # as the board
MOST_SHOWN = 20


def hour_of(person: Person) -> int | None:
    """The hour at which the person gets it, None who does not. In the tenant's scope."""
    return MissedDigest.objects.filter(person=person).values_list("hour", flat=True).first()


def wish(tenant: Tenant, person: Person, hour: int | None, now: datetime) -> None:
    """Send it at this hour from the next time on that it strikes; None: no more."""
    if hour is None:
        MissedDigest.objects.filter(person=person).delete()
        return
    local = now.astimezone(ZoneInfo(tenant.time_zone))
    sent_on = local.date() if local.hour >= hour else local.date() - timedelta(days=1)
    MissedDigest.objects.update_or_create(person=person, defaults={"hour": hour, "sent_on": sent_on})


def open_due(now: datetime) -> int:
    """Put the mails that are due into the ledger; how many."""
    with unscoped("dispatch"):
        known = list(MissedDigest.objects.select_related("tenant", "person"))
    due = [(one, local) for one in known if (local := _due(one, now)) is not None]
    for digest, local in due:
        with tenant_scope(digest.tenant_id), transaction.atomic():
            unsent = MissedDigest.objects.filter(pk=digest.pk, hour=digest.hour, sent_on__lt=local.date())
            if not unsent.update(sent_on=local.date()):
                continue  # somebody else has
            with translation.override(digest.person.language):
                label = str(_("Missed callers, by mail"))
            job = Job.objects.create(
                kind=Job.Kind.MAIL,
                label=label[:250],
                parameters={"mail": MAIL},
                person=digest.person,
                due_at=now,
            )
            ledger.hint(job)
    return len(due)


def _due(digest: MissedDigest, now: datetime) -> datetime | None:
    """The instant in the tenant's zone, where today's mail is due."""
    local = now.astimezone(ZoneInfo(digest.tenant.time_zone))
    return local if local.hour >= digest.hour and digest.sent_on < local.date() else None


def compose(job: Job) -> EmailMessage | None:
    """The mail in the person's language, of what is so now; None where nobody waits, or it is wanted no more."""
    person, tenant = job.person, job.tenant
    if person is None or not person.is_active or Right.CALLS_LIST not in rights_of(person, tenant):
        return None
    if hour_of(person) is None:
        return None
    now = timezone.now()
    search = MissedSearch(start_at=now - LOOKED_BACK, end_at=now, person=person.pk)
    found = list(search.narrow(Call.objects.all()).order_by("-started_at", "-pk")[: MOST_SHOWN + 1])
    if not found:
        return None
    shown, told = found[:MOST_SHOWN], missed_calls.missed_of(found[:MOST_SHOWN], search, now)
    names = names_of(call.caller for call in shown)
    zone = ZoneInfo(person.time_zone or tenant.time_zone)
    with translation.override(person.language), timezone.override(zone):
        count = f"{len(shown)}" if len(found) == len(shown) else _("more than %(n)s") % {"n": MOST_SHOWN}
        subject = ngettext(
            "%(tenant)s: %(count)s number missed and not called back",
            "%(tenant)s: %(count)s numbers missed and not called back",
            len(found),
        ) % {"tenant": tenant.name, "count": count}
        rows = [
            {
                "name": names.get(call.caller, ""),
                "number": display(call.caller),
                "call": call,
                "missed": missed,
            }
            for call in shown
            if (missed := told.get(call.caller))
        ]
        board = reverse("telephony:missed", kwargs={"slug": tenant.slug})
        text = render_to_string(
            "telephony/mail/missed_digest.txt",
            {
                "person": person,
                "tenant": tenant,
                "rows": rows,
                "is_open_time": any(row["missed"].is_open_time for row in rows),
                "more": len(found) > len(shown),
                "url": settings.PUBLIC_URL + board,
                "settings_url": settings.PUBLIC_URL
                + reverse("telephony:missed_digest", kwargs={"slug": tenant.slug}),
            },
        )
        return EmailMessage(one_line(subject), text, to=[person.email])
