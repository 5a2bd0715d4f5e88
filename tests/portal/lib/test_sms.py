"""Text messages are counted as networks count them."""

from __future__ import annotations

import pytest

from portal.lib.sms import BASIC, EXTENSION, measure


def test_the_tables_are_those_of_the_standard():
    assert len(set(BASIC)) == 127 and len(set(EXTENSION)) == 10  # with the escape 128; and the ten behind it
    assert not set(BASIC) & set(EXTENSION)


@pytest.mark.parametrize(
    ("text", "units", "parts", "left"),
    [
        ("", 0, 0, 160),
        ("a", 1, 1, 159),
        ("é" * 160, 160, 1, 0),
        ("a" * 161, 161, 2, 145),
        ("a" * 306, 306, 2, 0),
        ("a" * 307, 307, 3, 152),
        ("€" * 80, 160, 1, 0),
        ("€" * 81, 162, 2, 143),  # 76 of them in the first part, as a half of one fits nowhere
        ("a" * 159 + "€", 161, 2, 145),
        ("a" * 152 + "€" + "a" * 6, 160, 1, 0),
        ("a" * 152 + "€" + "a" * 7, 161, 2, 144),  # the euro sign does not fit into the first
        ("ê" * 70, 70, 1, 0),
        ("ê" * 71, 71, 2, 63),
        ("ê" + "a" * 133, 134, 2, 0),
        ("😀" * 35, 70, 1, 0),
        ("😀" * 36, 72, 2, 61),  # 33 in the first
        ("😀" + "€" * 10, 12, 1, 58),  # there are no escapes in UCS-2
        ("a\nb", 3, 1, 157),
    ],
)
def test_units_parts_and_what_is_left(text, units, parts, left):
    found = measure(text)

    assert (found.units, found.parts, found.left) == (units, parts, left)


def test_it_names_the_characters_that_make_it_long():
    assert measure("Bientôt, l’hôtel").foreign == "ô’"
    assert measure("Déjà à l'étage").foreign == ""
