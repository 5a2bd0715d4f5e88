"""The callflow that is measured is as large as it says, and nothing is wrong with it that people would see to first."""

from __future__ import annotations

import pytest

from telephony.bench.callflow_losses import Told, _counted
from telephony.bench.callflows import large
from telephony.providers.callflows.lint import problems
from telephony.providers.callflows.tree import read
from telephony.providers.kazoo.callflows.actions import ACTIONS


@pytest.mark.parametrize("steps", [1, 2, 17, 500])
def test_it_has_as_many_steps_as_are_asked_for(steps: int) -> None:
    flow = read(large(steps))
    assert len(flow) == steps
    assert not [one for one in problems(flow, ACTIONS) if one.fault.is_grave]


def test_what_processes_found_wrong_is_told_together() -> None:
    figure = _counted(
        "those that differ", [Told(3.0, 1.0, [(0, ""), (2, "gone")]), Told(1.0, 1.0, [(1, "other")])]
    )
    assert (figure.value, figure.is_met) == (2, False)
    assert figure.detail["first"] == ["1: other", "2: gone"]
    assert figure.detail["each_ms"] == 1333.3
