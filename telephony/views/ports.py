"""The board of port requests, and moving one of them: only where it may go from where it is."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from accounts.rights import Right
from accounts.views_base import TenantRightMixin, why_not
from portal.lib.errors import InvalidInput, ProviderError
from portal.ui.links import tenant_url
from telephony.forms.porting import PortMoveForm
from telephony.models import Connection, Entity
from telephony.providers.editing import Editor
from telephony.providers.offers import Spot
from telephony.services import number_names, porting
from telephony.tables.documents import reading_for
from telephony.views.lines import permissions
from telephony.views.offers import offered


class PortBoardView(TenantRightMixin, TemplateView):
    """Every port request of the tenant, in the column of its state."""

    right = Right.LINES_READ
    template_name = "telephony/port_board.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Connection.objects.select_related("credential", "tenant").filter(unlinked_at=None)
        connections = [one for one in rows.order_by("name_key", "pk") if one.can(porting.PORTS)]
        columns = porting.board_of(connections)
        cards = [card for column in columns for card in column.cards]
        numbers = [number for card in cards for number in card.numbers]
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

    def _maker_in(self, connection: Connection) -> tuple[Connection, Editor, str] | None:
        """What makes a request in a connection, and why the person cannot use it."""
        declared = connection.declaration
        maker = declared.maker_of(declared.porting.kind) if declared.porting else None
        if maker is None:
            return None
        key = maker.operation.key
        return connection, maker, permissions(self.request, connection, [key]).get(key, "")


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
