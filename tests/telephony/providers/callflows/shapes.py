"""Callflow documents as they may come: known and unknown modules, odd values, every shape of branches."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from telephony.providers.kazoo.callflows.actions import ACTIONS

KEYS = st.sampled_from(["_", "0", "1", "*", "timeout", "sip:486", "USER_BUSY", "a.b", "", "été", "0" * 32])
NUMBERS = (
    st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([1, 1.0, 1e3])
)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
MODULES = st.sampled_from([*ACTIONS, "halden_callback", "", None, 7])


def _steps(below: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A step; its keys come in any order, and any of them may be missing or hold something else."""
    members = st.fixed_dictionaries(
        {},
        optional={
            "module": MODULES,
            "data": st.dictionaries(st.sampled_from(["id", "x_site", "timeout"]), VALUES, max_size=3)
            | SCALARS,
            "children": st.dictionaries(KEYS, below, max_size=4) | SCALARS,
            "x_note": VALUES,
        },
    )
    return st.tuples(members, st.randoms(use_true_random=False)).map(_shuffled)


def _shuffled(drawn: tuple[dict[str, Any], Any]) -> dict[str, Any]:
    members, random = drawn
    names = list(members)
    random.shuffle(names)
    return {name: members[name] for name in names}


STEPS = st.recursive(_steps(SCALARS), _steps, max_leaves=12)
DOCUMENTS = st.tuples(
    st.fixed_dictionaries(
        {},
        optional={
            "name": st.text(max_size=8),
            "numbers": st.lists(st.text(max_size=5), max_size=2),
            "flow": STEPS | SCALARS,
            "x_root": VALUES,
        },
    ),
    st.randoms(use_true_random=False),
).map(_shuffled)
TREES = STEPS.map(lambda step: {"name": "x", "flow": step})
