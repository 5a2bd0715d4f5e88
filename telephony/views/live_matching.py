"""Calls that were seen live, beside the records that the providers keep of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.generic import TemplateView

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.ui.looks import look_of
from telephony.figures.tables import Cell, Column, Table
from telephony.menu import connections_of
from telephony.models import Call
from telephony.services.live_matching import Matched, SeenCall, matched
from telephony.views.list_files import ListFilesMixin

TITLES = {
    "ended": gettext_lazy("Calls seen live"),
    "without_record": gettext_lazy("Seen live without a record"),
    "unseen": gettext_lazy("Recorded, and not seen live"),
}


class SeenView(ListFilesMixin, TenantRightMixin, TemplateView):
    """What just ended, with its record; and what was only seen, or only recorded. `?connection=` shows one alone."""

    right = Right.CALLS_LIVE
    menu_entry = "telephony:call_live"
    template_name = "telephony/live_seen.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        known = [
            one
            for one in connections_of(self.request)
            if one.declaration.tells_live and one.unlinked_at is None
        ]
        wished = self.request.GET.get("connection", "")
        chosen = [one for one in known if str(one.pk) == wished]
        return super().get_context_data(
            title=_("Seen live"),
            connections=known if len(known) > 1 else [],
            chosen=chosen[0] if chosen else None,
            found=matched(chosen or known, timezone.now(), is_whole=self.is_for_file),
            may_sync=Right.CONNECTIONS_MANAGE in self.request.rights,
            **kwargs,
        )

    def figure_title(self, name: str) -> str:
        return str(TITLES.get(name, ""))

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        told = TABLES[name](context["found"], {one.pk: one.name for one in connections_of(self.request)})
        return told if told.rows else None

    def part_of_table(self, name: str, context: Mapping[str, Any]) -> str:
        told = [
            context["chosen"].name if context["chosen"] else "",
            _("the last three days"),
            _("only the newest") if context["found"].is_cut else "",
        ]
        return ", ".join(one for one in told if one)


def seen_columns() -> list[Column]:
    return [
        Column(_("Started"), "moment", "started_at"),
        Column(_("Direction"), name="direction"),
        Column(pgettext("whom a call was with", "With"), "number", "other"),
        Column(_("Name"), name="name"),
        Column(_("Line"), name="line"),
        Column(_("Outcome"), name="outcome"),
        Column(_("Connection"), name="connection"),
    ]


def _seen_row(one: SeenCall, connections: Mapping[int, str]) -> list[Cell]:
    call = one.call
    return [
        call.started_at.isoformat(),
        str(look_of("direction", call.direction).word),
        call.other,
        one.name,
        one.line,
        str(look_of("outcome", call.outcome).word) if call.outcome else "",
        connections[call.connection_id],
    ]


def ended_table(found: Matched, connections: Mapping[int, str]) -> Table:
    columns = [*seen_columns(), Column(pgettext("of a call", "Record"), "yes", "has_record")]
    rows = [[*_seen_row(one, connections), one.record is not None] for one in found.ended]
    return Table(title=str(TITLES["ended"]), columns=columns, rows=rows)


def without_record_table(found: Matched, connections: Mapping[int, str]) -> Table:
    rows = [_seen_row(one, connections) for one in found.without_record]
    return Table(title=str(TITLES["without_record"]), columns=seen_columns(), rows=rows)


def unseen_table(found: Matched, connections: Mapping[int, str]) -> Table:
    caller, called = _("Caller"), _("Called")
    columns = [
        Column(_("Started"), "moment", "started_at"),
        Column(_("Direction"), name="direction"),
        Column(caller, "number", "caller"),
        Column(_("%(column)s, name") % {"column": caller}, name="caller_name"),
        Column(called, "number", "callee"),
        Column(_("%(column)s, name") % {"column": called}, name="callee_name"),
        Column(_("Line"), name="line"),
        Column(_("Outcome"), name="outcome"),
        Column(_("Connection"), name="connection"),
    ]
    rows = [[*_unseen_row(call, found.names), connections[call.connection_id]] for call in found.unseen]
    return Table(title=str(TITLES["unseen"]), columns=columns, rows=rows)


def _unseen_row(call: Call, names: Mapping[str, str]) -> list[Cell]:
    return [
        call.started_at.isoformat(),
        str(look_of("direction", call.direction).word),
        call.caller,
        names.get(call.caller, ""),
        call.callee,
        names.get(call.callee, ""),
        call.line.name if call.line else "",
        str(look_of("outcome", call.outcome).word) if call.outcome else "",
    ]


TABLES: Mapping[str, Callable[[Matched, Mapping[int, str]], Table]] = {
    "ended": ended_table,
    "without_record": without_record_table,
    "unseen": unseen_table,
}
