"""Which mails tell whom of which alerts, and of whose end each recipient is still to hear. The ledger of mails says it.

A mail that waits tells of all that it was made for, one that was sent of what was in it by then (alert_mails.compose),
and one that was given up or stopped of nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from accounts.models import Person
from telephony.models import Alert, Job
from telephony.services import reconnecting
from telephony.services.troubles import Sort

MAIL = "alerts"  # the name of this mail in its job
END_TOLD_WITHIN = timedelta(days=7)
GIVEN_UP = (Job.State.FAILED, Job.State.STOPPED)
Recipient = Person | str  # somebody who may sign in, or an address


def mails_of(alert: Alert) -> list[Job]:
    """The mails that told of an alert, the latest first."""
    jobs = Job.objects.filter(
        kind=Job.Kind.MAIL,
        parameters__mail=MAIL,
        parameters__alerts__contains=[alert.pk],
        created_at__gte=alert.opened_at,
    )
    return list(jobs.select_related("person").order_by("-created_at", "-pk"))


def ends_for(recipients: Iterable[Recipient], now: datetime) -> dict[Recipient, list[int]]:
    """By recipient the ids of alerts that are over, of which they were told, and not yet that they are over."""
    over = list(
        Alert.objects.filter(
            end=Alert.End.GONE,
            closed_at__gt=now - END_TOLD_WITHIN,
            told_at__isnull=False,
            rule__tells_end=True,
        ).order_by("closed_at", "pk")
    )
    if not over:
        return {}
    begun, ended = _told_since(min(alert.opened_at for alert in over))
    for alert in over:
        for person in _told_of_dead_grant(alert):
            begun[person].add(alert.pk)
    to_tell = {one: begun[key] - ended[key] for one, key in ((one, _key(one)) for one in recipients)}
    return {one: [alert.pk for alert in over if alert.pk in ids] for one, ids in to_tell.items()}


_Told = dict[int | str, set[int]]


def _key(recipient: Recipient) -> int | str:
    return recipient if isinstance(recipient, str) else recipient.pk


def _told_since(at: datetime) -> tuple[_Told, _Told]:
    """Ids of alerts that mails since then tell of as new, and as over, by the person's id or the address."""
    jobs = Job.objects.filter(kind=Job.Kind.MAIL, parameters__mail=MAIL, created_at__gte=at)
    begun: _Told = defaultdict(set)
    ended: _Told = defaultdict(set)
    for person, parameters in jobs.exclude(state__in=GIVEN_UP).values_list("person_id", "parameters"):
        key = person or parameters.get("address", "")
        begun[key].update(parameters["alerts"])
        ended[key].update(parameters["ended"])
    return begun, ended


def _told_of_dead_grant(alert: Alert) -> set[int]:
    """Ids of the people to whom a mail of its own told of a dead grant, shortly before it was an alert."""
    if alert.evidence.get("sort") != Sort.NEEDS_RECONNECT or alert.connection_id is None:
        return set()
    return reconnecting.told_between(
        alert.connection_id, alert.opened_at - timedelta(days=1), alert.closed_at
    )
