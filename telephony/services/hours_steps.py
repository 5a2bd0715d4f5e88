"""The steps of a run of opening hours as people read them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from telephony.models import HoursRun, HoursStep
from telephony.services.hours_planning import keeping_of


@dataclass(frozen=True)
class Line:
    """One step: what is done (`act`: make, change, remove), to what, and its name before where that changes.

    rest   what became of it, where it was not sent or made no change
    """

    step: HoursStep
    act: str
    verb: str
    name: str
    was: str = ""
    detail: str = ""
    rest: str = ""


def lines_of(run: HoursRun) -> list[Line]:
    keeping = keeping_of(run.placement.connection)
    verbs = {"create": _("Add"), "update": _("Change"), "delete": _("Remove")}
    waits = _("waits") if run.state == HoursRun.State.SENDING else _("not sent")
    lines = []
    for step in run.steps.select_related("change"):
        noun, _dot, verb = step.operation.rpartition(".")
        before = (step.seen or {}).get("name", "")
        name = step.wanted.get("name") or before or (step.change.object_label if step.change else "")
        if not name and step.reverts_id:
            name = _name_of_reverted(step)
        is_set = noun == keeping.rule_set
        count = len(step.wanted.get(keeping.rules_field) or ())
        lines.append(
            Line(
                step=step,
                act=verb,
                verb=verbs[verb],
                name=name,
                was=before if before != name else "",
                rest=_("there already") if step.is_done else waits,
                detail=_("set of %(count)s rules") % {"count": count} if is_set and count else "",
            )
        )
    return lines


def _name_of_reverted(step: HoursStep) -> str:
    change = step.reverts
    if change is None:
        return ""
    sides = (change.wanted, change.after or {}, change.before or {})
    return next((side["name"] for side in sides if side.get("name")), change.object_label)
