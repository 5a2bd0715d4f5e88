"""Whose number it is: rebuilt from lines and contacts, read by lists with one query."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import reduce
from operator import or_
from typing import Any

from django.db import transaction
from django.db.models import Q

from portal.lib.numbers import to_e164
from telephony.models import Connection, Entity, NumberName

_RANK = {NumberName.Source.CONTACT: 0, NumberName.Source.LINE: 1, NumberName.Source.PERSON: 2}


def names_of(numbers: Iterable[str]) -> dict[str, str]:
    """Names by number, for those that have one: a person's word before a line's name before the directory's."""
    wanted = {number for number in numbers if number}
    if not wanted:
        return {}
    return {number: name for _, number, name in _ranked(Q(number__in=wanted))}


def names_by_tenant(numbers: Mapping[int, Collection[str]]) -> dict[tuple[int, str], str]:
    """Names by tenant and number, of the numbers of each tenant of the scope: what each calls them itself."""
    wanted = [Q(tenant_id=tenant, number__in=some) for tenant, some in numbers.items() if some]
    if not wanted:
        return {}
    return {(tenant, number): name for tenant, number, name in _ranked(reduce(or_, wanted))}


def _ranked(which: Q) -> list[tuple[int, str, str]]:
    """Tenant, number and name; of several names of a number the one that counts comes last."""
    rows = NumberName.objects.filter(which).values_list("tenant_id", "number", "name", "source", "pk")
    ranked = sorted(rows, key=lambda row: (_RANK[NumberName.Source(row[3])], -row[4]))
    return [row[:3] for row in ranked]


@transaction.atomic
def refresh(connection: Connection) -> None:
    """Let the names that come from this connection's lines and contacts be those of its entities now."""
    wanted = dict(_wanted(connection))
    stored = NumberName.objects.filter(entity__connection=connection)
    known = {(row.number, row.source, row.entity_id): row for row in stored.select_for_update(of=("self",))}
    gone = [row.pk for key, row in known.items() if key not in wanted]
    if gone:
        NumberName.objects.filter(pk__in=gone).delete()
    renamed = [row for key, row in known.items() if key in wanted and row.name != wanted[key]]
    for row in renamed:
        row.name = wanted[row.number, row.source, row.entity_id]
    NumberName.objects.bulk_update(renamed, ["name"], batch_size=1000)
    NumberName.objects.bulk_create(
        [
            NumberName(number=number, source=source, entity_id=entity_id, name=name)
            for (number, source, entity_id), name in wanted.items()
            if (number, source, entity_id) not in known
        ],
        batch_size=1000,
    )


def _wanted(connection: Connection) -> Iterator[tuple[tuple[str, str, int | None], str]]:
    entities = Entity.objects.present().filter(connection=connection).exclude(name="")
    for entity in entities.filter(is_line=True).exclude(number="").only("pk", "number", "name"):
        yield (entity.number, NumberName.Source.LINE, entity.pk), entity.name
    kinds = connection.declaration.kinds
    contacts = entities.filter(facet=Entity.Facet.CONTACT).only("pk", "kind", "name", "document", "number")
    for entity in contacts:
        fields = [field.path for field in kinds[entity.kind].fields if field.kind == "number"]
        texts = [entity.number, *(_at(entity.document, path) for path in fields)]
        for number in {to_e164(text, connection.tenant.region) for text in texts if text}:
            if number:
                yield (number, NumberName.Source.CONTACT, entity.pk), entity.name


def _at(document: Any, path: str) -> str:
    """The text at a dotted path, "" where there is none."""
    value = document
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else ""
