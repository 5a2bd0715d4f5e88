"""What people may say about one act on a draft of a callflow, and the forms of a step's settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from telephony.forms.json_text import read_json
from telephony.providers.callflows import edits
from telephony.providers.callflows.actions import Actions, keys_of
from telephony.providers.callflows.edits import Patch, Reason, Refused
from telephony.providers.callflows.lint import Fix
from telephony.providers.callflows.tree import CHILDREN, FLOW, Flow
from telephony.providers.flat import built, flat_of, laid_over
from telephony.providers.operations import Text

OTHER = "other"  # the field beside a choice of branches

REASONS: Mapping[Reason, Text] = {
    Reason.NO_SUCH_STEP: gettext_lazy("That step is not there any more."),
    Reason.KEY_TAKEN: gettext_lazy("That branch is taken already; two steps never share one."),
    Reason.NO_BRANCHES: gettext_lazy("Nothing can hang below that step."),
    Reason.SEVERAL_BELOW: gettext_lazy("Several steps hang below it: none of them can take its place."),
    Reason.INTO_ITSELF: gettext_lazy("A step cannot hang below itself."),
    Reason.HAS_STEPS: gettext_lazy("There is a first step already."),
    Reason.NOTHING_COPIED: gettext_lazy("Nothing was copied yet."),
}


class ActForm(forms.Form):
    """One act. `step` is what it is done to, `to` and `key` the branch where something comes to hang."""

    act = forms.SlugField(max_length=20)
    revision = forms.IntegerField(min_value=0)
    step = forms.IntegerField(min_value=0, required=False)
    to = forms.IntegerField(min_value=0, required=False)
    key = forms.CharField(max_length=200, required=False, strip=False)
    other = forms.CharField(max_length=200, required=False, strip=False)
    module = forms.CharField(max_length=64, required=False)
    document = forms.CharField(required=False, strip=False)

    @property
    def branch(self) -> str:
        """The branch that was typed, else the one that was chosen; "" leaves it to us."""
        return self.cleaned_data["other"] or self.cleaned_data["key"]

    def clean_document(self) -> Any:
        text = self.cleaned_data["document"]
        return read_json(text) if text else None


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What acts need beside the form: the modules, those of a step that ends a call and of one that takes callers whom
    nobody answers, what lies in the clipboard, what the lint proposes, by the place of the problem, and how stars that
    were left in their place become the secret again."""

    actions: Actions
    ending: str
    refuge: str
    clipboard: Any = None
    fixes: Sequence[Fix | None] = ()
    marks_back: Callable[[Any, Any], Any] = lambda said, held: said


def patch_of(form: ActForm, tools: Tools) -> Callable[[Flow], Patch]:
    """What an act does to a callflow. Raises KeyError for an unknown one; the function raises Refused."""
    said = form.cleaned_data
    make = _ACTS[said["act"]]
    return lambda flow: make(flow, form, tools)


def _hung(flow: Flow, form: ActForm, tools: Tools, step: Any) -> Patch:
    """A step, or several, below another: on the branch that is said, between what hangs there already."""
    to, key = form.cleaned_data["to"], form.branch
    if flow.top is None:
        return edits.add(flow, step)
    if to is None:
        return edits.wrap(flow, flow.top, _alone(step), under=_first_key(step, tools))
    if to not in flow:
        raise Refused(Reason.NO_SUCH_STEP, to)
    if not key:
        key = edits.free_key(flow, to, keys_of(tools.actions.get(flow[to].module)))
    if flow[to].child(key) is None:
        return edits.add(flow, step, to=to, key=key)
    return edits.insert(flow, _alone(step), to=to, key=key, under=_first_key(step, tools))


def _alone(step: Any) -> Any:
    """A step whose branches are free to take what is there already."""
    if isinstance(step, Mapping) and step.get(CHILDREN):
        raise Refused(Reason.KEY_TAKEN)
    return step


def _first_key(step: Any, tools: Tools) -> str:
    module = step.get("module") if isinstance(step, Mapping) else ""
    return keys_of(tools.actions.get(str(module)))[0]


def _new(form: ActForm) -> dict[str, Any]:
    return {"module": form.cleaned_data["module"], "data": {}, "children": {}}


def _add(flow: Flow, form: ActForm, tools: Tools) -> Patch:
    return _hung(flow, form, tools, _new(form))


def _wrap(flow: Flow, form: ActForm, tools: Tools) -> Patch:
    step = _new(form)
    return edits.wrap(flow, form.cleaned_data["step"], step, under=_first_key(step, tools))


