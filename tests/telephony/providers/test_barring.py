"""Barring calls abroad, at every provider that can: by an edit that it has, and once barred nothing is left to write."""

from __future__ import annotations

from telephony.providers.edit_fields import Surroundings
from telephony.providers.registry import PROVIDERS

HELD = {"groups": ["premium"], "call_restriction": {"toll_us": {"action": "deny"}}}
AROUND = Surroundings(around={"CallBarringGroups": [{"groups": ["premium", "International"]}]})
BARS = [
    (provider.editor(bar.operation), bar)
    for provider in PROVIDERS.values()
    for bar in provider.bars_abroad.values()
]


def test_what_is_barred_stays_so_and_other_bars_stay_as_they_are() -> None:
    assert BARS
    for editor, bar in BARS:
        wanted = bar.wanted(HELD, AROUND)
        assert wanted is not None and set(wanted) <= {one.name for one in editor.fields(AROUND)}
        assert all(len(value) == 2 and set(HELD[name]) < set(value) for name, value in wanted.items())
        assert bar.wanted({**HELD, **wanted}, AROUND) == wanted


def test_a_contract_without_such_a_group_bars_nothing() -> None:
    assert None in [bar.wanted({"groups": []}, Surroundings()) for _editor, bar in BARS]
