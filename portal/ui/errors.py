"""The pages for when something is not as asked: what, why, what to do. Never a stack trace."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseForbidden,
    HttpResponseNotFound,
    HttpResponseServerError,
)
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from portal.lib.secrets import Unreadable

logger = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return HttpResponseBadRequest(render_to_string("400.html", request=request))


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 with the reason given to PermissionDenied, or a general one."""
    reason = str(exception or "") or _("Your role does not cover this page.")
    return HttpResponseForbidden(render_to_string("403.html", {"reason": reason}, request=request))


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return HttpResponseNotFound(render_to_string("404.html", request=request))


def server_error(request: HttpRequest) -> HttpResponse:
    """Drawn without the request: whatever failed (the database, a session) must not be needed again."""
    return HttpResponseServerError(render_to_string("500.html"))


class UnreadableMiddleware:
    """A secret that does not open with our keys, wherever a page needed it, is a page in words.

    503: the page is right, and works again once the keys are back. A fragment gets the same words as an alert, drawn
    in its place (htmx swaps in what came with 200 only).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        found = next((one for one in (exception, exception.__cause__) if isinstance(one, Unreadable)), None)
        if found is None:
            return None
        logger.error("%s needs what our keys (FIELD_KEYS) do not open: %s", request.path, found.detail)
        if getattr(request, "htmx", None):
            return HttpResponse(render_to_string("components/unreadable.html", request=request))
        return HttpResponse(render_to_string("503.html", request=request), status=503)
