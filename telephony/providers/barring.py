"""How a provider bars calls from a line to other countries, as data: one write, and what it is to hold then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from telephony.providers.edit_fields import Fields, Surroundings


@dataclass(frozen=True, kw_only=True)
class AbroadBar:
    """operation   the write; its address is that of the line
    wanted      the fields that bar these calls, out of those that its editor reads: the same ones where they are barred
                already, None where the contract knows no such bar
    field       of the write, which says what is barred
    bars        whether a value of that field bars these calls
    """

    operation: str
    wanted: Callable[[Fields, Surroundings], Fields | None]
    field: str
    bars: Callable[[Any], bool]
