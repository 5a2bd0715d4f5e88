"""Charges as a cluster with bookkeeping has them: a quote in 402 until the client accepts (facts, section 4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from telephony.providers.kazoo.sandbox.documents import MISSING, Document, at
from telephony.providers.kazoo.sandbox.refusals import Refused
from telephony.providers.kazoo.sandbox.settings import MIDDLE, NEW

if TYPE_CHECKING:
    from telephony.providers.kazoo.sandbox.call import Call


@dataclass(frozen=True)
class Item:
    """Something a plan may price: `more` of it are wanted, `held` are there already."""

    category: str
    item: str
    more: int = 1
    held: int = 0


def charge(call: Call, items: Iterable[Item]) -> None:
    """Raises Refused 402 with the quote when these cost something and the client has not accepted it."""
    if call.accepts_charges or not call.setting("charges"):
        return
    lines = [
        line for item in items if item.more > 0 and (line := _line(price_of(call, item), item)) is not None
    ]
    if lines:
        raise Refused(402, "accept charges", quote(call, lines))


def plans_of(call: Call, account_id: str = "") -> dict[str, Document]:
    """The service plans assigned to an account, by id, out of those its reseller offers."""
    account = call.state["accounts"][account_id or call.account_id]
    offered = offers_of(call, account_id)
    assigned = account["one"].get("services", {}).get("doc", {}).get("plans", {})
    return {plan_id: offered[plan_id]["doc"] for plan_id in assigned if plan_id in offered}


def offers_of(call: Call, account_id: str = "") -> dict[str, Any]:
    """The plans that may be assigned: those of the account's reseller (the master's own for the master)."""
    accounts = call.state["accounts"]
    chosen = accounts[account_id or call.account_id]
    seller = accounts.get(chosen["pvt"].get("reseller_id", ""), chosen)
    found: dict[str, Any] = seller["docs"].get("service_plans", {})
    return found


def price_of(call: Call, item: Item) -> Document:
    """What the account's plans say of an item: {"rate", "activation_charge", ...}, {} where it is free."""
    for plan in plans_of(call).values():
        category = at(plan, f"plan.{item.category}")
        if not isinstance(category, dict):
            continue
        for name in (item.item, "_all"):
            if isinstance(price := category.get(name), dict):
                return price
    return {}


def _line(price: Document, item: Item) -> Document | None:
    rate, activation = amount(price, "rate"), amount(price, "activation_charge")
    quantity = item.held + item.more
    free = price.get("minimum")
    if not rate and not activation or (isinstance(free, int) and quantity <= free):
        return None
    return {
        "category": item.category,
        "item": item.item,
        "quantity": quantity,
        "rate": rate,
        "single_discount": False,
        "single_discount_rate": 0.0,
        "cumulative_discount": 0,
        "cumulative_discount_rate": 0.0,
        "activation_charges": activation * item.more,
    }


def amount(price: Document, name: str) -> float:
    value = price.get(name, 0)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def quote(call: Call, lines: Sequence[Document]) -> Document:
    """The quote in the words of the server's generation."""
    activation = round(sum(line["activation_charges"] for line in lines), 4)
    if call.generation in (MIDDLE, NEW):
        recurring = round(sum(line["rate"] * line["quantity"] for line in lines), 4)
        items = [{**line, "changes": {"type": "modified", "difference": {"quantity": 1}}} for line in lines]
        return {
            "summary": {"today": activation, "recurring": recurring},
            "invoices": [{"bookkeeper": {"type": "sandbox"}, "summary": {"today": activation, "recurring": recurring},
                          "items": items, "activation_charges": activation}],
        }  # fmt: skip
    by_category: Document = {}
    for line in lines:
        by_category.setdefault(line["category"], {})[line["item"]] = line
    return {**by_category, "activation_charges": activation}


def held(call: Call, collection: str, path: str, value: str) -> int:
    """How many documents of a collection say `value` at a path."""
    return sum(1 for entry in call.docs(collection).values() if at(entry["doc"], path) in (value, MISSING))
