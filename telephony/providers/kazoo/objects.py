"""Kazoo documents to entity drafts: what each object is called, which number it has, what it points to."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from portal.lib.errors import UnexpectedAnswer
from telephony.providers.drafts import EntityDraft
from telephony.providers.kazoo.kinds import ACCOUNT, DEVICE, FAMILY_OF, NUMBER, SINGLE, USER
from telephony.providers.kazoo.pointers import references_of
from telephony.providers.kazoo.sealing import without_secrets

Document = Mapping[str, Any]

# What changes from one moment to the next, or says again what stands elsewhere.
_LEFT_OUT: Mapping[str, frozenset[str]] = {
    "callflow": frozenset({"metadata"}),
    "conference": frozenset({"_read_only", "members", "moderators", "duration", "is_locked", "participants"}),
    "vmbox": frozenset({"messages"}),
    DEVICE: frozenset({"registered"}),
}
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_EXTENSION = re.compile(r"[0-9*#]{1,8}")


def draft_of(kind: str, document: Any, row: Document | None = None) -> EntityDraft:
    """The draft of one object. Raises UnexpectedAnswer when it does not say what it is.

    row   its row in a list, for what only lists say
    """
    if not isinstance(document, Mapping):
        raise UnexpectedAnswer(f"a {kind} that is no object")
    whole = {**(row or {}), **document}
    told = {name: value for name, value in whole.items() if name not in _LEFT_OUT.get(kind, ())}
    sealed, secrets = without_secrets(FAMILY_OF[kind], told)
    draft = EntityDraft(
        kind=kind,
        remote_id=kind if kind in SINGLE else _text(told, "id"),
        document=sealed,
        secrets=secrets,
        name=_text(told, "name"),
        status=_enabled(told),
        references=references_of(kind, told),
    )
    if reader := _READERS.get(kind):
        reader(draft, told)
    if not draft.remote_id:
        raise UnexpectedAnswer(f"a {kind} without an identifier")
    return draft


def _text(document: Document, path: str) -> str:
    value: Any = document
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _enabled(document: Document) -> str:
    flag = document.get("enabled")
    return "" if not isinstance(flag, bool) else "enabled" if flag else "disabled"


def _numbers(document: Document, name: str) -> Sequence[str]:
    value = document.get(name)
    return [str(one) for one in value] if isinstance(value, list) else []


def e164(text: str) -> str:
    """The number where it is written as E.164 with the plus, else ""."""
    return text if _E164.fullmatch(text) else ""


def _extension(*texts: str) -> str:
    return next((text for text in texts if _EXTENSION.fullmatch(text)), "")


def _read_user(draft: EntityDraft, document: Document) -> None:
    draft.name = " ".join(filter(None, (_text(document, "first_name"), _text(document, "last_name"))))
    draft.name = draft.name or _text(document, "username")
    draft.number = e164(_text(document, "caller_id.external.number"))
    draft.extension = _extension(_text(document, "caller_id.internal.number"), _text(document, "presence_id"))


def _read_device(draft: EntityDraft, document: Document) -> None:
    draft.is_line = not _text(document, "owner_id")  # a phone that belongs to somebody is part of their line
    draft.number = e164(_text(document, "mobile.mdn") or _text(document, "caller_id.external.number"))
    draft.extension = _extension(_text(document, "caller_id.internal.number"), _text(document, "presence_id"))


def _read_number(draft: EntityDraft, document: Document) -> None:
    draft.number = e164(draft.remote_id)
    draft.name = _text(document, "cnam.display_name")
    draft.status = _text(document, "state") or _text(document, "_read_only.state")


def _read_callflow(draft: EntityDraft, document: Document) -> None:
    numbers = _numbers(document, "numbers")
    draft.number = next(filter(None, map(e164, numbers)), "")
    draft.extension = _extension(*numbers)
    feature = _text(document, "featurecode.name")
    draft.name = (
        draft.name or feature or ", ".join(numbers[:3]) or ", ".join(_numbers(document, "patterns")[:1])
    )


def _read_mailbox(draft: EntityDraft, document: Document) -> None:
    draft.extension = _extension(_text(document, "mailbox"))


def _read_conference(draft: EntityDraft, document: Document) -> None:
    member = document.get("member")
    rooms = (
        *_numbers(document, "conference_numbers"),
        *(_numbers(member, "numbers") if isinstance(member, Mapping) else ()),
    )
    draft.extension = _extension(*rooms)


def _read_port(draft: EntityDraft, document: Document) -> None:
    draft.status = _text(document, "port_state") or _text(document, "_read_only.port_state")
    numbers = document.get("numbers")
    draft.number = next(filter(None, map(e164, numbers if isinstance(numbers, Mapping) else ())), "")


def _read_whitelabel(draft: EntityDraft, document: Document) -> None:
    draft.name = _text(document, "company_name") or _text(document, "domain")


def _read_account(draft: EntityDraft, document: Document) -> None:
    draft.name = draft.name or _text(document, "realm")


_READERS: Mapping[str, Callable[[EntityDraft, Document], None]] = {
    ACCOUNT: _read_account,
    USER: _read_user,
    DEVICE: _read_device,
    NUMBER: _read_number,
    "callflow": _read_callflow,
    "vmbox": _read_mailbox,
    "conference": _read_conference,
    "port_request": _read_port,
    "whitelabel": _read_whitelabel,
}
