"""What may be done with a number that is shown: one menu, beside the number and in the menu of a row.

Every item leads to a page of its own, which asks before anything is done; with script it opens over the page. What a
request's person may do: `telephony.menu.number_acts_of`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, quote_plus

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from portal.lib.numbers import display
from portal.ui import parts
from portal.ui.menus import blank, row_menu
from portal.ui.tables import MenuItem
from telephony.providers.calling import Act
from telephony.providers.operations import Text

_NUMBER = re.compile(r"\+?[0-9]{3,20}")
_TELEPHONE = re.compile(r"\+[0-9]{7,20}")  # what is no extension


class NumberSort(StrEnum):
    """What can be done with a number by its look."""

    NONE = "none"  # no number: withheld, an address
    SHORT = "short"
    TELEPHONE = "telephone"


def sort_of(number: str) -> NumberSort:
    if _TELEPHONE.fullmatch(number):
        return NumberSort.TELEPHONE
    return NumberSort.SHORT if _NUMBER.fullmatch(number) else NumberSort.NONE


def blanks_of(number: str) -> dict[str, str]:
    """The texts of a row's number in a menu that rows share: as people read it, in a query, in a path."""
    if _TELEPHONE.fullmatch(number):  # of these the quoted forms are known
        return {"shown": display(number), "query": f"%2B{number[1:]}", "path": number}
    return {"shown": display(number), "query": quote_plus(number), "path": quote(number, safe="+")}


@dataclass(frozen=True, kw_only=True)
class Offered:
    """One act as a menu shows it. `sentence` may hold %(number)s; `heading` is where no number is given yet."""

    act: Act
    url_name: str
    icon: str
    word: Text
    sentence: Text
    heading: Text


OFFERED = (
    Offered(
        act=Act.CALL,
        url_name="telephony:call_start",
        icon="phone-outgoing",
        word=pgettext_lazy("verb", "Call"),
        sentence=gettext_lazy("Call %(number)s"),
        heading=gettext_lazy("Call a number"),
    ),
    Offered(
        act=Act.TEXT,
        url_name="telephony:text_send",
        icon="message",
        word=pgettext_lazy("verb", "Text"),
        sentence=gettext_lazy("Text %(number)s"),
        heading=gettext_lazy("Send a text"),
    ),
    Offered(
        act=Act.JOIN,
        url_name="telephony:call_join",
        icon="arrows-join",
        word=gettext_lazy("Connect with another"),
        sentence=gettext_lazy("Connect with another number"),
        heading=gettext_lazy("Connect two numbers"),
    ),
)


class NumberActs:
    """The acts that a request's person may do here; false where there are none."""

    def __init__(self, offered: Iterable[tuple[Offered, str]] = ()) -> None:
        """offered   each with the address of its page"""
        self.offered = [(one, url, str(one.sentence)) for one, url in offered]

    def __bool__(self) -> bool:
        return bool(self.offered)

    def items(self, numbers: Iterable[str]) -> list[MenuItem]:
        """In the menu of a row: what can be done with each of its numbers, each number once."""
        each = list(dict.fromkeys(numbers))
        return [item for one in each for item in self._items(one, is_one_of_many=len(each) > 1)]

    def blank_items(self, sort: NumberSort) -> list[MenuItem]:
        """In a menu that rows share: what can be done with the one number of each, whose texts are `blanks_of`."""
        return self._written(self._fitting(sort), blank("shown"), blank("query"))

    def beside(self, number: str) -> SafeString:
        """The menu beside a number; nothing for what is none."""
        items = self._items(number)
        if not items:
            return SafeString("")
        label = _("Acts with %(number)s") % {"number": display(number)}
        return row_menu(items, SafeString(""), label=label, icon="phone-outgoing", css="sb-call-act")

    def buttons(self, number: str) -> SafeString:
        """Buttons with their words, for the head of a page that is about the number."""
        return format_html_join(
            "",
            '<a class="btn" href="{}" data-dialog aria-label="{}">{}{}</a>',
            (
                (item.url, item.label, parts.icon(item.icon, size=14), one.word)
                for item, (one, _url, _text) in zip(
                    self._items(number), self._fitting(sort_of(number)), strict=True
                )
            ),
        )

    def _items(self, number: str, *, is_one_of_many: bool = False) -> list[MenuItem]:
        fitting = self._fitting(sort_of(number), is_one_of_many=is_one_of_many)
        return self._written(fitting, display(number), quote_plus(number)) if fitting else []

    def _fitting(self, sort: NumberSort, *, is_one_of_many: bool = False) -> list[tuple[Offered, str, str]]:
        """Extensions are called; nobody texts them. Words without the number are for a row of one number."""
        if sort is NumberSort.NONE:
            return []
        return [
            (one, url, text)
            for one, url, text in self.offered
            if (sort is NumberSort.TELEPHONE or one.act == Act.CALL)
            and not (is_one_of_many and one.act == Act.JOIN)
        ]

    def _written(self, fitting: Iterable[tuple[Offered, str, str]], shown: str, query: str) -> list[MenuItem]:
        """`shown` as people read the number, `query` quoted."""
        return [
            MenuItem(
                label=text % {"number": shown}, url=f"{url}?number={query}", icon=one.icon, in_dialog=True
            )
            for one, url, text in fitting
        ]


NO_ACTS = NumberActs()
