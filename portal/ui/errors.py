"""The four pages for when something is not as asked: what, why, what to do. Never a stack trace."""

from __future__ import annotations

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
