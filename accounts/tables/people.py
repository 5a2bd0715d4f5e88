"""Who is here and who was asked to come, as tables with what may be done about each."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple
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
from portal.ui.links import around_pk, tenant_url
from portal.ui.menus import MenuPattern, blank
from portal.ui.tables import ActsColumn, BaseTable, Column, LocalTimeColumn


class MemberActs(NamedTuple):
    """What the buttons of a member's row depend on, besides who it is: drawn once for all rows of a kind."""

    is_me: bool
    may_change: bool
    why_not: str


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
        may_manage = Right.PEOPLE_MANAGE in self.request.rights
        why_not = members.why_not_change(record, self.request.rights)
        kind = MemberActs(self.is_me(record), may_manage and not why_not, why_not if may_manage else "")
        if kind not in self._acts:
            self._acts[kind] = self._drawn(kind)
        return self._acts[kind].filled({"pk": str(record.pk), "person": str(record.person)})

    @cached_property
    def _acts(self) -> dict[MemberActs, MenuPattern]:
        return {}

    def _drawn(self, kind: MemberActs) -> MenuPattern:
        tenant, here = self.request.tenant, self.request.get_full_path()
        role_url = blank("pk").join(around_pk(tenant, "accounts:member"))
        remove_url = blank("pk").join(around_pk(tenant, "accounts:member_remove"))
        values = {
            "person": blank("person"),
            "tenant": tenant,
            "is_me": kind.is_me,
            "why_not": kind.why_not,
            "role_url": f"{role_url}?{urlencode({'next': here})}" if kind.may_change else "",
            "remove_url": remove_url if kind.may_change or kind.is_me else "",
        }
        html = acts_of(self.request, "accounts/_member_acts.html", values)
        return MenuPattern(html, ("pk", "person"))

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
