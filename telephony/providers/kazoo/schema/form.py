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

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from telephony.providers.operations import Text
from telephony.providers.schema import Family, Field, Group

UNNAMED = ""  # an object that stands under the heading of the one around it


@dataclass(frozen=True)
class Below:
    """Fields inside an object, and how the object itself is treated."""

    group: Group
    parts: tuple[Part, ...]


Part = Field | Below


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


def names(name: str, label: Text, **more: Any) -> Field:
    """An object of which only the names of its keys say something to a person, such as a set of numbers."""
    return Field(path=name, label=label, **{"type": ("object",), "kind": "names", **more})


def pairs(name: str, label: Text, **more: Any) -> Field:
    """An object of names and texts; where a document has more in it, it is edited as JSON."""
    return Field(path=name, label=label, **{"type": ("object",), "kind": "pairs", **more})


def free(name: str, label: Text, entry: Field | tuple[Field, ...] = (), **more: Any) -> Field:
    """An object with free keys."""
    entries = (entry,) if isinstance(entry, Field) else entry
    return Field(path=name, label=label, **{"type": ("object",), "kind": "json", "entry": entries, **more})
