"""What the documents of one sort say, as data: every field with its type, limits, default and words.

A provider whose documents are many and deep writes them down so (`telephony/providers/kazoo/schema/`). Its catalog,
its pages, its stand-in and its editors (`schema_editing.py`) read the same declaration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from telephony.providers.operations import Text

NO_DEFAULT: Any = object()  # the server fills in nothing; None is a value
UNLIMITED = (None, None)
KEY = "$key"  # stands for the key of an entry, where the entries are the values of an object,
VALUE = "$value"  # and for such a value where it is no object itself

Bounds = tuple[float | None, float | None]
Lengths = tuple[int | None, int | None]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a document.

    path      dotted place in the document
    type      JSON types that are accepted: ("string",), ("boolean", "string"), ...
    kind      what a value is to a person, as `Param.kind`: text, integer, boolean, number, choice, secret, url, email,
              duration_s, gregorian_s, money, code, texts, names (an object of which the keys matter), pairs (an object of
              names and texts), json
    default   what the server fills in on a write, where the object around it is there
    length    least and most characters of a text
    bounds    least and most of a number
    count     least and most entries of a list
    choices   the only values accepted (of each entry of a list)
    usual     values in use, where others are accepted too
    pattern   expression that a text must contain; `format` "email" or "uri"
    refers_to entity kind whose id it is; `also` further kinds that it may be of
    entry     each entry of a list, or each value of an object with free keys: fields of an object, or one nameless field
    member    the fields of an entry that say together which object it is: (its kind, its id); KEY where the id is the
              entry's key; with `told`, the kind that each key is of instead of a field; (KEY, "") where the key
              says what the entry is, in the words of its place
    variants  further fields of an entry, by the value of its first
    keys      expression that each free key must contain, "" for any
    told      fields that a form shows of each value of an object with free keys, where the server judges none of them;
              `member` may name one of them
    wrapped   a field of an entry, and a name: its value stands alone, or where more is beside it under this name
    one_label what one entry is to a person ("Gateway"), or each key: where it is said, entries are edited one by one
    is_closed no keys but those declared
    like      path of the field whose form each value has again (a tree)
    secret    never stored in the clear
    is_given  only ever sent: answers leave it out
    example   what one may look like, where it is typed as JSON
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
    also: tuple[str, ...] = ()
    entry: tuple[Field, ...] = ()
    member: tuple[str, str] | tuple[()] = ()
    variants: Mapping[str, tuple[Field, ...]] = field(default_factory=dict)
    keys: str | None = None
    told: tuple[Field, ...] = ()
    wrapped: tuple[str, str] | tuple[()] = ()
    one_label: Text = ""
    is_closed: bool = False
    like: str = ""
    secret: bool = False
    is_given: bool = False
    unit: Text = ""
    help: Text = ""
    example: str = ""
    group: Text = ""

    @property
    def has_default(self) -> bool:
        return self.default is not NO_DEFAULT

    @cached_property
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
