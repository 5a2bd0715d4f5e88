"""Provider records as JSON lines: one `CallRecord` a line, normalised columns and the raw document."""

from __future__ import annotations

import json
from collections.abc import Sequence

from telephony.models import Call, CallRecord

PLAIN = (
    *("stream", "remote_key", "fold_key", "medium", "direction", "outcome", "caller", "callee", "presented"),
    *("line_remote_id", "group_remote_id", "duration_s", "wait_s", "quantity", "unit", "cost_micros"),
    *("destination", "is_time_ambiguous", "standing", "raw"),
)


def record_lines(batch: Sequence[Call]) -> str:
    """All records of these calls, in the order of the calls."""
    calls = {call.pk: call for call in batch}
    order = {pk: place for place, pk in enumerate(calls)}
    records = sorted(
        CallRecord.objects.filter(call_id__in=calls),
        key=lambda record: (order[record.call_id], record.started_at, record.pk),
    )
    return "".join(_line(record, calls[record.call_id]) for record in records)


def _line(record: CallRecord, call: Call) -> str:
    content = {
        "provider": call.connection.provider,
        "connection": call.connection.slug,
        "call": call.pk,
        "started_at": record.started_at.isoformat(),
        "currency": call.connection.currency,
        **{name: getattr(record, name) for name in PLAIN},
    }
    return json.dumps(content, ensure_ascii=False) + "\n"
