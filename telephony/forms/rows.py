"""A list whose entries are edited one by one: members of a ring group, people to be told, sounds in their order.

Each entry is a row with a name that stays and cells that are controls of their own. Adding, moving and removing one are
buttons that send the form to be shown again (`rearranged`), so that they need no script. What a row does not show of
its entry stays as it came.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from portal.lib.canonical import canonical_json
from portal.lib.redaction import masked
from telephony.forms.controls import CONTROLS, UNTOUCHED, Options, alike
from telephony.providers.edit_fields import Field, Rows, Surroundings

ACT = "rows"  # the name of the buttons; their value is FIELD:ACT:ROW
MOST = 200  # rows of one list
THERE, NEW, TYPED, FOCUS, WAS, WHAT = "there", "new", "typed", "focus", "was", "what"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row as it is shown or typed.

    token  tells it from the others of the form
    was    the entry that it was loaded from, by its place; None for a new one
    what   what it is, and the identifier of which: ("user", "a1b2...")
    cells  values as the controls show them, by column
    focus  the button that was pressed, where it was moved
    """

    token: str
    was: int | None
    what: tuple[str, str]
    cells: Mapping[str, Any]
    focus: str = ""


def rows_of(one: Field, held: Any) -> list[Row]:
    """The rows of a list as it is."""
    assert one.rows is not None
    entries = held if isinstance(held, list) else []
    return [_shown(one.rows, str(at), at, one.rows.key_of(entry), entry) for at, entry in enumerate(entries)]


def _shown(rows: Rows, token: str, was: int | None, what: tuple[str, str], entry: Any) -> Row:
    values = entry if isinstance(entry, Mapping) else {}
    cells = {
        column.name: CONTROLS[column.kind].show(column, values.get(column.name))
        for column in rows.columns_of(what[0])
    }
    return Row(token=token, was=was, what=what, cells=cells)


def read_rows(one: Field, data: Any, held: Any) -> list[Row] | None:
    """The rows that were typed, None where the form did not show them."""
    assert one.rows is not None
    name = one.name
    if f"{name}.{THERE}" not in data:
        return None
    entries = held if isinstance(held, list) else []
    found = []
    told = data.get(f"{name}.{FOCUS}", "").partition(":")
    for token in data.getlist(name)[:MOST]:
        place = f"{name}.{token}"
        was = data.get(f"{place}.{WAS}", "")
        at = int(was) if was.isdecimal() and int(was) < len(entries) else None
        kind, _colon, which = data.get(f"{place}.{WHAT}", "")[:400].partition(":")
        what = (kind, which) if at is None else one.rows.key_of(entries[at])
        value = entries[at] if at is not None else None
        cells = {
            column.name: cell_widget(column, value, {}).value_from_datadict(
                data, MultiValueDict(), f"{place}.{column.name}"
            )
            for column in one.rows.columns_of(what[0])
        }
        focus = told[0] if told[2] == token else ""
        found.append(Row(token=token, was=at, what=what, cells=cells, focus=focus))
    if (chosen := _chosen(one.rows, data, name)) and len(found) < MOST:
        found.append(replace(new_row(one, found, chosen), focus=told[0]))
    return found


def _chosen(rows: Rows, data: Any, name: str) -> str:
    """What is to be one more row: chosen or typed, whether or not the button beside it was pressed."""
    typed = data.get(f"{name}.{TYPED}", "").strip()
    return f"{rows.typed[0][0]}:{typed}" if typed and rows.typed else data.get(f"{name}.{NEW}", "")


def new_row(one: Field, rows: Sequence[Row], what: str) -> Row:
    """One more row: "user:a1b2...", "email:...", or the sort of entry alone."""
    assert one.rows is not None
    kind, _colon, which = what[:400].partition(":")
    token = max([int(row.token) for row in rows if row.token.isdecimal()], default=-1) + 1
    return _shown(one.rows, str(token), None, (kind, which), None)


def cell_widget(column: Field, entry: Any, options: Options) -> forms.Widget:
    value = entry.get(column.name) if isinstance(entry, Mapping) else None
    return CONTROLS[column.kind].widget(column, value, options)


def told(value: Any) -> Any:
    """What a control shows, with rows as the plain values in them."""
    if not isinstance(value, list):
        return value
    return [[one.what[1], *one.cells.values()] if isinstance(one, Row) else one for one in value]


# ---- what the buttons do ----


