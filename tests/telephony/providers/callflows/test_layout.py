"""Places of steps in a drawing: no two on one another, and each above the middle of what is below it."""

from __future__ import annotations

from hypothesis import given, settings

from telephony.providers.callflows.layout import laid_out
from telephony.providers.callflows.tree import read

from .shapes import TREES


@settings(max_examples=40)
@given(TREES)
def test_no_two_steps_share_a_place_and_each_stands_over_the_middle(document: dict) -> None:
    flow = read(document)
    if flow.top is None:
        return
    layout = laid_out(flow.top, lambda number: [child for _key, child in flow[number].branches])
    assert len(layout.places) == len(flow)
    rows: dict[int, list[float]] = {}
    for column, row in layout.places.values():
        assert 0 <= column <= layout.columns - 1
        rows.setdefault(row, []).append(column)
    for columns in rows.values():
        ordered = sorted(columns)
        assert all(after - before >= 0.999 for before, after in zip(ordered, ordered[1:], strict=False))
    for number, node in flow.walk():
        if node.branches:
            column, row = layout.places[number]
            below = [layout.places[child] for _key, child in node.branches]
            columns = sorted(one for one, _row in below)
            assert abs(column - (columns[0] + columns[-1]) / 2) < 1e-6
            # What leads to a second line passes between all steps of the first.
            for one, its_row in below:
                passed = [other for between in range(row + 1, its_row) for other in rows[between]]
                assert not any(abs(one - other) < 0.499 for other in passed)


def test_many_small_branches_take_two_lines() -> None:
    ways = {0: range(1, 9), 3: [9], 9: [10]}
    layout = laid_out(0, lambda number: list(ways.get(number, ())))
    assert [layout.places[one] for one in (0, 1, 4, 5, 8)] == [(1.75, 0), (0, 1), (3, 1), (0.5, 4), (3.5, 4)]
    assert (layout.columns, layout.rows) == (4.5, 5)


def test_a_flow_as_deep_as_it_likes_is_laid_out() -> None:
    layout = laid_out(0, lambda number: [number + 1] if number < 3000 else [])
    assert layout.rows == 3001
    assert layout.columns == 1
