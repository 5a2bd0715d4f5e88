"""Companies as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from portal.ui import formats
from portal.ui.tables import AgeColumn, BaseTable, Column
from telephony.models import Entity
from telephony.tables.columns import ConnectionColumn
from telephony.tables.documents import page_of
from telephony.tables.entities import FRESH_S, LOST_S


class CompanyTable(BaseTable):
    """`neighbours` are the names of who shares a company's container, `own` how many settings are its own."""

    caption = _("Companies")
    name = Column(
        verbose_name=_("Name"), orderable=True, order_by="name_key", fixed=True, card="title", empty_values=()
    )
    remote_id = Column(verbose_name=_("Identifier"), card="sub")
    own = Column(verbose_name=_("Set here"), accessor="pk", width="num", card="end", empty_values=())
    neighbours = Column(verbose_name=_("Shares a container with"), accessor="pk", css="wrap", empty_values=())
    fetched_at = AgeColumn(verbose_name=_("Read"), stale=FRESH_S, lost=LOST_S, card="end2")
    connection = ConnectionColumn(verbose_name=_("At"))

    class Meta(BaseTable.Meta):
        model = Entity
        fields = ("name", "remote_id", "own", "neighbours", "fetched_at", "connection")

    neighbours_of: Mapping[int, Sequence[str]] = {}
    own_of: Mapping[int, int] = {}

    def render_name(self, record: Entity) -> SafeString:
        return format_html(
            '<a href="{}"><b>{}</b></a>',
            page_of(self.request.tenant, record),
            record.name or record.remote_id,
        )

    def render_remote_id(self, value: str) -> SafeString:
        return format_html("<code>{}</code>", value)

    def render_own(self, record: Entity) -> str:
        return formats.count(self.own_of.get(record.pk, 0))

    def render_neighbours(self, record: Entity) -> Any:
        return ", ".join(self.neighbours_of.get(record.pk, ())) or formats.DASH
