"""What every page of a tenant, of platform staff and of a person stands on: who may see it, and why not."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEvent
from accounts.rights import RIGHT_LABELS, Right, least_role_with
from accounts.tenancy import second_factor_first, sign_in_first


class TenantRightMixin:
    """A page under `/t/<slug>/`. `right` is what it takes; `right_to_write` what its POST takes, where that is more.

    Without the right: 403 with the reason, written to the audit. `right = None` is for every member. `menu_entry`
    is the `url_name` of the menu's entry that the page belongs to, where its address does not say so.
    """

    request: Any  # an HttpRequest with what the middleware adds: tenant, membership, rights, htmx
    right: ClassVar[Right | None]
    right_to_write: ClassVar[Right | None] = None
    menu_entry: ClassVar[str] = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.tenant is None:  # type: ignore[attr-defined]
            raise Http404
        require_right(request, self.right)
        if self.right_to_write and request.method not in ("GET", "HEAD", "OPTIONS"):
            require_right(request, self.right_to_write)
        if self.menu_entry:
            request.menu_entry = self.menu_entry  # type: ignore[attr-defined]
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


class SignedInMixin:
    """A page of the person's own, outside any tenant."""

    is_for_signed_in = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return sign_in_first(request)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


class StaffRequiredMixin:
    """A page of platform staff, who have shown a second factor. Everybody else gets 404."""

    is_for_staff = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return sign_in_first(request)
        if not request.user.is_staff:
            raise Http404
        return second_factor_first(request) or super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


def require_right(request: HttpRequest, right: Right | None) -> None:
    """Raise PermissionDenied, with the reason as a person reads it, where the request lacks the right."""
    if right is None or right in request.rights:  # type: ignore[attr-defined]
        return
    audit.record(
        AuditEvent.Verb.REFUSED,
        tenant=request.tenant,  # type: ignore[attr-defined]
        person=request.user,
        object_label=request.path,
        detail={"right": str(right), "method": request.method},
        request=request,
    )
    raise PermissionDenied(why_not(request, right))


def why_not(request: HttpRequest, right: Right) -> str:
    """The sentence beside a disabled button and on the 403 page."""
    membership = request.membership  # type: ignore[attr-defined]
    words = _(
        "%(what)s: this takes the role %(needed)s, you are %(role)s in %(tenant)s. An owner can change your role."
    ) % {
        "what": RIGHT_LABELS[right],
        "needed": least_role_with(right).label,
        "role": membership.get_role_display() if membership else _("not a member"),
        "tenant": request.tenant,  # type: ignore[attr-defined]
    }
    if membership and request.user.is_staff:
        words += " " + _("Or act as platform staff here: the menu of tenants begins it.")
    return words
