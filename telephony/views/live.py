"""Live panels: each asks the provider when it comes into view, apart from the page that holds it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.rights import Right
from accounts.views_base import TenantRightMixin, require_right
from portal.lib.errors import ProviderError
from portal.ui import formats
from telephony.figures.tables import Table
from telephony.models import Connection, Entity
from telephony.providers.fields import Fact
from telephony.providers.live import LivePanel, RowAct
from telephony.services import live_panels, number_names
from telephony.services.entity_page import numbers_in
from telephony.tables.documents import reading_for
from telephony.views import fact_tables
from telephony.views.lines import FragmentOrPageMixin
from telephony.views.list_files import ListFileMixin
from telephony.views.offers import Offered, offered_one

Cell = tuple[Fact, list[Fact]]  # a fact, and those that stand below it


def _cells(facts: Sequence[Fact]) -> list[Cell]:
    """What stands below an empty fact takes its place."""
    cells: list[Cell] = []
    for fact in facts:
        if fact.field and fact.field.is_under:
            above, under = cells[-1]
            cells[-1] = (fact, under) if above.is_empty else (above, [*under, fact])
        else:
            cells.append((fact, []))
    return cells


class PanelMixin(ListFileMixin, FragmentOrPageMixin, TenantRightMixin):
    """One panel of a connection or an object."""

    request: Any
    kwargs: dict[str, Any]
    right = Right.LINES_READ
    fragment = "telephony/_live_panel.html"
    menu_entry = "telephony:connection_list"

    @property
    @abstractmethod
    def connection(self) -> Connection:
        """Whose provider is asked."""

    @property
    def entity(self) -> Entity | None:
        """Of which of its objects; None for the account itself."""
        return None

    @cached_property
    def panel(self) -> LivePanel:
        found = live_panels.panel_of(
            self.connection, self.kwargs["panel"], self.entity.kind if self.entity else ""
        )
        if found is None:
            raise Http404
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        connection, panel, entity = self.connection, self.panel, self.entity
        if panel.is_private:
            require_right(self.request, Right.VOICEMAIL_READ)
        live = live_panels.read(
            connection,
            panel,
            entity,
            is_fresh=bool(self.request.GET.get("now")),
            is_whole=self.is_for_file,
        )
        facts = [fact for row in live.rows for fact in row] or list(live.sheet.facts() if live.sheet else ())
        names = number_names.names_of(numbers_in(facts, self.request.tenant.region))
        told = {
            "live": live,
            "rows": self.rows_of(connection, entity, live),
            "acts": [offered_one(self.request, connection, key, entity) for key in panel.acts],
            "panel": panel,
            "has_file": not panel.is_private and bool(live.rows or (live.sheet and live.sheet.groups)),
            "live_of": connection.name,
            "panel_url": self.request.path,
            "title": panel.title,
            "reading": reading_for(
                self.request, connection, names, objects=live_panels.objects_named(connection, facts)
            ),
        }
        return super().get_context_data(**{**kwargs, **told})

    def list_title(self) -> str:
        if self.panel.is_private:
            return ""
        told = {"title": self.panel.title, "subject": self.entity or self.connection.name}
        return _("%(title)s: %(subject)s") % told

    def whole_list(self, context: Mapping[str, Any]) -> Table | None:
        """Raises ProviderError where the provider could not be asked."""
        live, reading = context["live"], context["reading"]
        if live.error:
            raise ProviderError(live.error)
        if not context["has_file"]:
            return None
        if live.sheet:
            return fact_tables.sheet_table(self.list_title(), live.sheet, reading)
        return fact_tables.rows_table(self.list_title(), self.panel.fields, live.rows, reading)

    def part_of_table(self, name: str, context: Mapping[str, Any]) -> str:
        return _("as of %(moment)s") % {"moment": formats.dated_moment(context["live"].read_at)}

    def rows_of(
        self, connection: Connection, entity: Entity | None, live: live_panels.Reading
    ) -> list[tuple[list[Cell], list[tuple[RowAct, Offered, Mapping[str, Any]]]]]:
        """Rows with what may be done with each: a link to the form, or a button that fills it in."""
        return [
            (
                _cells(facts),
                [
                    (
                        act,
                        offered_one(
                            self.request,
                            connection,
                            act.operation,
                            entity,
                            **({} if act.is_direct else values),
                        ),
                        values,
                    )
                    for act, values in acts
                ],
            )
            for facts, acts in zip(live.rows, live.acts, strict=True)
        ]


class ConnectionPanelView(PanelMixin, TemplateView):
    @cached_property
    def connection(self) -> Connection:
        rows = Connection.objects.select_related("credential", "tenant")
        return get_object_or_404(rows, pk=self.kwargs["pk"])


class EntityPanelView(PanelMixin, TemplateView):
    @cached_property
    def entity(self) -> Entity:
        rows = Entity.objects.select_related("connection", "connection__credential", "connection__tenant")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @property
    def connection(self) -> Connection:
        return self.entity.connection
