"""What can be done with whom a call was with, in menus that calls share: in the history, and on the board of calls now."""

from __future__ import annotations

from typing import Any, NamedTuple

from portal.ui.tables import MenuItem
from telephony.models.calls import Direction
from telephony.tables.blocking import blank_block_item, can_be_blocked
from telephony.tables.number_acts import NumberActs, NumberSort, sort_of


class CallMenu(NamedTuple):
    """What the menu of a call depends on. `has_line`: its row fills in the blank "line", where to block first."""

    sort: NumberSort
    can_block: bool = False
    has_line: bool = False


def call_menu(number: str, direction: str, *, may_block: bool, has_line: bool = False) -> CallMenu:
    """Who called can be blocked."""
    can_block = may_block and direction == Direction.INBOUND and can_be_blocked(number)
    return CallMenu(sort_of(number), can_block, can_block and has_line)


def items_of(kind: CallMenu, acts: NumberActs, tenant: Any) -> list[MenuItem]:
    """The menu, with the blanks of `number_acts.blanks_of` and "line"."""
    items = acts.blank_items(kind.sort)
    if kind.can_block:
        items.append(blank_block_item(tenant, has_line=kind.has_line))
    return items
