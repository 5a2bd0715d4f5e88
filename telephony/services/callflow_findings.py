"""What is wrong with callflows, counted and kept, so that their list shows it and filters by it without reading documents.

A fault may come from another object (a mailbox that went), so counts are true as of `judged_at`: all callflows of an
account are judged when its objects were read, and those near one object when that alone was read or written.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q
from django.utils import timezone

from telephony.models import CallflowFindings, Connection, Entity, EntityReference
from telephony.models.entities import EntityQuerySet
from telephony.providers.callflows.tree import read
from telephony.services.callflow_around import network_of, problems_of, targets_of

AT_ONCE = 100  # documents in memory


def judge(connection: Connection) -> None:
    """Judge all callflows of an account; nothing where its provider has none."""
    callflows = connection.declaration.callflows
    if callflows is not None:
        _judge(connection, Entity.objects.present().filter(connection=connection, kind=callflows.kind))


def judge_near(connection: Connection, kind: str, remote_ids: Collection[str]) -> None:
    """Judge the callflows that these objects are, that point to them, or that have one of their numbers."""
    callflows = connection.declaration.callflows
    if callflows is None or not remote_ids:
        return
    rows = Entity.objects.present().filter(connection=connection, kind=callflows.kind)
    pointers = EntityReference.objects.filter(
        source__connection=connection, target_kind=kind, target_remote_id__in=remote_ids
    )
    near = Q(pk__in=pointers.values("source"))
    if kind == callflows.kind:
        own = rows.filter(remote_id__in=remote_ids).values_list("document__numbers", flat=True)
        numbers = [one for held in own if isinstance(held, list) for one in held if isinstance(one, str)]
        near |= Q(remote_id__in=remote_ids)
        if numbers:
            near |= Q(document__numbers__has_any_keys=numbers)
    _judge(connection, rows.filter(near))


def _judge(connection: Connection, callflows: EntityQuerySet) -> None:
    ids = list(callflows.values_list("pk", flat=True))
    if not ids:
        return
    network, now = network_of(connection), timezone.now()
    for start in range(0, len(ids), AT_ONCE):
        rows = list(Entity.objects.filter(pk__in=ids[start : start + AT_ONCE]).order_by("pk"))
        flows = {row.pk: read(row.document) for row in rows}
        targets = targets_of(connection, flows.values())
        found = []
        for row in rows:
            problems = problems_of(flows[row.pk], connection, network.around(row.remote_id, targets))
            grave = sum(one.fault.is_grave for one in problems)
            found.append(
                CallflowFindings(
                    entity=row,
                    steps=len(flows[row.pk]),
                    grave=grave,
                    light=len(problems) - grave,
                    judged_at=now,
                )
            )
        CallflowFindings.objects.bulk_create(
            found,
            update_conflicts=True,
            unique_fields=["tenant", "entity"],
            update_fields=["steps", "grave", "light", "judged_at"],
        )
