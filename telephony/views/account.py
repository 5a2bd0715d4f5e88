"""What an account has and owes at its provider: limits, plans, balance. All of it is asked now, none is kept."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.rights import Right
from telephony.providers.offers import Spot
from telephony.views.connections import ConnectionMixin
from telephony.views.offers import offered
from telephony.views.panels import panels_for


class AccountView(ConnectionMixin, TemplateView):
    right = Right.LINES_READ
    menu_entry = "telephony:connection_list"
    template_name = "telephony/account.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        panels = panels_for(self.request, self.connection, spot=Spot.ACCOUNT)
        if not panels:
            raise Http404
        return super().get_context_data(
            title=_("Limits, plans and balance"),
            connection=self.connection,
            panels=panels,
            offers=offered(self.request, self.connection, Spot.ACCOUNT),
            **kwargs,
        )
