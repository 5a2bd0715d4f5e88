"""A table's rows as HTML. What a column's `render` asks for is read once a table, not once a cell, and a row is
joined from text that was escaped once: on a page of fifty rows templates and inspection cost more than the drawing.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache, partial
from html import escape
from operator import attrgetter
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.middleware.csrf import get_token
from django.utils.formats import localize
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import template_localtime  # type: ignore[attr-defined]

from portal.ui.menus import NO_TOKEN, SharedMenus, row_menu

Reader = Callable[[Any], Any]
EVERYTHING = frozenset({"value", "record", "bound_row", "column", "bound_column", "table"})


class Cell:
    """One column's way from a record to its cell, with the meaning of django-tables2 (defaults, choices, links).

    What a `render` makes of nothing but a text is made once for each text that the page shows.
    """

    def __init__(self, bound_column: Any, table: Any) -> None:
        self.bound, self.column = bound_column, bound_column.column
        self.accessor, self.link = bound_column.accessor, bound_column.link
        self.opening = f'<td role="cell" class="{escape(getattr(self.column, "cell_css", ""))}">'
        self.empty_values = self.column.empty_values
        self.same_for_all = {"column": self.column, "bound_column": bound_column, "table": table}
        names = asked_by(getattr(bound_column.render, "__func__", bound_column.render))
        self.render = partial(
            bound_column.render, **{n: v for n, v in self.same_for_all.items() if n in names}
        )
        self.takes_value, self.takes_record = "value" in names, "record" in names
        self.takes_row = "bound_row" in names
        self.needs_row = self.takes_row or bool(self.link)
        self.is_of_value = not (self.takes_record or self.needs_row)
        self._readers: dict[type, Reader] = {}
        self._drawn: dict[str, str] = {}

    def html(self, record: Any, row: Any = None) -> str:
        """The cell of a record; `row` is its BoundRow, for those who need it."""
        value = self.value(record)
        if value in self.empty_values:
            return self.nothing
        if not (self.is_of_value and type(value) is str):
            return f"{self.opening}{self.content(value, record, row)}</td>"
        if value not in self._drawn:
            self._drawn[value] = f"{self.opening}{self.content(value, record, row)}</td>"
        return self._drawn[value]

    def value(self, record: Any) -> Any:
        kind = type(record)
        return (self._readers.get(kind) or self.reader(kind))(record)

    @cached_property
    def nothing(self) -> str:
        return f"{self.opening}{shown(self.bound.default)}</td>"

    def content(self, value: Any, record: Any, row: Any) -> str:
        asked = {"value": value} if self.takes_value else {}
        if self.takes_record:
            asked["record"] = record
        if self.takes_row:
            asked["bound_row"] = row
        content = shown(self.render(**asked))
        if not self.link:
            return content
        return shown(self.link(content, value=value, record=record, bound_row=row, **self.same_for_all))

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
        if is_column(kind, accessor):
            return attrgetter(accessor)
        return lambda record: plain(getattr(record, accessor, None))

    def _of_another(self, record: Any) -> Any:
        owner, name = self.accessor.penultimate(record)
        if isinstance(owner, Model) and has_choices(type(owner), name):
            return getattr(owner, f"get_{name}_display")()
        return self.accessor.resolve(record, quiet=True)


@lru_cache(maxsize=1024)
def asked_by(render: Callable[..., Any]) -> frozenset[str]:
    """The names of what a `render` wants to be given; with `**kwargs` it is all there is."""
    parameters = inspect.signature(render).parameters.values()
    if any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters):
        return EVERYTHING
    return frozenset(one.name for one in parameters)


def plain(value: Any) -> Any:
    """A method's answer instead of the method."""
    return value() if callable(value) and not isinstance(value, type) else value


def has_choices(model: type[Model], name: str) -> bool:
    try:
        return bool(getattr(model._meta.get_field(name), "choices", None))
    except FieldDoesNotExist:
        return False


def is_column(model: type[Model], name: str) -> bool:
    """Whether the attribute is a value of the row itself, which needs no second look."""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return field.concrete and not field.is_relation


def shown(value: Any) -> SafeString:
    """A value as a template prints it: localised and escaped."""
    if type(value) is SafeString:
        return value
    if type(value) is str:
        return SafeString(escape(value))
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
        needs_rows = any(cell.needs_row for cell in self.cells)
        for row in self.table.rows if needs_rows else self.table.data:
            record = row.record if needs_rows else row
            text = self.table.separator(record) if self.is_parted else ""
            if text and text != last:
                yield f'<tr role="row" class="day"><td role="cell" colspan="{self.span}">{shown(text)}</td></tr>'
            last = text
            yield self._row(record, row)

    def _row(self, record: Any, row: Any) -> str:
        table = self.table
        panel_url, key = table.panel_url(record), getattr(record, "pk", None)
        panel = f' data-panel="{escape(panel_url)}"' if panel_url else ""
        name = f' id="row-{escape(str(key))}"' if key else ""
        menu = f'<td role="cell" class="menu">{self._menu(record)}</td>' if table.has_menu else ""
        cells = "".join([cell.html(record, row) for cell in self.cells])
        return f'<tr role="row" data-row{panel}{name}>{cells}{menu}</tr>'

    def _menu(self, record: Any) -> str:
        """Its own, or where rows share a menu but for some texts: as it was drawn for the first of them."""
        shared = self.table.shared_menu(record)
        if shared is not None:
            return self._menus.html(*shared)
        items = self.table.row_menu(record)
        return row_menu(items, self._csrf) if items else ""

    @cached_property
    def _menus(self) -> SharedMenus:
        return SharedMenus(self.table.menu_of_kind, self._csrf)

    @cached_property
    def _csrf(self) -> SafeString:
        if self.request is None:
            return NO_TOKEN
        return format_html(
            '<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(self.request)
        )
