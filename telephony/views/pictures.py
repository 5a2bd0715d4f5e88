"""A picture of an object, handed on for its page. Its address says nothing of the provider's."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.generic import View

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.lib.errors import NotFound, ProviderError
from telephony.models import Entity
from telephony.services import pictures


class PictureView(TenantRightMixin, View):
    right = Right.LINES_READ
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        rows = Entity.objects.select_related("connection", "connection__credential", "connection__tenant")
        entity = get_object_or_404(rows, pk=kwargs["pk"])
        picture = next((one for one in pictures.pictures_of(entity) if one.name == kwargs["picture"]), None)
        if picture is None:
            raise Http404
        try:
            content, kind = pictures.look_at(entity, picture)
        except NotFound:
            raise Http404 from None
        except ProviderError as error:
            return HttpResponse(error.message, status=424, content_type="text/plain; charset=utf-8")
        response = HttpResponse(content, content_type=kind)
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        response["Cache-Control"] = "private, no-cache"
        return response
