"""What a board is narrowed to, and who answers for a group.

Members of a group are those that its document names; where none does, the lines that took its calls in the last week.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Q

from accounts.models import Tenant
from telephony.models import Call, Connection, Entity, EntityReference
from telephony.models.calls import CallQuerySet
from telephony.models.rollups import Part

LOOKED_BACK = timedelta(days=7)
KEPT_S = 600
GROUPS = (Entity.Facet.GROUP, Entity.Facet.QUEUE)
Place = tuple[int, str]  # connection and remote id of a line


@dataclass(frozen=True, kw_only=True)
class Group:
    """A group or queue, and the lines that answer for it."""

    pk: int
    name: str
    connection_id: int
    remote_id: str
    members: frozenset[Place]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a board shows: all of a tenant, or what is of one connection, line or group."""

    connection: Connection | None = None
    line: Entity | None = None
    group: Group | None = None

    @property
    def key(self) -> tuple[int | None, ...]:
        return tuple(one.pk if one else None for one in (self.connection, self.line, self.group))

    @property
    def name(self) -> str:
        """The same in a cache key."""
        return "-".join(str(one or 0) for one in self.key)

    @property
    def part(self) -> Part:
        """Whose records figures of it are made of; of a group, those of its connection."""
        connection = (
            self.group.connection_id if self.group else self.connection.pk if self.connection else None
        )
        return Part(connection=connection, line=self.line.pk if self.line else None)

    @property
    def places(self) -> frozenset[Place] | None:
        """The lines that are meant, None for all."""
        own = [{(self.line.connection_id, self.line.remote_id)}] if self.line else []
        own += [set(self.group.members)] if self.group else []
        return frozenset(set.intersection(*own)) if own else None

    def has_line(self, line: Entity) -> bool:
        if self.connection and line.connection_id != self.connection.pk:
            return False
        return self.places is None or (line.connection_id, line.remote_id) in self.places

    def narrow_live(self, calls: Any) -> Any:
        """Of the calls that go on those that are meant."""
        if self.connection:
            calls = calls.filter(connection=self.connection)
        if self.places is None:
            return calls
        either = Q(pk=None)
        for connection_id, remote_ids in _by_connection(self.places):
            here = Q(line_remote_id__in=remote_ids) | Q(ringing__overlap=remote_ids)
            either |= Q(connection=connection_id) & here
        return calls.filter(either)

    def narrow(self, calls: CallQuerySet) -> CallQuerySet:
        """The same of the history; of a group also what was offered to it and nobody took."""
        if self.connection:
            calls = calls.filter(connection=self.connection)
        if self.line:
            calls = calls.filter(line=self.line)
        if self.group:
            own = Q(connection=self.group.connection_id, group_remote_id=self.group.remote_id)
            for connection_id, remote_ids in _by_connection(self.group.members):
                own |= Q(line__connection=connection_id, line__remote_id__in=remote_ids)
            calls = calls.filter(own)
        return calls


def groups_of(tenant: Tenant, now: datetime) -> list[Group]:
    """Groups and queues with somebody who answers, by name; ten minutes old at most."""
    key = f"live-groups:{tenant.pk}"
    kept = cache.get(key)
    if kept is None:
        kept = _read_groups(now)
        cache.set(key, kept, KEPT_S)
    return kept


def _read_groups(now: datetime) -> list[Group]:
    rows = list(Entity.objects.present().filter(facet__in=GROUPS).order_by("name_key", "pk"))
    if not rows:
        return []
    declared = EntityReference.objects.filter(source__in=rows, target__is_line=True)
    members: dict[int, set[Place]] = {}
    for source, connection_id, remote_id in declared.values_list(
        "source", "target__connection", "target__remote_id"
    ):
        members.setdefault(source, set()).add((connection_id, remote_id))
    learned: dict[Place, set[Place]] = {}
    taken = (
        Call.objects.between(now - LOOKED_BACK, now).exclude(group_remote_id="").filter(line__is_line=True)
    )
    for connection_id, group, remote_id, facet in (
        taken.order_by()
        .values_list("connection", "group_remote_id", "line__remote_id", "line__facet")
        .distinct()
    ):
        if facet not in GROUPS:
            learned.setdefault((connection_id, group), set()).add((connection_id, remote_id))
    found = [
        Group(
            pk=row.pk,
            name=str(row),
            connection_id=row.connection_id,
            remote_id=row.remote_id,
            members=frozenset(members.get(row.pk) or learned.get((row.connection_id, row.remote_id)) or ()),
        )
        for row in rows
    ]
    return [one for one in found if one.members]


def _by_connection(places: Iterable[Place]) -> Sequence[tuple[int, list[str]]]:
    found: dict[int, list[str]] = {}
    for connection_id, remote_id in sorted(places):
        found.setdefault(connection_id, []).append(remote_id)
    return list(found.items())
