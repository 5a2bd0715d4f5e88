"""How long a tenant keeps its calls, live events and files, and how far the work of taking the older ones away has come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.scoping import TenantOwned
from portal.lib.days import first_of_month, midnight
from telephony.models.leased import Leased


def _months(label: object) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(label, null=True, blank=True)  # type: ignore[arg-type]


class Retention(TenantOwned, Leased):
    """Whole months beside the running one, or FOR_EVER. Of what a tenant says nothing (None) USUAL_DAYS says how long it is
    kept; calls stay. Each night gives a row to the tenants that have none.

    calls_from   a first of a month, set before any call goes and never set back. Days before it are no longer marked
                 (rollup_triggers.py): their roll-ups stand. Calls go a little later, see services/retention.py
    first_day    of the tenant's days the first that was counted anew when `calls_from` was set: the one that its midnight in
                 UTC lies in. Whatever zone the tenant has later, calls before `first_day_at`, its midnight in the zone of
                 then, are in days before it, and all others are not (rollup_counting.py)
    cursor       of a turn that began: {"before": {part: instant}, "gone": {part: rows}}
    """

    PARTS: ClassVar = ("calls", "events", "files")
    FOR_EVER: ClassVar = 0
    USUAL_DAYS: ClassVar[Mapping[str, int | None]] = {"calls": None, "events": 35, "files": 400}

    calls_months = _months(_("calls"))
    events_months = _months(_("live events"))
    files_months = _months(_("files"))
    calls_from = models.DateField(null=True, blank=True)
    first_day = models.DateField(null=True, blank=True)
    first_day_at = models.DateTimeField(null=True, blank=True)
    cursor = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant"], name="retention_once")]
        indexes = [
            models.Index(fields=["due_at"], name="retention_due", condition=models.Q(due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return ", ".join(f"{part}: {self.months_of(part)}" for part in self.PARTS)

    def months_of(self, part: str) -> int | None:
        months: int | None = getattr(self, f"{part}_months")
        return months

    @classmethod
    def kept_from(cls, part: str, months: int | None, today: date) -> date | None:
        """The first day of which a part is kept, where that is said so many months; None where all of it is."""
        if months is None:
            usual = cls.USUAL_DAYS[part]
            return today - timedelta(days=usual) if usual else None
        return first_of_month(today, months) if months != cls.FOR_EVER else None


def calls_read_from(zone: ZoneInfo) -> datetime | None:
    """The first moment of which calls may be fetched for the scope's tenant: what went does not come back.

    A day after `calls_from`, so that it lies in a day that is marked, whatever the zone.
    """
    day = Retention.objects.values_list("calls_from", flat=True).first()
    return midnight(day + timedelta(days=1), zone) if day else None
