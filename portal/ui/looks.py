"""How a state looks: icon, word and tone. Apps register theirs; tags and columns ask by name and value.

register_looks("outcome", {"missed": Look(icon="phone-off", word=_("Missed"), tone="bad"), ...})
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise

Tone = Literal["", "plain", "ok", "warn", "bad", "info", "accent"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Look:
    """`plain` is the normal case (no colour, no edge); the empty tone is a grey edge.

    Looks are told apart by identity: to compare their words would translate them.
    """

    icon: str
    word: str | Promise
    tone: Tone = ""


_looks: dict[str, Mapping[str, Look]] = {}


def register_looks(kind: str, looks: Mapping[str, Look]) -> None:
    """Make `looks` known under `kind`; called from an app's `ready()`."""
    _looks[kind] = {str(value): look for value, look in looks.items()}


def look_of(kind: str, value: object) -> Look:
    """The look of one value. A value nobody registered is shown as it is, in grey: kept, not hidden."""
    found = _looks.get(kind, {}).get(str(value))
    return found or Look(icon="point", word=str(value).replace("_", " "))
