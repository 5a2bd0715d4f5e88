"""Exports: the whole filter, once, whatever happens to the worker."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.utils import timezone, translation

from accounts.models import AuditEvent, Person, Tenant
from portal.lib.tabular import csv_text
from telephony.models import Call, Job, NumberName
from telephony.models.call_search import CallSearch
from telephony.services import export_asking, export_files, exporting, ledger
from telephony.services.export_subjects import SUBJECTS

Store = Callable[..., Call]


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def run(job: Job) -> Job:
    with ledger.leased(Job, job.tenant_id, job.pk) as held:
        exporting.advance(held, exporting.OF_FILTERS)
    return Job.objects.get(pk=job.pk)


def cells(job: Job) -> list[list[str]]:
    with export_files.file_of(job).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_a_csv_holds_the_whole_filter_newest_first(corvane: Tenant, maud: Person, store: Store) -> None:
    for _ in range(3):
        store()
    store(outcome="missed", duration_s=0)

    job = run(export_asking.request_export(corvane, maud, CallSearch(outcome="answered"), "csv"))

    heads, *rows = cells(job)
    assert heads[0] == "Started (Europe/Paris)"
    assert [row[0] for row in rows] == ["2026-03-10 12:00:03", "2026-03-10 12:00:02", "2026-03-10 12:00:01"]
    assert job.state == Job.State.DONE
    assert job.done_rows == job.total_rows == 3


def test_no_cell_of_a_csv_is_a_formula(corvane: Tenant, maud: Person, store: Store) -> None:
    store()

    _heads, row = cells(run(export_asking.request_export(corvane, maud, CallSearch(), "csv")))

    assert row[3] == "'+33199006210"
    assert row[4] == "'=Novalise"


def test_a_workbook_keeps_numbers_as_text(corvane: Tenant, maud: Person, store: Store) -> None:
    store()

    job = run(export_asking.request_export(corvane, maud, CallSearch(), "xlsx"))

    sheet = openpyxl.load_workbook(export_files.file_of(job)).active
    assert sheet is not None
    assert [sheet["D2"].value, sheet["D2"].data_type] == ["+33199006210", "s"]
    assert [sheet["E2"].value, sheet["E2"].data_type] == ["=Novalise", "s"]
    assert sheet["I2"].value == 60
    assert [str(sheet["A2"].value), sheet["A2"].is_date] == ["2026-03-10 12:00:01", True]


def test_a_worker_that_dies_between_batches_loses_and_doubles_nothing(
    corvane: Tenant, maud: Person, store: Store, settings: Any
) -> None:
    expected = {store().started_at for _ in range(7)}
    job = export_asking.request_export(corvane, maud, CallSearch(), "csv")
    settings.EXPORT_COPY, settings.TASK_BUDGET_S = 2, 0
    with ledger.leased(Job, job.tenant_id, job.pk) as held:
        exporting.advance(held, exporting.OF_FILTERS)
    part = export_files.file_of(held).with_suffix(".part")
    with part.open("ab") as file:
        file.write(b"half a row that was never commit")

    while job.state != Job.State.DONE:
        job = run(job)

    rows = cells(job)[1:]
    assert len(rows) == 7
    assert len({row[0] for row in rows}) == len(expected)


def test_a_worker_that_dies_at_the_end_finishes_the_same_file(
    corvane: Tenant, maud: Person, store: Store
) -> None:
    for _ in range(3):
        store()
    job = run(export_asking.request_export(corvane, maud, CallSearch(), "csv"))
    expected = export_files.file_of(job).read_bytes()
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, due_at=timezone.now())

    job = run(job)  # the file was there, the row did not say so, and the part is gone

    assert export_files.file_of(job).read_bytes() == expected
    assert (job.state, job.done_rows) == (Job.State.DONE, 3)


def test_calls_that_arrive_later_are_not_in_it(corvane: Tenant, maud: Person, store: Store) -> None:
    store()
    job = export_asking.request_export(corvane, maud, CallSearch(), "csv")
    store(started_at=timezone.now() + timedelta(hours=1))

    assert len(cells(run(job))) == 2


def test_it_is_audited_and_its_file_expires(corvane: Tenant, maud: Person, store: Store) -> None:
    store()
    job = run(export_asking.request_export(corvane, maud, CallSearch(number="6210"), "csv"))

    event = AuditEvent.objects.get(verb=AuditEvent.Verb.EXPORTED)
    assert event.detail["filter"] == {"number": "6210"}
    assert export_files.expire(timezone.now() + timedelta(days=8)) == 1
    assert not export_files.file_of(job).exists()
    assert Job.objects.get(pk=job.pk).state == Job.State.EXPIRED


def test_an_export_that_was_given_up_leaves_no_file(
    corvane: Tenant, maud: Person, store: Store, settings: Any
) -> None:
    for _ in range(5):
        store()
    settings.EXPORT_COPY, settings.TASK_BUDGET_S = 2, 0
    job = run(export_asking.request_export(corvane, maud, CallSearch(), "csv"))
    part = export_files.file_of(job).with_suffix(".part")
    assert part.exists()
    Job.objects.filter(pk=job.pk).update(attempts=settings.WORK_TRIES, due_at=timezone.now())
    ledger.dispatch(timezone.now() + timedelta(minutes=5))

    assert export_files.expire(timezone.now()) == 1
    assert export_files.expire(timezone.now()) == 0
    assert not part.exists()
    assert Job.objects.get(pk=job.pk).state == Job.State.FAILED


NASTY = ("=1+1", "+33", "-", "@x", "\t=1", "＝1", 'a "b"', "a,b", "two\r\nlines", "'=1", " padded ", "ÀÉ", "")


def test_the_database_writes_the_same_cells_as_we_do(corvane: Tenant, maud: Person, store: Store) -> None:
    """Whatever stands in them, by each of the names that a number may have, in the person's language."""
    for number, text in enumerate(NASTY):
        call = store(cost_micros=1_230_000 + number if number % 2 else None, wait_s=number or None)
        Call.objects.filter(pk=call.pk).update(destination=text, caller=text or "+33199006210", callee=text)
        if text:
            NumberName.objects.create(number=text, name=f"{text} of the directory", source="contact")
            NumberName.objects.create(number=text, name=text, source=("person", "line")[number % 2])
    maud.language = "fr"
    subject = SUBJECTS["calls"]({"search": {}}, timezone.now(), exporting.ZoneInfo("Europe/Paris"))
    rows = list(subject.found.order_by(*subject.order))
    with translation.override("fr"):
        expected = list(csv.reader(StringIO(csv_text(subject.cells(rows)), newline="")))

    assert cells(run(export_asking.request_export(corvane, maud, CallSearch(), "csv")))[1:] == expected


