"""A browser without a screen: cookies, forms and redirections, for the demo's own errands on this machine."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from html import unescape
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

TIMEOUT_S = 30


class UnexpectedPage(Exception):
    """A page was not the one that this errand knows."""


@dataclass(frozen=True)
class Page:
    """What came back. `location` is set when the answer was a redirection."""

    url: str
    status: int
    text: str
    location: str = ""

    def found(self, pattern: str) -> str:
        """The first group of a pattern that the page must hold. Raises UnexpectedPage."""
        found = re.search(pattern, self.text)
        if not found:
            raise UnexpectedPage(f"{self.url} ({self.status}) does not hold {pattern}")
        return unescape(found[1])


class StayHere(urllib.request.HTTPRedirectHandler):
    """Hands a redirection back instead of following it."""

    def redirect_request(self, *arguments: Any, **options: Any) -> None:
        return None


class Window:
    """One person's cookies."""

    def __init__(self) -> None:
        self._opener = urllib.request.build_opener(
            StayHere(), urllib.request.HTTPCookieProcessor(CookieJar()), urllib.request.ProxyHandler({})
        )

    def ask(self, url: str, form: dict[str, str] | None = None) -> Page:
        """One request. Browsers name the page they come from, and Django wants to hear it."""
        body = urlencode(form).encode() if form is not None else None
        request = urllib.request.Request(url, body, {"Referer": url, "Accept": "text/html,*/*"})
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as answer:
                return Page(url, answer.status, answer.read().decode(errors="replace"))
        except urllib.error.HTTPError as error:
            location = error.headers.get("Location", "") if 300 <= error.code < 400 else ""
            target = urljoin(url, location) if location else ""
            return Page(url, error.code, error.read().decode(errors="replace"), target)

    def go(self, url: str, form: dict[str, str] | None = None) -> Page:
        """As `ask`, following redirections."""
        page = self.ask(url, form)
        for _ in range(10):
            if not page.location:
                return page
            page = self.ask(page.location)
        raise UnexpectedPage(f"{url} leads round in circles")


def control(sandbox: str, what: str, wish: dict[str, Any] | None = None) -> dict[str, Any]:
    """One order to the sandbox, or without a wish one question, and its answer."""
    body = None if wish is None else json.dumps(wish).encode()
    request = urllib.request.Request(f"{sandbox}/_control/{what}", body, {"Content-Type": "application/json"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=TIMEOUT_S) as answer:
        return json.load(answer)


def allow_at_keyyo(authorization_url: str, login: str, password: str) -> dict[str, str]:
    """Sign in at Keyyo's authorization page and allow. Returns what the portal is called back with: code and state."""
    window = Window()
    page = window.go(authorization_url)
    for pressed in ({"action": "login", "login": login, "password": password}, {"action": "allow"}):
        where = urljoin(page.url, page.found(r'<form method="post" action="([^"]+)"'))
        answer = window.ask(where, {"csrf": page.found(r'name="csrf" value="([^"]+)"'), **pressed})
        if not answer.location:
            raise UnexpectedPage(f"{login} was not let in: status {answer.status}")
        if pressed["action"] == "login":
            page = window.go(answer.location)
    query = {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}
    if "code" not in query:
        raise UnexpectedPage(f"{login} was sent back without a code")
    return query
