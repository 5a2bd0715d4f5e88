"""Port requests of an account: one document each, the way it has come, a letter as attachment and remarks."""

from typing import Any

from telephony.providers.kazoo.sandbox.seed import assets
from telephony.providers.kazoo.sandbox.seed.ids import DAY_S, chance_of
from telephony.providers.kazoo.sandbox.seed.plans import Plan
from telephony.providers.kazoo.times import from_gregorian

# The states that a request has been through when it stands in the last.
_WAYS = {
    "unconfirmed": (),
    "submitted": ("submitted",),
    "pending": ("submitted", "pending"),
    "scheduled": ("submitted", "pending", "scheduled"),
    "rejected": ("submitted", "rejected"),
    "completed": ("submitted", "pending", "scheduled", "completed"),
    "canceled": ("submitted", "canceled"),
}


def port_requests_of(plan: Plan, now_g: int) -> dict[str, dict[str, Any]]:
    """Port request documents by id; the state and its history are private."""
    return {
        plan.id_of("port_requests", row["name"]): _request(plan, row, now_g)
        for row in plan.data.get("port_requests", ())
    }


def _request(plan: Plan, row: dict[str, Any], now_g: int) -> dict[str, Any]:
    chance = chance_of(plan.key, "port", row["name"])
    author = next(iter(plan.people.values()))
    created = now_g - chance.randrange(12, 70) * DAY_S
    way = ("unconfirmed", *_WAYS[row["state"]])
    doc: dict[str, Any] = {
        "name": row["name"],
        "numbers": {number: {} for number in row["numbers"]},
        "bill": {
            "name": plan.data["name"],
            "carrier": row["carrier"],
            "account_number": f"{chance.randrange(10**8):08d}",
            "btn": row["numbers"][0],
            "street_number": str(chance.randint(1, 90)),
            "street_address": "des Ormelles",
            "street_type": "rue",
            "locality": "Sarvelle-sur-Loire",
            "region": "PL",
            "postal_code": "44990",
        },
        "notifications": {"email": {"send_to": [f"{author.username}@{plan.key}.example"]}},
        "signee_name": author.name,
        "signing_date": created,
        "transfer_date": now_g + chance.randrange(3, 25) * DAY_S,
        "winning_carrier": "Armorvoix",
        "reference_number": f"H{chance.randrange(10**6):06d}",
        "comments": [
            {
                "timestamp": created + (number + 1) * 2 * DAY_S,
                "author": author.name,
                "content": text,
                "is_private": False,
                "action_required": row["state"] == "rejected",
                "user_id": author.id,
                "account_id": plan.account_id,
            }
            for number, text in enumerate(row["comments"])
        ],
    }
    if row["state"] == "scheduled":
        day = from_gregorian(doc["transfer_date"]).strftime("%Y-%m-%d")
        doc["schedule_on"] = {"date_time": f"{day} 09:00", "timezone": plan.zone}
    pvt = {
        "state": row["state"],
        "sent": len(way) > 1,
        "created": created,
        "modified": created + len(way) * DAY_S,
        "timeline": [
            {
                "transition": {"previous": before, "new": after},
                "timestamp": created + number * DAY_S,
                "authorization": {
                    "account": {"id": plan.account_id, "name": plan.data["name"]},
                    "user": {"id": author.id},
                },
            }
            for number, (before, after) in enumerate(zip(("", *way), way, strict=False))
        ],
        "attachments": {"bill.pdf": assets.attachment("application/pdf", assets.letter(row["name"]))},
    }
    return {"doc": doc, "pvt": pvt}
