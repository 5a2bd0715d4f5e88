"""Call records and calls as lines of COPY text, made in one pass and fast: 100,000 lines in about a second.

Provider data is hostile: whatever would not fit its column, or would end a line early, is caught here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from telephony.providers.drafts import CallRecordDraft
from telephony.services.folding import CallFields

_json = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False
).encode
_RECORD_TABS = 19
_CALL_TABS = 19
_LARGEST_INTEGER = 2**31 - 1
_LARGEST_BIGINT = 2**63 - 1
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": ""})


class DoesNotFit(ValueError):
    """A value is too long, too large or no JSON: the row is set aside with this reason."""


def record_content(draft: CallRecordDraft) -> tuple[bytes, bytes]:
    """(COPY text of the record's own columns without its end, 16 bytes of hash over it).

    The hash covers the normalised columns and the raw document, so that a row is written again when either changed.
    Raises DoesNotFit.
    """
    raw = _raw_text(draft.raw)
    text = (
        f"{draft.stream}\t{draft.remote_key}\t{draft.fold_key}\t{draft.started_at.isoformat()}\t{draft.medium}\t"
        f"{draft.direction}\t{draft.outcome}\t{draft.caller}\t{draft.callee}\t{draft.presented}\t"
        f"{draft.line_remote_id}\t{draft.group_remote_id}\t"
        f"{_N if draft.duration_s is None else draft.duration_s}\t{_N if draft.wait_s is None else draft.wait_s}\t"
        f"{_N if draft.quantity is None else draft.quantity}\t{draft.unit}\t"
        f"{_N if draft.cost_micros is None else draft.cost_micros}\t{draft.destination}\t"
        f"{'t' if draft.is_time_ambiguous else 'f'}\t{raw}"
    )
    nulls = (
        (draft.duration_s is None)
        + (draft.wait_s is None)
        + (draft.quantity is None)
        + (draft.cost_micros is None)
    )
    if not _is_plain(text, _RECORD_TABS, nulls) or _is_too_large(draft):
        text = _careful_record(draft, raw)
    content = text.encode(errors="replace")
    return content, hashlib.blake2b(content, digest_size=16).digest()


def record_line(content: bytes, content_hash: bytes, call_id: int | None) -> bytes:
    """The line without its end, in the order of `call_store_sql.RECORD_COLUMNS`."""
    call = b"\\N" if call_id is None else b"%d" % call_id
    return b"%b\t\\\\x%b\t%b" % (content, content_hash.hex().encode(), call)


def call_line(call_id: int, text: bytes) -> bytes:
    """The line of a call without its end, in the order of `call_store_sql.CALL_COLUMNS`."""
    return b"%d\t%b" % (call_id, text)


def call_text(call: CallFields, line_id: int | None) -> bytes:
    """A call without its id."""
    text = (
        f"{call.fold_key}\t{call.started_at.isoformat()}\t{call.medium}\t{call.direction}\t{call.outcome}\t"
        f"{call.caller}\t{call.callee}\t"
        f"{_N if call.duration_s is None else call.duration_s}\t{_N if call.wait_s is None else call.wait_s}\t"
        f"{_N if call.quantity is None else call.quantity}\t{call.unit}\t"
        f"{_N if call.cost_micros is None else call.cost_micros}\t{call.destination}\t{call.line_remote_id}\t"
        f"{call.group_remote_id}\t{call.record_count}\t{'t' if call.is_time_ambiguous else 'f'}\t"
        f"{call.caller[::-1]}\t{call.callee[::-1]}\t{_N if line_id is None else line_id}"
    )
    nulls = call.duration_s, call.wait_s, call.quantity, call.cost_micros, line_id
    if not _is_plain(text, _CALL_TABS, nulls.count(None)):
        text = _careful_call(call, line_id)
    return text.encode(errors="replace")


_N = "\\N"
_LENGTHS = {
    "stream": 40,
    "remote_key": 120,
    "fold_key": 120,
    "caller": 80,
    "callee": 80,
    "presented": 80,
    "line_remote_id": 200,
    "group_remote_id": 200,
    "unit": 12,
    "destination": 80,
    "medium": 8,
    "direction": 10,
    "outcome": 12,
}


def _is_plain(text: str, tabs: int, nulls: int) -> bool:
    """Nothing in it needs escaping: every backslash belongs to a null, every tab parts two columns."""
    return (
        text.count("\t") == tabs
        and text.count("\\") == nulls
        and "\n" not in text
        and "\r" not in text
        and "\0" not in text
    )


def _is_too_large(draft: CallRecordDraft) -> bool:
    return (
        len(draft.remote_key) > 120
        or len(draft.fold_key) > 120
        or len(draft.caller) > 80
        or len(draft.callee) > 80
        or len(draft.presented) > 80
        or len(draft.destination) > 80
        or len(draft.line_remote_id) > 200
        or len(draft.group_remote_id) > 200
        or len(draft.unit) > 12
        or len(draft.stream) > 40
        or not 0 <= (draft.duration_s or 0) <= _LARGEST_INTEGER
        or not 0 <= (draft.wait_s or 0) <= _LARGEST_INTEGER
        or abs(draft.quantity or 0) > _LARGEST_BIGINT
        or abs(draft.cost_micros or 0) > _LARGEST_BIGINT
    )


def _careful_record(draft: CallRecordDraft, raw: str) -> str:
    for name, most in _LENGTHS.items():
        if len(getattr(draft, name)) > most:
            raise DoesNotFit(f"{name} has more than {most} characters")
    for name, most in (("duration_s", _LARGEST_INTEGER), ("wait_s", _LARGEST_INTEGER)):
        if not 0 <= (getattr(draft, name) or 0) <= most:
            raise DoesNotFit(f"{name} is out of range")
    for name in ("quantity", "cost_micros"):
        if abs(getattr(draft, name) or 0) > _LARGEST_BIGINT:
            raise DoesNotFit(f"{name} is out of range")
    return _joined(
        draft.stream,
        draft.remote_key,
        draft.fold_key,
        draft.started_at.isoformat(),
        draft.medium,
        draft.direction,
        draft.outcome,
        draft.caller,
        draft.callee,
        draft.presented,
        draft.line_remote_id,
        draft.group_remote_id,
        draft.duration_s,
        draft.wait_s,
        draft.quantity,
        draft.unit,
        draft.cost_micros,
        draft.destination,
        draft.is_time_ambiguous,
        raw,
    )


def _careful_call(call: CallFields, line_id: int | None) -> str:
    *fields, record_count, is_time_ambiguous = call
    return _joined(*fields, record_count, is_time_ambiguous, call.caller[::-1], call.callee[::-1], line_id)


def _joined(*values: Any) -> str:
    return "\t".join(_escaped(value) for value in values)


def _escaped(value: Any) -> str:
    if value is None:
        return _N
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value).translate(_ESCAPES)


def _raw_text(raw: Mapping[str, Any]) -> str:
    """The document as JSON; an escaped NUL, which PostgreSQL cannot hold, becomes the replacement character."""
    try:
        text = _json(raw)
    except (ValueError, TypeError, RecursionError) as error:
        raise DoesNotFit("the document is no JSON") from error
    return text.replace("\\u0000", "\ufffd") if "\\u0000" in text else text
