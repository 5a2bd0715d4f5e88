"""Objects as a file and back: every text comes back as it was, and what is wrong is told with its place."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Person
from portal.lib.tabular import csv_text
from telephony.models import BulkRow, Job
from telephony.services import bulk, bulk_sheet

UPDATE = "services.profiles.update"
State = BulkRow.State
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(st.lists(st.lists(texts, min_size=2, max_size=2), min_size=1, max_size=5))
def test_every_text_comes_back_as_it_was(cells: list[list[str]]) -> None:
    lines = [["key", "name"], *cells]

    written = csv_text([[bulk_sheet.guarded(cell) for cell in line] for line in lines])

    assert bulk_sheet.lines_of(("\ufeff" + written).encode()) == lines


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_files_of_any_usual_program_are_read(delimiter: str, encoding: str) -> None:
    text = f"key{delimiter}name\r\none{delimiter}Été\r\n"

    assert bulk_sheet.lines_of(text.encode(encoding)) == [["key", "name"], ["one", "Été"]]


def test_a_delimiter_that_excel_names_is_obeyed() -> None:
    assert bulk_sheet.lines_of(b"sep=;\r\nkey;a,b,c\r\n") == [["key", "a,b,c"]]


def draft(person: Person, profiles: Any) -> tuple[Job, list[list[str]]]:
    job = bulk.choose(person, profiles)
    content = bulk_sheet.sheet(job, UPDATE).decode("utf-8-sig")
    return job, list(csv.reader(io.StringIO(content, newline="")))


def content_of(lines: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(lines)
    return out.getvalue().encode()


def test_a_file_that_nobody_edited_changes_nothing(profiles: Any, idris: Person) -> None:
    job, lines = draft(idris, profiles)

    bulk_sheet.take(job, UPDATE, content_of(lines))

    while rows := list(bulk.bulk_judging.new_rows(job)):
        bulk.bulk_judging.judge(job, rows)
    assert {state: count for state, count in bulk.counts(job).items() if count} == {
        State.SAME: profiles.count()
    }


def test_only_the_edited_cell_is_wanted_and_lines_left_out_leave_the_job(
    profiles: Any, idris: Person
) -> None:
    job, lines = draft(idris, profiles)
    lines[1][lines[0].index("forward_delay")] = "33"

    bulk_sheet.take(job, UPDATE, content_of(lines[:3]))

    assert [(row.state, row.wanted) for row in job.rows.all()][0] == (State.READY, {"forward_delay": 33})
    assert bulk.counts(job)[State.SAME] == 1
    assert job.total_rows == job.rows.count() == 2


def test_what_is_wrong_is_told_with_line_and_column(profiles: Any, idris: Person) -> None:
    job, lines = draft(idris, profiles)
    delay = lines[0].index("forward_delay")
    lines[1][delay] = "soon"
    lines[3][0] = lines[2][0]
    lines[4][0] = "nowhere/at/all"

    with pytest.raises(bulk_sheet.BadSheet) as told:
        bulk_sheet.take(job, UPDATE, content_of(lines))

    assert [(one.line, one.column) for one in told.value.errors] == [
        (2, "forward_delay"),
        (4, "key"),
        (5, "key"),
    ]
    assert not job.rows.exclude(wanted={}).exists()


def test_an_unknown_column_is_told(profiles: Any, idris: Person) -> None:
    job, lines = draft(idris, profiles)
    lines[0].append("colour")

    with pytest.raises(bulk_sheet.BadSheet) as told:
        bulk_sheet.take(job, UPDATE, content_of(lines))

    assert [(one.line, one.column) for one in told.value.errors] == [(1, "colour")]


def test_the_file_goes_out_and_comes_in_by_the_page(
    browser: Callable[[Person], Client], profiles: Any, idris: Person
) -> None:
    client, job = browser(idris), bulk.choose(idris, profiles)
    address = f"/t/corvane/jobs/{job.pk}/sheet/?operation={UPDATE}"
    lines = list(csv.reader(io.StringIO(client.get(address).content.decode("utf-8-sig"), newline="")))
    lines[1][lines[0].index("forward_delay")] = "soon"

    bad = client.post(address, {"file": SimpleUploadedFile("a.csv", content_of(lines))})
    lines[1][lines[0].index("forward_delay")] = "33"
    good = client.post(address, {"file": SimpleUploadedFile("a.csv", content_of(lines))}, follow=True)

    assert "Line 2, forward_delay" in bad.content.decode()
    assert f'id="edit" action="/t/corvane/jobs/{job.pk}/edit/' in bad.content.decode()
    assert "33" in good.content.decode()
    assert good.redirect_chain[-1][0] == f"/t/corvane/jobs/{job.pk}/"
