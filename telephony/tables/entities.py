"""Lines, numbers and any other kind of cached object as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from portal.ui import formats, parts
from portal.ui.tables import (
    AgeColumn,
    BaseTable,
    Card,
    Column,
    MenuItem,
    NumberColumn,
    PillColumn,
    TickColumn,
)
from telephony.models import Entity
from telephony.providers.fields import DocumentField, Fact, fact_at
from telephony.providers.kinds import EntityKind
from telephony.tables.columns import ConnectionColumn
from telephony.tables.documents import NUMBERS, Reading, object_label, page_of
from telephony.tables.number_acts import NO_ACTS

FRESH_S, LOST_S = 2 * 3600, 24 * 3600


class EntityTable(BaseTable):
    """What every kind has. `for_kind` adds the columns that the provider's kind table names."""

    chosen = TickColumn(form="choose")
    name = Column(
        verbose_name=_("Name"), orderable=True, order_by="name_key", fixed=True, card="title", empty_values=()
    )
    number = NumberColumn(verbose_name=_("Number"), card="sub", width="tel")
    extension = Column(verbose_name=_("Extension"), width="num")
    status = PillColumn(verbose_name=_("State"), look="service_status", card="end")
    fetched_at = AgeColumn(verbose_name=_("Read"), stale=FRESH_S, lost=LOST_S, card="end2")

    caption = _("Objects")
    number_acts = NO_ACTS

    @property
    def has_menu(self) -> bool:
        return bool(self.number_acts)

    def row_menu(self, record: Entity) -> list[MenuItem]:
        """What can be done with its number."""
        return self.number_acts.items([record.number])

    class Meta(BaseTable.Meta):
        fields: tuple[str, ...] = ("chosen", "name", "number", "extension", "status", "fetched_at")

    @classmethod
    def for_kind(cls, kind: EntityKind, *, has_states: bool = True) -> type[EntityTable]:
        """The table of one kind: name, what it hangs below, the columns of its fields, state and age.

        Every other field of the kind is there to be chosen.
        """
        taken = {"name", "status"}  # columns of every kind
        shown = {
            f"doc_{field.path.replace('.', '_')}": DocumentColumn(field, is_list=kind.whole_list)
            for field in kind.fields
            if field.path not in taken and not field.items
        }
        below = [name for name in kind.parent_kinds if name]
        parent = ParentColumn(is_title=kind.whole_list) if below else None
        first = ["chosen", *(["name"] if not kind.whole_list else [])]
        order = [*first, *(["parent_remote_id"] if parent else []), *shown]
        order += [*(["status"] if has_states else []), "fetched_at"]
        members: dict[str, Any] = dict.fromkeys(("number", "extension"))
        members |= {"name": None} if kind.whole_list else {}
        members |= {} if has_states else {"status": None}
        members |= {**shown, "parent_remote_id": parent} if parent else shown
        if below and not kind.whole_list and any(field.kind in NUMBERS for field in kind.columns):
            members["row_height"] = "42"  # a name over its number
        meta = type("Meta", (EntityTable.Meta,), {"fields": tuple(order)})
        return type(
            f"{kind.kind}Table", (cls,), {**members, "Meta": meta, "caption": kind.plural, "kind": kind}
        )

    kind: Any = None
    parents: Mapping[str, Entity] = {}
    parents_of_parents: Mapping[str, Entity] = {}
    reading: Reading | None = None

    def render_name(self, record: Entity) -> SafeString:
        kind = self.kind if isinstance(self.kind, EntityKind) else None
        name = object_label(record, kind, self.parents.get(record.parent_remote_id))
        return format_html('<a href="{}"><b>{}</b></a>', self.page_of(record), name)

    def page_of(self, record: Entity) -> str:
        return page_of(self.request.tenant, record)

    def facts_shown(self, rows: Iterable[Entity]) -> list[Fact]:
        """What the cells of the columns that are shown say of the documents."""
        shown = [one.column.field for one in self.columns if isinstance(one.column, DocumentColumn)]
        return [fact_at(field, row.document) for row in rows for field in shown if field.kind == "ref"]


