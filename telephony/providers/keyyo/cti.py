"""CTI server actions: place a call, connect two numbers, send a message, force a profile.

Keyyo lets a request in by its source address (a rule per line), else by HTTP Digest with the line's SIP
password. The first request is already the action where the rule matches, so nothing here is ever repeated
but the one refused with a challenge. Rate: one action per second and line, no queue.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from requests.auth import HTTPDigestAuth
from requests.utils import parse_dict_header

from portal.lib.errors import Forbidden, InvalidInput, NotFound, ProviderError, Unavailable, UnexpectedAnswer
from portal.lib.secrets import Secret
from telephony.providers.client import Answer
from telephony.providers.operations import Effect
from telephony.providers.pace import Pace
from telephony.providers.transport import Deadline, Pause, Request, Response, Transport, says_too_many

DEADLINE_S = 10.0
_BUSY_TEXT = re.compile(r"come\s*back\s*later", re.IGNORECASE)
LINE_PACE_S = 1.05  # a little more than Keyyo's second: its clock is not ours
_PACE = Pace(limit=1, window_s=LINE_PACE_S)


def act(
    transport: Transport,
    request: Request,
    *,
    password: Secret | None,
    deadline_s: float | None = None,
) -> Answer:
    """Send one action, once.

    password  SIP password of the line in ACCOUNT, for lines whose rule does not cover our address

    Raises RateLimited when the line is too fast, Forbidden when neither the address nor the password is
    accepted, AnswerLost when the action may have happened.
    """
    total_s = DEADLINE_S if deadline_s is None else deadline_s
    deadline = Deadline(total_s)
    line = dict(request.query)["ACCOUNT"]
    assert isinstance(line, str)
    _PACE.acquire(f"{urlsplit(request.url).netloc}/{line}", 1, transport.priority, deadline)
    response = _send(transport, request, deadline)
    challenge = response.headers.get("WWW-Authenticate", "")
    if response.status == 401 and password and challenge.lower().startswith("digest "):
        signed = request.with_headers(Authorization=answer_to(challenge, request, line, password))
        response = _send(transport, signed, deadline)
    if response.status != 200 or response.body.strip() != b"OK":
        raise _error(response)
    return Answer(document="OK", status=200, headers=response.headers)


def authorization(transport: Transport, base: str, line: str, password: Secret | None) -> str:
    """How Keyyo lets us act for a line: "address", "password", or "" for neither. Nothing is done by asking.

    It asks to force a profile without naming one, which is refused as incomplete once we are let in: that the
    right to act is judged before the parameters is our assumption (README.md).
    """
    request = Request(
        method="GET", url=f"{base}/setprofil.html", query=(("ACCOUNT", line),), operation="cti.authorization"
    )
    deadline = Deadline(DEADLINE_S)
    response = _send(transport, request, deadline)
    if response.status not in {401, 403}:
        _refuse_failure(response)
        return "address"
    challenge = response.headers.get("WWW-Authenticate", "")
    if not password or not challenge.lower().startswith("digest "):
        return ""
    signed = request.with_headers(Authorization=answer_to(challenge, request, line, password))
    response = _send(transport, signed, deadline)
    if response.status in {401, 403}:
        return ""
    _refuse_failure(response)
    return "password"


def _refuse_failure(response: Response) -> None:
    if response.status >= 500:
        raise _error(response)


def address_rule(addresses: Sequence[str]) -> str:
    """The regular expression to paste at Keyyo, so that it lets these addresses in. Dots are escaped."""
    return "|".join(re.escape(address) for address in addresses)


def answer_to(challenge: str, request: Request, line: str, password: Secret) -> Secret:
    """The Authorization header for a Digest challenge; its `uri` covers path and query."""
    digest = HTTPDigestAuth(line, password.reveal())
    digest.init_per_thread_state()
    digest._thread_local.chal = parse_dict_header(challenge[len("Digest ") :])  # type: ignore[attr-defined]
    header = digest.build_digest_header(request.method, request.full_url)
    if not header:
        raise UnexpectedAnswer(_("Keyyo asks for a proof of a form that is not known."))
    return Secret(header)


def _send(transport: Transport, request: Request, deadline: Deadline) -> Response:
    return transport.send(
        request, effect=Effect.NEVER_REPEAT, deadline_s=deadline.left(), too_many=_says_too_many
    )


def _says_too_many(response: Response) -> Pause | None:
    """Keyyo says it as a 500 with "Come Back Later" in its reason or body: this line must wait a second."""
    reason = response.headers.get("X-Status-Reason", "")
    text = reason + response.body[:200].decode(errors="replace")
    if response.status >= 500 and _BUSY_TEXT.search(text):
        return Pause(1.0, holds_credential=False)
    return says_too_many(response)


def _error(response: Response) -> ProviderError:
    text = response.body[:200].decode(errors="replace").strip()
    reason = response.headers.get("X-Status-Reason", "").strip() or text
    if response.status == 400:
        return InvalidInput(reason or _("Keyyo refused a value."), status=400)
    if response.status in {401, 403}:
        return Forbidden(
            _("Keyyo lets this server act for the line neither by its address nor by the SIP password."),
            status=response.status,
        )
    if response.status == 404:
        return NotFound(reason or _("Keyyo does not know this line or profile."), status=404)
    if response.status >= 500:
        return Unavailable(reason or _("Keyyo reports a failure of its own."), status=response.status)
    return UnexpectedAnswer(reason or _("Keyyo did not accept the action."), status=response.status)
