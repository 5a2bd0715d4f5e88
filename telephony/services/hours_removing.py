"""Opening hours that are to apply at a provider no longer: their rules and their set go there, by one previewed run."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.models import Person
from telephony.models import Entity, HoursPlacement, HoursRun
from telephony.services import hours_planning


def plan_removal(placement: HoursPlacement, person: Person | None) -> HoursRun:
    """A run in preview that removes what was written. Nothing is sent.

    The set goes first: its rules mean nothing without it. Raises NothingToWrite, and what reading raises.
    """
    keeping = hours_planning.keeping_of(placement.connection)
    there = hours_planning.at_provider(placement, placement.connection, keeping, person)
    found = hours_planning.Plan(keeping)
    if there.set is not None:
        found.add(f"{keeping.rule_set}.delete", {keeping.set_id: placement.set_remote_id}, there.set, {})
    for remote_id, document in there.rules.items():
        found.add(f"{keeping.rule}.delete", {keeping.rule_id: remote_id}, document, {})
    outcome: dict[str, Any] = {
        "set_remote_id": "",
        "rules": [],
        "zone": "",
        "first_on": None,
        "last_on": None,
    }
    if not found.steps:
        hours_planning.keep_outcome(placement, outcome)
        raise hours_planning.NothingToWrite
    with transaction.atomic():
        run = HoursRun(placement=placement, outcome=outcome)
        return hours_planning.keep_run(run, found.steps, person)


def users_of(placement: HoursPlacement) -> list[Entity]:
    """The callflows that ask the set, as far as our copies tell."""
    keeping = hours_planning.keeping_of(placement.connection)
    own = Entity.objects.filter(
        connection=placement.connection, kind=keeping.set_kind, remote_id=placement.set_remote_id
    )
    return list(Entity.objects.filter(references__target__in=own).distinct().order_by("name_key", "pk"))
