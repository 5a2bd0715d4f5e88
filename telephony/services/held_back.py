"""Lists of objects that suddenly lacked much and were not believed: what would go, and a person's agreement.

How it comes to that: entities.py and entity_sync.py, which park the run and note in its cursor what the lists lack.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import audit
from accounts.models import AuditEvent, Person
from telephony.models import Connection, SyncRun
from telephony.services import runs

LOOKED_BACK = 50  # runs


@dataclass(frozen=True, kw_only=True)
class HeldBack:
    """One kind of objects whose lists lack much.

    gone, known   how many of how many would go
    names         the first of them, as they are called here
    """

    run: SyncRun
    kind: str
    label: str
    gone: int
    known: int
    names: Sequence[str]

    @property
    def others(self) -> int:
        """How many there are beside those that are named."""
        return self.gone - len(self.names)


def held_back_of(connection: Connection) -> list[HeldBack]:
    """What waits for a person's word, by kind: as the latest run found it that looked at the kind. One query."""
    return held_back_in(_ended(SyncRun.objects.filter(connection=connection))[:LOOKED_BACK], connection)


def held_back_in(ended: QuerySet[SyncRun] | Sequence[SyncRun], connection: Connection) -> list[HeldBack]:
    """The same from runs of the connection that have ended, latest first."""
    found: dict[str, HeldBack] = {}
    settled: set[str] = set()
    for run in ended:
        looked_at = set(run.cursor.get("kinds", ()))
        for kind, held in run.cursor.get("held_back", {}).items():
            if kind not in settled and kind not in found and kind in connection.declaration.kinds:
                label = str(connection.declaration.kinds[kind].plural)
                found[kind] = HeldBack(run=run, kind=kind, label=label, **held)
        settled |= looked_at
    return list(found.values())


def _ended(rows: QuerySet[SyncRun]) -> QuerySet[SyncRun]:
    states = [SyncRun.State.COMPLETE, SyncRun.State.PARKED]
    return rows.filter(what=SyncRun.What.ENTITIES, state__in=states).order_by("-created_at", "-id")


def accept(connection: Connection, person: Person, request: HttpRequest | None = None) -> runs.Asked | None:
    """Read those kinds again and believe their lists, as far as they lack no more than the person was shown.

    None where nothing is held back any more.
    """
    held = held_back_of(connection)
    if not held:
        return None
    agreed = {one.kind: one.gone for one in held}
    asked = runs.ask_for_run(
        connection, SyncRun.What.ENTITIES, kinds=agreed, person=person, accepts_removal=agreed
    )
    audit.record(
        AuditEvent.Verb.SYNCED,
        tenant=connection.tenant,
        person=person,
        object_label=connection.name,
        detail={"accepted_removal": agreed},
        request=request,
    )
    return asked
