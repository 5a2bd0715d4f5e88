"""What an answer of VoIPcloud means: the HTTP status, then `code` in the body, then `status`, in this order.

`code` 0 is "unknown error" and no HTTP status, so that both are judged. A bare JSON array is data as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from django.utils.translation import gettext as _

from portal.lib.errors import (
    AnswerLost,
    Forbidden,
    InvalidInput,
    NeedsReconnect,
    NotFound,
    ProviderError,
    RateLimited,
    Unavailable,
    UnexpectedAnswer,
)
from telephony.providers.client import Answer
from telephony.providers.operations import Effect, Operation
from telephony.providers.transport import Pause, Response, retry_after_s, says_too_many

OK, UNAUTHORISED, TOO_MANY, UNKNOWN_ERROR = 200, 401, 429, 0
WINDOW_S = 900.0  # of the quota: 100 queries
LONGEST_REFUSAL = 4096  # bytes
_ADDRESS = re.compile(r"[0-9a-fA-F:.]{7,45}")


@dataclass(frozen=True)
class Verdict:
    """How an answer is to be taken. `document` is None where the body is no JSON."""

    code: int
    message: str
    document: Any


def judged(response: Response) -> Verdict:
    """Raises UnexpectedAnswer for a success that cannot be read."""
    document = _decoded(response)
    message = document.get("message") if isinstance(document, dict) else None
    text = message.strip()[:300] if isinstance(message, str) else ""
    if response.status != OK:
        return Verdict(response.status, text, document)
    code = _code(document) if isinstance(document, dict) else OK
    if code == OK and isinstance(document, dict):
        status = document.get("status", "success")
        if not isinstance(status, str) or status.lower() != "success":
            code = UNKNOWN_ERROR  # it says that it failed, not why
    return Verdict(code, text, document)


def _decoded(response: Response) -> Any:
    try:
        return response.json()
    except UnexpectedAnswer:
        if response.status == OK:
            raise
        return None


def _code(document: dict[str, Any]) -> int:
    said = document.get("code", OK)
    if isinstance(said, str) and re.fullmatch(r"[0-9]{1,3}", said):
        return int(said)
    if isinstance(said, bool) or not isinstance(said, int):
        raise UnexpectedAnswer(_("VoIPcloud's answer has a code that is none."), status=OK)
    return said


def is_refused(response: Response) -> bool:
    """Whether key or address were turned down: nothing was done then."""
    return _code_or_none(response) == UNAUTHORISED


def says_too_many_queries(response: Response) -> Pause | None:
    """Too many queries, said by either code. Without a hint the whole window of 15 minutes is waited for."""
    if _code_or_none(response) != TOO_MANY:
        return says_too_many(response)
    seconds = retry_after_s(response.headers.get("Retry-After", ""))
    return Pause(WINDOW_S if seconds is None else seconds)


def _code_or_none(response: Response) -> int | None:
    """The code of an answer, None where it cannot be read. A long one is a list: it is decoded only once, later."""
    if response.status == OK and len(response.body) > LONGEST_REFUSAL:
        return OK
    try:
        return judged(response).code
    except UnexpectedAnswer:
        return None


def answer_of(operation: Operation, response: Response) -> Answer:
    """The answer, or the error that it means; after an action an answer of no known form is AnswerLost."""
    try:
        verdict = judged(response)
        if verdict.code != OK:
            raise _error(operation, verdict, response.status)
        return _answer(operation, verdict.document, response)
    except UnexpectedAnswer as error:
        if operation.effect is Effect.READ:
            raise
        raise AnswerLost(error.message, status=response.status) from error


def _answer(operation: Operation, document: Any, response: Response) -> Answer:
    if not operation.collection:
        return Answer(document=document, status=response.status, headers=response.headers)
    rows = document.get("data") if isinstance(document, dict) else document
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnexpectedAnswer(_("VoIPcloud's answer holds no list of calls."), status=response.status)
    return Answer(document=document, items=rows, status=response.status, headers=response.headers)


def _error(operation: Operation, verdict: Verdict, status: int) -> ProviderError:
    code, message = verdict.code, verdict.message
    if code == UNAUTHORISED:
        return NeedsReconnect(refusal_words(message), status=status)
    if code == 400:
        text = message or _("VoIPcloud refused a value.")
        names = [param.name for param in operation.params if param.name in set(re.findall(r"\w+", text))]
        return InvalidInput(text, fields=dict.fromkeys(names, text), status=status)
    if code == 403:
        return Forbidden(message or _("VoIPcloud does not allow that."), status=status)
    if code == 404:
        return NotFound(
            message or _("VoIPcloud knows no such tenant, or not what was asked for."), status=status
        )
    if code == TOO_MANY:
        return RateLimited(_("VoIPcloud asks for a pause."), retry_after_s=WINDOW_S, status=status)
    if code == UNKNOWN_ERROR or code >= 500 or code == 408:
        text = message or _("VoIPcloud reports an error that it does not name.")
        failure = Unavailable if operation.effect is Effect.READ else AnswerLost
        return failure(text, status=status)
    unexpected = _("VoIPcloud answered with the unexpected code %(code)d.") % {"code": code}
    return UnexpectedAnswer(unexpected, status=status)


def refusal_words(message: str) -> str:
    """Both things that a 401 can mean, and the address to add where VoIPcloud names it: it tells them apart by nothing."""
    address = _address_in(message)
    if address:
        missing = _(
            "the address %(address)s is not on the IP whitelist of the PBX (add it on a line of its own, save, and apply "
            "the configuration)"
        ) % {"address": address}
    else:
        missing = _(
            "the address from which this portal reaches the internet is not on the IP whitelist of the PBX (add it on a "
            "line of its own, save, and apply the configuration)"
        )
    return _(
        "VoIPcloud refuses us. Either the API key is not the one in the billing details, or %(missing)s."
    ) % {"missing": missing}


def _address_in(message: str) -> str:
    for found in _ADDRESS.findall(message):
        try:
            return str(ip_address(found.strip(".:") if found.count(":") < 2 else found.rstrip(".")))
        except ValueError:
            continue
    return ""
