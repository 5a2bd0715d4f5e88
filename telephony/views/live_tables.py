"""The board of calls as tables for files: what goes on, what the lines and groups do, and the day by hour."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from portal.ui.looks import look_of
from telephony.figures.tables import Cell, Column, Table
from telephony.services.live_board import Board, NowCall
from telephony.views import live_day

BY_HOUR = "by_hour"
TITLES: Mapping[str, str | Promise] = {
    "calls": gettext_lazy("Calls now"),
    "groups": gettext_lazy("Groups and queues now"),
    "lines": gettext_lazy("Lines now"),
    BY_HOUR: gettext_lazy("Calls of today by hour"),
}
Names = Mapping[int, str]  # of connections


def calls_table(board: Board, names: Names, _zone: ZoneInfo) -> Table:
    columns = [
        Column(_("Since"), "moment", "since_at"),
        Column(_("Direction"), name="direction"),
        Column(pgettext("whom a call was with", "With"), "number", "other"),
        Column(_("Name"), name="name"),
        Column(_("Lines"), name="lines"),
        Column(_("State"), name="state"),
        Column(_("How it came"), name="how"),
        Column(_("Connection"), name="connection"),
    ]
    rows = [_call_row(one, names) for one in board.calls]
    return Table(title=str(TITLES["calls"]), columns=columns, rows=rows)


def _call_row(one: NowCall, names: Names) -> list[Cell]:
    call = one.call
    return [
        one.since.isoformat(),
        str(look_of("direction", call.direction).word),
        call.other,
        one.name,
        ", ".join(one.lines) or pgettext("one call", "held by the provider"),
        call.get_state_display(),
        one.how_words,
        names[call.connection_id],
    ]


def groups_table(board: Board, names: Names, _zone: ZoneInfo) -> Table:
    columns = [
        Column(_("Queue or group"), name="group"),
        Column(_("Calls that ring"), "count", "ringing"),
        Column(_("Since"), "moment", "since_at"),
        Column(_("Free lines"), "count", "free"),
        Column(_("Lines"), "count", "lines"),
        Column(_("Connection"), name="connection"),
    ]
    rows = [
        [
            one.group.name,
            one.ringing,
            one.since.isoformat() if one.since else None,
            one.free,
            len(one.does),
            names[one.group.connection_id],
        ]
        for one in board.groups
    ]
    return Table(title=str(TITLES["groups"]), columns=columns, rows=rows)


def lines_table(board: Board, names: Names, _zone: ZoneInfo) -> Table:
    does = {
        "talking": pgettext("one line", "talking"),
        "ringing": pgettext("one line", "ringing"),
        "free": pgettext("one line", "free"),
    }
    columns = [
        Column(_("Line"), name="line"),
        Column(_("Number"), "number", "number"),
        Column(_("State"), name="state"),
        Column(_("Connection"), name="connection"),
    ]
    rows = [
        [str(one.line), one.line.number, does[one.does], names[one.line.connection_id]] for one in board.lines
    ]
    return Table(title=str(TITLES["lines"]), columns=columns, rows=rows)


def by_hour_table(board: Board, _names: Names, zone: ZoneInfo) -> Table:
    """The hours that are drawn; those to come have no calls yet."""
    calls, usual = board.figures["by_hour"], board.figures["usual_by_hour"]
    now = board.at.astimezone(zone)
    columns = [
        Column(_("Hour"), "count", "hour"),
        Column(_("Calls"), "count", "calls"),
        Column(_("Usual"), "mean", "usual"),
    ]
    rows = [
        [hour, calls.get(hour, 0) if hour <= now.hour else None, usual.get(hour, 0) if usual else None]
        for hour in live_day.hours_of(calls, usual)
    ]
    return Table(title=str(TITLES[BY_HOUR]), columns=columns, rows=rows)


TABLES: Mapping[str, Callable[[Board, Names, ZoneInfo], Table]] = {
    "calls": calls_table,
    "groups": groups_table,
    "lines": lines_table,
    BY_HOUR: by_hour_table,
}


def titles_of(board: Board) -> list[tuple[str, str | Promise]]:
    """What of a board there is to be had as a file. Calls come and go while it is looked at."""
    has = {"groups": bool(board.groups), "lines": bool(board.lines)}
    return [(name, title) for name, title in TITLES.items() if has.get(name, True)]
