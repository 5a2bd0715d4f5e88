"""What kinds of object a provider has, as data: where they are read, how they are called and shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from telephony.providers.fields import DocumentField, clashing, value_at
from telephony.providers.operations import Text
from telephony.providers.values import as_boolean


class Facet(StrEnum):
    """What an object is to a person, whatever the provider calls it."""

    LINE = "line"
    NUMBER = "number"
    PERSON = "person"
    GROUP = "group"
    QUEUE = "queue"
    MAILBOX = "mailbox"
    SCHEDULE = "schedule"
    CALLFLOW = "callflow"
    COMPANY = "company"
    CONTACT = "contact"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """Where a document says how much of something a plan includes, how much of it is left, and until when.

    total, left   places of numbers; their unit is that of the kind's field at `total`
    until         place of an instant, in seconds since 1970
    """

    total: str
    left: str
    until: str


@dataclass(frozen=True, kw_only=True)
class EntityKind:
    """One kind of cached object.

    kind           the provider's own word; unique within the provider
    parent_kinds   kinds below which it is read, "" in the tuple means the account itself
    list_operation, read_operation   keys in the catalog; read is "" where only the list shows one
    lists_whole    its list shows each object as its own read does, so that many are read at once
    whole_list     the list is one document ({list_field: [...]}), replaced as a whole, not one object per row
    list_field     the field of that document
    is_line        listed among the lines, whatever the facet
    passes_on      its calls ring lines, as those of groups and queues do: nobody talks there
    capacity       how many entries the list takes, 0 where no limit is known; `not_counted` are entries beside it
    owner_path     place of the pointer to the object that it belongs to, where it hangs below the account all the same
    unnamed        what one without a name is called ("Default")
    fields         what its documents say, in the order of a page (telephony/providers/fields.py)
    in_force_field field that is true on the one of its siblings that is in force now (a forced profile)
    in_force_else  remote id of the one that is in force where this is true on none
    forward_paths  fields with a number to which calls go on
    forward_switches  fields of which one is true while they do; where there are none, the number is enough
    allowance      where it is one of a plan of its parent: minutes, data, texts
    """

    kind: str
    label: Text
    plural: Text
    facet: Facet = Facet.OTHER
    list_operation: str
    read_operation: str = ""
    parent_kinds: tuple[str, ...] = ("",)
    whole_list: bool = False
    lists_whole: bool = False
    list_field: str = ""
    is_line: bool = False
    passes_on: bool = False
    capability: str = "lines.read"
    owner_path: str = ""
    unnamed: Text = ""
    fields: tuple[DocumentField, ...] = ()
    in_force_field: str = ""
    in_force_else: str = ""
    forward_paths: tuple[str, ...] = ()
    forward_switches: tuple[str, ...] = ()
    capacity: int = 0
    not_counted: tuple[str, ...] = ()
    allowance: Allowance | None = None

    @property
    def columns(self) -> tuple[DocumentField, ...]:
        """The fields that its lists show unless people choose otherwise."""
        return tuple(field for field in self.fields if field.column)

    def is_forced(self, document: Mapping[str, Any]) -> bool:
        """Whether it says of itself that it is in force among its siblings."""
        return bool(self.in_force_field) and as_boolean(document.get(self.in_force_field)) is True

    def forwards(self, remote_id: str, document: Mapping[str, Any], *, is_other_forced: bool) -> bool:
        """Whether calls go on to the numbers at `forward_paths` now."""
        switches = [as_boolean(value_at(document, path)) for path in self.forward_switches]
        if switches and True not in switches:
            return False
        if not self.in_force_field or self.is_forced(document):
            return True
        return remote_id == self.in_force_else and not is_other_forced

    @property
    def parent_kind(self) -> str:
        """The kind of its parents, or "" for what hangs below the account."""
        return self.parent_kinds[0]


class Kinds(Mapping[str, EntityKind]):
    """The kinds of one provider, by their word, in the order in which a sync reads them."""

    def __init__(self, kinds: tuple[EntityKind, ...]) -> None:
        self._by_name = {kind.kind: kind for kind in kinds}
        if len(self._by_name) != len(kinds):
            raise ValueError("an entity kind is declared twice")
        for kind in kinds:
            unknown = [parent for parent in kind.parent_kinds if parent and parent not in self._by_name]
            if unknown:
                raise ValueError(f"{kind.kind}: hangs below unknown kinds {unknown}")
            if twice := clashing(kind.fields):
                raise ValueError(f"{kind.kind}: more than one field shows {twice}")

    def __getitem__(self, name: str) -> EntityKind:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def lines(self) -> tuple[EntityKind, ...]:
        """The kinds that count as lines."""
        return tuple(kind for kind in self._by_name.values() if kind.is_line)
