"""Whom a line refuses (blacklist) and what it may not call (barring groups)."""

from telephony.providers.keyyo.sandbox.formats import read_list, read_number
from telephony.providers.keyyo.sandbox.manager import Call, Document, answers
from telephony.providers.keyyo.sandbox.refusals import Refused

SLOTS = 20
ANONYMOUS = "anonymous"
_BARRED_TYPES = ("UCaaSVoIPAccount", "MobileAccount")


@answers("GET", "/services/{}/blacklist")
def list_blacklist(call: Call, csi: str) -> Document:
    return _blacklist(call, csi, call.service(csi, "UCaaSVoIPAccount")["blacklist"])


@answers("POST", "/services/{}/blacklist")
def replace_blacklist(call: Call, csi: str) -> Document:
    """Replace the list: at most 20 numbers, and `anonymous` besides. A refused list changes nothing."""
    service = call.service(csi, "UCaaSVoIPAccount")
    numbers = []
    for entry in read_list(call.form, "numbers"):
        number = ANONYMOUS if entry.lower() == ANONYMOUS else read_number(entry, "numbers", short=True)
        if number not in numbers:
            numbers.append(number)
    if len([number for number in numbers if number != ANONYMOUS]) > SLOTS:
        raise Refused(400, f"numbers: at most {SLOTS} numbers")
    service["blacklist"] = numbers
    return _blacklist(call, csi, numbers)


@answers("GET", "/services/{}/call_barring_groups")
def list_allowed_groups(call: Call, csi: str) -> Document:
    names = call.service(csi, *_BARRED_TYPES)["barring"]["allowed"]
    return _groups(call, csi, "call_barring_groups", names)


@answers("GET", "/services/{}/call_barred_groups")
def list_barred_groups(call: Call, csi: str) -> Document:
    names = call.service(csi, *_BARRED_TYPES)["barring"]["active"]
    return _groups(call, csi, "call_barred_groups", names)


@answers("PUT", "/services/{}/call_barred_groups")
def replace_barred_groups(call: Call, csi: str) -> Document:
    """Replace the active groups by `groups`; an empty array lifts all."""
    barring = call.service(csi, *_BARRED_TYPES)["barring"]
    names = list(dict.fromkeys(read_list(call.form, "groups")))
    unknown = [name for name in names if name not in barring["allowed"]]
    if unknown:
        raise Refused(400, "groups: unknown group " + unknown[0][:40])
    barring["active"] = names
    return _groups(call, csi, "call_barred_groups", names)


def _blacklist(call: Call, csi: str, numbers: list[str]) -> Document:
    path = ["services", csi, "blacklist"]
    return call.collection(
        path, [call.resource("Number", [*path, number], {"number": number}) for number in numbers]
    )


def _groups(call: Call, csi: str, name: str, groups: list[str]) -> Document:
    path = ["services", csi, name]
    return call.collection(
        path, [call.resource("CallBarringGroup", [*path, group], {"name": group}) for group in groups]
    )