def rearranged(data: QueryDict) -> QueryDict:
    """What was typed, with the rows as a button wants them: `FIELD:up:ROW`, `:down:`, `:remove:`, or `FIELD:add:`."""
    found = data.copy()
    name, _colon, rest = data.get(ACT, "").partition(":")
    act, _colon, token = rest.partition(":")
    tokens = found.getlist(name)
    if act == "add":
        found[f"{name}.{FOCUS}"] = "add:"
    elif token in tokens:
        at = tokens.index(token)
        tokens.remove(token)
        if act in ("up", "down"):
            tokens.insert(max(0, at - 1) if act == "up" else at + 1, token)
            found[f"{name}.{FOCUS}"] = f"{act}:{token}"
        elif tokens:
            found[f"{name}.{FOCUS}"] = f"remove:{tokens[min(at, len(tokens) - 1)]}"
        found.setlist(name, tokens)
    return found


# ---- the field ----


class RowsField(forms.Field):
    """Cleans to a list of entries, None for none, or UNTOUCHED. Its initial value and its data are rows."""

    def __init__(self, one: Field, held: Any, widget: forms.Widget, around: Surroundings) -> None:
        assert one.rows is not None
        self.one, self.rows, self.held, self.around = one, one.rows, held, around
        super().__init__(
            widget=widget, label=one.label, help_text=one.help, required=one.required, disabled=one.is_fixed
        )

    def clean(self, value: Any) -> Any:
        if self.disabled or value is None:
            return UNTOUCHED
        entries, wrong = [], list[str]()
        for at, row in enumerate(value, start=1):
            if reason := self._against(row, value[: at - 1]):
                wrong.append(_("Row %(number)d: %(reason)s") % {"number": at, "reason": reason})
            entry = dict(self._held(row))
            for column in self.rows.columns_of(row.what[0]):
                try:
                    self._put(entry, column, row)
                except forms.ValidationError as error:
                    place = _("Row %(number)d, %(field)s") % {"number": at, "field": column.label}
                    wrong += [f"{place}: {message}" for message in error.messages]
            entries.append(
                entry if row.was is None or isinstance(self.held[row.was], Mapping) else self.held[row.was]
            )
        if wrong:
            raise forms.ValidationError(wrong)
        if canonical_json(entries) == canonical_json(self.held if isinstance(self.held, list) else []):
            return UNTOUCHED
        return self.rows.unlisted(entries) or None

    def _held(self, row: Row) -> Mapping[str, Any]:
        """The entry of a row as it was, or what a new one says of itself."""
        if row.was is not None:
            entry = self.held[row.was]
            return entry if isinstance(entry, Mapping) else {}
        kind, which = row.what
        return {self.rows.told_by: kind, **({self.rows.id_at: which} if self.rows.id_at else {})}

    def _put(self, entry: dict[str, Any], column: Field, row: Row) -> None:
        control, typed = CONTROLS[column.kind], row.cells.get(column.name)
        if alike(column, typed, control.show(column, entry.get(column.name))):
            return
        if typed in (None, "", []):
            entry.pop(column.name, None)
        else:
            entry[column.name] = control.read(column, typed)

    def _against(self, row: Row, before: Sequence[Row]) -> str:
        """Why there cannot be such a row, "" if it can; what came from the provider is not judged."""
        if row.was is not None:
            return ""
        kind, which = row.what
        if not kind:
            return _("It does not say what it is.")
        names = self.around.named(kind, [which]) if kind in self.rows.kinds else {which: which}
        if kind not in dict(self.rows.choices) or which not in names:
            return _("There is no such object: %(name)s") % {"name": (which or kind)[:80]}
        if self.rows.is_keyed and which in [other.what[1] for other in before]:
            return _("“%(name)s” is there twice.") % {"name": names[which][:80]}
        return ""


def label_of(one: Field, row: Row, held: Any, options: Options) -> tuple[str, str]:
    """What a row is in a word, and its name."""
    assert one.rows is not None
    kind, which = row.what
    word = str(dict(one.rows.choices).get(kind, kind))
    if not kind and row.was is None:
        return "", which
    if not kind:
        entry = held[row.was] if row.was is not None and isinstance(held, list) else None
        return _("kept as it is"), canonical_json(masked(entry))[:120]
    if not one.rows.id_at or kind not in one.rows.kinds:
        return word, which
    return word, dict(options.get(kind, ())).get(which) or _("missing: %(name)s") % {"name": which}


def offered(one: Field, options: Options) -> Iterator[tuple[Any, Any]]:
    """What a new row can be, as choices of a select: the objects of each kind, or the sorts of entry."""
    assert one.rows is not None
    words = dict(one.rows.choices)
    if not one.rows.id_at:
        yield from one.rows.choices
    for kind in one.rows.kinds:
        yield words[kind], [(f"{kind}:{name}", label) for name, label in options.get(kind, ())]


def by_hand(one: Field) -> Field:
    """The field where what is there cannot be shown so: as JSON."""
    return replace(
        one, kind="json", rows=None, help=_("It holds more than this form can show: edited as JSON.")
    )
