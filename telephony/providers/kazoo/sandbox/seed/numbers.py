"""Telephone numbers of the whole platform: those in callflows, the rest of each block, and the pool in every other state."""

from typing import Any

from telephony.providers.kazoo.sandbox.seed.plans import Plan, fixture, plan_of

_STATES_OF_PORTS = {
    "submitted": "port_in",
    "pending": "port_in",
    "scheduled": "port_in",
    "completed": "in_service",
}


def numbers_of(plan: Plan, docs: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The account's numbers in E.164, with what uses them."""
    used = {
        number
        for flow in docs["callflows"].values()
        for number in flow["doc"]["numbers"]
        if number.startswith("+")
    }
    trunked = {
        number
        for one in docs.get("connectivity", {}).values()
        for server in one["doc"]["servers"]
        for number in server["DIDs"]
    }
    moving = {
        number: _STATES_OF_PORTS.get(port["state"], "")
        for port in plan.data.get("port_requests", ())
        for number in port["numbers"]
    }
    found = {}
    pool = fixture("platform")["pool"]
    for number in _block(plan):
        use = "callflow" if number in used else "trunkstore" if number in trunked else ""
        state = moving.get(number, "in_service" if use or int(number[-1]) % 3 else "reserved")
        if state and number not in pool:
            found[number] = _number(plan, number, state, use)
    return found


def pool_numbers() -> dict[str, dict[str, Any]]:
    """Numbers in the states that a customer's own numbers do not show; those without an account can be bought."""
    reseller = plan_of("telmarine")
    found = {}
    for number, state in fixture("platform")["pool"].items():
        owned = state not in ("available", "discovery", "aging", "released", "deleted")
        found[number] = _number(reseller, number, state, "")
        if not owned:
            found[number]["pvt"]["account"] = ""
    return found


def _block(plan: Plan) -> list[str]:
    return [
        f"{prefix}{suffix:03d}"
        for prefix, first, count in plan.data["numbers"]["blocks"]
        for suffix in range(first, first + count)
    ]


def _number(plan: Plan, number: str, state: str, used_by: str) -> dict[str, Any]:
    doc: dict[str, Any] = {}
    features = ["local"]
    if number == plan.data.get("account", {}).get("caller_id", {}).get("external", {}).get("number"):
        doc["cnam"] = {
            "display_name": plan.data["account"]["caller_id"]["external"]["name"][:15],
            "inbound_lookup": True,
        }
        features += ["cnam", "inbound_cnam"]
        if plan.data["country"] == "US":
            doc["e911"] = {
                "caller_name": plan.data["name"][:30],
                "street_address": "100 Fictional Plaza",
                "locality": "New York",
                "region": "NY",
                "postal_code": "10001",
                "status": "PROVISIONED",
                "notification_contact_emails": ["safety@tessaly.example"],
            }
            features.append("e911")
    pvt = {
        "account": plan.account_id,
        "state": state,
        "used_by": used_by,
        "features": features,
        "carrier_module": plan.data["numbers"]["carrier_module"],
    }
    return {"doc": doc, "pvt": pvt}
