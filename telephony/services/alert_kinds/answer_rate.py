"""Of the calls that came in, too few were answered."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext_lazy as _

from telephony.models import AlertRule
from telephony.services.alert_kinds import windows
from telephony.services.alert_kinds.base import Kind, Of, Verdict
from telephony.services.alert_kinds.late import LATE_DAYS
from telephony.services.alert_kinds.windows import Judgement, Totals

MARGIN = 2  # points above the limit, from where it is over


def judge(rule: AlertRule, totals: Totals) -> Judgement:
    assert rule.limit_percent is not None
    numbers = {"calls": totals.inbound, "reached": totals.reached, "limit": rule.limit_percent}
    if not totals.inbound:
        return Judgement(verdict=Verdict.UNKNOWN, value=None, numbers=numbers)
    value = 100 * totals.reached / totals.inbound
    is_enough = totals.inbound >= (rule.least_calls or 0)
    verdict = verdict_of(value, rule.limit_percent) if is_enough else Verdict.UNKNOWN
    return Judgement(verdict=verdict, value=round(value, 1), numbers=numbers)


def verdict_of(value: float, limit: int) -> Verdict:
    """Of a share that must not fall below a limit, both in percent."""
    if value < limit:
        return Verdict.OVER
    return Verdict.CLEAR if value >= min(limit + MARGIN, 100) else Verdict.BETWEEN


KIND = Kind(
    key=AlertRule.Kind.ANSWER_RATE,
    label=AlertRule.Kind.ANSWER_RATE.label,
    what=_("Fewer of the inbound calls are answered than they should be."),
    icon="phone-off",
    fields=("of", "period", "limit_percent", "least_calls"),
    defaults={"of": Of.WHOLE, "period": AlertRule.Period.TODAY, "limit_percent": 80, "least_calls": 20},
    labels={"limit_percent": _("Answered at least, in percent")},
    of=(Of.WHOLE, Of.EACH_CONNECTION, Of.EACH_LINE, Of.EACH_GROUP, Of.CONNECTION, Of.PLACE),
    look=partial(windows.look, judge=judge),
    past=partial(windows.past, judge=judge),
    absent=Verdict.UNKNOWN,
    late_days=LATE_DAYS,
)
