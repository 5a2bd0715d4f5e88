"""The cells of a table's rows as HTML. What a column's `render` asks for is read once a table, not once a cell:
on a page of fifty rows the inspection cost more than the drawing.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.formats import localize
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import template_localtime  # type: ignore[attr-defined]


class Cell:
    """One column's way from a record to its cell, with the meaning of django-tables2 (defaults, choices, links)."""

    def __init__(self, bound_column: Any, table: Any) -> None:
        self.bound, self.column, self.table = bound_column, bound_column.column, table
        self.accessor = bound_column.accessor
        self.is_plain = "__" not in self.accessor and "." not in self.accessor
        self.css = getattr(self.column, "cell_css", "")
        self.render: Callable[..., Any] = bound_column.render
        parameters = inspect.signature(self.render).parameters.values()
        self.takes_all = any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters)
        self.wanted = [one.name for one in parameters if one.kind is not inspect.Parameter.VAR_KEYWORD]
        self._has_choices: dict[type, bool] = {}

    def html(self, row: Any) -> SafeString:
        return format_html('<td role="cell" class="{}">{}</td>', self.css, self.content(row))

    def content(self, row: Any) -> str:
        record = row.record
        value = self.value(record)
        if value in self.column.empty_values:
            return shown(self.bound.default)
        given = {
            "value": value,
            "record": record,
            "column": self.column,
            "bound_column": self.bound,
            "bound_row": row,
            "table": self.table,
        }
        asked = given if self.takes_all else {name: given[name] for name in self.wanted}
        content = shown(self.render(**asked))
        return shown(self.bound.link(content, **given)) if self.bound.link else content

    def value(self, record: Any) -> Any:
        """The record's value; a field with choices gives its words."""
        if not isinstance(record, Model):
            return self.accessor.resolve(record, quiet=True)
        if not self.is_plain:
            owner, name = self.accessor.penultimate(record)
            if isinstance(owner, Model) and self.has_choices(type(owner), name):
                return getattr(owner, f"get_{name}_display")()
            return self.accessor.resolve(record, quiet=True)
        if self.has_choices(type(record), self.accessor):
            return getattr(record, f"get_{self.accessor}_display")()
        value = getattr(record, self.accessor, None)
        return value() if callable(value) and not isinstance(value, type) else value

    def has_choices(self, model: type[Model], name: str) -> bool:
        if model not in self._has_choices:
            try:
                self._has_choices[model] = bool(getattr(model._meta.get_field(name), "choices", None))
            except FieldDoesNotExist:
                self._has_choices[model] = False
        return self._has_choices[model]


def shown(value: Any) -> SafeString:
    """A value as a template prints it: localised and escaped."""
    if isinstance(value, str):
        return conditional_escape(value)
    return conditional_escape(localize(template_localtime(value)))


class Cells:
    """All cells of a row at once."""

    def __init__(self, table: Any) -> None:
        self.columns = [Cell(column, table) for column in table.columns]

    def html(self, row: Any) -> SafeString:
        return mark_safe("".join(cell.html(row) for cell in self.columns))
