"""What a change makes of the steps of a callflow: a scene to be drawn and told, for nobody reads them as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.lib.canonical import canonical_json
from telephony.models import CallflowDraft, Change
from telephony.providers.callflows.surroundings import Around
from telephony.providers.callflows.tree import FLOW, Flow, read
from telephony.providers.flat import built
from telephony.services.callflow_around import callflows_of, targets_of
from telephony.services.callflow_drafts import differences
from telephony.services.callflow_scene import Scene, Step, scene_of
from telephony.services.callflow_text import flow_in, flow_of
from telephony.services.door import Door

FEW = 60  # steps that a page tells without being asked


@dataclass(frozen=True, kw_only=True)
class FlowStory:
    """A callflow as a change wants it, or as it left it.

    told   its steps in words: all of a new one; else those that differ, where that is known
    gone   the steps that it loses
    now    the callflow as the provider has it, where both sides changed it
    """

    scene: Scene
    told: Sequence[Step]
    gone: Sequence[Step] = ()
    is_new: bool = False
    now: Scene | None = None

    @property
    def says_all(self) -> bool:
        """Whether words tell all that changes of the steps."""
        return self.is_new or bool(self.told or self.gone)

    @property
    def is_short(self) -> bool:
        return len(self.told) + len(self.gone) <= FEW


def is_of_steps(name: str) -> bool:
    """Whether a field is a part of the steps."""
    return name.partition(".")[0] == FLOW


def flow_story(change: Change, door: Door) -> FlowStory | None:
    """The story of a change that writes steps; None for any other."""
    connection, editor = change.connection, door.editor
    callflows = connection.declaration.callflows
    if callflows is None or editor.kind != callflows.kind or editor.removes:
        return None
    if not any(map(is_of_steps, change.wanted)):
        return None
    fields = {**(change.before or {}), **change.wanted}
    after = read(built({name: value for name, value in fields.items() if value is not None}))
    if editor.makes:
        scene = _scene(change, after)
        return FlowStory(scene=scene, told=list(scene.steps.values()), is_new=True)
    is_open_question = change.state == Change.State.CONFLICT
    now = _scene(change, read(built(dict(change.before or {})))) if is_open_question else None
    numbered = _as_drafted(change, after)
    if numbered is None:
        return FlowStory(scene=_scene(change, after), told=(), now=now)
    base, own = numbered
    found = differences(base, own)
    scene, before = _scene(change, own, found.after), _scene(change, base, found.before)
    return FlowStory(
        scene=scene,
        told=[one for one in scene.steps.values() if one.mark],
        gone=[one for one in before.steps.values() if one.mark == "gone"],
        now=now,
    )


def _as_drafted(change: Change, after: Flow) -> tuple[Flow, Flow] | None:
    """What the draft behind a change began from and is, whose steps have the same numbers; None once they differ from
    what the change wants."""
    draft = CallflowDraft.objects.filter(change=change).first()
    if draft is None:
        return None
    own = flow_of(draft.flow)
    if canonical_json(own.document().get(FLOW)) != canonical_json(after.document().get(FLOW)):
        return None
    return flow_in(draft.base), own


def _scene(change: Change, flow: Flow, marks: Mapping[int, str] | None = None) -> Scene:
    link = change.connection
    around = Around(targets=targets_of(link, [flow]))
    return scene_of(flow, callflows_of(link), around, marks=marks)
