"""Countries by how a number begins: their calling code, which North America and the Caribbean share. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import phonenumbers

NORTH_AMERICA = "+1"  # one code of many countries: an area tells which
MAINLAND = ("US", "CA")


def calling_code(prefix: str) -> str:
    """The country calling code that a number begins with: "+3361" gives "+33", "201" nothing."""
    for length in (2, 3, 4):
        code = prefix[1:length]
        if (
            prefix.startswith("+")
            and code.isdigit()
            and int(code) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE
        ):
            return f"+{code}"
    return ""


def country_of_prefix(prefix: str) -> str:
    """What the beginning of a number tells of its country: its calling code, in the Caribbean the area's, +1876. "" for
    numbers that are none of the world's."""
    code = calling_code(prefix)
    if code != NORTH_AMERICA:
        return code
    sample = phonenumbers.PhoneNumber(country_code=1, national_number=int(f"{prefix[2:]:0<3}5550100"))
    region = phonenumbers.region_code_for_number(sample)
    return code if region is None or region in MAINLAND else prefix


@cache
def elsewhere(country: str) -> Sequence[str]:
    """The beginnings of numbers that begin like a country's and are of others: of +1 the areas of the Caribbean."""
    if country != NORTH_AMERICA:
        return ()
    areas = (f"{NORTH_AMERICA}{area}" for area in range(200, 1000))
    return tuple(one for one in areas if country_of_prefix(one) != NORTH_AMERICA)
