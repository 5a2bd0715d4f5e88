"""A tenant's day: figures, answer rate with the changes made, when people call, what needs attention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.lib.days import midnight
from telephony.models import Change, Connection, SyncRun
from telephony.services import call_figures
from telephony.services.call_figures import DayFigures
from telephony.services.number_names import names_of
from telephony.views import overview_figures
from telephony.views.attention import attention_of
from telephony.views.panels import overview_panels

PERIODS = {
    "today": gettext_lazy("Today"),
    "week": gettext_lazy("This week"),
    "month": gettext_lazy("30 days"),
}
RATE_DAYS, HEAT_DAYS = 30, 28
LATEST_CHANGES = 5


@dataclass(frozen=True)
class Compared:
    """A span's figures beside those of the span before."""

    now: DayFigures
    before: DayFigures

    @property
    def calls_more(self) -> int:
        return self.now.calls - self.before.calls

    @property
    def calls_fewer(self) -> int:
        return -self.calls_more

    @property
    def rate_points(self) -> float | None:
        """Change of the answer rate in points."""
        if self.now.answer_rate is None or self.before.answer_rate is None:
            return None
        return 100 * (self.now.answer_rate - self.before.answer_rate)


class OverviewView(TenantRightMixin, TemplateView):
    right = None
    template_name = "telephony/overview.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tenant = self.request.tenant
        connections = list(Connection.objects.filter(unlinked_at=None).select_related("credential"))
        context: dict[str, Any] = {"connections": connections, "title": _("Overview"), **kwargs}
        if not connections:
            return super().get_context_data(is_empty=True, **context)
        zone, now = ZoneInfo(tenant.time_zone), timezone.now()
        period = self.request.GET.get("period", "today")
        period = period if period in PERIODS else "today"
        may_see_calls = Right.CALLS_LIST in self.request.rights
        today = now.astimezone(zone).date()
        changes = (
            Change.objects.exclude(state=Change.State.DRAFT)
            .select_related("line", "connection")
            .order_by("-created_at", "-pk")
        )
        if may_see_calls:
            context |= self._calls(period, now, zone, today)
        return super().get_context_data(
            today=today,
            zone=zone.key,
            now=now,
            period=period,
            periods=PERIODS,
            attention=attention_of(tenant, now),
            changes=list(changes[:LATEST_CHANGES]),
            panels=overview_panels(tenant, connections),
            runs=list(
                SyncRun.objects.filter(state__in=[SyncRun.State.WAITING, SyncRun.State.RUNNING])
                .select_related("connection")
                .order_by("created_at")[:3]
            ),
            **context,
        )

    def _calls(self, period: str, now: datetime, zone: ZoneInfo, today: date) -> dict[str, Any]:
        start, end, before_start, before_end = spans(period, now, zone, today)
        waiting = call_figures.missed_not_called_back(now)
        first = today - timedelta(days=RATE_DAYS - 1)
        marks = Change.objects.filter(
            state=Change.State.APPLIED, sent_at__gte=midnight(first, zone), line__isnull=False
        ).order_by("sent_at")
        return {
            "compared": Compared(
                call_figures.figures_between(start, end),
                call_figures.figures_between(before_start, before_end),
            ),
            "rate": overview_figures.answer_rate(
                call_figures.answer_rate_by_day(first, today, zone),
                [first + timedelta(days=n) for n in range(RATE_DAYS)],
                list(marks.select_related("line")[:12]),
                call_figures.days_not_whole(first, today),
                zone,
            ),
            "heat": overview_figures.when_people_call(
                call_figures.inbound_by_hour(
                    today - timedelta(days=HEAT_DAYS), today - timedelta(days=1), zone
                )
            ),
            "waiting": waiting,
            "waiting_names": names_of(caller.number for caller in waiting),
            "may_see_calls": True,
        }


def spans(
    period: str, now: datetime, zone: ZoneInfo, today: date
) -> tuple[datetime, datetime, datetime, datetime]:
    """The span in words, up to now, and the like-long one before it: same weekday, week before, month before."""
    first = {
        "today": today,
        "week": today - timedelta(days=today.weekday()),
        "month": today - timedelta(days=29),
    }[period]
    back = timedelta(days=30) if period == "month" else timedelta(days=7)
    start = midnight(first, zone)
    return start, now, midnight(first - back, zone), now - back
