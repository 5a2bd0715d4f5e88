"""Edits of many objects as people ask for them: choose, say what is wanted, look, start, pause, stop, take back.

choose   a draft job with one row for each object, in the order of the list
want     the operations and their values; from then on the rows are judged (bulk_judging.py)
start    the worker writes them (bulk_sending.py)
revert   a draft job that takes back what another one wrote
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import audit
from accounts.models import AuditEvent, Person
from accounts.rights import Right
from telephony.models import BulkRow, Change, Connection, Entity, Job
from telephony.providers.editing import Editor
from telephony.services import bulk_choice, bulk_judging, change_secrets, ledger
from telephony.services.door import door_of, right_for
from telephony.services.entity_page import labels_of

MOST_ROWS = 20_000
FIRST_PAGE = 50  # rows that are judged while the person waits
RUNNING = (Job.State.WAITING, Job.State.RUNNING)
State = BulkRow.State
# What a row of a job tells of its object; thousands of documents would be read for nothing.
_LABELLED = ("tenant", "connection", "kind", "parent_remote_id", "remote_id", "name", "number")


class TooMany(Exception):
    """More objects than one job takes."""


class NothingChosen(Exception):
    """No object is left of what was chosen."""


@dataclass(frozen=True)
class Wish:
    """What one operation is to write to all objects that it edits.

    how   for fields that are lists: "add" or "remove" what is wanted, each object keeping its own other entries
    """

    operation: str
    wanted: Mapping[str, Any]
    how: Mapping[str, str] = field(default_factory=dict)


class NotOpen(Exception):
    """The job is past the step that was asked for; the message says where it stands."""


# ---- choosing ----


def choose(person: Person, entities: Any, label: str = "") -> Job:
    """A draft with one row for each of these objects, in their order. Raises TooMany and NothingChosen.

    entities   a queryset of Entity in the order of the list
    """
    rows = list(entities.only(*_LABELLED)[: MOST_ROWS + 1])
    if len(rows) > MOST_ROWS:
        raise TooMany
    if not rows:
        raise NothingChosen
    held = Connection.objects.select_related("tenant").in_bulk({entity.connection_id for entity in rows})
    for entity in rows:
        entity.connection = held[entity.connection_id]
    with transaction.atomic():
        job = Job.objects.create(
            kind=Job.Kind.BULK,
            state=Job.State.DRAFT,
            label=label[:250] or _count_words(len(rows)),
            person=person,
            total_rows=len(rows),
        )
        labels = labels_of(rows)
        BulkRow.objects.bulk_create(
            [
                BulkRow(
                    job=job,
                    position=position,
                    connection=entity.connection,
                    entity=entity,
                    label=labels[entity.pk],
                )
                for position, entity in enumerate(rows)
            ],
            batch_size=2000,
        )
    return job


def _count_words(count: int) -> str:
    return ngettext("Edit of %(count)s object", "Edit of %(count)s objects", count) % {"count": count}


# ---- wanting ----


def chosen(job: Job) -> Any:
    """The objects of a job that are still there."""
    return Entity.objects.present().filter(pk__in=BulkRow.objects.filter(job=job).values("entity"))


def want(job: Job, *wishes: Wish) -> Job:
    """Say what the objects are to be, each by the first wish whose operation edits it; the first rows are judged at
    once, the others by the worker.

    Raises NotOpen where it was started or a file has said what is wanted, KeyError where none of the objects has one of
    the operations.
    """
    if job.parameters.get("file"):
        raise NotOpen(_("A file has said what is wanted."))
    offered = bulk_choice.choices(bulk_choice.samples(chosen(job)))
    kept = [_kept(job, wish, *offered[wish.operation][0]) for wish in wishes]
    with transaction.atomic():
        held(job, Job.State.DRAFT)
        # Rows get what is wanted when they are judged; those that nobody has judged yet need no write here.
        job.rows.exclude(state=State.NEW, operation="", error="").update(
            state=State.NEW,
            error="",
            change=None,
            seen=None,
            operation="",
            address={},
            bundle="",
        )
        job.label = "; ".join(words for _told, words in kept)[:250]
        wanted = {wish.operation: told for wish, (told, _words) in zip(wishes, kept, strict=True)}
        job.parameters = {**without_faults(job), "wishes": wanted}
        job.due_at = timezone.now()
        job.save(update_fields=["label", "parameters", "due_at"])
        ledger.hint(job)
    judge_first(job)
    return job


def _kept(job: Job, wish: Wish, entity: Entity, editor: Editor) -> tuple[dict[str, Any], str]:
    """A wish as the job keeps it, its secrets sealed, and in a few words."""
    around = door_of(entity.connection, wish.operation, bulk_choice.address_of(editor, entity)).around
    pattern = BulkRow(job=job, connection=entity.connection)
    change_secrets.keep(pattern, editor, around, {"wanted": dict(wish.wanted)})
    wanted = [editor.field(name, around) for name in wish.wanted]
    fields = [str(one.brief or one.label) for one in wanted]
    told = {
        "wanted": pattern.wanted,
        "secrets_sealed": pattern.secrets_sealed,
        "merged": {name: [way, wish.wanted[name]] for name, way in wish.how.items()},
    }
    what = {"what": editor.title or editor.operation.summary, "fields": ", ".join(fields)}
    return told, _("%(what)s: %(fields)s") % what


def without_faults(job: Job) -> dict[str, Any]:
    """The parameters of a job without what was wrong with an earlier file."""
    return {name: one for name, one in job.parameters.items() if name not in ("sheet_errors", "sheet_count")}


def judge_first(job: Job) -> None:
    """Judge the first page, so that it can be shown; a row that the worker judges meanwhile is judged alike."""
    bulk_judging.judge(job, list(bulk_judging.new_rows(job)[:FIRST_PAGE]))


# ---- running ----


def start(job: Job, person: Person, *, allows_bad: bool, stops_at_first: bool, why: str, ticket: str) -> Job:
    """Let the worker write it. Raises NotOpen."""
    with transaction.atomic():
        row = held(job, Job.State.DRAFT)
        row.parameters = {
            **row.parameters,
            "allows_bad": allows_bad,
            "stops_at_first": stops_at_first,
            "why": why[:300],
            "ticket": ticket[:60],
        }
        row.state, row.person = Job.State.WAITING, person
        row.due_at = timezone.now()
        row.save(update_fields=["parameters", "state", "person", "due_at"])
        ledger.hint(row)
        audit.record(
            AuditEvent.Verb.CHANGED,
            tenant=row.tenant,
            person=person,
            object_label=row.label,
            detail={
                "job": row.pk,
                "operations": sorted(row.parameters.get("wishes", {})),
                "rows": row.total_rows,
            },
        )
    job.refresh_from_db()
    return job


def pause(job: Job) -> None:
    """What is being written is finished, nothing more is begun. Raises NotOpen."""
    _move(job, RUNNING, state=Job.State.PAUSED, error="")


def resume(job: Job) -> None:
    """Go on with a paused job, or once more with rows that were put back. Raises NotOpen."""
    _move(
        job,
        (Job.State.PAUSED,),
        state=Job.State.RUNNING,
        error="",
        cursor={},
        due_at=timezone.now(),
        parameters={**job.parameters, "stops_at_first": False},
    )


def stop(job: Job) -> None:
    """Nothing more is begun, for good; what was written stays. Raises NotOpen."""
    _move(job, (*RUNNING, Job.State.PAUSED), state=Job.State.STOPPED, error="", finished_at=timezone.now())


def discard(job: Job) -> None:
    """Forget a draft. Raises NotOpen."""
    with transaction.atomic():
        held(job, Job.State.DRAFT)
        job.delete()


def retry(job: Job) -> int:
    """Put the rows that were not applied back, with what the cache shows now; how many. Raises NotOpen."""
    with transaction.atomic():
        held(job, Job.State.DONE, Job.State.STOPPED, Job.State.FAILED)
        bad = job.rows.filter(state__in=BulkRow.BAD)
        count = bad.update(state=State.NEW, change=None, error="", seen=None)
        if count:
            _wake(job, state=Job.State.RUNNING, finished_at=None, cursor={}, error="")
    return count


def _move(job: Job, states: Sequence[str], **values: Any) -> None:
    with transaction.atomic():
        held(job, *states)
        Job.objects.filter(pk=job.pk).update(**values)
        if values.get("due_at"):
            ledger.hint(job)
    job.refresh_from_db()


def _wake(job: Job, **values: Any) -> None:
    Job.objects.filter(pk=job.pk).update(due_at=timezone.now(), **values)
    ledger.hint(job)


def held(job: Job, *states: str) -> Job:
    """The job, locked, where it is in one of these states. Raises NotOpen."""
    row: Job | None = Job.objects.select_for_update(of=("self",)).filter(pk=job.pk).first()
    if row is None or row.kind != Job.Kind.BULK or row.state not in states:
        raise NotOpen(row.get_state_display() if row else "")
    return row


# ---- taking back ----


def revert(job: Job, person: Person) -> Job:
    """A draft that takes back every row that was applied, the last one first. Raises NothingChosen."""
    applied = job.rows.filter(state=State.APPLIED, change__state=Change.State.APPLIED)
    rows = list(applied.select_related("connection", "entity", "change").order_by("-position"))
    if not rows:
        raise NothingChosen
    with transaction.atomic():
        back = Job.objects.create(
            kind=Job.Kind.BULK,
            state=Job.State.DRAFT,
            label=(_("Takes back: %(what)s") % {"what": job.label})[:250],
            parameters={"why": _("Takes back job %(number)s") % {"number": job.pk}},
            person=person,
            total_rows=len(rows),
            reverts=job,
            due_at=timezone.now(),
        )
        BulkRow.objects.bulk_create(
            [
                BulkRow(
                    job=back,
                    position=position,
                    connection=row.connection,
                    entity=row.entity,
                    label=row.label,
                    bundle=row.bundle,
                    reverts=row.change,
                )
                for position, row in enumerate(rows)
            ],
            batch_size=2000,
        )
        ledger.hint(back)
    judge_first(back)
    return back


def irreversible(job: Job) -> str:
    """Why what a draft writes cannot be taken back, "" where it can."""
    operations = job.rows.exclude(operation="").values_list("connection", "operation").distinct()
    reasons = []
    for connection_id, operation in operations.order_by("connection", "operation"):
        connection = Connection.objects.get(pk=connection_id)
        if words := str(connection.declaration.editor(operation).irreversible):
            reasons.append(words)
    return " ".join(dict.fromkeys(reasons))


# ---- telling ----


def tasks(job: Job) -> list[tuple[str, int]]:
    """What the rows that can be written do, in words, and how many do it; nothing where all do the same."""
    rows = (
        job.rows.filter(state=State.READY)
        .order_by()
        .values("connection", "operation")
        .annotate(n=Count("pk"))
    )
    links = {one.pk: one for one in Connection.objects.filter(pk__in=[row["connection"] for row in rows])}
    found: dict[str, int] = {}
    for row in sorted(rows, key=lambda one: -one["n"]):
        editor = links[row["connection"]].declaration.editor(row["operation"])
        words = str(editor.title or editor.operation.summary)
        found[words] = found.get(words, 0) + row["n"]
    return list(found.items())


def counts(job: Job) -> dict[str, int]:
    """How many rows are in each state; every state is named."""
    found = dict(job.rows.order_by().values_list("state").annotate(n=Count("pk")))
    return {state: found.get(state, 0) for state in State.values}


def rights_of(job: Job) -> set[Right]:
    """The rights that writing it takes: for many objects, and those of its operations."""
    pairs = job.rows.exclude(operation="").order_by().values_list("connection", "operation").distinct()
    links = {one.pk: one for one in Connection.objects.filter(pk__in=[pk for pk, _key in pairs])}
    return {Right.BULK_EDIT} | {right_for(links[pk].declaration.catalog[key]) for pk, key in pairs}
