"""A callflow on its way to the page that maps what it names: it waits in the session, and may go to another tenant."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django_htmx.http import HttpResponseClientRedirect

from portal.lib.errors import InvalidInput
from portal.ui.links import tenant_url
from telephony.models import CallflowDraft
from telephony.services import callflow_bringing as bringing
from telephony.services.callflow_bringing import Parcel

PARCEL = "callflow_parcel"  # in the session


def send_on(request: HttpRequest, parcel: Parcel, tenant: Any, connection_slug: str) -> HttpResponse:
    """Keep it, and lead to the page that maps it."""
    request.session[PARCEL] = parcel.said()
    url = tenant_url(tenant, "telephony:callflow_map", connection=connection_slug)
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url)  # type: ignore[attr-defined]


def send_on_where_it_lacks(request: HttpRequest, draft: CallflowDraft, document: Any) -> HttpResponse | None:
    """For a document that is to take the place of a draft: first the page that maps it, where it names what this
    account has not; None where it can be taken as it is. Raises ValidationError for what is no callflow."""
    try:
        parcel = bringing.parcel_in(document, into=draft.pk)
    except InvalidInput as error:
        raise forms.ValidationError(error.message) from None
    if not bringing.lacks(draft.link, parcel):
        return None
    return send_on(request, parcel, request.tenant, draft.link.slug)  # type: ignore[attr-defined]
