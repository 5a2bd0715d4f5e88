"""Callflows: their trees, their numbers, and the names that a read adds as `metadata` (facts, sections 7 and 9)."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

from telephony.providers.kazoo.sandbox import lists
from telephony.providers.kazoo.sandbox.assignments import normalised, refresh
from telephony.providers.kazoo.sandbox.call import Call
from telephony.providers.kazoo.sandbox.collections import Collection, Draft
from telephony.providers.kazoo.sandbox.documents import Document, Entry, text_at, walk
from telephony.providers.kazoo.sandbox.modules import MODULES
from telephony.providers.kazoo.sandbox.refusals import Errors, forbidden
from telephony.providers.kazoo.sandbox.validation import check_part, escaped

_ID = re.compile(r"[0-9a-f]{32}")
_TYPES = {  # collection -> what `metadata` calls its documents
    "users": "user",
    "devices": "device",
    "callflows": "callflow",
    "menus": "menu",
    "media": "media",
    "vmboxes": "vmbox",
    "conferences": "conference",
    "groups": "group",
    "directories": "directory",
    "temporal_rules": "temporal_rule",
    "temporal_rules_sets": "temporal_rule_set",
    "queues": "queue",
    "faxboxes": "faxbox",
    "lists": "list",
}


def steps(node: Any) -> Iterator[tuple[str, Document]]:
    """Every step of a flow with its dotted place, root first."""
    waiting = [("flow", node)]
    while waiting:
        path, step = waiting.pop()
        if not isinstance(step, dict):
            continue
        yield path, step
        children = step.get("children")
        for key, child in children.items() if isinstance(children, dict) else ():
            waiting.append((f"{path}.children.{escaped(key)}", child))


def _row(call: Call, identifier: str, entry: Entry) -> Document:
    document = entry["doc"]
    used = {text_at(step, "module") for _path, step in steps(document.get("flow")) if not _is_skipped(step)}
    row = {
        "id": identifier,
        "name": document.get("name", ""),
        "type": document.get("type", ""),
        "numbers": document.get("numbers", []),
        "patterns": document.get("patterns", []),
        "featurecode": document.get("featurecode") or False,
        "owner_id": document.get("owner_id", ""),
        "group_id": document.get("group_id", ""),
        "modules": sorted(used - {""}),
        "flags": document.get("flags", []),
    }
    return {name: value for name, value in row.items() if value != "" or name == "name"}


def _is_skipped(step: Document) -> bool:
    data = step.get("data")
    return isinstance(data, dict) and data.get("skip_module") is True


def _by_number(call: Call, identifier: str, entry: Entry) -> lists.SortKey:
    numbers = entry["doc"].get("numbers") or entry["doc"].get("patterns") or [""]
    return (str(numbers[0]) if isinstance(numbers, list) and numbers else "", identifier)


def _normalise(call: Call, draft: Draft) -> None:
    numbers = draft.doc.get("numbers")
    if isinstance(numbers, list):
        draft.doc["numbers"] = [normalised(call, one) if isinstance(one, str) else one for one in numbers]


def _some_number(call: Call, draft: Draft) -> None:
    if not draft.doc.get("numbers") and not draft.doc.get("patterns"):
        draft.errors.add("numbers", "required", "Callflows must be assigned at least one number or pattern")


def _unique_numbers(call: Call, draft: Draft) -> None:
    """One callflow of the account for a number or pattern; numbers of other accounts are not to be had."""
    for name in ("numbers", "patterns"):
        wanted = draft.doc.get(name)
        for identifier, other in call.docs("callflows").items():
            taken = other["doc"].get(name)
            if identifier == draft.id or not isinstance(taken, list) or not isinstance(wanted, list):
                continue
            for number in (one for one in wanted if one in taken):
                message = f"{name.capitalize()} already in use by another callflow"
                draft.errors.add(name, "unique", message, cause=number)
    foreign = [number for number in draft.doc.get("numbers", []) if _is_foreign(call, number)]
    if foreign and not draft.errors:
        raise forbidden("unauthorized to assign numbers: " + ", ".join(foreign))


def _is_foreign(call: Call, number: Any) -> bool:
    held = call.state["numbers"].get(number) if isinstance(number, str) else None
    return held is not None and held["pvt"].get("account") not in ("", None, call.account_id)


def _check_steps(call: Call, draft: Draft) -> None:
    for path, step in steps(draft.doc.get("flow")):
        module, data = step.get("module"), step.get("data")
        if not isinstance(module, str) or not isinstance(data, dict):
            continue  # the family's own rules have said so
        fields = MODULES.get(module)
        if fields is None:
            draft.errors.add(
                f"{path}.module", "error", f"unable to find callflow schema for {module}", cause=module
            )
            continue
        found = Errors()
        check_part(fields, copy.deepcopy(data), found, f"{path}.data.")
        draft.errors.update(found)


def _settle(call: Call, draft: Draft) -> None:
    refresh(call)


def _with_metadata(call: Call, identifier: str, entry: Entry, shown: Document) -> Document:
    """`metadata`: for every id in the data of the steps, and every child key that is one, what stands there."""
    metadata: dict[str, Document] = {}
    for _path, step in steps(shown.get("flow")):
        children = step.get("children")
        named = [key for key in children if _ID.fullmatch(key)] if isinstance(children, dict) else []
        for key, value in walk(step.get("data")):
            if isinstance(value, str) and (key == "id" or key.endswith("_id")) and _ID.fullmatch(value):
                named.append(value)
        for one in named:
            if one not in metadata and (found := _named(call, one)):
                metadata[one] = found
    return {**shown, "metadata": metadata}


def _named(call: Call, identifier: str) -> Document | None:
    for collection, kind in _TYPES.items():
        entry = call.docs(collection).get(identifier)
        if entry is None:
            continue
        document = entry["doc"]
        name = document.get("name", "")
        if collection == "users":
            name = f"{document.get('first_name', '')} {document.get('last_name', '')}".strip()
        numbers = (
            {"numbers": document["numbers"]} if collection == "callflows" and "numbers" in document else {}
        )
        return {"name": name, **numbers, "pvt_type": kind}
    return None


CALLFLOWS = Collection(
    name="callflows",
    family="callflows",
    row=_row,
    sort=_by_number,
    key_type=lists.LIST,
    prepare=(_normalise,),
    rules=(_some_number, _unique_numbers, _check_steps),
    settle=(_settle,),
    vanish=(_settle,),
    show=_with_metadata,
).register()
