"""Rows of a live panel out of what Kazoo answers, where the answer is no plain list: facts sections 6 and 7."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from telephony.providers.client import Answer
from telephony.providers.kazoo.pricing import item_words
from telephony.providers.live import Row, Rows


def registrations(answer: Answer) -> Rows:
    """One row for each phone: servers may list one that registered again twice."""
    return list({(row.get("username"), row.get("contact")): row for row in answer.items}.values())


def participants(answer: Answer) -> Rows:
    """Who is in a room: rows of a list, or those inside the live data of the room."""
    found = answer.items or (answer.document or {}).get("participants") or ()
    return [{**row, **_told_of(row)} for row in found if isinstance(row, Mapping)]


def _told_of(row: Row) -> Row:
    """The name, where it is not the number again, and the part."""
    name = row.get("caller_id_name")
    return {"caller_id_name": "" if name == row.get("caller_id_number") else name, "part": _part_of(row)}


def _part_of(row: Row) -> list[str]:
    """What sets a participant apart from one who just listens and may speak."""
    found = {
        "moderator": row.get("is_moderator") is True,
        "talking": row.get("talking") is True,
        "mute": row.get("speak") is False,
        "deaf": row.get("hear") is False,
    }
    return [name for name, holds in found.items() if holds]


def payers(answer: Answer) -> Rows:
    """Who pays, with the cards as people know them: what each is, its last digits, until when it is good."""
    document = answer.document if isinstance(answer.document, Mapping) else {}
    cards = document.get("credit_cards")
    own = [_card(one) for one in cards if isinstance(one, Mapping)] if isinstance(cards, list) else []
    return [{**document, "credit_cards": own}] if document else []


def _card(card: Mapping[str, Any]) -> Row:
    ends = [str(card.get(f"expiration_{part}") or "") for part in ("month", "year")]
    return {
        "card_type": card.get("card_type", ""),
        "number": f"•••• {card['last_four']}" if card.get("last_four") else "",
        "good_until": "/".join(filter(None, ends)),
        "expired": card.get("expired"),
        "default": card.get("default"),
    }


def dns_entries(answer: Answer) -> Rows:
    """The records that a domain needs and how each stands.

    Out of {kind: {host: {"name", "mapping" | "expected", "actual"}}}.
    """
    document = answer.document if isinstance(answer.document, Mapping) else {}
    found = []
    for kind, hosts in document.items():
        for host, said in (hosts if isinstance(hosts, Mapping) else {}).items():
            if isinstance(said, Mapping):
                found.append(
                    {
                        "standing": _standing(said),
                        "type": kind,
                        "host": host,
                        "name": said.get("name", ""),
                        "expected": said.get("expected") or said.get("mapping") or [],
                        "actual": said.get("actual") or [],
                    }
                )
    return found


def _standing(record: Mapping[str, Any]) -> str:
    if "actual" not in record:
        return "unchecked"
    wanted = {str(one).rstrip(".").lower() for one in record.get("expected") or record.get("mapping") or ()}
    found = {str(one).rstrip(".").lower() for one in record["actual"] or ()}
    if not found:
        return "missing"
    return "right" if wanted <= found else "wrong"


def plans_in_force(answer: Answer) -> Rows:
    """The service plans of an account, out of {"plans": {id: {"name", "account_id", ...}}}."""
    document = answer.document if isinstance(answer.document, Mapping) else {}
    plans = document.get("plans")
    found = [
        {**(said if isinstance(said, Mapping) else {}), "id": plan}
        for plan, said in (plans if isinstance(plans, Mapping) else {}).items()
    ]
    return [{**row, "name": row.get("name") or row["id"]} for row in found]


def counted(answer: Answer) -> Rows:
    """What the plans in force count, item by item; newer servers tell it as the items of invoices."""
    document: Any = answer.document if isinstance(answer.document, Mapping) else {}
    if isinstance(invoices := document.get("invoices"), list):
        return [row for invoice in invoices for row in _invoiced(invoice)]
    own = document.get("account_quantities")
    quantities = own if isinstance(own, Mapping) else document.get("quantities")
    if isinstance(quantities, Mapping) and isinstance(quantities.get("account"), Mapping):
        quantities = quantities["account"]  # releases from 4.3 on
    plans = document.get("plans")
    names = ", ".join(map(str, plans)) if isinstance(plans, Mapping | list) else ""
    return [
        {"plan": names, "category": category, "item": item_words(category, item), "quantity": quantity}
        for category, items in (quantities if isinstance(quantities, Mapping) else {}).items()
        for item, quantity in (items if isinstance(items, Mapping) else {}).items()
    ]


def _invoiced(invoice: Any) -> list[Row]:
    said = invoice if isinstance(invoice, Mapping) else {}
    plan = said.get("plan")
    name = plan.get("name", "") if isinstance(plan, Mapping) else ""
    items = said.get("items")
    return [
        {
            "plan": name,
            "category": (category := str(item.get("category", ""))),
            "item": item_words(category, str(item.get("item", ""))),
            "quantity": item.get("quantity", ""),
        }
        for item in (items if isinstance(items, list) else ())
        if isinstance(item, Mapping)
    ]


def steps(answer: Answer) -> Rows:
    """The moves and the comments of a port request, newest first."""
    return [_step(row) for row in answer.items]


def _step(row: Row) -> Row:
    moved = row.get("transition")
    by = row.get("authorization")
    account = by.get("account") if isinstance(by, Mapping) else None
    return {
        "timestamp": row.get("timestamp"),
        "from": moved.get("previous", "") if isinstance(moved, Mapping) else "",
        "to": moved.get("new", "") if isinstance(moved, Mapping) else "",
        "who": row.get("author") or (account.get("name", "") if isinstance(account, Mapping) else ""),
        "words": row.get("content") or row.get("reason", ""),
    }
