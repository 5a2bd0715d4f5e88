"""What was raised of a day or night in time, so that it is not raised once more when calls of it come late."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q

from telephony.models import Alert, AlertRule
from telephony.services.alert_kinds.base import Ended, Reading, Verdict


def not_raised(rule: AlertRule, readings: Mapping[str, Reading]) -> dict[str, Reading]:
    """Of readings of which no alert is there, by the keys of their subjects, those of which one may be opened.

    That is all that is so now. Of what is over it is once, where the rule stood as it stands and nothing was raised.
    """
    late = {
        key: one.ended
        for key, one in readings.items()
        if one.ended is not None and one.verdict == Verdict.OVER
    }
    if not late:
        return dict(readings)
    begin = min(ended.start_at for ended in late.values())
    alerts = list(Alert.objects.filter(Q(cleared_at=None) | Q(cleared_at__gte=begin), rule=rule))
    left_out = {
        key
        for key, ended in late.items()
        if ended.end_at <= rule.changed_at or any(one.subject == key or _is_of(one, ended) for one in alerts)
    }
    return {key: one for key, one in readings.items() if key not in left_out}


def _is_of(alert: Alert, ended: Ended) -> bool:
    """Whether it was raised in time, or held then, be it that a person had closed it."""
    if alert.subject != ended.subject or alert.opened_at >= ended.end_at:
        return False
    has_ended_before = alert.cleared_at is not None and alert.cleared_at < ended.end_at
    return alert.last_seen_at >= ended.start_at or not has_ended_before
