"""A callflow as pages show it: each step with its words, its place in the drawing and what is wrong with it.

Drawing and outline are made of the same `Scene`, so that they cannot differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from types import MappingProxyType
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.lib.numbers import display
from telephony.providers.callflows.actions import DEFAULT, Action, Category, Rule
from telephony.providers.callflows.declaration import Callflows
from telephony.providers.callflows.layout import Layout, laid_out
from telephony.providers.callflows.lint import Problem
from telephony.providers.callflows.surroundings import Around, Target, pointers_of
from telephony.providers.callflows.tree import Flow, Node, asked_once
from telephony.providers.operations import Text

ROOT = "root"
_MARKS: Mapping[str, Text] = {
    "new": gettext_lazy("new"),
    "changed": gettext_lazy("changed"),
    "moved": gettext_lazy("moved"),
    "gone": gettext_lazy("gone"),
}
_SCALARS = (str, int, float)
_SHOWN = attrgetter(
    *("id", "number", "word", "name", "icon", "category_label", "branch", "tone", "note", "mark"),
    *("position", "siblings", "above", "below", "folded", "has_below", "is_inside"),
)


class Step(NamedTuple):
    """One step as it is shown. A tuple, for hundreds of them are made at each act.

    id        "7"; inside of a callflow that is opened in place "7-2", its own step 2 below our step 7
    number    of the step in its callflow
    word      what it does, in a word or two; `name` whom or what with
    category_label  of that in words, "" where there is none
    branch    the words of the branch that leads here, "" for the first step
    link      the callflow that it leads into, where there is one
    tone      "" all is well, "bad" something grave, "warn", "unknown" a module nobody declared
    note      what a person noted on it
    mark      "new", "changed", "moved" or "gone" where two callflows are compared
    below     ids of the steps below that are shown; `folded` are those that are not: (id, words)
    """

    id: str
    number: int
    module: str
    word: str
    name: str
    icon: str
    category: Category | None
    category_label: str = ""
    branch: str = ""
    key: str = ""
    targets: Sequence[Target] = ()
    link: Target | None = None
    tone: str = ""
    note: str = ""
    mark: str = ""
    problems: Sequence[Problem] = ()
    level: int = 1
    position: int = 1
    siblings: int = 1
    above: str = ROOT
    below: Sequence[str] = ()
    folded: Sequence[tuple[str, str]] = ()
    has_below: bool = False
    is_inside: bool = False

    @property
    def is_opened(self) -> bool:
        """Whether the callflow that it leads into is shown below it."""
        return self.link is not None and any(one.startswith(f"{self.id}-") for one in self.below)

    @property
    def is_missing(self) -> bool:
        return any(one.is_missing for one in self.targets)

    @property
    def is_off(self) -> bool:
        return any(one.is_off for one in self.targets)

    @property
    def shown(self) -> tuple[Any, ...]:
        """All of it that a drawing and an outline show, but for its level."""
        link = self.link.pk if self.link is not None else None
        return *_SHOWN(self), bool(self.problems), self.is_missing, self.is_off, link, self.is_opened

    @property
    def mark_word(self) -> str:
        return str(_MARKS.get(self.mark, ""))


@dataclass(frozen=True)
class Scene:
    """All steps in the order of a walk, by id, and the head above them."""

    title: str
    numbers: Sequence[str]
    patterns: Sequence[str]
    steps: Mapping[str, Step]
    top: str | None
    problems: Sequence[Problem] = field(default_factory=tuple)

    @cached_property
    def layout(self) -> Layout[str]:
        """Places of the head (`ROOT`) and of all steps."""
        return laid_out(ROOT, self.below)

    def below(self, step: str) -> Sequence[str]:
        """The ids of the steps below one, or below the head."""
        if step != ROOT:
            return self.steps[step].below
        return () if self.top is None else (self.top,)

    @property
    def categories(self) -> list[Category]:
        """Those that are there, for the legend."""
        found = {step.category.id: step.category for step in self.steps.values() if step.category}
        return list(found.values())

    def way_to(self, step: str) -> set[str]:
        """The ids of a step and of those that lead to it."""
        way: set[str] = set()
        while step in self.steps:
            way.add(step)
            step = self.steps[step].above
        return way


def scene_of(
    flow: Flow,
    callflows: Callflows,
    around: Around,
    problems: Sequence[Problem] = (),
    *,
    folded: Collection[int] = (),
    opened: Mapping[str, Flow] | None = None,
    marks: Mapping[int, str] | None = None,
    numbers: Mapping[str, str] | None = None,
) -> Scene:
    """What is shown of a callflow.

    folded   steps whose branches are not shown
    opened   callflows that are shown in place, by identifier
    marks    by step, how it differs from the other callflow of a comparison
    numbers  names of telephone numbers
    """
    by_step: dict[int, list[Problem]] = defaultdict(list)
    for one in problems:
        if one.number is not None:
            by_step[one.number].append(one)
    told = Telling(callflows, around, numbers or {})
    steps = {step.id: step for step in told.steps(flow, folded, problems=by_step, marks=marks or {})}
    for linked, inner in (opened or {}).items():
        for step in [one for one in steps.values() if one.link and one.link.remote_id == linked]:
            steps = _with_inside(steps, step, told, inner)
    root = flow.root
    return Scene(
        title=str(root.get("name") or ""),
        numbers=[
            display(str(one)) if str(one).startswith("+") else str(one) for one in _texts(root, "numbers")
        ],
        patterns=[str(one) for one in _texts(root, "patterns")],
        steps=steps,
        top=str(flow.top) if flow.top is not None else None,
        problems=problems,
    )


def _with_inside(steps: dict[str, Step], step: Step, told: Telling, inner: Flow) -> dict[str, Step]:
    """The steps with those of another callflow below one of them."""
    own = list(told.steps(inner, (), prefix=f"{step.id}-", above=step.id, level=step.level + 1))
    if not own:
        return steps
    first = own[0]._replace(branch=_("in there"), position=len(step.below) + 1)
    placed = {one.id: one._replace(is_inside=True) for one in (first, *own[1:])}
    found: dict[str, Step] = {}
    for name, one in steps.items():
        found[name] = one
        if name == step.id:
            found[name] = one._replace(below=(first.id, *one.below), has_below=True)
            found |= placed
    return found


def _tone(problems: Collection[Problem]) -> str:
    if any(one.fault.is_grave for one in problems):
        return "bad"
    return "warn" if problems else ""


class _Look(NamedTuple):
    """What the steps of one module share."""

    action: Action | None
    word: str
    category: Category | None
    category_label: str
    icon: str
    tone: str


class Telling:
    """Finds the words of steps."""

    def __init__(self, callflows: Callflows, around: Around, numbers: Mapping[str, str]) -> None:
        self.callflows, self.around, self.numbers = callflows, around, numbers
        self._looks: dict[str, _Look] = {}
        self._branches: dict[tuple[str, str], str] = {}

    def look(self, module: str) -> _Look:
        if module not in self._looks:
            action = self.callflows.actions.get(module)
            if action is None:
                look = _Look(None, module or _("no module"), None, "", icon="puzzle", tone="unknown")
            else:
                category = action.category
                look = _Look(action, str(action.label), category, str(category.label), action.icon, "")
            self._looks[module] = look
        return self._looks[module]

    def steps(
        self,
        flow: Flow,
        folded: Collection[int],
        prefix: str = "",
        above: str = ROOT,
        level: int = 1,
        *,
        problems: Mapping[int, Sequence[Problem]] = MappingProxyType({}),
        marks: Mapping[int, str] = MappingProxyType({}),
    ) -> Iterator[Step]:
        pointers, kind = pointers_of(flow, self.callflows), self.callflows.kind
        waiting: list[tuple[int, str, str, str, int, int, int]] = []
        if flow.top is not None:
            waiting.append((flow.top, above, "", "", level, 1, 1))
        while waiting:
            number, parent, key, branch, depth, position, siblings = waiting.pop()
            node = flow[number]
            look = self.look(node.module)
            is_folded = number in folded and bool(node.branches)
            own_id = f"{prefix}{number}"
            branches = _in_order(node)
            if not is_folded:
                count = len(branches)
                waiting += [
                    (child, own_id, name, self.branch(node.module, name), depth + 1, at + 1, count)
                    for at, (name, child) in reversed(list(enumerate(branches)))
                ]
            targets = self.targets(pointers.get(number, ()))
            found = problems.get(number, ())
            yield Step(
                id=own_id,
                number=number,
                module=node.module,
                word=look.word,
                name=self.name(look.action, node, targets),
                icon=look.icon,
                category=look.category,
                category_label=look.category_label,
                branch=branch,
                key=key,
                targets=targets,
                link=next((one for one in targets if one.kind == kind), None) if targets else None,
                note=self.callflows.note_of(node.data),
                tone=(_tone(found) if found else "") or look.tone,
                mark=marks.get(number, ""),
                problems=found,
                level=depth,
                position=position,
                siblings=siblings,
                above=parent,
                below=() if is_folded else tuple([f"{prefix}{child}" for _key, child in branches]),
                folded=tuple(self.hidden(flow, number, pointers)) if is_folded else (),
                has_below=bool(node.branches),
            )

    def hidden(
        self, flow: Flow, top: int, pointers: Mapping[int, Sequence[tuple[str, str, str]]]
    ) -> Iterator[tuple[str, str]]:
        """The ids and the words of the steps below one, for those who look for one of them."""
        for number, node in flow.walk(top):
            if number != top:
                look = self.look(node.module)
                name = self.name(look.action, node, self.targets(pointers.get(number, ())))
                words = f"{look.word} {name} {self.callflows.note_of(node.data)}"
                yield str(number), " ".join(words.split())

    def targets(self, pointers: Sequence[tuple[str, str, str]]) -> Sequence[Target]:
        """The objects that the settings name, each once; those of branches stand at the branches."""
        if not pointers:
            return ()
        keys = dict.fromkeys((kind, remote_id) for place, kind, remote_id in pointers if place)
        return [self.around.targets.get(key) or Target(kind=key[0], remote_id=key[1]) for key in keys]

    def name(self, action: Action | None, node: Node, targets: Sequence[Target]) -> str:
        if action is None:
            return _("kept as it is")
        if targets:
            first = (
                _("not there any more") if targets[0].is_missing else targets[0].name or targets[0].remote_id
            )
            more = len(targets) - 1
            return f"{first} +{more}" if more else first
        if any(one.required and node.data.get(one.name) in (None, "", []) for one in action.fields):
            return ""  # how often a group of nobody rings is no name of it
        for one in action.fields:
            value = node.data.get(one.name)
            if isinstance(value, _SCALARS) and not isinstance(value, bool) and value != "":
                if one.kind == "choice":
                    return str(dict(one.choices).get(str(value), value))
                text = display(str(value)) if str(value).startswith("+") else str(value)
                return f"{text} s" if one.kind == "duration_s" else text
        return ""

    def branch(self, module: str, key: str) -> str:
        """The words of a branch of such a step."""
        if (module, key) not in self._branches:
            self._branches[module, key] = self._branch(self.look(module).action, key)
        return self._branches[module, key]

    def _branch(self, action: Action | None, key: str) -> str:
        if action is None:
            return _("then") if key == DEFAULT else key
        if key in action.branches.words:
            return str(action.branches.words[key])
        if action.branches.rule is Rule.TIMES:
            target = self.around.targets.get((self.callflows.rule_kind, key))
            if target is not None and target.is_missing:
                return _("a rule that is gone")
            return target.name if target is not None and target.name else key[:8]
        return _("then") if key == DEFAULT else key or "“”"


@asked_once
def _in_order(node: Node) -> Sequence[tuple[str, int]]:
    """The branches as people read them: rules of time in the order they are asked, what is left for the rest last.

    The database keeps no order of keys, so that of the document says nothing.
    """
    if len(node.branches) < 2:
        return node.branches
    asked = node.data.get("rules")
    rank = (
        {rule: at for at, rule in enumerate(asked) if isinstance(rule, str)}
        if isinstance(asked, list)
        else {}
    )
    return sorted(node.branches, key=lambda one: (one[0] == DEFAULT, rank.get(one[0], len(rank))))


def _texts(root: Mapping[str, Any], name: str) -> Sequence[Any]:
    value = root.get(name)
    return value if isinstance(value, list) else ()


def count_words(scene: Scene) -> str:
    """How many steps there are."""
    count = len(scene.steps)
    return ngettext("%(n)s step", "%(n)s steps", count) % {"n": count}
