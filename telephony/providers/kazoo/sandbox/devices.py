"""Devices: what their schema cannot say, who is registered, and reloading a phone."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from telephony.providers.kazoo.sandbox import lists
from telephony.providers.kazoo.sandbox.answers import Answer
from telephony.providers.kazoo.sandbox.call import Call
from telephony.providers.kazoo.sandbox.charges import Item
from telephony.providers.kazoo.sandbox.collections import Collection, Draft, need_unique, rows
from telephony.providers.kazoo.sandbox.documents import Document, Entry, text_at
from telephony.providers.kazoo.sandbox.refusals import bad_identifier
from telephony.providers.kazoo.sandbox.routes import answers
from telephony.providers.kazoo.sandbox.settings import OLD


def _row(call: Call, identifier: str, entry: Entry) -> Document:
    document = entry["doc"]
    row = {
        "id": identifier,
        "name": document.get("name", ""),
        "username": text_at(document, "sip.username"),
        "mac_address": document.get("mac_address", ""),
        "owner_id": document.get("owner_id", ""),
        "enabled": document.get("enabled", True),
        "device_type": document.get("device_type", "sip_device"),
        "mobile": document.get("mobile", {}),
        "call_recording": document.get("call_recording", {}),
        "flags": document.get("flags", []),
    }
    if call.generation != OLD:
        registers = text_at(document, "sip.method") != "ip"
        row |= {"registrable": registers, "registered": identifier in call.sandbox.registered(call)}
    return row


def _credentials(call: Call, draft: Draft) -> None:
    """User name and password are made up where they are missing."""
    sip = draft.doc.setdefault("sip", {})
    if not isinstance(sip, dict) or text_at(sip, "method") == "ip":
        return
    had = draft.before.get("sip")
    had = had if isinstance(had, dict) else {}
    sip.setdefault("username", had.get("username") or f"user_{secrets.token_hex(3)}")
    sip.setdefault("password", had.get("password") or secrets.token_hex(6))


def _type_stays(call: Call, draft: Draft) -> None:
    kind, had = text_at(draft.doc, "device_type"), text_at(draft.before, "device_type")
    if draft.entry is not None and kind != had and "mobile" in (kind, had):
        draft.errors.add("device_type", "invalid", "device type may not change to or from mobile", cause=kind)
    if kind == "mobile" and not text_at(draft.doc, "mobile.mdn"):
        draft.errors.add("mobile.mdn", "required", "Field is required but missing", value=None)


def _address(call: Call, draft: Draft) -> None:
    """With `sip.method` ip the address must be one, and no other device's."""
    if text_at(draft.doc, "sip.method") != "ip":
        return
    address = text_at(draft.doc, "sip.ip")
    parts = address.split(".")
    if len(parts) != 4 or not all(part.isascii() and part.isdecimal() and int(part) < 256 for part in parts):
        message = "Must be a valid IPv4 RFC 791"
        draft.errors.add("sip.ip", "type" if address else "required", message, cause=address)
        return
    for identifier, other in call.docs("devices").items():
        if identifier != draft.id and text_at(other["doc"], "sip.ip") == address:
            draft.errors.add("sip.ip", "unique", "SIP IP already in use", cause=address)


def _realm_unique(call: Call, draft: Draft) -> None:
    """A SIP user name is unique in its realm, which may be shared by accounts."""
    username = text_at(draft.doc, "sip.username")
    realm = text_at(draft.doc, "sip.realm") or call.realm
    if not username:
        return
    for account in call.state["accounts"].values():
        own_realm = account["doc"].get("realm", "")
        for identifier, other in account["docs"].get("devices", {}).items():
            if identifier == draft.id or text_at(other["doc"], "sip.username").lower() != username.lower():
                continue
            if (text_at(other["doc"], "sip.realm") or own_realm) == realm:
                draft.errors.add("sip.username", "unique", "SIP credentials already in use", cause=username)
                return


def _items(call: Call, draft: Draft) -> Sequence[Item]:
    kind = text_at(draft.doc, "device_type") or "sip_device"
    if draft.entry is not None and (text_at(draft.before, "device_type") or "sip_device") == kind:
        return []
    held = sum(
        1 for other in call.docs("devices").values() if other["doc"].get("device_type", "sip_device") == kind
    )
    return [Item("devices", kind, 1, held)]


