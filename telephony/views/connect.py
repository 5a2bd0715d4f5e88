"""Connecting an account: whose it is, then by the provider's authorization page or by a login or key."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from telephony.models import Connection
from telephony.providers.declaration import Provider
from telephony.providers.registry import PROVIDERS
from telephony.views.connecting import AuthorizeView
from telephony.views.linking import LinkView


class ChooseProviderView(TenantRightMixin, TemplateView):
    """Step 1: whose account it is."""

    right = Right.CONNECTIONS_MANAGE
    template_name = "telephony/connection_new.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(title=_("Connect an account"), providers=PROVIDERS.values(), **kwargs)


class ConnectView(TenantRightMixin, View):
    """Step 2 for a new account."""

    right = Right.CONNECTIONS_MANAGE

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        declared = PROVIDERS.get(kwargs["provider"])
        if declared is None:
            raise Http404
        return _step(request, declared, None, **kwargs)

    post = get


class ReconnectView(TenantRightMixin, View):
    """The same for a connection that is there: after its grant died, or to let the portal do more."""

    right = Right.CONNECTIONS_MANAGE

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        connection = get_object_or_404(Connection.objects.select_related("credential"), pk=kwargs["pk"])
        return _step(request, connection.declaration, connection, **kwargs)

    post = get


def _step(
    request: HttpRequest, declared: Provider, connection: Connection | None, **kwargs: Any
) -> HttpResponseBase:
    view: Any = AuthorizeView if declared.has_oauth else LinkView
    return view.as_view(declared=declared, connection=connection)(request, **kwargs)
