"""Objects that a provider replaces as a whole: a change goes out on top of what was read, and nested secrets stay hidden."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from accounts.scoping import tenant_scope
from telephony.models import Change, Connection
from telephony.providers.generic_editing import GenericEditor
from telephony.providers.registry import PROVIDERS
from telephony.services import editing

pytestmark = pytest.mark.django_db(transaction=True)
UPDATE = GenericEditor(PROVIDERS["kazoo"].catalog["device.update"], PROVIDERS["kazoo"].catalog)
VALUES = st.recursive(
    st.one_of(st.integers(), st.text(max_size=4), st.booleans()),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.dictionaries(st.sampled_from("abcd"), VALUES, max_size=4)


@given(before=OBJECTS, wanted=OBJECTS)
def test_what_a_change_does_not_name_is_sent_as_it_was(
    before: dict[str, Any], wanted: dict[str, Any]
) -> None:
    body = UPDATE.body(wanted, before)

    for name, value in before.items():
        if name not in wanted:
            assert body[name] == value
    for name, value in wanted.items():
        assert UPDATE.same(name, body[name], value)
    assert UPDATE.body(wanted, body) == body


def test_null_takes_a_field_out() -> None:
    before = {"name": "Front desk", "sip": {"username": "fd", "ip": "192.0.2.1"}}

    assert UPDATE.body({"sip": {"ip": None}}, before) == {"name": "Front desk", "sip": {"username": "fd"}}


@pytest.fixture
def device(reseller: Connection, kazoo: Any) -> tuple[Connection, str, dict[str, Any]]:
    """A device of the reseller's account with an unknown field and a SIP password, as the server holds it."""
    kazoo.state("kazoo")["settings"] = {**kazoo.state("kazoo").get("settings", {}), "charges": False}
    docs = kazoo.state("kazoo")["accounts"][reseller.remote_account]["docs"]["devices"]
    device_id, held = next(
        (key, row) for key, row in sorted(docs.items()) if row["doc"].get("sip", {}).get("password")
    )
    held["doc"]["x_lobby"] = {"floor": 3}
    return reseller, device_id, held


def test_one_field_is_changed_and_the_rest_kept(device: Any) -> None:
    connection, device_id, held = device
    before = {name: value for name, value in held["doc"].items() if name != "name"}
    with tenant_scope(connection.tenant_id):
        change = editing.propose(
            connection, "device.update", {"deviceId": device_id}, {"name": "Lobby, east"}, person=None
        )
        password = held["doc"]["sip"]["password"]
        row = Change.objects.filter(pk=change.pk).values().get()
        assert password not in str(row), "the SIP password stands in the change"
        change = editing.send(change, None)
        assert change.state == Change.State.APPLIED, change.error
        row = Change.objects.filter(pk=change.pk).values().get()
        assert password not in str(row)

    after = held["doc"] if held["doc"]["name"] == "Lobby, east" else None
    docs = {name: value for name, value in (after or {}).items() if name not in {"name", "ui_metadata"}}
    assert docs == before


def test_a_nested_secret_is_changed_and_taken_back(device: Any) -> None:
    connection, device_id, held = device
    old = dict(held["doc"]["sip"])
    with tenant_scope(connection.tenant_id):
        change = editing.propose(
            connection,
            "device.update",
            {"deviceId": device_id},
            {"sip": {"password": "another-secret"}},
            person=None,
        )
        change = editing.send(change, None)
        assert change.state == Change.State.APPLIED, change.error
        assert held["doc"]["sip"] == {**old, "password": "another-secret"}
        row = Change.objects.filter(pk=change.pk).values().get()
        assert [name for name, value in row.items() if "another-secret" in str(value)] == []
        back = editing.send(editing.revert(change, None), None)
        assert back.state == Change.State.APPLIED, back.error
    assert held["doc"]["sip"] == old


def test_a_file_goes_up_and_comes_down_as_it_is(reseller: Connection, kazoo: Any, tmp_path: Any) -> None:
    """By the command line, and through the door: the change knows its size."""
    letter, copy = tmp_path / "letter.pdf", tmp_path / "copy.pdf"
    letter.write_bytes(b"%PDF-1.4\n\xff\xfe\n%%EOF\n")
    accounts = kazoo.state("kazoo")["accounts"]
    account, port = next(
        (account_id, port_id)
        for account_id, account in sorted(accounts.items())
        for port_id, row in account["docs"].get("port_requests", {}).items()
        if row["pvt"]["state"] == "unconfirmed"
    )
    place = [f"accountId={account}", f"portRequestId={port}", "documentName=letter.pdf"]

    call_command("call", reseller.slug, "port.createAttachment", *place, file=letter, stdout=io.StringIO())
    call_command("call", reseller.slug, "port.getAttachment", *place, output=copy, stdout=io.StringIO())

    assert copy.read_bytes() == letter.read_bytes()
    with tenant_scope(reseller.tenant_id):
        change = Change.objects.get()
        assert (change.state, change.wanted["data"]["size"]) == (
            Change.State.APPLIED,
            len(letter.read_bytes()),
        )
