"""How the fields of Kazoo's documents are written down: one `Family` for each sort of document.

    USERS = family(
        "users",
        text("first_name", _("First name"), length=(1, 128), required=True),
        below("call_forward", _("Call forwarding"), flag("enabled", _("Forward calls"), default=False), ...),
    )

Types, limits and defaults are the server's own (`kazoo-entities.json` of the facts, checked against it); labels are ours.
The sandbox judges documents by them, pages show documents by them, and the catalog takes its parameters from them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from telephony.providers.operations import Text

NO_DEFAULT: Any = object()  # the server fills in nothing; None is a value
ID_LENGTH = (32, 32)
UNLIMITED = (None, None)
UNNAMED = ""  # an object that stands under the heading of the one around it

Bounds = tuple[float | None, float | None]
Lengths = tuple[int | None, int | None]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a document.

    path      dotted place in the document
    type      JSON types that are accepted: ("string",), ("boolean", "string"), ...
    kind      what a value is to a person, as `Param.kind`: text, integer, boolean, number, choice, secret, url, email,
              duration_s, gregorian_s, code, json
    default   what the server fills in on a write, where the object around it is there
    length    least and most characters of a text
    bounds    least and most of a number
    count     least and most entries of a list
    choices   the only values accepted (of each entry of a list)
    usual     values in use, where others are accepted too
    pattern   expression that a text must contain; `format` "email" or "uri"
    refers_to entity kind whose id it is
    entry     each entry of a list, or each value of an object with free keys: fields of an object, or one nameless field
    keys      expression that each free key must contain, "" for any
    is_closed no keys but those declared
    like      path of the field whose form each value has again (a tree)
    secret    never stored in the clear
    is_given  only ever sent: answers leave it out
    group     heading of the `below` it stands in
    """

    path: str
    label: Text = ""
    type: tuple[str, ...] = ("string",)
    kind: str = "text"
    required: bool = False
    default: Any = NO_DEFAULT
    length: Lengths = UNLIMITED
    bounds: Bounds = UNLIMITED
    count: Lengths = UNLIMITED
    choices: tuple[Any, ...] = ()
    usual: tuple[Any, ...] = ()
    pattern: str = ""
    format: str = ""
    unique: bool = False
    refers_to: str = ""
    entry: tuple[Field, ...] = ()
    keys: str | None = None
    is_closed: bool = False
    like: str = ""
    secret: bool = False
    is_given: bool = False
    unit: Text = ""
    help: Text = ""
    group: Text = ""

    @property
    def has_default(self) -> bool:
        return self.default is not NO_DEFAULT

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.path.split("."))


@dataclass(frozen=True, kw_only=True)
class Group:
    """An object inside a document. `is_filled`: the server adds it, and the defaults inside, where it is missing."""

    path: str
    label: Text
    is_filled: bool = False
    is_closed: bool = False
    required: bool = False


@dataclass(frozen=True)
class Below:
    """Fields inside an object, and how the object itself is treated."""

    group: Group
    parts: tuple[Part, ...]


Part = Field | Below


@dataclass(frozen=True)
class Family:
    """The documents of one sort. `fields` in the order of a form, `groups` the objects they stand in."""

    name: str
    fields: tuple[Field, ...]
    groups: tuple[Group, ...] = ()
    member_types: tuple[str, ...] = ()

    @cached_property
    def by_path(self) -> Mapping[str, Field]:
        return {one.path: one for one in self.fields}

    def __getitem__(self, path: str) -> Field:
        return self.by_path[path]

    def __contains__(self, path: object) -> bool:
        return path in self.by_path

    @property
    def secrets(self) -> tuple[Field, ...]:
        """The fields that hold secrets, those inside entries left out."""
        return tuple(one for one in self.fields if one.secret)


def family(name: str, *parts: Part, member_types: tuple[str, ...] = ()) -> Family:
    """A family of these fields. Raises ValueError where two stand at one place."""
    fields = tuple(_fields(parts))
    paths = [one.path for one in fields]
    if twice := {path for path in paths if paths.count(path) > 1}:
        raise ValueError(f"{name}: fields declared twice: {sorted(twice)}")
    return Family(name, fields, tuple(_groups(parts)), member_types)


def below(
    name: str,
    label: Text,
    *parts: Part,
    is_filled: bool = False,
    is_closed: bool = False,
    required: bool = False,
) -> Below:
    """Fields inside the object `name`."""
    return Below(
        Group(path=name, label=label, is_filled=is_filled, is_closed=is_closed, required=required), parts
    )


def _fields(parts: tuple[Part, ...], prefix: str = "", group: Text = "") -> Iterator[Field]:
    for part in parts:
        if isinstance(part, Field):
            yield replace(part, path=prefix + part.path, group=group)
        else:
            own = part.group.label
            yield from _fields(part.parts, f"{prefix}{part.group.path}.", group if own is UNNAMED else own)


def _groups(parts: tuple[Part, ...], prefix: str = "") -> Iterator[Group]:
    for part in parts:
        if isinstance(part, Below):
            yield replace(part.group, path=prefix + part.group.path)
            yield from _groups(part.parts, f"{prefix}{part.group.path}.")


# ---- the kinds of field, as the families write them ----


def text(name: str, label: Text = "", **more: Any) -> Field:
    return Field(path=name, label=label, **more)


def number(name: str, label: Text = "", **more: Any) -> Field:
    """A telephone number or extension."""
    return Field(path=name, label=label, **{"kind": "number", **more})


def integer(name: str, label: Text = "", **more: Any) -> Field:
    return Field(path=name, label=label, **{"type": ("integer",), "kind": "integer", **more})


def decimal(name: str, label: Text = "", **more: Any) -> Field:
    return Field(path=name, label=label, **{"type": ("number",), "kind": "decimal", **more})


def seconds(name: str, label: Text = "", **more: Any) -> Field:
    return Field(path=name, label=label, **{"type": ("integer",), "kind": "duration_s", **more})


def moment(name: str, label: Text = "", **more: Any) -> Field:
    """Gregorian seconds."""
    return Field(path=name, label=label, **{"type": ("integer",), "kind": "gregorian_s", **more})


def flag(name: str, label: Text = "", **more: Any) -> Field:
    return Field(path=name, label=label, **{"type": ("boolean",), "kind": "boolean", **more})


def choice(name: str, label: Text, *choices: Any, **more: Any) -> Field:
    return Field(path=name, label=label, **{"kind": "choice", "choices": choices, **more})


def secret(name: str, label: Text = "", **more: Any) -> Field:
    return Field(path=name, label=label, **{"kind": "secret", "secret": True, **more})


def ref(name: str, label: Text, kind: str, **more: Any) -> Field:
    """The id of an object of another kind."""
    return Field(path=name, label=label, **{"kind": "ref", "refers_to": kind, **more})


def many(name: str, label: Text, entry: Field | tuple[Field, ...] = (), **more: Any) -> Field:
    """A list; `entry` is a nameless field, or the fields of each object in it."""
    entries = (entry,) if isinstance(entry, Field) else entry
    return Field(path=name, label=label, **{"type": ("array",), "kind": "json", "entry": entries, **more})


def free(name: str, label: Text, entry: Field | tuple[Field, ...] = (), **more: Any) -> Field:
    """An object with free keys."""
    entries = (entry,) if isinstance(entry, Field) else entry
    return Field(path=name, label=label, **{"type": ("object",), "kind": "json", "entry": entries, **more})
