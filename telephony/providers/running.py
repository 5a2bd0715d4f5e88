"""Calls that go on, of a provider that does not tell of them by itself: what lists them, and how a row is read.

What a reading shows becomes events as notified ones do (services/live_polling.py), so that both make one live state.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from telephony.providers.drafts import CallEventDraft
from telephony.providers.live import Rows


@dataclass(frozen=True, kw_only=True)
class Running:
    """How running calls are read.

    operation   lists them, a row for each leg
    events      what the rows tell: of each leg that it began ("setup") and, where it was, that it was answered
                ("connect"). A leg that no row names any more has ended. Rows that cannot be read are left out
    every_s     between two readings, while somebody watches
    """

    operation: str
    events: Callable[[Rows], Sequence[CallEventDraft]]
    every_s: int
