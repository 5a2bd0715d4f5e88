"""Icons as paths: at their place and in their size, whatever way they are written."""

from __future__ import annotations

import pytest

from portal.ui import outlines
from telephony.providers.kazoo.callflows import CALLFLOWS


@pytest.mark.parametrize(
    ("path", "drawn"),
    [
        ("M4 6h3V8H2z", "M12 23h1.5V24H11z"),
        ("M0 0a4 4 0 1 0 8 0A2 2 0 017-1", "M10 20a2 2 0 1 0 4 0A1 1 0 0 1 13.5 19.5"),
        ("m2 2l.5-1 1 1", "M11 21l0.25 -0.5 0.5 0.5"),
        ("m2 2 4 0c1 1-1 1 0 2", "M11 21l2 0c0.5 0.5 -0.5 0.5 0 1"),
    ],
)
def test_a_path_is_scaled_and_moved(path: str, drawn: str) -> None:
    assert outlines.placed(path, 10, 20, 0.5) == drawn


def test_an_icon_that_the_sprite_lacks_is_no_path() -> None:
    assert outlines.outline("none-such", 0, 0, 16) == ""


def test_every_action_of_a_callflow_has_an_outline() -> None:
    icons = {action.icon for action in CALLFLOWS.actions.values()} | {"hash", "puzzle"}
    assert [name for name in sorted(icons) if not outlines.outline(name, 0, 0, 16).startswith("M")] == []
