"""Objects as a file and back: only what was edited is written, and what is wrong is told with its place."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from accounts.models import Person, Tenant
from portal.lib import uploaded_rows
from telephony import tasks
from telephony.models import BulkRow, Connection, Entity, Job
from telephony.models.entity_search import EntitySearch
from telephony.services import bulk, bulk_sheet, bulk_upload, export_asking, export_files, exporting, ledger

from .test_bulk import begin, states, work

UPDATE = "services.profiles.update"
State = BulkRow.State
Lines = list[list[str]]


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def read(content: bytes) -> Lines:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def content_of(lines: Lines) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(lines)
    return out.getvalue().encode()


def exported(tenant: Tenant, person: Person, search: EntitySearch, file_format: str = "csv") -> bytes:
    """The file of a list, as the worker makes it."""
    job = export_asking.request_objects(tenant, person, search, "Profiles", file_format)
    with ledger.leased(Job, job.tenant_id, job.pk) as held:
        exporting.advance(held, exporting.OF_FILTERS)
    return export_files.file_of(job).read_bytes()


@pytest.fixture
def profile_list(connection: Connection, profiles: Any) -> EntitySearch:
    return EntitySearch(connections=[connection.pk], kinds=["VoIPAccountProfile"])


@pytest.fixture
def lines(corvane: Tenant, idris: Person, profile_list: EntitySearch) -> Lines:
    """The file of all profiles."""
    return read(exported(corvane, idris, profile_list))


def place(lines: Lines, head: str) -> int:
    return lines[0].index(head)


# ---- a list out ----


def test_a_list_goes_out_whole_with_every_field_that_can_be_edited(lines: Lines, profiles: Any) -> None:
    heads, *rows = lines

    assert len(rows) == profiles.count()
    assert {"key", "[object]", "[connection]", "name", "forward_delay", "forced", "version"} <= set(heads)
    assert len({row[0] for row in rows}) == len(rows)


def test_only_what_the_filter_leaves_goes_out(
    corvane: Tenant, idris: Person, connection: Connection, profiles: Any
) -> None:
    search = EntitySearch(connections=[connection.pk], kinds=["VoIPAccountProfile"], words="Astreinte")

    _heads, *rows = read(exported(corvane, idris, search))

    assert len(rows) == profiles.filter(name__icontains="Astreinte").count()


def test_lines_of_one_file_have_the_lists_below_them_as_cells(
    corvane: Tenant, idris: Person, line: Entity
) -> None:
    heads, *rows = read(exported(corvane, idris, EntitySearch(is_line=True, words=line.number)))

    cells = dict(zip(heads, rows[0], strict=True))
    blacklist = Entity.objects.get(kind="Blacklist", parent_remote_id=line.remote_id)
    assert cells["[number]"] == "'" + line.number
    numbers = cells["numbers"].lstrip("'").splitlines()
    assert numbers == [f"+{one}" for one in blacklist.document["numbers"] if one != "anonymous"]


def test_a_large_list_is_taken_up_where_a_worker_left_it(
    corvane: Tenant, idris: Person, profile_list: EntitySearch, settings: Any, lines: Lines
) -> None:
    settings.EXPORT_BATCH, settings.TASK_BUDGET_S = 10, 0
    job = export_asking.request_objects(corvane, idris, profile_list, "Profiles", "csv")
    while job.state != Job.State.DONE:
        with ledger.leased(Job, job.tenant_id, job.pk) as held:
            exporting.advance(held, exporting.OF_FILTERS)
        job.refresh_from_db()

    assert read(export_files.file_of(job).read_bytes()) == lines
    assert job.done_rows == len(lines) - 1


# ---- and back in ----


def test_a_file_that_nobody_edited_changes_nothing(lines: Lines, idris: Person) -> None:
    with pytest.raises(bulk_sheet.BadSheet) as told:
        bulk_sheet.take(content_of(lines), idris)

    assert "what is there already" in str(told.value.faults[0])
    assert not Job.objects.filter(kind=Job.Kind.BULK).exists()


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_what_was_edited_is_written_and_nothing_else(
    corvane: Tenant,
    idris: Person,
    profile_list: EntitySearch,
    file_format: str,
    at_keyyo: Callable[..., Any],
) -> None:
    content = exported(corvane, idris, profile_list, file_format)
    if file_format == "csv":
        sheet = read(content)
        sheet[1][place(sheet, "forward_delay")] = "33"
        content = content_of(sheet)
    else:
        book = openpyxl.load_workbook(io.BytesIO(content))
        page, out = book.worksheets[0], io.BytesIO()
        column = [cell.value for cell in page[1]].index("forward_delay") + 1
        page.cell(2, column, 33)  # a number, as a person types it
        book.save(out)
        content = out.getvalue()

    job = bulk_sheet.take(content, idris)

    (row,) = job.rows.all()
    assert (row.state, row.wanted) == (State.READY, {"forward_delay": 33})
    assert job.parameters["same"] > 1
    work(begin(job, idris))
    assert states(job) == {State.APPLIED: 1}
    address = {"csi": row.entity.parent_remote_id, "profile_identifier": row.entity.remote_id}
    assert int(at_keyyo("services.profiles.read", address)["forward_delay"]) == 33


def test_two_fields_of_two_operations_of_one_line_are_two_writes(
    corvane: Tenant, idris: Person, line: Entity
) -> None:
    sheet = read(exported(corvane, idris, EntitySearch(is_line=True, words=line.number)))
    sheet[1][place(sheet, "numbers")] = "+33199006299"
    sheet[1][place(sheet, "name")] = "Syndic de Paris"

    job = bulk_sheet.take(content_of(sheet), idris)

    rows = {row.operation: row.wanted for row in job.rows.all()}
    assert rows == {
        "services.update": {"name": "Syndic de Paris"},
        "services.blacklist.replace": {"numbers": ["+33199006299"]},
    }


def test_one_bad_row_writes_nothing_unless_the_person_says_so(lines: Lines, idris: Person) -> None:
    delay = place(lines, "forward_delay")
    lines[1][delay], lines[2][delay] = "soon", "33"

    job = bulk_sheet.take(content_of(lines), idris)

    bad, good = job.rows.all()
    assert (bad.state, good.state) == (State.IMPOSSIBLE, State.READY)
    assert "Line 2, forward_delay" in bad.error
    assert work(begin(job, idris, allows_bad=False)).state == Job.State.STOPPED
    again = bulk_sheet.take(content_of(lines), idris)
    work(begin(again, idris, allows_bad=True))
    assert states(again) == {State.APPLIED: 1, State.IMPOSSIBLE: 1}


def test_a_line_without_an_object_holds_the_others_back_too(lines: Lines, idris: Person) -> None:
    lines[1][place(lines, "forward_delay")] = "33"
    lines[2][0], lines[3] = "nowhere/at/all", list(lines[4])

    job = bulk_sheet.take(content_of(lines), idris)

    assert [fault.partition(":")[0] for fault in job.parameters["faults"]] == ["Line 3, key", "Line 5, key"]
    assert work(begin(job, idris, allows_bad=False)).state == Job.State.STOPPED
    assert states(job) == {State.READY: 1}


def test_an_object_that_changed_since_the_file_was_made_is_not_put_back(
    lines: Lines, idris: Person, profiles: Any
) -> None:
    key = lines[1][0]
    moved = profiles.get(parent_remote_id=key.split("/")[2], remote_id=key.split("/")[3])
    moved.document["forward_delay"] = "41"
    moved.save()
    lines[1][place(lines, "name")] = "Another"
    lines[2][place(lines, "forward_delay")] = "33"

    job = bulk_sheet.take(content_of(lines), idris)

    assert "has changed since this file was made" in job.rows.get(entity=moved).error


def test_a_formula_is_no_value(
    corvane: Tenant, idris: Person, profile_list: EntitySearch, profiles: Any
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(exported(corvane, idris, profile_list, "xlsx")))
    page, out = book.worksheets[0], io.BytesIO()
    column = [cell.value for cell in page[1]].index("forward_delay") + 1
    page.cell(2, column).value, page.cell(3, column).value = "=30+3", "33"
    book.save(out)

    job = bulk_sheet.take(out.getvalue(), idris)

    assert [row.state for row in job.rows.all()] == [State.IMPOSSIBLE, State.READY]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_cell_that_a_workbook_cut_is_left_alone_or_refused(
    corvane: Tenant, idris: Person, profile_list: EntitySearch, profiles: Any, language: str
) -> None:
    """Whoever made the file: what holds its mark is never written."""
    for profile in profiles[:2]:
        profile.document["name"] = "'" + "y" * 40_000
        profile.save()
    with translation.override(language):
        book = openpyxl.load_workbook(io.BytesIO(exported(corvane, idris, profile_list, "xlsx")))
    page, out = book.worksheets[0], io.BytesIO()
    name, delay = (place([[cell.value for cell in page[1]]], head) for head in ("name", "forward_delay"))
    untouched, edited = [row for row in page.iter_rows(min_row=2) if len(row[name].value or "") > 32_000]
    assert untouched[name].value.endswith(")")
    untouched[delay].value, edited[name].value = "33", "Z" + edited[name].value[20_000:]
    book.save(out)

    job = bulk_sheet.take(out.getvalue(), idris)

    rows = {row.state: row for row in job.rows.all()}
    assert rows[State.READY].wanted == {"forward_delay": 33}
    told = f"Line {edited[0].row}, name: It was cut for the workbook."
    assert rows[State.IMPOSSIBLE].error.startswith(told) and len(rows) == job.rows.count() == 2


@pytest.mark.parametrize(
    ("head", "fault"), [("colour", "no such column"), ("forward_delay", "twice")], ids=["unknown", "twice"]
)
def test_a_column_that_cannot_be_is_told(lines: Lines, idris: Person, head: str, fault: str) -> None:
    for line in lines:
        line.append("1")
    lines[0][-1] = head

    with pytest.raises(bulk_sheet.BadSheet) as told:
        bulk_sheet.take(content_of(lines), idris)

    assert [str(one).startswith(f"Line 1, {head}") and fault in str(one) for one in told.value.faults] == [
        True
    ]


# ---- a draft's own file, and the pages ----


def test_the_file_of_a_draft_names_its_objects_alone(profiles: Any, idris: Person, lines: Lines) -> None:
    job = bulk.choose(idris, profiles[:3])
    sheet = read(bulk_sheet.sheet(job, UPDATE, "csv"))
    assert len(sheet) == 4
    for line in (sheet[1], lines[-1]):
        line[place(sheet if line is sheet[1] else lines, "forward_delay")] = "33"
    foreign = dict(zip(lines[0], lines[-1], strict=True))
    sheet.append([foreign.get(head, "") for head in sheet[0]])

    taken = bulk_sheet.take(content_of(sheet), idris, job)

    assert taken.pk == job.pk
    assert [row.wanted for row in taken.rows.all()] == [{"forward_delay": 33}]
    assert taken.parameters["fault_count"] == 1


def test_a_list_goes_out_and_comes_in_by_its_pages(
    browser: Callable[[Person], Client], profiles: Any, connection: Connection, idris: Person
) -> None:
    client = browser(idris)
    address = f"/t/corvane/entities/{connection.slug}/VoIPAccountProfile/"
    assert "Bring in an edited file" in client.get(address).content.decode()
    asked = {"list": "objects", "connection": connection.slug, "kind": "VoIPAccountProfile", "query": ""}
    page = client.post("/t/corvane/exports/objects/", {**asked, "format": "csv"}, follow=True)
    job = Job.objects.get(kind=Job.Kind.EXPORT)
    assert page.redirect_chain[-1][0] == f"/t/corvane/exports/{job.pk}/"
    with ledger.leased(Job, job.tenant_id, job.pk) as held:
        exporting.advance(held, exporting.OF_FILTERS)
    lines = read(b"".join(client.get(f"/t/corvane/exports/{job.pk}/file/")))
    delay = place(lines, "forward_delay")
    lines[1][delay] = "soon"

    bad = client.post("/t/corvane/bulk/file/", {"file": SimpleUploadedFile("a.csv", content_of(lines))})
    lines[2][delay] = "33"
    file = SimpleUploadedFile("a.csv", content_of(lines))
    good = client.post("/t/corvane/bulk/file/", {"file": file}, follow=True).content.decode()
    none = client.post("/t/corvane/bulk/file/", {})

    assert bad.status_code == none.status_code == 422
    assert "Line 2, forward_delay: A whole number is needed." in bad.content.decode()
    assert "Line 2, forward_delay" in good
    assert "Write the 1 good row although others are not possible" in good


def test_who_may_not_edit_many_brings_nothing_in(
    browser: Callable[[Person], Client], bess: Person, lines: Lines
) -> None:
    file = SimpleUploadedFile("a.csv", content_of(lines))

    assert browser(bess).post("/t/corvane/bulk/file/", {"file": file}).status_code == 403


# ---- large files ----


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is too large to be compared while its person waits."""
    monkeypatch.setattr(bulk_upload, "ROWS_AT_ONCE", 0)


