"""One job over two providers, and what hangs below the objects that were chosen: each by its own operation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Person, Tenant
from telephony.models import BulkRow, Connection, Entity, Job
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import access, bulk, bulk_below, bulk_choice, entities
from tests.links import link_kazoo

from .test_bulk import begin, states, work

State = BulkRow.State
LINE, USER = "services.update", "user.update"
CHOOSE = "/t/corvane/bulk/choose/"


@pytest.fixture(scope="session")
def _kazoo_server() -> Iterator[SandboxServer]:
    with SandboxServer(providers=("kazoo",)) as server:
        yield server


@pytest.fixture
def kazoo(
    _kazoo_server: SandboxServer, sandbox: SandboxServer, in_corvane: Tenant, idris: Person, settings: Any
) -> Connection:
    """Corvane's second account: users, their telephones and mailboxes, cached."""
    _kazoo_server.reset()
    settings.OUTBOUND_ALLOW = [f"127.0.0.1:{sandbox.port}", f"127.0.0.1:{_kazoo_server.port}"]
    connection = link_kazoo(_kazoo_server, in_corvane, idris)
    client = access.client_of(connection)
    for page in connection.declaration.read_entities(client, kinds=["user", "device", "vmbox"]):
        entities.store(connection, page, timezone.now())
    return connection


def mixed(line: Entity) -> Any:
    """A line of the one provider, and the users of the other."""
    return Entity.objects.lines().filter(pk=line.pk) | Entity.objects.lines().filter(kind="user")


def test_each_provider_gets_its_own_operation(kazoo: Connection, line: Entity, idris: Person) -> None:
    parts, left = bulk_choice.parts_of(bulk_choice.samples(mixed(line)), [])

    assert [one.operation for one in parts] == [LINE, USER]
    assert not left


def test_one_job_writes_at_both_providers_and_one_revert_takes_it_back(
    kazoo: Connection, line: Entity, idris: Person, at_keyyo: Callable[..., Any]
) -> None:
    users = Entity.objects.filter(connection=kazoo, kind="user").count()
    zones = {one.remote_id: one.document.get("timezone") for one in Entity.objects.filter(kind="user")}
    job = bulk.want(
        bulk.choose(idris, mixed(line)),
        bulk.Wish(LINE, {"name": "Syndic de Paris"}),
        bulk.Wish(USER, {"timezone": "Indian/Reunion"}),
    )

    work(begin(job, idris, allows_bad=False))

    assert states(job) == {State.APPLIED: users + 1}, list(job.rows.values_list("state", "error"))
    assert at_keyyo("services.read", {"csi": line.remote_id})["name"] == "Syndic de Paris"
    client = access.client_of(kazoo)
    now = {one: client.call("user.get", {"userId": one}).document.get("timezone") for one in zones}
    assert set(now.values()) == {"Indian/Reunion"}
    work(begin(bulk.revert(job, idris), idris))
    assert at_keyyo("services.read", {"csi": line.remote_id})["name"] == line.name
    assert {one: client.call("user.get", {"userId": one}).document.get("timezone") for one in zones} == zones


def test_objects_of_which_nothing_is_wanted_are_not_written(
    kazoo: Connection, line: Entity, idris: Person, sandbox: SandboxServer
) -> None:
    job = bulk.want(bulk.choose(idris, mixed(line)), bulk.Wish(LINE, {"name": "Syndic de Paris"}))

    work(begin(job, idris, allows_bad=True))

    assert states(job)[State.APPLIED] == 1
    assert job.rows.filter(state=State.IMPOSSIBLE, connection=kazoo).count() == job.total_rows - 1


def test_the_page_has_a_part_for_each_provider(
    kazoo: Connection, line: Entity, idris: Person, browser: Callable[[Person], Client]
) -> None:
    client = browser(idris)
    user = Entity.objects.filter(connection=kazoo, kind="user").order_by("pk")[0]
    chosen = {"which": "ticked", "list": "lines", "selected": [line.pk, user.pk]}

    page = client.post(CHOOSE, chosen, follow=True).content.decode()
    job = Job.objects.get()
    edit = f"/t/corvane/jobs/{job.pk}/edit/?operation={LINE}&operation={USER}"
    none = client.post(edit, {})
    wanted = {
        "name": "Syndic de Paris",
        "_change_name": "on",
        "also1-timezone": "Indian/Reunion",
        "also1-_change_timezone": "on",
    }
    review = client.post(edit, wanted, follow=True).content.decode()

    assert 'name="_change_name"' in page and 'name="also1-_change_timezone"' in page
    assert none.status_code == 422 and "Tick at least one field" in none.content.decode()
    assert "Write 2 objects" in review
    assert job.rows.filter(state=State.READY).count() == 2


# ---- what hangs below ----


def test_profiles_and_plugins_of_lines_are_edited_in_their_place(
    line: Entity, idris: Person, browser: Callable[[Person], Client]
) -> None:
    client = browser(idris)
    job = bulk.choose(idris, Entity.objects.filter(pk=line.pk))
    profiles = Entity.objects.filter(kind="VoIPAccountProfile", parent_remote_id=line.remote_id).count()
    parameters = Entity.objects.filter(kind="CTIPluginParameter").count()

    found = {one.kind: one.count for one in bulk_below.below(job)}
    page = client.get(f"/t/corvane/jobs/{job.pk}/edit/").content.decode()
    form = client.post(f"/t/corvane/jobs/{job.pk}/below/", {"kind": "VoIPAccountProfile"}, follow=True)

    assert found["VoIPAccountProfile"] == profiles > 1
    assert found["CTIPluginParameter"] == parameters > 1
    assert "Blacklist" not in found
    assert "What hangs below them" in page
    made = Job.objects.get()
    assert f"Edit {profiles} objects" in form.content.decode()
    assert set(made.rows.values_list("entity__kind", flat=True)) == {"VoIPAccountProfile"}


def test_telephones_and_mailboxes_of_users_belong_to_them(kazoo: Connection, idris: Person) -> None:
    users = Entity.objects.filter(connection=kazoo, kind="user")
    owned = {"device": 0, "vmbox": 0}
    ids = set(users.values_list("remote_id", flat=True))
    for one in Entity.objects.filter(connection=kazoo, kind__in=owned):
        owned[one.kind] += one.document.get("owner_id") in ids
    job = bulk.choose(idris, users)

    assert owned["device"] and owned["vmbox"]
    assert {one.kind: one.count for one in bulk_below.below(job)} == owned


def test_a_started_job_is_not_exchanged(
    line: Entity, idris: Person, browser: Callable[[Person], Client]
) -> None:
    job = bulk.want(
        bulk.choose(idris, Entity.objects.filter(pk=line.pk)), bulk.Wish(LINE, {"name": "Syndic de Paris"})
    )
    begin(job, idris)

    browser(idris).post(f"/t/corvane/jobs/{job.pk}/below/", {"kind": "VoIPAccountProfile"})

    assert Job.objects.get() == job
