"""The columns of the CDR lists, in order, and how each is written: texts even where numbers stand (facts, section 6)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from telephony.providers.kazoo.sandbox.cdrs import cost_units
from telephony.providers.kazoo.sandbox.documents import Document
from telephony.providers.kazoo.times import EPOCH_S

_COLUMNS = (
    "id", "call_id", "caller_id_number", "caller_id_name", "callee_id_number", "callee_id_name", "duration_seconds",
    "billing_seconds", "timestamp", "hangup_cause", "disposition", "other_leg_call_id", "owner_id", "to", "from",
    "direction", "request", "authorizing_id", "cost", "dialed_number", "calling_from", "datetime", "unix_timestamp",
    "unix_timestamp_micro", "rfc_1036", "iso_8601", "iso_8601_combined", "call_type", "rate", "rate_name", "bridge_id",
    "recording_url", "media_recordings", "media_server", "call_priority", "interaction_id",
)  # fmt: skip
_OF_RESELLERS = ("reseller_cost", "reseller_call_type")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_COPIED = (
    "id", "call_id", "caller_id_number", "caller_id_name", "callee_id_number", "callee_id_name", "hangup_cause",
    "disposition", "other_leg_call_id", "to", "from", "request", "recording_url", "media_server", "interaction_id",
)  # fmt: skip


def columns_of(with_reseller: bool) -> tuple[str, ...]:
    return (*_COLUMNS, *_OF_RESELLERS) if with_reseller else _COLUMNS


class Shape(NamedTuple):
    """How rows are written: `offset_s` moves only the column `datetime`, in which `separator` stands."""

    offset_s: int = 0
    separator: str = "_"
    with_reseller: bool = False


def row_of(leg: Document, shape: Shape) -> Document:
    """A full document as a row. What is unknown is an empty text."""
    variables = leg.get("custom_channel_vars") or {}
    duration_s, billed_s = int(leg.get("duration_seconds", 0)), int(leg.get("billing_seconds", 0))
    start_g = int(leg["timestamp"]) - duration_s
    direction = str(leg.get("call_direction", ""))
    row: Document = {name: str(leg.get(name) or "") for name in _COPIED}
    row |= {
        "duration_seconds": duration_s,
        "billing_seconds": billed_s,
        "direction": direction,
        "owner_id": str(variables.get("owner_id", "")),
        "authorizing_id": _authorizing(variables),
        "bridge_id": str(variables.get("bridge_id", "")),
        "dialed_number": _user(row["request"] if direction == "inbound" else row["to"]),
        "calling_from": row["caller_id_number"]
        if direction == "inbound"
        else _user(str(leg.get("from_uri") or row["from"])),
        "media_recordings": list(variables.get("media_recordings") or []),
        "call_priority": str(variables.get("call_priority", "")),
    }
    row |= _moments(leg, start_g, shape.offset_s, shape.separator)
    row |= _costs(leg, variables)
    return {name: row[name] for name in columns_of(shape.with_reseller)}


def _authorizing(variables: Document) -> str:
    """The device or carrier; empty when it is the account itself."""
    authorizing = str(variables.get("authorizing_id", ""))
    return "" if authorizing == variables.get("account_id") else authorizing


def _user(address: str) -> str:
    return address.partition("@")[0]


def _moments(leg: Document, start_g: int, offset_s: int, separator: str) -> Document:
    start_s = start_g - EPOCH_S
    moment = datetime.fromtimestamp(start_s, UTC)
    shown = datetime.fromtimestamp(start_s + offset_s, UTC)
    micro = leg.get("channel_created_time")
    weekday, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    return {
        "timestamp": str(start_g),
        "unix_timestamp": str(start_s),
        "unix_timestamp_micro": f"{int(micro) / 1_000_000:.6f}".rstrip("0").rstrip(".") if micro else "",
        "datetime": shown.strftime(f"%Y-%m-%d{separator}%H:%M:%S"),
        "rfc_1036": f"{weekday}, {moment.day:02d} {month} {moment.year} {moment:%H:%M:%S} GMT",
        "iso_8601": moment.strftime("%Y-%m-%d"),
        "iso_8601_combined": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _costs(leg: Document, variables: Document) -> Document:
    """`cost` in 1/10000 of the currency, where the account pays by the minute; `rate` in the currency itself."""
    reseller, rate = str(variables.get("reseller_billing", "")), variables.get("rate")
    cost = str(cost_units(leg))
    return {
        "cost": cost,
        "rate": f"{int(rate) / 10_000:g}" if rate else "",
        "rate_name": str(variables.get("rate_name", "")),
        "call_type": str(variables.get("account_billing", "")),
        "reseller_cost": cost if reseller == "per_minute" else "0",
        "reseller_call_type": reseller,
    }
