"""Classes of destinations: told by how numbers begin, and found by it again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.number_kinds import NumberKind, beginnings, kind_of_prefix

GROUPS = st.dictionaries(st.sampled_from("abc"), st.sets(st.text("+123", max_size=4), max_size=8))


@pytest.mark.parametrize(
    ("prefix", "kind"),
    [
        ("+3361", NumberKind.MOBILE),
        ("+3363", NumberKind.MOBILE),
        ("+3319", NumberKind.FIXED),
        ("+3380", NumberKind.FREE),
        ("+3389", NumberKind.PREMIUM),
        ("+4477", NumberKind.MOBILE),
        ("+4420", NumberKind.FIXED),
        ("+1212", NumberKind.EITHER),
        ("+3906", NumberKind.FIXED),
        ("+9999", NumberKind.UNKNOWN),
        ("+33", NumberKind.FIXED),
        ("+", NumberKind.UNKNOWN),
    ],
)
def test_the_beginning_of_a_number_tells_its_kind(prefix: str, kind: NumberKind) -> None:
    assert kind_of_prefix(prefix) == kind


@given(GROUPS, st.integers(1, 3))
def test_beginnings_find_all_of_their_own_numbers_and_no_others(
    groups: dict[str, set[str]], least: int
) -> None:
    found = beginnings(groups, dict.fromkeys(groups, least))
    for key, own in groups.items():
        others = {one for other, some in groups.items() if other != key for one in some}
        if found[key]:
            assert all(one.startswith(tuple(found[key])) for one in own)
            assert not any(one.startswith(tuple(found[key])) for one in others)
        elif own:  # one of its prefixes cannot be told from those of others
            assert any(not one or any(other.startswith(one) for other in others) for one in own)
