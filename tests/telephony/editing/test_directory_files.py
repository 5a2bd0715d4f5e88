"""A directory as a file and back: nothing differs where nobody edited, and nothing is written that was not looked over."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from telephony.models import BulkRow, Change, Connection, Entity, Job
from telephony.services import (
    access,
    bulk,
    bulk_judging,
    bulk_sending,
    directory_files,
    directory_import,
    entities,
    ledger,
)
from telephony.services.directory_files import BadFile, Directory
from telephony.services.directory_tree import trees

State = BulkRow.State
CREATE, UPDATE, DELETE = (
    "directory_branches.contacts.create",
    "directory_contacts.update",
    "directory_contacts.delete",
)


@pytest.fixture
def directory(connection: Connection) -> Directory:
    client = access.client_of(connection)
    for page in connection.declaration.read_entities(client, kinds=["DirectoryBranch", "DirectoryContact"]):
        entities.store(connection, page, timezone.now())
    (tree,) = trees()
    return Directory(tree)


def drafted(directory: Directory, content: str | bytes, person: Person, **wishes: Any) -> Job:
    given = content.encode() if isinstance(content, str) else content
    options = {
        "file_name": "contacts.csv",
        "home": directory.folders[0].remote_id,
        "removes": False,
        **wishes,
    }
    job = directory_import.draft(directory, directory_files.read(directory, given), person, **options)
    while rows := list(bulk_judging.new_rows(job)):
        bulk_judging.judge(job, rows)
    return job


def told(job: Job) -> dict[str, int]:
    return {state: count for state, count in bulk.counts(job).items() if count}


def table(directory: Directory) -> list[dict[str, str]]:
    text = b"".join(directory_files.as_csv(directory)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def as_file(rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def written(job: Job, person: Person, **wishes: Any) -> Job:
    options = {"allows_bad": False, "stops_at_first": False, "why": "", "ticket": "", **wishes}
    bulk.start(job, person, **options)
    for _turn in range(10):
        try:
            with ledger.leased(Job, job.tenant_id, job.pk) as held:
                bulk_sending.advance(held)
        except ledger.NotHeld:
            break
    job.refresh_from_db()
    return job


@pytest.mark.parametrize("write", [directory_files.as_csv, directory_files.as_cards])
def test_a_file_that_nobody_edited_changes_nothing(write: Any, directory: Directory, idris: Person) -> None:
    content = b"".join(write(directory))
    count = sum(1 for _contact in directory.contacts())

    job = drafted(directory, content, idris, removes=True)

    assert count > 10
    assert told(job) == {State.SAME: count}


def test_awkward_texts_come_back_as_they_were(directory: Directory, idris: Person) -> None:
    """Cells like formulas, separators, escapes, blanks at the ends, numbers in no notation of ours."""
    contact = next(directory.contacts())
    texts = {
        "name": '=SUM(1;2), \\n "quoted"',
        "first_name": "  Zoë; 'x  ",
        "company": "'Quatre, Vents\nSARL",
        "work_number": "not a number; at all",
        "default_number": "204",
        "home_number": "+33199001001",
        "zipcode": "01000",
        "country": "a\\;b",
    }
    contact.document |= texts
    contact.save()
    for write in (directory_files.as_csv, directory_files.as_cards):
        job = drafted(directory, b"".join(write(directory)), idris)
        assert set(told(job)) == {State.SAME}


def test_a_difference_is_shown_written_and_taken_back(
    directory: Directory, idris: Person, at_keyyo: Callable[..., Any]
) -> None:
    before = {one["uid"]: one for one in at_keyyo("directory_contacts.list")}
    rows = table(directory)
    first, gone = rows[0], rows.pop()
    first["job"], first["mobile_number"] = "Astronaut", "06 39 98 00 77"
    rows.append({**dict.fromkeys(first, ""), "name": "Lune", "first_name": "Ada", "folder": first["folder"]})

    job = drafted(directory, as_file(rows), idris, removes=True)

    assert told(job) == {State.READY: 3, State.SAME: len(rows) - 2}
    assert sorted(bulk.tasks(job)) == [("Add a contact", 1), ("Change a contact", 1), ("Remove a contact", 1)]
    changed = job.rows.get(operation=UPDATE, state=State.READY)
    assert changed.wanted == {"job": "Astronaut", "mobile_number": "06 39 98 00 77"}
    assert {one["uid"]: one for one in at_keyyo("directory_contacts.list")} == before

    written(job, idris)
    assert told(job) == {State.APPLIED: 3, State.SAME: len(rows) - 2}
    after = {one["uid"]: one for one in at_keyyo("directory_contacts.list")}
    assert [one["first_name"] for uid, one in after.items() if uid not in before] == ["Ada"]
    assert after[changed.address["uid"]]["mobile_number"].removeprefix("+") == "33639980077"
    assert gone["key"].rpartition("/")[2] not in after
    assert set(told(drafted(directory, as_file(rows), idris))) <= {State.SAME}

    back = bulk.revert(job, idris)
    written(back, idris)
    assert told(back) == {State.APPLIED: 3}
    restored = [{**one, "uid": "", "_links": ""} for one in at_keyyo("directory_contacts.list")]
    expected = [{**one, "uid": "", "_links": ""} for one in before.values()]
    assert sorted(map(str, restored)) == sorted(map(str, expected))


def test_many_are_added_as_one_job_and_none_twice(
    directory: Directory, idris: Person, at_keyyo: Callable[..., Any]
) -> None:
    before = len(at_keyyo("directory_contacts.list"))
    lines = ["name,first_name", *(f"Doe {number},Jo" for number in range(40))]

    job = written(drafted(directory, "\n".join(lines), idris), idris)

    assert told(job) == {State.APPLIED: 40}
    assert len(at_keyyo("directory_contacts.list")) == before + 40
    assert Entity.objects.present().filter(kind="DirectoryContact", name__startswith="Jo Doe").count() == 40
    assert Change.objects.filter(operation=CREATE).exclude(entity=None).count() == 40


def test_bad_lines_are_told_by_number_and_keep_the_others_back(
    directory: Directory, idris: Person, at_keyyo: Callable[..., Any]
) -> None:
    known = table(directory)[0]
    lines = [
        "key,folder,name,first_name,email,work_number",
        ",,Lune,Ada,ada@lune.example,",
        ",,Bad,Mail,nowhere,",
        ",,Bad,Number,,call me",
        ",,Few",
        f"{known['key']}x,,Gone,,,",
        ",Nowhere / At all,Lost,,,",
        f",,{known['name']},{known['first_name']},,",
        f"{known['key']},,,,,",
        ",,lune,ADA,,",
        ",,,,,",
    ]

    job = drafted(directory, "\n".join(lines), idris, removes=True)

    bad = {
        row.label.partition(":")[0]: row.error
        for row in job.rows.filter(state=State.IMPOSSIBLE)
        if "Line" in row.label
    }
    assert list(bad) == [f"Line {number}" for number in (3, 4, 5, 6, 7, 9, 10)]
    assert "e-mail" in bad["Line 3"] and "call me" in bad["Line 4"] and "number of cells" in bad["Line 5"]
    assert "no folder “Nowhere / At all”" in bad["Line 7"]
    assert "Line 8 is about the same contact" in bad["Line 9"]
    assert "Line 2 adds" in bad["Line 10"]
    assert not job.rows.filter(operation=DELETE, state=State.READY).exists()
    before = at_keyyo("directory_contacts.list")
    assert written(job, idris).state == Job.State.STOPPED
    assert at_keyyo("directory_contacts.list") == before


def test_a_folder_that_is_missing_is_added_first(
    directory: Directory, idris: Person, at_keyyo: Callable[..., Any]
) -> None:
    top = next(iter(directory.paths.values()))
    content = f"folder,name\n{top} / Moon / Far side,Lune\n{top} / Moon,Mare\n"
    for _time in range(3):
        (tree,) = trees()
        fresh = Directory(tree)
        written(drafted(fresh, content, idris), idris, allows_bad=True)
    named = {one["name"]: one["uid"] for one in at_keyyo("directory_branches.list")}
    contacts = {one["name"]: one["branch_uid"] for one in at_keyyo("directory_contacts.list")}
    assert contacts["Lune"] == named["Far side"]
    assert contacts["Mare"] == named["Moon"]


def test_a_card_of_another_program_is_understood_and_what_has_no_place_is_told(
    directory: Directory, idris: Person
) -> None:
    card = "\r\n".join(
        [
            "BEGIN:VCARD",
            "VERSION:4.0",
            "UID:urn:uuid:4fbe8971",
            "N:Lune;Ada;;Dr.;",
            "FN:Dr. Ada Lune",
            "ORG:Quatre-Vents;Sales",
            'item1.TEL;VALUE=uri;TYPE="voice,cell";PREF=1:tel:+33-6-39-98-00-77',
            "TEL;TYPE=work:01 99 00 10 01",
            "TEL;TYPE=work:01 99 00 10 02",
            "TEL;TYPE=fax:01 99 00 10 03",
            "EMAIL;TYPE=work:ada@lune.example",
            "ADR;TYPE=work:;Stairs B;1 rue du Port;Nantes;Loire;44000;France",
            "NOTE:likes moons",
            "END:VCARD",
            "",
        ]
    )
    job = drafted(directory, card, idris, file_name="ada.vcf")
    row = job.rows.get()
    assert (row.state, row.label) == (State.READY, "Line 1: Ada Lune")
    assert row.wanted == {
        "name": "Lune",
        "first_name": "Ada",
        "company": "Quatre-Vents",
        "mobile_number": "+33-6-39-98-00-77",
        "default_number": "+33-6-39-98-00-77",
        "work_number": "01 99 00 10 01",
        "email": "ada@lune.example",
        "address": "Stairs B, 1 rue du Port",
        "zipcode": "44000",
        "city": "Nantes",
        "country": "France",
    }
    assert job.parameters["left_out"] == {"TEL": 2, "N": 1, "ORG": 1, "ADR": 1, "NOTE": 1}


def test_columns_may_be_called_as_the_page_calls_them(directory: Directory, idris: Person) -> None:
    content = "Nom de famille;Prénom;Shoe size\nLune;Ada;38\n"
    job = drafted(directory, content, idris)
    assert job.rows.get().wanted == {"name": "Lune", "first_name": "Ada"}
    assert job.parameters["left_out"] == {"Shoe size": 1}


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\xff\x00", b"a,b\n1,2\n", b"name\n", b'name\n"' + b"x" * 200_000, b"name,name\na,b\n"],
)
def test_what_is_no_file_of_contacts_is_refused(content: bytes, directory: Directory, idris: Person) -> None:
    with pytest.raises(BadFile):
        drafted(directory, content, idris)
    assert not Job.objects.exists()


def test_the_file_is_looked_over_on_a_page_and_only_then_written(
    directory: Directory, idris: Person, browser: Callable[[Person], Client]
) -> None:
    client = browser(idris)
    listed = client.get("/t/corvane/directory/").content.decode()
    assert "/t/corvane/directory/import/" in listed
    slug = directory.connection.slug
    fetched = client.get(f"/t/corvane/directory/export/{slug}.vcf")
    assert b"".join(fetched.streaming_content).startswith(b"BEGIN:VCARD\r\n")  # type: ignore[attr-defined]
    assert client.get(f"/t/corvane/directory/export/{slug}.doc").status_code == 404
    page = client.get("/t/corvane/directory/import/").content.decode()
    assert "Contacts from a file" in page

    folder = f"{slug}:{directory.folders[0].remote_id}"
    bad = SimpleUploadedFile("a.csv", b"shoe\n38\n")
    refused = client.post("/t/corvane/directory/import/", {"file": bad, "folder": folder})
    assert refused.status_code == 422 and "names no field" in refused.content.decode()
    assert not Job.objects.exists()

    good = SimpleUploadedFile("a.csv", b"name,first_name,shoe\nLune,Ada,38\n")
    review = client.post("/t/corvane/directory/import/", {"file": good, "folder": folder}, follow=True)
    text = review.content.decode()
    assert "Contacts from a.csv" in text and "Write 1 object" in text and "shoe (1)" in text
    job = Job.objects.get()
    assert client.get(f"/t/corvane/jobs/{job.pk}/edit/").status_code == 302
    client.post(f"/t/corvane/jobs/{job.pk}/edit/", {"name": "x"})
    assert told(job) == {State.READY: 1}


def test_who_may_not_edit_many_takes_no_file(
    directory: Directory, bess: Person, browser: Callable[[Person], Client]
) -> None:
    client = browser(bess)
    assert "/t/corvane/directory/import/" not in client.get("/t/corvane/directory/").content.decode()
    assert client.get("/t/corvane/directory/import/").status_code == 403