def uploaded(lines: Lines) -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile("a.csv", content_of(lines))}


def test_a_large_file_is_compared_by_the_worker_with_progress(
    browser: Callable[[Person], Client], idris: Person, lines: Lines, large: None, tmp_path: Path
) -> None:
    client = browser(idris)
    lines[1][place(lines, "forward_delay")] = "33"

    page = client.post("/t/corvane/bulk/file/", uploaded(lines), follow=True).content.decode()

    job = Job.objects.get(kind=Job.Kind.BULK)
    assert "The file is compared with what is there" in page
    assert job.label == f"File of {len(lines) - 1} lines"
    assert f"/jobs/{job.pk}/" in client.get("/t/corvane/jobs/").content.decode()
    work(job)
    assert (job.state, states(job)) == (Job.State.DRAFT, {State.READY: 1})
    assert "Write 1 object" in client.get(f"/t/corvane/jobs/{job.pk}/").content.decode()
    assert not list(tmp_path.rglob("*.upload"))


def test_what_is_wrong_with_a_large_file_is_told_on_its_page(
    browser: Callable[[Person], Client], idris: Person, lines: Lines, large: None
) -> None:
    client = browser(idris)
    lines[1][place(lines, "forward_delay")] = "soon"
    client.post("/t/corvane/bulk/file/", uploaded(lines))
    job = work(Job.objects.get(kind=Job.Kind.BULK))

    page = client.get(f"/t/corvane/jobs/{job.pk}/").content.decode()

    assert job.state == Job.State.FAILED
    assert "Line 2, forward_delay: A whole number is needed." in page
    assert 'type="file"' in page


