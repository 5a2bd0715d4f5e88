"""What is wrong with a callflow as it stands among the other objects of its account; its own shape: lint.py.

The objects come as data (`Around`): pages gather them, nothing is read here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from telephony.providers.callflows.actions import Action, Rule
from telephony.providers.callflows.declaration import Callflows
from telephony.providers.callflows.lint import Fault, Fix, Problem
from telephony.providers.callflows.tree import Flow, Node, asked_once
from telephony.providers.operations import Text
from telephony.providers.phrases import Strong, said

RULE_SET = "rule_set"


@dataclass(frozen=True, kw_only=True)
class Target:
    """An object that a step names.

    pk          of our copy, None where there is none
    is_missing  it is not in the account any more
    is_off      it is switched off
    """

    kind: str
    remote_id: str
    name: str = ""
    pk: int | None = None
    is_missing: bool = False
    is_off: bool = False


@dataclass(frozen=True, kw_only=True)
class Around:
    """What surrounds a callflow.

    own      its own identifier, "" for one that is not made yet
    targets  by kind and identifier; of an object that nobody looked for nothing is said
    links    by callflow, the callflows that it leads to
    numbers  by number, the other callflows that have it
    """

    own: str = ""
    targets: Mapping[tuple[str, str], Target] = field(default_factory=dict)
    links: Mapping[str, Collection[str]] = field(default_factory=dict)
    numbers: Mapping[str, Sequence[Target]] = field(default_factory=dict)


@asked_once
def pointers_of(flow: Flow, callflows: Callflows) -> dict[int, list[tuple[str, str, str]]]:
    """By step, what its settings and its branches point to: (place, kind, identifier)."""
    return {number: own for number, node in flow.walk() if (own := _pointers_of(node, callflows))}


@asked_once
def _pointers_of(node: Node, callflows: Callflows) -> list[tuple[str, str, str]]:
    own = list(callflows.pointers(node.module, node.data))
    action = callflows.actions.get(node.module)
    if action is not None and action.branches.rule is Rule.TIMES:
        fixed = action.branches.words
        own += [("", callflows.rule_kind, key) for key, _child in node.branches if key not in fixed]
    return own


def problems_around(flow: Flow, callflows: Callflows, around: Around) -> list[Problem]:
    """The faults in the order of the steps, those of the callflow itself first."""
    found = list(_numbers_twice(flow, around))
    pointers = pointers_of(flow, callflows)
    for number, node in flow.walk():
        action = callflows.actions.get(node.module)
        label: Text = action.label if action else node.module
        for place, kind, remote_id in pointers.get(number, ()):
            if place:
                found += _about_target(number, label, place, around.targets.get((kind, remote_id)))
                if kind == callflows.kind:
                    found += _about_link(number, remote_id, around)
        if action is not None and action.branches.rule is Rule.TIMES:
            found += _about_rules(flow, node, callflows, around)
    return found


def _numbers_twice(flow: Flow, around: Around) -> Iterator[Problem]:
    numbers = flow.root.get("numbers")
    for value in numbers if isinstance(numbers, list) else ():
        for other in around.numbers.get(str(value), ()):
            words = _("{number} leads to **{callflow}** too: one of the two never gets its calls.")
            says = said(words, number=Strong(str(value)), callflow=other.name)
            yield Problem(fault=Fault.NUMBER_TWICE, says=says, path="numbers")


def _about_target(number: int, label: Text, place: str, target: Target | None) -> Iterator[Problem]:
    if target is None:
        return
    path = place.removeprefix("data.")
    if target.is_missing:
        says = said(_("**{action}** leads to something that is not in the account any more."), action=label)
        yield Problem(fault=Fault.MISSING_TARGET, says=says, number=number, path=path)
    elif target.is_off:
        says = said(
            _("**{action}** leads to {name}, which is switched off."), action=label, name=Strong(target.name)
        )
        yield Problem(fault=Fault.TARGET_OFF, says=says, number=number, path=path)


def _about_link(number: int, remote_id: str, around: Around) -> Iterator[Problem]:
    """A callflow that leads back to this one, by whatever way."""
    seen: set[str] = set()
    waiting = [remote_id]
    while waiting:
        here = waiting.pop()
        if here and here == around.own:
            words = (
                _("This callflow leads into itself: calls go round until the server ends them.")
                if remote_id == around.own
                else _("The callflow there leads back to this one: calls may go round.")
            )
            yield Problem(fault=Fault.LOOP, says=said(words), number=number, path="id")
            return
        if here not in seen:
            seen.add(here)
            waiting += around.links.get(here, ())


def _about_rules(flow: Flow, node: Node, callflows: Callflows, around: Around) -> Iterator[Problem]:
    """Branches of rules that the step never asks, and of rules that are switched off."""
    action: Action = callflows.actions[node.module]
    rules = node.data.get("rules")
    asked = rules if isinstance(rules, list) and not node.data.get(RULE_SET) else []
    for key, child in node.branches:
        if key in action.branches.words:
            continue
        fix = Fix(label=_("Remove the branch"), edit="remove_branch", arguments={"number": child})
        target = around.targets.get((callflows.rule_kind, key))
        name: Any = Strong(target.name if target is not None and target.name else key[:8])
        if target is not None and target.is_missing:
            says = said(_("The rule of this branch is not in the account any more."))
            yield Problem(fault=Fault.MISSING_TARGET, says=says, number=child, fix=fix)
        elif target is not None and target.is_off:
            says = said(_("{rule} is switched off: this branch is never taken."), rule=name)
            yield Problem(fault=Fault.RULE_NEVER, says=says, number=child, fix=fix)
        elif asked and key not in asked:
            says = said(
                _("{rule} is not among the rules that are asked: this branch is never taken."), rule=name
            )
            yield Problem(fault=Fault.RULE_NEVER, says=says, number=child, fix=fix)
