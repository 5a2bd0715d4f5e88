"""What keevio answers: a `result`, judged whatever the status is, and `values` keyed by company or container."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from portal.lib.errors import (
    AnswerLost,
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    ProviderError,
    Unavailable,
    UnexpectedAnswer,
)
from telephony.providers.operations import Effect, Operation
from telephony.providers.transport import Response

Row = dict[str, Any]
SHORT = 4096  # bytes; a refusal has no more
_SIGNED_OUT = re.compile(r"(?i)\b(log(ged)? ?[io]n|session|authenticat\w*|credentials?)\b")
_FIELD = re.compile(r"(?i)invalid value:?\s*(?:values\.|scope\.)?(\w{1,64})")


def says_signed_out(response: Response) -> bool:
    """Whether nobody is signed in any more: a 401, or a refusal that speaks of logging in. Nothing was done then."""
    if response.status == 401:
        return True
    if response.status != 200 or len(response.body) > SHORT:
        return False
    try:
        document = response.json()
    except UnexpectedAnswer:
        return False
    is_refusal = isinstance(document, dict) and document.get("result") == "fail"
    return is_refusal and bool(_SIGNED_OUT.search(message_of(document)))


def document_of(operation: Operation, response: Response) -> dict[str, Any]:
    """The answer of a command that was carried out. Raises the errors of portal.lib.errors for any other."""
    if response.status != 200:
        raise _status_error(operation, response)
    try:
        document = response.json()
        if not isinstance(document, dict) or document.get("result") not in ("success", "fail", "retry"):
            raise UnexpectedAnswer(_("keevio’s answer does not say how it went."), status=response.status)
    except UnexpectedAnswer as error:
        if operation.effect is Effect.READ:
            raise
        # Something was done; what it was, only a read can tell.
        raise AnswerLost(error.message, status=response.status) from error
    if document["result"] == "success":
        return document
    raise _refusal(operation, document)


def rows_of(document: Mapping[str, Any], key_name: str) -> dict[str, Row]:
    """The objects of an answer by their key, each with that key in it. Raises UnexpectedAnswer.

    The `id` of an object is a number of its own; the key is what names it. PHP writes an empty object as [].
    """
    values = document.get("values")
    rows: dict[str, Row] = {}
    for key, row in (values if isinstance(values, dict) else {}).items():
        if not isinstance(row, dict):
            raise UnexpectedAnswer(_("keevio’s answer holds something that is no object."))
        rows[str(key)] = {key_name: str(key), **row, "data": _object(row.get("data"))}
    if not isinstance(values, dict) and values not in (None, []):
        raise UnexpectedAnswer(_("keevio’s answer has no objects by their identifier."))
    return rows


def members_of(container: Mapping[str, Any]) -> dict[str, Row]:
    """The companies of a container, by their identifier."""
    return rows_of({"values": container.get("members")}, "company")


def message_of(document: Mapping[str, Any]) -> str:
    """What keevio says beside its result, for people."""
    message = document.get("message")
    return message.strip()[:300] if isinstance(message, str) else ""


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    if value in (None, []):
        return {}
    raise UnexpectedAnswer(_("keevio’s answer holds something that is no object."))


def _refusal(operation: Operation, document: Mapping[str, Any]) -> ProviderError:
    """The error that a refusal means, as far as its free text can tell; the text itself is shown to people."""
    message = message_of(document)
    if document["result"] == "retry":  # nothing was done, hence no status: the write is not in doubt
        return Unavailable(message or _("Somebody else is at it in keevio; try again."))
    said = message.lower()
    if "permission denied" in said:
        return Forbidden(message, status=200)
    if "not found" in said:
        return NotFound(message, status=200)
    if "already exists" in said:
        return Conflict(message, status=200)
    if found := _FIELD.search(message):
        return InvalidInput(message, fields={_our_name(operation, found[1]): message}, status=200)
    return InvalidInput(message or _("keevio refused this, and does not say why."), status=200)


def _our_name(operation: Operation, name: str) -> str:
    """The parameter that keevio calls so."""
    wire_names = operation.extra.get("wire_names", {})
    return next((ours for ours, theirs in wire_names.items() if theirs == name), name)


def _status_error(operation: Operation, response: Response) -> ProviderError:
    status, is_read = response.status, operation.effect is Effect.READ
    if status == 403:
        return Forbidden(_("This login may not do that at keevio."), status=status)
    if status in {500, 502, 504} and not is_read:
        return AnswerLost(_("keevio failed while it was at it."), status=status)
    if status >= 500 or status == 408:
        return Unavailable(_("keevio reports a failure of its own."), status=status)
    if status == 404:  # a path, not an object
        return UnexpectedAnswer(
            _("This server does not know the command. Is the address that of a keevio?"), status=status
        )
    return UnexpectedAnswer(
        _("keevio answered with the unexpected status %(status)d.") % {"status": status}, status=status
    )
