"""Calls as they happen: the board, its full-screen form, and the stream that keeps both up to date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.ui import formats
from portal.ui.context import notation_of
from portal.ui.links import tenant_url
from portal.ui.menus import SharedMenus, blank
from telephony.figures.missing import coverage_words
from telephony.figures.tables import Table
from telephony.forms.live import BoardFilterForm
from telephony.menu import connections_of, may_block, may_do, number_acts_of
from telephony.models import Entity, LiveCall
from telephony.models.places import Place
from telephony.services.live_board import NowCall, board_of
from telephony.services.live_hub import BEAT_S, hub
from telephony.services.live_places import Wish, groups_of
from telephony.services.live_polling import note_watched
from telephony.services.period_coverage import coverage_of
from telephony.tables.call_menus import call_menu, items_of
from telephony.tables.number_acts import blanks_of
from telephony.views import live_day, live_tables
from telephony.views.figure_files import FigureFilesMixin

BOARD = "telephony/_live_board.html"


class BoardMixin(TenantRightMixin):
    right = Right.CALLS_LIVE
    request: HttpRequest

    def context(self, *, is_whole: bool = False) -> dict[str, Any]:
        """What the board shows; of the person it needs the notation, and what may be done with a number."""
        tenant = self.request.tenant  # type: ignore[attr-defined]
        note_watched(tenant.pk)
        board = board_of(tenant, connections_of(self.request), self.wish, is_whole=is_whole)
        rows = [(one, self._who(one), self._acts(one.call)) for one in board.calls]
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

    def _who(self, one: NowCall) -> SafeString | str:
        """The name, else the number; either leads to the page of the number."""
        number, name = one.call.other, one.name
        if not number:
            return name or _("Number withheld")
        reading = notation_of(self.request.user, self.request.tenant)  # type: ignore[attr-defined]
        if not name:
            return formats.number(number, **reading)
        address = tenant_url(self.request.tenant, "telephony:number_detail", e164=number)  # type: ignore[attr-defined]
        return format_html('<a class="sb-plain" href="{}">{}</a>', address, name)

    def _acts(self, call: LiveCall) -> SafeString:
        kind = call_menu(call.other, call.direction, may_block=may_block(self.request))
        return self._menus.html(kind, blanks_of(call.other))

    @cached_property
    def _menus(self) -> SharedMenus:
        acts, tenant = number_acts_of(self.request), self.request.tenant  # type: ignore[attr-defined]
        label = _("Acts with %(number)s") % {"number": blank("shown")}
        return SharedMenus(
            partial(items_of, acts=acts, tenant=tenant), label=label, css="btn btn-quiet btn-xs"
        )

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


class LiveView(FigureFilesMixin, BoardMixin, TemplateView):
    """Calls now, in the portal's frame."""

    request: Any
    template_name = "telephony/live.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = self.context(is_whole=self.is_for_file)
        return super().get_context_data(
            title=_("Calls now"),
            filter_form=self.filter_form,
            query=f"?{query}" if (query := self.request.GET.urlencode()) else "",
            may_manage=Right.CONNECTIONS_MANAGE in self.request.rights,
            files=live_tables.titles_of(shown["board"]),
            **shown,
            **kwargs,
        )

    def figure_title(self, name: str) -> str:
        return str(live_tables.TITLES.get(name, ""))

    def table(self, name: str, context: Mapping[str, Any]) -> Table:
        names = {one.pk: one.name for one in connections_of(self.request)}
        return live_tables.TABLES[name](context["board"], names, self._zone)

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.request.tenant.time_zone)

    def days_of_table(self, name: str, context: Mapping[str, Any]) -> tuple[date, date] | None:
        today = context["board"].at.astimezone(self._zone).date()
        return (today, today) if name == live_tables.BY_HOUR else None

    def missing(self, name: str, context: Mapping[str, Any]) -> str:
        if name != live_tables.BY_HOUR:
            return ""
        today = context["board"].at.astimezone(self._zone).date()
        return coverage_words(coverage_of(today, today, today, self._zone, self.wish.part), self._zone)

    def part_of_table(self, name: str, context: Mapping[str, Any]) -> str:
        """What the address asks for, and of which moment it is."""
        chosen = [self.wish.connection, self.wish.line, self.wish.group and self.wish.group.name]
        with timezone.override(self._zone):
            at = formats.dated_moment(context["board"].at)
        told = [*(str(one) for one in chosen if one), _("as of %(moment)s") % {"moment": at}]
        return ", ".join(told)


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
        able = may_do(request), may_block(request)
        key = (language, person.notation, able, *self.wish.key)  # type: ignore[union-attr]

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
