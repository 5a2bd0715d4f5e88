"""The two ways by which a provider lets us start calls for a line: our address, or the line's own password."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from accounts.rights import Right
from portal.lib.errors import ProviderError
from portal.lib.secrets import Secret
from portal.ui.links import tenant_url
from telephony.forms.cti import LinePasswordForm
from telephony.models import Entity
from telephony.services import access
from telephony.views.connections import ConnectionMixin


class CtiMixin(ConnectionMixin):
    right = Right.CONNECTIONS_MANAGE

    def lines(self) -> list[tuple[str, str]]:
        """The lines that may act, by name."""
        first = next((kind.kind for kind in self.connection.declaration.kinds.values() if kind.is_line), "")
        rows = (
            Entity.objects.present().filter(connection=self.connection, kind=first).order_by("name_key", "pk")
        )
        return [(row.remote_id, f"{row.name or row.remote_id} ({row.remote_id})") for row in rows]

    def cti_url(self) -> HttpResponseRedirect:
        return HttpResponseRedirect(
            tenant_url(self.request.tenant, "telephony:connection_cti", pk=self.connection.pk)  # type: ignore[attr-defined]
        )

    def test_line(self, line: str) -> None:
        """Ask whether we may act for a line, and say it. Nothing is started by asking."""
        check = self.connection.declaration.line_authorization
        if check is None:
            raise Http404
        label = self.connection.declaration.label
        try:
            way = check(access.client_of(self.connection, is_person=True, deadline_s=10), line)
        except ProviderError as error:
            messages.error(self.request, error.message)
            return
        values = {"provider": label, "line": line}
        if way == "address":
            messages.success(self.request, _("%(provider)s lets our address act for %(line)s.") % values)
        elif way == "password":
            messages.success(self.request, _("%(provider)s accepts the SIP password of %(line)s.") % values)
        else:
            messages.error(
                self.request,
                _("%(provider)s lets us act for %(line)s neither by our address nor by a password.") % values,
            )


class CtiView(CtiMixin, TemplateView):
    template_name = "telephony/connection_cti.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        declared = self.connection.declaration
        if not declared.acts_for_lines or declared.address_rule is None:
            raise Http404
        lines = self.lines()
        kept = set(access.lines_with_secret(self.connection.credential_id))
        kwargs.setdefault("form", LinePasswordForm(lines))
        return super().get_context_data(
            title=_("Starting calls"),
            connection=self.connection,
            declared=declared,
            lines=lines,
            kept=[label for line, label in lines if line in kept],
            addresses=settings.OUR_ADDRESSES,
            rule=declared.address_rule(settings.OUR_ADDRESSES),
            **kwargs,
        )


class TestRuleView(CtiMixin, View):
    """Whether the rule that was pasted works, for one line."""

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        line = request.POST.get("line", "")
        if line not in dict(self.lines()):
            raise Http404
        self.test_line(line)
        return self.cti_url()


class LinePasswordView(CtiView):
    """Keep a line's SIP password, and try it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        form = LinePasswordForm(self.lines(), request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        line, password = form.cleaned_data["line"], Secret(form.cleaned_data["password"])
        access.keep_line_secret(self.connection.credential_id, line, password)
        if password:
            self.test_line(line)
        else:
            messages.success(request, _("The password of %(line)s is deleted here.") % {"line": line})
        return self.cti_url()
