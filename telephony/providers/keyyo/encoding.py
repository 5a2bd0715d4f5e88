"""Keyyo's wire format: PHP-style forms out, HAL documents in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from portal.lib.errors import UnexpectedAnswer


def pairs(values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Name and text of each value: booleans as 1 and 0, arrays with explicit indexes, an empty array as "name=".

    None cannot be sent and is left out; a field is cleared with an empty string.
    """
    return tuple(pair for name, value in values.items() for pair in _pairs_of(name, value))


def _pairs_of(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if value is None:
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _pairs_of(f"{name}[{key}]", item)
    elif isinstance(value, list | tuple):
        if not value:
            yield name, ""
        for index, item in enumerate(value):
            yield from _pairs_of(f"{name}[{index}]", item)
    elif isinstance(value, bool):
        yield name, "1" if value else "0"
    else:
        yield name, str(value)


def embedded(document: Any) -> list[dict[str, Any]]:
    """The objects of a collection, over all its type names, each knowing its type. Raises UnexpectedAnswer.

    No `_embedded` at all, or an empty one (PHP writes it as a list), is an empty collection; a document
    without any sign of HAL is not.
    """
    if not isinstance(document, dict):
        raise UnexpectedAnswer("a collection was expected")
    lists = document.get("_embedded")
    if not lists:
        if "_links" not in document and "_embedded" not in document:
            raise UnexpectedAnswer("a collection was expected")
        return []
    if not isinstance(lists, dict):
        raise UnexpectedAnswer("a collection by type was expected")
    return list(_typed(lists))


def _typed(lists: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, items in lists.items():
        for item in items if isinstance(items, list) else [items]:
            if not isinstance(item, dict):
                raise UnexpectedAnswer("a collection holds something that is no object")
            if "_resource_type" not in item:
                item["_resource_type"] = name
            yield item


def following(document: Mapping[str, Any], asked: str, names: Iterable[str]) -> dict[str, str] | None:
    """The query of the link to the next page, narrowed to `names`; None without such a link.

    The provider chooses no address: a link to anywhere else than the list asked for is refused.
    """
    links = document.get("_links")
    link = links.get("next") if isinstance(links, dict) else None
    href = link.get("href") if isinstance(link, dict) else None
    if not isinstance(href, str) or not href:
        return None
    target, base = urlsplit(href), urlsplit(asked)
    if target.netloc and (target.netloc, target.path.rstrip("/")) != (base.netloc, base.path.rstrip("/")):
        raise UnexpectedAnswer("the next page is said to be somewhere else")
    wanted = set(names)
    return {name: value for name, value in parse_qsl(target.query) if name in wanted} or None


def properties(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document without metadata: keys with a leading underscore."""
    return {name: value for name, value in document.items() if not name.startswith("_")}


def named_list(items: Sequence[Mapping[str, Any]], field: str) -> list[str]:
    """One field of each object, as text, in the order of the answer."""
    return [str(item.get(field, "")) for item in items if item.get(field) not in (None, "")]
