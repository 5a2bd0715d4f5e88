"""Two JSON values are the same where their canonical texts are."""

from __future__ import annotations

from typing import Any

import pytest

from portal.lib.canonical import canonical_json, same

VALUES: list[Any] = [
    None, False, True, 0, 1, 0.0, -0.0, 1.0, "1", "", [], [1], [1, [2]], [1, [2.0]],
    {}, {"a": 1, "b": {}}, {"b": {}, "a": 1}, {"a": 1, "b": []}, {"a": True, "b": {}}, {"a": 1},
]  # fmt: skip


@pytest.mark.parametrize("one", VALUES)
def test_same_is_what_the_canonical_texts_say(one: Any) -> None:
    for other in VALUES:
        assert same(one, other) == (canonical_json(one) == canonical_json(other)), other