def test_a_large_file_of_a_draft_that_cannot_be_leaves_the_draft(
    browser: Callable[[Person], Client], idris: Person, profiles: Any, large: None
) -> None:
    client, job = browser(idris), bulk.choose(idris, profiles[:3])
    sheet = read(bulk_sheet.sheet(job, UPDATE, "csv"))
    client.post(f"/t/corvane/jobs/{job.pk}/sheet/?operation={UPDATE}", uploaded(sheet))
    work(job)

    page = client.get(f"/t/corvane/jobs/{job.pk}/", follow=True).content.decode()

    assert (job.state, job.rows.count()) == (Job.State.DRAFT, 3)
    assert "what is there already" in page and "Review each object" in page


def test_the_comparison_is_stopped_from_its_page(
    browser: Callable[[Person], Client], idris: Person, lines: Lines, large: None, tmp_path: Path
) -> None:
    client = browser(idris)
    client.post("/t/corvane/bulk/file/", uploaded(lines))
    job = Job.objects.get(kind=Job.Kind.BULK)

    client.post(f"/t/corvane/jobs/{job.pk}/do/stop/")

    job.refresh_from_db()
    assert (job.state, job.due_at) == (Job.State.STOPPED, None)
    assert not list(tmp_path.rglob("*.upload"))


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_too_many_lines_are_told_at_the_file(
    browser: Callable[[Person], Client],
    idris: Person,
    corvane: Tenant,
    profile_list: EntitySearch,
    monkeypatch: pytest.MonkeyPatch,
    file_format: str,
) -> None:
    content = exported(corvane, idris, profile_list, file_format)
    monkeypatch.setattr(uploaded_rows, "MOST_ROWS", 3)

    answer = browser(idris).post(
        "/t/corvane/bulk/file/", {"file": SimpleUploadedFile(f"a.{file_format}", content)}
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "one file may have 3." in page and 'aria-describedby="sheet-error"' in page
    assert not Job.objects.filter(kind=Job.Kind.BULK).exists()


def test_the_worker_speaks_the_language_of_who_asked(idris: Person, lines: Lines, large: None) -> None:
    Person.objects.filter(pk=idris.pk).update(language="fr")
    lines[1][place(lines, "forward_delay")] = "soon"
    job = bulk_upload.receive(content_of(lines), idris)

    with tasks.speaking_to(Person.objects.get(pk=idris.pk)):
        work(job)

    assert "Ligne 2" in job.parameters["sheet_errors"][0]


def test_the_page_starts_nothing_while_a_bad_row_holds_the_others_back(
    lines: Lines, idris: Person, browser: Callable[[Person], Client]
) -> None:
    delay = place(lines, "forward_delay")
    lines[1][delay], lines[2][delay] = "soon", "33"
    job = bulk_sheet.take(content_of(lines), idris)
    start = f"/t/corvane/jobs/{job.pk}/do/start/"

    told = browser(idris).post(start, follow=True).content.decode()
    job.refresh_from_db()
    assert "some rows are not possible" in told and job.state == Job.State.DRAFT

    browser(idris).post(start, {"allows_bad": "on"})
    job.refresh_from_db()
    assert job.state == Job.State.WAITING
