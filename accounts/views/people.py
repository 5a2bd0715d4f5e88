"""Members of a tenant: roles, invitations, removal. Who may only read sees names and roles."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import View

from accounts import inviting, members
from accounts.forms import InviteForm, RoleForm
from accounts.models import Invitation, Membership
from accounts.rights import Right, Role
from accounts.views_base import TenantRightMixin
from portal.lib.names import name_key
from portal.ui.links import tenant_url

ROLE_ORDER = {role: place for place, role in enumerate(reversed(Role))}


class PeopleView(TenantRightMixin, View):
    """Every member sees who is here; those who manage people see invitations and what they may change."""

    right = None

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        return people_page(request)


def people_page(
    request: HttpRequest, invite_form: InviteForm | None = None, status: int = 200
) -> HttpResponse:
    rights = request.rights  # type: ignore[attr-defined]
    found = request.tenant.memberships.select_related("person").filter(person__is_active=True)  # type: ignore[attr-defined]
    rows = [
        {
            "membership": membership,
            "why_not": members.why_not_change(membership, rights),
            "is_me": membership.person_id == request.user.pk,
        }
        for membership in sorted(
            found, key=lambda one: (ROLE_ORDER[Role(one.role)], name_key(str(one.person)))
        )
    ]
    values: dict[str, Any] = {
        "rows": rows,
        "roles": Role.choices,
        "may_manage": Right.PEOPLE_MANAGE in rights,
    }
    if values["may_manage"]:
        values["invitations"] = Invitation.objects.filter(
            accepted_at=None, revoked_at=None, expires_at__gt=timezone.now()
        ).select_related("invited_by")
        values["invite_form"] = invite_form or InviteForm(roles=members.roles_to_give(rights))
    return render(request, "accounts/people.html", values, status=status)


class InviteView(TenantRightMixin, View):
    right = Right.PEOPLE_MANAGE

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        return people_page(request)

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        form = InviteForm(request.POST, roles=members.roles_to_give(request.rights))  # type: ignore[attr-defined]
        if not form.is_valid():
            return people_page(request, form, status=422)
        try:
            invitation = inviting.invite(
                request.tenant,  # type: ignore[attr-defined]
                form.cleaned_data["email"],
                form.cleaned_data["role"],
                request.user,  # type: ignore[arg-type]
                request,
            )
        except inviting.CannotInvite as error:
            form.add_error("email", str(error))
            return people_page(request, form, status=422)
        except inviting.NotSent as error:
            messages.error(request, str(error))
            return _to_people(request)
        _say_on_its_way(request, invitation)
        return _to_people(request)


class ResendView(TenantRightMixin, View):
    """A new link for an open invitation, by a new mail; the old link ends. For who may give its role."""

    right = Right.PEOPLE_MANAGE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        invitation = get_object_or_404(Invitation, pk=pk, accepted_at=None, revoked_at=None)
        if invitation.role not in members.roles_to_give(request.rights):  # type: ignore[attr-defined]
            messages.error(request, _("Only somebody who may give this role can invite to it."))
            return _to_people(request)
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
            return _to_people(request)
        _say_on_its_way(request, again)
        return _to_people(request)


def _say_on_its_way(request: HttpRequest, invitation: Invitation) -> None:
    messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": invitation.email})


class RevokeView(TenantRightMixin, View):
    right = Right.PEOPLE_MANAGE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        invitation = get_object_or_404(Invitation, pk=pk, accepted_at=None, revoked_at=None)
        inviting.revoke(invitation, request.user, request)  # type: ignore[arg-type]
        messages.success(request, _("The link for %(email)s no longer works.") % {"email": invitation.email})
        return _to_people(request)


class MemberView(TenantRightMixin, View):
    """One member: the role, and what it covers. Its POST changes the role."""

    right = Right.PEOPLE_MANAGE

    def get(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        return self._page(request, _member(request, pk))

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        membership = _member(request, pk)
        form = self._form(request, membership, request.POST)
        if not form.is_valid():
            return self._page(request, membership, form, status=422)
        try:
            members.change_role(
                membership,
                form.cleaned_data["role"],
                self.request.user,
                self.request.rights,
                request,
            )
        except members.CannotChange as error:
            form.add_error("role", str(error))
            return self._page(request, membership, form, status=422)
        role = Role(form.cleaned_data["role"]).label
        messages.success(
            request, _("%(person)s is now %(role)s.") % {"person": membership.person, "role": role}
        )
        return _to_people(request)

    def _form(self, request: HttpRequest, membership: Membership, data: Any = None) -> RoleForm:
        roles = members.roles_to_give(request.rights)  # type: ignore[attr-defined]
        return RoleForm(data, roles=roles, initial={"role": membership.role})

    def _page(
        self, request: HttpRequest, membership: Membership, form: RoleForm | None = None, status: int = 200
    ) -> HttpResponse:
        values = {
            "membership": membership,
            "why_not": members.why_not_change(membership, request.rights),  # type: ignore[attr-defined]
            "form": form or self._form(request, membership),
        }
        return render(request, "accounts/member.html", values, status=status)


class RemoveView(TenantRightMixin, View):
    """Removes a member; everybody may remove themselves."""

    right = None
    http_method_names = ["post"]

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        membership = _member(request, pk)
        try:
            members.remove(membership, request.user, request.rights, request)  # type: ignore[arg-type, attr-defined]
        except members.CannotChange as error:
            messages.error(request, str(error))
            return _to_people(request)
        messages.success(request, _("%(person)s is no longer a member.") % {"person": membership.person})
        return HttpResponseRedirect("/") if membership.person_id == request.user.pk else _to_people(request)


def _member(request: HttpRequest, pk: int) -> Membership:
    return get_object_or_404(request.tenant.memberships.select_related("person"), pk=pk)  # type: ignore[attr-defined]


def _to_people(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(tenant_url(request.tenant, "accounts:people"))  # type: ignore[attr-defined]
