"""Addresses of proxies that an account's calls to carriers may leave from."""

from __future__ import annotations

from telephony.providers.kazoo.sandbox.call import Call
from telephony.providers.kazoo.sandbox.documents import Document
from telephony.providers.kazoo.sandbox.refusals import Refused, bad_identifier, wrong
from telephony.providers.kazoo.sandbox.routes import answers

_ALL = "/accounts/{}/ips"
_POOL = {  # address -> zone
    "192.0.2.30": "paris",
    "192.0.2.31": "paris",
    "192.0.2.32": "paris",
    "192.0.2.40": "london",
    "192.0.2.41": "london",
}


def _holders(call: Call) -> dict[str, str]:
    """Which account has which address."""
    return {
        address: account_id
        for account_id, account in call.state["accounts"].items()
        for address in account["pvt"].get("ips", ())
    }


def _shown(address: str, holder: str = "") -> Document:
    zone = _POOL[address]
    facts = {"id": address, "ip": address, "zone": zone, "host": f"proxy.{zone}.sandbox.example",
             "type": "dedicated_ip", "status": "assigned" if holder else "available"}  # fmt: skip
    return facts | ({"assigned_to": holder} if holder else {})


@answers("GET", _ALL)
def list_free(call: Call) -> list[Document]:
    """Those that nobody has, of a zone where one is named; `quantity` says how many at most."""
    zone, most = call.query.get("zone", ""), call.query.get("quantity", "")
    held = _holders(call)
    found = [
        {"ip": address, "zone": where}
        for address, where in _POOL.items()
        if address not in held and zone in ("", where)
    ]
    return found[: int(most)] if most.isascii() and most.isdecimal() and len(most) < 6 else found


@answers("GET", _ALL + "/assigned")
def list_own(call: Call) -> list[Document]:
    return [{"ip": one, "zone": _POOL[one]} for one in call.account["pvt"].get("ips", ())]


@answers("GET", _ALL + "/zones")
def list_zones(call: Call) -> list[str]:
    return sorted(set(_POOL.values()))


@answers("GET", _ALL + "/hosts")
def list_hosts(call: Call) -> list[str]:
    return [f"proxy.{zone}.sandbox.example" for zone in list_zones(call)]


@answers("POST", _ALL)
def assign_many(call: Call) -> list[Document]:
    """`data` is the list, or holds it as `ips`."""
    call.need_reseller()
    wanted = call.message.data if isinstance(call.message.data, list) else call.texts("ips")
    if not wanted or not all(isinstance(one, str) for one in wanted):
        raise wrong("ips", "required", "Field is required but missing", value=wanted)
    for one in wanted:
        _need_free(call, one)
    return [assign(call, one) for one in wanted]


@answers("GET", _ALL + "/{}")
def read(call: Call, address: str) -> Document:
    if address not in _POOL:
        raise bad_identifier(address)
    return _shown(address, _holders(call).get(address, ""))


@answers("POST", _ALL + "/{}")
def assign(call: Call, address: str) -> Document:
    call.need_reseller()
    _need_free(call, address)
    own = call.account["pvt"].setdefault("ips", [])
    if address not in own:
        own.append(address)
    return _shown(address, call.account_id)


def _need_free(call: Call, address: str) -> None:
    """Raises Refused 404, or 409 when another account has it."""
    holder = read(call, address).get("assigned_to", call.account_id)
    if holder != call.account_id:
        raise Refused(409, "datastore_conflict", {"message": "ip is assigned already", "cause": address})


@answers("DELETE", _ALL + "/{}")
def release(call: Call, address: str) -> Document:
    call.need_reseller()
    own = call.account["pvt"].get("ips", [])
    if address not in own:
        raise bad_identifier(address)
    own.remove(address)
    return _shown(address)
