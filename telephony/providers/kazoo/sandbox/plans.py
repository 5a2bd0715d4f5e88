"""Service plans up to 4.2, and `services` from 4.3 on: the same assignments seen twice (facts, section 7)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping

from telephony.providers.kazoo.sandbox import lists
from telephony.providers.kazoo.sandbox.answers import Answer, raw
from telephony.providers.kazoo.sandbox.call import Call, descendants
from telephony.providers.kazoo.sandbox.charges import Item, amount, offers_of, plans_of, price_of
from telephony.providers.kazoo.sandbox.documents import Document, Entry, full, revision, touched
from telephony.providers.kazoo.sandbox.filters import passes
from telephony.providers.kazoo.sandbox.refusals import bad_identifier, wrong
from telephony.providers.kazoo.sandbox.routes import answers

_OLD, _NEW = "/accounts/{}/service_plans", "/accounts/{}/services"
_COLUMNS = ("category", "item", "quantity", "rate")


def _assigned(call: Call) -> dict[str, Document]:
    """The plans in force by id, with the account that offers them."""
    held: dict[str, Document] = call.one("services", {"plans": {}})["doc"]["plans"]
    return held


def _assign(call: Call, plan_id: str) -> None:
    name = offers_of(call)[plan_id]["doc"].get("name", "")
    entry = call.one("services", {"plans": {}})
    entry["doc"]["plans"][plan_id] = {"account_id": _seller(call), "name": name}
    call.keep("services", entry)


def _row(identifier: str, entry: Entry) -> Document:
    document = entry["doc"]
    return {
        "id": identifier,
        **{name: document.get(name, "") for name in ("name", "description", "category")},
    }


def _listed(call: Call, offers: Mapping[str, Entry]) -> Answer:
    rows = [
        lists.Row((str(entry["doc"].get("name", "")).lower(), identifier), _shower(identifier, entry))
        for identifier, entry in offers.items()
        if passes({**entry["doc"], "id": identifier}, entry["pvt"], call.request.query_pairs)
    ]
    return lists.listed(call, rows)


def _shower(identifier: str, entry: Entry) -> Callable[[], Document]:
    return lambda: _row(identifier, entry)


@answers("GET", _OLD)
def list_offers(call: Call) -> Answer:
    """The plans that the account itself offers, if it sells; those it may have, if it does not."""
    return _listed(call, call.docs("service_plans") or offers_of(call))


@answers("GET", _OLD + "/available", _NEW + "/available")
def list_available(call: Call) -> Answer:
    return _listed(call, offers_of(call))


def _offer(call: Call, plan_id: str) -> Entry:
    """A plan that the account offers or may have. Raises Refused 404."""
    found = call.docs("service_plans").get(plan_id) or offers_of(call).get(plan_id)
    if found is None:
        raise bad_identifier(plan_id)
    return found


@answers("GET", _OLD + "/{}", _NEW + "/{}", _OLD + "/available/{}", _NEW + "/available/{}")
def read_plan(call: Call, plan_id: str) -> Answer:
    entry = _offer(call, plan_id)
    return Answer(full(plan_id, entry), revision=revision(entry))


@answers("POST", _OLD + "/{}", _NEW + "/{}")
def add_plan(call: Call, plan_id: str) -> Document:
    call.need_reseller()
    if plan_id not in offers_of(call):
        raise bad_identifier(plan_id)
    _assign(call, plan_id)
    touched(call.account, call.now_g)
    return _current(call)


@answers("DELETE", _OLD + "/{}", _NEW + "/{}")
def remove_plan(call: Call, plan_id: str) -> Document:
    call.need_reseller()
    if plan_id not in _assigned(call):
        raise bad_identifier(plan_id)
    del _assigned(call)[plan_id]
    touched(call.account, call.now_g)
    return _current(call)


@answers("POST", _OLD, _NEW)
def change_plans(call: Call) -> Document:
    """`{"add": [...], "delete": [...]}`, or `{"plans": [...]}`."""
    call.need_reseller()
    added = call.texts("add") or call.texts("plans")
    unknown = [one for one in added if one not in offers_of(call)]
    if unknown:
        raise wrong("add", "not_found", "The plan is not offered to this account", cause=unknown[0])
    for plan_id in call.texts("delete"):
        _assigned(call).pop(plan_id, None)
    for plan_id in added:
        _assign(call, plan_id)
    touched(call.account, call.now_g)
    return _current(call)


@answers("DELETE", _OLD, _NEW)
def remove_plans(call: Call) -> Document:
    """`{"plans": [...]}`"""
    call.need_reseller()
    for plan_id in call.texts("plans"):
        _assigned(call).pop(plan_id, None)
    touched(call.account, call.now_g)
    return _current(call)


@answers("GET", _OLD + "/current", gives=("application/json", "text/csv"))
def read_current(call: Call) -> Answer:
    """As CSV: the priced items alone, one a line."""
    current = _current(call)
    if call.message.wants(("application/json", "text/csv")) != "text/csv":
        return Answer(current)
    lines = [line for items in current["items"].values() for line in items.values()]
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS)
    writer.writeheader()
    writer.writerows(lines)
    return raw(text.getvalue().encode(), "text/csv", "items.csv")


@answers("GET", _NEW)
def read_services(call: Call) -> Document:
    return {
        **_current(call),
        "assigned": {plan_id: {"vendor_id": _seller(call)} for plan_id in _assigned(call)},
    }


def _seller(call: Call) -> str:
    return str(call.account["pvt"].get("reseller_id", ""))


def _current(call: Call) -> Document:
    quantities = _quantities(call, [call.account_id])
    return {
        "account_quantities": quantities,
        "cascade_quantities": _quantities(call, descendants(call.state, call.account_id)),
        "plans": {
            plan_id: {"account_id": _seller(call), **document} for plan_id, document in plans_of(call).items()
        },
        "billing_id": call.account_id,
        "reseller": bool(call.account["pvt"].get("is_reseller")),
        "reseller_id": _seller(call),
        "dirty": False,
        "in_good_standing": True,
        "items": _items(call, quantities),
    }


def _quantities(call: Call, account_ids: list[str]) -> dict[str, dict[str, int]]:
    """What is billed, counted by category and item."""
    found: dict[str, dict[str, int]] = {"devices": {}, "users": {}, "phone_numbers": {}}
    for account_id in account_ids:
        docs = call.state["accounts"][account_id]["docs"]
        for collection, field, usual in (
            ("devices", "device_type", "sip_device"),
            ("users", "priv_level", "user"),
        ):
            for entry in docs.get(collection, {}).values():
                word = str(entry["doc"].get(field, usual))
                found[collection][word] = found[collection].get(word, 0) + 1
    numbers = [
        entry for entry in call.state["numbers"].values() if entry["pvt"].get("account") in account_ids
    ]
    if numbers:
        found["phone_numbers"]["did"] = len(numbers)
    return found


def _items(call: Call, quantities: dict[str, dict[str, int]]) -> Document:
    """Each priced item with its quantity and rate."""
    items: Document = {}
    for category, counted in quantities.items():
        for item, quantity in counted.items():
            price = price_of(call, Item(category, item))
            if price and quantity:
                line = {
                    "category": category,
                    "item": item,
                    "quantity": quantity,
                    "rate": amount(price, "rate"),
                }
                items.setdefault(category, {})[item] = line
    return items


@answers("GET", _NEW + "/summary")
def summary(call: Call) -> Document:
    lines = [
        line
        for items in _items(call, _quantities(call, [call.account_id])).values()
        for line in items.values()
    ]
    recurring = round(sum(line["rate"] * line["quantity"] for line in lines), 4)
    return {"invoices": [{"items": lines, "summary": {"today": 0, "recurring": recurring}}],
            "summary": {"today": 0, "recurring": recurring}, "billing_cycle": {"period": "month"}}  # fmt: skip


@answers("POST", _NEW + "/quote")
def quote(call: Call) -> Document:
    return summary(call)


@answers(
    "POST",
    _OLD + "/reconciliation",
    _OLD + "/synchronization",
    _NEW + "/reconciliation",
    _NEW + "/synchronization",
)
def settle(call: Call) -> Document:
    call.need_reseller()
    return {}
