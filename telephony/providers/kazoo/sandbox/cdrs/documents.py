"""Legs written out: the full CDR document, and the row of a leg that still runs (facts, sections 6 and 7)."""

from typing import Any

from telephony.providers.kazoo.sandbox.cdrs.legs import CODES, Leg
from telephony.providers.kazoo.sandbox.cdrs.roster import Roster
from telephony.providers.kazoo.times import EPOCH_S

APP = ("ecallmgr", "4.0.0")
_FAX_FIELDS = frozenset(
    (
        "fax_success", "fax_total_pages", "fax_transferred_pages", "fax_transfer_rate", "fax_ecm_used", "fax_bad_rows",
        "fax_result_code", "fax_result_text",
    )
)  # fmt: skip
_NOT_OF_THE_CHANNEL = _FAX_FIELDS | {"digits_dialed"}
_SERVERS = (("fs1.halvenor.example", "192.0.2.11"), ("fs2.halvenor.example", "192.0.2.12"))


def document_of(leg: Leg, roster: Roster) -> dict[str, Any]:
    """The whole document of one leg. Numbers are numbers, channel variables texts."""
    # The drawn part of the id varies what nobody looks at twice: server, ports, tags.
    noise = int(leg.id[7:15], 16)
    realm, inbound = roster.realm, leg.direction == "inbound"
    server, server_ip = _SERVERS[noise & 1]
    caller_number, caller_name = leg.caller
    callee_number, callee_name = leg.callee
    phone, carrier = leg.phone, leg.carrier
    remote = carrier.host if carrier else phone.address if phone else server_ip
    if inbound and phone:
        sender = f"{phone.username}@{realm}"
    elif inbound:
        sender = f"{caller_number}@{remote}"
    else:
        sender = f"{caller_number}@{realm}"
    receiver = f"{leg.dialled}@{remote if carrier and not inbound else realm}"
    key = leg.interaction_id[12:]
    start = leg.start_s + EPOCH_S
    doc: dict[str, Any] = {
        "id": leg.id,
        "call_id": leg.call_id,
        "call_direction": leg.direction,
        "caller_id_number": caller_number,
        "caller_id_name": caller_name or caller_number,
        "callee_id_number": callee_number,
        "callee_id_name": callee_name or callee_number,
        "duration_seconds": leg.end_s - leg.start_s,
        "billing_seconds": leg.billing_s,
        "ringing_seconds": leg.ringing_s,
        "timestamp": leg.end_s + EPOCH_S,
        "channel_created_time": leg.start_s * 1_000_000 + leg.micro,
        "hangup_cause": leg.cause,
        "hangup_code": CODES[leg.cause],
        "disposition": leg.disposition,
        "from": sender,
        "from_uri": sender,
        "from_tag": f"{noise:08x}",
        "to": receiver,
        "to_uri": receiver,
        "to_tag": f"{noise ^ 0x5A5A5A5A:08x}",
        "request": receiver,
        "other_leg_call_id": leg.other,
        "other_leg_caller_id_name": (caller_name or caller_number) if leg.other else "",
        "other_leg_caller_id_number": caller_number if leg.other else "",
        "other_leg_destination_number": (leg.dialled if inbound else callee_number) if leg.other else "",
        "other_leg_direction": ("outbound" if inbound else "inbound") if leg.other else "",
        "presence_id": f"{caller_number if inbound and phone else leg.dialled}@{realm}",
        "user_agent": phone.agent if phone and not carrier else "FPBX-SBC/2.11",
        "media_server": server,
        "node": "ecallmgr@apps1.halvenor.example",
        "app_name": APP[0],
        "app_version": APP[1],
        "local_sdp": _sdp(start, server_ip, 16384 + noise % 16000),
        "remote_sdp": _sdp(start - 7, remote, 10000 + noise % 20000),
        "digits_dialed": leg.more.get("digits_dialed", "none"),
        "interaction_id": leg.interaction_id,
        "interaction_time": int(leg.interaction_id[:11]),
        "interaction_key": key,
        "custom_sip_headers": {"x_kazoo_aor": sender} if phone and inbound else {},
        "custom_application_vars": {},
        "custom_channel_vars": _channel_vars(leg, roster, noise),
    }
    if "fax_success" in leg.more:
        doc |= {name: leg.more[name] for name in _FAX_FIELDS}
    return doc


def _sdp(number: int, address: str, port: int) -> str:
    return (
        f"v=0\r\no=FreeSWITCH {number} {number} IN IP4 {address}\r\ns=FreeSWITCH\r\nc=IN IP4 {address}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
    )


def _channel_vars(leg: Leg, roster: Roster, noise: int) -> dict[str, Any]:
    phone, carrier = leg.phone, leg.carrier
    ccv: dict[str, Any] = {
        **roster.channel_vars,
        "bridge_id": leg.call_id,
        "call_interaction_id": leg.interaction_id,
        "fetch_id": f"{noise:08x}-{leg.micro:06x}",
        "media_recordings": [],
    }
    if leg.owner:
        ccv["owner_id"] = leg.owner
    if phone:
        ccv["authorizing_id"], ccv["authorizing_type"] = phone.id, phone.authorizing
        ccv["username"] = phone.username
    elif carrier and leg.owner:
        ccv["authorizing_id"], ccv["authorizing_type"] = leg.owner, "user"
    elif carrier:
        ccv["authorizing_id"], ccv["authorizing_type"] = carrier.id, "resource"
    if carrier:
        ccv["resource_id"] = carrier.id
        ccv["global_resource"] = "true" if carrier.is_global else "false"
    for name, value in leg.more.items():
        if name not in _NOT_OF_THE_CHANNEL:
            ccv[name] = value
    return ccv


def channel_of(leg: Leg, roster: Roster, now_s: int) -> dict[str, Any]:
    """The row of a leg that runs at this instant."""
    phone, carrier = leg.phone, leg.carrier
    is_answered = leg.answered_after_s is not None and leg.start_s + leg.answered_after_s <= now_s
    authorizing = phone.id if phone else leg.owner if leg.owner else carrier.id if carrier else ""
    kind = phone.authorizing if phone else "user" if leg.owner else "resource" if carrier else ""
    return {
        "uuid": leg.call_id,
        "direction": leg.direction,
        "answered": is_answered,
        "destination": leg.dialled,
        "other_leg": leg.other if is_answered or leg.direction == "outbound" else "",
        "authorizing_id": authorizing,
        "authorizing_type": kind,
        "owner_id": leg.owner,
        "presence_id": f"{leg.dialled}@{roster.realm}",
        "username": phone.username if phone else "",
        "timestamp": leg.start_s + EPOCH_S,
        "bridge_id": leg.more.get("bridge_id", leg.call_id),
        "interaction_id": leg.interaction_id,
        "caller_id_number": leg.caller[0],
        "caller_id_name": leg.caller[1] or leg.caller[0],
        "callee_id_number": leg.callee[0] if is_answered else "",
        "callee_id_name": leg.callee[1] if is_answered else "",
        "elapsed_s": now_s - leg.start_s,
        "node": "ecallmgr@apps1.halvenor.example",
        "is_loopback": False,
    }
