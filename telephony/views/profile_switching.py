"""Which profile is on, and switching it by its name, from any page. The switch is a change, shown before it is written."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from telephony.menu import connections_of
from telephony.models import Entity
from telephony.services import calling
from telephony.services.change_story import numbers_in
from telephony.services.forced_profiles import forced_of
from telephony.services.number_names import names_of
from telephony.services.profile_switching import lines_with_profiles, profiles_of
from telephony.views.lines import permissions


class ProfileSwitchView(TenantRightMixin, TemplateView):
    """`?line=` is the line; without it the person's own."""

    right = Right.PROFILES_EDIT
    menu_entry = "telephony:line_list"

    def get_template_names(self) -> list[str]:
        return ["telephony/_profile_switch.html" if self.request.htmx else "telephony/profile_switch.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        able = [one for one in connections_of(self.request) if one.unlinked_at is None]
        lines = lines_with_profiles(able)
        line = self._line(lines)
        profiles = profiles_of(line) if line else ()
        keys = {row.switch.operation for row in profiles}
        forced = forced_of(lines)
        return super().get_context_data(
            lines=[(one, forced.get(one.remote_id, "")) for one in lines],
            line=line,
            profiles=profiles,
            names=names_of(numbers_in(row.sentence for row in profiles)),
            why_not=permissions(self.request, line.connection, keys) if line else {},
            title=_("Switch the profile of a line"),
            **kwargs,
        )

    def _line(self, lines: list[Entity]) -> Entity | None:
        wanted = self.request.GET.get("line", "")
        if wanted:
            found = next((one for one in lines if str(one.pk) == wanted), None)
            if found is None:
                raise Http404
            return found
        own = calling.remembered(self.request.user)
        return next((one for one in lines if own is not None and one.pk == own.line_id), None)
