"""Running legs as steps of calls: facts section 7, "Channels", and the reading direction of section 6.

As in the records, `direction` is that of the switch. The leg of an outside caller is of no line: while it is all there is,
the switch holds the call in a menu, a queue or an announcement. Legs to carriers say nothing that the caller's own does not,
unless a person's calls are sent to a number outside: then that leg is where the person is rung.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from telephony.providers.drafts import CallEventDraft
from telephony.providers.kazoo.legs import number
from telephony.providers.kazoo.times import from_gregorian
from telephony.providers.live import Row, Rows
from telephony.providers.running import Running

LONGEST, MOST = 80, 128
_PHONES = ("device", "mobile")


def events(rows: Rows) -> Sequence[CallEventDraft]:
    """Beginnings and answers of the legs that these rows tell of."""
    known = [row for row in rows if 0 < len(_text(row, "uuid")) <= LONGEST]
    placed = {(_interaction(row), _line(row)) for row in known if _is_inbound(row) and _line(row)}
    rung: dict[str, set[str]] = {}
    sides = []
    for row in known:
        line, interaction = _line(row), _interaction(row)
        if not _is_inbound(row) and (not line or (interaction, line) in placed):
            continue  # to a carrier, for a call that a line placed
        sides.append((row, line, interaction))
        if line and not _is_inbound(row):
            rung.setdefault(interaction, set()).add(line)
    return [
        step
        for row, line, interaction in sides
        for step in _steps(row, line, interaction, is_group=len(rung.get(interaction, ())) > 1)
    ]


def _steps(row: Row, line: str, interaction: str, *, is_group: bool) -> list[CallEventDraft]:
    is_placed = _is_inbound(row) and line != ""
    shared: dict[str, Any] = {
        "line_remote_id": line,
        "direction": "outbound" if is_placed else "inbound",
        "other": number(_text(row, "destination" if is_placed else "caller_id_number")),
        "dialogue": _text(row, "uuid"),
        "call_ref": interaction,
        "is_group": is_group and line != "" and not is_placed,
    }
    steps = [CallEventDraft(kind="setup", happened_at=_began_at(row), **shared)]
    # That the switch took an outside caller's leg is not that somebody talks.
    if line and row.get("answered") in (True, "true"):
        steps.append(CallEventDraft(kind="connect", **shared))
    return steps


def _line(row: Row) -> str:
    """The person that the leg belongs to, else the phone; "" of a carrier's leg."""
    if owner := _text(row, "owner_id"):
        return owner
    return _text(row, "authorizing_id") if _text(row, "authorizing_type") in _PHONES else ""


def _interaction(row: Row) -> str:
    return _text(row, "interaction_id")[:LONGEST] or _text(row, "bridge_id")[:LONGEST]


def _is_inbound(row: Row) -> bool:
    return row.get("direction") == "inbound"


def _began_at(row: Row) -> datetime | None:
    try:
        return from_gregorian(row.get("timestamp"))
    except ValueError:
        return None


def _text(row: Row, name: str) -> str:
    return str(row.get(name) or "")[:MOST]


RUNNING = Running(operation="channel.list", events=events, every_s=5)
