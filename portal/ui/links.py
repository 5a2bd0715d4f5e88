"""Addresses inside a tenant, and back to where a person came from."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Protocol

from django.http import HttpRequest
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.http import url_has_allowed_host_and_scheme

MARK = 8_070_605_040_302_010  # an id that stands for any


class HasSlug(Protocol):
    slug: str


def tenant_url(tenant: HasSlug, name: str, **kwargs: Any) -> str:
    """`tenant_url(tenant, "telephony:call_detail", pk=7)` is "/t/corvane/calls/7/"."""
    if kwargs.keys() == {"pk"} and type(kwargs["pk"]) is int:
        before, after = around_pk(tenant, name)
        return f"{before}{kwargs['pk']}{after}"
    return reverse(name, kwargs={"slug": tenant.slug, **kwargs})


def around_pk(tenant: HasSlug, name: str) -> tuple[str, str]:
    """An address's text before and after the id of a row, for who writes many: ("/t/corvane/calls/", "/")."""
    return _around_pk(tenant.slug, name, get_urlconf(), get_script_prefix())


@lru_cache(maxsize=4096)
def _around_pk(slug: str, name: str, urlconf: str | None, prefix: str) -> tuple[str, str]:
    before, _found, after = reverse(name, kwargs={"slug": slug, "pk": MARK}).rpartition(str(MARK))
    return before, after


def next_url(request: HttpRequest, default: str = "/") -> str:
    """Where a form asked to go on to (`next`), else the page it came from; never another host."""
    for candidate in (request.POST.get("next"), request.GET.get("next"), request.headers.get("referer")):
        if candidate and url_has_allowed_host_and_scheme(
            candidate, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            return candidate
    return default
