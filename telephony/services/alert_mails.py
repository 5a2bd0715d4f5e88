"""Alerts by mail: one mail a recipient and look, with all that is new to them. Work of the ledger, see mailing.py.

That an alert was told, and the jobs that tell of it, are committed with the look that found it. A mail is composed when it
is sent: what is over by then, or not for the recipient any more, is left out of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership, Person, Tenant
from accounts.rights import Right, Role, rights_of
from portal.lib.wording import one_line
from telephony.models import Alert, AlertRule, Connection, Job
from telephony.services import ledger, reconnecting
from telephony.services.alert_kinds import KINDS
from telephony.services.alert_told import MAIL, Recipient, ends_for
from telephony.services.troubles import Sort

MANAGERS = (Role.OWNER, Role.ADMINISTRATOR)
MOST_TOLD = 50  # in one mail; the page has the others


@dataclass
class Told:
    """What a recipient is to be told: ids of alerts that are new to them, and that are over."""

    new: list[int] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)


def put_into_ledger(tenant: Tenant, now: datetime) -> int:
    """Put the mails of what was not told yet into the ledger; how many. The caller's transaction holds the watch."""
    untold = Q(told_at=None) | Q(told_at__lt=F("snoozed_until"))
    waiting = Alert.objects.waiting(now).filter(untold)
    found = waiting.select_related("rule", "connection__credential").order_by("opened_at", "pk")
    new = [
        one for one in found if (link := _with_dead_grant(one)) is None or not reconnecting.is_telling(link)
    ]
    if not new:
        return 0
    people = _People(tenant)
    told: dict[Recipient, Told] = {}
    for alert in new:
        told_already = _told_otherwise(alert)
        for recipient in people.of(alert.rule):
            if not isinstance(recipient, Person) or recipient.pk not in told_already:
                told.setdefault(recipient, Told()).new.append(alert.pk)
    for recipient, ended in ends_for(told, now).items():  # nobody gets a mail for an end alone
        told[recipient].ended = ended
    for recipient, what in told.items():
        _put(tenant, recipient, what, now)
    Alert.objects.filter(pk__in=[alert.pk for alert in new]).update(told_at=now)
    return len(told)


def _told_otherwise(alert: Alert) -> set[int]:
    """Ids of the people whom another mail tells of it: whoever may connect it again has one of their own. What was put
    off is told to them as well."""
    link = _with_dead_grant(alert)
    return reconnecting.told_of(link) if link is not None and alert.told_at is None else set()


def _with_dead_grant(alert: Alert) -> Connection | None:
    """The connection, where the alert is that its grant is dead."""
    return alert.connection if alert.evidence.get("sort") == Sort.NEEDS_RECONNECT else None


class _People:
    """Who is told of which rule, as of now: people who may sign in, and addresses of others."""

    def __init__(self, tenant: Tenant) -> None:
        here = Membership.objects.filter(tenant=tenant, person__is_active=True).select_related("person")
        rows = list(here.order_by("person_id"))
        self.members = {row.person_id: row.person for row in rows}
        self.managers = [row.person for row in rows if row.role in MANAGERS]

    @cached_property
    def staff(self) -> dict[int, Person]:
        return Person.objects.filter(is_staff=True, is_active=True).in_bulk()

    def of(self, rule: AlertRule) -> list[Recipient]:
        known_as = self.members if rule.shared is None else self.staff
        people = dict.fromkeys(known_as[pk] for pk in rule.members if pk in known_as)
        if rule.tells_managers:
            is_trouble = rule.kind == AlertRule.Kind.TROUBLE
            people |= dict.fromkeys(
                one for one in self.managers if one.notify_connection_trouble or not is_trouble
            )
        known = {person.email.lower() for person in people}
        return [*people, *(one for one in rule.addresses if one.lower() not in known)]


def _put(tenant: Tenant, recipient: Recipient, told: Told, now: datetime) -> None:
    person = recipient if isinstance(recipient, Person) else None
    with translation.override(person.language if person else tenant.language):
        label = (
            _("Alerts, by mail") if person else _("Alerts, by mail to %(address)s") % {"address": recipient}
        )
    address = {} if person else {"address": recipient}
    job = Job.objects.create(
        kind=Job.Kind.MAIL,
        label=label[:250],
        parameters={"mail": MAIL, "alerts": told.new, "ended": told.ended, **address},
        person=person,
        due_at=now,
    )
    ledger.hint(job)


def compose(job: Job) -> EmailMessage | None:
    """The mail in the recipient's language; None where nothing of it is so any more, or is for them.

    From then on the job says of which alerts it tells.
    """
    tenant, person, address = job.tenant, job.person, job.parameters.get("address", "")
    new = [one for one in _still(job, "alerts", person, address) if one.closed_at is None]
    over = [one for one in _still(job, "ended", person, address) if one.closed_at is not None]
    ended = over[:MOST_TOLD] if new else []
    told = {"alerts": [one.pk for one in new], "ended": [one.pk for one in ended]}
    job.parameters = {**job.parameters, **told}
    if not new:
        return None
    language = person.language if person else tenant.language
    zone = ZoneInfo((person.time_zone if person else "") or tenant.time_zone)
    with translation.override(language), timezone.override(zone):
        text = render_to_string(
            "telephony/mail/alerts.txt",
            {
                "person": person,
                "tenant": tenant,
                "new": new[:MOST_TOLD],
                "more": max(0, len(new) - MOST_TOLD),
                "ended": ended,
                **(_addresses(tenant, person, new) if person else {}),
            },
        )
        subject = one_line(_subject(tenant, new))
        return EmailMessage(subject, text, to=[person.email if person else address])


def _still(job: Job, which: str, person: Person | None, address: str) -> list[Alert]:
    """The alerts of a job that the recipient is still to be told of, by now."""
    found = Alert.objects.filter(pk__in=job.parameters.get(which, ()))
    alerts = list(found.select_related("rule").order_by("opened_at", "pk"))
    if person is None:
        return [one for one in alerts if address in one.rule.addresses]
    is_member = Membership.objects.filter(tenant=job.tenant, person=person).exists()
    if not is_member and not person.is_staff:
        return []
    rights = rights_of(person, job.tenant)
    return [one for one in alerts if KINDS[one.rule.kind].right in rights]


def _subject(tenant: Tenant, new: Sequence[Alert]) -> str:
    if len(new) == 1:
        alert = new[0]
        what = " · ".join(filter(None, [str(alert.rule), alert.evidence.get("name", "")]))
        return _("%(tenant)s: %(what)s") % {"tenant": tenant.name, "what": what}
    return ngettext("%(tenant)s: %(count)s new alert", "%(tenant)s: %(count)s new alerts", len(new)) % {
        "tenant": tenant.name,
        "count": len(new),
    }


def _addresses(tenant: Tenant, person: Person, new: Iterable[Alert]) -> Mapping[str, object]:
    """The links of who may sign in, to pages that they may see."""

    def page(name: str, **kwargs: int) -> str:
        return settings.PUBLIC_URL + reverse(f"telephony:{name}", kwargs={"slug": tenant.slug, **kwargs})

    may_set = Right.REPORTS_SCHEDULE in rights_of(person, tenant)
    return {
        "url": page("alert_list"),
        "rules_url": page("alert_rules") if may_set else "",
        "urls": {one.pk: page("alert_detail", pk=one.pk) for one in new},
    }
