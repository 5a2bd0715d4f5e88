"""Values given by name, checked against the catalog before anything is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from portal.lib.errors import InvalidInput
from portal.lib.wording import has_control
from telephony.providers.operations import Operation, Param

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})
_NUMBER = re.compile(r"\+?[0-9*#]+|anonymous")
_INTEGER = re.compile(r"-?[0-9]{1,18}")


def as_boolean(value: Any) -> bool | None:
    """True, False, or None for anything that is neither: 1, "0", "true" and their kin are understood."""
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if text in _TRUE:
        return True
    return False if text in _FALSE else None


def checked(operation: Operation, values: Mapping[str, Any]) -> dict[str, Any]:
    """The declared values, cleaned by kind: bool, int, str, a list of such, JSON, or the bytes of a file.

    None means "not given" and is left out. Raises InvalidInput with a reason for each name that is unknown,
    missing or not of its kind.
    """
    given = {name: value for name, value in values.items() if value is not None}
    cleaned: dict[str, Any] = {}
    fields = {
        name: _("%(key)s has no such parameter.") % {"key": operation.key}
        for name in given
        if operation.param(name) is None
    }
    for param in operation.params:
        if param.name not in given:
            if param.required:
                fields[param.name] = _("A value is needed.")
            continue
        try:
            cleaned[param.name] = _clean(param, given[param.name])
        except ValueError as error:
            fields[param.name] = str(error)
    if fields:
        raise InvalidInput(_("Some values cannot be sent."), fields=fields)
    return cleaned


def _clean(param: Param, value: Any) -> Any:
    if not param.many:
        return _clean_one(param, value)
    items = list(value) if isinstance(value, list | tuple) else [value]
    if param.max_items is not None and len(items) > param.max_items:
        raise ValueError(_("At most %(count)d are allowed.") % {"count": param.max_items})
    return [_clean_one(param, item) for item in items if item not in ("", None)]


def _clean_one(param: Param, value: Any) -> Any:
    if param.kind == "filters":
        return _clean_filters(value)
    if param.kind == "json":
        return _clean_json(param, value)
    if param.kind == "file":
        return _clean_file(param, value)
    if param.kind == "boolean":
        flag = as_boolean(value)
        if flag is None:
            raise ValueError(_("This must be yes or no."))
        return flag
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(_("This must be one value."))
    text = str(value).strip() if param.kind != "text" else str(value)
    if param.kind in {"integer", "duration_s"}:
        return _clean_integer(param, text)
    return _clean_text(param, text)


def _clean_integer(param: Param, text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise ValueError(_("This must be a whole number."))
    number = int(text)
    if param.minimum is not None and number < param.minimum:
        raise ValueError(_("This must be at least %(limit)d.") % {"limit": param.minimum})
    if param.maximum is not None and number > param.maximum:
        raise ValueError(_("This must be at most %(limit)d.") % {"limit": param.maximum})
    return number


def _clean_text(param: Param, text: str) -> str:
    if has_control(text):
        raise ValueError(_("Control characters cannot be sent."))
    if param.max_length is not None and len(text) > param.max_length:
        raise ValueError(_("At most %(count)d characters are allowed.") % {"count": param.max_length})
    if not text:
        if param.place == "path" or (param.required and param.place in ("query", "scope")):
            raise ValueError(_("A value is needed."))
        return text
    if param.choices and text not in param.choices:
        raise ValueError(_("This must be one of: %(choices)s.") % {"choices": ", ".join(param.choices)})
    if param.kind in {"number", "e164"}:
        text = re.sub(r"[ .()\u00a0\u202f-]", "", text)
        if not _NUMBER.fullmatch(text):
            raise ValueError(_("This is not a telephone number."))
    if param.pattern and not re.fullmatch(param.pattern, text):
        raise ValueError(_("This is not of the expected form."))
    return text


def _clean_json(param: Param, value: Any) -> Any:
    """Any JSON value; a text is read as JSON, so that it may come from a command line."""
    if isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError(_("This is not JSON.")) from None
    if not isinstance(value, Mapping | list | tuple | int | float | bool):
        raise ValueError(_("This is not JSON."))
    return value


def _clean_file(param: Param, value: Any) -> bytes:
    content = value.encode() if isinstance(value, str) else value
    if not isinstance(content, bytes):
        raise ValueError(_("This must be a file."))
    if param.required and not content:
        raise ValueError(_("The file is empty."))
    if param.maximum is not None and len(content) > param.maximum:
        raise ValueError(_("The file may have at most %(count)d bytes.") % {"count": param.maximum})
    return content


def _clean_filters(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise ValueError(_("Filters are names with values."))
    return {str(name): str(item) for name, item in value.items() if item not in ("", None)}
