"""What is wrong with the shape of a callflow, told by its document alone: where, why, and how to mend it as data.

What needs other objects (a target that is gone, a loop through other callflows) is told in surroundings.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from telephony.providers.callflows.actions import DEFAULT, Action, Actions, Rule
from telephony.providers.callflows.tree import Flow, Node, asked_once
from telephony.providers.fields import is_secret
from telephony.providers.operations import Text
from telephony.providers.phrases import Said, Strong, said
from telephony.providers.schema_checks import reasons

_EMPTY: tuple[Any, ...] = (None, "", [])
_EXITS = frozenset({DEFAULT, "timeout", "max_retries"})


class Fault(StrEnum):
    NO_NUMBER = "no_number"
    NO_STEP = "no_step"
    BELOW_THE_END = "below_the_end"
    NEVER_TAKEN = "never_taken"
    PASSED_OVER = "passed_over"
    NO_EXIT = "no_exit"
    DEAD_END = "dead_end"
    NOTHING_CHOSEN = "nothing_chosen"
    MISSING_VALUE = "missing_value"
    WRONG_VALUE = "wrong_value"
    MISSING_TARGET = "missing_target"
    TARGET_OFF = "target_off"
    LOOP = "loop"
    RULE_NEVER = "rule_never"
    NUMBER_TWICE = "number_twice"
    LEFT_EMPTY = "left_empty"

    @property
    def is_grave(self) -> bool:
        """Calls are lost by it, or the provider refuses it; the others are worth a look."""
        return self in _GRAVE


_GRAVE = frozenset(
    {
        Fault.NO_NUMBER,
        Fault.NO_STEP,
        Fault.MISSING_VALUE,
        Fault.WRONG_VALUE,
        Fault.MISSING_TARGET,
        Fault.LOOP,
        Fault.NUMBER_TWICE,
        Fault.LEFT_EMPTY,
    }
)


@dataclass(frozen=True, kw_only=True)
class Fix:
    """A way to mend it: the name of a function of `edits.py` and its arguments that are known.

    is_refuge   the step that is added takes callers whom nobody answers; else it ends the call
    """

    label: Text
    edit: str
    arguments: Mapping[str, Any]
    is_refuge: bool = False


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One fault. `number` is the step, None for the callflow itself; `path` a place in its settings."""

    fault: Fault
    says: Said
    number: int | None = None
    path: str = ""
    fix: Fix | None = None


def problems(flow: Flow, actions: Actions) -> list[Problem]:
    """The faults in the order of the steps. A module that is not known is no fault, and nothing below it is."""
    found, language = list(_about_root(flow)), get_language()
    for number, node in flow.walk():
        if action := actions.get(node.module):
            found += _about_step(node, number, action, language)
    return found


@asked_once
def _about_step(node: Node, number: int, action: Action, language: str | None) -> tuple[Problem, ...]:
    """Reasons are words of the language of now."""
    return tuple(problem for rule in _RULES for problem in rule(number, node, action))


def _about_root(flow: Flow) -> Iterator[Problem]:
    if not flow.root.get("numbers") and not flow.root.get("patterns"):
        words = _("No number and no pattern leads here; the provider takes no callflow without one.")
        yield Problem(fault=Fault.NO_NUMBER, says=said(words))
    if flow.top is None:
        fix = Fix(label=_("Begin with a mailbox"), edit="add", arguments={}, is_refuge=True)
        yield Problem(fault=Fault.NO_STEP, says=said(_("There is no step: calls end at once.")), fix=fix)


def _branches(number: int, node: Node, action: Action) -> Iterator[Problem]:
    for key, child in node.branches:
        fix = Fix(label=_("Remove the branch"), edit="remove_branch", arguments={"number": child})
        if action.is_terminal:
            says = said(_("**{action}** ends the call: nothing below it is reached."), action=action.label)
            yield Problem(fault=Fault.BELOW_THE_END, says=says, number=child, fix=fix)
        elif not action.branches.takes(key):
            says = said(
                _("**{action}** never takes the branch {key}."), action=action.label, key=Strong(key or "“”")
            )
            yield Problem(fault=Fault.NEVER_TAKEN, says=says, number=child, fix=fix)


def _passed_over(number: int, node: Node, action: Action) -> Iterator[Problem]:
    if node.data.get("skip_module") is True:
        data = {name: value for name, value in node.data.items() if name != "skip_module"}
        fix = Fix(label=_("Take the step again"), edit="set_data", arguments={"number": number, "data": data})
        says = said(_("**{action}** is passed over."), action=action.label)
        yield Problem(fault=Fault.PASSED_OVER, says=says, number=number, path="skip_module", fix=fix)


def _exits(number: int, node: Node, action: Action) -> Iterator[Problem]:
    keys = {key for key, _child in node.branches}
    add = {"to": number, "key": DEFAULT}
    if action.branches.rule is Rule.KEYS and not keys & _EXITS:
        says = said(_("**{action}** has no way on for a wrong key or none."), action=action.label)
        fix = Fix(label=_("Add a step for any other key"), edit="add", arguments=add)
        yield Problem(fault=Fault.NO_EXIT, says=says, number=number, fix=fix)
    elif action.branches.may_strand and DEFAULT not in keys:
        says = said(_("If nobody answers, the call ends here without voicemail."))
        fix = Fix(label=_("Add a mailbox for no answer"), edit="add", arguments=add, is_refuge=True)
        yield Problem(fault=Fault.DEAD_END, says=says, number=number, fix=fix)


def _about_nothing(number: int, node: Node, action: Action) -> Iterator[Problem]:
    if action.about and all(node.data.get(name) in _EMPTY for name in action.about):
        says = said(_("**{action}**: nobody said whom or what it is for."), action=action.label)
        yield Problem(fault=Fault.NOTHING_CHOSEN, says=says, number=number, path=action.about[0])


def _values(number: int, node: Node, action: Action) -> Iterator[Problem]:
    data = node.data
    for one in action.settings.fields:
        *above, last = one.parts
        holder: Any = data
        for part in above:
            holder = holder.get(part) if isinstance(holder, Mapping) else None
        is_said = isinstance(holder, (dict, Mapping)) and last in holder
        value = holder[last] if is_said else None
        if value in _EMPTY and (one.required or one.path in action.about):
            if one.required:
                says = said(_("**{field}** is empty."), field=one.label)
                yield Problem(fault=Fault.MISSING_VALUE, says=says, number=number, path=one.path)
            continue
        if not is_said or _is_sealed(value):
            continue
        for place, reason in reasons(action.settings, one, value, one.path):
            says = said(_("**{field}**: {reason}"), field=one.label, reason=reason)
            yield Problem(fault=Fault.WRONG_VALUE, says=says, number=number, path=place)


def _is_sealed(value: Any) -> bool:
    """Whether it is a secret that was taken out: nobody here can judge it."""
    return is_secret(value) or (isinstance(value, list) and any(map(is_secret, value)))


_RULES: tuple[Callable[[int, Node, Action], Iterator[Problem]], ...] = (
    _branches,
    _passed_over,
    _exits,
    _about_nothing,
    _values,
)
