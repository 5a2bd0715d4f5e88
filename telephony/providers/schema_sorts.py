"""Sorts of documents: how those of one kind are edited, and which control each of their declared fields has.

What an edit of one means, and what is sent of it: schema_editing.py.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as lazy

from telephony.providers.edit_effects import Consequence
from telephony.providers.edit_fields import ALIKE, Field, Fields, Rows, Surroundings
from telephony.providers.operations import Text
from telephony.providers.schema import KEY, Family
from telephony.providers.schema import Field as Declared

Effects = Callable[[Fields, Fields, Surroundings], Iterable[Consequence]]
Against = Callable[[Fields, Surroundings], Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class Sort:
    """How the documents of one kind are edited.

    own_name   the name in the path that says which object ("deviceId"), "" for the one document of an account
    below      the name in the path that says what a new object is made below, "" for the account itself
    reads, update, create, remove   keys of the catalog; "" where there is none
    usual      places of the fields that a form shows first, the others are folded; a place stands for what is below it
    fixed      places that only the server writes: shown, never sent as changed
    unasked    places that no form asks for; what stands there stays
    wholes     places whose fields make sense only together, such as the steps of a callflow
    added      names that the server adds to its answers: no part of the document, and never sent
    names_at   an object by whose keys the provider names what it refuses of them ("+33199..."), "" for none
    choices    words of values, by place
    effects    what a change means in words: (what stands there afterwards, what is wanted, around) -> consequences
    against    what the provider would take and nobody should send: (what is wanted, around) -> reasons by field
    outdated   values that are accepted and never offered
    keeps_id   an object that is made anew after its removal has its old identifier
    """

    kind: str
    family: Family
    label: Text
    own_name: str = ""
    below: str = ""
    reads: str
    update: str = ""
    create: str = ""
    remove: str = ""
    usual: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()
    wholes: tuple[str, ...] = ()
    added: frozenset[str] = frozenset()
    names_at: str = ""
    choices: Mapping[str, tuple[tuple[str, Text], ...]] = field(default_factory=dict)
    effects: Effects = lambda after, wanted, around: ()
    against: Against = lambda wanted, around: {}
    outdated: frozenset[str] = frozenset()
    keeps_id: bool = False

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        return tuple(_editable(one, self) for one in self.family.fields if one.path not in self.unasked)

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        return {one.name: one for one in self.fields}

    @cached_property
    def needy(self) -> frozenset[str]:
        """Objects that cannot be without some of their fields."""
        required = [one for one in self.family.fields if one.required and not one.has_default]
        return frozenset(one.path.rpartition(".")[0] for one in required if len(one.parts) > 1)

    @cached_property
    def parents(self) -> frozenset[str]:
        """Places at which there is an object, not a value."""
        paths = [one.parts for one in self.family.fields]
        return frozenset(".".join(parts[:at]) for parts in paths for at in range(1, len(parts)))


# ---- one declared field as one of the form ----


def _editable(one: Declared, sort: Sort, place: str = "") -> Field:
    """`place` is where it stands in the document, for a field of an entry."""
    place = place or one.path
    kind = control_of(one, sort.choices.get(place, ()))
    words = dict(sort.choices.get(place, ()))
    values = one.choices or one.usual or tuple(words)
    entry = one.entry[0] if len(one.entry) == 1 and not one.entry[0].path else None
    if kind == "choices" and entry is not None:
        values = entry.choices
    unit = one.unit if _is_said(one.unit) else _UNITS.get(one.kind, "")
    help_text = one.help
    if kind in _LINES:
        how = format_lazy(_SUCH_AS, example=one.example) if one.example else _LINES[kind]
        help_text = format_lazy("{} {}", help_text, how) if _is_said(help_text) else how
    pointing = entry if entry is not None and not one.refers_to else one
    return Field(
        name=one.path,
        label=format_lazy("{} ({})", one.label, unit) if _is_said(unit) else one.label,
        kind=kind,
        help=help_text,
        required=one.required and not one.has_default and len(one.parts) == 1,
        choices=tuple(
            (str(value), words.get(str(value), str(value))) for value in values if value not in sort.outdated
        ),
        group=one.group,
        secret=one.secret,
        empty=lazy("not set"),
        is_sparse=True,
        is_usual=any(_is_of(place, usual) or _is_of(usual, place) for usual in sort.usual),
        is_fixed=any(_is_of(place, fixed) for fixed in sort.fixed),
        refers_to=pointing.refers_to,
        also_to=pointing.also,
        rows=_rows_of(one, sort, place) if kind == "rows" else None,
        declared=one,
    )


def in_zone(one: Field, zone: str) -> Field:
    """A moment as the clocks of a time zone show it; any other field as it is."""
    if one.kind != "gregorian_s" or one.declared is None:
        return one
    label = format_lazy("{} ({})", one.declared.label, zone.replace("_", " "))
    return replace(one, zone=zone, label=label)


def _is_of(place: str, around: str) -> bool:
    """Whether a place is another one, or below it."""
    return place == around or place.startswith(f"{around}.")


def _rows_of(one: Declared, sort: Sort, place: str) -> Rows:
    """What the entries of a list are; each has the words of its own place."""

    def inside(fields: Iterable[Declared]) -> tuple[Field, ...]:
        return tuple(_editable(field, sort, f"{place}.{field.path}") for field in fields)

    by_path = {field.path: field for field in one.told or one.entry}
    told_by, id_at = one.member or ("", "")
    if told_by not in {KEY, *by_path} and (one.told or _is_said(one.one_label)):
        is_keyed = one.type == ("object",)
        return Rows(
            told_by=ALIKE,
            id_at=KEY if is_keyed else "",
            choices=((told_by or "entry", one.one_label),),
            kinds=one.member[:1],
            columns=inside(by_path.values()),
            is_keyed=is_keyed,
            keys=one.keys or "",
        )
    told_by = told_by or one.entry[0].path
    choices = sort.choices[place] if told_by == KEY else inside([by_path[told_by]])[0].choices
    return Rows(
        told_by=told_by,
        id_at=id_at,
        choices=choices,
        kinds=_kinds_of(one, by_path, choices),
        columns=inside(field for path, field in by_path.items() if path not in (told_by, id_at)),
        variants={name: inside(fields) for name, fields in one.variants.items()},
        is_keyed=KEY in one.member,
        keys=(one.keys or "") if id_at == KEY else "",
        key_label=one.one_label,
        wrapped=one.wrapped,
    )


def _kinds_of(
    one: Declared, by_path: Mapping[str, Declared], choices: tuple[tuple[str, Text], ...]
) -> tuple[str, ...]:
    """Which of the choices are kinds of objects: those that an identifier is of, or all whose key is one."""
    if not one.member:
        return ()
    which = by_path.get(one.member[1])
    if which is not None:
        return tuple(value for value, _words in choices if value in {which.refers_to, *which.also})
    is_identifier = one.member[1] == KEY and not one.keys
    return tuple(value for value, _words in choices) if is_identifier else ()


_UNITS = {"duration_s": "s", "gregorian_s": "UTC"}
_ONE_A_LINE = lazy("One a line.")
_SUCH_AS = lazy("As JSON, such as {example}")
_LINES: Mapping[str, Text] = {
    **dict.fromkeys(("texts", "integers", "secrets", "names"), _ONE_A_LINE),
    "pairs": lazy("One a line: a name, a colon, a text."),
    "json": lazy("As JSON."),
}


def control_of(one: Declared, words: Collection[Any] = ()) -> str:
    """The kind of control that a declared field has; "json" for what has none of its own."""
    if one.secret:
        return "secrets" if one.type == ("array",) else "secret"
    if one.kind in ("texts", "names", "pairs"):
        return one.kind
    if one.member or one.variants or one.told or _is_said(one.one_label):
        return "rows"
    if "array" in one.type or "object" in one.type:
        if one.kind == "text" and "string" in one.type:
            return "text"
        return _list_control(one) if one.type == ("array",) else "json"
    if one.kind == "ref" and one.refers_to:
        return "ref"
    if one.type == ("boolean",):
        return "boolean" if one.has_default else "yes_no"
    if one.choices or one.usual or (words and one.kind == "choice"):
        return "choice"
    return {"ref": "text"}.get(one.kind, one.kind)


def _list_control(one: Declared) -> str:
    if len(one.entry) != 1 or one.entry[0].path:
        return "json"
    entry = one.entry[0]
    if entry.type == ("integer",):
        return "integers"
    if entry.type != ("string",):
        return "json"
    if entry.refers_to:
        return "refs"
    return "choices" if entry.choices and not one.unique else "texts"


def _is_said(words: Text) -> bool:
    """Whether there are words, without translating them: that cannot be done while modules are read."""
    return not (isinstance(words, str) and words == "")
