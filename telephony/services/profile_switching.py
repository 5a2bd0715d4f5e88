"""Which profile is in force on a line, and the lines that have profiles to choose among: from the cache."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from telephony.models import Connection, Entity
from telephony.providers.line_page import ProfileRow
from telephony.services.line_story import cached_below

MOST = 500


def lines_with_profiles(connections: Sequence[Connection]) -> list[Entity]:
    """Lines of these connections below which profiles hang, by name: one query."""
    wanted = Q()
    for one in connections:
        kinds = {
            parent
            for kind in one.declaration.kinds.values()
            if kind.in_force_field
            for parent in kind.parent_kinds
        }
        if kinds:
            wanted |= Q(connection=one, kind__in=kinds)
    if not wanted:
        return []
    rows = Entity.objects.present().filter(wanted, is_line=True).select_related("connection")
    return list(rows.order_by("name_key", "pk")[:MOST])


def profiles_of(line: Entity) -> Sequence[ProfileRow]:
    """Its profiles as sentences, the one in force first."""
    page = line.connection.declaration.line_page
    return page.parts(line.kind, cached_below(line)).profiles or () if page else ()
