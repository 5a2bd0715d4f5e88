"""Addresses inside a tenant, and back to where a person came from."""

from __future__ import annotations

from typing import Any, Protocol

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


class HasSlug(Protocol):
    slug: str


def tenant_url(tenant: HasSlug, name: str, **kwargs: Any) -> str:
    """`tenant_url(tenant, "telephony:call_detail", pk=7)` is "/t/corvane/calls/7/"."""
    return reverse(name, kwargs={"slug": tenant.slug, **kwargs})


def next_url(request: HttpRequest, default: str = "/") -> str:
    """Where a form asked to go on to (`next`), else the page it came from; never another host."""
    for candidate in (request.POST.get("next"), request.GET.get("next"), request.headers.get("referer")):
        if candidate and url_has_allowed_host_and_scheme(
            candidate, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            return candidate
    return default
