"""Calls that were seen live, beside the records that the providers keep of them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from telephony.menu import connections_of
from telephony.services.live_matching import matched


class SeenView(TenantRightMixin, TemplateView):
    """What just ended, with its record; and what was only seen, or only recorded. `?connection=` shows one alone."""

    right = Right.CALLS_LIVE
    menu_entry = "telephony:call_live"
    template_name = "telephony/live_seen.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        known = [
            one
            for one in connections_of(self.request)
            if one.declaration.tells_live and one.unlinked_at is None
        ]
        wished = self.request.GET.get("connection", "")
        chosen = [one for one in known if str(one.pk) == wished]
        return super().get_context_data(
            title=_("Seen live"),
            connections=known if len(known) > 1 else [],
            chosen=chosen[0] if chosen else None,
            found=matched(chosen or known, timezone.now()),
            may_sync=Right.CONNECTIONS_MANAGE in self.request.rights,
            **kwargs,
        )
