"""Linking an account with a login or a key, and importing the customers that one login reaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from accounts.models import Membership, Tenant
from accounts.rights import Right, Role
from accounts.views_base import TenantRightMixin
from portal.lib.errors import InvalidInput, ProviderError
from portal.ui.links import tenant_url
from telephony.figures.tables import Column, Table
from telephony.forms.linking import NAME, ZONE, ImportRow, LinkForm, tenants_by_slug
from telephony.models import Connection
from telephony.services import importing, linking
from telephony.services.adopting import Refused, Round
from telephony.services.importing import Candidate, Wish
from telephony.views.connections import ConnectionMixin
from telephony.views.list_files import ListFileMixin


class LinkView(TenantRightMixin, TemplateView):
    """Step 2 for a provider without an authorization page: what it needs, tried at once."""

    right = Right.CONNECTIONS_MANAGE
    template_name = "telephony/connection_link.html"
    connection: Connection | None = None
    declared: Any = None
    request: Any

    def get_form(self) -> LinkForm:
        data = self.request.POST if self.request.method == "POST" else None
        base_url, kept = linking.kept_login(self.connection) if self.connection else ("", {})
        address = next((one.name for one in self.declared.connect_fields if one.address), "")
        if base_url:
            kept = {**kept, address: base_url}
        tenant = self.request.tenant
        return LinkForm(
            self.declared,
            data,
            kept=kept,
            is_new=self.connection is None,
            zone=self.declared.zone or tenant.time_zone,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("form", self.get_form())
        title = _("Connect your %(provider)s account") % {"provider": self.declared.label}
        return super().get_context_data(
            declared=self.declared, connection=self.connection, title=title, **kwargs
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        connection = self._linked(form) if form.is_valid() else None
        if connection is None:
            return self.render_to_response(self.get_context_data(form=form), status=422)
        messages.success(request, _("%(connection)s is connected.") % {"connection": connection.name})
        is_reseller = importing.may_import(connection, self.request.user)
        name = "connection_customers" if is_reseller else "connection_detail"
        return HttpResponseRedirect(tenant_url(connection.tenant, f"telephony:{name}", pk=connection.pk))

    def _linked(self, form: LinkForm) -> Connection | None:
        """The connection, or None with the one thing that is wrong on the form."""
        _address, kept = linking.kept_login(self.connection) if self.connection else ("", {})
        try:
            base_url, login = linking.split(self.declared, form.values(), kept)
            asked = Round(
                tenant=self.request.tenant,
                person=self.request.user,
                provider=self.declared,
                connection=self.connection,
                name=form.cleaned_data.get(NAME, ""),
                base_url=base_url,
                login=login,
                time_zone=form.cleaned_data.get(ZONE, ""),
            )
            return linking.link(asked, self.request)
        except InvalidInput as error:
            form.refuse(error)
        except (ProviderError, Refused) as error:
            form.add_error(None, error.message or _("The provider did not answer."))
        return None


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One account on the page, and what was wished for it."""

    candidate: Candidate
    row: ImportRow


class CustomersView(ListFileMixin, ConnectionMixin, TemplateView):
    """ "Import these as customers": the accounts below a login, which become tenants with a connection each."""

    right = Right.CONNECTIONS_MANAGE
    template_name = "telephony/connection_customers.html"
    request: Any
    trouble = ""

    def find_connection(self) -> Connection:
        connection = super().find_connection()
        if not importing.may_import(connection, self.request.user):
            raise Http404
        return connection

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if "offers" not in kwargs:
            kwargs["offers"] = self._offers()
        return super().get_context_data(
            title=_("Customers of this login"),
            connection=self.connection,
            declared=self.connection.declaration,
            trouble=self.trouble,
            tenants=self._tenants(),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """`review` shows what will be made; `import` makes it."""
        offers = self._offers(request.POST)
        wished = [offer for offer in offers if offer.row.is_chosen and not offer.candidate.is_taken]
        invalid = [offer for offer in wished if not offer.row.is_valid()]
        if self.trouble or invalid:
            return self.render_to_response(self.get_context_data(offers=offers), status=422)
        if not wished:
            messages.warning(request, _("No account is chosen."))
            return self.render_to_response(self.get_context_data(offers=offers), status=422)
        if request.POST.get("step") != "import":
            return self.render_to_response(self.get_context_data(offers=offers, wished=wished))
        wishes = [
            Wish(account=offer.candidate.account, name=offer.row.name, tenant=offer.row.tenant)
            for offer in wished
        ]
        try:
            made = importing.import_accounts(self.connection, wishes, self.request.user, request)
        except ProviderError as error:
            self.trouble = error.message or _("The provider did not answer.")
            return self.render_to_response(self.get_context_data(offers=offers), status=422)
        words = ngettext(
            "%(count)d customer is imported; lines and calls arrive by themselves.",
            "%(count)d customers are imported; lines and calls arrive by themselves.",
            len(made),
        )
        messages.success(request, words % {"count": len(made)})
        return HttpResponseRedirect(request.path)

    def list_title(self) -> str:
        told = {"title": _("Customers of this login"), "subject": self.connection.name}
        return _("%(title)s: %(subject)s") % told

    def whole_list(self, context: Mapping[str, Any]) -> Table | None:
        if self.trouble:
            raise ProviderError(self.trouble)
        columns = [
            Column(_("Account"), name="account"),
            Column(_("Detail"), name="detail"),
            Column(_("Account above"), name="below"),
            Column(_("Enabled"), "yes", "is_enabled"),
            Column(_("Here as"), name="here_as"),
            Column(_("Its key at the provider"), name="remote_id"),
        ]
        names = {
            offer.candidate.account.remote_id: offer.candidate.account.name for offer in context["offers"]
        }
        rows = [_row(offer.candidate, names) for offer in context["offers"]]
        return Table(title=self.list_title(), columns=columns, rows=rows) if rows else None

    def _offers(self, data: Any = None) -> list[Offer]:
        """The accounts as the provider lists them now; none, with the reason, where it does not answer."""
        try:
            found = importing.candidates(self.connection, self.request.user)
        except ProviderError as error:
            self.trouble = error.message or _("The provider did not answer.")
            return []
        tenants = tenants_by_slug(self._tenants())
        return [
            Offer(candidate=one, row=ImportRow(data, one.account.remote_id, one.account.name, tenants))
            for one in found
        ]

    def _tenants(self) -> list[Tenant]:
        """Where this person may connect accounts."""
        tenants = Tenant.objects.filter(closed_at=None)
        if not self.request.user.is_staff:
            roles = [Role.OWNER, Role.ADMINISTRATOR]
            own = Membership.objects.filter(person=self.request.user, role__in=roles)
            tenants = tenants.filter(pk__in=own.values("tenant"))
        return list(tenants.order_by("name_key")[:500])


def _row(candidate: Candidate, names: Mapping[str, str]) -> list[Any]:
    account, holder = candidate.account, candidate.taken_by
    here_as = holder.tenant.name if holder else ""
    if candidate.is_taken and holder is None:
        here_as = _("connected already, by somebody else")
    above = names.get(account.parent_id, "") if candidate.depth else ""
    return [account.name, account.detail, above, account.is_enabled, here_as, account.remote_id]
