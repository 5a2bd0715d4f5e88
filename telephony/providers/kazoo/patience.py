"""How long to wait after "too many requests": Kazoo does not say; from one second, doubling to thirty (facts section 4)."""

from __future__ import annotations

from telephony.providers.transport import Pause, Response

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0


class Patience:
    """Judges the answers of one client: the pause grows with each refusal in a row, and any other answer ends it."""

    def __init__(self) -> None:
        self._in_a_row = 0

    def __call__(self, response: Response) -> Pause | None:
        if response.status != 429:
            self._in_a_row = 0
            return None
        pause_s = min(FIRST_PAUSE_S * 2**self._in_a_row, LONGEST_PAUSE_S)
        self._in_a_row = min(self._in_a_row + 1, 10)
        return Pause(pause_s)
