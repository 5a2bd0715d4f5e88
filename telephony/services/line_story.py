"""Everything a line's page shows, out of the cache: what callers get, whom it refuses, its calls and changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone

from portal.lib.days import midnight
from portal.lib.errors import ProviderError
from telephony.models import BlockEnd, Call, Change, Entity
from telephony.models.calls import Direction
from telephony.models.rollups import Part
from telephony.providers.drafts import EntityPage
from telephony.providers.line_page import Cached, LineParts
from telephony.services import access, entities
from telephony.services.analytics import calls_of
from telephony.services.change_story import numbers_in
from telephony.services.edit_surroundings import calls_from, contacts_among
from telephony.services.number_names import names_of

YEAR = timedelta(days=365)
RECENT_CALLS, RECENT_CHANGES, LOOKED_AT = 8, 4, 40


@dataclass(frozen=True, kw_only=True)
class BlacklistStory:
    """The places of a blacklist: each number with how often it called in a year, the busiest first.

    ends   of those that go off by themselves: when
    """

    entries: Sequence[tuple[str, int]]
    never: int
    total: int
    contacts: frozenset[str]
    ends: Mapping[str, BlockEnd] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LineStory:
    line: Entity
    parts: LineParts
    calls: Sequence[tuple[Call, str]]
    calls_today: int
    changes: Sequence[Change]
    forced_at: Mapping[int, datetime] = field(default_factory=dict)
    blacklist: BlacklistStory | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    has_terminals: bool = False
    read_at: datetime | None = None


def story_of(line: Entity) -> LineStory:
    """About ten queries, however much the line has."""
    cached = cached_below(line)
    declared = line.connection.declaration.line_page
    parts = declared.parts(line.kind, cached) if declared else LineParts()
    calls = list(_calls(line)[:RECENT_CALLS])
    changes = list(_changes(line)[:LOOKED_AT])
    black = _blacklist(line, parts)
    others = [(call, other_number(call, line)) for call in calls]
    numbers = [other for _call, other in others]
    numbers += numbers_in(row.sentence for row in parts.profiles or ())
    numbers += [number for number, _count in black.entries] if black else []
    zone = ZoneInfo(line.connection.tenant.time_zone)
    today = timezone.now().astimezone(zone).date()
    return LineStory(
        line=line,
        parts=parts,
        calls=others,
        calls_today=_calls(line).filter(started_at__gte=midnight(today, zone)).count(),
        changes=changes[:RECENT_CHANGES],
        forced_at=_forced_at(changes),
        blacklist=black,
        names=names_of(numbers),
        has_terminals=bool(declared and declared.terminals and parts.plugins is not None),
        read_at=max((one.read_at for one in cached), default=line.fetched_at),
    )


@dataclass(frozen=True, kw_only=True)
class Below(Cached):
    read_at: datetime


def cached_below(line: Entity) -> list[Below]:
    """What the page's kinds have below the line, and what hangs below that: one query."""
    declared = line.connection.declaration.line_page
    if declared is None:
        return []
    wanted = Q(kind__in=declared.kinds, parent_remote_id=line.remote_id)
    wanted |= Q(kind__in=list(declared.below.values()), parent_remote_id__startswith=f"{line.remote_id}/")
    rows = Entity.objects.present().filter(wanted, connection_id=line.connection_id).order_by("pk")
    return [
        Below(
            entity_id=row.pk,
            kind=row.kind,
            parent_remote_id=row.parent_remote_id,
            remote_id=row.remote_id,
            name=row.name,
            document=row.document,
            read_at=row.fetched_at,
        )
        for row in rows
    ]


def _calls(line: Entity) -> Any:
    return calls_of(Part.of_place(line)).order_by("-started_at", "-pk")


def _changes(line: Entity) -> Any:
    sent = Change.objects.filter(line=line).exclude(state__in=(Change.State.DRAFT, Change.State.CONFLICT))
    return sent.order_by("-created_at", "-pk")


def _forced_at(changes: Sequence[Change]) -> dict[int, datetime]:
    """Since when a profile is forced, where it was forced from here: entity id to moment."""
    found: dict[int, datetime] = {}
    for change in changes:
        if change.entity_id and change.state == Change.State.APPLIED and change.wanted.get("forced") is True:
            found.setdefault(change.entity_id, change.settled_at or change.created_at)
    return found


def _blacklist(line: Entity, parts: LineParts) -> BlacklistStory | None:
    if parts.blacklist is None:
        return None
    numbers = list(parts.blacklist.numbers)
    counts = calls_from(line, numbers, YEAR) if numbers else {}
    entries = sorted(((number, counts.get(number, 0)) for number in numbers), key=lambda one: -one[1])
    return BlacklistStory(
        entries=entries,
        never=sum(1 for _number, count in entries if not count),
        total=sum(counts.values()),
        contacts=frozenset(contacts_among(numbers)) if numbers else frozenset(),
        ends=_ends(line, numbers) if numbers else {},
    )


def _ends(line: Entity, numbers: Sequence[str]) -> dict[str, BlockEnd]:
    ends = BlockEnd.objects.filter(
        number__in=numbers,
        entity__connection=line.connection_id,
        entity__parent_remote_id=line.remote_id,
    )
    return {end.number: end for end in ends}


def other_number(call: Call, line: Entity) -> str:
    """Who the call was with, seen from the line."""
    own = {line.number, line.extension} - {""}
    is_caller = call.direction == Direction.INTERNAL and call.caller in own
    return call.callee if is_caller or call.direction == Direction.OUTBOUND else call.caller


# ---- read live ----


@dataclass(frozen=True, kw_only=True)
class Terminals:
    """Registered telephones as just read; `error` where they could not be."""

    found: Sequence[tuple[str, str]] = ()
    error: str = ""


def terminals_of(line: Entity) -> Terminals:
    """The telephones that are registered now, asked of the provider."""
    declared = line.connection.declaration.line_page
    if declared is None or not declared.terminals or declared.terminal_words is None:
        return Terminals()
    values = line.connection.declaration.path_values(line.kind, "", line.remote_id)
    try:
        client = access.client_of(line.connection, is_person=True, deadline_s=8)
        items = client.call(declared.terminals, values).items
    except ProviderError as error:
        return Terminals(error=error.message)
    return Terminals(found=[declared.terminal_words(item) for item in items])


def refresh(line: Entity) -> None:
    """Read the line and what its page shows anew, and cache it. Raises the errors of portal.lib.errors."""
    connection = line.connection
    declared = connection.declaration
    client = access.client_of(connection, is_person=True, deadline_s=10)
    now = timezone.now()
    draft = declared.read_entity(client, line.kind, line.parent_remote_id, line.remote_id)
    page = EntityPage(kind=line.kind, parent_remote_id=line.parent_remote_id, drafts=[draft])
    entities.store(connection, page, now)
    if declared.line_page is None:
        return
    known = dict(
        Entity.objects.filter(connection=connection, parent_remote_id="").values_list("remote_id", "kind")
    )
    kinds = [
        name
        for name in (*declared.line_page.kinds, *declared.line_page.below.values())
        if name in declared.line_page.below.values() or line.kind in declared.kinds[name].parent_kinds
    ]
    parents = entities.only_below(connection, {line.kind: [line.remote_id]})
    for page in declared.read_entities(client, kinds=kinds, parents=parents, known=known):
        entities.store(connection, page, now)
