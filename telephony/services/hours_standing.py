"""Whether a provider still has the opening hours that were written to it, as far as our copies of its objects tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from portal.lib.errors import InvalidInput
from telephony.models import Connection, Entity, EntityReference, HoursPlacement, HoursRun
from telephony.services.hours_planning import connections, keeping_of, says, wanted_rules
from telephony.services.opening_hours import Schedule


class Standing(StrEnum):
    """How the hours here and those at the provider stand to each other."""

    ABSENT = "absent"
    IN_STEP = "in_step"
    CHANGED_HERE = "changed_here"
    CHANGED_THERE = "changed_there"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A connection, and how hours stand there.

    moved   names of what differs there from what was written
    users   callflows that ask the set
    run     the newest run that is not forgotten
    is_short   a year began whose movable holidays are not written yet
    read_at    how old our copies are
    """

    connection: Connection
    standing: Standing
    placement: HoursPlacement | None = None
    set_entity: Entity | None = None
    moved: Sequence[str] = ()
    users: Sequence[Entity] = ()
    run: HoursRun | None = None
    is_short: bool = False
    read_at: datetime | None = None

    @property
    def short_of(self) -> str:
        """The year that is not written yet."""
        return str(self.placement.last_on.year + 1) if self.placement and self.placement.last_on else ""


def places(schedule: Schedule) -> list[Place]:
    """Every connection that keeps opening hours, with how these stand there."""
    kept = {
        one.connection_id: one
        for one in HoursPlacement.objects.filter(hours=schedule.row).select_related("hours")
    }
    found = []
    for connection in connections():
        placement = kept.get(connection.pk)
        found.append(_place(schedule, connection, placement))
    return found


def _place(schedule: Schedule, connection: Connection, placement: HoursPlacement | None) -> Place:
    run = placement.runs.order_by("-pk").first() if placement else None
    if placement is None or not placement.set_remote_id:
        return Place(connection=connection, standing=Standing.ABSENT, placement=placement, run=run)
    copies = _copies(connection, placement)
    keeping = keeping_of(connection)
    set_entity = copies.get((keeping.set_kind, placement.set_remote_id))
    moved = _moved(placement, connection, copies)
    if moved:
        standing = Standing.CHANGED_THERE
    elif _is_changed_here(schedule, placement, connection):
        standing = Standing.CHANGED_HERE
    else:
        standing = Standing.IN_STEP
    return Place(
        connection=connection,
        standing=standing,
        placement=placement,
        set_entity=set_entity,
        moved=moved,
        users=_users(set_entity),
        run=run,
        is_short=placement.last_on is not None and placement.last_on < schedule.last,
        read_at=min((one.fetched_at for one in copies.values()), default=None),
    )


def _copies(connection: Connection, placement: HoursPlacement) -> dict[tuple[str, str], Entity]:
    keeping = keeping_of(connection)
    ids = [placement.set_remote_id, *(one["id"] for one in placement.rules)]
    rows = Entity.objects.present().filter(
        connection=connection, kind__in=[keeping.rule_kind, keeping.set_kind], remote_id__in=ids
    )
    return {(one.kind, one.remote_id): one for one in rows}


def _moved(
    placement: HoursPlacement, connection: Connection, copies: Mapping[tuple[str, str], Entity]
) -> list[str]:
    keeping = keeping_of(connection)
    moved = []
    for one in placement.rules:
        copy = copies.get((keeping.rule_kind, one["id"]))
        if copy is None or says(copy.document) != says(one["document"]):
            moved.append(copy.name if copy else one["document"]["name"])
    rule_set = copies.get((keeping.set_kind, placement.set_remote_id))
    wanted = [one["id"] for one in placement.rules]
    if rule_set is None or sorted(rule_set.document.get(keeping.rules_field) or ()) != sorted(wanted):
        moved.append(rule_set.name if rule_set else placement.hours.name)
    return moved


def _is_changed_here(schedule: Schedule, placement: HoursPlacement, connection: Connection) -> bool:
    then = Schedule(schedule.row, today=placement.first_on)
    try:
        rules = wanted_rules(then, keeping_of(connection))
    except InvalidInput:
        return True
    written = [says(one["document"]) for one in placement.rules]
    return placement.zone != schedule.row.zone or [says(one) for one in rules] != written


def _users(set_entity: Entity | None) -> list[Entity]:
    if set_entity is None:
        return []
    references = (
        EntityReference.objects.filter(target=set_entity)
        .select_related("source")
        .order_by("source__name_key")
    )
    return list(dict.fromkeys(one.source for one in references))
