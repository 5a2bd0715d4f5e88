"""The suites by name, each with its world in the scratch database."""

from __future__ import annotations

from collections.abc import Iterable

from telephony.bench import storing as _storing
from telephony.bench.measuring import Figure
from telephony.bench.world import make_connection


def storing(*, is_quick: bool) -> Iterable[Figure]:
    """Drafts in memory to committed rows."""
    return _storing.measure(make_connection("bench-storing"), *((10_000, 3) if is_quick else ()))


SUITES = {"storing": storing}
