"""Who can be called in an account, and how its numbers lead to them: read from the seed's own documents.

The callflows themselves are walked, so that the legs of a call ring the phones which the flow names.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from telephony.providers.kazoo.sandbox.cdrs.routes import Option, options_of
from telephony.providers.kazoo.sandbox.seed.business import carrier_id
from telephony.providers.kazoo.sandbox.seed.ids import chance_of
from telephony.providers.kazoo.sandbox.seed.outside import outside_party
from telephony.providers.kazoo.sandbox.seed.people import MODELS
from telephony.providers.kazoo.sandbox.seed.plans import KEYS, Plan

STRANGERS = 1500
_SOFT_AGENT = "Linphone-Desktop/5.2.4 (Debian GNU/Linux)"
_AGENTS = {model.model: model.agent for model in MODELS}
# Calls on a usual working day: direct to the person, placed, to colleagues.
RATES = {
    "reception": (0, 9, 5),
    "busy_desk": (0, 12, 4),
    "desk": (0, 7, 3),
    "person": (2.4, 5, 2.5),
    "quiet": (0, 0.4, 0.5),
    "field": (1.5, 3, 1),
    "on_call": (0, 2, 1),
}


class Phone(NamedTuple):
    """One device. `number` is the telephone network's where the device is a mobile."""

    id: str
    owner: str
    username: str
    authorizing: str
    number: str
    agent: str
    address: str
    is_soft: bool


class Colleague(NamedTuple):
    """A user as calls see them. `forward` is a number; `rings_too` keeps the phones ringing beside it."""

    id: str
    extension: str
    name: str
    character: str
    phones: tuple[Phone, ...]
    forward: str
    rings_too: bool
    presented: str
    has_extension: bool


class Carrier(NamedTuple):
    """A way to the telephone network; `is_global` when the platform owns it."""

    id: str
    host: str
    is_global: bool


class Entrance(NamedTuple):
    """An outside number: `rate` calls on a usual day, spread over it as `shape` says."""

    name: str
    number: str
    shape: str
    rate: float
    options: tuple[Option, ...]
    closed: tuple[Option, ...]


class Roster(NamedTuple):
    """Everything of an account that its calls need."""

    key: str
    account_id: str
    realm: str
    zone: str
    country: str
    scale: float
    billing: str
    name: str
    number: str
    people: tuple[Colleague, ...]
    places: tuple[Phone, ...]
    fax: Phone | None
    agents: Mapping[str, tuple[Colleague, ...]]
    entrances: tuple[Entrance, ...]
    rooms: tuple[Entrance, ...]
    carriers: Mapping[str, Carrier]
    outside: tuple[tuple[str, str], ...]
    channel_vars: Mapping[str, str]


def roster_of(plan: Plan, account: Mapping[str, Any]) -> Roster:
    """The roster of one account of the first state."""
    docs, doc, pvt = account["docs"], account["doc"], account["pvt"]
    phones = [_phone(plan, identifier, row["doc"]) for identifier, row in docs["devices"].items()]
    ringing = {identifier for identifier, row in docs["devices"].items() if row["doc"]["enabled"]}
    phones = [phone for phone in phones if phone.id in ringing]
    external = doc.get("caller_id", {}).get("external", {})
    flows = docs["callflows"]
    main = external.get("number") or next(
        (number for row in flows.values() for number in row["doc"]["numbers"] if number.startswith("+")), ""
    )
    people = tuple(
        _colleague(plan, identifier, row["doc"], phones, main, flows)
        for identifier, row in docs["users"].items()
        if row["doc"]["enabled"]
    )
    entrances = tuple(_entrances(plan, flows, people))
    return Roster(
        plan.key, plan.account_id, plan.realm, plan.zone, plan.data["country"],
        plan.data["traffic"]["scale"], pvt["billing_mode"], external.get("name", doc["name"])[:15], main, people,
        tuple(phone for phone in phones if not phone.owner),
        next((phone for phone in phones if docs["devices"][phone.id]["doc"]["device_type"] == "fax"), None),
        {
            queue: tuple(one for one in people if queue in docs["users"][one.id]["doc"].get("queues", ()))
            for queue in docs.get("queues", {})
        },
        tuple(one for one in entrances if one.options[0].steps[-1].kind != "conference"),
        tuple(one for one in entrances if one.options[0].steps[-1].kind == "conference"),
        _carriers(plan, docs.get("resources", {})), _outside(plan.key, plan.data["country"]),
        {
            "account_id": plan.account_id, "account_name": doc["name"], "account_realm": plan.realm, "realm": plan.realm,
            "reseller_id": pvt["reseller_id"], "ecallmgr_node": "ecallmgr@apps1.halvenor.example",
            "application_name": "callflow", "application_node": "kazoo_apps@apps1.halvenor.example",
        },
    )  # fmt: skip


