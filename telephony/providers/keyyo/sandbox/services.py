"""Services, their plans, offers, provisioning tasks, terminals and password."""

import secrets
from typing import Any

from telephony.providers.keyyo.sandbox.formats import read_flag, read_integer, read_number, read_text
from telephony.providers.keyyo.sandbox.manager import Call, Document, answers
from telephony.providers.keyyo.sandbox.refusals import Refused
from telephony.providers.keyyo.sandbox.seed import fixture
from telephony.providers.keyyo.sandbox.times import paris_text

NAME_LENGTH = 255
WAITS_S, RUNS_S = 60, 300  # a task leaves TODO after the first, is DONE after the second
_SECRET_TYPES = ("UCaaSVoIPAccount", "EmailAccount", "DSLAccess", "VirtualFaxAccount")


@answers("GET", "/services")
def list_services(call: Call) -> Document:
    """All visible services; `filters[type]` and `type` narrow, a type nobody knows narrows nothing."""
    types = {service["type"] for service in call.account["services"].values()} | set(fixture("offers"))
    filters = call.query.get("filters")
    wanted = str((filters.get("type") if isinstance(filters, dict) else None) or call.query.get("type"))
    items = [
        service_document(call, service)
        for service in call.visible.values()
        if wanted not in types or service["type"] == wanted
    ]
    return call.collection(["services"], items)


@answers("GET", "/services/{}")
def read_service(call: Call, csi: str) -> Document:
    return service_document(call, call.service(csi))


@answers("POST", "/services/{}")
def update_service(call: Call, csi: str) -> Document:
    """Writable: name, presented_number, incoming_acd_calls_allowed. Known others are ignored, unknown ones refused."""
    service = call.service(csi)
    known = service_document(call, service)
    changes: dict[str, Any] = {}
    for field, value in call.form.items():
        if field == "name":
            changes["name"] = read_text(value, "name", NAME_LENGTH, needed=True)
        elif field == "presented_number" and field in known:
            changes["presented_number"] = _presented(call, csi, value)
        elif field == "incoming_acd_calls_allowed" and field in known:
            changes[field] = read_flag(value, field)
        elif field not in known:
            raise Refused(400, f"{field}: unknown parameter")
    renamed = "name" in changes and changes["name"] != service["fields"]["name"]
    service["fields"].update(changes)
    if renamed:
        _add_task(call, service, "rename", f"Changement de nom en {changes['name']}", {}, at_once=True)
    return service_document(call, service)


@answers("GET", "/services/{}/usage_stats")
def list_usage(call: Call, csi: str) -> Document:
    """One statistic for each limited plan; none for unlimited ones."""
    items = []
    for number, usage in enumerate(call.service(csi).get("usage", []), 1):
        fields = {name: value for name, value in usage.items() if name != "_type"}
        items.append(call.resource(usage["_type"], ["services", csi, "usage_stats", str(number)], fields))
    return call.collection(["services", csi, "usage_stats"], items)


@answers("GET", "/services/{}/available_upgrades")
def list_upgrades(call: Call, csi: str) -> Document:
    service = call.service(csi)
    _progress(call, service)
    path = ["services", csi, "available_upgrades"]
    items = [call.resource("Offer", [*path, str(offer["id"])], dict(offer)) for offer in _offers(service)]
    return call.collection(path, items)


@answers("POST", "/services/{}/upgrade")
def order_upgrade(call: Call, csi: str) -> Document:
    """Begin the move to another offer; a provisioning task carries it out some minutes later."""
    service = call.service(csi)
    _progress(call, service)
    if "target_offer_id" not in call.form:
        raise Refused(400, "target_offer_id: missing parameter")
    wanted = read_integer(call.form["target_offer_id"], "target_offer_id", 1, 999_999)
    offer = next((offer for offer in _offers(service) if offer["id"] == wanted), None)
    if offer is None:
        raise Refused(400, "target_offer_id: not an available offer")
    if any(
        task.get("effect", {}).get("offer_id")
        for task in service["tasks"]
        if task["status"] in ("TODO", "WAIT")
    ):
        raise Refused(403, "An upgrade of this service is already planned")
    effect = {"offer_id": offer["id"], "offer_name": offer["name"]}
    task = _add_task(call, service, "upgrade", f"Passage à l'offre {offer['name']}", effect)
    fields = {"result": "success", "target_offer_id": offer["id"], "planned_date": task["planned_date"]}
    return call.resource("ServiceUpgrade", ["services", csi, "upgrade"], fields)


