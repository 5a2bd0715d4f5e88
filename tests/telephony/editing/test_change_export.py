"""The list of changes as a file: the whole filter, a row for each field, secrets masked."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEvent, Person
from telephony.models import Entity, Job
from telephony.services import editing, export_files, exporting, ledger

DEFAULT = {"csi": "33199001011", "profile_identifier": "default"}
UPDATE = "services.profiles.update"
PARAMETER = {"csi": "33199001011", "plugin_name": "custom", "parameter_name": "url"}
SET = "services.cti_plugins.parameters.update"
HOOK = "https://portal.example/hooks/keyyo/c4n4ry/?a=_ACCOUNT_"


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def exported(person: Person, query: str) -> list[dict[str, str]]:
    """What the button of the list gives for a filter."""
    client = Client()
    client.force_login(person)
    page = client.get(f"/t/corvane/changes/?{query}")
    assert 'action="/t/corvane/exports/changes/"' in page.content.decode()
    client.post("/t/corvane/exports/changes/", {"query": query, "format": "csv"})
    job = Job.objects.latest("pk")
    with ledger.leased(Job, job.tenant_id, job.pk) as held:
        exporting.advance(held, exporting.OF_FILTERS)
    with export_files.file_of(job).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_each_field_of_a_change_is_a_row_with_before_and_after(line: Entity, maud: Person) -> None:
    wanted = {"forward_delay": 35, "forward_on_no_answer_number": "+33639980007"}
    change = editing.send(
        editing.propose(
            line.connection, UPDATE, DEFAULT, wanted, person=maud, ticket="T-1", why="New mobile"
        ),
        maud,
    )
    editing.propose(line.connection, UPDATE, DEFAULT, {"forward_delay": 10}, person=maud)  # never sent

    rows = exported(maud, "")

    assert {row["Change"] for row in rows} == {str(change.pk)}
    assert len(rows) == 2
    delay = next(row for row in rows if "35" in row["Wanted"])
    assert (delay["After"], delay["State"], delay["Who"]) == ("35 s", "Applied", "Maud Terrasson")
    assert (delay["Before"], delay["Ticket"], delay["Why"]) == (
        f"{change.before['forward_delay']} s",
        "T-1",
        "New mobile",
    )
    assert any(row["Wanted"] == "'+33639980007" for row in rows)
    assert AuditEvent.objects.filter(verb=AuditEvent.Verb.EXPORTED).exists()


def test_the_filter_is_kept(line: Entity, maud: Person) -> None:
    for delay_s, ticket in ((35, "T-1"), (36, "T-2")):
        draft = editing.propose(
            line.connection, UPDATE, DEFAULT, {"forward_delay": delay_s}, person=maud, ticket=ticket
        )
        editing.send(draft, maud)

    assert [row["Ticket"] for row in exported(maud, "q=T-2")] == ["T-2"]
    assert exported(maud, "state=refused") == []
    assert len(exported(maud, f"line={line.pk}&person={maud.pk}")) == 2


def test_secrets_stay_masked(line: Entity, maud: Person) -> None:
    editing.send(editing.propose(line.connection, SET, PARAMETER, {"value": HOOK}, person=maud), maud)

    (row,) = exported(maud, "")

    assert row["Wanted"] == row["After"] == "https://portal.example/hooks/keyyo/***/?a=_ACCOUNT_"


def test_a_viewer_is_offered_no_export(line: Entity, bess: Person) -> None:
    client = Client()
    client.force_login(bess)

    assert "exports/changes" not in client.get("/t/corvane/changes/").content.decode()
    assert client.post("/t/corvane/exports/changes/", {"query": ""}).status_code == 403
