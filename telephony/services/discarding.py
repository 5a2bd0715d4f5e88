"""A preview that somebody discarded while another still had it open: who did, remembered for a day.

The row itself is gone. Losing the memory costs the words, nothing else.
"""

from __future__ import annotations

from django.core.cache import cache

from accounts.models import Person

REMEMBERED_S = 86_400


class Discarded(Exception):
    """Somebody discarded the preview; nothing was sent. `by` is who, `home` where it came from, "" if unknown."""

    def __init__(self, by: str = "", home: str = "") -> None:
        super().__init__(by)
        self.by = by
        self.home = home


def remember(tenant_id: int, change_id: int, person: Person | None, home: str) -> None:
    cache.set(_key(tenant_id, change_id), {"by": str(person or ""), "home": home}, timeout=REMEMBERED_S)


def found(tenant_id: int, change_id: int) -> Discarded | None:
    """What is remembered of a discarded preview of this tenant, None for a change that never was one."""
    kept = cache.get(_key(tenant_id, change_id))
    return Discarded(**kept) if kept else None


def _key(tenant_id: int, change_id: int) -> str:
    return f"{tenant_id}:discarded:{change_id}"
