"""To the provider's own page and back: go, return; again, wider, or as a contact. Without such a page: linking.py."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from accounts.rights import Right
from accounts.tenancy import belonging
from accounts.views_base import SignedInMixin, TenantRightMixin
from portal.lib.errors import ProviderError
from portal.lib.secrets import Secret
from portal.ui.links import tenant_url
from telephony.forms.connecting import ConnectForm
from telephony.models import Connection, Credential, ProviderApplication
from telephony.providers.registry import PROVIDERS
from telephony.services import connecting, unlinking
from telephony.services.adopting import Refused, Round


class AuthorizeView(TenantRightMixin, TemplateView):
    """Step 2 at a provider with an authorization page: how much the portal may do. The form goes on to that page.

    connection   the one to connect again or to widen, None for a new one
    """

    right = Right.CONNECTIONS_MANAGE
    template_name = "telephony/connection_connect.html"
    declared: Any = None
    connection: Connection | None = None

    def get_form(self) -> ConnectForm:
        data = self.request.POST if self.request.method == "POST" else None
        return ConnectForm(self.declared, data, is_new=self.connection is None, initial=self.get_initial())

    def get_initial(self) -> dict[str, Any]:
        """The bundle that it has, so that connecting again changes nothing unless one wants it to."""
        if self.connection is None:
            return {}
        held = set(self.connection.credential.scopes)
        covered = [one.name for one in self.declared.scope_bundles if set(one.scopes) <= held]
        return {"bundle": covered[-1]} if covered else {}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("form", self.get_form())
        return super().get_context_data(
            declared=self.declared,
            connection=self.connection,
            title=_("Connect your %(provider)s account") % {"provider": self.declared.label},
            **kwargs,
        )

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """The policy must name where the form's answer leads, or browsers stop there."""
        response = super().render_to_response(context, **kwargs)
        allow_form_targets(response, context["form"].applications)
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        application = form.chosen_application()
        if application is None:
            form.add_error(None, _("Platform staff have not registered this portal at the provider yet."))
            return self.render_to_response(self.get_context_data(form=form), status=422)
        asked = Round(
            tenant=request.tenant,  # type: ignore[attr-defined]
            person=request.user,  # type: ignore[arg-type]
            provider=self.declared,
            application=application,
            scopes=form.chosen_bundle().scopes,
            connection=self.connection,
            name=form.cleaned_data.get("name", ""),
        )
        return HttpResponseRedirect(connecting.begin(asked, session_key(request)))


class ContactView(TenantRightMixin, View):
    """To the provider's page as a contact: what comes back reads this person's own messages, and nothing else.

    `may_delete` asks for everything that the contact may do there, which deleting a message takes.
    """

    right = Right.VOICEMAIL_READ

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        connection = get_object_or_404(Connection.objects.select_related("credential__application"), pk=pk)
        application = connection.credential.application
        declared = connection.declaration
        if application is None or Credential.ActsAs.CONTACT not in declared.acts_as:
            raise Http404
        least = next(bundle for bundle in declared.scope_bundles if bundle.is_default)
        bundle = declared.scope_bundles[-1] if request.POST.get("may_delete") else least
        asked = Round(
            tenant=request.tenant,  # type: ignore[attr-defined]
            person=request.user,  # type: ignore[arg-type]
            provider=declared,
            application=application,
            scopes=bundle.scopes,
            acts_as=Credential.ActsAs.CONTACT,
            connection=connection,
        )
        return HttpResponseRedirect(connecting.begin(asked, session_key(request)))


class ForgetContactView(TenantRightMixin, View):
    right = Right.VOICEMAIL_READ

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        connection = get_object_or_404(Connection, pk=pk)
        unlinking.forget_contact(connection, request.user)  # type: ignore[arg-type]
        messages.success(request, _("Your own key was deleted here; your messages are no longer shown."))
        return HttpResponseRedirect(tenant_url(request.tenant, "telephony:connection_detail", pk=pk))  # type: ignore[attr-defined]


class CallbackView(SignedInMixin, View):
    """The one address registered at the provider. The state says which tenant and connection it was about."""

    def get(self, request: HttpRequest, provider: str) -> HttpResponse:
        if provider not in PROVIDERS:
            raise Http404
        callback = connecting.Callback(
            provider_id=provider,
            state=request.GET.get("state", "")[:200],
            code=Secret(request.GET.get("code", "")[:4000]),
            error=request.GET.get("error", "")[:80],
            error_description=request.GET.get("error_description", "")[:300],
        )
        try:
            connection = connecting.finish(callback, request.user, session_key(request), request)  # type: ignore[arg-type]
        except Refused as refusal:
            return self._refused(request, refusal)
        except ProviderError as error:
            return self._refused(request, Refused(error.message))
        messages.success(request, _("%(connection)s is connected.") % {"connection": connection.name})
        return HttpResponseRedirect(
            tenant_url(connection.tenant, "telephony:connection_detail", pk=connection.pk)
        )

    def _refused(self, request: HttpRequest, refusal: Refused) -> HttpResponse:
        """What, why, and the way back to where it began, for a tenant that the person belongs to."""
        tenant = refusal.tenant
        if tenant is not None and belonging(request.user, tenant.slug)[1] is None:  # type: ignore[arg-type]
            tenant = None
        back = "/"
        if tenant is not None and refusal.connection is not None and refusal.connection.pk:
            back = tenant_url(tenant, "telephony:connection_detail", pk=refusal.connection.pk)
        elif tenant is not None:
            back = tenant_url(tenant, "telephony:connection_new")
        context = {"title": _("Nothing was connected"), "reason": refusal.message, "back": back}
        return render(request, "telephony/connection_refused.html", context, status=400)


def session_key(request: HttpRequest) -> str:
    """The key of the session, made if there is none yet."""
    if not request.session.session_key:
        request.session.create()
    return str(request.session.session_key)


def allow_form_targets(response: HttpResponse, applications: list[ProviderApplication]) -> None:
    """Let the page's forms be answered with a redirect to these applications' authorization pages."""
    origins = sorted({_origin(row.authorize_url) for row in applications})
    if origins:
        response._csp_update = {"form-action": origins}  # type: ignore[attr-defined]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
