"""Writing opening hours to a provider: many changes that belong together, each through the one door.

plan      reads what the provider has, and keeps a run in preview: its steps are the writes that are needed
begin     lets the worker send them, one after the other
advance   the worker's part: propose, send, read back; safe to be killed anywhere and called again
revert    a run in preview that takes back what another did, last first

After a stop: hours_going_on.py. No longer to apply at a provider: hours_removing.py.

A step that needs what another makes names it by its place: "$3" is the identifier of what step 3 made.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from portal.lib.canonical import canonical_json
from portal.lib.errors import InvalidInput, NotFound, ProviderError, Transient
from telephony.models import Change, Connection, HoursPlacement, HoursRun, HoursStep
from telephony.providers.hours import timetable_of
from telephony.providers.hours_keeping import HoursKeeping
from telephony.services import access, comparing, editing, ledger
from telephony.services.door import door_of_change
from telephony.services.opening_hours import Schedule

Document = dict[str, Any]
KEPT = ("set_remote_id", "rules", "zone", "first_on", "last_on")  # of a placement
PAUSE_S, MOST_TRIES = 3.0, 8
LOST_S = 2.0  # how long an answer that was lost is waited for before looking again
NAME_LENGTH = 128
_OF_CONNECTION = (
    "credential",
    "tenant",
)  # a credential may be another tenant's: it is read beside the connection
_CHANGE = ("change", *(f"change__connection__{one}" for one in _OF_CONNECTION))
_TELLING = (Change.State.APPLIED, Change.State.SENDING)  # a change in one of these is not sent again


class NothingToWrite(Exception):
    """The provider has these hours already."""


class NotOpen(Exception):
    """The run is not in the state in which this can be done."""


def connections() -> list[Connection]:
    """Those of the tenant that keep opening hours, by name."""
    rows = (
        Connection.objects.select_related("credential", "tenant")
        .filter(unlinked_at=None)
        .order_by("name_key", "id")
    )
    return [one for one in rows if one.declaration.hours and one.can("schedules.edit")]


def keeping_of(connection: Connection) -> HoursKeeping:
    keeping = connection.declaration.hours
    if keeping is None:
        raise InvalidInput(_("This provider keeps no opening hours."))
    return keeping


# ---- plan ----


@dataclass
class Plan:
    """Steps as they are found, and what each made object is called until it is there."""

    keeping: HoursKeeping
    steps: list[HoursStep] = field(default_factory=list)

    def add(self, operation: str, address: Mapping[str, str], seen: Document | None, wanted: Document) -> str:
        position = len(self.steps)
        self.steps.append(
            HoursStep(position=position, operation=operation, address=dict(address), seen=seen, wanted=wanted)
        )
        return f"${position}"


def plan(schedule: Schedule, connection: Connection, person: Person | None) -> HoursRun:
    """Keep what has to be written for the provider to have these hours. Nothing is sent.

    Raises NothingToWrite, InvalidInput where the hours need too many rules, and what reading raises.
    """
    keeping = keeping_of(connection)
    documents = wanted_rules(schedule, keeping)
    placement = HoursPlacement.objects.filter(hours=schedule.row, connection=connection).first()
    placement = placement or HoursPlacement(hours=schedule.row, connection=connection)
    there = at_provider(placement, connection, keeping, person)
    found = Plan(keeping)
    rules = _plan_rules(found, documents, there.rules)
    name = _("%(hours)s: closed") % {"hours": schedule.row.name}
    set_id = _plan_set(
        found, placement.set_remote_id, there.set, name[:NAME_LENGTH], [one["id"] for one in rules]
    )
    used = {one["id"] for one in rules}
    for remote_id, document in there.rules.items():
        if remote_id not in used:
            found.add(f"{keeping.rule}.delete", {keeping.rule_id: remote_id}, document, {})
    outcome = {
        "set_remote_id": set_id,
        "rules": rules,
        "zone": schedule.row.zone,
        "first_on": schedule.today.isoformat(),
        "last_on": schedule.last.isoformat(),
    }
    if not found.steps:
        if placement.pk and placement.set_remote_id:
            keep_outcome(placement, outcome)
        raise NothingToWrite
    with transaction.atomic():
        placement.save()
        return keep_run(HoursRun(placement=placement, outcome=outcome), found.steps, person)


def wanted_rules(schedule: Schedule, keeping: HoursKeeping) -> list[Document]:
    """The rules that say these hours from today on, with their names. Raises InvalidInput."""
    timetable = timetable_of(schedule.hours, schedule.today, schedule.last)
    try:
        rules = keeping.compiled(timetable, schedule.row.zone, schedule.today, schedule.last)
    except ValueError as error:
        count = getattr(error, "count", 0)
        words = _(
            "These hours take %(count)s rules, more than anybody could look over. Name fewer single days."
        )
        raise InvalidInput(words % {"count": count}) from error
    zone = schedule.row.zone
    return [
        {"name": f"{schedule.row.name}: {keeping.words_of(rule, zone)}"[:NAME_LENGTH], **rule}
        for rule in rules
    ]


@dataclass
class There:
    """What the provider has of a placement now: the set, None where it is gone, and its rules by id."""

    set: Document | None
    rules: dict[str, Document]


def at_provider(
    placement: HoursPlacement, connection: Connection, keeping: HoursKeeping, person: Person | None
) -> There:
    client = access.client_as(connection, "schedules.edit", person)

    def read(key: str, address: Mapping[str, str]) -> Document | None:
        try:
            document = client.call(key, address, deadline_s=settings.EDIT_DEADLINE_S).document
        except NotFound:
            return None
        return plain(document)

    rule_set = None
    if placement.set_remote_id:
        rule_set = read(f"{keeping.rule_set}.get", {keeping.set_id: placement.set_remote_id})
    rules = {}
    for one in placement.rules:
        document = read(f"{keeping.rule}.get", {keeping.rule_id: one["id"]})
        if document is not None:
            rules[one["id"]] = document
    return There(rule_set, rules)


def plain(document: Mapping[str, Any]) -> Document:
    """Without what the server adds to every document."""
    return {name: value for name, value in document.items() if name != "id" and not name.startswith("_")}


def _plan_rules(found: Plan, documents: Sequence[Document], there: Mapping[str, Document]) -> list[Document]:
    """Keep rules that say the same, change those of the same shape, make the rest. In the order of the documents."""
    free = dict(there)
    ids: dict[int, str] = {}
    for index, document in enumerate(documents):
        same = next((key for key, have in free.items() if says(have) == says(document)), None)
        if same is not None:
            ids[index] = same
            free.pop(same)
    keeping = found.keeping
    for index, document in enumerate(documents):
        if index in ids:
            continue
        near = next((key for key, have in free.items() if have.keys() == document.keys()), None)
        if near is None:
            ids[index] = found.add(f"{keeping.rule}.create", {}, None, document)
        else:
            have = free.pop(near)
            wanted = {name: value for name, value in document.items() if have.get(name) != value}
            found.add(f"{keeping.rule}.update", {keeping.rule_id: near}, have, wanted)
            ids[index] = near
    return [{"id": ids[index], "document": document} for index, document in enumerate(documents)]


def says(document: Mapping[str, Any]) -> str:
    """What a rule says, whatever it is called."""
    return canonical_json(
        {name: value for name, value in plain(document).items() if name not in ("name", "flags")}
    )


def _plan_set(found: Plan, remote_id: str, there: Document | None, name: str, rules: list[str]) -> str:
    keeping = found.keeping
    if there is None:
        wanted = {"name": name, keeping.rules_field: rules, "flags": list(keeping.flags)}
        return found.add(f"{keeping.rule_set}.create", {}, None, wanted)
    wanted = {"name": name, keeping.rules_field: rules}
    changed = {field: value for field, value in wanted.items() if there.get(field) != value}
    if changed:
        found.add(f"{keeping.rule_set}.update", {keeping.set_id: remote_id}, there, changed)
    return remote_id


def keep_run(run: HoursRun, steps: Iterable[HoursStep], person: Person | None) -> HoursRun:
    run.previous = _as_it_is(run.placement)
    run.person, run.person_label = person, str(person or "")
    run.save()
    rows = list(steps)
    for step in rows:
        step.run = run
    HoursStep.objects.bulk_create(rows)
    return run


def _as_it_is(placement: HoursPlacement) -> Document:
    values = {name: getattr(placement, name) for name in KEPT}
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()
    }


def keep_outcome(placement: HoursPlacement, outcome: Mapping[str, Any]) -> None:
    for name in KEPT:
        setattr(placement, name, outcome[name])
    placement.written_at = timezone.now()
    placement.save()


# ---- send ----


def begin(run: HoursRun, person: Person | None) -> None:
    """Let the worker send a previewed or stopped run. Raises NotOpen."""
    with transaction.atomic():
        held = HoursRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if held.state not in (HoursRun.State.PREVIEW, HoursRun.State.STOPPED) or ledger.is_worked_on(held):
            raise NotOpen(held.get_state_display())
        held.state, held.error, held.due_at = HoursRun.State.SENDING, "", timezone.now()
        held.person, held.person_label = person or held.person, str(person or held.person_label)
        held.save()
        again = held.steps.filter(is_done=False).exclude(change__state__in=_TELLING)
        again.update(change=None, error="", tries=0)
        ledger.hint(held)
    run.refresh_from_db()


def discard(run: HoursRun) -> None:
    """Forget a preview. Raises NotOpen."""
    with transaction.atomic():
        held = HoursRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if held.state != HoursRun.State.PREVIEW:
            raise NotOpen(held.get_state_display())
        held.delete()


def advance(run: HoursRun) -> None:
    """Send the steps that are not done, one after the other, while the lease is ours. Raises ledger.LeaseLost."""
    placements = HoursPlacement.objects.select_related(*(f"connection__{one}" for one in _OF_CONNECTION))
    run.placement = placements.select_related("hours__tenant").get(pk=run.placement_id)
    steps = list(run.steps.select_related(*_CHANGE))
    ends_at = time.monotonic() + settings.TASK_BUDGET_S
    for step in steps:
        if step.is_done:
            continue
        if HoursRun.objects.filter(pk=run.pk, state=HoursRun.State.STOPPED).exists():
            with transaction.atomic():
                ledger.write(run, due_at=None)
                return _keep_what_was_made(run)
        if time.monotonic() > ends_at:
            return ledger.write(run, due_at=timezone.now())
        ledger.renew(run)
        if not _advance_step(run, step, steps):
            return
    _finish(run, steps)


def _advance_step(run: HoursRun, step: HoursStep, steps: Sequence[HoursStep]) -> bool:
    """Send one step; False where the run waits or stops here."""
    try:
        change = step.change if step.change and step.change.state not in editing.OPEN else None
        change = change or _sent(run, step, steps)
    except comparing.NothingToWrite:
        change = None
    except NotFound as error:
        if not step.operation.endswith(".delete"):
            return _stop(run, step, error.message)
        change = None  # somebody was quicker
    except Transient as error:
        return _wait(run, step, error.message, getattr(error, "retry_after", None))
    except ProviderError as error:
        return _stop(run, step, error.message)
    if change is None or change.state in (Change.State.APPLIED, Change.State.REVERTED):
        step.is_done, step.error = True, ""
        step.save(update_fields=["is_done", "error"])
        return True
    if change.state == Change.State.SENDING:
        ledger.write(run, due_at=timezone.now() + timedelta(seconds=LOST_S))
        ledger.hint(run, after_s=LOST_S)
        return False
    if change.state == Change.State.NOT_APPLIED and change.after is None:  # it never reached the provider
        return _wait(run, step, change.error, attempt=change)
    words = change.error or _("It ended as: %(state)s.") % {"state": change.get_state_display()}
    if change.state == Change.State.CONFLICT:
        words = _("It was changed at the provider since the preview. Nothing was sent of it.")
        editing.discard(change, run.person)
        step.change = None
    return _stop(run, step, words)


def _sent(run: HoursRun, step: HoursStep, steps: Sequence[HoursStep]) -> Change:
    """Propose a step and send it; the row knows its change before anything leaves."""
    connection = run.placement.connection
    change = editing.propose(
        connection,
        step.operation,
        _filled(step.address, steps),
        _filled(step.wanted, steps),
        seen=step.seen,
        person=run.person,
        why=_("Opening hours: %(name)s") % {"name": run.placement.hours},
        reverts=step.reverts,
    )
    step.change = change
    step.save(update_fields=["change"])
    if change.state == Change.State.CONFLICT:
        return change
    return editing.send(change, run.person)


def _filled(value: Any, steps: Sequence[HoursStep]) -> Any:
    """The value with the identifiers of made objects in the place of "$3". Raises InvalidInput where one is not known."""
    if isinstance(value, dict):
        return {name: _filled(one, steps) for name, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, steps) for one in value]
    if isinstance(value, str) and value.startswith("$") and value[1:].isdigit():
        made = steps[int(value[1:])].change
        created = str((made.answer or {}).get("created", "")) if made else ""
        if not created:
            raise InvalidInput(_("What was made before this cannot be found at the provider."))
        return created
    return value


def _wait(
    run: HoursRun,
    step: HoursStep,
    words: str,
    retry_after_s: float | None = None,
    *,
    attempt: Change | None = None,
) -> bool:
    """Try the step again in a while: the provider asks for a pause, or is not there. In the end the run stops.

    An attempt that never reached the provider goes: the next one stands for it, and nobody has to look after it.
    """
    step.tries += 1
    step.change = None
    step.save(update_fields=["tries", "change"])
    if step.tries > MOST_TRIES:
        return _stop(run, step, words)
    if attempt is not None:
        attempt.delete()
    wait_s = max(retry_after_s or 0, PAUSE_S * step.tries)
    ledger.write(run, due_at=timezone.now() + timedelta(seconds=wait_s))
    ledger.hint(run, after_s=wait_s)
    return False


def _stop(run: HoursRun, step: HoursStep, words: str) -> bool:
    step.error = words[:500]
    step.save(update_fields=["error", "change"])
    with transaction.atomic():
        ledger.write(run, state=HoursRun.State.STOPPED, error=words[:500], due_at=None)
        _keep_what_was_made(run)
    return False


def _keep_what_was_made(run: HoursRun) -> None:
    """So that the next plan uses what a stopped run has made, or removes it."""
    placement, keeping = run.placement, keeping_of(run.placement.connection)
    known = {one["id"] for one in placement.rules}
    for step in run.steps.filter(is_done=True).select_related("change"):
        created = str(((step.change and step.change.answer) or {}).get("created", ""))
        if created and step.operation == f"{keeping.rule}.create" and created not in known:
            placement.rules.append({"id": created, "document": step.wanted})
        elif created and step.operation == f"{keeping.rule_set}.create":
            placement.set_remote_id = created
    placement.save(update_fields=["rules", "set_remote_id"])


def _finish(run: HoursRun, steps: Sequence[HoursStep]) -> None:
    with transaction.atomic():
        ledger.write(run, state=HoursRun.State.DONE, error="", due_at=None, finished_at=timezone.now())
        keep_outcome(run.placement, _filled(run.outcome, steps))
        if run.reverts_id:
            HoursRun.objects.filter(pk=run.reverts_id).update(state=HoursRun.State.REVERTED)


# ---- take back ----


def revert(run: HoursRun, person: Person | None) -> HoursRun:
    """A run in preview that takes back what was done of another, last first. Raises NotOpen, NothingToWrite."""
    if run.state not in (HoursRun.State.DONE, HoursRun.State.STOPPED):
        raise NotOpen(run.get_state_display())
    keeping = keeping_of(run.placement.connection)
    found = Plan(keeping)
    anew: dict[str, str] = {}  # identifiers of what was removed, and the step that makes it again
    done = run.steps.filter(change__state=Change.State.APPLIED).select_related(*_CHANGE)
    for step in done.order_by("-position"):
        assert step.change is not None
        inverse = editing.inverse_of(step.change, door_of_change(step.change))
        if inverse is None:
            continue
        made = found.add(
            inverse.operation, inverse.address, inverse.seen, _renamed(dict(inverse.wanted), anew)
        )
        found.steps[-1].reverts = step.change
        for noun, name in ((keeping.rule, keeping.rule_id), (keeping.rule_set, keeping.set_id)):
            if inverse.operation == f"{noun}.create":
                anew[str(step.address.get(name))] = made
    if not found.steps:
        raise NothingToWrite
    with transaction.atomic():
        outcome = _renamed(run.previous, anew)
        return keep_run(HoursRun(placement=run.placement, reverts=run, outcome=outcome), found.steps, person)


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _renamed(one, names) for name, one in value.items()}
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    return names.get(value, value) if isinstance(value, str) else value
