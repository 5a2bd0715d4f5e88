"""What figures are about: a span in words or dates, and a connection, a line, or a queue or group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.forms import BoundField
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.ui.forms import FilterForm, FilterPill, FixedChoices, Period, PeriodField, RowField
from telephony.forms.place_filter import PlaceFilterForm
from telephony.models import Connection, Entity
from telephony.models.rollups import Part
from telephony.models.spans import Span

LONGEST = timedelta(days=5 * 366)


class FiguresPeriodField(PeriodField):
    """Never without a beginning; as a rule today."""

    PRESETS: ClassVar[dict[str, str | Promise]] = {
        "": _("today"),
        "yesterday": _("yesterday"),
        "week": _("this week"),
        "last_week": _("last week"),
        "7d": _("last 7 days"),
        "30d": _("last 30 days"),
        "month": _("this month to date"),
        "last_month": _("last month"),
        "year": _("this year to date"),
        "dates": _("from one date to another"),
    }
    choices: ClassVar = FixedChoices(PRESETS.items())

    @staticmethod
    def _days(name: str, today: date) -> tuple[date, date] | None:
        one, monday = timedelta(days=1), today - timedelta(days=today.weekday())
        weeks = {"week": (monday, today + one), "last_week": (monday - 7 * one, monday)}
        return weeks.get(name) or PeriodField._days(name or "today", today)


class SpanForm(FilterForm):
    """Of which days. `zone` makes them."""

    period = FiguresPeriodField(label=_("Period"))

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        self.zone = zone
        super().__init__(*args, **kwargs)

    def full_clean(self) -> None:
        with timezone.override(self.zone):
            super().full_clean()

    def clean_period(self) -> Period | None:
        period: Period | None = self.cleaned_data["period"]
        if period is not None and period.start is not None and period.start > timezone.now():
            raise forms.ValidationError(gettext("These days are still to come."))
        return period

    def _pill(self, bound: BoundField) -> FilterPill:
        """Without a period it is today's."""
        pill = super()._pill(bound)
        if bound.name == "period" and not pill.is_on:
            return replace(pill, text=str(FiguresPeriodField.PRESETS[""]))
        return replace(pill, text=pill.text if pill.is_on else str(_("all")))

    def as_span(self, today: date) -> Span:
        """The days asked for, none of them after today. Call `full_clean` before."""
        period = self.cleaned_data.get("period")
        name = (self.data.get("period") or "today") if period else "today"
        if period is None:
            return Span(name=name, first=today, last=today, today=today)
        last = today
        if period.end is not None:
            last = min(today, (period.end.astimezone(self.zone) - timedelta(microseconds=1)).date())
        first = period.start.astimezone(self.zone).date() if period.start else last - timedelta(days=29)
        first = max(min(first, last), last - LONGEST)
        is_named = name in FiguresPeriodField.PRESETS and name != "dates" and not self.data.get("period_from")
        return Span(
            name=name if is_named or name == "today" else "dates", first=first, last=last, today=today
        )


class TenantNameForm(FilterForm):
    """Of tenants whose name has these words."""

    q = forms.CharField(label=_("Name of a tenant"), max_length=80)


class TenantFiguresForm(TenantNameForm, SpanForm):
    """Of which days and which tenants."""


class FiguresForm(PlaceFilterForm, SpanForm):
    """`connections`, `lines` and `groups` are the tenant's."""

    connection = RowField(
        label=_("Connection"), queryset=Connection.objects.order_by("name_key"), empty_label=_("all")
    )
    line = RowField(
        label=_("Line"),
        queryset=Entity.objects.lines().order_by("name_key", "id"),
        gone=Entity.objects.called(),
        empty_label=_("all"),
    )
    group = RowField(
        label=_("Queue or group"),
        queryset=Entity.objects.call_places(),
        gone=Entity.objects.called(),
        empty_label=_("all"),
    )

    def __init__(
        self,
        *args: Any,
        connections: Sequence[Connection],
        lines: Sequence[Any],
        groups: Sequence[Any] = (),
        **kwargs: Any,
    ) -> None:
        rows = {"connection": connections, "line": lines, "group": groups}
        super().__init__(*args, rows=rows, **kwargs)
        if len(connections) <= 1:
            del self.fields["connection"]

    @property
    def chosen_group(self) -> Any:
        """The queue or group; one that is a line as well may be asked for as that."""
        line = self.cleaned_data.get("line")
        return self.cleaned_data.get("group") or (line if line and line.is_group else None)

    def as_part(self) -> Part:
        """Of a queue or group this is only its line and connection: which it is, its row says (views/overview_asked.py)."""
        connection, line = self.cleaned_data.get("connection"), self.cleaned_data.get("line")
        if line == self.chosen_group:
            line = None
        return Part(connection=connection.pk if connection else None, line=line.pk if line else None)