def _paste(flow: Flow, form: ActForm, tools: Tools) -> Patch:
    if tools.clipboard is None:
        raise Refused(Reason.NOTHING_COPIED)
    return _hung(flow, form, tools, tools.clipboard)


def _move(flow: Flow, form: ActForm, tools: Tools) -> Patch:
    number, to, key = form.cleaned_data["step"], form.cleaned_data["to"], form.branch
    if to not in flow:
        raise Refused(Reason.NO_SUCH_STEP, to)
    if not key:
        key = edits.free_key(flow, to, keys_of(tools.actions.get(flow[to].module)))
    return edits.move(flow, number, to=to, key=key)


def _duplicate(flow: Flow, form: ActForm, tools: Tools) -> Patch:
    number = form.cleaned_data["step"]
    parent = flow[number].parent if number in flow else None
    if parent is None:
        raise Refused(Reason.HAS_STEPS, number)
    key = form.branch or edits.free_key(flow, parent, keys_of(tools.actions.get(flow[parent].module)))
    return edits.duplicate(flow, number, to=parent, key=key)


def _fix(flow: Flow, form: ActForm, tools: Tools) -> Patch:
    """What the lint proposes; `step` is the place of the problem in its list."""
    at = form.cleaned_data["step"]
    if at is None or at >= len(tools.fixes):
        raise Refused(Reason.NO_SUCH_STEP)
    fix = tools.fixes[at]
    if fix is None:
        raise Refused(Reason.NO_SUCH_STEP)
    if fix.edit == "add":
        module = tools.refuge if fix.is_refuge else tools.ending
        return edits.add(flow, {"module": module, "data": {}, "children": {}}, **fix.arguments)
    return _FIXES[fix.edit](flow, **fix.arguments)


def _all(flow: Flow, form: ActForm, tools: Tools) -> Patch:
    """Another document: it stays this callflow, with its numbers where the document says none."""
    document = form.cleaned_data["document"]
    if not isinstance(document, dict):
        raise Refused(Reason.NO_BRANCHES)
    kept = {name: value for name, value in flow.root.items() if name in ("id", "numbers", "patterns")}
    own = {"id": kept["id"]} if "id" in kept else {}
    return edits.become(flow, {**kept, **tools.marks_back(document, flow.document()), **own})


def _data(flow: Flow, form: ActForm, tools: Tools) -> Patch:
    document = form.cleaned_data["document"]
    if not isinstance(document, dict):
        raise Refused(Reason.NO_BRANCHES)
    step = form.cleaned_data["step"]
    held = flow[step].data if step in flow else {}
    return edits.set_data(flow, step, tools.marks_back(document, held))


_FIXES: Mapping[str, Callable[..., Patch]] = {
    "remove_branch": edits.remove_branch,
    "set_data": edits.set_data,
    "set_root": edits.set_root,
}
_ACTS: Mapping[str, Callable[[Flow, ActForm, Tools], Patch]] = {
    "add": _add,
    "wrap": _wrap,
    "paste": _paste,
    "move": _move,
    "duplicate": _duplicate,
    "remove": lambda flow, form, tools: edits.remove(flow, form.cleaned_data["step"]),
    "remove_branch": lambda flow, form, tools: edits.remove_branch(flow, form.cleaned_data["step"]),
    "set_key": lambda flow, form, tools: edits.set_key(flow, form.cleaned_data["step"], form.branch),
    "set_json": _data,
    "replace": _all,
    "fix": _fix,
}


def data_with(data: Mapping[str, Any], names: set[str], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a step with those that a person changed."""
    return laid_over(flat_of(data, names), wanted)


def with_others(data: Mapping[str, Any], known: set[str], others: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with other fields than these in place of all that are not known; each keeps its place."""
    now, then = flat_of(data, known), flat_of(others, known)
    kept = {
        name: value if name in known else then[name]
        for name, value in now.items()
        if name in known or name in then
    }
    return built({**kept, **then})


def root_with(root: Mapping[str, Any], names: set[str], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The callflow's own settings with those that a person changed; the place of its steps stays."""
    rest = {name: value for name, value in root.items() if name != FLOW}
    changed = laid_over(flat_of(rest, names), wanted)
    ordered = {name: changed[name] for name in root if name in changed}
    return {**ordered, **changed}


def with_number(data: QueryDict, number: str) -> QueryDict:
    """What was typed, with one more number of the callflow."""
    found = data.copy()
    found["numbers"] = f"{found.get('numbers', '').rstrip()}\n{number[:40]}".strip()
    return found


def words_of(error: Refused) -> str:
    return str(REASONS[error.reason])


def no_such_act() -> str:
    return _("That cannot be done here.")
