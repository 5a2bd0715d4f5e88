"""What every page's frame needs: theme, menus, the tenants one may change to, jobs in progress.

The toolkit knows no tenants and no jobs; apps hand in how to find them with `configure`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise

from portal.ui import links, navigation

THEMES = ("system", "light", "dark")
THEME_COOKIE = "theme"


@dataclass(frozen=True, kw_only=True)
class TenantChoice:
    """One line of the tenant switcher; `url` keeps the kind of page where it can."""

    name: str
    url: str
    initials: str
    note: str | Promise = ""
    is_current: bool = False


@dataclass
class Hooks:
    tenants: Callable[[HttpRequest], Sequence[TenantChoice]] | None = None
    tenant_note: Callable[[HttpRequest], str] | None = None
    search_url_name: str = ""
    jobs_url_name: str = ""
    numbers_url_name: str = ""
    export_url: Callable[[HttpRequest], str] | None = None


hooks = Hooks()


def notation_of(person: Any, tenant: Any) -> dict[str, Any]:
    """How the person reads numbers, the country whose national notation is meant, and where numbers lead.

    It is what `formats.number` and `formats.who` take besides a number. A number's page stands below the list of numbers.
    """
    pages = links.page_url(hooks.numbers_url_name, tenant) if hooks.numbers_url_name and tenant else None
    return {
        "notation": getattr(person, "notation", "international"),
        "region": getattr(tenant, "region", "FR"),
        "pages": pages or "",
    }


def configure(**values: Any) -> None:
    """Hand in a hook by name (see Hooks); called from an app's `ready()`."""
    for name, value in values.items():
        if not hasattr(hooks, name):
            raise TypeError(f"the shell has no hook {name}")
        setattr(hooks, name, value)


class Shell:
    """The frame of one request, worked out only as far as the template asks."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def tenant(self) -> Any:
        return getattr(self.request, "tenant", None)

    @cached_property
    def person(self) -> Any:
        user = getattr(self.request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @property
    def theme(self) -> str:
        """system, light or dark: the person's own, else that of this browser."""
        wish = getattr(self.person, "theme", "") or self.request.COOKIES.get(THEME_COOKIE, "")
        return wish if wish in THEMES else "system"

    @property
    def base_name(self) -> str:
        """The frame that fits whoever asks, for pages that anybody may meet (errors)."""
        if self.tenant is not None and self.person is not None:
            return "base_tenant.html"
        if self.person is not None and self.person.is_staff:
            return "base_staff.html"
        return "base_signed_out.html"

    @property
    def person_name(self) -> str:
        return str(self.person)

    @cached_property
    def nav(self) -> tuple[navigation.Item, ...]:
        return navigation.items(self.request, "tenant")

    @cached_property
    def staff_nav(self) -> tuple[navigation.Item, ...]:
        return navigation.items(self.request, "staff")

    @cached_property
    def person_nav(self) -> tuple[navigation.Item, ...]:
        return navigation.items(self.request, "person")

    @cached_property
    def acts_nav(self) -> tuple[navigation.Item, ...]:
        """What can be done from any page: it opens over it."""
        return navigation.items(self.request, "acts")

    @cached_property
    def tenants(self) -> tuple[TenantChoice, ...]:
        return tuple(hooks.tenants(self.request)) if hooks.tenants and self.person else ()

    @cached_property
    def tenant_note(self) -> str:
        if hooks.tenant_note and self.tenant is not None:
            return hooks.tenant_note(self.request)
        operator = getattr(self.tenant, "operator_name", "")
        return operator

    def _tenant_address(self, name: str) -> str:
        return (links.page_url(name, self.tenant) or "") if name and self.tenant is not None else ""

    @property
    def search_url(self) -> str:
        return self._tenant_address(hooks.search_url_name)

    @property
    def jobs_url(self) -> str:
        return self._tenant_address(hooks.jobs_url_name)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `shell` in every template."""
    return {"shell": Shell(request)}
