"""The acts of a row, or of one thing beside its name, behind a sign; and menus that many rows share but for some texts."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from html import escape
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.ui import parts

_MARK = secrets.token_hex(16)  # what no text of ours or of anybody else's holds

NO_TOKEN = SafeString("")  # where no item posts


def blank(name: str) -> str:
    """What stands in a menu's addresses and words for a text that each row fills in: quoting leaves it as it is."""
    return f"{_MARK}{name}"


class MenuPattern:
    """A menu drawn once, with blanks: a page of fifty rows of the same acts would draw each of them fifty times."""

    def __init__(self, html: str, names: Iterable[str]) -> None:
        """html   with `blank(name)` for some of the names"""
        self._pattern = html.replace("%", "%%")
        for name in names:
            self._pattern = self._pattern.replace(blank(name), f"%({name})s")

    def filled(self, texts: Mapping[str, str]) -> SafeString:
        """The menu of a row; a text is quoted already where it is part of an address."""
        return SafeString(self._pattern % {name: escape(text) for name, text in texts.items()})


class SharedMenus:
    """The menus of rows of a few kinds, each kind drawn for the first row of it."""

    def __init__(
        self, items_of: Callable[[Any], Sequence[Any]], csrf: SafeString = NO_TOKEN, **look: str
    ) -> None:
        """items_of   the menu of a kind, with blanks; `look` as of `row_menu`"""
        self._items_of, self._csrf, self._look = items_of, csrf, look
        self._patterns: dict[Hashable, MenuPattern] = {}

    def html(self, kind: Hashable, texts: Mapping[str, str]) -> SafeString:
        """The menu of a row; nothing where there is nothing to do."""
        pattern = self._patterns.get(kind)
        if pattern is None:
            items = self._items_of(kind)
            drawn = row_menu(items, self._csrf, **self._look) if items else ""
            pattern = self._patterns[kind] = MenuPattern(drawn, texts)
        return pattern.filled(texts)


def row_menu(
    items: Iterable[Any],
    csrf: SafeString,
    *,
    label: str = "",
    icon: str = "dots",
    css: str = "btn btn-quiet btn-xs",
) -> SafeString:
    """The acts of one row, or of one thing beside its name, behind a sign; opens without script."""
    return format_html(
        '<details class="sb-menu" data-menu><summary class="{}" aria-label="{}">{}</summary>'
        '<div class="sb-pop">{}</div></details>',
        css,
        label or _("Actions"),
        parts.icon(icon, size=14),
        format_html_join("", "{}", ((_act(item, csrf),) for item in items)),
    )


def _act(item: Any, csrf: SafeString) -> SafeString:
    css = "sb-item bad" if item.is_bad else "sb-item"
    sign = parts.icon(item.icon) if item.icon else ""
    if not item.is_post:
        hook = SafeString(" data-dialog") if item.in_dialog else ""
        return format_html('<a class="{}" href="{}"{}>{}{}</a>', css, item.url, hook, sign, item.label)
    return format_html(
        '<form method="post" action="{}">{}<button class="{}">{}{}</button></form>',
        item.url,
        csrf,
        css,
        sign,
        item.label,
    )
