"""Callflows of all connections in one list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.lib.numbers import display
from portal.ui import formats, parts
from portal.ui.links import tenant_url
from portal.ui.tables import AgeColumn, BaseTable, Column, CountColumn
from telephony.models import CallflowFindings, Change, Entity
from telephony.tables.columns import ConnectionColumn
from telephony.tables.entities import FRESH_S, LOST_S

SHOWN = 2  # numbers of a callflow


class CallflowTable(BaseTable):
    """By the key of a row: `uses`, how many objects lead to it; `owners`, whose it is; `changes`, the last made here.

    A row knows its `all_numbers`, its `all_patterns` and its `findings`; its document is not read.
    """

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
    owner = Column(verbose_name=gettext_lazy("Owner"), accessor="pk", orderable=False)
    steps = CountColumn(verbose_name=gettext_lazy("Steps"), accessor="pk", orderable=False)
    problems = Column(
        verbose_name=gettext_lazy("Problems"), accessor="pk", orderable=False, width="pill", card="end"
    )
    used_by = CountColumn(verbose_name=gettext_lazy("Used by"), accessor="pk", orderable=False)
    changed = Column(verbose_name=gettext_lazy("Last change here"), accessor="pk", orderable=False)
    connection = ConnectionColumn(verbose_name=gettext_lazy("At"))
    fetched_at = AgeColumn(verbose_name=gettext_lazy("Read"), stale=FRESH_S, lost=LOST_S, card="end2")

    caption = gettext_lazy("Callflows")
    uses: Mapping[int, int] = {}
    owners: Mapping[int, str] = {}
    changes: Mapping[int, Change] = {}

    class Meta(BaseTable.Meta):
        model = Entity
        fields = (
            "name",
            "numbers",
            "owner",
            "steps",
            "problems",
            "used_by",
            "changed",
            "connection",
            "fetched_at",
        )

    def render_name(self, record: Entity) -> SafeString:
        address = tenant_url(self.request.tenant, "telephony:callflow_detail", pk=record.pk)
        return format_html('<a href="{}"><b>{}</b></a>', address, str(record) or _("Without a name"))

    def render_numbers(self, record: Any) -> SafeString | str:
        told = _held(record)
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
        whole = ", ".join(display(one) if one.startswith("+") else one for one in told)
        return format_html('{} <span class="sb-quiet" title="{}">+{}</span>', words, whole, more)

    def value_numbers(self, record: Any) -> str:
        return ", ".join(_held(record))

    def render_owner(self, record: Entity) -> str | SafeString:
        return self.owners.get(record.pk) or formats.DASH

    def render_steps(self, record: Entity) -> str | SafeString:
        found = _findings(record)
        return formats.count(found.steps) if found is not None else formats.DASH

    def value_steps(self, record: Entity) -> int | None:
        found = _findings(record)
        return found.steps if found is not None else None

    def value_used_by(self, record: Entity) -> int:
        return self.uses.get(record.pk, 0)

    def render_problems(self, record: Entity) -> SafeString | str:
        found = _findings(record)
        if found is None:
            return format_html('<span class="sb-quiet">{}</span>', _("not looked at yet"))
        count = found.grave + found.light
        if not count:
            return formats.DASH
        return parts.pill(
            ngettext("%(n)s problem", "%(n)s problems", count) % {"n": count},
            tone="bad" if found.grave else "warn",
            icon_name="circle-x" if found.grave else "alert-triangle",
        )

    def render_used_by(self, record: Entity) -> str | SafeString:
        count = self.uses.get(record.pk, 0)
        return formats.count(count) if count else formats.DASH

    def render_changed(self, record: Entity) -> str | SafeString:
        change = self.changes.get(record.pk)
        if change is None:
            return formats.DASH
        address = tenant_url(self.request.tenant, "telephony:change_detail", pk=change.pk)
        return format_html(
            '<a href="{}">{}</a> <span class="sb-quiet">{}</span>',
            address,
            parts.time_tag(change.created_at, formats.age(change.created_at).text),
            change.person_label,
        )


def _held(record: Any) -> list[str]:
    """The numbers and patterns of a row."""
    held = [record.all_numbers, record.all_patterns]
    return [str(one) for values in held if isinstance(values, list) for one in values]


def _findings(record: Entity) -> CallflowFindings | None:
    return getattr(record, "findings", None)
