"""Who asks, and for which tenant: the person's language and zone, and the scope of `/t/<slug>/`."""

from __future__ import annotations

import re
import time
import zoneinfo
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django_htmx.http import HttpResponseClientRedirect

from accounts import audit
from accounts.models import AuditEvent, Membership, Person, Tenant
from accounts.rights import EVERY_RIGHT, NO_RIGHTS, Rights, rights_of, rights_of_role
from accounts.scoping import tenant_scope

TENANT_PATH = re.compile(r"^/t/([-a-zA-Z0-9_]+)/")
BEGAN_KEY, SEEN_KEY, ENTERED_KEY = "began_at", "seen_at", "entered_tenants"
POWER_KEY = "staff_power"  # tenants of their own in which platform staff act as staff for now
SEEN_EVERY_S = 300
STREAM_RECHECK_S = 60
MOST_CHOICES = 50

_OPEN_MEMBERSHIPS = (
    Membership.objects.select_related("tenant", "person")
    .filter(tenant__closed_at=None)
    .order_by("tenant__name_key", "pk")
)

GetResponse = Callable[[HttpRequest], HttpResponse]


class PersonMiddleware:
    """Ends sessions that are too old, and speaks the person's language in the person's zone."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.rights = NO_RIGHTS  # type: ignore[attr-defined]
        request.is_entered_as_staff = False  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            self._keep_or_end_session(request)
        if not request.user.is_authenticated:
            return self.get_response(request)
        translation.activate(request.user.language)
        request.LANGUAGE_CODE = translation.get_language()
        timezone.activate(_zone(request.user.time_zone))
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()

    def _keep_or_end_session(self, request: HttpRequest) -> None:
        now = int(time.time())
        began_at = request.session.setdefault(BEGAN_KEY, now)
        seen_at = request.session.setdefault(SEEN_KEY, now)
        if now - began_at > settings.SESSION_COOKIE_AGE or now - seen_at > settings.SESSION_IDLE_S:
            logout(request)
        elif now - seen_at > SEEN_EVERY_S:
            request.session[SEEN_KEY] = now
            UserSession.objects.create_from_request(request)


class TenantMiddleware:
    """For `/t/<slug>/`: the tenant by membership, its scope for the whole request, streams included.

    Sets `request.tenant`, `request.membership`, `request.rights`, `request.is_entered_as_staff`. Who does not
    belong gets 404, so that nobody learns which tenants exist; the signed-out go to sign in and come back.
    Platform staff who are members have the rights of their role there, until they say that they act as staff.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.tenant = request.membership = None  # type: ignore[attr-defined]
        found = TENANT_PATH.match(request.path_info)
        if not found:
            return self.get_response(request)
        if not request.user.is_authenticated:
            return sign_in_first(request)
        read = request.user.memberships_read  # with the person, for this request
        request.memberships = memberships_of(request.user.pk) if read is None else read  # type: ignore[attr-defined]
        membership, tenant = belonging(request.user, found[1], request.memberships)  # type: ignore[attr-defined]
        if tenant is None:
            raise Http404
        if request.user.is_staff and (answer := second_factor_first(request)):  # members among them included
            return answer
        request.tenant, request.membership = tenant, membership  # type: ignore[attr-defined]
        is_staff_act = membership is None or uses_staff_power(request, tenant)
        role = membership.role if membership else None
        request.rights = Rights(EVERY_RIGHT) if is_staff_act else rights_of_role(role)  # type: ignore[attr-defined]
        with tenant_scope(tenant):
            if is_staff_act:
                _enter_as_staff(request, tenant)
            if membership is not None and request.user.last_tenant_id != tenant.pk:
                Person.objects.filter(pk=request.user.pk).update(last_tenant=tenant)
            response = self.get_response(request)
        if response.streaming:
            response.streaming_content = _scoped_stream(response.streaming_content, request, tenant)  # type: ignore[attr-defined]
        return response


def memberships_of(person_id: int) -> list[Membership]:
    """The first of a person's memberships in open tenants, by name: enough for the switcher, and for most to enter."""
    return list(_OPEN_MEMBERSHIPS.filter(person_id=person_id)[:MOST_CHOICES])


