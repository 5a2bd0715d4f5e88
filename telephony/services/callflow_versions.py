"""What a callflow was: each change through the editor left a version of the whole of it, and found one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal.lib.canonical import same
from portal.lib.redaction import masked
from telephony.models import Change, Entity
from telephony.services import change_secrets
from telephony.services.callflow_around import callflows_of

AFTER, BEFORE = "after", "before"


@dataclass(frozen=True, kw_only=True)
class Version:
    """A change in a callflow's history, with what can be had of it.

    left   it left a version behind
    live   that is what the account has now
    found  it is the first of all, so that what it found is a version too
    """

    change: Change
    left: bool
    live: bool
    found: bool


def history_of(entity: Entity, newest: Sequence[Change], *, is_all: bool) -> list[Version]:
    """The versions of changes, the newest first; `is_all` where the callflow has no older ones."""
    operation = callflows_of(entity.connection).update
    versions = [one for one in newest if one.operation == operation and is_version(one)]
    last = versions[0] if versions else None
    first = versions[-1] if versions and is_all and versions[-1].before else None
    return [
        Version(
            change=one,
            left=one in versions,
            live=one is last and _is_live(one, entity),
            found=one is first,
        )
        for one in newest
    ]


def is_version(change: Change) -> bool:
    """Whether a change left a version of the whole callflow behind."""
    return change.state in (Change.State.APPLIED, Change.State.REVERTED) and bool(change.after)


def version_of(change: Change, side: str = AFTER) -> dict[str, Any]:
    """The document as a change left or found it, its secrets in their places. Raises portal.lib.secrets.Unreadable."""
    return _document(change, change_secrets.open_side(change, side))


def _is_live(change: Change, entity: Entity) -> bool:
    kept = _document(change, change.after or {})
    return all(same(value, masked(entity.document.get(name))) for name, value in kept.items())


def _document(change: Change, fields: Any) -> dict[str, Any]:
    connection = change.connection
    editor = connection.declaration.editor(callflows_of(connection).update)
    document: dict[str, Any] = editor.document(fields)  # type: ignore[attr-defined]
    return document
