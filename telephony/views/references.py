"""Objects to point to, asked for by name while a person types."""

from __future__ import annotations

from django.http import Http404, HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.generic import View

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from telephony.models import Connection
from telephony.services.references import search


class OptionsView(TenantRightMixin, View):
    """`?q=WORDS`: the first objects of a kind of an account, {"items": [{"value": IDENTIFIER, "text": NAME}]}."""

    right = Right.LINES_READ
    http_method_names = ["get"]

    def get(self, request: HttpRequest, slug: str, connection: str, kind: str) -> JsonResponse:
        link = get_object_or_404(Connection, slug=connection)
        if kind not in link.declaration.kinds:
            raise Http404
        text = request.GET.get("q", "").replace("\0", "").strip()[:80]
        found = search(link, kind, text)
        return JsonResponse({"items": [{"value": value, "text": name} for value, name in found]})
