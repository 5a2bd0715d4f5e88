"""Companies and containers: what a sync reads, and that one object read alone is the same."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from portal.lib.errors import NotFound, Unavailable
from telephony.providers.drafts import PLACEHOLDER, Window
from telephony.providers.fields import sheet_of
from telephony.providers.keevio.kinds import KINDS
from telephony.providers.keevio.settings import PINS
from telephony.providers.keevio.sync import path_values, read_accounts, read_entities, read_entity
from telephony.providers.registry import provider
from tests.telephony.providers.keevio.conftest import COMPANY


def drafts(pages):
    return [draft for page in pages for draft in page.drafts]


def test_every_company_and_every_container_once_and_whole(keevio, sandbox):
    sandbox.requests.clear()
    pages = list(read_entities(keevio))

    assert Counter(draft.kind for draft in drafts(pages)) == {"company": 25, "container": 6}
    assert all(page.is_complete for page in pages) and [page.kind for page in pages] == list(KINDS)
    assert Counter(request.operation for request in sandbox.requests) == {
        "company.read": 1, "company.readContainer": 6
    }  # fmt: skip


def test_identities_are_unique_and_the_same_twice(keevio):
    def identities():
        return [(one.kind, one.parent_remote_id, one.remote_id) for one in drafts(read_entities(keevio))]

    first = identities()
    assert len(set(first)) == len(first) == 31 and identities() == first


def test_one_object_read_alone_is_what_the_sync_stored(keevio):
    for draft in drafts(read_entities(keevio)):
        again = read_entity(keevio, draft.kind, draft.parent_remote_id, draft.remote_id)
        assert again == draft


def test_pins_leave_the_documents_of_companies_and_containers(keevio, fake_keevio):
    found = drafts(read_entities(keevio))
    pins = {
        str(row["data"][name])
        for row in fake_keevio.store.data["companies"].values()
        for name in PINS
        if row["data"].get(name)
    }
    sealed = {value for draft in found for value in draft.secrets.values()}

    assert pins == sealed and len(pins) > 10
    assert not pins & set(json.dumps([draft.document for draft in found]).split('"'))
    brackenfold = next(one for one in found if one.remote_id == COMPANY)
    assert brackenfold.document["data"]["nm_password"] == PLACEHOLDER
    assert brackenfold.document["data"]["barge_pin"] == ""
    assert brackenfold.secrets == {"data.nm_password": "4821", "data.ivr_password": "5555"}


def test_containers_point_to_their_companies(keevio):
    container = read_entity(keevio, "container", "", "brackenfold")

    pointers = {(one.path, one.target_kind, one.target_remote_id) for one in container.references}
    assert pointers == {
        (f"members.{index}.company", "company", company)
        for index, company in enumerate(("brackenfold", "pellgrove", "arkwell_yard"))
    }
    assert all("data" not in member for member in container.document["members"])


@pytest.mark.parametrize("kind", list(KINDS))
def test_declared_fields_claim_whatever_a_document_has(keevio, kind):
    fields = KINDS[kind].fields
    has_known = any(field.path.startswith("data.") for field in fields)
    for draft in drafts(read_entities(keevio, kinds=[kind])):
        is_unknown = draft.document["data"] == {} and not has_known
        sheet = sheet_of(fields, draft.document)
        assert [fact.place for fact in sheet.other] == (["data"] if is_unknown else [])


def test_one_kind_costs_no_more_than_it_needs(keevio, sandbox):
    sandbox.requests.clear()
    list(read_entities(keevio, kinds=["company"]))
    assert [request.operation for request in sandbox.requests] == ["company.read"]


def test_a_company_administrator_reads_its_own_and_misses_nothing(administrator):
    pages = list(read_entities(administrator))

    assert [draft.remote_id for draft in drafts(pages)] == [COMPANY]
    assert {page.kind for page in pages} == {"company"}  # no page of containers: none counts as gone


def test_a_login_that_may_not_read_containers_gives_no_page_of_them(client_for, sandbox):
    body = json.dumps({"result": "fail", "message": "Permission denied"})
    sandbox.faults.add("keevio", "company.readContainer", status=200, body=body, times=1)
    assert {page.kind for page in read_entities(client_for())} == {"company"}


def test_a_passing_fault_stops_the_reading_and_says_so(keevio, sandbox):
    sandbox.faults.add("keevio", "company.readContainer", status=503, times=3)
    with pytest.raises(Unavailable):
        list(read_entities(keevio))


def test_a_company_that_goes_between_the_lists_is_no_trouble(keevio, sandbox):
    body = json.dumps({"result": "fail", "message": "Not found"})
    sandbox.faults.add("keevio", "company.readContainer", status=200, body=body, times=1)
    assert len(drafts(read_entities(keevio, kinds=["container"]))) == 6


def test_an_object_that_is_gone_is_not_found(keevio):
    for kind in KINDS:
        with pytest.raises(NotFound):
            read_entity(keevio, kind, "", "nobody_here")


def test_accounts_are_the_system_and_its_companies(keevio, client_for, administrator):
    system, *companies = read_accounts(keevio)

    assert system.remote_id == "*" and system.parent_id == ""
    assert len(companies) == 25 and {one.parent_id for one in companies} == {"*"}
    pellgrove = next(one for one in companies if one.remote_id == "pellgrove")
    assert (pellgrove.name, pellgrove.detail) == ("Pellgrove", "pellgrove")
    assert [one.remote_id for one in read_accounts(administrator)] == [COMPANY]
    assert [one.remote_id for one in read_accounts(client_for("switchboard", "labs"))] == ["labs"]


def test_there_are_no_calls(keevio):
    declared = provider("keevio")
    window = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))

    assert declared.streams == () and "calls.list" not in declared.capabilities
    assert list(declared.read_calls(keevio, stream="", window=window, zone=ZoneInfo("UTC"))) == []
    assert declared.probe_calls(keevio) == {}


def test_objects_are_named_by_their_kind():
    assert path_values("company", "", "labs") == {"company": "labs"}
    assert path_values("container", "", "labs") == {"container": "labs"}
    assert path_values("company", "") == {}
