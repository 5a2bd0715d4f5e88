"""Rows of call records as a server lists them, for calls of every sort: facts section 6."""

from __future__ import annotations

from typing import Any

from telephony.providers.kazoo.times import EPOCH_S

REALM = "blue.example.com"
ANNA, BEN, CLEO = "aa" * 16, "bb" * 16, "cc" * 16  # users
DESK, MOBILE, LOBBY = "d1" * 16, "d2" * 16, "d3" * 16  # devices; nobody owns the lobby's
CARRIER = "ee" * 16
OUTSIDE, MAIN = "+33612345678", "+33155500100"
BEGAN = 1_709_780_800
EXTENSIONS = {ANNA: "200", BEN: "201", CLEO: "202"}


def leg(name: str, at: float, rings: int, talks: int, cause: str, **columns: Any) -> dict[str, Any]:
    """One row. `at` seconds after the call began, unknown columns empty as servers send them."""
    start = BEGAN + int(at)
    row = {
        "id": f"202403-{name}",
        "call_id": f"{name}@10.0.0.9",
        "caller_id_number": "",
        "caller_id_name": "",
        "callee_id_number": "",
        "callee_id_name": "",
        "duration_seconds": rings + talks,
        "billing_seconds": talks,
        "timestamp": str(start + EPOCH_S),
        "unix_timestamp": str(start),
        "unix_timestamp_micro": f"{BEGAN + at:.2f}",
        "hangup_cause": cause,
        "disposition": "",
        "other_leg_call_id": "",
        "interaction_id": f"{BEGAN + EPOCH_S}-8c2e11aa",
        "owner_id": "",
        "authorizing_id": "",
        "from": "",
        "to": "",
        "request": "",
        "dialed_number": "",
        "calling_from": "",
        "cost": "0",
        "rate": "",
        "rate_name": "",
        "call_type": "",
        "recording_url": "",
        "media_recordings": [],
    }
    return {**row, **columns}


def from_outside(
    rings: int, talks: int, cause: str = "NORMAL_CLEARING", other: str = "", **more: Any
) -> dict[str, Any]:
    """The leg of somebody outside who calls the main number."""
    return leg(
        "a", 0, rings, talks, cause,
        direction="inbound",
        authorizing_id=CARRIER,
        caller_id_number=OUTSIDE,
        calling_from=OUTSIDE,
        dialed_number=MAIN,
        request=f"{MAIN}@{REALM}",
        to=f"{MAIN}@{REALM}",
        other_leg_call_id=other,
        **{"from": f"{OUTSIDE}@sip.carrier.example"},
        **more,
    )  # fmt: skip


def to_phone(
    name: str, at: float, owner: str, rings: int, talks: int, cause: str, caller: str = OUTSIDE, **more: Any
) -> dict[str, Any]:
    """The leg to a phone of somebody."""
    return leg(
        name, at, rings, talks, cause,
        direction="outbound",
        owner_id=owner,
        authorizing_id=more.pop("authorizing_id", DESK),
        caller_id_number=caller,
        calling_from=caller,
        callee_id_number=EXTENSIONS.get(owner, "") if talks else "",
        dialed_number=f"user_{owner[:4]}",
        to=f"user_{owner[:4]}@{REALM}",
        other_leg_call_id="a@10.0.0.9" if talks else "",
        **{"from": f"{caller}@{REALM}"},
        **more,
    )  # fmt: skip


def from_phone(
    owner: str, dialed: str, rings: int, talks: int, cause: str = "NORMAL_CLEARING", **more: Any
) -> dict[str, Any]:
    """The leg of somebody of the account who calls."""
    more.setdefault("other_leg_call_id", "b@10.0.0.9" if talks else "")
    return leg(
        "z", 0, rings, talks, cause,
        direction="inbound",
        owner_id=owner,
        authorizing_id=DESK,
        caller_id_number=EXTENSIONS[owner],
        calling_from=EXTENSIONS[owner],
        dialed_number=dialed,
        request=f"{dialed}@{REALM}",
        to=f"{dialed}@{REALM}",
        **{"from": f"user_{owner[:4]}@{REALM}"},
        **more,
    )  # fmt: skip


def to_carrier(
    name: str, at: float, dialed: str, rings: int, talks: int, cause: str, caller: str, **more: Any
) -> dict[str, Any]:
    """The leg to a carrier, which leaves the account."""
    return leg(
        name, at, rings, talks, cause,
        direction="outbound",
        authorizing_id=CARRIER,
        caller_id_number=caller,
        calling_from=caller,
        callee_id_number=dialed,
        dialed_number=dialed,
        to=f"{dialed}@sip.carrier.example",
        **{"from": f"{caller}@{REALM}"},
        **more,
    )  # fmt: skip