def test_json_is_an_array_with_values_of_their_types_and_instants_with_their_offset(
    corvane: Tenant, maud: Person, store: Store, settings: Any, tmp_path: Path
) -> None:
    """The same from a job that is taken up again and from the command; a line is an object of its own, too."""
    store(cost_micros=1_230_000)
    store(outcome="missed", duration_s=None)
    store()
    settings.EXPORT_BATCH, settings.TASK_BUDGET_S = 2, 0
    job = export_asking.request_export(corvane, maud, CallSearch(), "json")
    while job.state != Job.State.DONE:
        job = run(job)
    text = export_files.file_of(job).read_text()
    found = json.loads(text)

    assert [one["started_at"] for one in found] == [f"2026-03-10T12:00:0{n}+01:00" for n in (3, 2, 1)]
    first = found[-1]
    assert (first["caller"], first["caller_name"], first["direction"]) == (
        "+33199006210",
        "=Novalise",
        "inbound",
    )
    assert (first["duration_s"], first["cost"], first["currency"]) == (60, 1.23, "EUR")
    assert (found[1]["outcome"], found[1]["duration_s"]) == ("missed", None)
    assert [json.loads(line.rstrip(",")) for line in text.splitlines()[1:-1]] == found
    with (tmp_path / "out").open("wb") as target:
        list(
            exporting.write_now(
                CallSearch(), "json", exporting.ZoneInfo("Europe/Paris"), target, timezone.now()
            )
        )
    assert (tmp_path / "out").read_text() == text


def test_json_of_nothing_is_an_empty_array(corvane: Tenant, maud: Person, keyyo: Any) -> None:
    job = run(export_asking.request_export(corvane, maud, CallSearch(outcome="busy"), "json"))

    assert json.loads(export_files.file_of(job).read_text()) == []


def test_jsonl_gives_every_record_with_its_raw_document(
    corvane: Tenant, store: Store, tmp_path: Path
) -> None:
    store()
    with (tmp_path / "out").open("wb") as target:
        list(
            exporting.write_now(
                CallSearch(), "jsonl", exporting.ZoneInfo("Europe/Paris"), target, timezone.now()
            )
        )

    (line,) = (tmp_path / "out").read_text().splitlines()
    record = json.loads(line)
    assert record["remote_key"] == "c1"
    assert record["raw"] == {"call_id": "c1"}
    assert record["connection"] == "corvane-keyyo"


def test_an_export_that_cannot_be_written_says_why_and_is_not_tried_again(
    corvane: Tenant, maud: Person, store: Store, tmp_path: Path
) -> None:
    store()
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "exports").write_text("no folder")

    job = run(export_asking.request_export(corvane, maud, CallSearch(), "csv"))

    assert (job.state, job.due_at) == (Job.State.FAILED, None)
    assert job.error == "The file could not be written (Not a directory). Tell whoever runs this portal."
