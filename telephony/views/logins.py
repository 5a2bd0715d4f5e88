"""The page of one login: how it answered in a week, which connections use it, what is left of its quota."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.lib.wording import labelled
from portal.ui import formats
from telephony.figures.tables import Column, Table
from telephony.models import Credential
from telephony.providers.registry import provider
from telephony.services.login_health import Use, health_of_login
from telephony.views.health_figures import health_table, week_figure
from telephony.views.list_files import ListFilesMixin

TITLES = {"health": gettext_lazy("Health"), "uses": gettext_lazy("Connections of this login")}


class LoginView(ListFilesMixin, TenantRightMixin, TemplateView):
    """Of a login that the tenant owns; a person's own contact login is nobody else's to see."""

    right = Right.LINES_READ
    menu_entry = "telephony:connection_list"
    template_name = "telephony/login_detail.html"

    @cached_property
    def credential(self) -> Credential:
        rows = Credential.objects.filter(acts_as=Credential.ActsAs.CUSTOMER).select_related("application")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @property
    def title(self) -> str:
        return _("Login at %(provider)s") % {"provider": provider(self.credential.provider).label}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        credential = self.credential
        login = health_of_login(credential, self.request.user)
        declared = provider(credential.provider)
        known = {scope.name: scope.label for scope in declared.scopes}
        return super().get_context_data(
            **kwargs,
            login=login,
            credential=credential,
            declared=declared,
            figure=week_figure(login),
            is_resting=bool(credential.paused_until and credential.paused_until > timezone.now()),
            facts=_facts(credential),
            scopes=[known.get(name, name) for name in credential.scopes],
            title=self.title,
        )

    def figure_title(self, name: str) -> str:
        return labelled(TITLES[name], self.title) if name in TITLES else ""

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        title, login = self.figure_title(name), context["login"]
        if name == "uses":
            return _uses_table(title, login.uses)
        return health_table(title, login.health) if name == "health" else None


def _uses_table(title: str, uses: Sequence[Use]) -> Table | None:
    """Connections that the person does not see stand in one row, as on the page."""
    if not uses:
        return None
    columns = [
        Column(_("Connection"), name="connection"),
        Column(_("Customer"), name="customer"),
        Column(_("Requests"), "count", "requests"),
        Column(_("Share"), "percent", "share"),
        Column(_("By people"), "count", "by_people"),
        Column(_("Failed"), "count", "failed"),
    ]
    rows = [[*_names(one), one.requests, one.share / 100, one.by_people, one.failed] for one in uses]
    return Table(title=title, columns=columns, rows=rows)


def _names(use: Use) -> tuple[str, str]:
    if use.connection is not None:
        return use.connection.name, use.connection.tenant.name
    words = ngettext("%(n)s of somebody else", "%(n)s of others", use.connections)
    return words % {"n": formats.count(use.connections)}, ""


def _facts(credential: Credential) -> list[tuple[str, Any]]:
    """What the login is, without its secrets."""
    given = credential.parameters.get("login", {})
    return [
        (_("User name"), given.get("username") or given.get("account_name") or ""),
        (_("Address"), credential.base_url),
        (_("Application"), credential.application.name if credential.application else ""),
        (_("Key renewed"), formats.moment(credential.renewed_at) if credential.renewed_at else ""),
        (_("Key ends"), formats.moment(credential.expires_at) if credential.expires_at else ""),
        (_("State since"), formats.moment(credential.state_since) if credential.state_since else ""),
        (_("Added"), formats.moment(credential.created_at)),
    ]
