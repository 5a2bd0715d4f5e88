"""Calls as they happen: the board, its full-screen form, and the stream that keeps both up to date."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.functional import cached_property
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.ui import formats
from telephony.forms.live import BoardFilterForm
from telephony.menu import connections_of
from telephony.models import Entity
from telephony.models.places import Place
from telephony.services.live_board import board_of
from telephony.services.live_hub import BEAT_S, hub
from telephony.services.live_places import Wish, groups_of
from telephony.services.live_polling import note_watched
from telephony.views import live_day

BOARD = "telephony/_live_board.html"


class BoardMixin(TenantRightMixin):
    right = Right.CALLS_LIVE
    request: HttpRequest

    def context(self) -> dict[str, Any]:
        """What the board shows; numbers in the person's notation, so that nothing else of the person is needed."""
        tenant, person = self.request.tenant, self.request.user  # type: ignore[attr-defined]
        note_watched(tenant.pk)
        board = board_of(tenant, connections_of(self.request), self.wish)
        reading = {"notation": person.notation, "region": tenant.region}  # type: ignore[union-attr]
        rows = [
            (
                one,
                one.name or formats.number(one.call.other, **reading)
                if one.call.other
                else _("Number withheld"),
            )
            for one in board.calls
        ]
        has_hooks = any(one.lines or one.is_read for one in board.sources)
        silent = [one for one in board.sources if not one.gives]
        unset = [one for one in board.sources if one.is_unset]
        return {
            "board": board,
            "unread": [
                one
                for one in board.sources
                if one.is_read and (one.failing_since or not one.is_fresh(board.at))
            ],
            "rows": rows,
            "has_hooks": has_hooks,
            "silent": silent,
            "silent_names": get_text_list([one.connection.name for one in silent], _("and")),
            "unset": unset,
            "tenant": tenant,
            "by_hour": live_day.by_hour(
                board.figures["by_hour"],
                board.figures["usual_by_hour"],
                board.at.astimezone(ZoneInfo(tenant.time_zone)),
            ),
        }

    @cached_property
    def filter_form(self) -> BoardFilterForm:
        tenant = self.request.tenant  # type: ignore[attr-defined]
        lines = Entity.objects.lines().order_by("name_key", "id").values_list(*Place._fields)
        known = [one for one in connections_of(self.request) if one.unlinked_at is None]
        form = BoardFilterForm(
            self.request.GET,
            connections=[one for one in known if one.declaration.tells_live],
            lines=[Place(*row) for row in lines],
            groups=groups_of(tenant, timezone.now()),
        )
        form.apply(Entity.objects.none())
        return form

    @cached_property
    def wish(self) -> Wish:
        """What the address asks for; what is unknown narrows nothing."""
        chosen = self.filter_form.cleaned_data
        place = chosen.get("line")
        return Wish(
            connection=chosen.get("connection"),
            line=Entity.objects.filter(pk=place.pk).first() if place else None,
            group=chosen.get("group"),
        )

    def drawn(self) -> bytes:
        return render_to_string(BOARD, self.context()).encode()


class LiveView(BoardMixin, TemplateView):
    """Calls now, in the portal's frame."""

    template_name = "telephony/live.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=_("Calls now"),
            filter_form=self.filter_form,
            query=f"?{query}" if (query := self.request.GET.urlencode()) else "",
            may_manage=Right.CONNECTIONS_MANAGE in self.request.rights,  # type: ignore[attr-defined]
            **self.context(),
            **kwargs,
        )


class WallView(LiveView):
    """The same for a screen on the wall."""

    template_name = "telephony/live_wall.html"


class BoardView(BoardMixin, View):
    """The board alone, for who cannot have the stream."""

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        return HttpResponse(self.drawn(), headers={"Cache-Control": "no-store"})


class StreamView(BoardMixin, View):
    """Server-sent events: the board now, and again with each change. 204 where too many watch already: then ask."""

    def get(self, request: HttpRequest, slug: str) -> HttpResponseBase:
        watched = hub()
        if watched.is_full:
            return HttpResponse(status=204)
        tenant, person = request.tenant, request.user  # type: ignore[attr-defined]
        language = translation.get_language()
        key = (language, person.notation, *self.wish.key)  # type: ignore[union-attr]

        def draw() -> bytes:
            request.connections = None  # type: ignore[attr-defined]
            with translation.override(language):
                return self.drawn()

        return StreamingHttpResponse(
            _as_events(watched.watch(tenant.pk, key, draw)),
            content_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )


def _as_events(parts: Iterator[bytes]) -> Iterator[bytes]:
    yield f"retry: 2000\nevent: beat\ndata: {BEAT_S:.0f}\n\n".encode()
    for part in parts:
        if part:
            yield b"event: board\n" + b"".join(b"data: " + line + b"\n" for line in part.splitlines()) + b"\n"
        else:
            yield b"event: beat\ndata: \n\n"
