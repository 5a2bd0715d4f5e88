"""Drafts of callflows: begun from what the provider has, changed act by act, undone and done again without limit.

A draft is kept with the numbers of its steps, so that an act of yesterday can be taken back today, and so that what
differs from the live callflow is told by number. Publishing goes through the one door: `proposal_of` makes what
`editing.propose` takes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Person
from portal.lib.canonical import canonical_json, same
from portal.lib.wording import labelled
from telephony.models import CallflowAct, CallflowDraft, Change, Connection, Entity
from telephony.providers.callflows import edits
from telephony.providers.callflows.edits import Patch
from telephony.providers.callflows.tree import CHILDREN, Flow, Node, asked_once, read
from telephony.providers.drafts import EntityDraft, EntityPage
from telephony.providers.edit_fields import Surroundings
from telephony.providers.editing import Place
from telephony.services import access, callflow_findings, callflow_secrets, editing, entities
from telephony.services.callflow_around import callflows_of
from telephony.services.callflow_text import KEPT_DOCUMENTS, flow_in, flow_of, patch_of, patch_text, text_of


class Stale(Exception):
    """The draft moved on in another window; nothing was done."""


# ---- a draft ----


def is_over(draft: CallflowDraft) -> bool:
    """Whether it was published."""
    return draft.change is not None and draft.change.state == Change.State.APPLIED


def draft_of(entity: Entity, person: Person) -> CallflowDraft | None:
    """The person's draft. One that was published is over: it is forgotten here."""
    found = CallflowDraft.objects.filter(entity=entity, person=person).first()
    if found is not None and is_over(found):
        found.delete()
        return None
    if found is not None:
        found.entity = entity  # which is at hand, with its connection
    return found


def has_moved(draft: CallflowDraft) -> bool:
    """Whether our copy of the live callflow is another than the draft began with."""
    entity = draft.entity
    return entity is not None and not _is_copy_of(entity.pk, entity.checksum, draft.base)


@lru_cache(maxsize=KEPT_DOCUMENTS)
def _is_copy_of(entity: int, _checksum: str, base: str) -> bool:
    """The checksum says which of its documents it is: each is read and compared once."""
    return same(Entity.objects.values_list("document", flat=True).get(pk=entity), json.loads(base))


def drafts_of_others(entity: Entity, person: Person) -> list[CallflowDraft]:
    rows = CallflowDraft.objects.filter(entity=entity).exclude(person=person)
    return [one for one in rows.select_related("person", "change") if not is_over(one)]


def new_drafts(person: Person) -> list[CallflowDraft]:
    """The person's callflows that are not made yet, the latest first."""
    rows = CallflowDraft.objects.filter(entity=None, person=person).order_by("-updated_at")
    found = list(rows.select_related("connection", "change"))
    CallflowDraft.objects.filter(pk__in=[one.pk for one in found if is_over(one)]).delete()
    return [one for one in found if not is_over(one)]


def begin_new(
    connection: Connection,
    person: Person,
    document: Mapping[str, Any],
    left_empty: Sequence[Any] = (),
    known: callflow_secrets.Known | None = None,
) -> CallflowDraft:
    """The draft of a callflow that is not made yet; `known` is what the marks in the document stand for."""
    flow, typed = callflow_secrets.typed_in(read(document), callflows_of(connection))
    return CallflowDraft.objects.create(
        connection=connection,
        person=person,
        base="{}",
        flow=text_of(flow),
        secrets_sealed=callflow_secrets.sealed(connection, {**(known or {}), **typed}),
        left_empty=list(left_empty),
    )


def begin(entity: Entity, person: Person) -> CallflowDraft:
    """The person's draft; a new one begins with what the provider has now.

    Raises the errors of portal.lib.errors where it cannot be read.
    """
    if (found := draft_of(entity, person)) is not None:
        return found
    drafted = _read_now(entity)
    first = begun(entity.connection, drafted.document, drafted.secrets)
    draft, _made = CallflowDraft.objects.get_or_create(entity=entity, person=person, defaults=first)
    return draft


def begun(
    connection: Connection, document: Mapping[str, Any], secrets: callflow_secrets.Known
) -> dict[str, str]:
    """The fields of a draft that begins with a document out of which these secrets were taken."""
    marked, known = callflow_secrets.marked(document, secrets)
    return {
        "base": json.dumps(marked, ensure_ascii=False),
        "flow": text_of(read(marked)),
        "secrets_sealed": callflow_secrets.sealed(connection, known),
    }


def live_document(entity: Entity) -> Mapping[str, Any]:
    """The document as the provider has it, in its own order, without its secrets; the cache learns it too."""
    return _read_now(entity).document


def _read_now(entity: Entity) -> EntityDraft:
    connection = entity.connection
    client = access.client_of(connection, is_person=True, deadline_s=10)
    now = timezone.now()
    drafted = connection.declaration.read_entity(
        client, entity.kind, entity.parent_remote_id, entity.remote_id
    )
    page = EntityPage(kind=entity.kind, parent_remote_id=entity.parent_remote_id, drafts=[drafted])
    entities.store(connection, page, now)
    callflow_findings.judge_near(connection, entity.kind, [entity.remote_id])
    return drafted


def act(
    draft: CallflowDraft,
    revision: int | None,
    what: str,
    make: Callable[[Flow], Patch],
    step: int | None = None,
    *,
    known: callflow_secrets.Known | None = None,
) -> CallflowDraft:
    """Do one act; a secret that is typed in it is sealed. `known` is what marks stand for that it brings along.

    Raises Stale, Refused where the act is not possible, and portal.lib.secrets.Unreadable.
    """
    with transaction.atomic():
        held = _held(draft, revision)
        flow = flow_of(held.flow)
        patch, typed = callflow_secrets.typed(make(flow), callflows_of(draft.link))
        callflow_secrets.keep(held, {**(known or {}), **typed})
        after, undo = edits.apply(flow, patch)
        held.acts.filter(number__gt=held.position).delete()
        CallflowAct.objects.create(
            draft=held,
            number=held.position + 1,
            what=what,
            step=step,
            undo=patch_text(undo),
            redo=patch_text(patch),
        )
        return _moved(held, after, held.position + 1)


