"""Any figure of a page as a file: its table, at the page's own address with `figure` and `format` added."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.text import slugify

from accounts import audit
from accounts.models import AuditEvent
from accounts.rights import Right
from telephony.figures.files import MEDIA_TYPES, content_of
from telephony.figures.tables import Table

FIGURE, FORMAT = "figure", "format"  # names of the address; a template: telephony/_figure_files.html


class FigureFilesMixin(ABC):
    """A page that shows figures; made small, they are written while one waits."""

    request: Any

    @abstractmethod
    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        """The table of a figure, by the name that the page's template gives its menu; None where the page has none."""

    @abstractmethod
    def missing(self, name: str, context: Mapping[str, Any]) -> str:
        """Which of the figure's days are not all here, in words; "" where they are."""

    def zone_of_table(self, context: Mapping[str, Any]) -> str:
        """Whose days and times they have."""
        return str(self.request.tenant.time_zone)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        context["may_fetch"] = Right.EXPORTS_MAKE in self.request.rights
        return context

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        name, file_format = self.request.GET.get(FIGURE), self.request.GET.get(FORMAT, "csv")
        if not name:
            return super().render_to_response(context, **kwargs)  # type: ignore[misc]
        if Right.EXPORTS_MAKE not in self.request.rights:
            raise PermissionDenied
        table = self.table(name, context)
        if table is None or file_format not in MEDIA_TYPES:
            raise Http404
        audit.record(
            AuditEvent.Verb.EXPORTED,
            tenant=self.request.tenant,
            person=self.request.user,
            object_label=table.title,
            detail={"filter": self.request.GET.dict(), "page": self.request.path},
            request=self.request,
        )
        told = replace(table, missing=self.missing(name, context))
        content = content_of(told, file_format, self.zone_of_table(context))
        response = HttpResponse(content, content_type=MEDIA_TYPES[file_format])
        stem = slugify(table.title) or "figure"
        day = timezone.localdate().isoformat()
        response["Content-Disposition"] = f'attachment; filename="{stem}-{day}.{file_format}"'
        return response
