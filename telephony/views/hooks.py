"""Where lines send their events: no session, no sign-in, no database. The secret in the path opens it.

Nothing that came is ever sent back, and neither path nor values are logged.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponse

from accounts.audit import address_of
from telephony.providers.drafts import CallEventDraft
from telephony.providers.notifications import Notifications, Unacceptable
from telephony.providers.registry import PROVIDERS
from telephony.services import hook_intake
from telephony.services.hook_intake import Verdict

PATH = re.compile(r"/hooks/([a-z0-9_-]+)/([^/]*)/?")
_SECRET = re.compile(r"[0-9a-f]{40}")
LONGEST_QUERY = 4096
MOST_PARAMETERS = 60
RETRY_S = 10
_STATUS = {
    Verdict.TAKEN: 204,
    Verdict.REFUSED: 400,
    Verdict.UNKNOWN: 404,
    Verdict.BUSY: 429,
    Verdict.FULL: 503,
    Verdict.BROKEN: 503,
}


class HooksMiddleware:
    """Answers what lines send before anything is looked at that only people need. It stands first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found = PATH.fullmatch(request.path_info)
        return receive(request, found[1], found[2]) if found else self.get_response(request)


def receive(request: HttpRequest, provider: str, secret: str) -> HttpResponse:
    """One event: 204 once it is kept; 400, 404, 405, 429 or 503 as the reason is, always without a word."""
    if request.method != "GET":
        return HttpResponse(status=405, headers={"Allow": "GET"})
    declared = PROVIDERS.get(provider)
    if declared is None or declared.notifications is None or not _SECRET.fullmatch(secret):
        return HttpResponse(status=404)
    event = _read(declared.notifications, request.META.get("QUERY_STRING", ""))
    verdict = hook_intake.take(provider, secret, event, address_of(request) or "")
    response = HttpResponse(status=_STATUS[verdict], headers={"Cache-Control": "no-store"})
    if verdict in (Verdict.BUSY, Verdict.FULL, Verdict.BROKEN):
        response["Retry-After"] = str(RETRY_S)
    return response


receive.is_public = "the secret in the path opens it"  # type: ignore[attr-defined]


def _read(notifications: Notifications, query: str) -> CallEventDraft | None:
    """The event that a query tells, None where it cannot be read."""
    if len(query) > LONGEST_QUERY:
        return None
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_PARAMETERS, errors="strict")
        return notifications.read(notifications.values(pairs))
    except (Unacceptable, ValueError):
        return None
