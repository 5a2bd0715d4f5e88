"""Keep our copies of remote objects as a provider's lists say they are.

An object is written again only when it differs, goes only after two complete readings without it, and a list that
suddenly lacks much is believed only when a person says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from portal.lib.canonical import checksum
from portal.lib.secrets import Secret, keyed_hash, seal, unseal
from telephony.models import Connection, Entity, EntityReference
from telephony.models.entities import GROUPS
from telephony.providers.drafts import PLACEHOLDER, EntityDraft, EntityPage, SecretValue
from telephony.providers.fields import SECRET_MARK, SHOWN, is_secret, leaves
from telephony.providers.flat import escaped, parts_of
from telephony.services.alone import Work, alone

SECRETS_FIELD = "Entity.secrets"
ALARMING_SHARE = 0.2
NAMES_SHOWN = 5
ALARMING_COUNT = 3  # a list of a few objects may well lose one of them
_LENGTHS = {
    "remote_id": 200,
    "parent_remote_id": 200,
    "name": 250,
    "number": 40,
    "extension": 20,
    "status": 40,
}
_UPDATED = [
    "facet",
    "is_line",
    "name",
    "number",
    "extension",
    "status",
    "document",
    "secrets_sealed",
    "checksum",
    "fetched_at",
    "missing_since",
]


@dataclass(frozen=True, slots=True)
class StoreResult:
    """Rows of one page.

    held_back         objects that the list lacks, too many to believe it; out of how many, and the first ones' names
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    held_back: int = 0
    held_back_of: int = 0
    held_back_names: tuple[str, ...] = ()

    def __add__(self, other: StoreResult) -> StoreResult:
        return StoreResult(
            self.new + other.new,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.removed + other.removed,
            self.held_back + other.held_back,
            self.held_back_of + other.held_back_of,
            self.held_back_names + other.held_back_names,
        )


@transaction.atomic
def store(
    connection: Connection,
    page: EntityPage,
    now: datetime,
    *,
    run_started_at: datetime | None = None,
    accepts_removal: bool | int = False,
) -> StoreResult:
    """Store one list of one kind below one parent, while nobody else stores objects of the connection.

    run_started_at   an absence noted before it counts as an earlier reading; now where left out
    accepts_removal  believe the list however much it lacks; a number: if it lacks no more objects than that
    """
    alone(Work.STORE_ENTITIES, connection.pk)
    listed_here = Entity.objects.filter(
        connection=connection, kind=page.kind, parent_remote_id=page.parent_remote_id
    )
    locked = listed_here.order_by("pk").select_for_update(of=("self",), no_key=True)
    stored = {entity.remote_id: entity for entity in locked}
    wanted = {draft.remote_id: draft for draft in page.drafts}
    rows = [_row(connection, draft, now) for draft in wanted.values()]
    fresh = [row for row in rows if _differs(row, stored.get(row.remote_id))]
    if fresh:
        _upsert(connection, fresh, wanted)
    same = [stored[row.remote_id].pk for row in rows if not _differs(row, stored.get(row.remote_id))]
    same += [stored[name].pk for name in page.unchanged if name in stored and name not in wanted]
    Entity.objects.filter(pk__in=same).update(fetched_at=now, missing_since=None)
    listed = wanted.keys() | set(page.unchanged)
    gone = [entity for remote_id, entity in stored.items() if remote_id not in listed]
    newly = [entity for entity in gone if entity.missing_since is None] if page.is_complete else []
    is_held_back = _is_alarming(len(newly), len(stored)) and not (
        accepts_removal is True or len(newly) <= accepts_removal
    )
    removed = 0
    if page.is_complete and not is_held_back:
        removed = _removed(connection, gone, now, run_started_at or now)
    changed = sum(1 for row in fresh if row.remote_id in stored)
    return StoreResult(
        new=len(fresh) - changed,
        changed=changed,
        unchanged=len(same),
        removed=removed,
        held_back=len(newly) if is_held_back else 0,
        held_back_of=len(stored) if is_held_back else 0,
        held_back_names=tuple(sorted(map(str, newly))[:NAMES_SHOWN]) if is_held_back else (),
    )


def secrets_of(entity: Entity) -> dict[str, Secret]:
    """The values taken out of an entity's document as texts, by dotted path. Raises Unreadable."""
    return {path: Secret(str(value)) for path, value in secret_values_of(entity).items()}


