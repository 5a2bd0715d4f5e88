"""Acts on a callflow by chance, as a person may send them: many are possible, some are refused.

Told twice: as the data of a request, which callflow_trips.py posts, and done here without any page.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from typing import Any

from telephony.bench.callflow_documents import ODD_KEYS, sound
from telephony.forms.callflow_edits import ActForm, Tools, patch_of
from telephony.providers.callflows import edits
from telephony.providers.callflows.actions import Action, Actions
from telephony.providers.callflows.edits import Patch, Refused
from telephony.providers.callflows.lint import problems
from telephony.providers.callflows.tree import Flow, read

ACTS = 30
MOST = 40  # steps, from which on some have to go
_WORDS = (
    *("add", "add", "add", "wrap", "duplicate", "copy", "cut", "paste", "paste"),
    *("move", "move", "set_key", "set_json", "fix", "remove", "remove_branch"),
)
_FEWER = ("cut", "remove", "remove_branch")


def act_by_chance(chance: random.Random, flow: Flow, modules: Mapping[str, Action]) -> dict[str, Any]:
    """The data of one act, but for the revision."""
    if not flow.nodes or chance.random() < 0.02:
        return {"act": "replace", "document": json.dumps(sound(chance, modules))}
    numbers = list(flow.nodes)
    data = {
        "act": chance.choice(_FEWER if len(flow) > MOST else _WORDS),
        "module": chance.choice(list(modules)),
        "step": chance.choice(numbers),
        "to": chance.choice(numbers),
        "key": chance.choice(("", "", *ODD_KEYS)),
    }
    if data["act"] == "set_json":
        data["document"] = json.dumps({"timeout": chance.choice((20, 1.5, "later", None)), "x_site": [1.0]})
    return data


def taken_back_as_functions(document: Mapping[str, Any], chance: random.Random, actions: Actions) -> str:
    """The same as `callflow_trips.taken_back`, without a page: "" where all is as it was in the end."""
    flow, clipboard = read(document), None
    undone: list[Patch] = []
    for _ in range(ACTS):
        data = act_by_chance(chance, flow, actions)
        if data["act"] in ("copy", "cut"):
            clipboard = flow.part(data["step"])
            data["act"] = "remove_branch" if data["act"] == "cut" else ""
        if not data["act"]:
            continue
        form = ActForm({**data, "revision": 0})
        if not form.is_valid():
            return f"no act: {data}"
        try:
            patch = patch_of(form, _tools(flow, actions, clipboard, data["act"]))(flow)
        except Refused:
            continue
        flow, undo = edits.apply(flow, patch)
        undone.append(undo)
    changed = json.dumps(flow.document())
    if json.dumps(read(flow.document()).document()) != changed:
        return "read again it is another"
    for undo in reversed(undone):
        flow, _redo = edits.apply(flow, undo)
    return "" if json.dumps(flow.document()) == json.dumps(document) else "undone it differs"


def _tools(flow: Flow, actions: Actions, clipboard: Any, act: str) -> Tools:
    found = problems(flow, actions) if act == "fix" else ()
    fixes = [one.fix for one in found]
    return Tools(actions=actions, ending="hangup", refuge="voicemail", clipboard=clipboard, fixes=fixes)
