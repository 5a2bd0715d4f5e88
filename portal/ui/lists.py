"""What stands around a list's rows as HTML: saved views, headings, pager. The rows: cells.py; the filters: drawing.py."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from portal.ui import parts
from portal.ui.links import query_with
from portal.ui.parts import escaped

ALL = "all"  # of the address's `count`: no end to the counting


def saved_views(views: Iterable[Any], path: str) -> SafeString:
    """Filters with a name, as tabs."""
    tabs, label = "".join([_saved_view(view, path) for view in views]), escaped(_("Saved views"))
    return mark_safe(f'<nav class="sb-views" aria-label="{label}">{tabs}</nav>')


def _saved_view(view: Any, path: str) -> str:
    address = f"{path}?{view.query}" if view.query else path
    current = ' aria-current="true"' if view.is_current else ""
    count = f' <span class="c">{escaped(view.count)}</span>' if view.count else ""
    return f'<a class="sb-view" href="{escaped(address)}"{current}>{escaped(str(view.label))}{count}</a>'


def widths(table: Any) -> SafeString:
    """The columns of a table on a desk screen."""
    wide = [getattr(column.column, "width", "") for column in table.columns if is_on_desk(column)]
    drawn = [f'<col class="w-{width}">' if width else "<col>" for width in wide]
    return mark_safe("".join([*drawn, '<col class="w-menu">' if table.has_menu else ""]))


def is_on_desk(column: Any) -> bool:
    return not getattr(column.column, "phone_only", False)


def headings(table: Any, request: HttpRequest) -> SafeString:
    """What the columns are called; those with an index are links that sort by them."""
    drawn = [_heading(head, request) for head in table.heads if is_on_desk(head.column)]
    if table.has_menu:
        word = escaped(_("Actions"))
        drawn.append(
            f'<th role="columnheader" scope="col" class="menu"><span class="visually-hidden">{word}</span></th>'
        )
    return mark_safe("".join(drawn))


def _heading(head: Any, request: HttpRequest) -> str:
    column, word = head.column, escaped(str(head.column.header))
    state = f' aria-sort="{head.state}"' if head.state else ""
    opening = f'<th role="columnheader" scope="col" class="{getattr(column.column, "align", "")}"{state}>'
    if getattr(column.column, "is_word_hidden", False):
        word = f'<span class="visually-hidden">{word}</span>'
    if not head.next_sort:
        return f"{opening}{word}</th>"
    if head.state:
        arrow = parts.icon("arrow-down" if head.state == "descending" else "arrow-up", size=12)
    else:
        arrow = parts.icon("arrow-down", size=12, css="sb-sort-hint")
    address = escaped(query_with(request, sort=head.next_sort, cursor=None))
    return f'{opening}<a href="{address}" id="sort-{column.name}">{word}{arrow}</a></th>'


def pager(page: Any, count: Any, request: HttpRequest) -> SafeString:
    """To the pages before and after, and how many rows of how many are shown."""
    previous, following, pages = escaped(_("Previous")), escaped(_("Next")), escaped(_("Pages"))
    move, open_row = escaped(_("move")), escaped(_("open"))
    shown = _("%(shown)s of <b>%(count)s</b>") % {"shown": len(page), "count": escaped(str(count))}
    if count.is_given_up:
        why = escaped(_("it took too long to count them all"))
        shown = f"{shown} ({why})"
    elif count.is_capped:
        whole, word = escaped(query_with(request, count=ALL)), escaped(_("Count all"))
        shown = f'{shown} <a id="count-all" href="{whole}">{word}</a>'
    newer = f"{parts.icon('chevron-left', size=14)}{previous}"
    older = f"{following}{parts.icon('chevron-right', size=14)}"
    return mark_safe(
        f'<nav class="sb-pager" aria-label="{pages}" hx-boost="true" hx-target="#list-region"'
        ' hx-swap="outerHTML show:window:top"> '
        f"{_step('newer', page.previous_cursor, newer, request)} {_step('older', page.next_cursor, older, request)}"
        f' <span>{shown}</span> <span class="keys"><kbd>j</kbd> <kbd>k</kbd> {move}&ensp;<kbd>↵</kbd> {open_row}</span>'
        " </nav>"
    )


def _step(key: str, cursor: str, word: str, request: HttpRequest) -> str:
    if not cursor:
        return f'<span class="btn btn-xs disabled sb-only-desk">{word}</span>'
    return f'<a class="btn btn-xs" id="{key}" href="{escaped(query_with(request, cursor=cursor))}">{word}</a>'
