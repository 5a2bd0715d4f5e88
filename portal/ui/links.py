"""Addresses inside a tenant, and back to where a person came from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.http import url_has_allowed_host_and_scheme

_SAFE = "!$&'()*+,;=~:@"  # as `reverse` leaves it
MARK = 8_070_605_040_302_010  # an id that stands for any


class HasSlug(Protocol):
    slug: str


def tenant_url(tenant: HasSlug, name: str, **kwargs: Any) -> str:
    """`tenant_url(tenant, "telephony:call_detail", pk=7)` is "/t/corvane/calls/7/"."""
    if kwargs.keys() == {"pk"} and type(kwargs["pk"]) is int:
        before, after = around_pk(tenant, name)
        return f"{before}{kwargs['pk']}{after}"
    if not kwargs and (known := page_url(name, tenant)):
        return known
    return reverse(name, kwargs={"slug": tenant.slug, **kwargs})


def page_url(name: str, tenant: HasSlug | None = None) -> str | None:
    """The address of a page that takes a tenant at most; None where this installation has no such page."""
    return _page_url(name, tenant.slug if tenant else "", *site())


@lru_cache(maxsize=16_384)
def _page_url(name: str, slug: str, urlconf: str, prefix: str) -> str | None:
    try:
        return reverse(name, kwargs={"slug": slug} if slug else None)
    except NoReverseMatch:
        return None


def page_urls(names: Sequence[str], tenant: HasSlug | None = None) -> list[str | None]:
    """Several of `page_url`; where the tenant has no such page, the one outside tenants."""
    where = site()
    slug = tenant.slug if tenant else ""
    return [
        _page_url(name, slug, *where) or (_page_url(name, "", *where) if slug else None) for name in names
    ]


def around_pk(tenant: HasSlug, name: str) -> tuple[str, str]:
    """An address's text before and after the id of a row, for who writes many: ("/t/corvane/calls/", "/")."""
    return _around_pk(tenant.slug, name, *site())


@lru_cache(maxsize=4096)
def _around_pk(slug: str, name: str, urlconf: str, prefix: str) -> tuple[str, str]:
    before, _found, after = reverse(name, kwargs={"slug": slug, "pk": MARK}).rpartition(str(MARK))
    return before, after


def each_url(tenant: HasSlug, name: str, key: str, **others: str) -> Callable[[str], str]:
    """`tenant_url` with one value left open, a text without slashes, for who writes many."""
    before, after = _around_text(tenant.slug, name, key, tuple(sorted(others.items())), *site())
    return lambda value: f"{before}{quote(value, safe=_SAFE)}{after}"


@lru_cache(maxsize=1024)
def _around_text(
    slug: str, name: str, key: str, others: tuple[tuple[str, str], ...], urlconf: str, prefix: str
) -> tuple[str, str]:
    values = {"slug": slug, **dict(others), key: str(MARK)}
    before, _found, after = reverse(name, kwargs=values).rpartition(str(MARK))
    return before, after


def site() -> tuple[str, str]:
    """What every remembered address depends on besides its name."""
    return get_urlconf() or settings.ROOT_URLCONF, get_script_prefix()


def query_with(request: HttpRequest, **changes: str | None) -> str:
    """The request's query with other values, "?sort=name&q=7"; None takes a parameter away."""
    query = {**dict(request.GET.lists()), **changes}
    text = urlencode({name: value for name, value in query.items() if value is not None}, doseq=True)
    return f"?{text}"


def next_url(request: HttpRequest, default: str = "/") -> str:
    """Where a form asked to go on to (`next`), else the page it came from; never another host."""
    for candidate in (request.POST.get("next"), request.GET.get("next"), request.headers.get("referer")):
        if candidate and url_has_allowed_host_and_scheme(
            candidate, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            return candidate
    return default
