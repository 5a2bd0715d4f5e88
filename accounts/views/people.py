"""Members of a tenant: who is here, invitations, roles, removal. What became of an invitation: invited.py."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from accounts import inviting, members
from accounts.forms import InviteForm, RoleForm
from accounts.models import Invitation, Membership
from accounts.rights import Right, Role
from accounts.tables.people import MemberTable, invitation_acts
from accounts.views_base import TenantRightMixin
from portal.lib.names import named
from portal.ui.forms import FilterForm, any_of
from portal.ui.keyset import capped_count
from portal.ui.links import next_url, tenant_url
from portal.ui.views import FilteredTableView

INVITED_SHOWN = 5  # beside the members; all of them have a list


class MemberFilterForm(FilterForm):
    q = forms.CharField(label=gettext_lazy("Name or address"))
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=any_of(Role))

    def narrow(self, records: QuerySet) -> QuerySet:
        if words := self.cleaned_data["q"]:
            records = records.filter(named(words, "person__name") | Q(person__email__icontains=words))
        if role := self.cleaned_data["role"]:
            records = records.filter(role=role)
        return records


class PeopleView(TenantRightMixin, FilteredTableView):
    """Every member sees who is here; those who manage people invite, see who is invited and what they may change."""

    right: ClassVar[Right | None] = None
    title = gettext_lazy("People")
    template_name = "accounts/people.html"
    table_class = MemberTable
    filter_form_class = MemberFilterForm
    order = ("rank", "person__name_key", "id")
    empty_title = gettext_lazy("Nobody is here")
    empty_text = gettext_lazy(
        "Platform staff make the first owner; owners and administrators invite the others."
    )

    def get_queryset(self) -> QuerySet[Membership]:
        return members.members_of(self.request.tenant)

    @cached_property
    def invite_form(self) -> InviteForm:
        data = self.request.POST if self.request.method == "POST" else None
        return InviteForm(data, roles=members.roles_to_give(self.request.rights))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if Right.PEOPLE_MANAGE in self.request.rights:
            kwargs = {"invite_form": self.invite_form, **self._invited(), **kwargs}
        return super().get_context_data(**kwargs)

    def _invited(self) -> dict[str, Any]:
        """How many are invited and not here, and the newest of them with their acts."""
        found = inviting.open_invitations()
        newest = found.select_related("invited_by").order_by("-created_at", "-pk")[:INVITED_SHOWN]
        return {
            "invited": capped_count(found),
            "newest_invited": [(one, invitation_acts(self.request, one)) for one in newest],
        }


class InviteView(PeopleView):
    """The same page; its POST invites somebody."""

    right = Right.PEOPLE_MANAGE

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        form = self.invite_form
        if not form.is_valid():
            return self._refused()
        try:
            invitation = inviting.invite(
                self.request.tenant,
                form.cleaned_data["email"],
                form.cleaned_data["role"],
                self.request.user,
                request,
            )
        except inviting.CannotInvite as error:
            form.add_error("email", str(error))
            return self._refused()
        except inviting.NotSent as error:
            messages.error(request, str(error))
        else:
            say_on_its_way(request, invitation)
        return back_to_list(request)

    def _refused(self) -> HttpResponse:
        return self.render_to_response(self.get_context_data(), status=422)


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
        return back_to_list(request)

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
            "list_url": list_url(request),
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
            return back_to_list(request)
        messages.success(request, _("%(person)s is no longer a member.") % {"person": membership.person})
        return HttpResponseRedirect("/") if membership.person_id == request.user.pk else back_to_list(request)


def _member(request: HttpRequest, pk: int) -> Membership:
    return get_object_or_404(request.tenant.memberships.select_related("person"), pk=pk)  # type: ignore[attr-defined]


def say_on_its_way(request: HttpRequest, invitation: Invitation) -> None:
    messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": invitation.email})


def list_url(request: HttpRequest) -> str:
    """The list as it was left (`next`), else its beginning."""
    people = tenant_url(request.tenant, "accounts:people")  # type: ignore[attr-defined]
    return next_url(request, people) if "next" in request.POST or "next" in request.GET else people


def back_to_list(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(list_url(request))
