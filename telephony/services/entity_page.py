"""One cached object with its surroundings: what it says, what hangs below it, what it points to, what uses it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils import timezone

from portal.lib.errors import NotFound
from portal.lib.numbers import to_e164
from telephony.models import Change, Connection, Entity, EntityReference
from telephony.providers.drafts import EntityPage
from telephony.providers.fields import Fact, Sheet, fact_at, sheet_of
from telephony.providers.kinds import EntityKind
from telephony.providers.operations import Operation, Text
from telephony.services import access
from telephony.services.entities import child_parent_id
from telephony.services.number_names import names_of

MOST = 200


@dataclass(frozen=True)
class Use:
    """Another object that points here, and in which of its fields."""

    source: Entity
    kind: EntityKind | None
    parent: Entity | None
    label: Text


@dataclass(frozen=True)
class Surroundings:
    """`below` is grouped by kind; `above` is what it hangs below, the outermost first; empty below the account.

    used        of a list with so many places: how many are taken
    sheet       the document, field by field
    pointers    references by the place in the document where they stand; `loose` stand nowhere in it
    names       of the numbers that the document holds
    """

    kind: EntityKind | None
    above: Sequence[Entity]
    sheet: Sheet
    names: Mapping[str, str]
    pointers: Mapping[str, EntityReference]
    loose: Sequence[EntityReference]
    below: Sequence[tuple[EntityKind | None, Sequence[Entity]]]
    used_by: Sequence[Use]
    changes: Sequence[Change]
    used: int | None

    @property
    def parent(self) -> Entity | None:
        return self.above[-1] if self.above else None

    @property
    def uses_are_cut(self) -> bool:
        return len(self.used_by) == MOST

    @property
    def below_is_cut(self) -> bool:
        return sum(len(children) for _kind, children in self.below) == MOST


def surroundings_of(entity: Entity, *, is_whole: bool = False) -> Surroundings:
    """At most MOST of what uses it, and of what is below it, unless `is_whole`."""
    most = None if is_whole else MOST
    kinds = entity.connection.declaration.kinds
    kind = kinds.get(entity.kind)
    sheet = sheet_of(kind.fields if kind else (), entity.document)
    pointers = {one.path: one for one in entity.references.select_related("target")[:MOST]}
    places = {".".join(path) for path, _value in sheet.leaves()}
    return Surroundings(
        kind=kind,
        above=_above(entity, kind),
        sheet=sheet,
        names=names_of(numbers_in(sheet.facts(), entity.connection.tenant.region)),
        pointers=pointers,
        loose=[one for path, one in pointers.items() if path not in places],
        below=_below(entity, most),
        used_by=uses_of(entity, most),
        changes=list(Change.objects.filter(entity=entity).order_by("-created_at", "-pk")[:6]),
        used=_used(entity, kind) if kind and kind.capacity else None,
    )


def _above(entity: Entity, kind: EntityKind | None) -> list[Entity]:
    above: list[Entity] = []
    while kind and (parent := parents_of(entity.connection, kind, [entity]).get(entity.parent_remote_id)):
        above.insert(0, parent)
        entity, kind = parent, entity.connection.declaration.kinds.get(parent.kind)
    return above


def _used(entity: Entity, kind: EntityKind) -> int:
    entries = entity.document.get(kind.list_field) or ()
    return sum(1 for entry in entries if entry not in kind.not_counted)


def uses_of(entity: Entity, most: int | None = MOST) -> list[Use]:
    """Who points here, each with what it hangs below; one query for each kind of them."""
    rows = entity.used_by.filter(source__missing_since=None).select_related("source", "source__connection")
    pointers = sorted(rows.order_by("pk")[:most], key=lambda one: one.source.kind)
    uses = []
    for name, group in groupby(pointers, key=lambda one: one.source.kind):
        own = list(group)
        connection = own[0].source.connection
        kind = connection.declaration.kinds.get(name)
        parents = parents_of(connection, kind, [one.source for one in own]) if kind else {}
        for one in own:
            parent = parents.get(one.source.parent_remote_id)
            uses.append(Use(one.source, kind, parent, _label_at(kind, one.path)))
    return uses


def _below(entity: Entity, most: int | None) -> list[tuple[EntityKind | None, list[Entity]]]:
    """What hangs below an object, by kind: whole lists and plain objects alike."""
    kinds = entity.connection.declaration.kinds
    names = [kind.kind for kind in kinds.values() if entity.kind in kind.parent_kinds]
    if not names:
        return []
    place = child_parent_id(entity.parent_remote_id, entity.remote_id)
    children = Entity.objects.filter(
        connection=entity.connection, kind__in=names, parent_remote_id=place
    ).order_by("kind", "name_key", "pk")[:most]
    return [(kinds.get(name), list(group)) for name, group in groupby(children, key=lambda one: one.kind)]


def edit_of(
    entity: Entity, kind: EntityKind | None, parent: Entity | None
) -> tuple[Entity, Operation] | None:
    """The write that edits this object, and the object that its form is opened from (a whole list's parent)."""
    if kind is None:
        return None
    shows = kind.list_operation if kind.whole_list else kind.read_operation
    for editor in entity.connection.declaration.editors.values():
        if (
            shows
            and editor.operation.reads_back == shows
            and not (editor.makes or editor.removes or editor.is_act)
        ):
            source = parent if kind.whole_list else entity
            return (source, editor.operation) if source else None
    return None


def parents_of(connection: Connection, kind: EntityKind, rows: Iterable[Entity]) -> dict[str, Entity]:
    """What each of the rows of a kind hangs below, by their `parent_remote_id`; one query."""
    wanted = {row.parent_remote_id for row in rows} - {""}
    names = [name for name in kind.parent_kinds if name]
    if not wanted or not names:
        return {}
    heads = {place.rpartition("/")[0] for place in wanted} | {""}
    last = {place.rpartition("/")[2] for place in wanted} | wanted
    found = Entity.objects.filter(
        connection=connection, kind__in=names, parent_remote_id__in=heads, remote_id__in=last
    )
    by_place = {child_parent_id(one.parent_remote_id, one.remote_id): one for one in found}
    return {place: by_place[place] for place in wanted if place in by_place}


def labels_of(entities: Sequence[Entity]) -> dict[int, str]:
    """What each object is called, with what it hangs below: "Night, Accueil Paris"."""
    found: dict[int, str] = {}
    for connection, name, group in _by_kind(entities):
        kind = connection.declaration.kinds.get(name)
        parents = parents_of(connection, kind, group) if kind else {}
        for one in group:
            parent = parents.get(one.parent_remote_id)
            own = str(kind.plural) if kind and kind.whole_list else one.name
            own = own or (str(kind.unnamed) if kind else "") or str(one)
            found[one.pk] = (f"{own}, {parent}" if parent else own)[:250]
    return found


def _by_kind(entities: Iterable[Entity]) -> list[tuple[Connection, str, list[Entity]]]:
    groups: dict[tuple[int, str], list[Entity]] = {}
    for one in entities:
        groups.setdefault((one.connection_id, one.kind), []).append(one)
    return [(group[0].connection, name, group) for (_pk, name), group in groups.items()]


def names_in(kind: EntityKind, rows: Iterable[Entity], region: str) -> dict[str, str]:
    """Names of the telephone numbers that the documents of some objects hold; one query."""
    facts = (fact_at(field, row.document) for row in rows for field in kind.fields)
    return names_of(numbers_in(facts, region))


def numbers_in(facts: Iterable[Fact], region: str) -> Iterator[str]:
    """The telephone numbers that fields of that kind hold, as E.164."""
    for fact in facts:
        for _key, sheet in fact.entries:
            yield from numbers_in(sheet.facts(), region)
        if fact.field and fact.field.kind in ("number", "e164"):
            for value in fact.value if isinstance(fact.value, list) else [fact.value]:
                if isinstance(value, str | int) and (number := to_e164(str(value), region)):
                    yield number


def _label_at(kind: EntityKind | None, path: str) -> Text:
    """What the field at a place of another object's document is called, else the place itself."""
    for field in kind.fields if kind else ():
        if path == field.path or path.startswith(f"{field.path}."):
            return field.label
    return path


def places_matching(connection: Connection, kind: EntityKind, text: str) -> list[str]:
    """The `parent_remote_id` of everything of a kind that hangs below an object with these words, or deeper."""
    places: list[str] = []
    for name in kind.parent_kinds:
        above = connection.declaration.kinds.get(name)
        if above is None:
            continue
        own = Entity.objects.filter(connection=connection, kind=name)
        found = own.matching(text) | own.filter(parent_remote_id__in=places_matching(connection, above, text))
        rows = found.values_list("parent_remote_id", "remote_id")[:MOST]
        places += [child_parent_id(parent, remote_id) for parent, remote_id in rows]
    return places


def refresh(entity: Entity) -> Entity | None:
    """Read the object anew at the provider and store it; None where it is gone there.

    Raises the errors of portal.lib.errors.
    """
    from telephony.services import callflow_findings, entities

    connection: Any = entity.connection
    client = access.client_of(connection, is_person=True, deadline_s=10)
    now = timezone.now()
    try:
        draft = connection.declaration.read_entity(
            client, entity.kind, entity.parent_remote_id, entity.remote_id
        )
    except NotFound:
        Entity.objects.filter(pk=entity.pk, missing_since=None).update(missing_since=now)
        callflow_findings.judge_near(connection, entity.kind, [entity.remote_id])
        return None
    page = EntityPage(kind=entity.kind, parent_remote_id=entity.parent_remote_id, drafts=[draft])
    entities.store(connection, page, now)
    callflow_findings.judge_near(connection, entity.kind, [entity.remote_id])
    return Entity.objects.get(pk=entity.pk)
