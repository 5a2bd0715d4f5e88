"""How a tenant's reports look: the form of it, its logo, and its colour as a style sheet for pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.generic import FormView, View

from accounts import audit
from accounts.models import AuditEvent
from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.lib.colours import dark_ramp_of, ramp_of, readable_on
from portal.ui.links import tenant_url
from telephony.forms.reports import ReportLookForm
from telephony.models import ReportLook
from telephony.models.reports import USUAL_COLOUR
from telephony.reports.document import Document
from telephony.reports.drawing import kind_of
from telephony.reports.paper import is_picture

INDEX = "telephony:report_list"
COLOUR = re.compile(r"[0-9a-f]{6}")
DARK_SURFACE = "#111b1b"  # what a report's page stands on in the dark


def worn_by(request: Any, document: Document) -> dict[str, str]:
    """What a page shows a report with: the address of its colour's sheet, "" for the usual one, and of the logo."""
    colour = document.colour.lower()
    is_usual = colour == USUAL_COLOUR
    style = tenant_url(request.tenant, "telephony:report_style", colour=colour.removeprefix("#"))
    return {"style": "" if is_usual else style, "logo": logo_url(request)}


def logo_url(request: Any) -> str:
    """ "" where the tenant has none."""
    has_one = ReportLook.objects.filter(logo__isnull=False).exists()
    return tenant_url(request.tenant, "telephony:report_logo") if has_one else ""


class LookPage(TenantRightMixin):
    right = Right.REPORTS_SCHEDULE
    menu_entry = INDEX


class ReportLookView(LookPage, FormView):
    """Name, colour, logo and foot of all reports of the tenant."""

    template_name = "telephony/report_look.html"
    form_class = ReportLookForm

    def get_form_kwargs(self) -> dict[str, Any]:
        look = ReportLook.objects.first() or ReportLook(heading=self.request.tenant.operator_name)
        return {**super().get_form_kwargs(), "instance": look, "is_picture": is_picture}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(title=_("Look of reports"), logo=logo_url(self.request), **kwargs)

    def form_valid(self, form: ReportLookForm) -> HttpResponse:
        form.save()
        audit.record(
            AuditEvent.Verb.SETTINGS,
            tenant=self.request.tenant,
            person=self.request.user,
            object_label=_("Look of reports"),
            detail={"fields": form.changed_data},
            request=self.request,
        )
        messages.success(self.request, _("Reports look so from now on."))
        return HttpResponseRedirect(tenant_url(self.request.tenant, INDEX))

    def form_invalid(self, form: ReportLookForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class ReportLogoView(LookPage, View):
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        look = ReportLook.objects.filter(logo__isnull=False).first()
        if look is None:
            raise Http404
        content = bytes(look.logo)
        response = HttpResponse(content, content_type=f"image/{kind_of(content)}")
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        response["Cache-Control"] = "private, no-cache"
        return response


class ReportStyleView(LookPage, View):
    """What is of the tenant's colour on a report's page: its name at the head, links, and the subject of figures."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, slug: str, colour: str) -> HttpResponse:
        if not COLOUR.fullmatch(colour):
            raise Http404
        light, dark = f"#{colour}", readable_on(DARK_SURFACE, f"#{colour}")
        sheet = f".sb-report{{{_tokens(light, ramp_of(light))}}}" + (
            f'[data-bs-theme="dark"] .sb-report{{{_tokens(dark, dark_ramp_of(dark, DARK_SURFACE))}}}'
        )
        response = HttpResponse(sheet, content_type="text/css; charset=utf-8")
        response["Cache-Control"] = "private, max-age=31536000, immutable"
        return response


def _tokens(colour: str, ramp: Sequence[str]) -> str:
    shades = "".join(f"--sb-ramp-{at}:{shade};" for at, shade in enumerate(ramp, start=1))
    return f"--sb-fig-1:{colour};--sb-accent:{colour};{shades}"
