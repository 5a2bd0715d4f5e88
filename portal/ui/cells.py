"""A table's rows as HTML. What a column's `render` asks for is read once a table, not once a cell, and a row is
joined from text that was escaped once: on a page of fifty rows templates and inspection cost more than the drawing.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from html import escape
from operator import attrgetter
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.middleware.csrf import get_token
from django.utils.formats import localize
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import template_localtime  # type: ignore[attr-defined]
from django.utils.translation import gettext as _

from portal.ui import parts

Reader = Callable[[Any], Any]


class Cell:
    """One column's way from a record to its cell, with the meaning of django-tables2 (defaults, choices, links)."""

    def __init__(self, bound_column: Any, table: Any) -> None:
        self.bound, self.column = bound_column, bound_column.column
        self.accessor = bound_column.accessor
        self.opening = format_html('<td role="cell" class="{}">', getattr(self.column, "cell_css", ""))
        self.empty_values = self.column.empty_values
        self.render: Callable[..., Any] = bound_column.render
        parameters = inspect.signature(self.render).parameters.values()
        takes_all = any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters)
        named = {one.name for one in parameters if one.kind is not inspect.Parameter.VAR_KEYWORD}
        self.same_for_all = same = {"column": self.column, "bound_column": self.bound, "table": table}
        self.same = same if takes_all else {name: same[name] for name in named & same.keys()}
        self.takes = tuple(takes_all or name in named for name in ("value", "record", "bound_row"))
        self._readers: dict[type, Reader] = {}

    def html(self, row: Any) -> str:
        return f"{self.opening}{self.content(row)}</td>"

    def content(self, row: Any) -> str:
        record = row.record
        reader = self._readers.get(type(record)) or self.reader(type(record))
        value = reader(record)
        if value in self.empty_values:
            return shown(self.bound.default)
        takes_value, takes_record, takes_row = self.takes
        asked = self.same.copy()
        if takes_value:
            asked["value"] = value
        if takes_record:
            asked["record"] = record
        if takes_row:
            asked["bound_row"] = row
        content = shown(self.render(**asked))
        if not self.bound.link:
            return content
        return shown(self.bound.link(content, value=value, record=record, bound_row=row, **self.same_for_all))

    def reader(self, kind: type) -> Reader:
        """How the value is read from records of a type; a field with choices gives its words."""
        self._readers[kind] = found = self._reader(kind)
        return found

    def _reader(self, kind: type) -> Reader:
        accessor = self.accessor
        if not issubclass(kind, Model):
            return lambda record: accessor.resolve(record, quiet=True)
        wants_words = not getattr(self.column, "is_stored", False)
        if "__" in accessor or "." in accessor:
            return self._of_another if wants_words else lambda record: accessor.resolve(record, quiet=True)
        if wants_words and has_choices(kind, accessor):
            words = attrgetter(f"get_{accessor}_display")
            return lambda record: words(record)()
        return lambda record: plain(getattr(record, accessor, None))

    def _of_another(self, record: Any) -> Any:
        owner, name = self.accessor.penultimate(record)
        if isinstance(owner, Model) and has_choices(type(owner), name):
            return getattr(owner, f"get_{name}_display")()
        return self.accessor.resolve(record, quiet=True)


def plain(value: Any) -> Any:
    """A method's answer instead of the method."""
    return value() if callable(value) and not isinstance(value, type) else value


def has_choices(model: type[Model], name: str) -> bool:
    try:
        return bool(getattr(model._meta.get_field(name), "choices", None))
    except FieldDoesNotExist:
        return False


def shown(value: Any) -> SafeString:
    """A value as a template prints it: localised and escaped."""
    if type(value) is SafeString:
        return value
    if isinstance(value, str):
        return conditional_escape(value)
    return conditional_escape(localize(template_localtime(value)))


class Rows:
    """The body of a table: its rows, and before them the separators where these differ from the one before."""

    def __init__(self, table: Any) -> None:
        self.table = table
        self.cells = [Cell(column, table) for column in table.columns]
        self.is_parted = table.has_separators
        self.span = table.cells_wide
        self.request = getattr(table, "request", None)

    def html(self) -> SafeString:
        return mark_safe("\n".join(self._parts()))

    def _parts(self) -> Iterator[str]:
        last: object = None
        for row in self.table.rows:
            text = self.table.separator(row.record) if self.is_parted else ""
            if text and text != last:
                yield f'<tr role="row" class="day"><td role="cell" colspan="{self.span}">{shown(text)}</td></tr>'
            last = text
            yield self._row(row)

    def _row(self, row: Any) -> str:
        table, record = self.table, row.record
        panel_url, key = table.panel_url(record), getattr(record, "pk", None)
        panel = f' data-panel="{escape(panel_url)}"' if panel_url else ""
        name = f' id="row-{escape(str(key))}"' if key else ""
        menu = f'<td role="cell" class="menu">{self._menu(record)}</td>' if table.has_menu else ""
        cells = "".join([cell.html(row) for cell in self.cells])
        return f'<tr role="row" data-row{panel}{name}>{cells}{menu}</tr>'

    def _menu(self, record: Any) -> str:
        items = self.table.row_menu(record)
        return row_menu(items, self._csrf) if items else ""

    @cached_property
    def _csrf(self) -> SafeString:
        if self.request is None:
            return mark_safe("")
        return format_html(
            '<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(self.request)
        )


def row_menu(items: Iterable[Any], csrf: SafeString) -> SafeString:
    """The acts of one row behind three dots; opens without script."""
    return format_html(
        '<details class="sb-menu" data-menu><summary class="btn btn-quiet btn-xs" aria-label="{}">{}</summary>'
        '<div class="sb-pop">{}</div></details>',
        _("Actions"),
        parts.icon("dots", size=14),
        format_html_join("", "{}", ((_act(item, csrf),) for item in items)),
    )


def _act(item: Any, csrf: SafeString) -> SafeString:
    css = "sb-item bad" if item.is_bad else "sb-item"
    sign = parts.icon(item.icon) if item.icon else ""
    if not item.is_post:
        return format_html('<a class="{}" href="{}">{}{}</a>', css, item.url, sign, item.label)
    return format_html(
        '<form method="post" action="{}">{}<button class="{}">{}{}</button></form>',
        item.url,
        csrf,
        css,
        sign,
        item.label,
    )
