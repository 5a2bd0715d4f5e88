"""Documents as the state holds them: public part, private part, revision, and how they are merged and shown.

An `Entry` is {"doc": {...public...}, "pvt": {"created", "modified", "rev", ...}}.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from typing import Any

Document = dict[str, Any]
Entry = dict[str, Any]
MISSING: Any = object()
_NEVER_STORED = frozenset({"id", "_read_only", "metadata"})


def new_id() -> str:
    return secrets.token_hex(16)


def fresh(doc: Document, now_g: int, **pvt: Any) -> Entry:
    """A new entry, revision 1."""
    return {"doc": doc, "pvt": {"created": now_g, "modified": now_g, "rev": 1, **pvt}}


def stored(document: Mapping[str, Any]) -> Document:
    """What a client sent, without what only the server writes."""
    kept = {
        key: value
        for key, value in document.items()
        if key not in _NEVER_STORED and not key.startswith(("pvt_", "_"))
    }
    return copy.deepcopy(kept)


def changed(entry: Entry, doc: Document, now_g: int) -> None:
    """Replace the public part; what is private stays."""
    entry["doc"] = doc
    touched(entry, now_g)


def touched(entry: Entry, now_g: int) -> None:
    entry["pvt"]["modified"] = now_g
    entry["pvt"]["rev"] = int(entry["pvt"].get("rev", 1)) + 1


def revision(entry: Entry) -> str:
    """`3-9a...`: the count of writes and a digest."""
    digest = hashlib.md5(digestible(entry["doc"]), usedforsecurity=False).hexdigest()
    return f"{int(entry['pvt'].get('rev', 1))}-{digest}"


def digestible(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def full(identifier: str, entry: Entry) -> Document:
    """The document with its id."""
    return {**copy.deepcopy(entry["doc"]), "id": identifier}


def patched(target: Any, patch: Any) -> Any:
    """Merge as PATCH does: objects into each other, null removes, anything else replaces."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = patched(result.get(key), value)
    return result


def at(document: Any, path: str) -> Any:
    """The value at a dotted path, MISSING where there is none. A key that holds the dots itself is found too."""
    if isinstance(document, Mapping) and path in document:
        return document[path]
    head, dot, rest = path.partition(".")
    while True:
        if isinstance(document, Mapping) and head in document and rest:
            return at(document[head], rest)
        if isinstance(document, list) and head.isdecimal() and int(head) < len(document):
            return at(document[int(head)], rest) if rest else document[int(head)]
        if not dot or not rest:
            return MISSING
        more, dot, rest = rest.partition(".")
        head = f"{head}.{more}"


def text_at(document: Any, path: str) -> str:
    """A text at a dotted path, "" where there is none."""
    value = at(document, path)
    return value if isinstance(value, str) else ""


def walk(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Every value inside a document with the key it stands under."""
    yield key, value
    if isinstance(value, dict):
        for name, child in value.items():
            yield from walk(child, name)
    elif isinstance(value, list):
        for child in value:
            yield from walk(child, key)


def attach(entry: Entry, name: str, content_type: str, content: bytes) -> None:
    attachments = entry["pvt"].setdefault("attachments", {})
    attachments[name] = {"type": content_type, "data": base64.b64encode(content).decode()}


def attachment(entry: Entry, name: str) -> tuple[str, bytes] | None:
    """Type and bytes of an attachment, None when there is none."""
    held = entry["pvt"].get("attachments", {}).get(name)
    return (str(held["type"]), base64.b64decode(held["data"])) if held else None
