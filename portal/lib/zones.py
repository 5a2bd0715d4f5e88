"""The time zones that people choose from."""

from __future__ import annotations

import zoneinfo
from functools import lru_cache


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """UTC, and every zone of a region and a city, "Europe/Paris"."""
    cities = (name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/"))
    return ("UTC", *sorted(cities))
