"""keevio in the portal: linked by command, synced, changed through the door, shared by several customers."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from accounts.scoping import tenant_scope
from portal.lib.errors import InvalidInput
from telephony.models import Change, Connection, Entity, EntityReference, SyncRun, SyncState
from telephony.providers.keevio.catalog import CATALOG
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import editing, importing, provider_addresses, request_log, scheduling
from tests.telephony.providers.keevio.conftest import ADMIN, run

pytestmark = pytest.mark.django_db(transaction=True)
HERE = {"company": "brackenfold"}


def call(connection: Connection, *words: str) -> tuple[Any, str]:
    out, err = run("call", connection.slug, *words)
    return json.loads(out), err


def inside(connection: Connection) -> Any:
    return tenant_scope(connection.tenant_id)


# ---- linking and syncing ----


def test_a_system_admin_is_linked_to_the_whole_system(connection: Connection) -> None:
    assert (connection.slug, connection.remote_account) == ("alder-keevio", "*")
    assert connection.capabilities == ["companies.edit", "lines.read"]
    assert connection.credential.scopes == ["system_admin", "company_admin"]


def test_an_administrator_is_linked_to_a_company(connect: Callable[..., Connection]) -> None:
    connection = connect(ADMIN, version="6.3.22")

    assert connection.remote_account == "brackenfold"
    assert connection.credential.scopes == ["company_admin"]
    assert connection.credential.parameters["login"]["version"] == "6.3.22"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["password=wrong"], "user name and password"),
        (["company=no_such"], "company: keevio does not have this company"),
        (["version=new"], "version:"),
        (["username=reception"], "neither a System-Admin"),
    ],
)
def test_linking_names_the_one_thing_that_is_wrong(
    reachable: SandboxServer, alice: Person, words: list[str], reason: str
) -> None:
    given = {"base": f"{reachable.url}/keevio", "username": "switchboard", "password": "keevio-demo"}
    given |= dict(word.split("=") for word in words)
    with pytest.raises(CommandError, match=reason):
        run("connect", "alder", "keevio", *(f"{name}={value}" for name, value in given.items()))


def test_companies_and_containers_are_synced_and_no_calls_are_asked(connection: Connection) -> None:
    out, _err = run("sync", connection.slug)

    assert "entities: complete, 31 read" in out and "calls" not in out
    with inside(connection):
        kinds = Counter(Entity.objects.present().values_list("kind", flat=True))
        assert kinds == {"company": 25, "container": 6}
        assert EntityReference.objects.filter(target__kind="company").count() == 25
        assert {run.what for run in SyncRun.objects.all()} == {SyncRun.What.ENTITIES}
        assert {state.stream for state in SyncState.objects.all()} == {"entities"}
        SyncState.objects.update(next_due_at=timezone.now())
    assert scheduling.open_due_runs() == 1
    for words in (["--kind", "calls"], ["--from", "2026-01-01"]):
        with pytest.raises(CommandError, match="no calls"):
            run("sync", connection.slug, *words)


def test_pins_are_nowhere_in_plain_text(connection: Connection, reachable: SandboxServer) -> None:
    run("sync", connection.slug)
    call(connection, "company.update", "company=brackenfold", "ivr_password=918273", "barge_pin=")

    with inside(connection):
        rows = [*Entity.objects.values(), *Change.objects.values()]
    kept = [value for row in rows for value in row.values() if isinstance(value, str | dict | list)]
    assert re.findall(r"\b(?:918273|4821|5555)\b", str(kept)) == []
    assert reachable.state("keevio")["companies"]["brackenfold"]["data"]["ivr_password"] == "918273"


def test_a_session_that_is_over_is_opened_again_with_what_was_entered(
    connection: Connection, reachable: SandboxServer
) -> None:
    reachable.state("keevio")["sessions"].clear()

    answer, _err = call(connection, "company.read", "company=labs")

    assert answer["values"]["labs"]["name"] == "Labs"
    assert len(reachable.state("keevio")["sessions"]) == 1


def test_a_password_that_was_changed_needs_a_person(connection: Connection, reachable: SandboxServer) -> None:
    reachable.state("keevio")["sessions"].clear()
    reachable.state("keevio")["users"]["switchboard"]["password"] = "another"

    with pytest.raises(CommandError):
        call(connection, "company.read")
    with inside(connection):
        connection.credential.refresh_from_db()
    assert connection.credential.state == "needs_reconnect"
    assert "user name and password" in connection.credential.state_reason


def test_a_server_without_sessions_is_remembered(
    connect: Callable[..., Connection], reachable: SandboxServer
) -> None:
    reachable.state("keevio")["settings"]["sessions"] = False
    connection = connect()

    call(connection, "company.read", "company=labs")

    with inside(connection):
        connection.refresh_from_db()
    assert connection.probed["server"] == {"inline": True}


# ---- changes ----


def test_an_update_is_written_read_back_and_taken_back(
    connection: Connection, reachable: SandboxServer
) -> None:
    run("sync", connection.slug)
    data = reachable.state("keevio")["companies"]["brackenfold"]["data"]
    before = dict(data)
    answer, said = call(connection, "company.update", "company=brackenfold", "q_ringtime=25", "nobarge=no")

    assert answer["result"] == "success" and said.strip().endswith("Applied")
    now = reachable.state("keevio")["companies"]["brackenfold"]["data"]
    assert (now["q_ringtime"], now["nobarge"]) == ("25", False)
    with inside(connection):
        change = Change.objects.get()
        cached = Entity.objects.get(kind="company", remote_id="brackenfold")
        assert cached.document["data"]["q_ringtime"] == "25" and change.entity == cached
        editing.send(editing.revert(change, None), None)
        change.refresh_from_db()
    assert change.state == Change.State.REVERTED
    assert reachable.state("keevio")["companies"]["brackenfold"]["data"] == before


def test_a_value_that_keevio_held_is_given_back_although_nobody_could_choose_it(
    connection: Connection, reachable: SandboxServer, alice: Person, client: Client
) -> None:
    data = reachable.state("keevio")["companies"]["labs"]["data"]
    odd = {"q_ringtime": "45", "hs_webrtc": "later", "ivr_password": "12#4"}
    data.update(odd)
    run("sync", connection.slug)
    call(connection, "company.update", "company=labs", *(f"{name}=" for name in odd))
    assert reachable.state("keevio")["companies"]["labs"]["data"].items() >= dict.fromkeys(odd, "").items()
    client.force_login(alice)
    with inside(connection):
        change = Change.objects.get()
    preview = client.post(f"/t/alder/changes/{change.pk}/revert/")["Location"]
    page = client.get(preview).content.decode()
    assert page.count("not among the values that we know") == len(odd) and "12#4" not in page
    client.post(f"{preview}send/")
    assert reachable.state("keevio")["companies"]["labs"]["data"].items() >= odd.items()
    with inside(connection):
        assert "12#4" not in str(Change.objects.filter(reverts=change).values_list("sent", "answer"))
        with pytest.raises(InvalidInput):  # chosen by a person, it is refused as ever
            editing.propose(
                connection, "company.update", {"company": "brackenfold"}, {"q_ringtime": "45"}, person=alice
            )


def test_the_preview_of_a_new_company_leads_back_to_its_form(
    connection: Connection, alice: Person, client: Client
) -> None:
    run("sync", connection.slug)
    client.force_login(alice)
    typed = {"company": "new_moon", "name": "New Moon"}
    new = f"/t/alder/companies/new/?connection={connection.pk}"
    preview = client.post(new, typed)
    with inside(connection):
        change = Change.objects.get()
    form = f"/t/alder/companies/new/?connection={connection.pk}&amp;change={change.pk}"
    assert form in client.get(preview["Location"]).content.decode()
    assert 'value="New Moon"' in client.get(form.replace("&amp;", "&")).content.decode()


def test_a_switch_that_keevio_ignored_is_told_with_the_reason(
    connect: Callable[..., Connection], alice: Person, client: Client
) -> None:
    connection = connect(ADMIN)
    _answer, said = call(connection, "company.update", "company=brackenfold", "q_ringtime=25", "nobarge=no")

    words = "keevio kept its own value of: Hide barge and whisper (since 6.3.23). Only a System-Admin moves"
    assert words in said
    with inside(connection):
        change = Change.objects.get()
        assert change.state == Change.State.APPLIED and words in change.error
        assert change.after["nobarge"] is True and change.after["q_ringtime"] == 25
    client.force_login(alice)
    page = client.get(f"/t/alder/changes/{change.pk}/").content.decode()
    assert "Written, with one exception" in page and words in page


def test_switches_that_keevio_ignored_altogether_are_not_written(connect: Callable[..., Connection]) -> None:
    connection = connect(ADMIN)
    with pytest.raises(CommandError, match="kept the old values. Only a System-Admin"):
        call(connection, "company.update", "company=brackenfold", "nobarge=no", "hs_webrtc=disable")
    with inside(connection):
        assert Change.objects.get().state == Change.State.NOT_APPLIED


def test_a_company_is_made_moved_and_deleted(connection: Connection, reachable: SandboxServer) -> None:
    run("sync", connection.slug)
    companies = reachable.state("keevio")["companies"]
    call(connection, "company.create", "company=fern", "name=Fern Ltd")
    with inside(connection):
        assert Entity.objects.get(kind="company", remote_id="fern").name == "Fern Ltd"
    call(connection, "company.group", "company=fern", "target=labs")
    assert companies["fern"]["container"] == "default"
    call(connection, "company.ungroup", "company=fern")
    assert companies["fern"]["container"] == "fern"
    with inside(connection):
        moved = Change.objects.get(operation="company.ungroup")
        assert moved.state == Change.State.APPLIED and moved.before == {
            "neighbours": ["default", "labs", "training"]
        }
        back = editing.send(editing.revert(moved, None), None)
    assert back.state == Change.State.APPLIED and companies["fern"]["container"] == "default"
    with pytest.raises(CommandError, match="--yes"):
        call(connection, "company.delete", "company=fern")
    call(connection, "company.delete", "company=fern", "--yes")
    assert "fern" not in companies
    with inside(connection):
        assert not Entity.objects.filter(kind="company", remote_id="fern").exists()


def test_a_creation_is_taken_back_by_deleting(connection: Connection, reachable: SandboxServer) -> None:
    call(connection, "company.create", "company=fern", "name=Fern Ltd")
    with inside(connection):
        change = editing.send(editing.revert(Change.objects.get(), None), None)
    assert change.state == Change.State.APPLIED and "fern" not in reachable.state("keevio")["companies"]


def test_a_refusal_lands_on_its_field(connection: Connection, reachable: SandboxServer) -> None:
    body = json.dumps({"result": "fail", "message": "Invalid value: q_ringtime"})
    reachable.faults.add("keevio", "company.update", status=200, body=body)
    with pytest.raises(CommandError, match="q_ringtime: Invalid value"):
        call(connection, "company.update", "company=labs", "q_ringtime=20")


@pytest.mark.parametrize("drop", ["before", "after"])
def test_a_lost_answer_is_followed(connection: Connection, reachable: SandboxServer, drop: str) -> None:
    reachable.faults.add("keevio", "company.update", drop=drop)
    with pytest.raises(CommandError):
        call(connection, "company.update", "company=labs", "q_ringtime=20")
    with inside(connection):
        assert Change.objects.get().state == Change.State.SENDING


@pytest.mark.parametrize("key", [one.key for one in CATALOG])
def test_every_operation_is_called_by_hand(connection: Connection, key: str) -> None:
    words = {
        "company.create": ["company=fern", "name=Fern"],
        "company.update": ["company=labs", "zone=Europe/Paris"],
        "company.delete": ["company=velmont", "--yes"],
        "company.readContainer": ["company=labs"],
        "company.group": ["company=labs", "target=caddow"],
        "company.ungroup": ["company=caddow"],
    }
    answer, _said = call(connection, key, *words.get(key, []))
    assert answer["result"] == "success"


# ---- one login, several customers ----


def test_customers_of_one_login_see_their_own_company_alone(
    connection: Connection, alice: Person, reachable: SandboxServer
) -> None:
    with inside(connection):
        offered = {one.account.remote_id: one for one in importing.candidates(connection, alice)}
        assert len(offered) == 26 and offered["*"].is_taken and offered["labs"].depth == 1
        wishes = [
            importing.Wish(account=offered[company].account, name=offered[company].account.name)
            for company in ("pellgrove", "labs")
        ]
        first, second = importing.import_accounts(connection, wishes, alice)
        assert importing.import_accounts(connection, wishes, alice) == []
    reachable.requests.clear()
    for one in (first, second):
        run("sync", one.slug)
        with inside(one):
            assert [row.remote_id for row in Entity.objects.all()] == [one.remote_account]
            with pytest.raises(CommandError, match="another company"):
                call(one, "company.read", "company=brackenfold")
            with pytest.raises(CommandError, match="whole system"):
                call(one, "company.readContainer", "company=labs")
    scopes = [
        request.data.get("scope") for request in reachable.requests if request.operation == "company.read"
    ]
    assert scopes == [{"company": "pellgrove"}, {"company": "labs"}]


# ---- pages ----


def test_every_page_of_a_provider_without_calls_opens(
    connection: Connection, alice: Person, client: Client
) -> None:
    run("sync", connection.slug)
    client.force_login(alice)
    with inside(connection):
        company = Entity.objects.get(kind="company", remote_id="brackenfold")
        container = Entity.objects.get(kind="container", remote_id="brackenfold")
    place = f"/t/alder/connections/{connection.pk}"
    pages = [
        "/t/alder/", "/t/alder/connections/", f"{place}/", f"{place}/settings/", f"{place}/runs/",
        f"{place}/operations/", f"/t/alder/entities/{company.pk}/", f"/t/alder/entities/{container.pk}/",
        f"/t/alder/companies/{company.pk}/",
        *(f"{place}/operations/{one.key}/" for one in CATALOG),
    ]  # fmt: skip
    answers = {page: client.get(page) for page in pages}
    assert {page: answer.status_code for page, answer in answers.items()} == dict.fromkeys(pages, 200)
    request_log.flush()
    text = re.sub(r"\s+", " ", answers[f"/t/alder/entities/{company.pk}/"].content.decode())
    assert "Feature switches" in text and "Hide barge and whisper" in text and "Queues" in text
    assert f"{place}/cti/" not in answers[f"{place}/"].content.decode()
    members = answers[f"/t/alder/entities/{container.pk}/"].content.decode()
    assert f"/t/alder/companies/{company.pk}/" in members
    edit = client.get(f"/t/alder/entities/{company.pk}/edit/company.update/")
    assert edit["Location"] == f"/t/alder/companies/{company.pk}/"


def test_from_form_to_preview_to_written(
    connection: Connection, alice: Person, client: Client, reachable: SandboxServer
) -> None:
    run("sync", connection.slug)
    client.force_login(alice)
    with inside(connection):
        company = Entity.objects.get(kind="company", remote_id="brackenfold")
    url = f"/t/alder/companies/{company.pk}/"
    form = client.get(url).context["form"]
    data = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in data.items() if value not in (None, "")} | {
        "q_wraptime": "60",
        "noext": ["h"],
    }
    answer = client.post(url, data, follow=True)

    with inside(connection):
        change = Change.objects.get()
    assert change.wanted == {"q_wraptime": 60, "noext": ["h"]}, answer.content[:300]
    assert "Moves only for a System-Admin" not in answer.content.decode()  # this login is one
    client.post(f"/t/alder/changes/{change.pk}/send/", {}, follow=True)
    now = reachable.state("keevio")["companies"]["brackenfold"]["data"]
    assert (now["q_wraptime"], now["noext"], now["nm_password"]) == ("60", "h", "4821")
    assert provider_addresses.addresses_of(connection.credential) == {"base": f"{reachable.url}/keevio"}
