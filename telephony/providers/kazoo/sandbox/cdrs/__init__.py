"""No ordinary calls yet."""

from typing import Any


class CdrBook:
    def __init__(self, accounts: Any, clock: Any) -> None: ...
    def legs(self, *a: Any) -> list[dict[str, Any]]:
        return []

    def leg(self, *a: Any) -> dict[str, Any] | None:
        return None

    def interaction(self, *a: Any) -> list[dict[str, Any]]:
        return []

    def channels(self, *a: Any) -> list[dict[str, Any]]:
        return []

    def registered_devices(self, *a: Any) -> set[str]:
        return set()
