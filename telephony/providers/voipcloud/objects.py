"""Users, queues and ring groups as learned from calls: each name, and the days of the first and last call with it.

What was learned is kept in the connection's memory; without one, a reading still finds all that had a call of late. A
name that has no more calls stays: a list of calls cannot say that somebody is gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from portal.lib.errors import NotFound
from telephony.providers.client import Memory
from telephony.providers.drafts import EntityDraft, EntityPage
from telephony.providers.voipcloud.catalog import MOST_ROWS
from telephony.providers.voipcloud.client import VoipcloudClient
from telephony.providers.voipcloud.kinds import KINDS, NAME_FILTERS, QUEUE, RING_GROUP, USER
from telephony.providers.voipcloud.rows import QUEUES, RING_GROUPS, USERS, CallList, Row, name_in

FIRST_DAYS, RECENT_DAYS = 31, 2  # looked at when nothing was learned yet, and afterwards
_MEMORY = "names"
_LISTS = {USER: USERS, QUEUE: QUEUES, RING_GROUP: RING_GROUPS}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

Days = tuple[str, str]  # of the first and the last call seen
Names = dict[str, Days]


def learn(memory: Memory, source: CallList, rows: Iterable[Row]) -> None:
    """Add the names in some rows to what the connection remembers; written only where a day moves."""
    for field, kind in source.taught:
        known = learned(memory, kind)
        before = dict(known)
        for row in rows:
            _see(known, name_in(row, field), str(row.get("call_start_at"))[:10])
        if known != before:
            kept = memory.get(_MEMORY) or {}
            memory.keep(_MEMORY, {**kept, kind: {name: list(days) for name, days in sorted(known.items())}})


def learned(memory: Memory, kind: str) -> Names:
    """What is remembered of one kind: days by name."""
    kept = (memory.get(_MEMORY) or {}).get(kind, {})
    return {name: (days[0], days[1]) for name, days in kept.items()}


def _see(known: Names, name: str, day: str) -> None:
    if name and _DAY.match(day):
        first, last = known.get(name, (day, day))
        known[name] = min(first, day), max(last, day)


def read_entities(
    client: VoipcloudClient,
    kinds: Iterable[str] | None = None,
    parents: Mapping[str, Sequence[str]] | None = None,
    known: Mapping[str, str] | None = None,
    since: datetime | None = None,
) -> Iterator[EntityPage]:
    """One page of each wanted kind: all names learned so far and those of the latest calls; one query each.

    No page is complete, so that nobody counts as gone for want of calls.
    """
    wanted = None if kinds is None else set(kinds)
    for kind in KINDS:
        if wanted is not None and kind not in wanted:
            continue
        source = _LISTS[kind]
        days = RECENT_DAYS if learned(client.memory, kind) else FIRST_DAYS
        learn(client.memory, source, _latest(client, source, days))
        yield EntityPage(
            kind=kind,
            drafts=[_draft(kind, name, days) for name, days in sorted(learned(client.memory, kind).items())],
        )


def _latest(client: VoipcloudClient, source: CallList, days: int) -> Sequence[Row]:
    """The rows of the last days, or the newest of them where they are more than one answer holds."""
    first: date = datetime.now(UTC).date() - timedelta(days=days)
    return client.call(source.operation, {"from_date": first.isoformat(), "limit": MOST_ROWS}).items


def read_entity(client: VoipcloudClient, kind: str, parent_remote_id: str, remote_id: str) -> EntityDraft:
    """One object by the newest call with its name. Raises NotFound where there is none."""
    source = _LISTS[kind]
    if "," in remote_id:  # such a name cannot be asked for
        rows = _latest(client, source, FIRST_DAYS)
    else:
        rows = client.call(source.operation, {**path_values(kind, "", remote_id), "limit": 1}).items
    learn(client.memory, source, rows)
    field = next(field for field, taught in source.taught if taught == kind)
    seen = any(name_in(row, field) == remote_id for row in rows)
    days = learned(client.memory, kind).get(remote_id)
    if not seen or days is None:
        raise NotFound(f"no call has the {kind} {remote_id}")
    return _draft(kind, remote_id, days)


def path_values(kind: str, parent_remote_id: str, remote_id: str = "") -> dict[str, str]:
    """The filter that narrows a call list to an object: {"users_names": ...}; nothing without a name."""
    return {NAME_FILTERS[kind]: remote_id} if remote_id else {}


def _draft(kind: str, name: str, days: Days) -> EntityDraft:
    document: dict[str, Any] = {
        "name": name,
        "learned_from": "calls",
        "first_seen_on": days[0],
        "last_seen_on": days[1],
    }
    return EntityDraft(kind=kind, remote_id=name, name=name, status="learned", document=document)
