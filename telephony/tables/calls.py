"""The call history and exports as tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from portal.ui import formats, parts
from portal.ui.links import around_pk
from portal.ui.tables import (
    BaseTable,
    ChoiceColumn,
    Column,
    DirectionColumn,
    DurationColumn,
    LocalTimeColumn,
    MenuItem,
    MoneyColumn,
    NumberColumn,
    OutcomeColumn,
)
from telephony.models import Call
from telephony.models.calls import Direction, Medium
from telephony.tables.call_menus import CallMenu, call_menu, items_of
from telephony.tables.columns import ConnectionColumn
from telephony.tables.number_acts import NO_ACTS, blanks_of


class TalkColumn(DurationColumn):
    """Talk time; what is no voice shows its amount in its own unit."""

    def render(self, value: Any, record: Call) -> str | SafeString:  # type: ignore[override]
        if record.medium == Medium.VOICE:
            return formats.duration(record.duration_s)
        if record.medium == Medium.SMS:
            return parts.look_pill("medium", Medium.SMS)
        return f"{formats.count(record.quantity or 0)}{formats.NBSP}{record.unit}"


class CostColumn(MoneyColumn):
    """Money; what cost nothing is left quiet."""

    def render(self, value: int, record: Call) -> str | SafeString:
        return super().render(value, record) if value else formats.DASH


class CallTable(BaseTable):
    row_height = "42"

    started_at = LocalTimeColumn(
        verbose_name=_("Started"), clock=True, seconds=True, orderable=True, fixed=True, card="sub"
    )
    direction = DirectionColumn(verbose_name=_("Direction"), card="icon")
    caller = NumberColumn(verbose_name=_("From"), empty_values=())
    callee = NumberColumn(verbose_name=_("To"), empty_values=())
    other = Column(verbose_name=_("With"), accessor="caller", phone_only=True, card="title", empty_values=())
    outcome = OutcomeColumn(verbose_name=_("Outcome"), card="end")
    duration_s = TalkColumn(verbose_name=_("Talk"), card="end2", empty_values=())
    wait_s = DurationColumn(verbose_name=_("Wait"), wait=True, hidden=True)
    cost_micros = CostColumn(verbose_name=_("Cost"), currency="connection__currency", hidden=True)
    line = Column(verbose_name=_("Line"), hidden=True, accessor="line__name")
    destination = Column(verbose_name=_("Destination"), hidden=True)
    medium = ChoiceColumn(verbose_name=_("Kind"), hidden=True)
    connection = ConnectionColumn(verbose_name=_("At"), accessor="connection")

    caption = _("Calls, newest first")

    class Meta(BaseTable.Meta):
        fields = (
            "started_at",
            "direction",
            "caller",
            "callee",
            "other",
            "outcome",
            "duration_s",
            "wait_s",
            "cost_micros",
            "line",
            "destination",
            "medium",
            "connection",
        )

    def render_caller(self, value: str) -> SafeString:
        return self._who(value)

    def render_callee(self, value: str) -> SafeString:
        """Who was called. Data sessions have nobody there, and nobody withheld a number."""
        return self._who(value) if value else formats.DASH

    def render_other(self, record: Call) -> SafeString:
        if record.direction == Direction.OUTBOUND:
            return self.render_callee(record.callee)
        return self._who(record.caller)

    def render_started_at(self, value: datetime, record: Call) -> SafeString:
        """The time as the row's link: how the call opens without script, and on a telephone."""
        shown = parts.clock_tag(value, self.reader)
        return SafeString(f'<a class="sb-plain" href="{self.call_url(record)}">{shown}</a>')

    def separator(self, record: Call) -> SafeString | str:
        return self.reader.day(record.started_at, self.today)

    @cached_property
    def reader(self) -> formats.Reader:
        return formats.Reader.now()

    @cached_property
    def today(self) -> date:
        return timezone.localdate()

    @cached_property
    def address(self) -> tuple[str, str]:
        return around_pk(self.request.tenant, "telephony:call_detail")

    def call_url(self, record: Call) -> str:
        before, after = self.address
        return f"{before}{record.pk}{after}"

    def panel_url(self, record: Call) -> str:
        return self.call_url(record)

    number_acts = NO_ACTS
    may_block = False

    @property
    def has_menu(self) -> bool:
        return bool(self.number_acts) or self.may_block

    def shared_menu(self, record: Call) -> tuple[CallMenu, Mapping[str, str]]:
        number = record.callee if record.direction == Direction.OUTBOUND else record.caller
        has_line = record.line_id is not None
        kind = call_menu(number, record.direction, may_block=self.may_block, has_line=has_line)
        return kind, {**blanks_of(number), "line": str(record.line_id)}

    def menu_of_kind(self, kind: CallMenu) -> list[MenuItem]:
        return items_of(kind, self.number_acts, self.request.tenant)

    def _who(self, number: str) -> SafeString:
        return who(number, self.names.get(number, ""), self.notation)


def who(number: str, name: str, notation: Mapping[str, Any]) -> SafeString:
    """One side of a call; nobody tells a number without a reason."""
    if not number:
        return format_html('<span class="sb-2nd">{}</span>', _("Number withheld"))
    return formats.who(number, name, **notation)
