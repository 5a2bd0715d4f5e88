"""A figure with what is said of it."""

from __future__ import annotations

from dataclasses import dataclass

from portal.ui.svg import Figure
from telephony.figures.tables import Table


@dataclass(frozen=True, kw_only=True)
class Told:
    """A figure, the sentence above it, its measure beside the title, and its table as values."""

    figure: Figure
    sentence: str
    measure: str
    table: Table
    is_empty: bool = False
