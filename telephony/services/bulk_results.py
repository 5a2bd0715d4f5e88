"""What became of each row of an edit of many objects, as CSV."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.scoping import tenant_scope
from portal.lib.tabular import CSV_MARK, csv_text
from telephony.models import BulkRow, Job
from telephony.services.bulk_words import words_of

BATCH = 500


def csv_lines(job: Job, tenant_id: int) -> Iterator[bytes]:
    """The file in pieces: one line for each field of each row. It is sent after the request's own scope has ended."""
    heads = [
        _("Row"),
        _("Connection"),
        _("Object"),
        _("Field"),
        _("Before"),
        _("Wanted"),
        _("State"),
        _("Why"),
        pgettext("a write", "Change"),
    ]
    yield (CSV_MARK + csv_text([heads])).encode()
    last = -1
    while True:
        with tenant_scope(tenant_id):
            rows = list(
                BulkRow.objects.filter(job=job, position__gt=last)
                .select_related("connection", "connection__tenant", "change")
                .order_by("position")[:BATCH]
            )
            text = csv_text(_cells(rows))
        if not rows:
            return
        last = rows[-1].position
        yield text.encode()


def _cells(rows: list[BulkRow]) -> Iterator[list[object]]:
    words = words_of(rows)
    for row in rows:
        end = [row.get_state_display(), row.reason, row.change_id or ""]
        first = [row.position + 1, row.connection.name, row.label]
        lines = words.get(row.pk) or []
        for one in lines:
            yield [*first, one.label, one.before or "", one.after, *end]
        if not lines:
            yield [*first, "", "", "", *end]
