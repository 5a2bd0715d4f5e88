"""The service level is too low: of the callers who waited, too few were answered in time. Who gave up was not."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext_lazy as _

from telephony.models import AlertRule
from telephony.models.rollups import WAIT_BOUNDS
from telephony.services.alert_kinds import windows
from telephony.services.alert_kinds.answer_rate import verdict_of
from telephony.services.alert_kinds.base import Kind, Of, Verdict
from telephony.services.alert_kinds.late import LATE_DAYS
from telephony.services.alert_kinds.windows import Judgement, Totals
from telephony.services.waiting import service_level


def judge(rule: AlertRule, totals: Totals) -> Judgement:
    """`limit_s` is one of WAIT_BOUNDS. Calls that tell no wait are left out."""
    assert rule.limit_percent is not None and rule.limit_s is not None
    numbers = {
        "calls": totals.told,
        "in_time": totals.waits.below(rule.limit_s),
        "limit": rule.limit_percent,
        "limit_s": rule.limit_s,
    }
    level = service_level(totals.waits, totals.told, rule.limit_s)
    if level is None:
        return Judgement(verdict=Verdict.UNKNOWN, value=None, numbers=numbers)
    is_enough = totals.told >= (rule.least_calls or 0)
    verdict = verdict_of(100 * level, rule.limit_percent) if is_enough else Verdict.UNKNOWN
    return Judgement(verdict=verdict, value=round(100 * level, 1), numbers=numbers)


KIND = Kind(
    key=AlertRule.Kind.WAITING,
    label=AlertRule.Kind.WAITING.label,
    what=_(
        "Fewer callers are answered within some seconds than they should be. Who gives up counts as not answered."
    ),
    icon="hourglass",
    fields=("of", "period", "limit_s", "limit_percent", "least_calls"),
    defaults={
        "of": Of.WHOLE,
        "period": AlertRule.Period.TODAY,
        "limit_s": 30,
        "limit_percent": 80,
        "least_calls": 20,
    },
    choices={"limit_s": WAIT_BOUNDS},
    labels={"limit_percent": _("Answered at least, in percent")},
    of=(Of.WHOLE, Of.EACH_CONNECTION, Of.EACH_LINE, Of.EACH_GROUP, Of.CONNECTION, Of.PLACE),
    look=partial(windows.look, judge=judge),
    past=partial(windows.past, judge=judge),
    absent=Verdict.UNKNOWN,
    late_days=LATE_DAYS,
)
