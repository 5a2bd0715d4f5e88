"""Days, months and nights that are over, looked at for some days more: their calls may come late.

Each has an alert of its own, which lasts as long as it is looked at; what was raised in time is not raised again
(services/alert_late.py).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from telephony.services.alert_kinds.base import Ended, Reading, Verdict

LATE_DAYS = 3


def late(reading: Reading, day: date, start_at: datetime, end_at: datetime) -> Reading:
    """A reading of what began on that day, beside the one of today. In time an alert of it is opened from one instant to
    the other."""
    subject = replace(reading.subject, key=f"{reading.subject.key} {day.isoformat()}".strip())
    is_over = reading.verdict == Verdict.OVER
    return Reading(
        subject=subject,
        verdict=reading.verdict,
        evidence={**reading.evidence, "is_late": True} if is_over else {},
        ended=Ended(subject=reading.subject.key, start_at=start_at, end_at=end_at),
    )
