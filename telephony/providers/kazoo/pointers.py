"""What Kazoo's documents point to: by the schema, and by the settings of the actions of callflows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from portal.lib.canonical import checksum
from telephony.providers.drafts import ReferenceDraft
from telephony.providers.fields import value_at
from telephony.providers.kazoo.kinds import FAMILY_OF, KINDS, NUMBER
from telephony.providers.kazoo.schema import FAMILIES, Field

Document = Mapping[str, Any]

_ID = re.compile(r"[0-9a-f]{32}")
_E164 = re.compile(r"\+[0-9]{6,15}")
LONGEST_PATH = 1000  # bytes that a place is kept with

# What the `id` of an action's settings names, by action; the actions that are not here have none of our kinds.
_ID_OF = {
    "acdc_member": "queue",
    "acdc_queue": "queue",
    "acdc_wait_time": "queue",
    "callflow": "callflow",
    "conference": "conference",
    "conference_feature": "conference",
    "device": "device",
    "directory": "directory",
    "group": "group",
    "hotdesk": "user",
    "menu": "menu",
    "play": "media",
    "user": "user",
    "voicemail": "vmbox",
}
# Settings that name the same kind wherever they stand.
_NAMED = {
    "user_id": "user",
    "approved_user_id": "user",
    "owner_id": "user",
    "device_id": "device",
    "approved_device_id": "device",
    "group_id": "group",
    "approved_group_id": "group",
    "callflow_id": "callflow",
    "media_id": "media",
    "media": "media",
    "ringback": "media",
    "preconnect_audio": "media",
    "hunt_account_id": "account",
    "rule_set": "temporal_rule_set",
}
_RULES = "temporal_route"


def references_of(kind: str, document: Document) -> list[ReferenceDraft]:
    """Every pointer of a document to an object of our kinds, by its dotted place, each once."""
    found: dict[tuple[str, str, str], ReferenceDraft] = {}
    for path, target_kind, target in (*_by_schema(kind, document), *_OWN.get(kind, _nothing)(document)):
        if target_kind in KINDS:
            place = _kept(path)
            found.setdefault(
                (place, target_kind, target),
                ReferenceDraft(path=place, target_kind=target_kind, target_remote_id=target),
            )
    return list(found.values())


def _kept(path: str) -> str:
    """A place as it is kept: of one far down in a callflow the beginning, and what tells it from all others."""
    told = path.encode()
    if len(told) <= LONGEST_PATH:
        return path
    return f"{told[: LONGEST_PATH - 33].decode(errors='ignore')}~{checksum(path)}"


Pointer = tuple[str, str, str]  # path, kind, remote id


def _by_schema(kind: str, document: Document) -> Iterator[Pointer]:
    for one in FAMILIES[FAMILY_OF[kind]].fields:
        target = one.refers_to or next((entry.refers_to for entry in one.entry if not entry.path), "")
        if target:
            yield from _values(one, target, document)
        for entry in one.entry:
            if entry.path and entry.refers_to:
                yield from _inside(one, entry, document)


def _inside(one: Field, entry: Field, document: Document) -> Iterator[Pointer]:
    """What the objects of a list point to."""
    value = value_at(document, one.path)
    for index, item in enumerate(value if isinstance(value, list) else ()):
        if _is_id(target := value_at(item, entry.path)):
            yield f"{one.path}.{index}.{entry.path}", entry.refers_to, target


def _values(one: Field, target: str, document: Document) -> Iterator[Pointer]:
    value = value_at(document, one.path)
    if isinstance(value, list):
        yield from ((f"{one.path}.{index}", target, item) for index, item in enumerate(value) if _is_id(item))
    elif _is_id(value):
        yield one.path, target, value


def _is_id(value: Any) -> bool:
    """Media may also be addresses, streams and names of prompts, and a carrier's objects of others."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


# ---- what only one kind has ----


def _nothing(document: Document) -> Iterable[Pointer]:
    return ()


