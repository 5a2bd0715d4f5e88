"""Secrets in changes: the row shows placeholders, the values are sealed beside them, so that revert works."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from portal.lib.redaction import redact
from portal.lib.secrets import seal, unseal
from telephony.models import Change
from telephony.providers.drafts import PLACEHOLDER
from telephony.providers.editing import Editor, Fields, Surroundings
from telephony.providers.operations import Operation
from telephony.providers.transport import Request

FIELD = "Change.secrets"
SIDES = ("seen", "before", "wanted", "after")
_SECRET_NAMES = frozenset(
    {"password", "token", "secret", "pin", "api_key", "access_token", "refresh_token", "auth_token"}
)


def keep(change: Change, editor: Editor, around: Surroundings, sides: Mapping[str, Fields | None]) -> None:
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


def open_side(change: Change, side: str) -> Fields:
    """A side with its secrets in place. Raises portal.lib.secrets.Unreadable."""
    fields = dict(getattr(change, side) or {})
    for path, value in _sealed(change).items():
        where, _dot, name = path.partition(".")
        if where == side and name in fields:
            fields[name] = value
    return fields


def _sealed(change: Change) -> dict[str, Any]:
    if not change.secrets_sealed:
        return {}
    return json.loads(unseal(change.connection.tenant_id, FIELD, change.secrets_sealed).reveal())


def _hidden(editor: Editor, around: Surroundings, name: str, value: Any) -> tuple[Any, bool]:
    """What the row shows for a value, and whether that is less than the value."""
    param = editor.operation.param(name)
    if value and (editor.field(name, around).secret or (param is not None and param.secret)):
        return PLACEHOLDER, True
    if isinstance(value, str) and (shown := redact(value)) != value:
        return shown, True
    return value, False


def without_secrets(value: Any, operation: Operation) -> Any:
    """A provider's answer without what must not be kept: fields that the catalog or their name calls secret."""
    named = _SECRET_NAMES | set(operation.extra.get("secret_answer", ()))
    return _stripped(value, named)


def _stripped(value: Any, names: frozenset[str] | set[str]) -> Any:
    if isinstance(value, Mapping):
        return {
            key: PLACEHOLDER if str(key).lower() in names and item else _stripped(item, names)
            for key, item in value.items()
            if key != "_links"
        }
    if isinstance(value, list):
        return [_stripped(item, names) for item in value]
    return redact(value) if isinstance(value, str) else value


def shown_request(request: Request) -> dict[str, Any]:
    """The request as it goes out, as people may see it: verb, address, body; secrets as ***."""
    shown = request.shown()
    return {
        "method": shown["method"],
        "url": redact(shown["url"]),
        "body": redact(str(shown.get("body") or "")),
    }
