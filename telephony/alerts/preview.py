"""What a rule would have raised in the last thirty days, before it is kept: noise is seen where it begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Tenant
from portal.ui import formats
from portal.ui.figures import Slot, strip
from portal.ui.svg import Figure
from telephony.alerts.words import country_words
from telephony.models import AlertRule
from telephony.services.alert_episodes import would_open
from telephony.services.alert_kinds import KINDS
from telephony.services.alert_kinds.base import Reading, Round, Verdict
from telephony.services.alert_kinds.windows import is_by_hour

DAYS = 30
MOST_SHOWN = 12


@dataclass(frozen=True, kw_only=True)
class Preview:
    """opened    the alerts, the latest first: when, and of what ("" for the rule's own)
    more      how many of them are not shown
    known     days of which something can be said
    judged    when the rule was judged: at the end of an hour, of a day, or "" where each instant counts
    """

    count: int
    opened: Sequence[tuple[date, str]]
    more: int
    known: int
    judged: str
    figure: Figure


def preview_of(rule: AlertRule, tenant: Tenant, now: datetime) -> Preview | None:
    """None of a kind of which the past is not known. In the tenant's scope."""
    kind = KINDS[rule.kind]
    if kind.past is None:
        return None
    round_ = Round(tenant, now)
    past = [(day, list(readings)) for day, readings in kind.past(rule, round_, DAYS)]
    opened = would_open(past)[::-1]
    return Preview(
        count=len(opened),
        opened=[(day, _of(reading)) for day, reading in opened[:MOST_SHOWN]],
        more=max(0, len(opened) - MOST_SHOWN),
        known=sum(any(one.verdict != Verdict.UNKNOWN for one in readings) for _day, readings in past),
        judged=_judged(rule, round_),
        figure=_figure(past, {day for day, _reading in opened}, len(opened)),
    )


def _of(reading: Reading) -> str:
    country = reading.evidence.get("country", "")
    return " · ".join(filter(None, [reading.subject.name, country_words(country) if country else ""]))


def _judged(rule: AlertRule, round_: Round) -> str:
    if not rule.period:
        return ""
    return "hour" if is_by_hour(rule, round_, DAYS) else "day"


def _figure(past: Sequence[tuple[date, Sequence[Reading]]], begun: set[date], count: int) -> Figure:
    """A cell a day: tall where an alert began, or where it went on."""
    slots = []
    for day, readings in past:
        verdicts = {one.verdict for one in readings}
        words = formats.date_words(day, formats.SHORT_DAY)
        if day in begun:
            slots.append(Slot(tone="bad", title=_("%(day)s: an alert") % {"day": words}))
        elif Verdict.OVER in verdicts:
            slots.append(Slot(tone="some", title=_("%(day)s: still so") % {"day": words}))
        elif verdicts - {Verdict.UNKNOWN}:
            slots.append(Slot(tone="ok", title=_("%(day)s: as it should be") % {"day": words}))
        else:
            slots.append(Slot(tone="empty", title=_("%(day)s: too little to tell") % {"day": words}))
    label = ngettext(
        "%(count)s alert in the last %(days)s days", "%(count)s alerts in the last %(days)s days", count
    )
    days = [day for day, _readings in past]
    return strip(
        slots,
        label=label % {"count": count, "days": len(past)},
        first=formats.date_words(days[0], formats.SHORT_DAY) if days else "",
        last=formats.date_words(days[-1], formats.SHORT_DAY) if days else "",
    )
