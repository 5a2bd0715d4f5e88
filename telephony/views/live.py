"""Live panels: each asks the provider when it comes into view, apart from the page that holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.generic import TemplateView

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.ui.links import tenant_url
from telephony.models import Connection, Entity
from telephony.providers.fields import Fact
from telephony.providers.live import RowAct
from telephony.services import live_panels, number_names
from telephony.services.entity_page import numbers_in
from telephony.tables.documents import reading_for
from telephony.views.lines import FragmentOrPageMixin
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


class PanelMixin(FragmentOrPageMixin, TenantRightMixin):
    """One panel of a connection or an object."""

    request: Any
    right = Right.LINES_READ
    fragment = "telephony/_live_panel.html"
    menu_entry = "telephony:connection_list"

    def panel_context(
        self, connection: Connection, name: str, entity: Entity | None, url: str
    ) -> dict[str, Any]:
        panel = live_panels.panel_of(connection, name, entity.kind if entity else "")
        if panel is None:
            raise Http404
        is_fresh = bool(self.request.GET.get("now"))
        live = live_panels.read(connection, panel, entity, is_fresh=is_fresh)
        facts = [fact for row in live.rows for fact in row] or list(live.sheet.facts() if live.sheet else ())
        names = number_names.names_of(numbers_in(facts, self.request.tenant.region))
        return {
            "live": live,
            "rows": self.rows_of(connection, entity, live),
            "acts": [offered_one(self.request, connection, key, entity) for key in panel.acts],
            "panel": panel,
            "live_of": connection.name,
            "panel_url": url,
            "title": panel.title,
            "reading": reading_for(
                self.request, connection, names, objects=live_panels.objects_named(connection, facts)
            ),
        }

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
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Connection.objects.select_related("credential", "tenant")
        connection = get_object_or_404(rows, pk=kwargs["pk"])
        url = tenant_url(
            self.request.tenant, "telephony:connection_live", pk=connection.pk, panel=kwargs["panel"]
        )
        context = self.panel_context(connection, kwargs["panel"], None, url)
        return super().get_context_data(**{**kwargs, **context})


class EntityPanelView(PanelMixin, TemplateView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Entity.objects.select_related("connection", "connection__credential", "connection__tenant")
        entity = get_object_or_404(rows, pk=kwargs["pk"])
        url = tenant_url(self.request.tenant, "telephony:entity_live", pk=entity.pk, panel=kwargs["panel"])
        context = self.panel_context(entity.connection, kwargs["panel"], entity, url)
        return super().get_context_data(**{**kwargs, **context})
