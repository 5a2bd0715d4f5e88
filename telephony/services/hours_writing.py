"""Sending a run of opening hours to a provider: its steps in their order, each through the one door.

begin     lets the worker send what hours_planning.py has kept in preview
advance   the worker's part: propose, send, read back; safe to be killed anywhere and called again
revert    a run in preview that takes back what another did, last first

After a stop: hours_going_on.py.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from portal.lib.errors import InvalidInput, NotFound, ProviderError, Transient
from telephony.models import Change, HoursPlacement, HoursRun, HoursStep
from telephony.services import comparing, editing, ledger
from telephony.services.door import door_of_change
from telephony.services.hours_planning import NothingToWrite, Plan, keep_outcome, keep_run, keeping_of

PAUSE_S, MOST_TRIES = 3.0, 8
LOST_S = 2.0  # how long an answer that was lost is waited for before looking again
_OF_CONNECTION = (
    "credential",
    "tenant",
)  # a credential may be another tenant's: it is read beside the connection
_CHANGE = ("change", *(f"change__connection__{one}" for one in _OF_CONNECTION))
_TELLING = (Change.State.APPLIED, Change.State.SENDING)  # a change in one of these is not sent again


class NotOpen(Exception):
    """The run is not in the state in which this can be done."""


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
