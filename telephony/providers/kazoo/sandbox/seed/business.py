"""What an account pays and shows: limits, brand, cards, plans in force; and the carriers of the platform."""

import copy
from typing import Any

from telephony.providers.kazoo.sandbox.seed import assets
from telephony.providers.kazoo.sandbox.seed.ids import DAY_S, chance_of, doc_id
from telephony.providers.kazoo.sandbox.seed.notation import resolved
from telephony.providers.kazoo.sandbox.seed.outside import month_text
from telephony.providers.kazoo.sandbox.seed.plans import Plan, account_id, fixture, plan_of

_BRANDS = {"telmarine": (18, 84, 120), "sarvelle": (20, 110, 90), "melisande": (120, 60, 30)}


def single_documents_of(plan: Plan) -> dict[str, dict[str, Any]]:
    """Documents of which an account has one: limits, whitelabel, braintree_customer, services."""
    people = len(plan.people)
    found: dict[str, dict[str, Any]] = {
        "limits": {
            "doc": {
                "twoway_trunks": max(2, people // 4),
                "inbound_trunks": people // 8,
                "outbound_trunks": 0,
                "burst_trunks": 2,
                "calls": max(6, people),
                "allow_prepay": plan.data["pvt"].get("billing_mode") == "per_minute",
                "authz_resource_types": [],
            },
            "pvt": {},
        },
        "services": {"doc": {"plans": _plans_in_force(plan)}, "pvt": {}},
    }
    brand = plan.data.get("one", {}).get("whitelabel")
    if plan.key in _BRANDS:
        image = assets.attachment("image/png", assets.logo(*_BRANDS[plan.key]))
        icon = assets.attachment("image/png", assets.logo(*_BRANDS[plan.key], 32, 32))
        domain = f"portail.{plan.key}.example"
        found["whitelabel"] = {
            "doc": resolved(brand, plan)
            if brand
            else {"domain": domain, "company_name": plan.data["name"], "hide_credits": True},
            "pvt": {
                "attachments": {
                    "logo": image,
                    "icon": icon,
                    "welcome": assets.attachment("text/html", f"<h1>{plan.data['name']}</h1>".encode()),
                }
            },
        }
    card = fixture("platform")["cards"].get(plan.key)
    if card:
        found["braintree_customer"] = {"doc": _customer(plan, card), "pvt": {}}
    return found


def _plans_in_force(plan: Plan) -> dict[str, Any]:
    """Plan id to the account that offers it."""
    if plan.key in ("halvenor", "telmarine"):
        return {}
    named = fixture("platform")["plans"]
    reseller = plan_of("telmarine")
    offered = named.get(plan.key, named[""])
    return {
        reseller.id_of("service_plans", name): {"account_id": reseller.account_id, "name": name}
        for name in offered
    }


def _customer(plan: Plan, card: dict[str, str]) -> dict[str, Any]:
    return {
        "id": plan.account_id,
        "first_name": card["first_name"],
        "last_name": card["last_name"],
        "company": card["company"],
        "phone": card["phone"],
        "created_at": "2023-02-06T09:12:44Z",
        "updated_at": "2024-01-15T16:40:02Z",
        "addresses": [],
        "credit_cards": [
            {
                "id": doc_id(plan.key, "card")[:6],
                "last_four": card["last_four"],
                "card_type": card["card_type"],
                "expiration_month": card["month"],
                "expiration_year": card["year"],
                "expired": card["year"] < "2026",
                "default": True,
                "customer_id": plan.account_id,
                "country_of_issuance": "Unknown",
            }
        ],
    }


def carrier_id(name: str) -> str:
    """The id of one of the platform's carriers."""
    return doc_id("global", "resources", name)


def global_documents(now_g: int) -> dict[str, dict[str, dict[str, Any]]]:
    """The platform's carriers, and the imports of numbers into them."""
    platform = fixture("platform")
    resources = {
        carrier_id(name): {"doc": {"name": name, **copy.deepcopy(fields)}, "pvt": {}}
        for name, fields in platform["resources"].items()
    }
    jobs = [_job(row, carrier_id(row["resource"]), "halvenor", now_g) for row in platform["resource_jobs"]]
    return {"resources": resources, "resource_jobs": dict(jobs)}


def resource_jobs_of(plan: Plan, now_g: int) -> dict[str, dict[str, Any]]:
    """One finished import for an account with carriers of its own."""
    carriers = list(plan.data["documents"].get("resources", {}))
    if not carriers:
        return {}
    prefix, first, _ = plan.data["numbers"]["blocks"][0]
    row = {
        "name": f"Import {carriers[0]}",
        "numbers": [f"{prefix}{first + 5:03d}"],
        "status": "complete",
        "days": 33,
        "failed": [],
    }
    return dict([_job(row, plan.id_of("resources", carriers[0]), plan.key, now_g)])


def _job(row: dict[str, Any], resource_id: str, key: str, now_g: int) -> tuple[str, dict[str, Any]]:
    at_g = now_g - row["days"] * DAY_S - chance_of("job", row["name"]).randrange(60, 3000)
    finished = row["status"] == "complete"
    failed = {
        number: {"code": 409, "error": "number_exists", "message": f"number {number} already exists"}
        for number in row["failed"]
    }
    done = {
        number: {"id": number, "state": "available"}
        for number in row["numbers"]
        if finished and number not in failed
    }
    return f"{month_text(at_g)}-{doc_id('job', row['name'])}", {
        "doc": {"name": row["name"], "resource_id": resource_id, "numbers": list(row["numbers"])},
        "pvt": {
            "account": account_id(key),
            "status": row["status"],
            "timestamp": at_g,
            "created": at_g,
            "success": done,
            "errors": failed,
            "warning": {},
            "node": "kazoo_apps@apps1.halvenor.example",
        },
    }
