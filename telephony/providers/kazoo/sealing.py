"""Secrets out of documents: SIP passwords, PINs, passwords of gateways and of PBX servers, keys in addresses.

Which fields hold one is said by the schema; settings of callflow actions are known by their names, for their forms are
not in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from portal.lib.redaction import is_secret_name, redact
from telephony.providers.drafts import PLACEHOLDER, SecretValue
from telephony.providers.fields import is_secret
from telephony.providers.flat import escaped
from telephony.providers.kazoo.schema import FAMILIES, Family, Field

Path = tuple[str, ...]
_IN_SETTINGS = frozenset({"pin", "pins", "password", "bridge_password"})


def without_secrets(
    family: str, document: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, SecretValue]]:
    """The document with the placeholder where its secrets were, and those by their dotted places, as flat.py
    writes them."""
    places = {path: value for path, value in _places(FAMILIES[family], document) if value != ""}
    sealed = _masked(dict(document), dict.fromkeys(places, PLACEHOLDER))
    secrets: dict[str, SecretValue] = {".".join(map(escaped, path)): value for path, value in places.items()}
    if family == "webhooks":
        address = document.get("uri")
        if isinstance(address, str) and (shown := redact(address)) != address:
            sealed["uri"], secrets["uri"] = shown, address
    return sealed, secrets


def _places(family: Family, document: Mapping[str, Any]) -> Iterator[tuple[Path, SecretValue]]:
    for one in family.fields:
        yield from _in_field(one, document, ())
    if family.name == "callflows":
        yield from _in_settings(document.get("flow"), ("flow",))
    if family.name == "webhooks":
        custom = document.get("custom_data")
        for name, value in (custom if isinstance(custom, Mapping) else {}).items():
            if is_secret_name(name):
                yield from _values(value, ("custom_data", name))


def _in_field(one: Field, document: Any, above: Path) -> Iterator[tuple[Path, SecretValue]]:
    value = document
    for part in one.parts if one.path else ():
        value = value.get(part) if isinstance(value, Mapping) else None
    path = (*above, *(one.parts if one.path else ()))
    if one.secret:
        yield from _values(value, path)
        return
    if not any(entry.secret for entry in one.entry):
        return
    for key, item in _items(value):
        for entry in one.entry:
            yield from _in_field(entry, item, (*path, key))


def _in_settings(value: Any, path: Path) -> Iterator[tuple[Path, SecretValue]]:
    for key, item in _items(value):
        if key in _IN_SETTINGS:
            yield from _values(item, (*path, key))
        else:
            yield from _in_settings(item, (*path, key))


def _items(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from ((str(key), item) for key, item in value.items())
    elif isinstance(value, list):
        yield from ((str(index), item) for index, item in enumerate(value))


def _values(value: Any, path: Path) -> Iterator[tuple[Path, SecretValue]]:
    """The value, or those in a list of them; what stands for one that was taken out already is none."""
    if is_secret(value):
        return
    if isinstance(value, Mapping | list):
        for key, item in _items(value):
            yield from _values(item, (*path, key))
    elif value is not None and not isinstance(value, bool):
        yield path, value


def _masked(value: Any, places: Mapping[Path, SecretValue]) -> Any:
    """A copy with other values at these places."""
    if not places:
        return value
    if () in places:
        return places[()]
    below: dict[str, dict[Path, SecretValue]] = {}
    for path, shown in places.items():
        below.setdefault(path[0], {})[path[1:]] = shown
    if isinstance(value, list):
        return [_masked(item, below.get(str(index), {})) for index, item in enumerate(value)]
    return {key: _masked(item, below.get(str(key), {})) for key, item in value.items()}
