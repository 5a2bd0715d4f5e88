"""All that a tenant keeps for so long, of any age: calls with their records, live calls with an event, events of no call,
exports and runs of a report with their files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings

from telephony.models import (
    Call,
    CallEvent,
    CallRecord,
    Connection,
    Job,
    LiveCall,
    Report,
    ReportRun,
    Retention,
)
from telephony.services import export_files, report_files

ROWS_OF = {"calls": 1, "events": 2, "files": 2}  # that are counted of each instant


def make(connection: Connection, instants: Mapping[str, Sequence[datetime]]) -> None:
    """For each part of `Retention.PARTS` all that it is of, at each of its instants; in the scope of a tenant."""
    _calls(connection, instants["calls"])
    _events(connection, instants["events"])
    _files(instants["files"])


def kept() -> dict[str, set[datetime]]:
    """The instants of what is still here, by part; fails where of one instant not all is here."""
    found = {
        "calls": [_instants(model.objects.all(), "started_at") for model in (Call, CallRecord)],
        "events": [
            _instants(LiveCall.objects.all(), "started_at"),
            *(_instants(CallEvent.objects.filter(call__isnull=one), "received_at") for one in (True, False)),
        ],
        "files": [_instants(model.objects.all(), "created_at") for model in (Job, ReportRun)],
    }
    for part, ways in found.items():
        assert all(way == ways[0] for way in ways), part
    return {part: ways[0] for part, ways in found.items()}


def rows_left(part: str) -> int:
    """How many rows a deletion has still to count, were all of them too old."""
    return sum(rows.count() for rows in _COUNTED[part]())


def files_here() -> set[Path]:
    return {path for path in (Path(settings.DATA_DIR) / "files").rglob("*") if path.is_file()}


def files_of_rows() -> set[Path]:
    runs = (report_files.folder_of(run) / "report.pdf" for run in ReportRun.objects.all())
    return {*runs, *map(export_files.file_of, Job.objects.all())}


_COUNTED = {
    "calls": lambda: [Call.objects.all()],
    "events": lambda: [LiveCall.objects.all(), CallEvent.objects.filter(call=None)],
    "files": lambda: [Job.objects.all(), ReportRun.objects.all()],
}
assert tuple(_COUNTED) == Retention.PARTS


def _instants(rows: Iterable[object], name: str) -> set[datetime]:
    return {getattr(row, name) for row in rows}


def _calls(connection: Connection, instants: Sequence[datetime]) -> None:
    told = {"connection": connection, "direction": "inbound", "medium": "voice", "outcome": "answered"}
    calls = [Call(**told, fold_key=f"c{n}", started_at=at) for n, at in enumerate(instants)]
    Call.objects.bulk_create(calls)
    CallRecord.objects.bulk_create(
        CallRecord(
            **told,
            call=call,
            stream="incoming",
            remote_key=call.fold_key,
            fold_key=call.fold_key,
            content_hash=b"",
            started_at=call.started_at,
            first_seen_at=call.started_at,
            changed_at=call.started_at,
        )
        for call in calls
    )


def _events(connection: Connection, instants: Sequence[datetime]) -> None:
    told = {"connection": connection, "direction": "inbound"}
    calls = [
        LiveCall(**told, keys=[f"d:{n}"], state=LiveCall.State.ENDED, started_at=at, last_event_at=at)
        for n, at in enumerate(instants)
    ]
    LiveCall.objects.bulk_create(calls)
    CallEvent.objects.bulk_create(
        CallEvent(**told, call=of, dialogue=f"{of}{n}", kind="setup", happened_at=at, received_at=at)
        for n, (at, call) in enumerate(zip(instants, calls, strict=True))
        for of in (call, None)
    )


def _files(instants: Sequence[datetime]) -> None:
    report = Report.objects.create(name="Weekly", figures=["changes"], period="week")
    exports = [Job(kind=Job.Kind.EXPORT, label="Calls", parameters={"format": "csv"}) for _at in instants]
    runs = [
        ReportRun(
            report=report, sort=ReportRun.Sort.BY_HAND, first_day=at, last_day=at, due_for_at=at, state="done"
        )
        for at in instants
    ]
    for model, rows in ((Job, exports), (ReportRun, runs)):
        model.objects.bulk_create(rows)  # type: ignore[attr-defined]
        for at, row in zip(instants, rows, strict=True):
            row.created_at = at
        model.objects.bulk_update(rows, ["created_at"])  # type: ignore[attr-defined]
    for job, run in zip(exports, runs, strict=True):
        export_files.file_of(job).parent.mkdir(parents=True, exist_ok=True)
        export_files.file_of(job).write_bytes(b"kept")
        report_files.write(run, "report.pdf", b"kept")
