"""Where a person finds an operation: data of each provider, drawn by pages that know no provider.

    Offer(operation="device.quickcall", spot=Spot.OBJECT, kind="device")

stands in the menu of each device's page and leads to the operation's form, its address filled in. What a page shows in
a part of its own (a board, a player, a panel) is offered there with `is_own`: the page draws the control itself, and a
test looks whether it does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from telephony.providers.operations import Text


class Spot(StrEnum):
    """The kinds of page that offer operations."""

    OBJECT = "object"  # one object of `kind`
    LIST = "list"  # all objects of `kind`
    CONNECTION = "connection"  # the page of the connection
    ACCOUNT = "account"  # what the account has and owes: limits, plans, balance
    NUMBERS = "numbers"  # the list of numbers
    NUMBER_SEARCH = "number_search"  # the search for numbers to order
    PORTS = "ports"  # the board of port requests
    CALL = "call"  # one call with its records


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One operation on one kind of page.

    kind       of the object or the list
    document   values that the object's document gives: parameter by dotted place
    group      heading in the menu
    is_own     the page has a control of its own for it
    """

    operation: str
    spot: Spot
    kind: str = ""
    document: Mapping[str, str] = field(default_factory=dict, hash=False)
    group: Text = ""
    is_own: bool = False