def secret_values_of(entity: Entity) -> dict[str, SecretValue]:
    """The same as the provider holds them, in clear: not to be shown or logged. Raises Unreadable."""
    if not entity.secrets_sealed:
        return {}
    found: dict[str, SecretValue] = json.loads(
        unseal(entity.tenant_id, SECRETS_FIELD, entity.secrets_sealed).reveal()
    )
    return found


def fingerprint(value: SecretValue) -> str:
    """Tells two secrets apart, a number from its digits too, without saying what they are."""
    return keyed_hash(value if isinstance(value, str) else f"\0{json.dumps(value)}")[:16]


def fingerprints_of(entity: Entity) -> dict[str, str]:
    """Of each field whose value is secret, or has secret parts, by its place: the fingerprint of what was read."""
    return {
        ".".join(map(escaped, path)): value[SECRET_MARK]
        for path, value in leaves(entity.document)
        if is_secret(value)
    }


def placeholder(value: SecretValue, shown: Any = PLACEHOLDER) -> dict[str, str]:
    """What stands in a document for a secret: tells whether it changed, not what it is.

    shown   the text with only its secret parts masked, where there is more of it than the placeholder
    """
    mark = {SECRET_MARK: fingerprint(value)}
    return mark if shown in (PLACEHOLDER, value, None) else {**mark, SHOWN: str(shown)}


def with_marks(document: Mapping[str, Any], secrets: Mapping[str, SecretValue]) -> dict[str, Any]:
    """The document with a placeholder at each of these dotted places."""
    marked: Any = dict(document)
    for path, value in secrets.items():
        parts = parts_of(path)
        marked = _replaced(marked, parts, placeholder(value, _at(marked, parts)))
    return dict(marked)


# ---- one object ----
def _row(connection: Connection, draft: EntityDraft, now: datetime) -> Entity:
    kind = connection.declaration.kinds[draft.kind]
    document = with_marks(draft.document, draft.secrets)
    texts = {name: getattr(draft, name)[:most] for name, most in _LENGTHS.items()}
    is_line = kind.is_line if draft.is_line is None else draft.is_line
    values: dict[str, Any] = {**texts, "facet": kind.facet.value, "is_line": is_line}
    references = sorted([one.path, one.target_kind, one.target_remote_id] for one in draft.references)
    return Entity(
        connection=connection,
        kind=draft.kind,
        **values,
        document=document,
        secrets_sealed=_sealed(connection, draft.secrets),
        checksum=checksum([values, document, references]),
        fetched_at=now,
    )


def _differs(row: Entity, stored: Entity | None) -> bool:
    return stored is None or stored.checksum != row.checksum or stored.missing_since is not None


def _sealed(connection: Connection, secrets: Mapping[str, SecretValue]) -> str:
    return seal(connection.tenant_id, SECRETS_FIELD, json.dumps(dict(secrets))) if secrets else ""


def _at(document: Any, path: Sequence[str]) -> Any:
    """What stands at the path, None where it leads nowhere."""
    for name in path:
        if isinstance(document, Mapping):
            document = document.get(name)
        elif isinstance(document, list) and name.isdigit() and int(name) < len(document):
            document = document[int(name)]
        else:
            return None
    return document


def _replaced(document: Any, path: Sequence[str], value: Any) -> Any:
    """A copy of the document with another value at the path; unchanged where the path leads nowhere."""
    head, *rest = path
    if isinstance(document, Mapping) and head in document:
        return {**document, head: _replaced(document[head], rest, value) if rest else value}
    if isinstance(document, list) and head.isdigit() and int(head) < len(document):
        index = int(head)
        inner = _replaced(document[index], rest, value) if rest else value
        return [*document[:index], inner, *document[index + 1 :]]
    return document


# ---- writing ----
def _upsert(connection: Connection, rows: Sequence[Entity], drafts: Mapping[str, EntityDraft]) -> None:
    Entity.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["tenant", "connection", "kind", "parent_remote_id", "remote_id"],
        update_fields=_UPDATED,
    )
    _rebuild_references(connection, rows, drafts)
    _resolve_pointers_to(connection, rows)