def _user(document: Document) -> Iterator[Pointer]:
    """A person stands in a directory with the callflow that is reached when they are found."""
    for directory, callflow in _mapping(document, "directories").items():
        yield f"directories.{directory}", "directory", directory
        if _is_id(callflow):
            yield f"directories.{directory}", "callflow", callflow


def _group(document: Document) -> Iterator[Pointer]:
    for member, value in _mapping(document, "endpoints").items():
        kind = value.get("type") if isinstance(value, Mapping) else None
        if kind in FAMILIES["groups"].member_types:
            yield f"endpoints.{member}", str(kind), member


def _directory(document: Document) -> Iterator[Pointer]:
    users = document.get("users")
    for index, one in enumerate(users if isinstance(users, list) else ()):
        if isinstance(one, Mapping):
            for name, kind in (("user_id", "user"), ("callflow_id", "callflow")):
                if _is_id(one.get(name)):
                    yield f"users.{index}.{name}", kind, one[name]


def _callflow(document: Document) -> Iterator[Pointer]:
    numbers = document.get("numbers")
    for index, number in enumerate(numbers if isinstance(numbers, list) else ()):
        if isinstance(number, str) and _E164.fullmatch(number):
            yield f"numbers.{index}", NUMBER, number
    waiting = [(document.get("flow"), "flow")]
    while waiting:
        node, path = waiting.pop()
        if not isinstance(node, Mapping):
            continue
        module = str(node.get("module") or "")
        yield from pointers_of_step(module, node.get("data"), f"{path}.data")
        for key, child in reversed(list(_mapping(node, "children").items())):
            below = f"{path}.children.{key}"
            if module == _RULES and _is_id(key):
                yield below, "temporal_rule", key
            waiting.append((child, below))


def pointers_of_root(document: Document) -> Iterator[Pointer]:
    """What a callflow's own settings point to, its steps and numbers left out."""
    yield from _by_schema("callflow", document)


def pointers_of_step(module: str, data: Any, path: str = "data") -> Iterator[Pointer]:
    """What the settings of one action of a callflow point to; `path` is where they stand."""
    return _settings(data, path, _ID_OF.get(module, ""))


def _settings(data: Any, path: str, id_kind: str) -> Iterator[Pointer]:
    if isinstance(data, list):
        for index, item in enumerate(data):
            yield from _settings(item, f"{path}.{index}", _member_kind(item))
        return
    if not isinstance(data, Mapping):
        return
    for name, value in data.items():
        kind = id_kind if name == "id" else _NAMED.get(name, "")
        if kind and _is_id(value):
            yield f"{path}.{name}", kind, value
        elif name == "rules" and isinstance(value, list):
            for index, rule in enumerate(value):
                if _is_id(rule):
                    yield f"{path}.rules.{index}", "temporal_rule", rule
        else:
            yield from _settings(value, f"{path}.{name}", "")


def _member_kind(item: Any) -> str:
    """A member of a ring group, or somebody who is told, says itself what it is."""
    if not isinstance(item, Mapping):
        return ""
    kind = item.get("endpoint_type") or item.get("type")
    return kind if kind in ("user", "device", "group") else ""


def _number(document: Document) -> Iterator[Pointer]:
    if _is_id(document.get("assigned_to")):
        yield "assigned_to", "account", document["assigned_to"]


def _account(document: Document) -> Iterator[Pointer]:
    if _is_id(document.get("reseller_id")):
        yield "reseller_id", "account", document["reseller_id"]


def _trunks(document: Document) -> Iterator[Pointer]:
    servers = document.get("servers")
    for index, server in enumerate(servers if isinstance(servers, list) else ()):
        for number in _mapping(server, "DIDs"):
            if _E164.fullmatch(number):
                yield f"servers.{index}.DIDs.{number}", NUMBER, number


def _mapping(document: Any, name: str) -> Mapping[str, Any]:
    value = document.get(name) if isinstance(document, Mapping) else None
    return value if isinstance(value, Mapping) else {}


_OWN = {
    "user": _user,
    "group": _group,
    "directory": _directory,
    "callflow": _callflow,
    NUMBER: _number,
    "account": _account,
    "connectivity": _trunks,
}
