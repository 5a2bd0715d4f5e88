"""Which profile is in force on each of some lines, from the cache, with one query a kind."""

from __future__ import annotations

from collections.abc import Iterable

from telephony.models import Entity


def forced_of(lines: Iterable[Entity]) -> dict[str, str]:
    """Line's remote id -> name of the profile that is forced on it; lines on which none is are left out."""
    by_connection: dict[int, list[Entity]] = {}
    for line in lines:
        by_connection.setdefault(line.connection_id, []).append(line)
    forced: dict[str, str] = {}
    for connection_id, members in by_connection.items():
        kinds = {
            kind.kind: kind.in_force_field
            for kind in members[0].connection.declaration.kinds.values()
            if kind.in_force_field
        }
        if not kinds:
            continue
        profiles = Entity.objects.present().filter(
            connection_id=connection_id,
            kind__in=kinds,
            parent_remote_id__in=[line.remote_id for line in members],
        )
        for profile in profiles:
            if str(profile.document.get(kinds[profile.kind])) in ("1", "True", "true"):
                forced[profile.parent_remote_id] = profile.name or profile.remote_id
    return forced
