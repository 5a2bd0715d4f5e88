"""Legs that actions and scenarios add: planned ahead, running while the clock is inside them, a record once they ended.

They stand in the account's part of the state under "planned"; ordinary calls are computed in `cdrs/`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from telephony.providers.kazoo.sandbox.months import month_id
from telephony.providers.kazoo.times import EPOCH_S

_DOMAIN = "sandbox.example"
_KEPT = 2_000  # planned legs of an account; the oldest go first


@dataclass
class Leg:
    """One side of a call. Times are Gregorian seconds; `answer_g` None: nobody answered.

    direction       as the switch sees it
    number, name    who calls; callee_number, callee_name  who is called
    authorizing_id, authorizing_type  device or carrier that this leg belongs to
    """

    call_id: str
    direction: str
    start_g: int
    answer_g: int | None
    end_g: int
    number: str
    name: str
    callee_number: str
    callee_name: str = ""
    owner_id: str = ""
    authorizing_id: str = ""
    authorizing_type: str = ""
    other_leg: str = ""
    interaction_id: str = ""
    cause: str = "NORMAL_CLEARING"
    username: str = ""
    variables: dict[str, Any] = field(default_factory=dict)


def planned(account: Mapping[str, Any]) -> list[Leg]:
    return [Leg(**one) for one in account.get("planned", [])]


def plan(account: dict[str, Any], legs: Iterable[Leg]) -> None:
    """Add legs to an account; they run and end by the clock."""
    held = account.setdefault("planned", [])
    held += [asdict(leg) for leg in legs]
    del held[: max(0, len(held) - _KEPT)]


def interaction(start_g: int, *parts: object) -> str:
    """`<Gregorian seconds>-<8 hexadecimal characters>`, the same over all legs of a call."""
    return f"{start_g}-{digest('interaction', start_g, *parts)[:8]}"


def digest(*parts: object) -> str:
    text = "\x00".join(map(str, parts)).encode("utf-8", "replace")
    return hashlib.md5(text, usedforsecurity=False).hexdigest()


def running(account: Mapping[str, Any], now_g: int) -> list[Leg]:
    return [leg for leg in planned(account) if leg.start_g <= now_g < leg.end_g]


def channel(leg: Leg, account_id: str, realm: str, now_g: int) -> dict[str, Any]:
    """A running leg as the list of channels shows it."""
    return {
        "uuid": leg.call_id,
        "direction": leg.direction,
        "answered": leg.answer_g is not None and leg.answer_g <= now_g,
        "destination": leg.callee_number,
        "other_leg": leg.other_leg,
        "authorizing_id": leg.authorizing_id,
        "authorizing_type": leg.authorizing_type,
        "owner_id": leg.owner_id,
        "presence_id": f"{leg.username}@{realm}" if leg.username else "",
        "username": leg.username,
        "timestamp": leg.start_g,
        "bridge_id": leg.other_leg if leg.direction == "outbound" else leg.call_id,
        "interaction_id": leg.interaction_id,
        "account_id": account_id,
        "realm": realm,
        "caller_id_name": leg.name,
        "caller_id_number": leg.number,
        "callee_id_name": leg.callee_name,
        "callee_id_number": leg.callee_number,
        "elapsed_s": now_g - leg.start_g,
        "media_server": f"fs1.{_DOMAIN}",
        "media_node": f"freeswitch@fs1.{_DOMAIN}",
        "handling_locally": True,
    }


def record(leg: Leg, account_id: str, realm: str, reseller_id: str) -> dict[str, Any]:
    """An ended leg as a full CDR document."""
    answered = leg.answer_g is not None
    billed_s = leg.end_g - leg.answer_g if leg.answer_g is not None else 0
    duration_s = leg.end_g - leg.start_g
    is_carrier = leg.authorizing_type == "resource"
    variables = {
        "account_id": account_id,
        "account_realm": realm,
        "authorizing_id": leg.authorizing_id,
        "authorizing_type": leg.authorizing_type,
        "bridge_id": leg.other_leg if leg.direction == "outbound" else leg.call_id,
        "call_interaction_id": leg.interaction_id,
        "fetch_id": digest("fetch", leg.call_id),
        "ecallmgr_node": f"ecallmgr@apps1.{_DOMAIN}",
        "realm": realm,
        "reseller_id": reseller_id,
        **({"owner_id": leg.owner_id} if leg.owner_id else {}),
        **({"username": leg.username} if leg.username else {}),
        **({"resource_id": leg.authorizing_id, "global_resource": "true"} if is_carrier else {}),
        **leg.variables,
    }
    return {
        "id": month_id(leg.end_g, digest("cdr", leg.call_id, leg.start_g)),
        "call_id": leg.call_id,
        "call_direction": leg.direction,
        "caller_id_name": leg.name,
        "caller_id_number": leg.number,
        "callee_id_name": leg.callee_name if answered else "",
        "callee_id_number": leg.callee_number if answered else "",
        "duration_seconds": duration_s,
        "billing_seconds": billed_s,
        "ringing_seconds": duration_s - billed_s,
        "timestamp": leg.end_g,
        "channel_created_time": (leg.start_g - EPOCH_S) * 1_000_000,
        "hangup_cause": leg.cause,
        "hangup_code": "sip:200" if answered else "sip:487",
        "disposition": "send_bye" if answered else "recv_cancel",
        "from": f"{leg.number}@{realm}",
        "from_uri": f"{leg.number}@{realm}",
        "from_tag": digest("from", leg.call_id)[:12],
        "to": f"{leg.callee_number}@{realm}",
        "to_uri": f"{leg.callee_number}@{realm}",
        "to_tag": digest("to", leg.call_id)[:12],
        "request": f"{leg.callee_number}@{realm}",
        "other_leg_call_id": leg.other_leg,
        "media_server": f"fs1.{_DOMAIN}",
        "node": f"ecallmgr@apps1.{_DOMAIN}",
        "app_name": "ecallmgr",
        "app_version": "4.0.0",
        "user_agent": f"sandbox/{leg.authorizing_type or 'switch'}",
        "presence_id": f"{leg.username}@{realm}" if leg.username else "",
        "interaction_id": leg.interaction_id,
        "interaction_time": int(leg.interaction_id.partition("-")[0] or leg.start_g),
        "interaction_key": leg.interaction_id.partition("-")[2],
        "custom_channel_vars": variables,
        "custom_sip_headers": {},
        "custom_application_vars": {},
    }
