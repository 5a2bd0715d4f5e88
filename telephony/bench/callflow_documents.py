"""Callflows made by chance: every module and some that nobody knows, and whatever else a document may hold.

A sound one keeps to the rules of its modules, so that a provider takes it; any other holds whatever JSON can.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from telephony.bench.documents import anything, document
from telephony.providers.callflows.actions import Action, Rule
from telephony.providers.schema_sorts import Sort

DEEPEST, MOST = 30, 24  # steps below one another, steps of a broad one
UNKNOWN = ("halden_callback", "Ünknown module", "", None, 7)
ODD_KEYS = ("_", "0", "timeout", "USER_BUSY", "sip:486", "a.b", "50 %", "", "été", "<b>&", "0" * 32, " ")
ODD_NAMES = (
    "",
    "Accueil d’été",
    "<script>alert(1)</script>",
    "x" * 300,
    "بعد الدوام",
    "two\nlines",
    "☎ 'n' \"o\"",
)
ODD_VALUES: tuple[Any, ...] = (
    *("", "two\nlines", "\r\n\n x ", "9" * 40),
    *(1.0, 1e300, 10**30, -0.0, None, True),
    *([], {}, [[], 0], {"a.b": [None, {"é": 1.50}]}),
)
OTHER_KEYS: Mapping[Rule, str] = {
    Rule.RINGS: "sip:486",
    Rule.KEYS: "42",
    Rule.TIMES: "0123456789abcdef" * 2,
    Rule.VALUES: "a.b",
    Rule.NUMBERS: "7",
}


def odd(
    chance: random.Random, modules: Mapping[str, Action], *, first: str = "", is_deep: bool = False
) -> dict[str, Any]:
    """A callflow that may say anything anywhere; its root says what it must. `first` is the module of its first step."""
    root: dict[str, Any] = {"name": chance.choice(ODD_NAMES) or "x", "numbers": ["2000"], "patterns": []}
    root |= {f"x_{number}": chance.choice(ODD_VALUES) for number in range(chance.randrange(3))}
    top = _odd_step(chance, modules, first)
    make = partial(_odd_step, chance, modules)
    root["flow"] = _tree(chance, top, make, lambda _step: ODD_KEYS, is_deep=is_deep)
    return _shuffled(chance, root)


def sound(chance: random.Random, modules: Mapping[str, Action], *, is_deep: bool = False) -> dict[str, Any]:
    """A callflow that its provider takes as it is."""
    root: dict[str, Any] = {
        "name": chance.choice(ODD_NAMES)[:128] or "x",
        "numbers": ["2000"],
        "patterns": [],
    }
    root |= {f"x_{number}": anything(chance, 3) for number in range(chance.randrange(3))}

    def keys(step: Mapping[str, Any]) -> tuple[str, ...]:
        action = modules.get(step["module"])
        return ODD_KEYS if action is None else keys_of(action)

    make = partial(_sound_step, chance, modules)
    root["flow"] = _tree(chance, _holder(make, keys) if is_deep else make(), make, keys, is_deep=is_deep)
    return _shuffled(chance, root)


def keys_of(action: Action) -> tuple[str, ...]:
    """Keys that its branches may have, one of those that follow a pattern among them."""
    other = OTHER_KEYS.get(action.branches.rule)
    return (*action.branches.words, *((other,) if other and action.branches.takes(other) else ()))


def _tree(
    chance: random.Random,
    top: dict[str, Any],
    make: Callable[[], dict[str, Any]],
    keys: Callable[[Mapping[str, Any]], tuple[str, ...]],
    *,
    is_deep: bool,
) -> dict[str, Any]:
    holders = [top]
    for _ in range(DEEPEST - 1 if is_deep else chance.randrange(MOST)):
        holder = holders[-1] if is_deep else chance.choice(holders)
        if free := [key for key in keys(holder) if key not in holder["children"]]:
            step = _holder(make, keys) if is_deep else make()
            holder["children"][chance.choice(free)] = step
            holders.append(step)
    return top


def _holder(
    make: Callable[[], dict[str, Any]], keys: Callable[[Mapping[str, Any]], tuple[str, ...]]
) -> dict[str, Any]:
    """A step that others can follow."""
    while not keys(step := make()):
        pass
    return step


def _sound_step(chance: random.Random, modules: Mapping[str, Action]) -> dict[str, Any]:
    action = modules[chance.choice(list(modules))]
    sort = Sort(kind=action.module, family=action.settings, label=action.label, reads="")
    step = {"module": action.module, "data": document(sort, chance), "children": {}}
    return _shuffled(chance, _noted(chance, step))


def _odd_step(chance: random.Random, modules: Mapping[str, Action], module: Any = "") -> dict[str, Any]:
    module = module or chance.choice(UNKNOWN if chance.random() < 0.1 else list(modules))
    names = [one.name for one in modules[module].fields] if module in modules else []
    data = {chance.choice([*names, "x_site", "a.b", "été"]): chance.choice(ODD_VALUES) for _ in range(3)}
    step = {"module": module, "data": data, "children": {}}
    if chance.random() < 0.1:
        step["data"] = chance.choice([None, "later", []])
    if chance.random() < 0.1:
        step["children"] = {"2": chance.choice([None, "later", [], {"module": "user"}, {"children": 5}])}
    return _shuffled(chance, _noted(chance, step))


def _noted(chance: random.Random, step: dict[str, Any]) -> dict[str, Any]:
    return {**step, "x_note": chance.choice(ODD_VALUES)} if chance.random() < 0.2 else step


def _shuffled(chance: random.Random, document: dict[str, Any]) -> dict[str, Any]:
    names = list(document)
    chance.shuffle(names)
    return {name: document[name] for name in names}
