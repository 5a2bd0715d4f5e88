"""Secrets in changes: the row shows placeholders, the values are sealed beside them, so that revert works."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from portal.lib.errors import InvalidInput
from portal.lib.redaction import hidden_parts, is_secret_name, masked, redact
from portal.lib.secrets import seal, unseal
from telephony.models import BulkRow, Change
from telephony.providers.drafts import PLACEHOLDER, SecretValue
from telephony.providers.edit_fields import Fields, Surroundings
from telephony.providers.editing import Editor
from telephony.providers.operations import Operation
from telephony.providers.transport import Request
from telephony.services.door import Door
from telephony.services.entities import fingerprint

FIELD = "Change.secrets"
SIDES = ("seen", "before", "wanted", "after")

_MOVED = lazy("This list was changed meanwhile, or *** was typed: open it again, and edit it as it is now.")
_LEAVE_THEM = lazy("Leave each *** where it stands, or type the whole value.")
Kept = Change | BulkRow  # what has sides, and a place for their secrets


def keep(change: Kept, editor: Editor, around: Surroundings, sides: Mapping[str, Fields | None]) -> None:
    """Write sides ("before", "wanted", ...) into the row; what is secret goes into `secrets_sealed`."""
    sealed = _sealed(change)
    for side, fields in sides.items():
        sealed = {path: value for path, value in sealed.items() if not path.startswith(f"{side}.")}
        if fields is None:
            setattr(change, side, None)
            continue
        shown = {}
        for name, value in fields.items():
            shown[name], is_hidden = _hidden(editor, around, name, value)
            if is_hidden:
                sealed[f"{side}.{name}"] = value
        setattr(change, side, shown)
    tenant_id = change.connection.tenant_id
    change.secrets_sealed = seal(tenant_id, FIELD, json.dumps(sealed)) if sealed else ""


def open_side(change: Kept, side: str) -> Fields:
    """A side with its secrets in place. Raises portal.lib.secrets.Unreadable."""
    fields = dict(getattr(change, side) or {})
    for path, value in _sealed(change).items():
        where, _dot, name = path.partition(".")
        if where == side and name in fields:
            fields[name] = value
    return fields


def _sealed(change: Kept) -> dict[str, Any]:
    if not change.secrets_sealed:
        return {}
    return json.loads(unseal(change.connection.tenant_id, FIELD, change.secrets_sealed).reveal())


def _hidden(editor: Editor, around: Surroundings, name: str, value: Any) -> tuple[Any, bool]:
    """What the row shows for a value, and whether that is less than the value."""
    param = editor.operation.param(name)
    if value and (editor.field(name, around).secret or (param is not None and param.secret)):
        return PLACEHOLDER, True
    shown = masked(value)
    return shown, shown != value


# ---- what a person types where only a part was shown ----


def put_back(
    door: Door,
    wanted: Fields,
    seen: Fields | None,
    before: Fields | None,
    fingerprints: Mapping[str, str],
    origins: Mapping[str, Sequence[int | None]],
) -> tuple[Fields, Fields | None]:
    """What a person wants and saw, with the hidden parts in place, taken from what is there now.

    Forms show "https://example/hooks/***/": whoever leaves the stars wants to keep what they stand for. Raises
    InvalidInput at the field where stars were taken away or added, so that nobody can tell which part is meant.

    fingerprints   of what stood behind the stars that were seen; another one there now has been replaced meanwhile,
                   and stays seen as it was, so that the comparison finds it moved
    origins        of lists, where each wanted entry was in what was seen, None for a new one
    """
    wanted, seen = dict(wanted), None if seen is None else dict(seen)
    refused: dict[str, str] = {}
    for name, real in (before or {}).items():
        shown, is_hidden = _hidden(door.editor, door.around, name, real)
        if not is_hidden:
            continue
        was_seen = (seen or {}).get(name)
        is_same = name not in fingerprints or fingerprints[name] == fingerprint(_as_held(real))
        if seen is not None and seen.get(name) == shown and is_same:
            seen[name] = real
        if name not in wanted:
            continue
        if name in origins and isinstance(wanted[name], list):
            filled = entries_filled(wanted[name], origins[name], was_seen, shown, real)
        else:
            filled = _filled(wanted[name], shown, real)
        if filled is not None:
            wanted[name] = filled
        else:
            refused[name] = str(_MOVED if name in origins else _LEAVE_THEM)
    for name, value in wanted.items():  # stars that were moved to a place where they stand for nothing
        if before is not None and _has_stars(value) and not _has_stars(before.get(name)):
            refused.setdefault(name, str(_LEAVE_THEM))
    if refused:
        raise InvalidInput(_("Some values cannot be sent."), fields=refused)
    return wanted, seen


def _as_held(value: Any) -> SecretValue:
    return value if isinstance(value, str | int | float) else str(value)


def _has_stars(value: Any) -> bool:
    return PLACEHOLDER in json.dumps(value, default=str)


def typed_over(earlier: Change, wanted: Fields, origins: Mapping[str, Sequence[int | None]]) -> Fields:
    """What a person types over an earlier preview of theirs: its hidden parts are those typed then. `origins` of a list
    say where each entry was in that preview."""
    real, shown = open_side(earlier, "wanted"), earlier.wanted or {}
    found = {}
    for name, value in wanted.items():
        if name in real and value == shown.get(name):
            found[name] = real[name]
        elif name in real and name in origins:
            found[name] = entries_filled(value, origins[name], shown[name], shown[name], real[name]) or value
        else:
            found[name] = value
    return found


def entries_filled(
    typed: list[Any], origins: Sequence[int | None], seen: Any, shown: Any, real: Any
) -> list[Any] | None:
    """The entries of a list with what they leave masked, each from the one that it was; None where that one is gone."""
    filled = []
    for entry, origin in zip(typed, origins, strict=True):
        if not _has_stars(entry):
            filled.append(entry)
            continue
        at = _place_now(origin, seen, shown)
        found = _filled(entry, shown[at], real[at]) if at is not None else None
        if found is None:
            return None
        filled.append(found)
    return filled


def _place_now(origin: int | None, seen: Any, shown: Any) -> int | None:
    """Where an entry that was seen stands now; somebody may have moved it meanwhile."""
    if origin is None or not isinstance(seen, list) or not isinstance(shown, list) or origin >= len(seen):
        return None
    entry = seen[origin]
    if origin < len(shown) and shown[origin] == entry:
        return origin
    return shown.index(entry) if shown.count(entry) == 1 else None


def _filled(typed: Any, shown: Any, real: Any) -> Any:
    """The typed value with the parts that it leaves masked; None where they cannot be told."""
    if typed == shown:
        return real
    if isinstance(typed, Mapping) and isinstance(shown, Mapping) and isinstance(real, Mapping):
        filled = {name: _filled(item, shown.get(name), real.get(name)) for name, item in typed.items()}
        is_told = all(filled[name] is not None or item is None for name, item in typed.items())
        return filled if is_told else None
    if isinstance(typed, list) and isinstance(shown, list) and isinstance(real, list):
        if len(typed) != len(shown):
            return None if PLACEHOLDER in json.dumps(typed) else typed
        return [_filled(*three) for three in zip(typed, shown, real, strict=True)]
    if not isinstance(typed, str) or PLACEHOLDER not in typed:
        return typed
    parts = hidden_parts(str(real), str(shown))
    pieces = typed.split(PLACEHOLDER)
    if parts is None or len(parts) != len(pieces) - 1:
        return None
    return pieces[0] + "".join(part + piece for part, piece in zip(parts, pieces[1:], strict=True))


# ---- requests and answers ----


def without_secrets(change: Change, value: Any, operation: Operation) -> Any:
    """A provider's answer without what must not be kept: fields that the catalog or their name calls secret, and
    what the change holds sealed."""
    return _stripped(value, frozenset(operation.extra.get("secret_answer", ())), _known(change))


def _stripped(value: Any, names: frozenset[str], known: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {
            key: PLACEHOLDER if item and _is_secret(str(key), names) else _stripped(item, names, known)
            for key, item in value.items()
            if key != "_links"
        }
    if isinstance(value, list):
        return [_stripped(item, names, known) for item in value]
    return redact(known.get(value, value)) if isinstance(value, str) else value


def _is_secret(name: str, names: frozenset[str]) -> bool:
    return name.lower() in names or is_secret_name(name)


def _known(change: Change) -> dict[str, str]:
    """What the change holds sealed, each with what may be shown of it."""
    found: dict[str, str] = {}
    for path, real in _sealed(change).items():
        side, _dot, name = path.partition(".")
        _note_hidden(real, (getattr(change, side) or {}).get(name, PLACEHOLDER), found)
    return found


def _note_hidden(real: Any, shown: Any, found: dict[str, str]) -> None:
    """Every text of a sealed value that differs from what is shown of it."""
    if isinstance(real, Mapping) and isinstance(shown, Mapping):
        for name, item in real.items():
            _note_hidden(item, shown.get(name, PLACEHOLDER), found)
    elif isinstance(real, list) and isinstance(shown, list) and len(real) == len(shown):
        for item, one in zip(real, shown, strict=True):
            _note_hidden(item, one, found)
    elif isinstance(real, str) and real and real != shown:
        found[real] = str(shown)


def _text_of(body: bytes) -> str:
    """A body as text; of a file, which is none and which no database would take for one, only how much it is."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return f"<{len(body)} bytes>"
    return f"<{len(body)} bytes>" if "\0" in text else text


def shown_request(change: Change, request: Request) -> dict[str, Any]:
    """The request as it goes out, as people may see it: verb, address, headers, body; secrets as ***."""
    known = _known(change)
    if request.form is not None:
        form = tuple(
            (name, known.get(value, value) if isinstance(value, str) else value)
            for name, value in request.form
        )
        request = replace(request, form=form)
    elif request.document is not None:
        taken = change.connection.declaration.editor(change.operation).operation.params
        names = frozenset(
            param.name.lower() for param in taken if param.secret
        )  # objects too: data of a card
        request = replace(request, document=_stripped(masked(request.document), names, known))
    elif request.body is not None:
        text = _text_of(request.body)
        for real, shown_text in known.items():
            text = text.replace(json.dumps(real)[1:-1], json.dumps(shown_text)[1:-1])
        request = replace(request, body=text.encode())
    shown = request.shown()
    return {
        "method": shown["method"],
        "url": redact(shown["url"]),
        "headers": shown["headers"],
        "body": redact(str(shown.get("body") or "")),
    }
