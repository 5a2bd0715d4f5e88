"""Limits, balances, credits and the Braintree customer (facts, section 7)."""

from __future__ import annotations

from typing import Any

from telephony.providers.kazoo.sandbox.answers import Answer
from telephony.providers.kazoo.sandbox.call import Call
from telephony.providers.kazoo.sandbox.charges import Item, charge
from telephony.providers.kazoo.sandbox.collections import need_match
from telephony.providers.kazoo.sandbox.documents import (
    Document,
    Entry,
    changed,
    patched,
    revision,
    stored,
    touched,
)
from telephony.providers.kazoo.sandbox.filters import passes
from telephony.providers.kazoo.sandbox.refusals import (
    Errors,
    Refused,
    bad_identifier,
    forbidden,
    no_such_path,
    wrong,
)
from telephony.providers.kazoo.sandbox.routes import answers
from telephony.providers.kazoo.sandbox.validation import check

UNITS = 10_000  # of the currency, in which balances are kept
_TRUNKS = ("twoway_trunks", "inbound_trunks", "outbound_trunks", "burst_trunks")


@answers("GET", "/accounts/{}/limits")
def read_limits(call: Call) -> Answer:
    return _limits(call, _held_limits(call))


@answers("POST", "/accounts/{}/limits")
def update_limits(call: Call) -> Answer:
    return _write_limits(call, stored(call.document))


@answers("PATCH", "/accounts/{}/limits")
def patch_limits(call: Call) -> Answer:
    return _write_limits(call, stored(patched(_held_limits(call)["doc"], stored(call.document))))


def _held_limits(call: Call) -> Entry:
    document: Document = {}
    check("limits", document, Errors())
    return call.one("limits", document)


def _limits(call: Call, entry: Entry) -> Answer:
    return Answer({**entry["doc"], "id": "limits"}, revision=revision(entry))


def _write_limits(call: Call, document: Document) -> Answer:
    """Only resellers set limits; more trunks cost money."""
    entry, errors = _held_limits(call), Errors()
    need_match(call, entry)
    if not call.is_reseller:
        raise forbidden("limits are set by the reseller")
    check("limits", document, errors)
    errors.refuse()
    charge(call, [_trunks(name, entry["doc"], document) for name in _TRUNKS])
    changed(entry, document, call.now_g)
    call.keep("limits", entry)
    return _limits(call, entry)


def _trunks(name: str, before: Document, after: Document) -> Item:
    had, wanted = (document.get(name, 0) for document in (before, after))
    had, wanted = (one if isinstance(one, int) else 0 for one in (had, wanted))
    return Item("limits", name, max(0, wanted - had), had)


# ---- balance ----


def balance(call: Call) -> float:
    return int(call.account["pvt"].get("balance_units", 0)) / UNITS


@answers("GET", "/accounts/{}/transactions/current_balance")
def current_balance(call: Call) -> Document:
    return {"balance": balance(call)}


@answers("GET", "/accounts/{}/transactions")
def list_transactions(call: Call) -> list[Document]:
    """Between `created_from` and `created_to`, where these are given."""
    held = call.one("transactions", {"items": []})["doc"].get("items", [])
    return [one for one in held if passes(one, {"created": one.get("created", 0)}, call.request.query_pairs)]


@answers("GET", "/accounts/{}/transactions/monthly_recurring")
def list_recurring(call: Call) -> list[Document]:
    """What is taken each month."""
    return [one for one in list_transactions(call) if one.get("reason") == "recurring"]


@answers("GET", "/accounts/{}/transactions/subscriptions")
def list_subscriptions(call: Call) -> list[Document]:
    """Those at the bookkeeper; nothing is billed there by itself."""
    return []


def amount_of(call: Call) -> float:
    """A positive sum of money. Raises Refused 400."""
    given = call.document.get("amount")
    if given is None:
        raise wrong("amount", "required", "Field is required but missing", value=None)
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise wrong("amount", "type", "Value did not match type(s): number", target="number", value=given)
    if not 0 < given <= 1_000_000:
        raise wrong("amount", "minimum", "Value must be at least 0.01", target=0.01, value=given)
    return float(given)


def add_transaction(call: Call, amount: float, reason: str) -> None:
    pvt = call.account["pvt"]
    pvt["balance_units"] = int(pvt.get("balance_units", 0)) + round(amount * UNITS)
    entry = call.one("transactions", {"items": []})
    call.keep("transactions", entry)
    items = entry["doc"]["items"]
    items.append({"id": call.stable(reason, call.now_s, len(items)), "amount": amount, "reason": reason,
                  "type": "credit" if amount >= 0 else "debit", "created": call.now_g, "version": 2})  # fmt: skip


# ---- Braintree ----


