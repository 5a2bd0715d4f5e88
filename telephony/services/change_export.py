"""Changes as rows of a file: one for each field, with what it was, was to be, and is. Secrets stay placeholders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from telephony.models import Change
from telephony.models.change_search import ChangeSearch
from telephony.providers.edit_fields import Fields, Surroundings
from telephony.providers.editing import Editor
from telephony.services.sheet_reading import without_secrets


def queryset(search: ChangeSearch, made_before: datetime) -> QuerySet:
    return search.narrow(
        Change.objects.filter(created_at__lt=made_before).select_related("connection", "connection__tenant")
    )


def heads(zone: ZoneInfo) -> list[str]:
    return [
        _("Made (%(zone)s)") % {"zone": zone.key},
        pgettext("a write", "Change"),
        _("State"),
        _("Who"),
        _("Connection"),
        _("Object"),
        _("What"),
        _("Field"),
        _("Before"),
        _("Wanted"),
        _("After"),
        _("Why"),
        _("Ticket"),
        _("Operation"),
        _("Error"),
    ]


def cells(batch: Sequence[Change], zone: ZoneInfo) -> list[list[Any]]:
    """The rows of a batch, without a query."""
    return [row for change in batch for row in _rows(change, zone)]


def _rows(change: Change, zone: ZoneInfo) -> list[list[Any]]:
    editor = change.connection.declaration.editor(change.operation)
    around = Surroundings(
        region=change.connection.tenant.region,
        currency=change.connection.currency,
        address=change.address,
    )
    before, wanted, after = change.before or {}, change.wanted or {}, change.after or {}
    names = list(before if editor.removes else wanted) or [""]
    first = [
        change.created_at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"),
        change.pk,
        change.get_state_display(),
        change.person_label,
        change.connection.name,
        change.object_label,
        change.summary,
    ]
    last = [change.why, change.ticket, change.operation, change.error]
    return [
        [
            *first,
            str(editor.field(name, around).label) if name else "",
            *(_said(editor, around, name, side) for side in (before, wanted, after)),
            *last,
        ]
        for name in names
    ]


def _said(editor: Editor, around: Surroundings, name: str, side: Fields) -> str:
    """A value in words; "" where this side does not speak of the field."""
    return editor.field(name, around).say(side[name], around).plain() if name in side else ""


def records(batch: Sequence[Change], zone: ZoneInfo) -> list[dict[str, Any]]:
    """One for each change, with its fields as the provider has them; secrets as stars."""
    return [
        {
            "made_at": change.created_at.astimezone(zone).isoformat(),
            "change": change.pk,
            "state": change.state,
            "person": change.person_label,
            "connection": change.connection.slug,
            "object": change.object_label,
            "summary": change.summary,
            "before": without_secrets(change.before),
            "wanted": without_secrets(change.wanted),
            "after": without_secrets(change.after),
            "why": change.why,
            "ticket": change.ticket,
            "operation": change.operation,
            "error": change.error,
        }
        for change in batch
    ]
