"""From one tenant to another, on the same kind of page where the person may see it there."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.translation import gettext as _

from accounts.models import Membership, Person, Tenant
from accounts.rights import Rights, rights_of_role
from accounts.tenancy import memberships_of
from portal.ui.context import TenantChoice
from portal.ui.links import page_url


def choices(request: HttpRequest) -> list[TenantChoice]:
    """The lines of the tenant switcher; also what the chooser at `/` shows."""
    current, page = getattr(request, "tenant", None), page_everywhere(request)
    found = [
        TenantChoice(
            name=tenant.name,
            url=same_page(page, tenant, rights),
            initials=tenant.initials,
            note=note,
            is_current=current is not None and tenant.pk == current.pk,
        )
        for tenant, rights, note in tenants_of(request.user, getattr(request, "memberships", None))  # type: ignore[arg-type]
    ]
    if current is not None and not any(choice.is_current for choice in found):
        found.insert(0, _visited(request, current))
    return found


def _visited(request: HttpRequest, tenant: Tenant) -> TenantChoice:
    return TenantChoice(
        name=tenant.name,
        url=request.path,
        initials=tenant.initials,
        note=_("entered as staff"),
        is_current=True,
    )


def tenants_of(person: Person, known: Sequence[Membership] | None = None) -> list[tuple[Tenant, Rights, str]]:
    """A person's own tenants by name, each with the rights there and the role in words.

    `known` are the memberships where the request has read them already.
    """
    memberships = memberships_of(person) if known is None else known
    return [
        (
            membership.tenant,
            rights_of_role(membership.role),
            membership.get_role_display(),
        )
        for membership in memberships
    ]


def home_of(tenant: Tenant) -> str:
    return f"/t/{tenant.slug}/"


def page_everywhere(request: HttpRequest) -> ResolverMatch | None:
    """What other tenants have of this page: the same one, or for a detail page the list above it."""
    match = request.resolver_match
    if match is None or "slug" not in match.kwargs:
        return None
    return match if set(match.kwargs) == {"slug"} else _list_above(request.path)


def same_page(page: ResolverMatch | None, tenant: Tenant, rights: Rights) -> str:
    """A page (see `page_everywhere`) in another tenant; the overview where the role there may not see it."""
    address = page_url(page.view_name, tenant) if page else None
    if page is None or address is None:
        return home_of(tenant)
    right = getattr(getattr(page.func, "view_class", None), "right", None)
    return address if right is None or right in rights else home_of(tenant)


def _list_above(path: str) -> ResolverMatch | None:
    """The nearest page above that names nothing but the tenant: "/t/a/calls/7/" gives that of "/t/a/calls/"."""
    while path.count("/") > 3:
        path = path.rstrip("/").rpartition("/")[0] + "/"
        try:
            match = resolve(path)
        except Resolver404:
            continue
        if set(match.kwargs) == {"slug"}:
            return match
    return None