class ParentColumn(Column):
    """What an object hangs below. A whole list has no other name, and leads to itself."""

    def __init__(self, *, is_title: bool) -> None:
        card: Card = "title" if is_title else "sub"
        super().__init__(
            verbose_name=_("Of"), orderable=True, fixed=True, card=card, empty_values=(), css="wrap"
        )
        self.is_title = is_title

    def render(self, value: str, record: Entity, table: Any) -> SafeString | str:
        parent = table.parents.get(value)
        if self.is_title:
            name = str(parent) if parent else value or record.remote_id
            return format_html('<a href="{}"><b>{}</b></a>', table.page_of(record), name)
        if parent is None:
            return value or formats.DASH
        above = table.parents_of_parents.get(parent.parent_remote_id)
        name = f"{above}, {parent}" if above else str(parent)
        return format_html('<a href="{}">{}</a>', table.page_of(parent), name)


# How wide a column of one value is, by the kind of its field; the others share the rest.
_WIDTHS = {
    "boolean": "short",
    "duration_s": "short",
    "integer": "money",
    "number": "tel",
    "e164": "tel",
    "date": "datetime",
    "datetime": "datetime",
    "unix_s": "datetime",
    "gregorian_s": "datetime",
    "time_of_day_s": "short",
}


class DocumentColumn(Column):
    """One declared field of the document, in the words of its kind."""

    def __init__(self, field: DocumentField, *, is_list: bool = False) -> None:
        self.align = "r" if field.kind in ("integer", "duration_s") else ""
        super().__init__(
            verbose_name=field.brief or field.label,
            accessor="document",
            empty_values=(),
            hidden=not field.column,
            width="" if is_list else "tel" if field.unit else _WIDTHS.get(field.kind, ""),
            css="wrap",
        )
        self.field = field

    def render(self, value: Any, record: Entity, table: Any) -> Any:
        table.reading.own = str(record)
        return table.reading.show_briefly(fact_at(self.field, value))


class LineTable(EntityTable):
    kind = Column(verbose_name=_("Kind"))
    profile = Column(verbose_name=_("Calls go to"), accessor="pk", empty_values=())
    connection = ConnectionColumn(verbose_name=_("At"))

    caption = _("Lines")

    class Meta(EntityTable.Meta):
        fields = (
            "chosen",
            "name",
            "number",
            "extension",
            "kind",
            "profile",
            "status",
            "fetched_at",
            "connection",
        )

    def render_kind(self, record: Entity) -> str:
        return record.kind_words

    def render_profile(self, record: Entity) -> Any:
        forced = self.forced.get(record.remote_id) if self.forced else None
        if not forced:
            return format_html('<span class="sb-quiet">{}</span>', _("as usual"))
        return parts.pill(forced, tone="accent", icon_name="lock")

    forced: dict[str, str] | None = None


class NumberTable(EntityTable):
    """The numbers that the tenant owns, and what each leads to."""

    kind = Column(verbose_name=_("Kind"))
    carrier = Column(verbose_name=_("Carrier"), accessor="pk", empty_values=())
    connection = ConnectionColumn(verbose_name=_("At"))

    caption = _("Numbers")

    class Meta(EntityTable.Meta):
        fields = ("number", "name", "kind", "carrier", "status", "fetched_at", "connection")

    number = NumberColumn(verbose_name=_("Number"), orderable=True, fixed=True, card="title")
    name = Column(verbose_name=_("Leads to"), card="sub", empty_values=())
    chosen: Any = None  # a number is edited where it rings

    leads: Mapping[int, list[Entity]] = {}
    carriers: Mapping[int, Any] = {}
    render_kind = LineTable.render_kind

    def render_number(self, record: Entity, value: str) -> SafeString:
        return formats.number(value, **self.notation)

    def render_name(self, record: Entity) -> SafeString:
        """What uses the number, else the object that has it: a line is what it leads to itself."""
        uses = self.leads.get(record.pk, [])
        if not uses and record.facet == Entity.Facet.NUMBER and not record.name:
            return format_html('<span class="sb-quiet">{}</span>', _("nothing that was read"))
        return format_html_join(
            ", ", '<a href="{}"><b>{}</b></a>', ((self.page_of(use), str(use)) for use in uses or [record])
        )

    def render_carrier(self, record: Entity) -> str:
        return str(self.carriers.get(record.pk, "")) or formats.DASH