def _need_braintree(call: Call) -> None:
    """Raises Refused 404 where the application is not installed."""
    if not call.setting("braintree"):
        raise no_such_path()


def _customer(call: Call) -> Entry:
    return call.one("braintree_customer", {"credit_cards": [], "addresses": []})


def _customer_document(call: Call, entry: Entry) -> Document:
    document = entry["doc"]
    names = {name: document.get(name, "") for name in ("first_name", "last_name", "company", "phone")}
    moments = {
        "created_at": str(entry["pvt"].get("created", "")),
        "updated_at": str(entry["pvt"].get("modified", "")),
    }
    return {**moments, **document, "id": call.account_id, **names}


@answers("GET", "/accounts/{}/braintree/customer")
def read_customer(call: Call) -> Document:
    _need_braintree(call)
    return _customer_document(call, _customer(call))


@answers("POST", "/accounts/{}/braintree/customer")
def update_customer(call: Call) -> Document:
    """Name, company, telephone, and a card by nonce or by its data."""
    _need_braintree(call)
    entry, wish = _customer(call), stored(call.document)
    card = _new_card(call, wish)
    document = {**entry["doc"]}
    for name in ("first_name", "last_name", "company", "phone"):
        if name in wish:
            document[name] = call.text(name)
    if card:
        others = [
            {**one, "default": False} for one in document.get("credit_cards", []) if isinstance(one, dict)
        ]
        document["credit_cards"] = [card, *others]
    changed(entry, document, call.now_g)
    call.keep("braintree_customer", entry)
    return _customer_document(call, entry)


def _new_card(call: Call, wish: Document) -> Document | None:
    nonce, data = wish.get("payment_method_nonce"), wish.get("credit_card")
    if nonce is None and data is None:
        return None
    number = data.get("number", "") if isinstance(data, dict) else ""
    if nonce is None and not (isinstance(number, str) and number.replace(" ", "").isdecimal()):
        raise wrong("credit_card.number", "invalid", "Credit card number is invalid", cause=number)
    if nonce is not None and not (isinstance(nonce, str) and nonce):
        raise wrong("payment_method_nonce", "invalid", "Nonce is invalid", cause=nonce)
    expiry = data if isinstance(data, dict) else {}
    return {
        "id": call.stable("card", nonce, number)[:8],
        "last_four": number.replace(" ", "")[-4:] or "1111",
        "card_type": "Visa",
        "expiration_month": str(expiry.get("expiration_month", "12")),
        "expiration_year": str(expiry.get("expiration_year", "2030")),
        "expired": False,
        "default": True,
        "customer_id": call.account_id,
    }


@answers("GET", "/accounts/{}/braintree/cards")
def list_cards(call: Call) -> list[Document]:
    _need_braintree(call)
    return list(_customer(call)["doc"]["credit_cards"])


@answers("GET DELETE", "/accounts/{}/braintree/cards/{}")
def one_card(call: Call, card_id: str) -> Document:
    """Read or remove a card. Raises Refused 404."""
    _need_braintree(call)
    entry = _customer(call)
    cards = entry["doc"]["credit_cards"]
    found = next((card for card in cards if isinstance(card, dict) and card.get("id") == card_id), None)
    if found is None:
        raise bad_identifier(card_id)
    if call.message.method == "DELETE":
        changed(
            entry, {**entry["doc"], "credit_cards": [card for card in cards if card is not found]}, call.now_g
        )
        call.keep("braintree_customer", entry)
    return dict(found)


@answers("GET", "/accounts/{}/braintree/client_token")
def client_token(call: Call) -> Document:
    """By which a page asks the payment service for a nonce."""
    _need_braintree(call)
    return {"client_token": call.stable("client token", call.account_id)}


@answers("GET", "/accounts/{}/braintree/credits")
def read_credits(call: Call) -> Document:
    _need_braintree(call)
    return {"amount": balance(call), "billing_account_id": call.account_id}


@answers("PUT", "/accounts/{}/braintree/credits")
def add_credits(call: Call) -> Answer:
    """Pay with the default card. Raises Refused 402 without one."""
    _need_braintree(call)
    amount = amount_of(call)
    cards = _customer(call)["doc"]["credit_cards"]
    if not any(isinstance(card, dict) and card.get("default") for card in cards):
        raise Refused(402, "no_payment_token", {"message": "no payment token on file"})
    add_transaction(call, amount, "credit")
    touched(call.account, call.now_g)
    moment = str(call.now_g)
    info: dict[str, Any] = {"id": call.stable("payment", call.now_s)[:8], "status": "submitted_for_settlement",
                            "amount": f"{amount:.2f}", "created_at": moment}  # fmt: skip
    return Answer({"amount": balance(call), "bookkeeper_info": info}, 201)
