"""The page of one login: how it answered in a week, which connections use it, what is left of its quota."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.ui import figures, formats
from portal.ui.svg import Figure
from telephony.models import Credential
from telephony.providers.registry import provider
from telephony.services.login_health import LoginHealth, health_of_login


class LoginView(TenantRightMixin, TemplateView):
    """Of a login that the tenant owns; a person's own contact login is nobody else's to see."""

    right = Right.LINES_READ
    menu_entry = "telephony:connection_list"
    template_name = "telephony/login_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Credential.objects.filter(acts_as=Credential.ActsAs.CUSTOMER).select_related("application")
        credential = get_object_or_404(rows, pk=kwargs["pk"])
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
            title=_("Login at %(provider)s") % {"provider": declared.label},
        )


def week_figure(login: LoginHealth) -> Figure:
    """A week in stretches of two hours."""
    slots = [
        figures.Slot(
            tone=slot.tone,
            title=_("%(time)s: %(requests)d requests, %(failed)d failed")
            % {
                "time": formats.moment(slot.start_at),
                "requests": slot.requests,
                "failed": slot.failed,
            },
        )
        for slot in login.health.slots
    ]
    label = _("Answers to this login in seven days, by two hours: %(failed)d of %(all)d failed") % {
        "failed": login.health.failed,
        "all": login.health.requests,
    }
    first = formats.moment(login.health.slots[0].start_at)
    return figures.strip(slots, label=label, first=first, last=_("now"))


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