DEVICES = Collection(
    name="devices",
    family="devices",
    row=_row,
    key_type=lists.LIST,
    prepare=(_credentials,),
    rules=(
        _type_stays,
        _address,
        _realm_unique,
        need_unique("devices", "mac_address", "MAC address already in use"),
    ),
    items=_items,
).register()


@answers("GET", "/accounts/{}/users/{}/devices")
def list_of_user(call: Call, user_id: str) -> Answer:
    call.entry("users", user_id)
    owned = {
        one: entry for one, entry in call.docs("devices").items() if entry["doc"].get("owner_id") == user_id
    }
    return lists.listed(call, rows(call, DEVICES, owned), DEVICES.key_type)


@answers("GET", "/accounts/{}/devices/status")
def list_status(call: Call) -> list[Document]:
    """Registered devices only."""
    return [
        {"device_id": identifier, "registered": True} for identifier in sorted(call.sandbox.registered(call))
    ]


@answers("GET", "/accounts/{}/devices/{}/status")
def read_status(call: Call, device_id: str) -> Document:
    call.entry("devices", device_id)
    return {"device_id": device_id, "registered": device_id in call.sandbox.registered(call)}


@answers("POST", "/accounts/{}/devices/{}/sync")
def sync(call: Call, device_id: str) -> Answer:
    call.entry("devices", device_id)
    return Answer("sync request sent", 202)


@answers("POST", "/accounts/{}/users/{}/sync")
def sync_user(call: Call, user_id: str) -> Answer:
    call.entry("users", user_id)
    return Answer("sync request sent", 202)


def _registration(call: Call, device_id: str, entry: Entry) -> Document:
    """What a phone said when it last registered: the same until the device changes."""
    spread = int(call.stable("registration", device_id)[:6], 16)
    username, contact_ip = text_at(entry["doc"], "sip.username"), f"198.51.100.{spread % 250 + 1}"
    age_s = (int(call.now_s) + spread) % 300
    return {
        "username": username,
        "realm": text_at(entry["doc"], "sip.realm") or call.realm,
        "contact": f"sip:{username}@{contact_ip}:5060",
        "contact_ip": contact_ip,
        "contact_port": 5060,
        "source_ip": contact_ip,
        "source_port": 5060,
        "received_ip": contact_ip,
        "user_agent": _AGENTS[spread % len(_AGENTS)],
        "expires": 300,
        "event_timestamp": call.now_g - age_s,
        "authorizing_id": device_id,
        "authorizing_type": "device",
        "owner_id": entry["doc"].get("owner_id", ""),
        "proxy_ip": "192.0.2.10",
        "proxy_port": 5060,
        "network_ip": contact_ip,
        "network_port": 5060,
    }


_AGENTS = (
    "Yealink SIP-T46S 66.86.0.15",
    "PolycomVVX-VVX_411-UA/5.9.5",
    "Grandstream GXP2170 1.0.11.79",
    "Bria 6.5.2",
)


@answers("GET", "/accounts/{}/registrations")
def list_registrations(call: Call) -> list[Document]:
    devices = call.docs("devices")
    found = sorted(call.sandbox.registered(call) & set(devices))
    return [_registration(call, device_id, devices[device_id]) for device_id in found]


@answers("GET", "/accounts/{}/registrations/count")
def count_registrations(call: Call) -> Document:
    return {"count": len(call.sandbox.registered(call))}


@answers("GET", "/registrations")
def list_all_registrations(call: Call) -> Document:
    """The master counts them all."""
    call.need_master()
    total = 0
    for account_id in call.state["accounts"]:
        call.account_id = account_id
        total += len(call.sandbox.registered(call))
    return {"count": total}


@answers("DELETE", "/accounts/{}/registrations")
def flush_registrations(call: Call) -> Answer:
    _flush(call, call.sandbox.registered(call))
    return Answer("flushed all registrations")


@answers("DELETE", "/accounts/{}/registrations/{}")
def flush_registration(call: Call, username: str) -> Answer:
    """Forget one registration; the phone registers again within its five minutes."""
    found = {
        identifier
        for identifier, entry in call.docs("devices").items()
        if text_at(entry["doc"], "sip.username").lower() == username.lower()
    } & call.sandbox.registered(call)
    if not found:
        raise bad_identifier(username)
    _flush(call, found)
    return Answer("ok")


def _flush(call: Call, device_ids: set[str]) -> None:
    flushed = call.account["pvt"].setdefault("flushed", {})
    flushed.update(dict.fromkeys(device_ids, call.now_g))
