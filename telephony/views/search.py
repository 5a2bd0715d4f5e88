"""Search over all objects of a tenant: numbers in any notation, names, extensions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.lib.numbers import canonical, to_e164
from portal.ui.links import tenant_url
from telephony.figures.tables import Column, Table
from telephony.models import Entity
from telephony.views.list_files import ListFileMixin

FOUND_AT_MOST = 20
_PART = re.compile(r"[+0-9][0-9 .\-/()]{5,}")  # meant as a telephone number


class SearchView(ListFileMixin, TenantRightMixin, TemplateView):
    """Numbers in any notation, lines, contacts and other objects by name. A whole number leads to its own page."""

    right = Right.LINES_READ
    template_name = "telephony/search.html"

    @cached_property
    def text(self) -> str:
        return self.request.GET.get("q", "").replace("\0", "").strip()[:80]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        tenant = self.request.tenant
        if number := to_e164(self.text, tenant.region):
            return HttpResponseRedirect(tenant_url(tenant, "telephony:number_detail", e164=number))
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = {"search_query": self.text, "title": _("Search"), **kwargs}
        if self.text:
            found = Entity.objects.present().matching(self.text).select_related("connection")
            rows = found.defer("document").order_by("-is_line", "name_key", "pk")
            first = list(rows if self.is_for_file else rows[: FOUND_AT_MOST + 1])
            context["has_more"] = not self.is_for_file and len(first) > FOUND_AT_MOST
            context["entities"] = first[:FOUND_AT_MOST] if context["has_more"] else first
            context["short"] = canonical(self.text, self.request.tenant.region)
            context["is_part"] = not context["short"] and bool(_PART.fullmatch(self.text))
        return super().get_context_data(**context)

    def list_title(self) -> str:
        return _("Found for %(text)s") % {"text": self.text} if self.text else ""

    def whole_list(self, context: Mapping[str, Any]) -> Table | None:
        columns = [
            Column(_("Name"), name="name"),
            Column(_("Number"), "number", "number"),
            Column(_("Kind"), name="kind"),
            Column(_("Connection"), name="connection"),
        ]
        rows = [
            [str(one), one.number, one.kind_words, one.connection.name] for one in context.get("entities", ())
        ]
        return Table(title=self.list_title(), columns=columns, rows=rows) if rows else None
