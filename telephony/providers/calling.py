"""How a provider starts a call, as data: what rings first, and the operation that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class CallWay:
    """One way to start a call.

    kind       of the line whose telephone rings first; "" where the person's own number is asked for instead
    operation  key of the operation
    values     its values, of the line's remote id (or the person's own number) and the number to call (E.164)
    """

    operation: str
    values: Callable[[str, str], Mapping[str, Any]]
    kind: str = ""
