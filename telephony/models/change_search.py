"""Which changes are meant: the filters of their list, as data that a page and an export share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from telephony.models.changes import Change
from telephony.models.searching import Search


@dataclass(frozen=True, kw_only=True)
class ChangeSearch(Search):
    """Every filter of the list of changes; an empty field narrows nothing.

    words    part of what was done, to what, or why; a ticket or an operation whole
    start_at, end_at   half-open span, aware
    state    without one, previews that nobody sent are left out
    line, entity, person   ids
    """

    words: str = ""
    start_at: datetime | None = None
    end_at: datetime | None = None
    state: str = ""
    line: int | None = None
    entity: int | None = None
    person: int | None = None

    def narrow(self, changes: QuerySet) -> QuerySet:
        if self.words:
            changes = changes.filter(
                Q(summary__icontains=self.words)
                | Q(object_label__icontains=self.words)
                | Q(why__icontains=self.words)
                | Q(ticket__iexact=self.words)
                | Q(operation=self.words)
            )
        if self.start_at:
            changes = changes.filter(created_at__gte=self.start_at)
        if self.end_at:
            changes = changes.filter(created_at__lt=self.end_at)
        if self.state:
            changes = changes.filter(state=self.state)
        else:
            changes = changes.exclude(state__in=(Change.State.DRAFT, Change.State.CONFLICT))
        for name in ("line", "entity", "person"):
            if value := getattr(self, name):
                changes = changes.filter(**{f"{name}_id": value})
        return changes
