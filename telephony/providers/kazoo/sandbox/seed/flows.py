"""Callflows of an account: those of its plan, the features it uses, and one for each extension."""

from typing import Any

from telephony.providers.kazoo.sandbox.seed.notation import flow_of, resolved
from telephony.providers.kazoo.sandbox.seed.people import extension_flow_id
from telephony.providers.kazoo.sandbox.seed.plans import Person, Plan, fixture


def callflows_of(plan: Plan) -> dict[str, dict[str, Any]]:
    """Callflow documents by id."""
    features = [fixture("features")[name] for name in plan.data["features"]]
    found = {
        plan.id_of("callflows", row["name"]): _written(row, plan)
        for row in [*plan.data["callflows"], *features]
    }
    for extension in plan.data["extensions"]:
        person = plan.people[str(extension)]
        found[extension_flow_id(plan, person)] = _of_extension(plan, person)
    return {identifier: {"doc": doc, "pvt": {}} for identifier, doc in found.items()}


def _written(row: dict[str, Any], plan: Plan) -> dict[str, Any]:
    rest = {key: value for key, value in row.items() if key != "flow"}
    return {"numbers": [], "patterns": []} | resolved(rest, plan) | {"flow": flow_of(row["flow"], plan)}


def _of_extension(plan: Plan, person: Person) -> dict[str, Any]:
    """Ring the person, then their mailbox; somebody on call is also tried on the mobile."""
    direct = plan.data["direct"].get(person.extension)
    steps: list[Any] = [f"user:{person.extension}", f"voicemail:{person.extension}"]
    if person.character in ("on_call", "field"):
        steps.insert(1, {"module": "user", "id": person.id, "timeout": 30, "delay": 2})
    return {
        "name": person.name,
        "type": "mainUserCallflow",
        "owner_id": person.id,
        "patterns": [],
        "numbers": [person.extension, *([direct] if direct else [])],
        "flow": flow_of(steps, plan),
    }
