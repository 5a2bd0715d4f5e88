"""The rows of a list as controls: a table where all entries say the same, else one below the other with their labels."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from django import forms
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from portal.lib.wording import labelled
from portal.ui import parts
from portal.ui.controls import CHOICES, drawn_choices
from portal.ui.parts import escaped
from telephony.forms.controls import Options
from telephony.forms.rows import (
    ACT,
    MOST,
    NEW,
    THERE,
    TYPED,
    WAS,
    WHAT,
    Row,
    cell_widget,
    columns_for,
    label_of,
    offered,
    read_rows,
    rows_of,
)
from telephony.providers.edit_fields import Field
from telephony.providers.fields import value_at

MOST_COLUMNS = 5  # of a table; entries that say more stand one below the other


class RowsWidget(forms.Widget):
    """`value` is a list of rows. `searches` are where more objects are found by name, by their kind; `bad` what is
    against cells, by row and column."""

    use_fieldset = True

    def __init__(self, one: Field, held: Any, options: Options) -> None:
        super().__init__()
        assert one.rows is not None
        self.one, self.rows, self.held, self.options = one, one.rows, held, options
        self.searches: dict[str, str] = {}
        self.bad: dict[tuple[str, str], list[str]] = {}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Row] | None:
        return read_rows(self.one, data, self.held)

    def id_for_label(self, id_: str | None) -> str:
        return ""  # its legend names the whole

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        own = (attrs or {}).get("id", name)
        rows = rows_of(self.one, self.held) if value is None else value
        told = [label_of(self.one, row, self.held, self.options) for row in rows]
        drawn = (
            self._list(name, own, rows, told)
            if self.rows.variants or len(self.rows.columns) > MOST_COLUMNS
            else self._table(name, own, rows, told)
        )
        there = f'<input type="hidden" name="{name}.{THERE}" value="1">'
        nothing = escape(_("Nothing yet."))
        empty = "" if rows else f'<p class="sb-quiet">{nothing}</p>'
        adder = self._adder(name, own) if len(rows) < MOST else ""
        return mark_safe(
            f'<div class="sb-rows" data-rows id="{escape(own)}">{there}{drawn if rows else empty}{adder}</div>'
        )

    # ---- rows ----

    def _table(self, name: str, own: str, rows: Sequence[Row], told: Sequence[tuple[str, str]]) -> str:
        heads = "".join(f'<th scope="col">{escaped(column.label)}</th>' for column in self.rows.columns)
        lines = []
        for at, (row, (word, title)) in enumerate(zip(rows, told, strict=True)):
            cells = [
                f"<td>{self._cell(name, own, row, column, title or word)}</td>"
                for column in self._columns(row)
            ]
            who = f"<small>{escape(word)}</small> {escape(title)}"
            acts = self._acts(name, row, at, len(rows), title or word)
            lines.append(
                f'<tr><th scope="row">{who}{self._hidden(name, row)}{acts}</th>{"".join(cells)}</tr>'
            )
            if wrong := "".join([self._against(own, row, one, str(one.label)) for one in self._columns(row)]):
                lines.append(f'<tr class="bad"><td colspan="{len(cells) + 1}">{wrong}</td></tr>')
        entry = escape(_("Entry"))
        first = f'<th scope="col"><span class="visually-hidden">{entry}</span></th>'
        return f'<table class="sb-rows-table"><thead><tr>{first}{heads}</tr></thead><tbody>{"".join(lines)}</tbody></table>'

    def _list(self, name: str, own: str, rows: Sequence[Row], told: Sequence[tuple[str, str]]) -> str:
        lines = []
        for at, (row, (word, title)) in enumerate(zip(rows, told, strict=True)):
            columns = self._columns(row)
            usual = [one for one in columns if one.is_usual] or columns
            cells = self._labelled(name, own, row, usual)
            if folded := [one for one in columns if one not in usual]:
                count = sum(self._is_set(row, one) for one in folded)
                words = (
                    _("More settings, %(count)d of them set") % {"count": count}
                    if count
                    else _("More settings")
                )
                inside = self._labelled(name, own, row, folded)
                is_open = " open" if any((row.token, one.name) in self.bad for one in folded) else ""
                cells += (
                    f'<details class="sb-more"{is_open}><summary>{escape(words)}</summary>{inside}</details>'
                )
            acts = self._acts(name, row, at, len(rows), f"{at + 1}, {word}")
            head = f"<div><b>{escape(word)}</b> {escape(title)}{self._hidden(name, row)}{acts}</div>"
            lines.append(f"<li>{head}{cells}</li>")
        return f'<ol class="sb-rows-list">{"".join(lines)}</ol>'

    def _labelled(self, name: str, own: str, row: Row, columns: Sequence[Field]) -> str:
        """Controls with their labels, under the heading of what they are about."""
        drawn, heading = [], ""
        for column in columns:
            if (about := str(column.group)) != heading:
                drawn.append(f"<h4>{escape(about)}</h4>" if about else "")
                heading = about
            place = f"{own}_{row.token}_{column.name}"
            label = f'<label class="form-label" for="{escape(place)}">{escaped(column.label)}</label>'
            cell, told = self._cell(name, own, row, column, ""), self._against(own, row, column)
            drawn.append(f"<div>{label}{cell}{told}</div>")
        return "".join(drawn)

    def _is_set(self, row: Row, column: Field) -> bool:
        """Whether the entry has a value of its own there, not the one that the provider fills in."""
        held, declared = value_at(self._entry(row), column.name), column.declared
        usual = declared.default if declared is not None and declared.has_default else None
        return held not in (None, "", [], {}, usual)

    def _columns(self, row: Row) -> list[Field]:
        return columns_for(self.rows, row.what[0], self._entry(row))

    def _entry(self, row: Row) -> Any:
        return self.held[row.was] if row.was is not None else None

    def _hidden(self, name: str, row: Row) -> str:
        place = f"{name}.{row.token}"
        values = {
            name: row.token,
            f"{place}.{WAS}": "" if row.was is None else str(row.was),
            f"{place}.{WHAT}": ":".join(row.what),
        }
        return "".join(
            f'<input type="hidden" name="{escape(key)}" value="{escape(value)}">'
            for key, value in values.items()
        )

    def _cell(self, name: str, own: str, row: Row, column: Field, who: str) -> str:
        """A control. `who` names its row, where no label stands beside it."""
        widget = cell_widget(column, self._entry(row), self.options)
        key = f"{name}.{row.token}.{column.name}"
        house = "form-check-input" if isinstance(widget, forms.CheckboxInput) else "form-control"
        classes = house if type(widget) not in CHOICES else ""
        attrs: dict[str, Any] = {
            **widget.attrs,
            "id": f"{own}_{row.token}_{column.name}",
            "class": f"{classes} {widget.attrs.get('class', '')}".strip(),
        }
        if (row.token, column.name) in self.bad:
            attrs |= {"aria-invalid": "true", "aria-describedby": f"{attrs['id']}_error"}
        if who:
            attrs["aria-label"] = labelled(column.label, who)
        is_first = column.name == self.rows.columns_of(row.what[0])[0].name
        if row.focus == "add" and is_first:
            attrs["autofocus"] = True
        if column.refers_to in self.searches:
            attrs["data-options"] = self.searches[column.refers_to]
        value = row.cells.get(column.name)
        if type(widget) in CHOICES:
            return drawn_choices(widget, key, value, attrs)
        return widget.render(key, value, attrs=attrs)

    def _against(self, own: str, row: Row, column: Field, label: str = "") -> str:
        """What is against a cell; `label` names it where the reason does not stand below it."""
        reasons = self.bad.get((row.token, column.name))
        if not reasons:
            return ""
        words = " ".join(map(str, reasons))
        told, place = labelled(label, words) if label else words, f"{own}_{row.token}_{column.name}_error"
        sign = parts.icon("alert-circle", size=14)
        return f'<div class="sb-field-error" id="{escape(place)}">{sign}<span>{escape(told)}</span></div>'

    def _acts(self, name: str, row: Row, at: int, count: int, who: str) -> str:
        """Up, down and away; after one was pressed, the focus is where it was."""
        made = []
        for act, sign, words, is_off in (
            ("up", "arrow-up", _("Move up"), at == 0),
            ("down", "arrow-down", _("Move down"), at == count - 1),
            ("remove", "x", _("Take out"), False),
        ):
            if self.rows.is_keyed and act != "remove":
                continue  # an object has no order
            is_next = row.focus == {"up": "down", "down": "up"}.get(act) and (
                at == 0 if act == "down" else at == count - 1
            )
            focus = " autofocus" if (row.focus == act and not is_off) or is_next else ""
            off = " disabled" if is_off else ""
            made.append(
                f'<button class="sb-row-act" name="{ACT}" value="{escape(f"{name}:{act}:{row.token}")}" formnovalidate'
                f' aria-label="{escape(labelled(words, who))}"{focus}{off}>{parts.icon(sign, size=14)}</button>'
            )
        return f'<span class="sb-row-acts">{"".join(made)}</span>'

    # ---- one more ----

    def _adder(self, name: str, own: str) -> str:
        controls = ""
        is_one_sort = self.rows.are_alike and not self.rows.id_at
        asks_both = self.rows.asks_both
        if self.rows.kinds or asks_both or not (self.rows.id_at or is_one_sort):
            widget = forms.Select(choices=[("", _("choose")), *offered(self.one, self.options)])
            searches = {kind: self.searches[kind] for kind in self.rows.kinds if kind in self.searches}
            attrs: dict[str, Any] = {"id": f"{own}_{NEW}", "aria-label": _("One more")}
            if searches:
                attrs |= {
                    "data-pick": "",
                    "data-options": " ".join(f"{kind}:{url}" for kind, url in searches.items()),
                }
            controls += drawn_choices(widget, f"{name}.{NEW}", "", attrs)
        for _kind, words in self.rows.typed[:1]:
            label = escaped(self.rows.key_label if asks_both else words)
            box = f'<input class="form-control" name="{name}.{TYPED}" placeholder="{label}" aria-label="{label}"'
            controls += f'{box} autocomplete="off">'
        sort, words = self.rows.choices[0]
        add = escape(_("Add: %(what)s") % {"what": words} if is_one_sort else _("Add"))
        value = f"{escape(name)}:add:{sort if is_one_sort else ''}"
        button = f'<button class="btn btn-xs" name="{ACT}" value="{value}" data-row-add formnovalidate>'
        return f'<div class="sb-rows-new">{controls}{button}{add}</button></div>'
