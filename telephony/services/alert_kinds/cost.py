"""What the calls of a day, a week or a month cost is more than it may be."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext_lazy as _

from telephony.models import AlertRule
from telephony.services.alert_kinds import windows
from telephony.services.alert_kinds.base import Kind, Of, Verdict
from telephony.services.alert_kinds.late import LATE_DAYS
from telephony.services.alert_kinds.windows import Judgement, Totals

MARGIN = 0.95  # of the limit, below which it is over: a week loses its first day


def judge(rule: AlertRule, totals: Totals) -> Judgement:
    assert rule.limit_micros is not None
    value = totals.cost_micros
    verdict = Verdict.BETWEEN
    if value > rule.limit_micros:
        verdict = Verdict.OVER
    elif value <= MARGIN * rule.limit_micros:
        verdict = Verdict.CLEAR
    numbers = {"calls": totals.paid, "limit": rule.limit_micros, "currency": rule.currency}
    return Judgement(verdict=verdict, value=value, numbers=numbers)


KIND = Kind(
    key=AlertRule.Kind.COST,
    label=AlertRule.Kind.COST.label,
    what=_("Calls cost more than they may."),
    icon="coins",
    fields=("of", "period", "limit_micros", "currency"),
    defaults={"of": Of.WHOLE, "period": AlertRule.Period.MONTH},
    of=(Of.WHOLE, Of.EACH_CONNECTION, Of.EACH_LINE, Of.CONNECTION, Of.PLACE),
    # What is known already is too much, whatever is still missing.
    look=partial(windows.look, judge=judge, needs_all=False),
    past=partial(windows.past, judge=judge),
    late_days=LATE_DAYS,
)
