"""The board of port requests, and moving one of them: only where it may go from where it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.rights import Right
from accounts.views_base import TenantRightMixin, why_not
from portal.lib.errors import InvalidInput, ProviderError
from portal.ui.links import tenant_url
from telephony.figures.tables import Column, Table
from telephony.forms.porting import PortMoveForm
from telephony.models import Connection, Entity
from telephony.providers.editing import Editor
from telephony.providers.fields import Fact
from telephony.providers.offers import Spot
from telephony.services import number_names, porting
from telephony.tables.documents import instant_of, reading_for
from telephony.views.lines import permissions
from telephony.views.list_files import ListFileMixin
from telephony.views.offers import offered


class PortBoardView(ListFileMixin, TenantRightMixin, TemplateView):
    """Every port request of the tenant, in the column of its state."""

    right = Right.LINES_READ
    template_name = "telephony/port_board.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Connection.objects.select_related("credential", "tenant").filter(unlinked_at=None)
        connections = [one for one in rows.order_by("name_key", "pk") if one.can(porting.PORTS)]
        columns = porting.board_of(connections, is_whole=self.is_for_file)
        cards = [card for column in columns for card in column.cards]
        numbers = [number for card in cards for number in card.shown]
        return super().get_context_data(
            title=_("Port requests"),
            columns=columns,
            count=len(cards),
            names=number_names.names_of(numbers),
            menus=[
                (connection, menu)
                for connection in connections
                if (menu := offered(self.request, connection, Spot.PORTS))
            ],
            makers=[made for connection in connections if (made := self._maker_in(connection))],
            why_not=""
            if Right.PORTS_MANAGE in self.request.rights
            else why_not(self.request, Right.PORTS_MANAGE),
            reading=reading_for(self.request, connections[0], {}) if connections else None,
            **kwargs,
        )

    def list_title(self) -> str:
        return _("Port requests")

    def whole_list(self, context: Mapping[str, Any]) -> Table:
        columns = [
            Column(_("Port request"), name="request"),
            Column(_("State"), name="state"),
            Column(_("Numbers"), name="numbers"),
            Column(_("Losing carrier"), name="losing_carrier"),
            Column(_("Wanted date"), "moment", "wanted_at"),
            Column(_("Connection"), name="connection"),
            Column(_("Read"), "moment", "read_at"),
        ]
        rows = [_row(column, card) for column in context["columns"] for card in column.cards]
        return Table(title=self.list_title(), columns=columns, rows=rows)

    def _maker_in(self, connection: Connection) -> tuple[Connection, Editor, str] | None:
        """What makes a request in a connection, and why the person cannot use it."""
        declared = connection.declaration
        maker = declared.maker_of(declared.porting.kind) if declared.porting else None
        if maker is None:
            return None
        key = maker.operation.key
        return connection, maker, permissions(self.request, connection, [key]).get(key, "")


def _row(column: porting.Column, card: porting.Card) -> list[Any]:
    connection = card.entity.connection
    return [
        str(card.entity),
        str(column.label),
        ", ".join(card.numbers),
        card.carrier,
        _instant(card.wanted, ZoneInfo(connection.time_zone)),
        connection.name,
        card.entity.fetched_at.isoformat(),
    ]


def _instant(wanted: Fact, zone: ZoneInfo) -> str | None:
    at = instant_of(wanted.field.kind, wanted.value, zone) if wanted.field else None
    return at.isoformat() if at else None


class PortMoveView(TenantRightMixin, TemplateView):
    """Into another state: what the move asks for, then the preview."""

    right = Right.PORTS_MANAGE
    menu_entry = "telephony:port_board"
    template_name = "telephony/port_move.html"

    @cached_property
    def entity(self) -> Entity:
        rows = Entity.objects.select_related("connection", "connection__credential", "connection__tenant")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @cached_property
    def move(self) -> porting.Move:
        """The move, legal or not: what was legal when the page was drawn may not be any more, and the provider says so."""
        declared = porting.porting_of(self.entity)
        state = declared.state(self.kwargs["state"]) if declared else None
        if declared is None or state is None or state.name not in declared.to:
            raise Http404
        return porting.Move(state=state, how=declared.to[state.name])

    def form(self, data: Any = None) -> PortMoveForm:
        zone = str(self.entity.connection.tenant.time_zone)
        return PortMoveForm(self.move.how.asks, data, zone=zone)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            entity=self.entity,
            card=porting.card_of(self.entity),
            move=self.move,
            form=kwargs.pop("form", None) or self.form(),
            title=self.move.how.label,
            **kwargs,
        )

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        tenant: Any = request.tenant  # type: ignore[attr-defined]
        try:
            change = porting.move(self.entity, self.move.state.name, request.user, form.values())  # type: ignore[arg-type]
        except InvalidInput as error:
            if not form.fields:
                messages.error(request, error.message)
                return HttpResponseRedirect(tenant_url(tenant, "telephony:entity_detail", pk=self.entity.pk))
            for name, reason in error.fields.items():
                form.add_error(name if name in form.fields else None, reason)
            if not error.fields:
                form.add_error(None, error.message)
            return self.render_to_response(self.get_context_data(form=form), status=422)
        except ProviderError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(tenant_url(tenant, "telephony:entity_detail", pk=self.entity.pk))
        return HttpResponseRedirect(tenant_url(tenant, "telephony:change_detail", pk=change.pk))