def undo(draft: CallflowDraft, revision: int | None) -> CallflowDraft:
    """Take the last act back; nothing where there is none."""
    with transaction.atomic():
        held = _held(draft, revision)
        last = held.acts.filter(number=held.position).first()
        if last is None:
            return held
        before, _redo = edits.apply(flow_of(held.flow), patch_of(last.undo))
        return _moved(held, before, held.position - 1)


def redo(draft: CallflowDraft, revision: int | None) -> CallflowDraft:
    """Do again what was taken back last; nothing where there is none."""
    with transaction.atomic():
        held = _held(draft, revision)
        next_one = held.acts.filter(number=held.position + 1).first()
        if next_one is None:
            return held
        after, _undo = edits.apply(flow_of(held.flow), patch_of(next_one.redo))
        return _moved(held, after, held.position + 1)


def _held(draft: CallflowDraft, revision: int | None) -> CallflowDraft:
    held = CallflowDraft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    held.entity, held.connection = draft.entity, draft.connection  # which are at hand
    if revision is not None and held.revision != revision:
        raise Stale
    return held


def _moved(held: CallflowDraft, flow: Flow, position: int) -> CallflowDraft:
    held.flow, held.position = text_of(flow), position
    held.revision += 1
    held.save(update_fields=["flow", "position", "revision", "secrets_sealed", "updated_at"])
    return held


# ---- earlier versions ----


# ---- against the live callflow ----


@dataclass(frozen=True, kw_only=True)
class Differences:
    """By number, how steps differ: of the draft "new", "changed", "moved", of the live callflow "gone" too.

    root   names of the callflow's own settings that differ
    """

    after: Mapping[int, str]
    before: Mapping[int, str]
    root: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.after or self.before or self.root)


def differences(before: Flow, after: Flow) -> Differences:
    """What a draft changes; steps are told by their numbers, which it shares with what it began from."""
    marks: dict[int, str] = {}
    for number, node in after.nodes.items():
        old = before.nodes.get(number)
        if old is None:
            marks[number] = "new"
        elif old is not node and _own_text(old) != _own_text(node):
            marks[number] = "changed"
        elif _place(before, number) != _place(after, number):
            marks[number] = "moved"
    gone = {number: "gone" for number in before.nodes if number not in after.nodes}
    names = dict.fromkeys([*before.root, *after.root])
    missing = object()
    root = tuple(
        name
        for name in names
        if name != "flow" and before.root.get(name, missing) != after.root.get(name, missing)
    )
    return Differences(
        after=marks,
        before={**{number: mark for number, mark in marks.items() if mark != "new"}, **gone},
        root=root,
    )


@asked_once
def _own_text(node: Node) -> str:
    """A step without its place for branches, which comes and goes with them; the order of its keys is left out."""
    own = node.own
    if node.holds_branches:
        own = {name: value for name, value in own.items() if name != CHILDREN}
    return json.dumps(own, sort_keys=True)


def _place(flow: Flow, number: int) -> tuple[int | None, str]:
    parent = flow[number].parent
    return parent, "" if parent is None else flow[parent].key_of(number)


def propose(draft: CallflowDraft, person: Person) -> Change:
    """The preview that publishes a draft: a change of the live callflow, or a new one. Nothing is sent.

    Raises InvalidInput for a secret that is not known here, and what `editing.propose` raises.
    """
    connection, entity = draft.link, draft.entity
    declaration, kind = connection.declaration, callflows_of(connection).kind
    if entity is None:
        maker = declaration.maker_of(kind)
        assert maker is not None
        wanted = maker.read(_to_send(draft, flow_of(draft.flow)))
        change = editing.propose(connection, maker.operation.key, {}, wanted, person=person)
    else:
        wanted, seen = proposal_of(draft)
        editor = declaration.editor(callflows_of(connection).update)
        address = editor.address_of(Place(kind=kind, parent_remote_id="", remote_id=entity.remote_id))
        change = editing.propose(
            connection, editor.operation.key, address, wanted, seen=seen, person=person, entity=entity
        )
    draft.change = change
    draft.save(update_fields=["change"])
    return change


def refusals(draft: CallflowDraft) -> list[str]:
    """Why the provider refused what was published of it last, in words; nothing where it did not."""
    change = draft.change
    if change is None or change.state != Change.State.REFUSED:
        return []
    editor, around = draft.link.declaration.editor(change.operation), Surroundings()
    told = [
        labelled(editor.field(name, around).label, reason) for name, reason in change.fields_refused.items()
    ]
    return told or [change.error]


def proposal_of(draft: CallflowDraft) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is wanted of the live callflow and what was seen of it, as `editing.propose` takes them: secrets in clear."""
    connection = draft.link
    editor = connection.declaration.editor(callflows_of(connection).update)
    seen = editor.read(_to_send(draft, flow_in(draft.base)))
    now = editor.read(_to_send(draft, flow_of(draft.flow)))
    wanted = {
        name: value
        for name, value in now.items()
        if name not in seen or canonical_json(value) != canonical_json(seen[name])
    }
    return {**wanted, **{name: None for name in seen if name not in now}}, seen


def _to_send(draft: CallflowDraft, flow: Flow) -> dict[str, Any]:
    return callflow_secrets.revealed(flow, callflow_secrets.known_of(draft), callflows_of(draft.link))