@answers("GET", "/services/{}/provisioning_tasks")
def list_tasks(call: Call, csi: str) -> Document:
    service = call.service(csi)
    _progress(call, service)
    path = ["services", csi, "provisioning_tasks"]
    names = ("action", "description", "status", "creation_date", "planned_date", "execution_date")
    items = [
        call.resource("ProvisioningTask", [*path, str(number)], {name: task.get(name) for name in names})
        for number, task in enumerate(service["tasks"], 1)
    ]
    return call.collection(path, items)


@answers("POST", "/services/{}/reset_password")
def reset_password(call: Call, csi: str) -> None:
    """Replace the password at once. It is not returned: it reaches the customer by another way."""
    service = call.service(csi, *_SECRET_TYPES)
    service["password"] = secrets.token_hex(8)
    if "password" in service["fields"]:
        service["fields"]["password"] = service["password"]
    _add_task(call, service, "reset_password", "Renouvellement du mot de passe", {})


@answers("GET", "/services/{}/sip_records")
def list_terminals(call: Call, csi: str) -> Document:
    path = ["services", csi, "sip_records"]
    terminals = call.service(csi).get("terminals", [])
    items = [call.resource("SIPRecord", [*path, terminal["cdi"]], dict(terminal)) for terminal in terminals]
    return call.collection(path, items)


def service_document(call: Call, service: dict[str, Any]) -> Document:
    """A service as its type shows it."""
    _progress(call, service)
    fields = dict(service["fields"])
    csi = fields["csi"]
    shown = {"csi": csi, "formatted_csi": call.number(csi)} | fields
    if "presented_number" in fields:
        raw = fields["presented_number"] or csi
        shown |= {"presented_number": call.number(raw), "presented_number_raw": raw}
    return call.resource(service["type"], ["services", csi], shown)


def _presented(call: Call, csi: str, value: Any) -> str:
    """One of the customer's own numbers; empty restores the line's own."""
    number = read_number(value, "presented_number")
    if number and number not in call.account["services"]:
        raise Refused(400, "presented_number: not a number of this account")
    return number or csi


def _offers(service: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        offer for offer in fixture("offers")[service["type"]] if offer["id"] != service["fields"]["offer_id"]
    ]


def _add_task(
    call: Call,
    service: dict[str, Any],
    action: str,
    description: str,
    effect: dict[str, Any],
    *,
    at_once: bool = False,
) -> dict[str, Any]:
    made_s = call.now_s
    task = {
        "action": action, "description": description, "status": "DONE" if at_once else "TODO", "made_s": made_s,
        "effect": effect, "creation_date": paris_text(made_s),
        "planned_date": paris_text(made_s if at_once else made_s + RUNS_S),
        "execution_date": paris_text(made_s) if at_once else None,
    }  # fmt: skip
    service["tasks"].append(task)
    return task


def _progress(call: Call, service: dict[str, Any]) -> None:
    """Move open tasks on with the clock: TODO, WAIT, DONE; a task that is done takes effect."""
    for task in service["tasks"]:
        if task["status"] not in ("TODO", "WAIT") or "made_s" not in task:
            continue
        age_s = call.now_s - task["made_s"]
        status = "DONE" if age_s >= RUNS_S else "WAIT" if age_s >= WAITS_S else "TODO"
        if status == task["status"]:
            continue
        task["status"] = status
        if status == "DONE":
            task["execution_date"] = paris_text(task["made_s"] + RUNS_S)
            service["fields"].update(task["effect"])
        call.sandbox.store.touch()
