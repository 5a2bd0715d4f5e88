"""A list whose entries are edited one by one: members of a ring group, people to be told, sounds in their order.

Each entry is a row with a name that stays and cells that are controls of their own. Adding, moving and removing one are
buttons that send the form to be shown again (`rearranged`), so that they need no script. What a row does not show of
its entry stays as it came.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from portal.lib.canonical import canonical_json
from portal.lib.redaction import masked
from portal.lib.wording import labelled
from telephony.forms.controls import CONTROLS, UNTOUCHED, Options, alike, are_pairs, refuse_unknown
from telephony.providers.edit_fields import Field, Rows, Surroundings
from telephony.providers.fields import value_at
from telephony.providers.flat import put, take_out
from telephony.providers.schema import KEY, Family
from telephony.providers.schema_checks import against_dialling, expression, reasons

ACT = "rows"  # the name of the buttons; their value is FIELD:ACT:ROW
MOST = 200  # rows of one list
_ALONE = Family("", ())  # cells are judged by themselves
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
    cells = {
        column.name: CONTROLS[column.kind].show(column, value_at(entry, column.name))
        for column in columns_for(rows, what[0], entry)
    }
    return Row(token=token, was=was, what=what, cells=cells)


def columns_for(rows: Rows, what: str, entry: Any) -> list[Field]:
    """What an entry says, each as it can show the value that is there: more than names and texts is JSON."""
    return [
        one if one.kind != "pairs" or are_pairs(one, value_at(entry, one.name)) else by_hand(one)
        for one in rows.columns_of(what)
    ]


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
            for column in columns_for(one.rows, what[0], value)
        }
        focus = told[0] if told[2] == token else ""
        found.append(Row(token=token, was=at, what=what, cells=cells, focus=focus))
    if (chosen := _chosen(one.rows, data, name)) and len(found) < MOST:
        found.append(replace(new_row(one, found, chosen), focus=told[0]))
    return found


def _chosen(rows: Rows, data: Any, name: str) -> str:
    """What is to be one more row: chosen or typed, whether or not the button beside it was pressed."""
    typed = data.get(f"{name}.{TYPED}", "").strip()
    if rows.asks_both:
        what = data.get(f"{name}.{NEW}", "")
        return f"{what}:{typed}" if what or typed else ""
    return f"{rows.typed[0][0]}:{typed}" if typed and rows.typed else data.get(f"{name}.{NEW}", "")


def new_row(one: Field, rows: Sequence[Row], what: str) -> Row:
    """One more row: "user:a1b2...", "email:...", or the sort of entry alone."""
    assert one.rows is not None
    kind, _colon, which = what[:400].partition(":")
    token = max([int(row.token) for row in rows if row.token.isdecimal()], default=-1) + 1
    return _shown(one.rows, str(token), None, (kind, which), None)


def cell_widget(column: Field, entry: Any, options: Options) -> forms.Widget:
    return CONTROLS[column.kind].widget(column, value_at(entry, column.name), options)


def told(value: Any) -> Any:
    """What a control shows, with rows as the plain values in them."""
    if not isinstance(value, list):
        return value
    return [[one.what[1], *one.cells.values()] if isinstance(one, Row) else one for one in value]


# ---- what the buttons do ----


def rearranged(data: QueryDict) -> QueryDict:
    """What was typed, with the rows as a button wants them: `FIELD:up:ROW`, `:down:`, `:remove:`, or `FIELD:add:`;
    where all entries are alike, `FIELD:add:entry`."""
    found = data.copy()
    name, _colon, rest = data.get(ACT, "").partition(":")
    act, _colon, token = rest.partition(":")
    tokens = found.getlist(name)
    if act == "add":
        found[f"{name}.{FOCUS}"] = "add:"
        if token:
            found[f"{name}.{NEW}"] = f"{token}:"
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
    """Cleans to a list of entries, None for none, or UNTOUCHED. Its initial value and its data are rows.

    origins     of a cleaned list, where each entry was in the one that was loaded, None for a new one
    is_drafted  what was loaded is what a person wants already, not what the provider has
    bad         what is against cells, by row and column, once the field is cleaned
    """

    origins: tuple[int | None, ...] = ()

    def __init__(
        self, one: Field, held: Any, widget: forms.Widget, around: Surroundings, *, is_drafted: bool = False
    ) -> None:
        assert one.rows is not None
        self.one, self.rows, self.held, self.around = one, one.rows, held, around
        self.is_drafted = is_drafted
        self.bad: dict[tuple[str, str], list[str]] = {}
        self.typed: Sequence[Row] | None = None
        super().__init__(
            widget=widget, label=one.label, help_text=one.help, required=one.required, disabled=one.is_fixed
        )
        drawn: Any = self.widget  # Django has made a copy of it
        drawn.bad = self.bad

    def clean(self, value: Any) -> Any:
        if self.disabled or value is None:
            return UNTOUCHED
        self.typed = value
        entries, wrong = [], list[str]()
        for at, row in enumerate(value, start=1):
            if reason := self._against(row, value[: at - 1]):
                wrong.append(_("Row %(number)d: %(reason)s") % {"number": at, "reason": reason})
            entry = deepcopy(dict(self._held(row)))
            for column in columns_for(self.rows, row.what[0], entry):
                try:
                    self._put(entry, column, row)
                    if column.required and value_at(entry, column.name) in (None, ""):
                        raise forms.ValidationError(_("A value is needed."))
                except forms.ValidationError as error:
                    self.bad[row.token, column.name] = error.messages
                    place = _("Row %(number)d, %(field)s") % {"number": at, "field": column.label}
                    wrong += [labelled(place, message) for message in error.messages]
            entries.append(
                entry if row.was is None or isinstance(self.held[row.was], Mapping) else self.held[row.was]
            )
        if wrong:
            raise forms.ValidationError(wrong)
        held = self.held if isinstance(self.held, list) else []
        if not self.is_drafted and canonical_json(entries) == canonical_json(held):
            return UNTOUCHED
        self.origins = tuple(row.was for row in value)
        return self.rows.unlisted(entries) or None

    def refuse(self, place: str, reason: str) -> None:
        """A reason against what stands at a place inside of the list, "0.server", at its cell."""
        key, _dot, inside = place.partition(".")
        rows = rows_of(self.one, self.held) if self.typed is None else self.typed
        keys = [self.rows.key_in(row.what) for row in rows]
        names = keys if self.rows.is_keyed else [str(at) for at in range(len(rows))]
        if key not in names:
            return
        row = rows[names.index(key)]
        for column in columns_for(self.rows, row.what[0], self._held(row)):
            if f"{inside}.".startswith(f"{column.name}."):
                self.bad.setdefault((row.token, column.name), []).append(reason)

    def _held(self, row: Row) -> Mapping[str, Any]:
        """The entry of a row as it was, or what a new one says of itself."""
        if row.was is not None:
            entry = self.held[row.was]
            return entry if isinstance(entry, Mapping) else {}
        kind, which = row.what
        told = {} if self.rows.are_alike else {self.rows.told_by: kind}
        return {**told, **({self.rows.id_at: which} if self.rows.id_at else {})}

    def _put(self, entry: dict[str, Any], column: Field, row: Row) -> None:
        control, typed = CONTROLS[column.kind], row.cells.get(column.name)
        held, parts = value_at(entry, column.name), tuple(column.name.split("."))
        shown = control.show(column, held)
        if alike(column, typed, shown):
            return
        if typed in (None, "", []):
            take_out(entry, parts)
            return
        read = control.read(column, typed)
        if column.kind == "names" and isinstance(held, Mapping):
            read = {name: held.get(name, empty) for name, empty in read.items()}
        put(entry, parts, read)
        if column.refers_to:
            refuse_unknown(column, read, shown, self.around)
        if column.declared is not None and (wrong := [*reasons(_ALONE, column.declared, read)]):
            raise forms.ValidationError([reason for _place, reason in wrong])
        if column.kind == "number" and (reason := against_dialling(str(read))):
            raise forms.ValidationError(reason)

    def _against(self, row: Row, before: Sequence[Row]) -> str:
        """Why there cannot be such a row, "" if it can; what came from the provider is not judged."""
        if row.was is not None:
            return ""
        kind, which = row.what
        if not kind:
            return _("It does not say what it is.")
        names = self.around.named(kind, [which]) if kind in self.rows.kinds else {which: which}
        if self.rows.asks_both and not which:
            return labelled(self.rows.key_label, _("A value is needed."))
        if kind not in dict(self.rows.choices) or which not in names:
            return _("There is no such object: %(name)s") % {"name": (which or kind)[:80]}
        if self.rows.keys and not expression(self.rows.keys).search(which):
            return _("“%(name)s” is not of the expected form.") % {"name": which[:80]}
        key = self.rows.key_in(row.what)
        if self.rows.is_keyed and key in [self.rows.key_in(other.what) for other in before]:
            name = names[which] or str(dict(self.rows.choices)[kind])
            return _("“%(name)s” is there twice.") % {"name": name[:80]}
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
    if one.rows.are_alike and not one.rows.id_at:
        return word, str(row.cells.get(one.rows.columns[0].name) or "")
    if one.rows.asks_both:
        return word, f"{one.rows.key_label} {which}"
    if not one.rows.id_at or kind not in one.rows.kinds:
        return word, which
    return word, dict(options.get(kind, ())).get(which) or _("missing: %(name)s") % {"name": which}


def said_place(rows: Rows, place: str) -> str:
    """A place inside of a list as a person finds it: "0.server" is "Row 1, Server"."""
    key, _dot, inside = place.partition(".")
    own = str(dict(rows.choices).get(key, key)) if rows.told_by == KEY else key
    row = own if rows.is_keyed else _("Row %(number)d") % {"number": int(key) + 1} if key.isdecimal() else key
    labels = {one.name: str(one.label) for what, _words in rows.choices for one in rows.columns_of(what)}
    named = next((name for name in labels if f"{inside}.".startswith(f"{name}.")), None)
    if named is None:
        return f"{row}, {inside}" if inside else row
    rest = inside[len(named) :].lstrip(".")
    return f"{row}, {labels[named]}" + (f" ({rest})" if rest else "")


def offered(one: Field, options: Options) -> Iterator[tuple[Any, Any]]:
    """What a new row can be, as choices of a select: the objects of each kind, or the sorts of entry."""
    assert one.rows is not None
    words = dict(one.rows.choices)
    if not one.rows.id_at or one.rows.asks_both:
        yield from one.rows.choices
    for kind in one.rows.kinds:
        yield words[kind], [(f"{kind}:{name}", label) for name, label in options.get(kind, ())]


def by_hand(one: Field) -> Field:
    """The field where what is there cannot be shown so: as JSON."""
    return replace(
        one, kind="json", rows=None, help=_("It holds more than this form can show: edited as JSON.")
    )
