"""Callflows of all connections in one list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.ui import formats, parts
from portal.ui.links import tenant_url
from portal.ui.tables import AgeColumn, BaseTable, Column, CountColumn
from telephony.models import Entity
from telephony.providers.callflows.lint import Problem
from telephony.providers.callflows.tree import Flow
from telephony.tables.columns import ConnectionColumn
from telephony.tables.entities import FRESH_S, LOST_S

SHOWN = 2  # numbers of a callflow


class CallflowTable(BaseTable):
    """`flows` and `found` are of the rows, by their key; so is `uses`, how many objects lead to each."""

    name = Column(
        verbose_name=gettext_lazy("Name"),
        accessor="name_key",
        orderable=True,
        fixed=True,
        card="title",
        empty_values=(),
    )
    numbers = Column(
        verbose_name=gettext_lazy("Numbers and patterns"), accessor="pk", orderable=False, card="sub"
    )
    steps = CountColumn(verbose_name=gettext_lazy("Steps"), accessor="pk", orderable=False)
    problems = Column(
        verbose_name=gettext_lazy("Problems"), accessor="pk", orderable=False, width="pill", card="end"
    )
    used_by = CountColumn(verbose_name=gettext_lazy("Used by"), accessor="pk", orderable=False)
    connection = ConnectionColumn(verbose_name=gettext_lazy("At"))
    fetched_at = AgeColumn(verbose_name=gettext_lazy("Read"), stale=FRESH_S, lost=LOST_S, card="end2")

    caption = gettext_lazy("Callflows")
    flows: Mapping[int, Flow] = {}
    found: Mapping[int, Sequence[Problem]] = {}
    uses: Mapping[int, int] = {}

    class Meta(BaseTable.Meta):
        model = Entity
        fields = ("name", "numbers", "steps", "problems", "used_by", "connection", "fetched_at")

    def render_name(self, record: Entity) -> SafeString:
        address = tenant_url(self.request.tenant, "telephony:callflow_detail", pk=record.pk)
        return format_html('<a href="{}"><b>{}</b></a>', address, str(record) or _("Without a name"))

    def render_numbers(self, record: Entity) -> SafeString | str:
        root: Mapping[str, Any] = self.flows[record.pk].root
        told = [str(one) for name in ("numbers", "patterns") for one in root.get(name) or ()]
        if not told:
            return formats.DASH
        shown = [
            formats.number(one, **self.notation)
            if one.startswith("+")
            else format_html("<code>{}</code>", one)
            for one in told[:SHOWN]
        ]
        words = format_html_join(", ", "{}", ((one,) for one in shown))
        more = len(told) - SHOWN
        if more <= 0:
            return words
        return format_html("{} {}", words, ngettext("and %(n)s more", "and %(n)s more", more) % {"n": more})

    def render_steps(self, record: Entity) -> str:
        return formats.count(len(self.flows[record.pk]))

    def render_problems(self, record: Entity) -> SafeString | str:
        found = self.found[record.pk]
        if not found:
            return formats.DASH
        is_grave = any(one.fault.is_grave for one in found)
        words = ngettext("%(n)s problem", "%(n)s problems", len(found)) % {"n": len(found)}
        return parts.pill(
            words,
            tone="bad" if is_grave else "warn",
            icon_name="circle-x" if is_grave else "alert-triangle",
        )

    def render_used_by(self, record: Entity) -> str | SafeString:
        count = self.uses.get(record.pk, 0)
        return formats.count(count) if count else formats.DASH