def _phone(plan: Plan, identifier: str, doc: Mapping[str, Any]) -> Phone:
    kind = doc["device_type"]
    model = doc.get("provision", {}).get("endpoint_model", "")
    agent = _AGENTS.get(model) or (_SOFT_AGENT if kind == "softphone" else "Grandstream HT802 1.0.41.5")
    number = doc.get("mobile", {}).get("mdn") or doc.get("call_forward", {}).get("number", "")
    address = f"10.{20 + KEYS.index(plan.key)}.{int(identifier[:2], 16)}.{1 + int(identifier[2:4], 16) % 250}"
    return Phone(
        identifier, doc.get("owner_id", ""), doc["sip"].get("username", ""), "mobile" if kind == "mobile" else "device",
        number, agent, address, kind == "softphone",
    )  # fmt: skip


def _colleague(
    plan: Plan, identifier: str, doc: Mapping[str, Any], phones: list[Phone], main: str, flows: Mapping[str, Any]
) -> Colleague:  # fmt: skip
    person = plan.people[doc["presence_id"]]
    forward = doc.get("call_forward", {})
    active = forward.get("enabled", False) and not forward.get("failover", False)
    silent = doc.get("do_not_disturb", {}).get("enabled", False)
    return Colleague(
        identifier, person.extension, person.name, person.character,
        () if silent else tuple(phone for phone in phones if phone.owner == identifier),
        forward["number"] if active else "", not forward.get("substitute", True),
        doc["caller_id"].get("external", {}).get("number", main),
        any(person.extension in row["doc"]["numbers"] for row in flows.values()),
    )  # fmt: skip


def _entrances(plan: Plan, flows: Mapping[str, Any], people: tuple[Colleague, ...]) -> list[Entrance]:
    known = {person.id: person for person in people}
    rates: dict[str, float] = dict(plan.data["traffic"].get("entrances", {}))
    for extension in plan.data["direct"]:
        person = plan.people[extension]
        rates[person.name] = RATES[person.character][0]
    found = []
    for row in flows.values():
        rate, numbers = rates.get(row["doc"]["name"], 0.0), row["doc"]["numbers"]
        if not rate:
            continue
        options, closed = options_of(row["doc"]["flow"], flows)
        number = next((one for one in numbers if one.startswith("+")), numbers[0])
        found.append(
            Entrance(
                row["doc"]["name"], number, _shape(plan, options, known), rate, tuple(options), tuple(closed)
            )
        )
    return found


def _shape(plan: Plan, options: list[Option], known: Mapping[str, Colleague]) -> str:
    """When an entrance is called: as those who answer it work."""
    kinds = {step.kind for step in options[0].steps}
    if "fax" in kinds:
        return "fax"
    first = [known[user] for step in options[0].steps for user in step.users if user in known]
    if any(person.character == "on_call" for person in first) and len(options) == 1:
        return "on_call"
    return str(plan.data["traffic"].get("shape", "office"))


def _carriers(plan: Plan, own: Mapping[str, Any]) -> dict[str, Carrier]:
    """Carriers by the first digits of a number, "" for the rest."""
    found = {
        "+33": Carrier(carrier_id("Armorvoix, France"), "203.0.113.10", True),
        "+44": Carrier(carrier_id("Thamesline, United Kingdom"), "203.0.113.20", True),
        "+1": Carrier(carrier_id("Hudson Link, North America"), "203.0.113.30", True),
        "": Carrier(carrier_id("International de secours"), "198.51.100.7", True),
    }
    for identifier, row in own.items():
        if row["doc"].get("enabled", True):
            home = {"US": "+1", "FR": "+33"}[plan.data["country"]]
            found[home] = Carrier(identifier, "203.0.113.40", False)
    return found


@lru_cache(64)
def _outside(key: str, country: str) -> tuple[tuple[str, str], ...]:
    """Outside parties, numbers with names; calls choose the first ones more often."""
    chance = chance_of(key, "outside")
    return tuple(outside_party(country, chance) for _ in range(STRANGERS))
