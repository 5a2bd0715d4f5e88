"""The act that blocks a number where it is seen, beside it or in the menu of a row: it leads to the page that asks first."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.lib.numbers import display
from portal.ui import parts
from portal.ui.links import tenant_url
from portal.ui.menus import blank
from portal.ui.tables import MenuItem


def can_be_blocked(number: str) -> bool:
    """Whether every list takes it: a whole number. Of internal ones it depends (telephony.menu.why_not_block_short)."""
    return number.startswith("+")


def block_url(tenant: Any, number: str, line_id: int | None = None) -> str:
    """Where blocking the number is asked for, on a line first."""
    page = tenant_url(tenant, "telephony:number_block", e164=number)
    return f"{page}?{urlencode({'where': 'line', 'line': str(line_id)})}" if line_id else page


def block_link(tenant: Any, number: str, line: Any = None, *, small: bool = True) -> SafeString:
    """The act beside a number: a sign, or a button with its word."""
    url = block_url(tenant, number, getattr(line, "pk", line))
    sign = parts.icon("ban", size=14)
    if not small:
        return format_html('<a class="btn" href="{}">{}{}</a>', url, sign, _("Block"))
    words = _("Block %(number)s") % {"number": display(number)}
    return format_html(
        '<a class="sb-call-act" href="{}" aria-label="{}" title="{}">{}</a>', url, words, words, sign
    )


def blank_block_item(tenant: Any, *, has_line: bool = False) -> MenuItem:
    """The same in a menu that rows share: with the blanks of a number, and `line`, the id of the line called."""
    page = tenant_url(tenant, "telephony:number_block", e164=blank("path"))
    url = f"{page}?where=line&line={blank('line')}" if has_line else page
    return MenuItem(label=_("Block %(number)s") % {"number": blank("shown")}, url=url, icon="ban")
