"""One call detail record as the sandbox holds it, and as Keyyo shows it."""

from typing import Any, NamedTuple

from telephony.providers.keyyo.sandbox.formats import shown_number

INCOMING, OUTGOING = "incoming", "outgoing"
DESTINATIONS = (
    # prefix, name, price of a minute in euros
    ("4479", "Royaume-Uni mobile", 0.185),
    ("4477", "Royaume-Uni mobile", 0.185),
    ("44", "Royaume-Uni fixe", 0.024),
    ("1", "États-Unis et Canada", 0.021),
    ("336", "France mobile", 0.062),
    ("337", "France mobile", 0.062),
    ("33", "France fixe", 0.0),
)
ONNET = "Keyyo vers Keyyo"


class Row(NamedTuple):
    """Numbers are digits without plus, or None. `ends_s` is when the record can first be seen.

    The first fields, which are unique together, put rows in order: the greatest is the newest.
    """

    start_s: int
    call_id: str
    csi: str
    direction: str
    ends_s: int
    caller: str | None
    actual_caller: str | None
    presented: str | None
    callee: str | None
    quantity: int
    unit: str = "second"
    destination: str = ""
    cost: float = 0.0
    roaming: int = 0
    translation: str | None = None


def price(callee: str, quantity_s: int) -> tuple[str, float]:
    """Name of the destination and what so many seconds cost there, in euros."""
    for prefix, name, minute in DESTINATIONS:
        if callee.startswith(prefix):
            return name, minute * quantity_s / 60
    return "Autres destinations", 0.25 * quantity_s / 60


def record_document(row: Row, base: str, *, local: bool) -> dict[str, Any]:
    """A CallDetailRecord below the address `base`. `local` writes the formatted numbers the national way."""
    billed = row.quantity if row.cost or row.unit != "second" else 0
    return {
        "_resource_type": "CallDetailRecord",
        "call_id": row.call_id,
        "csi": row.csi,
        "start_time": str(row.start_s),
        "caller": shown_number(row.caller, local=local),
        "caller_raw": row.caller,
        "actual_caller": shown_number(row.actual_caller, local=local),
        "actual_caller_raw": row.actual_caller,
        "caller_presentation": shown_number(row.presented, local=local),
        "caller_presentation_raw": row.presented,
        "callee": shown_number(row.callee, local=local),
        "callee_raw": row.callee,
        "translation_number": shown_number(row.translation, local=local),
        "translation_number_raw": row.translation,
        "quantity": str(row.quantity),
        "quantity_billed": str(billed),
        "unit": row.unit,
        "destination_name": row.destination,
        "cost": f"{row.cost:.4f}",
        "repayment": "0.0000",
        "roaming": row.roaming,
        "_links": {"self": {"href": f"{base}/{row.call_id}"}},
    }
