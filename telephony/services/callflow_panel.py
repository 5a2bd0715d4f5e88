"""One step of a callflow in words, and the callflow's own settings: what stands beside the drawing."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.lib.canonical import canonical_json
from portal.lib.numbers import display
from telephony.models import Connection
from telephony.providers.callflows.actions import Action
from telephony.providers.callflows.declaration import Callflows
from telephony.providers.callflows.surroundings import Around, Target
from telephony.providers.callflows.tree import CHILDREN, FLOW, Flow
from telephony.providers.edit_fields import Field, Surroundings
from telephony.providers.flat import flat_of
from telephony.providers.operations import Text
from telephony.services.callflow_around import callflows_of
from telephony.services.callflow_scene import Step
from telephony.services.callflow_secrets import stars


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting in words; `targets` are the objects that it names."""

    label: Text
    words: str
    targets: Sequence[Target] = ()


@dataclass(frozen=True, kw_only=True)
class Panel:
    """What a page says of a step (of the callflow itself where `step` is None).

    note     what a person noted on it
    others   settings that nobody declared, as JSON
    json     the document, without what hangs below it; data_json its settings alone
    """

    step: Step | None
    action: Action | None
    settings: Sequence[Setting]
    others: Sequence[tuple[str, str]]
    json: str
    data_json: str = ""
    note: str = ""


def panel_of_step(step: Step, flow: Flow, callflows: Callflows, around: Around) -> Panel:
    node = flow[step.number]
    action = callflows.actions.get(node.module)
    fields = action.fields if action else ()
    own = node.own
    if isinstance(own, Mapping):
        own = {name: value for name, value in own.items() if name != CHILDREN or not node.holds_branches}
    settings, others = _told(fields, node.data, around)
    others = [(name, text) for name, text in others if name != callflows.note]
    if isinstance(own, Mapping):
        loose = [(name, value) for name, value in own.items() if name not in ("module", "data")]
        others += [(name, canonical_json(stars(value))) for name, value in loose]
    if step.targets and not any(one.targets for one in settings):
        named = Setting(label=step.word, words="", targets=step.targets)
        settings.insert(0, named)
    return Panel(
        step=step,
        action=action,
        settings=settings,
        others=others,
        json=_shown(own),
        data_json=_shown(node.data),
        note=step.note,
    )


def panel_of_root(flow: Flow, connection: Connection, around: Around) -> Panel:
    editor = connection.declaration.editor(callflows_of(connection).update)
    fields = [one for one in editor.fields(Surroundings()) if one.name.partition(".")[0] != FLOW]
    root = {name: value for name, value in flow.root.items() if name not in (FLOW, "id") and name[:1] != "_"}
    settings, others = _told(fields, root, around)
    return Panel(step=None, action=None, settings=settings, others=others, json=_shown(root))


def _told(
    fields: Collection[Field], data: Mapping[str, Any], around: Around
) -> tuple[list[Setting], list[tuple[str, str]]]:
    """The settings that are declared, in their order, and all others; what is empty is left out."""
    known = {one.name: one for one in fields}
    flat = flat_of(data, known)
    said = Surroundings(named=lambda kind, identifiers: _named(kind, identifiers, around))
    settings = []
    for one in fields:
        value = flat.get(one.name)
        if value in (None, "", [], {}):
            continue
        many = value if isinstance(value, list) else [value]
        targets = [
            around.targets[key]
            for item in many
            if isinstance(item, str) and (key := (one.refers_to, item)) in around.targets
        ]
        words = one.say(value, said).plain(display)
        settings.append(Setting(label=one.label, words="" if targets else words, targets=targets))
    others = [(name, canonical_json(stars(value))) for name, value in flat.items() if name not in known]
    return settings, others


def _named(kind: str, identifiers: Collection[str], around: Around) -> Mapping[str, str]:
    found = {one: around.targets.get((kind, one)) for one in identifiers}
    return {one: target.name for one, target in found.items() if target is not None and target.name}


def _shown(value: Any) -> str:
    return json.dumps(stars(value), indent=2, ensure_ascii=False)
