"""Menus that rows share are what each row's own would be."""

from __future__ import annotations

from django.utils.safestring import SafeString

from portal.ui.menus import MenuPattern, blank, row_menu
from portal.ui.tables import MenuItem

NONE = SafeString("")


def acts(shown: str, query: str) -> list[MenuItem]:
    return [
        MenuItem(label=f"Call {shown}", url=f"/call/?number={query}&rate=100%25", in_dialog=True),
        MenuItem(label="50 % <done>", url=f"/done/{query}/", is_post=True),
    ]


def test_a_shared_menu_is_filled_in_as_each_row_would_draw_it():
    pattern = MenuPattern(row_menu(acts(blank("shown"), blank("query")), NONE), ["shown", "query"])

    for shown, query in [("+33 1", "%2B331"), ("<b>&'\"", "%3Cb%3E"), ("%(query)s", "0")]:
        assert pattern.filled({"shown": shown, "query": query}) == row_menu(acts(shown, query), NONE)
