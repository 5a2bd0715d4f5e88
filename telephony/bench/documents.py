"""Documents made by chance: some of the declared fields, and things that nobody declared."""

from __future__ import annotations

import random
import string
from collections.abc import Sequence
from typing import Any

from telephony.providers.flat import built
from telephony.providers.schema import Field
from telephony.providers.schema_sorts import Sort

LANGUAGE = "^[A-Za-z]{2}(-[A-Za-z]{2})?$"
LETTERS = string.ascii_lowercase + "éß .%_-"


def document(sort: Sort, chance: random.Random) -> dict[str, Any]:
    """A document of a sort as a provider may hold it, defaults left out or written, unknown fields at any depth."""
    fields: dict[str, Any] = {"id": f"{chance.getrandbits(128):032x}"}
    for one in sort.family.fields:
        if one.required or chance.random() < 0.4:
            fields[one.path] = value_of(one, chance)
    found = built(fields)
    for place in [found, *(item for item in found.values() if isinstance(item, dict))]:
        for _ in range(chance.randrange(3)):
            place[_name(chance)] = anything(chance, 3)
    return found


def value_of(one: Field, chance: random.Random) -> Any:
    """A value that the declaration accepts, as far as it is simple."""
    if one.choices or one.usual:
        return chance.choice(one.choices or one.usual)
    kind = next((name for name in one.type if name != "null"), "string")
    if kind == "boolean":
        return chance.random() < 0.5
    # What may be text, too, is typed as text: a telephone number keeps its zeros.
    if kind in ("integer", "number") and "string" not in one.type:
        least, most = one.bounds
        low = int(least) if least is not None else 0
        return chance.randint(low, int(most) if most is not None else low + 1000)
    if kind == "array":
        return _entries(one, chance)
    if kind == "object":
        return {}
    if one.refers_to:
        return f"{chance.getrandbits(128):032x}"
    if one.format == "email":
        return f"accueil{chance.randrange(1000)}@telmarine.example"
    if one.format == "uri" or one.kind == "url":
        return f"https://telmarine.example/{chance.randrange(1000)}"
    if one.pattern == LANGUAGE:
        return "fr-FR"
    least, most = one.length
    length = min(max(int(least or 1), 6), int(most or 40))
    return "".join(chance.choice(string.digits) for _ in range(length))


def _entries(one: Field, chance: random.Random) -> list[Any]:
    if not one.entry:
        return []
    made = [_entry(one.entry, chance) for _ in range(chance.randint(1, 3))]
    return [item for index, item in enumerate(made) if item not in made[:index]]


def _entry(fields: Sequence[Field], chance: random.Random) -> Any:
    """One value, or an object of several."""
    if not fields[0].path:
        return value_of(fields[0], chance)
    return built({one.path: value_of(one, chance) for one in fields if one.required or chance.random() < 0.4})


def anything(chance: random.Random, depth: int) -> Any:
    """Any JSON value."""
    kind = chance.randrange(8 if depth else 6)
    if kind == 6:
        return [anything(chance, depth - 1) for _ in range(chance.randrange(4))]
    if kind == 7:
        return {_name(chance): anything(chance, depth - 1) for _ in range(chance.randrange(4))}
    return (None, True, 0, 1.5, -(10**12), "".join(chance.choice(LETTERS) for _ in range(7)))[kind]


def _name(chance: random.Random) -> str:
    return "x" + "".join(chance.choice(LETTERS) for _ in range(5))
