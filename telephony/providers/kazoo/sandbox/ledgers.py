"""Ledgers, from 4.3 on: the balance by what it comes from, and each booking (facts, section 7)."""

from __future__ import annotations

from telephony.providers.kazoo.sandbox.answers import Answer
from telephony.providers.kazoo.sandbox.call import Call
from telephony.providers.kazoo.sandbox.documents import Document
from telephony.providers.kazoo.sandbox.money import add_transaction, amount_of, balance, list_transactions
from telephony.providers.kazoo.sandbox.refusals import bad_identifier
from telephony.providers.kazoo.sandbox.routes import answers

_ALL = "/accounts/{}/ledgers"
_CALLS, _PAYMENTS = "per-minute-voip", "payments"


@answers("GET", _ALL + "/total")
def total(call: Call) -> Document:
    return {"amount": balance(call)}


@answers("GET", _ALL, _ALL + "/summary/{}")
def list_sums(call: Call, month: str = "") -> Document:
    """Sums by source: what was used and what was paid."""
    whole = balance(call)
    return {
        _CALLS: {
            "amount": -abs(whole) / 4,
            "usage": {"quantity": 3600, "type": "voice", "unit": "sec"},
        },
        _PAYMENTS: {
            "amount": whole + abs(whole) / 4,
            "usage": {"quantity": 0, "type": "credit", "unit": ""},
        },
    }


@answers("GET", _ALL + "/available")
def list_sources(call: Call) -> list[Document]:
    return [{"name": name, "markup_type": []} for name in (_CALLS, _PAYMENTS)]


@answers("GET", _ALL + "/{}")
def list_bookings(call: Call, source: str) -> list[Document]:
    """The bookings of one source, newest first. Raises Refused 404."""
    if source not in (_CALLS, _PAYMENTS):
        raise bad_identifier(source)
    held = list_transactions(call) if source == _PAYMENTS else []
    return [_booking(call, source, one) for one in reversed(held)]


@answers("GET", _ALL + "/{}/{}")
def read_booking(call: Call, source: str, identifier: str) -> Document:
    found = next((one for one in list_bookings(call, source) if one["id"] == identifier), None)
    if found is None:
        raise bad_identifier(identifier)
    return found


def _booking(call: Call, source: str, held: Document) -> Document:
    return {
        "id": held["id"],
        "source": {"service": source, "id": held["id"]},
        "account": {"id": call.account_id, "name": call.account["doc"].get("name", "")},
        "usage": {"type": held["type"], "quantity": 0, "unit": ""},
        "amount": held["amount"],
        "description": held["reason"],
        "period": {"start": held["created"]},
    }


@answers("PUT", _ALL + "/credit", _ALL + "/debit")
def book(call: Call) -> Answer:
    call.need_reseller()
    sign = -1 if call.message.request.path.endswith("/debit") else 1
    add_transaction(call, sign * amount_of(call), "manual")
    return Answer({"amount": balance(call)}, 201)