def _rebuild_references(
    connection: Connection, rows: Sequence[Entity], drafts: Mapping[str, EntityDraft]
) -> None:
    EntityReference.objects.filter(source__in=[row.pk for row in rows]).delete()
    wanted = [(row, reference) for row in rows for reference in drafts[row.remote_id].references]
    if not wanted:
        return
    targets = _targets(connection, {(one.target_kind, one.target_remote_id) for _, one in wanted})
    EntityReference.objects.bulk_create(
        [
            EntityReference(
                source=row,
                path=one.path[:1000],
                target_kind=one.target_kind,
                target_remote_id=one.target_remote_id[:200],
                target_id=targets.get((one.target_kind, one.target_remote_id, row.parent_remote_id))
                or targets.get((one.target_kind, one.target_remote_id, "")),
            )
            for row, one in wanted
        ],
        ignore_conflicts=True,
    )


def _targets(connection: Connection, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str, str], int]:
    """Entity ids by kind, remote id and parent; "" as parent stands for the only or the oldest one."""
    named = Q(pk__in=())
    for kind, remote_id in keys:
        named |= Q(kind=kind, remote_id=remote_id)
    found: dict[tuple[str, str, str], int] = {}
    rows = Entity.objects.filter(named, connection=connection).order_by("pk")
    for pk, kind, remote_id, parent in rows.values_list("pk", "kind", "remote_id", "parent_remote_id"):
        found[kind, remote_id, parent] = pk
        found.setdefault((kind, remote_id, ""), pk)
    return found


def _resolve_pointers_to(connection: Connection, rows: Sequence[Entity]) -> None:
    """References that were stored before their target was known find it now."""
    dangling = EntityReference.objects.filter(
        source__connection=connection,
        target=None,
        target_kind=rows[0].kind,
        target_remote_id__in=[row.remote_id for row in rows],
    ).select_related("source")
    pointers = list(dangling)
    by_place = {(row.remote_id, row.parent_remote_id): row.pk for row in rows}
    by_id = {row.remote_id: row.pk for row in rows}
    for pointer in pointers:
        place = (pointer.target_remote_id, pointer.source.parent_remote_id)
        pointer.target_id = by_place.get(place) or by_id[pointer.target_remote_id]
    EntityReference.objects.bulk_update(pointers, ["target"])


# ---- going ----
def _is_alarming(gone: int, known: int) -> bool:
    return gone >= ALARMING_COUNT and gone > ALARMING_SHARE * known


def _removed(connection: Connection, gone: Sequence[Entity], now: datetime, run_started_at: datetime) -> int:
    """Note the absence of objects, and complete that of those that an earlier reading missed too; how many went.

    Lines, queues and groups stay as missing: calls, figures, reports and rules of the past name them. What is below them
    goes.
    """
    newly = [entity.pk for entity in gone if entity.missing_since is None]
    Entity.objects.filter(pk__in=newly).update(missing_since=now)
    again = [entity for entity in gone if entity.missing_since and entity.missing_since < run_started_at]
    going = [entity for entity in again if not _has_a_past(entity)]
    for entity in going:
        _remove_with_children(connection, entity, now)
    _remove_below(connection, [entity for entity in again if _has_a_past(entity)], now)
    return len(going)


def _has_a_past(entity: Entity) -> bool:
    return entity.is_line or entity.facet in GROUPS


def _remove_with_children(connection: Connection, entity: Entity, now: datetime) -> None:
    _remove_below(connection, [entity], now)
    if _has_a_past(entity):
        Entity.objects.filter(pk=entity.pk, missing_since=None).update(missing_since=now)
    else:
        entity.delete()


def _remove_below(connection: Connection, gone: Sequence[Entity], now: datetime) -> None:
    """What hangs below objects of one kind."""
    if not gone:
        return
    below = [kind.kind for kind in connection.declaration.kinds.values() if gone[0].kind in kind.parent_kinds]
    places = [child_parent_id(one.parent_remote_id, one.remote_id) for one in gone]
    children = Entity.objects.filter(connection=connection, kind__in=below, parent_remote_id__in=places)
    for child in children if below else ():
        _remove_with_children(connection, child, now)


def only_below(connection: Connection, wanted: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """`parents` for reading what hangs below these objects alone, remote ids by kind: without the other kinds of the
    account, whose lists would be read too.
    """
    kinds = connection.declaration.kinds
    above = {name for kind in kinds.values() for name in kind.parent_kinds if name}
    return {**{name: () for name in above if not kinds[name].parent_kind}, **wanted}


def child_parent_id(parent_remote_id: str, remote_id: str) -> str:
    """The `parent_remote_id` of what hangs below an object: "CSI/plugin" for one that hangs below a line itself."""
    return f"{parent_remote_id}/{remote_id}" if parent_remote_id else remote_id
