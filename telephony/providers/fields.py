"""What a document says, field by field: declared by each kind of object, shown by pages that know no provider.

    fields=(
        DocumentField(path="forward_delay", label=_("After ringing for"), kind="duration_s"),
        DocumentField(path="owner_id", label=_("Owner"), kind="ref"),
        DocumentField(path="members", label=_("Members"), items=(DocumentField(path="delay", ...), ...)),
    )

Whatever no field claims is shown as well, by its place in the document: nothing of a document is hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from telephony.providers.drafts import PLACEHOLDER
from telephony.providers.operations import Text

SECRET_MARK = "$secret"  # {"$secret": fingerprint} stands where a secret was taken out,
SHOWN = "shown"  # with what may be shown beside it where only parts are secret: "https://example/hooks/***/"

Path = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DocumentField:
    """One field of the documents of a kind.

    path       dotted place; whatever lies below it belongs to the field
    kind       as `Param.kind`: text, integer, boolean, number, e164, duration_s, date, datetime, unix_s, url,
               gregorian_s (seconds since the year 0, UTC), time_of_day_s (seconds since midnight),
               money (an amount in the connection's currency),
               code (a text for machines), ref (names another object, found by its `EntityReference`)
    label      as a page says it; `brief` heads a column where that is long
    group      the heading under which a page shows it, "" for the first part
    unit       stands behind a number; `unit_path` is the field that says it
    choices    words of known values (of the unit, where a field says it); others are shown as they are
    empty      what an empty value means ("nobody"); without it, empty fields are named together at the end
    column     lists show it unless people choose otherwise; the others are to be chosen
    items      fields of each entry, where the value is a list or a mapping of objects
    key_words  what a key of such a mapping is called, where `choices` do not say it
    is_under   in a table it stands below the field before it, in the same cell
    """

    path: str
    label: Text
    kind: str = "text"
    brief: Text = ""
    group: Text = ""
    unit: Text = ""
    unit_path: str = ""
    choices: tuple[tuple[str, Text], ...] = ()
    empty: Text = ""
    column: bool = False
    items: tuple[DocumentField, ...] = ()
    key_words: Callable[[str], Text] | None = None
    is_under: bool = False

    @property
    def parts(self) -> Path:
        return tuple(self.path.split("."))

    def word(self, value: Any) -> Text:
        """The word of a known value, "" for any other."""
        return dict(self.choices).get(str(value), "")

    def key_word(self, key: str) -> Text:
        """What an entry under a key is called; the key itself where nothing says it."""
        return self.word(key) or (self.key_words(key) if self.key_words else key)


@dataclass(frozen=True)
class Fact:
    """One field of one document. `field` None: nobody declared it. `entries` are read out of its list of objects."""

    field: DocumentField | None
    path: Path
    value: Any
    unit: Text = ""
    entries: tuple[tuple[str, Sheet], ...] = ()

    @property
    def place(self) -> str:
        return ".".join(self.path)

    @property
    def is_empty(self) -> bool:
        return is_empty(self.value)

    def leaves(self) -> Iterator[tuple[Path, Any]]:
        if not self.entries:
            yield from leaves(self.value, self.path)
        for _key, sheet in self.entries:
            yield from sheet.leaves()


@dataclass(frozen=True)
class Sheet:
    """A document as a page shows it. `empty` fields are known but hold nothing; `other` are known to nobody."""

    groups: tuple[tuple[Text, tuple[Fact, ...]], ...]
    empty: tuple[Fact, ...]
    other: tuple[Fact, ...]

    def facts(self) -> Iterator[Fact]:
        for _title, facts in self.groups:
            yield from facts
        yield from self.empty
        yield from self.other

    def leaves(self) -> Iterator[tuple[Path, Any]]:
        """Every value that is shown, by its place: each of the document exactly once."""
        for fact in self.facts():
            yield from fact.leaves()


_MISSING = object()


def sheet_of(fields: Sequence[DocumentField], document: Any, at: Path = ()) -> Sheet:
    """The document's facts: those that are declared, in their order, and all the rest. `at`: where it stands itself."""
    known = [
        _fact(field, value, document, at)
        for field in fields
        if (value := _found(document, field.parts)) is not _MISSING
    ]
    told = [fact for fact in known if not fact.is_empty or (fact.field and fact.field.empty)]
    groups: dict[Text, list[Fact]] = {}
    for fact in told:
        groups.setdefault(fact.field.group if fact.field else "", []).append(fact)
    claimed = {fact.path for fact in known}
    rest = [
        Fact(_emptied(fields, path[len(at) :], value), path, value)
        for path, value in _unclaimed(document, claimed, at)
    ]
    return Sheet(
        groups=tuple((title, tuple(facts)) for title, facts in groups.items()),
        empty=(*(fact for fact in known if fact not in told), *(fact for fact in rest if fact.field)),
        other=tuple(fact for fact in rest if fact.field is None),
    )


def _emptied(fields: Sequence[DocumentField], parts: Path, value: Any) -> DocumentField | None:
    """What an empty object is that stands where the objects of other documents have fields; None for any other value."""
    inside = (field for field in fields if parts and field.parts[: len(parts)] == parts)
    if not is_empty(value) or (field := next(inside, None)) is None:
        return None
    return replace(field, path=".".join(parts), label=field.group or field.label, items=())


def clashing(fields: Sequence[DocumentField]) -> list[str]:
    """Paths that claim what another field claims already: such a value would be shown twice."""
    paths = sorted(field.parts for field in fields)
    pairs = zip(paths, paths[1:], strict=False)
    below = [".".join(after) for before, after in pairs if after[: len(before)] == before]
    return below + [path for field in fields for path in clashing(field.items)]


def is_secret(value: Any) -> bool:
    return isinstance(value, Mapping) and SECRET_MARK in value


def shown_of(value: Any) -> Any:
    """Of what stands for a secret, the text that people may see; any other value as it is."""
    return value.get(SHOWN, PLACEHOLDER) if is_secret(value) else value


def is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every single value of a document with its place; an empty list or object is one, a secret is one."""
    children = _children(value)
    if not children:
        yield path, value
    for key, child in children:
        yield from leaves(child, (*path, key))


def _children(value: Any) -> Sequence[tuple[str, Any]]:
    if isinstance(value, Mapping) and not is_secret(value):
        return [(str(key), child) for key, child in value.items()]
    if isinstance(value, list | tuple):
        return [(str(index), child) for index, child in enumerate(value)]
    return ()


def _found(document: Any, parts: Path) -> Any:
    for part in parts:
        if isinstance(document, Mapping) and part in document and not is_secret(document):
            document = document[part]
        elif isinstance(document, list) and part.isdecimal() and int(part) < len(document):
            document = document[int(part)]
        else:
            return _MISSING
    return document


def value_at(document: Any, path: str) -> Any:
    """The value at a dotted path, None where there is none."""
    found = _found(document, tuple(path.split(".")))
    return None if found is _MISSING else found


def fact_at(field: DocumentField, document: Any) -> Fact:
    """One declared field of a document, empty where the document lacks it."""
    return _fact(field, value_at(document, field.path), document)


def _fact(field: DocumentField, value: Any, document: Any, at: Path = ()) -> Fact:
    unit = field.unit
    if field.unit_path and (said := value_at(document, field.unit_path)):
        unit = field.word(said) or str(said)
    path = (*at, *field.parts)
    entries = _children(value) if field.items else ()
    sheets = tuple((key, sheet_of(field.items, entry, (*path, key))) for key, entry in entries)
    return Fact(field, path, value, unit, sheets)


def _unclaimed(value: Any, claimed: set[Path], path: Path) -> Iterator[tuple[Path, Any]]:
    """What no field claims, in stretches: single values, and lists of them in one."""
    if path in claimed:
        return
    children = _children(value)
    is_taken_apart = any(own[: len(path)] == path for own in claimed)
    is_plain_list = isinstance(value, list) and not any(_children(child) for _key, child in children)
    if not children or (is_plain_list and not is_taken_apart):
        yield path, value
        return
    for key, child in children:
        yield from _unclaimed(child, claimed, (*path, key))
