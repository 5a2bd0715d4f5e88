"""The board of missed callers as a table: a number a row, shown by its latest unanswered call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cached_property
from html import escape
from typing import NamedTuple

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from portal.ui import formats, parts
from portal.ui.links import each_url, tenant_url
from portal.ui.menus import blank
from portal.ui.tables import BaseTable, Column, CountColumn, LocalTimeColumn, MenuItem, NumberColumn
from telephony.models import Call
from telephony.models.missed import Missed
from telephony.tables.blocking import blank_block_item
from telephony.tables.number_acts import NO_ACTS, NumberSort, blanks_of, sort_of

DAY_S = 86_400


class MissedMenu(NamedTuple):
    """What the menu of a number depends on."""

    sort: NumberSort
    is_done: bool
    is_mine: bool


def waited(missed: Missed) -> str:
    """How long somebody waits, "" where it was closed all the while since the call.

    Opening hours in hours, however many: a day of them is not what people take for a day.
    """
    if missed.is_open_time and not missed.waited_s:
        return ""
    if missed.is_open_time and missed.waited_s >= DAY_S:
        return pgettext("length of time", "%(hours)s h") % {"hours": formats.count(missed.waited_s // 3600)}
    return formats.span(missed.waited_s)


class MissedTable(BaseTable):
    row_height = "42"
    caption = gettext_lazy("Missed and not called back, by number")

    caller = NumberColumn(verbose_name=gettext_lazy("Caller"), width="who", card="title")
    tries = CountColumn(verbose_name=gettext_lazy("Calls"), empty_values=())
    started_at = LocalTimeColumn(
        verbose_name=gettext_lazy("Last call"), orderable=True, fixed=True, card="sub"
    )
    first_at = LocalTimeColumn(verbose_name=gettext_lazy("First call"), empty_values=(), hidden=True)
    waited = Column(verbose_name=gettext_lazy("Waits"), empty_values=(), width="age", card="end")
    lines = Column(verbose_name=gettext_lazy("Lines"), empty_values=())
    owner = Column(verbose_name=gettext_lazy("Looked after by"), empty_values=(), card="end2")
    note = Column(verbose_name=gettext_lazy("Note"), empty_values=())

    told: Mapping[str, Missed] = {}
    number_acts = NO_ACTS
    may_mark = False
    may_block = False

    class Meta(BaseTable.Meta):
        fields = ("caller", "tries", "started_at", "first_at", "waited", "lines", "owner", "note")

    def render_tries(self, record: Call) -> str:
        return formats.count(self.told[record.caller].tries)

    def value_tries(self, record: Call) -> int:
        return self.told[record.caller].tries

    def value_first_at(self, record: Call) -> datetime:
        return self.told[record.caller].first_at

    def render_started_at(self, value: datetime, record: Call) -> SafeString:
        """The time as the row's link: how the number opens without script, and on a telephone."""
        shown = parts.moment_tag(value, self.reader, self.today)
        return SafeString(f'<a class="sb-plain" href="{escape(self.panel_url(record))}">{shown}</a>')

    def render_first_at(self, record: Call) -> SafeString:
        return parts.moment_tag(self.told[record.caller].first_at, self.reader, self.today)

    def render_waited(self, record: Call) -> str | SafeString:
        return waited(self.told[record.caller]) or self._closed

    def render_lines(self, record: Call) -> str | SafeString:
        return ", ".join(self.told[record.caller].lines) or formats.DASH

    def render_owner(self, record: Call) -> str | SafeString:
        mark = self.told[record.caller].mark
        if mark and mark.covers(record.started_at) and mark.done_at:
            who = str(mark.done_by) if mark.done_by else _("somebody")
            words = _("Done by %(who)s, %(when)s") % {"who": who, "when": formats.moment(mark.done_at)}
            return format_html("{} {}", parts.icon("check", css="acc-i"), words)
        return str(mark.owner) if mark and mark.owner else formats.DASH

    def render_note(self, record: Call) -> str | SafeString:
        missed = self.told[record.caller]
        words = [missed.mark.note] if missed.mark and missed.mark.note else []
        if missed.tried_at:
            words.append(_("Called back in vain, %(when)s") % {"when": formats.moment(missed.tried_at)})
        return " · ".join(words) or formats.DASH

    @cached_property
    def _closed(self) -> SafeString:
        words = pgettext("a caller who waits", "closed since")
        return format_html('<span class="sb-quiet">{}</span>', words)

    @cached_property
    def reader(self) -> formats.Reader:
        return formats.Reader.now()

    @cached_property
    def today(self) -> date:
        return timezone.localdate()

    @cached_property
    def query(self) -> str:
        """The filter in force, which acts come back to."""
        query = self.request.GET.urlencode()
        return f"?{query}" if query else ""

    @cached_property
    def _number_url(self) -> Callable[[str], str]:
        return each_url(self.request.tenant, "telephony:missed_number", "number")

    def panel_url(self, record: Call) -> str:
        return f"{self._number_url(record.caller)}{self.query}"

    @property
    def has_menu(self) -> bool:
        return bool(self.number_acts) or self.may_mark or self.may_block

    def shared_menu(self, record: Call) -> tuple[MissedMenu, Mapping[str, str]]:
        mark = self.told[record.caller].mark
        kind = MissedMenu(
            sort_of(record.caller),
            is_done=mark is not None and mark.covers(record.started_at),
            is_mine=mark is not None and mark.owner_id == self.request.user.pk,
        )
        return kind, blanks_of(record.caller)

    def menu_of_kind(self, kind: MissedMenu) -> list[MenuItem]:
        items = self.number_acts.blank_items(kind.sort)
        if self.may_mark and kind.is_done:
            words = pgettext("missed callers", "Open again")
            items.append(self._act("reopen", words, "arrow-back-up"))
        elif self.may_mark:
            items.append(self._act("done", pgettext("missed callers", "Mark as done"), "check"))
            if not kind.is_mine:
                items.append(self._act("take", _("I look after it"), "user-check"))
        if self.may_block:
            items.append(blank_block_item(self.request.tenant))
        return items

    def _act(self, act: str, label: str, icon: str) -> MenuItem:
        url = tenant_url(self.request.tenant, "telephony:missed_act", number=blank("path"), act=act)
        return MenuItem(label=label, url=f"{url}{self.query}", icon=icon, is_post=True)
