"""Edits of many objects that reach further: lists that are added to, plugins of many lines, several connections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from telephony.models import BulkRow, Change, Connection, Entity, Job
from telephony.services import access, bulk, bulk_choice, entities

from .test_bulk import UPDATE, begin, states, work

BLACKLIST = "services.blacklist.replace"
PLUGIN, PARAMETER = "services.cti_plugins.update", "services.cti_plugins.parameters.update"
STRANGER = "+33199006299"
State = BulkRow.State


@pytest.fixture
def read_kinds() -> Callable[..., Any]:
    """Caches every object of these kinds of a connection."""

    def read(connection: Connection, *kinds: str) -> Any:
        client = access.client_of(connection)
        for page in connection.declaration.read_entities(client, kinds=list(kinds)):
            entities.store(connection, page, timezone.now())
        return Entity.objects.filter(connection=connection, kind=kinds[-1]).order_by("parent_remote_id", "pk")

    return read


def numbers_at(at_keyyo: Callable[..., Any], csi: str) -> set[str]:
    found = at_keyyo("services.blacklist.list", {"csi": csi})
    return {f"+{one['number']}" for one in found if one["number"] != "anonymous"}


@pytest.mark.parametrize("way", ["add", "remove"])
def test_each_object_keeps_the_other_entries_of_its_list(
    connection: Connection, read_kinds: Callable[..., Any], idris: Person, at_keyyo: Any, way: str
) -> None:
    lists = read_kinds(connection, "UCaaSVoIPAccount", "Blacklist")
    some = [one.pk for one in lists if 0 < len(one.document["numbers"]) < 20][:2]
    before = {
        one.parent_remote_id: numbers_at(at_keyyo, one.parent_remote_id) for one in lists.filter(pk__in=some)
    }
    own = min(next(iter(before.values())))
    entry = STRANGER if way == "add" else own
    job = bulk.want(
        bulk.choose(idris, lists.filter(pk__in=some)),
        bulk.Wish(BLACKLIST, {"numbers": [entry]}, {"numbers": way}),
    )

    work(begin(job, idris))

    for csi, was in before.items():
        now = was | {entry} if way == "add" else was - {entry}
        assert numbers_at(at_keyyo, csi) == now
    assert job.state == Job.State.DONE


def test_a_list_is_added_to_by_the_page(
    browser: Callable[[Person], Client], connection: Connection, read_kinds: Any, idris: Person
) -> None:
    lists = read_kinds(connection, "UCaaSVoIPAccount", "Blacklist")
    job = bulk.choose(idris, lists)
    wanted = {"_change_numbers": "on", "numbers": STRANGER, "_how_numbers": "add"}

    page = browser(idris).post(f"/t/corvane/jobs/{job.pk}/edit/?operation={BLACKLIST}", wanted, follow=True)

    assert page.status_code == 200
    assert all(STRANGER in row.wanted["numbers"] for row in job.rows.filter(state=State.READY))
    assert any(len(row.wanted["numbers"]) > 1 for row in job.rows.filter(state=State.READY))


def test_a_plugin_is_switched_on_for_many_lines_at_once_and_back(
    connection: Connection, read_kinds: Callable[..., Any], idris: Person, at_keyyo: Any
) -> None:
    plugins = read_kinds(connection, "UCaaSVoIPAccount", "CTIPlugin").filter(name="custom")
    before = {one.parent_remote_id: str(one.document["enabled"]) for one in plugins}
    job = bulk.want(bulk.choose(idris, plugins), bulk.Wish(PLUGIN, {"enabled": True}))
    work(begin(job, idris))

    def now() -> dict[str, str]:
        return {
            csi: str(at_keyyo("services.cti_plugins.read", {"csi": csi, "plugin_name": "custom"})["enabled"])
            for csi in before
        }

    assert job.state == Job.State.DONE
    assert len(set(now().values())) == 1
    assert not states(job).keys() - {State.APPLIED, State.SAME}
    work(begin(bulk.revert(job, idris), idris))
    assert now() == before


def test_a_plugin_parameter_is_set_on_many_lines_at_once(
    connection: Connection, read_kinds: Callable[..., Any], idris: Person, at_keyyo: Any
) -> None:
    read_kinds(connection, "UCaaSVoIPAccount", "CTIPlugin", "CTIPluginParameter")
    found = Entity.objects.filter(kind="CTIPluginParameter", parent_remote_id__endswith="/custom")
    name = found.values_list("name", flat=True).order_by("name")[0]
    parameters = found.filter(name=name)
    assert PARAMETER in bulk_choice.choices(bulk_choice.samples(parameters))
    job = bulk.want(
        bulk.choose(idris, parameters), bulk.Wish(PARAMETER, {"value": "https://example.com/hook?a=1"})
    )

    work(begin(job, idris))

    assert states(job) == {State.APPLIED: parameters.count()}
    assert parameters.count() > 1
    for one in parameters:
        csi, _slash, plugin = one.parent_remote_id.partition("/")
        address = {"csi": csi, "plugin_name": plugin, "parameter_name": one.remote_id}
        assert (
            at_keyyo("services.cti_plugins.parameters.read", address)["value"]
            == "https://example.com/hook?a=1"
        )


def test_one_job_writes_at_two_connections_and_one_revert_takes_all_of_it_back(
    connect: Callable[..., Connection], connection: Connection, read_kinds: Callable[..., Any], idris: Person
) -> None:
    other = connect(login="vellard")
    chosen = [read_kinds(one, "UCaaSVoIPAccount", "VoIPAccountProfile") for one in (connection, other)]
    ids = [pk for found in chosen for pk in found.values_list("pk", flat=True)[:4]]
    every = Entity.objects.filter(pk__in=ids).order_by("name", "pk")
    before = dict(every.values_list("pk", "document__forward_delay"))
    job = bulk.want(bulk.choose(idris, every), bulk.Wish(UPDATE, {"forward_delay": 17}))

    work(begin(job, idris))

    assert job.state == Job.State.DONE
    assert set(job.rows.values_list("connection", flat=True)) == {connection.pk, other.pk}
    assert not states(job).keys() - {State.APPLIED, State.SAME}
    assert {int(value) for value in every.values_list("document__forward_delay", flat=True)} == {17}
    back = bulk.revert(job, idris)
    work(begin(back, idris))
    assert back.state == Job.State.DONE, states(back)
    assert dict(every.values_list("pk", "document__forward_delay")) == before
    assert not Change.objects.filter(state=Change.State.APPLIED, reverts=None).exists()