def belonging(
    person: Person, slug: str, known: Sequence[Membership] = ()
) -> tuple[Membership | None, Tenant | None]:
    """How a person belongs to the tenant of a slug: membership and tenant, staff without one, or neither.

    `known` are the person's memberships as just read by `memberships_of`.
    """
    membership = next((one for one in known if one.tenant.slug == slug), None)
    if membership is None and (not known or len(known) >= MOST_CHOICES):
        found = person.memberships.select_related("tenant")
        membership = found.filter(tenant__slug=slug, tenant__closed_at=None).first()
    if membership:
        return membership, membership.tenant
    if person.is_staff:
        return None, Tenant.objects.filter(slug=slug).first()
    return None, None


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back; a fragment's answer moves the whole page there."""
    if getattr(request, "htmx", None):
        here = request.htmx.current_url_abs_path or "/"  # type: ignore[attr-defined]
        query = urlencode({"next": here}) if url_has_allowed_host_and_scheme(here, None) else ""
        return HttpResponseClientRedirect(f"{reverse(settings.LOGIN_URL)}?{query}")
    return redirect_to_login(request.get_full_path() if request.method == "GET" else request.path)


def has_second_factor(request: HttpRequest) -> bool:
    """Whether this session was opened, or confirmed since, with a second factor or a passkey."""
    return any(item.get("method") == "mfa" for item in get_authentication_records(request, request.user))


def second_factor_first(request: HttpRequest) -> HttpResponse | None:
    """For platform staff: set up a second factor, or show it, before anything else. None where that is done."""
    if has_second_factor(request):
        return None
    if not is_mfa_enabled(request.user):
        return HttpResponseRedirect(reverse("mfa_index"))
    return HttpResponseRedirect(
        f"{reverse('mfa_reauthenticate')}?{urlencode({'next': request.get_full_path()})}"
    )


def uses_staff_power(request: HttpRequest, tenant: Tenant) -> bool:
    """Whether this session of platform staff acts as such in a tenant that they are a member of."""
    return request.user.is_staff and tenant.pk in request.session.get(POWER_KEY, [])


def standing(request: HttpRequest | None, person: Person, tenant: Tenant) -> tuple[Rights, bool]:
    """What a person may do in a tenant from outside its addresses (the OAuth callback), and whether as staff."""
    if request is not None and uses_staff_power(request, tenant):
        return Rights(EVERY_RIGHT), True
    is_staff_act = person.is_staff and not person.memberships.filter(tenant=tenant).exists()
    return rights_of(person, tenant), is_staff_act


def use_staff_power(request: HttpRequest, tenant: Tenant, *, is_on: bool) -> None:
    """Act as platform staff in a tenant of one's own, or go back to one's role. Each beginning is written down."""
    others = [pk for pk in request.session.get(POWER_KEY, []) if pk != tenant.pk]
    request.session[POWER_KEY] = [*others, tenant.pk] if is_on else others
    if is_on:
        _enter_as_staff(request, tenant)
    else:
        request.session[ENTERED_KEY] = [pk for pk in request.session.get(ENTERED_KEY, []) if pk != tenant.pk]


def _enter_as_staff(request: HttpRequest, tenant: Tenant) -> None:
    """Mark the request, and write the entry down once per session and tenant."""
    request.is_entered_as_staff = True  # type: ignore[attr-defined]
    entered = request.session.get(ENTERED_KEY, [])
    if tenant.pk not in entered:
        audit.record(AuditEvent.Verb.ENTERED, tenant=tenant, person=request.user, request=request)
        request.session[ENTERED_KEY] = [*entered, tenant.pk]


def _scoped_stream(parts: Any, request: HttpRequest, tenant: Tenant) -> Iterator[bytes]:
    """Draw each part of a streaming answer inside the scope; end it soon after the person lost the right."""
    iterator = iter(parts)
    checked_at = time.monotonic()
    try:
        while True:
            if time.monotonic() - checked_at > STREAM_RECHECK_S:
                if not still_allowed(request, tenant):
                    return
                checked_at = time.monotonic()
            with tenant_scope(tenant):
                part = next(iterator, None)
            if part is None:
                return
            yield part
    finally:
        if hasattr(parts, "close"):
            parts.close()


def still_allowed(request: HttpRequest, tenant: Tenant) -> bool:
    """Whether the session still stands and the person still belongs to the tenant."""
    person = Person.objects.filter(pk=request.user.pk or 0, is_active=True).first()
    key = request.session.session_key or ""
    return (
        person is not None and request.session.exists(key) and belonging(person, tenant.slug)[1] is not None
    )


def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")
