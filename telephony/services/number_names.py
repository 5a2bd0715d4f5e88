"""Whose number it is: one query names a whole list."""

from __future__ import annotations

from collections.abc import Iterable

from telephony.models import NumberName

# What a person entered wins over a line's name, and that over the directory.
ORDER = (NumberName.Source.CONTACT, NumberName.Source.LINE, NumberName.Source.PERSON)


def names_of(numbers: Iterable[str]) -> dict[str, str]:
    """Number -> name, for those that have one. One query, whatever the count."""
    wanted = {number for number in numbers if number}
    if not wanted:
        return {}
    rows = NumberName.objects.filter(number__in=wanted).values_list("number", "name", "source")
    ranked = sorted(rows, key=lambda row: ORDER.index(NumberName.Source(row[2])))
    return {number: name for number, name, _source in ranked}
