"""Documents as flat fields, each value under its dotted place, and back without loss.

    flat_of({"name": "Lobby", "sip": {"ip": "192.0.2.1"}}, {"name"})  ->  {"name": "Lobby", "sip.ip": "192.0.2.1"}

A declared place is one field whatever stands there; elsewhere each single value is one, lists as a whole, so that
nothing of a document is left out. A dot inside of a name is written "%2E", as Kazoo's validation does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import deepcopy
from typing import Any

from telephony.providers.fields import is_secret

Fields = dict[str, Any]


def flat_of(document: Mapping[str, Any], declared: Collection[str] = (), above: str = "") -> Fields:
    """Every value of a document by its place."""
    found: Fields = {}
    for name, value in document.items():
        place = above + escaped(str(name))
        is_leaf = place in declared or not isinstance(value, Mapping) or not value or is_secret(value)
        if is_leaf:
            found[place] = value
        else:
            found |= flat_of(value, declared, f"{place}.")
    return found


def built(fields: Mapping[str, Any]) -> Fields:
    """The document that these fields were taken out of."""
    document: Fields = {}
    for place, value in fields.items():
        put(document, parts_of(place), value)
    return document


def laid_over(before: Mapping[str, Any], wanted: Mapping[str, Any]) -> Fields:
    """The document of `before` with other values on top. None takes a field out, and what is empty without it."""
    document = built(before)
    for place, value in wanted.items():
        if value is None:
            take_out(document, parts_of(place))
    for place, value in wanted.items():
        if value is not None:
            put(document, parts_of(place), value)
    return document


def arranged(value: Any, like: Any) -> Any:
    """The value with the keys of its objects in the order that another one has them; new ones follow."""
    if isinstance(value, Mapping) and isinstance(like, Mapping):
        names = [name for name in like if name in value]
        names += [name for name in value if name not in like]
        return {name: arranged(value[name], like.get(name)) for name in names}
    if isinstance(value, list) and isinstance(like, list):
        pairs = zip(value, [*like, *[None] * len(value)], strict=False)
        return [arranged(item, other) for item, other in pairs]
    return value


def escaped(name: str) -> str:
    return name.replace("%", "%25").replace(".", "%2E")


def parts_of(place: str) -> tuple[str, ...]:
    return tuple(part.replace("%2E", ".").replace("%25", "%") for part in place.split("."))


def put(document: Fields, parts: tuple[str, ...], value: Any) -> None:
    """Put a value at its place, objects around it included."""
    for part in parts[:-1]:
        inner = document.get(part)
        if not isinstance(inner, dict):
            inner = document[part] = {}
        document = inner
    document[parts[-1]] = deepcopy(value)


def take_out(document: Fields, parts: tuple[str, ...]) -> None:
    """Take a value out, and what is empty without it."""
    head, *rest = parts
    inner = document.get(head)
    if not rest:
        document.pop(head, None)
    elif isinstance(inner, dict):
        had = bool(inner)
        take_out(inner, tuple(rest))
        if had and not inner:
            del document[head]
