"""What a provider's catalog is made of: frozen declarations that everything else reads.

The client call, `manage.py call`, the console form, the sandbox route, the reference page and the
contract test all read an `Operation`; nothing is generated from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Union

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.utils.functional import _StrPromise

Text = Union[str, "_StrPromise"]  # what a person reads: translated when it is shown


class Effect(StrEnum):
    """What calling an operation does at the provider."""

    READ = "read"
    WRITE = "write"
    DESTROY = "destroy"
    NEVER_REPEAT = "never_repeat"


class Paging(StrEnum):
    """How a collection is cut into pages."""

    NONE = "none"
    OFFSET = "offset"
    START_KEY = "start_key"


class Place(StrEnum):
    """Where a parameter travels."""

    PATH = "path"
    QUERY = "query"
    BODY = "body"
    SCOPE = "scope"  # in the body, yet it names the object, as a path does elsewhere
    WHOLE = "whole"  # it is the body: a file, or JSON that is no object


class Origin(StrEnum):
    """`seed`: counted in the owner's list. `server`: real servers have it, the list does not name it."""

    SEED = "seed"
    SERVER = "server"


@dataclass(frozen=True, kw_only=True)
class Param:
    """One parameter. `kind` is data: text, integer, boolean, e164, number, duration_s, date, datetime, url,
    choice, secret, json, file, csi, filters, "ref:<entity kind>". `telephony.forms` maps it to a form field.

    many        a list of such values, at most `max_items` long
    choices     the only values allowed; for `filters`, the filter names known to work
    minimum, maximum  bounds of a number
    accepts     media types that a file may be of, as its first bytes tell; none: any
    secret      the value is one, whole
    holds_secrets  a text that may carry a secret inside, such as an address with a key in its path
    assumed     the name or its meaning is inferred, not documented
    """

    name: str
    kind: str = "text"
    place: Place = Place.BODY
    required: bool = False
    many: bool = False
    max_items: int | None = None
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    max_length: int | None = None
    pattern: str = ""
    accepts: tuple[str, ...] = ()
    default: Any = None
    secret: bool = False
    holds_secrets: bool = False
    help: Text = ""
    assumed: bool = False


_PATH_NAME = re.compile(r"{(\w+)}")


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One thing a provider can be asked.

    key        stable name, e.g. "services.profiles.update"
    method     HTTP verb
    path       below the provider's base, with {names}: "/services/{csi}/profiles/{profile}"
    surface    which base address of the provider it belongs to ("manager", "cti", ...)
    kind       entity kind that the answer holds, "" where it is none of ours
    reads_back key of the read that shows a write's result; "" makes the write irreversible
    undone_by  key of the operation that takes the write back (an update is undone by itself); "" if none can
    identity   for an answer that is one object: (path name, document field) pairs that must agree
    scopes     grants of which one is enough; empty: not known
    replaces_object  the body is the whole object: what it leaves out is lost there, so that a change goes out on top of
               what was read
    is_for_few a 403 says that the login is none of those whom it is for: an answer, no failure
    source     where the fact stands
    answers    "json", "text", or "file": bytes of a type that the answer names
    """

    key: str
    method: str
    path: str
    summary: Text
    effect: Effect
    surface: str = ""
    params: tuple[Param, ...] = ()
    paging: Paging = Paging.NONE
    kind: str = ""
    collection: bool = False
    reads_back: str = ""
    undone_by: str = ""
    identity: tuple[tuple[str, str], ...] = ()
    origin: Origin = Origin.SEED
    scopes: tuple[str, ...] = ()
    capability: str = ""
    note: Text = ""
    source: str = ""
    answers: str = "json"
    replaces_object: bool = False
    is_for_few: bool = False
    extra: dict[str, Any] = field(default_factory=dict, hash=False, compare=False)

    @property
    def path_names(self) -> tuple[str, ...]:
        """Names of the parameters that stand in the path, in order."""
        return tuple(_PATH_NAME.findall(self.path))

    @property
    def scope_names(self) -> tuple[str, ...]:
        """Names of the parameters that name the object in the body."""
        return tuple(param.name for param in self.params if param.place is Place.SCOPE)

    @property
    def address_names(self) -> tuple[str, ...]:
        """Names that together say which object is meant, wherever they travel."""
        return (*self.path_names, *self.scope_names)

    @property
    def is_read(self) -> bool:
        return self.effect is Effect.READ

    def param(self, name: str) -> Param | None:
        return next((param for param in self.params if param.name == name), None)


@dataclass(frozen=True)
class Catalog:
    """The operations of one provider, by key. Keys are unique; every path name has a parameter."""

    operations: tuple[Operation, ...]

    def __post_init__(self) -> None:
        keys = [operation.key for operation in self.operations]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise ValueError(f"operations declared twice: {sorted(twice)}")
        known = set(keys)
        for operation in self.operations:
            missing = [name for name in operation.path_names if operation.param(name) is None]
            if missing:
                raise ValueError(f"{operation.key}: path names without a parameter: {missing}")
            for other in (operation.reads_back, operation.undone_by):
                if other and other not in known:
                    raise ValueError(f"{operation.key}: names an unknown operation {other}")

    @cached_property
    def _by_key(self) -> dict[str, Operation]:
        return {operation.key: operation for operation in self.operations}

    def __iter__(self) -> Iterator[Operation]:
        return iter(self.operations)

    def __len__(self) -> int:
        return len(self.operations)

    def __getitem__(self, key: str) -> Operation:
        return self._by_key[key]

    def __contains__(self, key: object) -> bool:
        return key in self._by_key

    def get(self, key: str) -> Operation | None:
        return self._by_key.get(key)
