"""All long work of a tenant in one list: every sort, its state, progress, who, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from portal.ui.merged import MergedPage
from telephony.models import (
    BulkRow,
    Connection,
    Coverage,
    Credential,
    HoursPlacement,
    HoursRun,
    Job,
    OpeningHours,
    SyncRun,
)
from telephony.models.call_search import CallSearch
from telephony.models.long_work import SORTS
from telephony.services import export_asking, export_files, exporting, ledger
from telephony.services.opening_hours import OFFICE
from tests.people import person


@pytest.fixture
def corvane(db: None) -> Iterator[Tenant]:
    corvane = Tenant.objects.create(slug="corvane", name="Corvane Habitat")
    with tenant_scope(corvane):
        yield corvane


@pytest.fixture
def maud(corvane: Tenant) -> Person:
    maud = Person.objects.create_user("maud@corvane.example", "switchboard-demo", name="Maud Terrasson")
    Membership.objects.create(tenant=corvane, person=maud, role=Role.OWNER)
    return maud


@pytest.fixture
def there(maud: Person) -> Client:
    client = Client()
    client.force_login(maud)
    return client


@pytest.fixture
def link(corvane: Tenant) -> Connection:
    credential = Credential.objects.create(provider="kazoo")
    return Connection.objects.create(
        credential=credential, provider="kazoo", slug="corvane-kazoo", name="Kazoo"
    )


@pytest.fixture
def work(link: Connection, maud: Person) -> dict[str, object]:
    """One of each sort, made in this order."""
    edit = Job.objects.create(
        kind="bulk", label="Change a profile: Delay", state="paused", person=maud, total_rows=9, done_rows=4
    )
    for position, state in enumerate((BulkRow.State.APPLIED, BulkRow.State.APPLIED, BulkRow.State.CONFLICT)):
        BulkRow.objects.create(job=edit, position=position, connection=link, label="One", state=state)
    hours = OpeningHours.objects.create(name="Accueil", week=OFFICE, country="FR")
    placement = HoursPlacement.objects.create(hours=hours, connection=link)
    return {
        "bulk": edit,
        "export": Job.objects.create(kind="export", label="Calls, as CSV", state="done", person=maud),
        "hours": HoursRun.objects.create(placement=placement, state="stopped", error="Kazoo said no"),
        "backfill": SyncRun.objects.create(connection=link, what="backfill", state="running", total_parts=3),
        "mail": Job.objects.create(
            kind="mail", label="Connect again", state="failed", error="SMTPConnectError"
        ),
    }


def test_every_sort_stands_in_the_list(there: Client, work: dict[str, object]) -> None:
    page = there.get("/t/corvane/jobs/").content.decode()

    for words in ("Change a profile: Delay", "Calls, as CSV", "Accueil at Kazoo", "Connect again"):
        assert words in page
    assert "4 of 9" in page
    assert "Applied: 2, Conflict: 1" in page
    assert "Kazoo said no" in page
    assert "SMTPConnectError" in page
    assert page.index("Connect again") < page.index("Change a profile: Delay")


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("kind=mail", "Connect again", "Calls, as CSV"),
        ("standing=failed", "Connect again", "Calls, as CSV"),
        ("standing=halted", "Change a profile: Delay", "Connect again"),
        ("kind=hours&standing=halted", "Accueil at Kazoo", "Change a profile: Delay"),
    ],
)
def test_the_list_is_narrowed(
    there: Client, work: dict[str, object], query: str, shown: str, hidden: str
) -> None:
    page = there.get(f"/t/corvane/jobs/?{query}").content.decode()

    assert shown in page
    assert hidden not in page


def test_a_mail_has_a_page_with_its_failure(there: Client, work: dict[str, Job]) -> None:
    page = there.get(f"/t/corvane/jobs/{work['mail'].pk}/").content.decode()

    assert "SMTPConnectError" in page


@pytest.mark.parametrize(
    ("lease_owner", "lease_s", "says"),
    [
        ("host:1:2", -60, "Its worker was lost"),
        ("host:1:2", 60, "Its worker has not been heard of for a while"),
        ("host:1:2", 89, ""),
        ("dispatcher", 60, "Waits for a worker."),
        ("", None, "Waits for a worker."),
    ],
)
def test_an_edit_says_that_no_worker_is_at_it(
    there: Client, work: dict[str, Job], lease_owner: str, lease_s: int | None, says: str
) -> None:
    now = timezone.now()
    Job.objects.filter(pk=work["bulk"].pk).update(
        state="running",
        lease_owner=lease_owner,
        lease_until=now + timedelta(seconds=lease_s) if lease_s is not None else None,
        due_at=now - timedelta(minutes=1),
    )

    page = there.get(f"/t/corvane/jobs/{work['bulk'].pk}/").content.decode()

    found = [words for words in ("worker was lost", "not been heard of", "Waits for") if words in page]
    assert (says in page and len(found) == 1) if says else not found


def test_pages_over_several_tables_lose_and_double_nothing(link: Connection) -> None:
    same = timezone.now()
    for number in range(5):
        Job.objects.create(kind="export", label=f"e{number}", state="done")
        Job.objects.create(kind="mail", label=f"m{number}", state="done")
        SyncRun.objects.create(connection=link, what="backfill", state="complete")
    Job.objects.update(created_at=same)
    SyncRun.objects.filter(pk__in=SyncRun.objects.values("pk")[:2]).update(created_at=same)
    sources = [sort.found() for sort in SORTS.values()]
    whole = MergedPage(sources).rows
    assert len(whole) == 15

    pages, cursor = [], ""
    while True:
        page = MergedPage(sources, cursor, size=4)
        pages.append(page)
        if not (cursor := page.next_cursor):
            break

    assert [row for page in pages for row in page.rows] == whole
    back = MergedPage(sources, pages[2].previous_cursor, size=4)
    assert back.rows == pages[1].rows
    assert MergedPage(sources, back.previous_cursor, size=4).previous_cursor == ""


# ---- stop it, ask for it again ----


def export_of(maud: Person, corvane: Tenant) -> Job:
    return export_asking.request_export(corvane, maud, CallSearch(), "csv")


def test_an_export_is_stopped_from_its_page_and_leaves_no_file(
    there: Client, corvane: Tenant, maud: Person, settings: Any, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    job = export_of(maud, corvane)
    assert f"/jobs/{job.pk}/act/stop/" in there.get(f"/t/corvane/exports/{job.pk}/").content.decode()
    with pytest.raises(ledger.LeaseLost), ledger.leased(Job, job.tenant_id, job.pk) as held:
        there.post(f"/t/corvane/jobs/{job.pk}/act/stop/")
        exporting.advance(held, exporting.OF_FILTERS)

    export_files.expire(timezone.now())

    job.refresh_from_db()
    assert (job.state, job.due_at) == (Job.State.STOPPED, None)
    assert not list(tmp_path.rglob("*.part"))
    assert "It was stopped" in there.get(f"/t/corvane/exports/{job.pk}/").content.decode()


def test_a_stopped_export_is_asked_for_again(there: Client, corvane: Tenant, maud: Person) -> None:
    job = export_of(maud, corvane)
    there.post(f"/t/corvane/jobs/{job.pk}/act/stop/")

    page = there.post(f"/t/corvane/jobs/{job.pk}/act/again/", follow=True)

    again = Job.objects.exclude(pk=job.pk).get()
    assert (again.state, again.label) == (Job.State.WAITING, job.label)
    assert again.parameters["search"] == job.parameters["search"]
    assert page.redirect_chain[-1][0] == f"/t/corvane/exports/{again.pk}/"


def test_somebody_elses_export_is_stopped_by_an_administrator_alone(corvane: Tenant, maud: Person) -> None:
    job = export_of(maud, corvane)
    answers = {}
    for role in (Role.OPERATOR, Role.ADMINISTRATOR):
        client = Client()
        client.force_login(person(f"{role}@corvane.example", "Somebody", {corvane: role}))
        answers[role] = client.post(f"/t/corvane/jobs/{job.pk}/act/stop/").status_code
        again = client.post(f"/t/corvane/jobs/{job.pk}/act/again/").status_code
        assert again == 404

    assert answers == {Role.OPERATOR: 403, Role.ADMINISTRATOR: 302}


def test_a_back_fill_is_stopped_and_asked_for_again(
    there: Client, link: Connection, work: dict[str, Any]
) -> None:
    run, today = work["backfill"], timezone.now()
    SyncRun.objects.filter(pk=run.pk).update(window_start_at=today - timedelta(days=3), window_end_at=today)
    Coverage.objects.create(
        connection=link, day=(today - timedelta(days=2)).date(), state="fetching", read_at=today
    )
    page = there.get(f"/t/corvane/connections/{link.pk}/runs/").content.decode()

    there.post(f"/t/corvane/connections/{link.pk}/runs/{run.pk}/stop/")

    run.refresh_from_db()
    assert f"/runs/{run.pk}/stop/" in page
    assert (run.state, run.error) == (SyncRun.State.STOPPED, "Stopped by Maud Terrasson.")
    assert Coverage.objects.get().state == Coverage.State.MISSING
    there.post(f"/t/corvane/connections/{link.pk}/runs/{run.pk}/again/")
    assert SyncRun.objects.get(state=SyncRun.State.WAITING).window_start_at == run.window_start_at
