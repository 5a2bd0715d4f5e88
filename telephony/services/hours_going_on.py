"""A stopped run of opening hours goes on: what an answer was lost of is looked for, what was overtaken is compared anew."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from portal.lib.errors import NotFound
from telephony.models import Change, HoursRun, HoursStep
from telephony.services import access, hours_planning, hours_writing, ledger, settling
from telephony.services.opening_hours import Schedule

_LOST = (Change.State.UNKNOWN, Change.State.NOT_APPLIED)


def go_on(run: HoursRun, person: Person | None) -> None:
    """Let the worker send the rest. What a lost answer may have made is looked for first, so that it is not made twice.

    Raises NotOpen, and what reading raises.
    """
    for step in run.steps.filter(is_done=False, change__state__in=_LOST).select_related("change"):
        if step.change and step.operation.endswith(".create") and (step.change.answer or {}).get("lost"):
            settling.look_once_more(step.change)
    hours_writing.begin(run, person)


def stop(run: HoursRun, person: Person) -> None:
    """Begin no further step; the one that is being sent is finished by its worker. Raises NotOpen."""
    with transaction.atomic():
        held = HoursRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if held.state != HoursRun.State.SENDING:
            raise hours_writing.NotOpen(held.get_state_display())
        held.state, held.due_at = (
            HoursRun.State.STOPPED,
            timezone.now(),
        )  # due: the worker keeps what was made
        held.error = _("Stopped by %(person)s.") % {"person": person}
        held.save(update_fields=["state", "error", "due_at"])
        ledger.hint(held)


def compare_anew(run: HoursRun, person: Person | None) -> HoursRun:
    """A preview of what is left of a stopped run, compared with what the provider has now; nothing is sent.

    Of hours that are written it is a run of its own, which uses what the stopped one made. Of what is taken back it
    is the same run. Raises NotOpen, NothingToWrite, and what reading raises.
    """
    if run.state != HoursRun.State.STOPPED:
        raise hours_writing.NotOpen(run.get_state_display())
    if not run.reverts_id and not run.removes:
        return hours_planning.plan(Schedule(run.placement.hours), run.placement.connection, person)
    steps = [step for step in run.steps.filter(is_done=False) if step.seen is not None]
    for step in steps:
        step.seen = _now(run, step, person)
    with transaction.atomic():
        HoursStep.objects.bulk_update(steps, ["seen"])
        held = HoursRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if held.state != HoursRun.State.STOPPED:
            raise hours_writing.NotOpen(held.get_state_display())
        held.state, held.error = HoursRun.State.PREVIEW, ""
        held.save(update_fields=["state", "error"])
    return held


def _now(run: HoursRun, step: HoursStep, person: Person | None) -> hours_planning.Document | None:
    """What a step would write to, as it is there; what it was where it is gone: the step itself then says so."""
    client = access.client_as(run.placement.connection, "schedules.edit", person)
    key = f"{step.operation.rpartition('.')[0]}.get"
    try:
        document = client.call(key, step.address, deadline_s=settings.EDIT_DEADLINE_S).document
    except NotFound:
        return step.seen
    return hours_planning.plain(document)
