"""The act that calls a number that is shown: beside it, and in the menu of a row. It leads to the page that asks first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.lib.numbers import display
from portal.ui import parts
from portal.ui.links import tenant_url
from portal.ui.tables import MenuItem

_CALLABLE = re.compile(r"\+?[0-9]{3,20}")


def call_url(tenant: Any, number: str) -> str:
    """Where a call to the number is asked for; "" for what is no number."""
    if not _CALLABLE.fullmatch(number or ""):
        return ""
    return f"{tenant_url(tenant, 'telephony:call_start')}?{urlencode({'number': number})}"


def call_link(tenant: Any, number: str, *, small: bool = True) -> SafeString:
    """The act beside a number: a sign, or a button with its word. Nothing for what is no number."""
    url = call_url(tenant, number)
    if not url:
        return SafeString("")
    sign = parts.icon("phone-outgoing", size=14)
    if not small:
        return format_html('<a class="btn" href="{}">{}{}</a>', url, sign, _("Call"))
    words = _("Call %(number)s") % {"number": display(number)}
    return format_html(
        '<a class="sb-call-act" href="{}" aria-label="{}" title="{}">{}</a>', url, words, words, sign
    )


def call_items(tenant: Any, numbers: Iterable[str]) -> list[MenuItem]:
    """The same in the menu of a row, each number once."""
    return [
        MenuItem(label=_("Call %(number)s") % {"number": display(one)}, url=url, icon="phone-outgoing")
        for one in dict.fromkeys(numbers)
        if (url := call_url(tenant, one))
    ]
