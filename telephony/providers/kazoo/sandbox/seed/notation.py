"""The short notation in which the plans write documents and callflows.

`@users/211` anywhere in a value or key is the id of that account's document. A flow is a list of steps, each the default
child of the one before; a last object gives the children of the last step by key. A step is `module`, `module:target`
(a user's extension, a mailbox, a name), `ring:Department` or `page:Department`, or an object with "module" and the
module's fields, in which `members` lists departments to be rung.
"""

from typing import Any

from telephony.providers.kazoo.sandbox.seed.plans import Plan, account_id

_TARGETS = {
    "user": "users",
    "device": "devices",
    "voicemail": "vmboxes",
    "menu": "menus",
    "play": "media",
    "conference": "conferences",
    "directory": "directories",
    "callflow": "callflows",
    "acdc_member": "queues",
}
_MODULES = {"ring": "ring_group", "page": "page_group"}
RING_S = 20
RING_AT_MOST = 5  # of one department, so that a call does not ring a whole floor


def resolved(value: Any, plan: Plan) -> Any:
    """A copy of a value with every `@collection/name` put into ids."""
    if isinstance(value, str):
        return _reference(value, plan)
    if isinstance(value, list):
        return [resolved(item, plan) for item in value]
    if isinstance(value, dict):
        return {_reference(key, plan): resolved(item, plan) for key, item in value.items()}
    return value


def flow_of(steps: list[Any], plan: Plan) -> dict[str, Any]:
    """A callflow's root node."""
    *chain, last = steps
    if not isinstance(last, dict) or "module" in last:
        chain, last = steps, {}
    node: dict[str, Any] = {}
    children = {_reference(key, plan): flow_of(branch, plan) for key, branch in last.items()}
    for step in reversed(chain):
        module, data = _step(step, plan)
        node = {"module": module, "data": data, "children": children}
        children = {"_": node}
    return node


def ring_data(plan: Plan, departments: list[str]) -> dict[str, Any]:
    """Fields of a ring group of the first people of each department."""
    people = [person for name in departments for person in plan.members(name)[:RING_AT_MOST]]
    return {
        "name": ", ".join(departments),
        "strategy": "simultaneous",
        "timeout": RING_S,
        "repeats": 1,
        "ignore_forward": True,
        "endpoints": [
            {"id": person.id, "endpoint_type": "user", "delay": 0, "timeout": RING_S} for person in people
        ],
    }


def _step(step: Any, plan: Plan) -> tuple[str, dict[str, Any]]:
    if isinstance(step, dict):
        data = {key: value for key, value in step.items() if key not in ("module", "members")}
        filled = resolved(data, plan)
        if "members" in step:
            own = ring_data(plan, step["members"])
            filled = (own if step["module"] == "ring_group" else {"endpoints": own["endpoints"]}) | filled
        return step["module"], filled
    word, _, target = step.partition(":")
    if word in _MODULES:
        return _MODULES[word], ring_data(plan, target.split(","))
    if word == "tts":
        return word, {"text": target}
    if not target:
        return word, {}
    data = {"id": plan.id_of(_TARGETS[word], target)}
    if word == "user":
        data |= {"timeout": RING_S, "can_call_self": False}
    elif word == "voicemail":
        data |= {"action": "compose"}
    return word, data


def _reference(text: str, plan: Plan) -> str:
    if not text.startswith("@"):
        return text
    collection, _, name = text[1:].partition("/")
    return account_id(name) if collection == "account" else plan.id_of(collection, name)
