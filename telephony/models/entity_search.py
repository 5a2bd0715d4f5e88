"""What a person looks for among cached objects: one value that a list and its file share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import reduce
from typing import Any

from django.db.models import Q
from django.db.models.fields.json import KeyTextTransform, KeyTransform

from telephony.models.entities import Entity, EntityQuerySet
from telephony.models.searching import Search

TRUE_TEXTS = ("true", "1", "True", "yes", "on")


@dataclass(frozen=True, kw_only=True)
class EntitySearch(Search):
    """Which list, and its filters; an empty field narrows nothing.

    connections   ids
    is_line, has_number   only lines; only what has a telephone number
    words      part of a name or number; `finds_ids`: or of an identifier
    places     `parent_remote_id` of what hangs below something that the words fit
    holds      [path, kind, value] of the document: "yes" or "no" for a boolean, else what stands there or is among it
    """

    connections: Sequence[int] = ()
    kinds: Sequence[str] = ()
    facets: Sequence[str] = ()
    is_line: bool = False
    has_number: bool = False
    words: str = ""
    finds_ids: bool = False
    places: Sequence[str] = ()
    status: str = ""
    holds: Sequence[Sequence[str]] = ()

    def also(self, other: EntitySearch) -> EntitySearch:
        """Both: what the other does not say stays."""
        names = [one.name for one in fields(self)]
        return EntitySearch(**{name: getattr(other, name) or getattr(self, name) for name in names})

    def found(self) -> EntityQuerySet:
        """The objects of the scope that it leaves, unordered."""
        return self.narrow(Entity.objects.present())

    def narrow(self, records: EntityQuerySet) -> EntityQuerySet:
        for name in ("connections", "kinds", "facets"):
            if values := getattr(self, name):
                records = records.filter(**{f"{name.removesuffix('s')}__in": list(values)})
        if self.is_line:
            records = records.filter(is_line=True)
        if self.has_number:
            records = records.exclude(number="")
        if self.status:
            records = records.filter(status=self.status)
        if self.words:
            records = self._with_words(records)
        return reduce(_holding, self.holds, records)

    def _with_words(self, records: EntityQuerySet) -> EntityQuerySet:
        found = records.matching(self.words)
        if self.finds_ids:
            found |= records.filter(remote_id__icontains=self.words)
        if self.places:
            found |= records.filter(parent_remote_id__in=list(self.places))
        return found


def _holding(records: EntityQuerySet, asked: Sequence[str]) -> EntityQuerySet:
    """The rows whose document has the value there; a list has it among its entries."""
    path, kind, value = asked
    *above, last = path.split(".")
    place: Any = "document"
    for part in above:
        place = KeyTransform(part, place)
    name = f"held_{path.replace('.', '_')}"
    if kind == "boolean":
        told = records.alias(**{name: KeyTextTransform(last, place)})
        is_true = Q(**{f"{name}__in": TRUE_TEXTS})
        return told.filter(is_true) if value == "yes" else told.exclude(is_true)
    return records.alias(**{name: KeyTransform(last, place)}).filter(**{f"{name}__contains": value})
