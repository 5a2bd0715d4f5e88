"""Lines, numbers and any other kind of cached object as tables."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from portal.ui import formats, parts
from portal.ui.links import tenant_url
from portal.ui.tables import AgeColumn, BaseTable, Column, NumberColumn, PillColumn
from telephony.models import Entity
from telephony.providers.kinds import EntityKind
from telephony.tables.columns import ConnectionColumn

FRESH_S, LOST_S = 2 * 3600, 24 * 3600


class EntityTable(BaseTable):
    """What every kind has. `for_kind` adds the columns that the provider's kind table names."""

    name = Column(verbose_name=_("Name"), orderable=True, fixed=True, card="title", empty_values=())
    number = NumberColumn(verbose_name=_("Number"), card="sub", width="tel")
    extension = Column(verbose_name=_("Extension"), width="num")
    status = PillColumn(verbose_name=_("State"), look="service_status", card="end")
    fetched_at = AgeColumn(verbose_name=_("Read"), stale=FRESH_S, lost=LOST_S, card="end2")

    caption = _("Objects")

    class Meta(BaseTable.Meta):
        fields: tuple[str, ...] = ("name", "number", "extension", "status", "fetched_at")

    @classmethod
    def for_kind(cls, kind: EntityKind) -> type[EntityTable]:
        """A table class with one column more for each field the kind shows, after the name."""
        shown = {f"doc_{index}": DocumentColumn(column) for index, column in enumerate(kind.columns)}
        meta = type("Meta", (EntityTable.Meta,), {"fields": ("name", *shown, "status", "fetched_at")})
        hidden = dict.fromkeys(("number", "extension"))
        return type(f"{kind.kind}Table", (cls,), {**shown, **hidden, "Meta": meta, "caption": kind.plural})

    def render_name(self, record: Entity) -> SafeString:
        return format_html('<a href="{}"><b>{}</b></a>', self.page_of(record), str(record))

    def page_of(self, record: Entity) -> str:
        name = "telephony:line_detail" if record.is_line else "telephony:entity_detail"
        return tenant_url(self.request.tenant, name, pk=record.pk)


class DocumentColumn(Column):
    """One field of the document, by dotted path, in the words of its kind."""

    def __init__(self, column: Any) -> None:
        super().__init__(verbose_name=column.label, accessor="document", empty_values=())
        self.path, self.value_kind = column.path, column.kind

    def render(self, value: Any, table: tables.Table) -> Any:
        for part in self.path.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if value in (None, ""):
            return formats.DASH
        if self.value_kind == "number":
            return formats.number(str(value), **table.notation)
        if self.value_kind == "boolean":
            return _("yes") if str(value) in ("1", "True", "true") else _("no")
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


class LineTable(EntityTable):
    kind = Column(verbose_name=_("Kind"))
    profile = Column(verbose_name=_("Calls go to"), accessor="pk", empty_values=())
    connection = ConnectionColumn(verbose_name=_("At"))

    caption = _("Lines")

    class Meta(EntityTable.Meta):
        fields = ("name", "number", "extension", "kind", "profile", "status", "fetched_at", "connection")

    def render_kind(self, record: Entity) -> str:
        kind = record.connection.declaration.kinds.get(record.kind)
        return str(kind.label) if kind else record.kind

    def render_profile(self, record: Entity) -> Any:
        forced = self.forced.get(record.remote_id) if self.forced else None
        if not forced:
            return format_html('<span class="sb-quiet">{}</span>', _("as usual"))
        return parts.pill(forced, tone="accent", icon_name="lock")

    forced: dict[str, str] | None = None


class NumberTable(EntityTable):
    """The numbers that the tenant owns, and where each rings."""

    kind = Column(verbose_name=_("Kind"))
    connection = ConnectionColumn(verbose_name=_("At"))

    caption = _("Numbers")

    class Meta(EntityTable.Meta):
        fields = ("number", "name", "kind", "status", "fetched_at", "connection")

    number = NumberColumn(verbose_name=_("Number"), orderable=True, fixed=True, card="title")
    name = Column(verbose_name=_("Rings at"), card="sub", empty_values=())

    render_kind = LineTable.render_kind
