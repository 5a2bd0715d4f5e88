"""`demo --check`: asks every page of a running demo as two of its people, following the links that they see."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from functools import cache
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from portal.demo import PASSWORD, TOTP_SECRET, people
from portal.demo.processes import Processes
from portal.demo.window import Page, UnexpectedPage, Window

CSRF = r'name="csrfmiddlewaretoken" value="([^"]+)"'
AS = ("maud@corvane.example", "tom@telvane.example")
SAMPLES = 3  # pages of one view in one tenant; the thousandth call looks like the third
MOST_PAGES = 600
REFUSALS = (400, 403, 404, 405)


def walk(processes: Processes, out: Any) -> int:
    """Ask, say what failed, and return how many pages did."""
    failures: list[str] = []
    reached: set[str] = set()
    log = processes.supervisor.logs / "web.log"
    before = log.stat().st_size
    for email in AS:
        asked = 0
        for view, page in pages_of(processes.web_url, email):
            asked += 1
            reached.add(view)
            if page.status >= 400:
                failures.append(f"{page.status} {page.url} as {email}")
        out.write(f"  {email}: {asked} pages asked")
    said = log.read_bytes()[before:].decode(errors="replace")
    if "Traceback (most recent call last)" in said:
        failures.append(f"{log} holds a traceback")
    for failure in failures:
        out.write(f"  FAILED {failure}")
    unseen = sorted(view_names() - reached)
    out.write(
        f"  {len(reached)} views reached, {len(failures)} failures. Not linked from a page: {', '.join(unseen)}"
    )
    return len(failures)


def sign_in(base: str, email: str) -> Window:
    """A window that is signed in, by the form and, for platform staff, a one-time code."""
    window = Window()
    page = window.go(f"{base}/accounts/login/")
    form = {"login": email, "password": PASSWORD, "csrfmiddlewaretoken": page.found(CSRF)}
    page = window.go(page.url, form)
    if any(person.email == email and person.is_staff for person in people.PEOPLE):
        form = {"code": one_time_code(TOTP_SECRET), "csrfmiddlewaretoken": page.found(CSRF)}
        page = window.go(page.url, form)
    if page.status >= 400 or "/accounts/" in urlsplit(page.url).path:
        raise UnexpectedPage(f"{email} could not sign in: {page.status} at {page.url}")
    return window


def one_time_code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def pages_of(base: str, email: str) -> Iterator[tuple[str, Page]]:
    """View name and page of everything that links lead this person to, a few of each view and tenant."""
    window = sign_in(base, email)
    unlinked = {f"{base}{path}" for path in fixed_paths()}
    waiting = deque([f"{base}/", *sorted(unlinked)])
    seen: set[str] = set()
    taken: Counter[tuple[str, str]] = Counter()
    while waiting and sum(taken.values()) < MOST_PAGES:
        url = waiting.popleft()
        view, tenant = place_of(url)
        if taken[view, tenant] >= SAMPLES or view in ("account_logout",):
            continue
        taken[view, tenant] += 1
        page = window.go(url)
        if url in unlinked and url not in seen and page.status in REFUSALS:
            continue  # nobody is led there: a page for others, or for POST only
        seen.add(url)
        yield view, page
        for link in re.findall(r'(?:href|hx-get|data-src)="([^"#]+)', page.text):
            target = urljoin(page.url, unescape(link)).partition("#")[0]
            if target.startswith(f"{base}/") and target not in seen and place_of(target)[0]:
                seen.add(target)
                waiting.append(target)


def place_of(url: str) -> tuple[str, str]:
    """The view's name and the tenant's slug of a path of ours; empty names where there are none."""
    return _place_at(urlsplit(url).path)


@cache  # the same few thousand paths stand on every page, with one query or another
def _place_at(path: str) -> tuple[str, str]:
    try:
        match = resolve(path)
    except Resolver404:
        return "", ""
    return match.view_name or "", str(match.kwargs.get("slug", ""))


def fixed_paths() -> list[str]:
    """Paths without parameters that any page could lead to."""
    return [path for name, path in _named() if "<" not in path and name != "account_logout"]


def view_names() -> set[str]:
    return {name for name, _ in _named()}


def _named(
    resolver: URLResolver | None = None, prefix: str = "/", space: str = ""
) -> Iterator[tuple[str, str]]:
    """Name and route of every path of our own apps and of the sign-in; the admin site is Django's to test."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            if entry.namespace != "admin":
                inner = ":".join(filter(None, [space, entry.namespace]))
                yield from _named(entry, route, inner)
        elif isinstance(entry, URLPattern) and entry.name:
            yield ":".join(filter(None, [space, entry.name])), route
