"""Who is here and who was asked to come, as tables with what may be done about each."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import members
from accounts.models import Invitation, Membership
from accounts.rights import Right
from portal.ui import formats, parts
from portal.ui.links import tenant_url
from portal.ui.tables import ActsColumn, BaseTable, Column, LocalTimeColumn


class MemberTable(BaseTable):
    """Sorted by any column: the members of one tenant are found by an index, and are few."""

    caption = _("Members and their roles")

    name = Column(
        verbose_name=_("Name"),
        accessor="person",
        order_by=("person__name_key",),
        orderable=True,
        fixed=True,
        card="title",
        css="wrap",
    )
    email = Column(
        verbose_name=_("E-mail address"), accessor="person__email", orderable=True, card="sub", css="wrap"
    )
    role = Column(
        verbose_name=_("Role"),
        order_by=("rank", "person__name_key"),
        orderable=True,
        card="end",
        width="pill",
    )
    last_login = LocalTimeColumn(
        verbose_name=_("Last sign-in"), accessor="person__last_login", orderable=True, width="age"
    )
    acts = ActsColumn()

    class Meta(BaseTable.Meta):
        fields = ("name", "email", "role", "last_login", "acts")

    def render_name(self, record: Membership) -> SafeString:
        me = format_html(' <span class="sb-quiet">{}</span>', gettext("you")) if self.is_me(record) else ""
        return format_html("<b>{}</b>{}", record.person, me)

    def value_name(self, record: Membership) -> str:
        return str(record.person)

    def render_last_login(self, value: datetime) -> SafeString:
        return parts.time_tag(value, formats.age(value).text)

    def render_acts(self, record: Membership) -> SafeString:
        """Role and removal, or why not, for who manages people; everybody may leave."""
        tenant, rights = self.request.tenant, self.request.rights
        may_manage, is_me = Right.PEOPLE_MANAGE in rights, self.is_me(record)
        why_not = members.why_not_change(record, rights)
        if not (may_manage or is_me):
            return SafeString("")
        here = self.request.get_full_path()
        role_url = f"{tenant_url(tenant, 'accounts:member', pk=record.pk)}?{urlencode({'next': here})}"
        values = {
            "person": record.person,
            "tenant": tenant,
            "is_me": is_me,
            "why_not": why_not if may_manage else "",
            "role_url": "" if why_not else role_url,
            "remove_url": ""
            if why_not and not is_me
            else tenant_url(tenant, "accounts:member_remove", pk=record.pk),
        }
        return acts_of(self.request, "accounts/_member_acts.html", values)

    def is_me(self, record: Membership) -> bool:
        return record.person_id == self.request.user.pk


class InvitationTable(BaseTable):
    caption = _("Open invitations")

    email = Column(verbose_name=_("E-mail address"), orderable=True, fixed=True, card="title", css="wrap")
    role = Column(verbose_name=_("Role"), card="end", width="pill")
    invited_by = Column(verbose_name=_("Invited by"), card="sub", css="wrap")
    created_at = LocalTimeColumn(verbose_name=_("Invited"), orderable=True, initial_sort_descending=True)
    expires_at = LocalTimeColumn(verbose_name=_("Link works until"))
    acts = ActsColumn(width="acts-wide")

    class Meta(BaseTable.Meta):
        fields = ("email", "role", "invited_by", "created_at", "expires_at", "acts")

    def render_acts(self, record: Invitation) -> SafeString:
        return invitation_acts(self.request, record)


def invitation_acts(request: Any, invitation: Invitation) -> SafeString:
    """Send it again, take it back."""
    tenant = request.tenant
    values = {
        "resend_url": tenant_url(tenant, "accounts:invitation_resend", pk=invitation.pk),
        "revoke_url": tenant_url(tenant, "accounts:invitation_revoke", pk=invitation.pk),
    }
    return acts_of(request, "accounts/_invitation_acts.html", values)


def acts_of(request: Any, template: str, values: dict[str, Any]) -> SafeString:
    """The buttons of a row; `here` is the list as it stands, to come back to."""
    values |= {"here": request.get_full_path(), "csrf_token": get_token(request)}
    return mark_safe(render_to_string(template, values).strip())
