"""Forwarding profiles of lines and opening profiles of groups."""

from typing import Any

from telephony.providers.keyyo.sandbox.formats import read_flag, read_integer, read_number, read_text
from telephony.providers.keyyo.sandbox.manager import Call, Document, answers
from telephony.providers.keyyo.sandbox.refusals import Refused

KINDS = {"UCaaSVoIPAccount": "VoIPAccountProfile", "ACDService": "ACDProfile"}
NAME_LENGTH = 64
LONGEST_DELAY_S = 120
_NUMBERS = ("backup_number", "forward_unconditionally_number", "forward_on_no_answer_number")
_FLAGS = ("forward_to_voicemail", "forward_use_account_callerid_presentation")
_BLANK = {
    "name": "", "forced": 0, "backup_number": "", "forward_unconditionally_number": "",
    "forward_on_no_answer_number": "", "forward_delay": 20, "forward_to_voicemail": 0,
    "forward_use_account_callerid_presentation": 0,
}  # fmt: skip


@answers("GET", "/services/{}/profiles")
def list_profiles(call: Call, csi: str) -> Document:
    service = call.service(csi, *KINDS)
    items = [_document(call, service, identifier) for identifier in service["profiles"]]
    return call.collection(["services", csi, "profiles"], items)


@answers("POST", "/services/{}/profiles")
def create_profile(call: Call, csi: str) -> Document:
    """Add a profile; it may be forced at once. A name is needed: only the default profile has none."""
    service = call.service(csi, *KINDS)
    blank = _BLANK if service["type"] == "UCaaSVoIPAccount" else {"name": "", "forced": 0}
    changes = _changes(call, service, "")
    if not changes.get("name"):
        raise Refused(400, "name: must not be empty")
    taken = [int(identifier) for identifier in service["profiles"] if identifier != "default"]
    identifier = str(max([*taken, service.get("last_profile", 0)], default=0) + 1)
    service["last_profile"] = int(identifier)
    service["profiles"][identifier] = dict(blank)
    _apply(service, identifier, changes)
    return _document(call, service, identifier)


@answers("DELETE", "/services/{}/profiles")
def delete_profiles(call: Call, csi: str) -> None:
    """Remove every profile but the default one, as a vendor's sample does."""
    service = call.service(csi, *KINDS)
    service["profiles"] = {"default": service["profiles"]["default"]}


@answers("GET", "/services/{}/profiles/{}")
def read_profile(call: Call, csi: str, identifier: str) -> Document:
    return _document(call, call.service(csi, *KINDS), identifier)


@answers("POST", "/services/{}/profiles/{}")
def update_profile(call: Call, csi: str, identifier: str) -> Document:
    """Change what is named; forcing a profile releases the one that was forced."""
    service = call.service(csi, *KINDS)
    _profile(service, identifier)
    _apply(service, identifier, _changes(call, service, identifier))
    return _document(call, service, identifier)


@answers("DELETE", "/services/{}/profiles/{}")
def delete_profile(call: Call, csi: str, identifier: str) -> None:
    service = call.service(csi, *KINDS)
    _profile(service, identifier)
    if identifier == "default":
        raise Refused(403, "The default profile cannot be deleted")
    del service["profiles"][identifier]


def force_by_name(service: dict[str, Any], name: str) -> bool:
    """What `setprofil.html` does; False when no profile has this name. "default" means the unnamed one."""
    for identifier, profile in service.get("profiles", {}).items():
        if name == (profile["name"] or "default"):
            _apply(service, identifier, {"forced": 1})
            return True
    return False


def _profile(service: dict[str, Any], identifier: str) -> dict[str, Any]:
    found: dict[str, Any] | None = service["profiles"].get(identifier)
    if found is None:
        raise Refused(404, "No such profile")
    return found


def _document(call: Call, service: dict[str, Any], identifier: str) -> Document:
    fields = {"identifier": identifier, **_profile(service, identifier)}
    path = ["services", service["fields"]["csi"], "profiles", identifier]
    return call.resource(KINDS[service["type"]], path, fields)


def _apply(service: dict[str, Any], identifier: str, changes: dict[str, Any]) -> None:
    if changes.get("forced"):
        for profile in service["profiles"].values():
            profile["forced"] = 0
    service["profiles"][identifier].update(changes)


def _changes(call: Call, service: dict[str, Any], identifier: str) -> dict[str, Any]:
    """The form, judged field by field. Raises Refused 400 with the field's name first."""
    allowed = {"name", "forced"}
    if service["type"] == "UCaaSVoIPAccount":
        allowed |= set(_BLANK)
    changes: dict[str, Any] = {}
    for field, value in call.form.items():
        if field in ("identifier", "_resource_type"):
            continue  # sent back by clients that post the whole document
        if field not in allowed:
            raise Refused(400, f"{field}: unknown parameter")
        changes[field] = _value(service, identifier, field, value)
    return changes


def _value(service: dict[str, Any], identifier: str, field: str, value: Any) -> Any:
    if field == "name":
        return _name(service, identifier, value)
    if field == "forced" or field in _FLAGS:
        return read_flag(value, field)
    if field == "forward_delay":
        return read_integer(value, field, 0, LONGEST_DELAY_S)
    number = read_number(value, field, short=True)
    if number and field != "backup_number" and number == service["fields"]["csi"]:
        raise Refused(400, f"{field}: a line cannot forward to itself")
    return number


def _name(service: dict[str, Any], identifier: str, value: Any) -> str:
    name = read_text(value, "name", NAME_LENGTH, needed=identifier != "default")
    if identifier == "default":
        if name:
            raise Refused(403, "The default profile has no name")
        return ""
    if any(other["name"] == name for key, other in service["profiles"].items() if key != identifier):
        raise Refused(400, "name: another profile has this name")
    return name
