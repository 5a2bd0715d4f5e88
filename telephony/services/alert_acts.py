"""What people do with an alert: say that they have seen it, put it off, or close it with a word. Each is in the audit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import audit
from accounts.models import AuditEvent, Person
from telephony.models import Alert
from telephony.services.alert_kinds import KINDS

SNOOZES: Mapping[str, timedelta] = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
}


def acknowledge(alert: Alert, person: Person) -> bool:
    """Somebody looks after it: no mail tells of it any more."""
    return _write(alert, person, acknowledged_at=timezone.now(), snoozed_until=None)


def snooze(alert: Alert, person: Person, span: timedelta) -> bool:
    """It is out of the way for so long; what still holds then is told once more."""
    until = timezone.now() + span
    return _write(alert, person, snoozed_until=until, acknowledged_at=None)


def reopen(alert: Alert, person: Person) -> bool:
    """Neither seen nor put off."""
    return _write(alert, person, snoozed_until=None, acknowledged_at=None)


def close(alert: Alert, person: Person) -> bool:
    """Enough of it: no other one begins before the limit was kept once."""
    return _write(alert, person, closed_at=timezone.now(), end=Alert.End.PERSON)


ACTS: Mapping[str, Callable[[Alert, Person], bool]] = {
    "acknowledge": acknowledge,
    "reopen": reopen,
    "close": close,
    **{f"snooze-{name}": partial(snooze, span=span) for name, span in SNOOZES.items()},
}


def others_of(alert: Alert) -> QuerySet[Alert]:
    """Those of the same rule that wait for somebody."""
    found: QuerySet[Alert] = Alert.objects.waiting(timezone.now()).filter(rule=alert.rule_id)
    return found.exclude(pk=alert.pk)


def act(
    name: str, alert: Alert, person: Person, note: str, request: HttpRequest, *, is_for_all: bool = False
) -> int:
    """One of ACTS, with a word or none, on an alert, or on all of its rule that wait as well; on how many it was done.

    0 where the alert has ended meanwhile. KeyError for other names.
    """
    with transaction.atomic():
        others = list(others_of(alert)) if is_for_all else []
        if not ACTS[name](alert, person):
            return 0
        done = [alert.pk, *(one.pk for one in others if ACTS[name](one, person))]
        if note:
            Alert.objects.filter(pk__in=done).update(note=note)
        audit.record(
            AuditEvent.Verb.SETTINGS,
            tenant=alert.tenant,
            person=person,
            object_label=f"{KINDS[alert.rule.kind].label} {alert.evidence.get('name', '')}".strip(),
            detail={
                "alert": name,
                "summary": _said(name, alert, len(done)),
                **({"reason": note} if note else {}),
            },
            request=request,
        )
    return len(done)


def _said(name: str, alert: Alert, count: int) -> str:
    """What was done, in the tenant's language."""
    with translation.override(alert.tenant.language):
        words = {
            "acknowledge": _("alert acknowledged"),
            "reopen": _("alert opened again"),
            "close": _("alert closed"),
        }.get(name) or _("alert snoozed")
        more = ngettext("and %(count)s more of its rule", "and %(count)s more of its rule", count - 1)
        return f"{words}, {more % {'count': count - 1}}" if count > 1 else words


def _write(alert: Alert, person: Person, **values: object) -> bool:
    """Only while it is open: a look may have ended it."""
    return bool(Alert.objects.filter(pk=alert.pk, closed_at=None).update(acted_by=person, **values))
