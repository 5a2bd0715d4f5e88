"""The menu is data. Apps add entries from `ready()`; a page asks for the items that this request may see.

add("tenant", Entry(label=_("Calls"), url_name="telephony:call_list", icon="phone", order=20, right=Right.CALLS_LIST))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from django.http import HttpRequest
from django.utils.functional import Promise

from portal.ui.links import page_urls

Menu = Literal["tenant", "staff", "person", "acts"]


@dataclass(frozen=True)
class Badge:
    """A count beside an entry. `label` says it in words for those who do not see the colour."""

    text: str
    tone: Literal["", "warn", "bad"] = ""
    label: str | Promise = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Entry:
    """One line of a menu. `right` must be among `request.rights`; `shown` and `badge` look at the request.

    Entries are told apart by identity: to compare their labels would translate them.
    """

    label: str | Promise
    url_name: str
    order: int
    icon: str = ""
    is_sub: bool = False
    has_gap: bool = False
    is_exact: bool = False
    right: Any = None
    shown: Callable[[HttpRequest], bool] | None = None
    badge: Callable[[HttpRequest], Badge | None] | None = None


@dataclass(frozen=True)
class Item:
    """An entry as this request sees it."""

    entry: Entry
    url: str
    badge: Badge | None = field(default=None)
    is_current: bool = False


_menus: dict[str, list[Entry]] = {"tenant": [], "staff": [], "person": [], "acts": []}


def add(menu: Menu, *entries: Entry) -> None:
    """Put entries into a menu, in their order; an entry of the same address is replaced."""
    known = {entry.url_name: entry for entry in _menus[menu]} | {entry.url_name: entry for entry in entries}
    _menus[menu] = sorted(known.values(), key=lambda entry: entry.order)


def may_see(request: HttpRequest, entry: Entry) -> bool:
    if entry.right is not None and entry.right not in getattr(request, "rights", ()):
        return False
    return entry.shown is None or entry.shown(request)


def items(request: HttpRequest, menu: Menu) -> tuple[Item, ...]:
    """What the request may see of a menu, with the one entry marked that the page belongs to.

    By its address, or by what the page says itself: `request.menu_entry` is the `url_name` of an entry.
    """
    entries = _menus[menu]
    urls = page_urls([entry.url_name for entry in entries], getattr(request, "tenant", None))
    visible = [
        (entry, url)
        for entry, url in zip(entries, urls, strict=True)
        if url is not None and may_see(request, entry)
    ]
    matching = [
        url
        for entry, url in visible
        if request.path == url or (not entry.is_exact and request.path.startswith(url))
    ]
    named = getattr(request, "menu_entry", "")
    own = next((url for entry, url in visible if entry.url_name == named), None)
    current = own or max(matching, key=len, default=None)
    return tuple(
        Item(entry, url, entry.badge(request) if entry.badge else None, is_current=url == current)
        for entry, url in visible
    )
