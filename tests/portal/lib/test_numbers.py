"""One number from any notation, and what sort of number it is."""

from __future__ import annotations

import pytest

from portal.lib.number_kinds import NumberKind, about
from portal.lib.numbers import canonical, is_emergency

NOTATIONS = (
    "+33199001001",
    "01 99 00 10 01",
    "01.99.00.10.01",
    "0033 1 99 00 10 01",
    "+33 (0)1 99 00 10 01",
    "(0)1 99 00 10 01",
    "33199001001",
    "tel:+33-1-99-00-10-01",
    "+33\u00a01\u00a099\u00a000\u00a010\u00a001",
)


@pytest.mark.parametrize("text", NOTATIONS)
def test_every_notation_is_the_same_number(text: str) -> None:
    assert canonical(text) == "+33199001001"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("15", "15"),
        ("39 49", "3949"),
        ("204", "204"),
        ("1", None),
        ("nonsense", None),
        ("01 99 00", None),
        ("", None),
    ],
)
def test_short_numbers_are_their_digits_and_the_rest_is_none(text: str, found: str | None) -> None:
    assert canonical(text) == found


@pytest.mark.parametrize(
    ("number", "kind", "country"),
    [
        ("+33199001001", NumberKind.FIXED, "FR"),
        ("+33639980007", NumberKind.MOBILE, "FR"),
        ("+447700900123", NumberKind.MOBILE, "GB"),
        ("+33800123456", NumberKind.FREE, "FR"),
        ("+33899123456", NumberKind.PREMIUM, "FR"),
        ("+800 1234 5678".replace(" ", ""), NumberKind.FREE, ""),
        ("15", NumberKind.EMERGENCY, "FR"),
        ("119", NumberKind.EMERGENCY, "FR"),
        ("3949", NumberKind.SERVICE, "FR"),
        ("204", NumberKind.SHORT, ""),
    ],
)
def test_kind_and_country(number: str, kind: NumberKind, country: str) -> None:
    found = about(number)
    assert (found.kind, found.country) == (kind, country)


def test_emergency_is_a_matter_of_the_country() -> None:
    assert is_emergency("17") and is_emergency("+33112") and not is_emergency("+33199001001")
    assert is_emergency("000", "AU") and not is_emergency("17", "AU")
