"""What stands around callflows: the objects that their steps name, how they are linked, who else has a number.

A page of many callflows asks as few queries as a page of one: three for each connection.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models.fields.json import KeyTextTransform, KeyTransform

from telephony.models import Connection, Entity, EntityReference
from telephony.providers.callflows import lint
from telephony.providers.callflows.declaration import Callflows
from telephony.providers.callflows.lint import Problem
from telephony.providers.callflows.surroundings import Around, Target, pointers_of, problems_around
from telephony.providers.callflows.tree import Flow
from telephony.providers.registry import PROVIDERS

Key = tuple[str, str]  # kind, remote id


@dataclass(frozen=True, kw_only=True)
class Network:
    """The callflows of one connection: where each number leads, and which callflow leads to which others."""

    numbers: Mapping[str, list[Target]]
    links: Mapping[str, set[str]]

    def around(self, own: str, targets: Mapping[Key, Target]) -> Around:
        """What surrounds one of them."""
        elsewhere = {
            number: others
            for number, holders in self.numbers.items()
            if (others := [one for one in holders if one.remote_id != own])
        }
        return Around(own=own, targets=targets, links=self.links, numbers=elsewhere)


def callflows_of(connection: Connection) -> Callflows:
    """How the connection's provider keeps callflows. Raises LookupError where it has none."""
    found = connection.declaration.callflows
    if found is None:
        raise LookupError(f"{connection.slug} has no callflows")
    return found


def makers_of(connections: Iterable[Connection]) -> list[Connection]:
    """Those in which new callflows can be made."""
    linked = (one for one in connections if one.unlinked_at is None and one.can("callflows.edit"))
    return [one for one in linked if one.declaration.callflows is not None]


def owners_of(callflows: Collection[int]) -> dict[int, str]:
    """Whose these callflows are, by their key."""
    places = {one.callflows.owner for one in PROVIDERS.values() if one.callflows is not None}
    rows = EntityReference.objects.filter(source__in=callflows, path__in=places, target__isnull=False)
    return {one.source_id: str(one.target) for one in rows.select_related("target")}


def network_of(connection: Connection) -> Network:
    kind = callflows_of(connection).kind
    rows = Entity.objects.present().filter(connection=connection, kind=kind)
    told = rows.annotate(all_numbers=KeyTransform("numbers", "document"))
    numbers: dict[str, list[Target]] = defaultdict(list)
    names = told.values_list("pk", "remote_id", "name", "number", "all_numbers")
    for pk, remote_id, name, number, all_numbers in names:
        target = Target(kind=kind, remote_id=remote_id, name=name or number or remote_id, pk=pk)
        for one in all_numbers if isinstance(all_numbers, list) else ():
            numbers[str(one)].append(target)
    links: dict[str, set[str]] = defaultdict(set)
    pointers = EntityReference.objects.filter(
        source__connection=connection, source__kind=kind, source__missing_since=None, target_kind=kind
    )
    for source, target_id in pointers.values_list("source__remote_id", "target_remote_id"):
        links[source].add(target_id)
    return Network(numbers=numbers, links=links)


def targets_of(connection: Connection, flows: Iterable[Flow], more: Iterable[Key] = ()) -> dict[Key, Target]:
    """The objects that the steps of some callflows name, and some more; those that are gone as such. One query."""
    callflows = callflows_of(connection)
    wanted: set[Key] = {
        (kind, remote_id)
        for flow in flows
        for pointers in pointers_of(flow, callflows).values()
        for _place, kind, remote_id in pointers
    }
    wanted |= set(more)
    if not wanted:
        return {}
    kinds = {kind for kind, _remote_id in wanted}
    rows = Entity.objects.filter(
        connection=connection, kind__in=kinds, remote_id__in={remote_id for _kind, remote_id in wanted}
    )
    told = rows.annotate(switch=KeyTextTransform(callflows.switch, "document"))
    found: dict[Key, Target] = {}
    names = told.values_list("pk", "kind", "remote_id", "name", "number", "missing_since", "switch")
    for pk, kind, remote_id, name, number, missing_since, switch in names:
        found[kind, remote_id] = Target(
            kind=kind,
            remote_id=remote_id,
            name=name or number or remote_id,
            pk=pk,
            is_missing=missing_since is not None,
            is_off=switch == "false",
        )
    for kind, remote_id in wanted - found.keys():
        found[kind, remote_id] = Target(kind=kind, remote_id=remote_id, is_missing=True)
    return found


def problems_of(flow: Flow, connection: Connection, around: Around) -> list[Problem]:
    """Everything that is wrong with a callflow, the grave first, then in the order of the steps."""
    callflows = callflows_of(connection)
    found = [*problems_around(flow, callflows, around), *lint.problems(flow, callflows.actions)]
    order: dict[Any, int] = {number: at for at, (number, _node) in enumerate(flow.walk())}
    return sorted(found, key=lambda one: (not one.fault.is_grave, order.get(one.number, -1)))
