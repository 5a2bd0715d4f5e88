"""Who was asked to join a tenant and is not here yet: all of them as a list, a new link, an end to the old one."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from accounts import inviting, members
from accounts.models import Invitation
from accounts.rights import Right, Role
from accounts.tables.people import InvitationTable
from accounts.views.people import back_to_list, say_on_its_way
from accounts.views_base import TenantRightMixin
from portal.ui.forms import FilterForm, any_of
from portal.ui.links import tenant_url
from portal.ui.views import FilteredTableView


class InvitationFilterForm(FilterForm):
    q = forms.CharField(label=gettext_lazy("E-mail address"))
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=any_of(Role))

    def narrow(self, records: QuerySet) -> QuerySet:
        if words := self.cleaned_data["q"]:
            records = records.filter(email__icontains=words)
        if role := self.cleaned_data["role"]:
            records = records.filter(role=role)
        return records


class InvitationsView(TenantRightMixin, FilteredTableView):
    right = Right.PEOPLE_MANAGE
    title = gettext_lazy("Invited, not yet here")
    template_name = "accounts/invitations.html"
    table_class = InvitationTable
    filter_form_class = InvitationFilterForm
    order = ("-created_at", "-id")
    empty_title = gettext_lazy("Nobody is invited")
    empty_text = gettext_lazy("Whoever is asked to join stands here until they do, or until their link ends.")

    def get_queryset(self) -> QuerySet[Invitation]:
        return inviting.open_invitations().select_related("invited_by")

    def empty_action(self) -> tuple[str, str]:
        return _("Invite somebody"), f"{tenant_url(self.request.tenant, 'accounts:people')}#invite"


class ResendView(TenantRightMixin, View):
    """A new link for an open invitation, by a new mail; the old link ends. For who may give its role."""

    right = Right.PEOPLE_MANAGE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        invitation = get_object_or_404(Invitation, pk=pk, accepted_at=None, revoked_at=None)
        if invitation.role not in members.roles_to_give(request.rights):  # type: ignore[attr-defined]
            messages.error(request, _("Only somebody who may give this role can invite to it."))
            return back_to_list(request)
        try:
            again = inviting.invite(
                request.tenant,  # type: ignore[attr-defined]
                invitation.email,
                invitation.role,
                request.user,  # type: ignore[arg-type]
                request,
            )
        except (inviting.CannotInvite, inviting.NotSent) as error:
            messages.error(request, str(error))
        else:
            say_on_its_way(request, again)
        return back_to_list(request)


class RevokeView(TenantRightMixin, View):
    right = Right.PEOPLE_MANAGE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        invitation = get_object_or_404(Invitation, pk=pk, accepted_at=None, revoked_at=None)
        inviting.revoke(invitation, request.user, request)  # type: ignore[arg-type]
        messages.success(request, _("The link for %(email)s no longer works.") % {"email": invitation.email})
        return back_to_list(request)
