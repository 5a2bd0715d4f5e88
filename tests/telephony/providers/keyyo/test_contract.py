"""Every operation once over loopback: the request on the wire is the catalog's, the answer has its shape."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest

from telephony.providers.keyyo.catalog import CATALOG
from telephony.providers.keyyo.client import KeyyoClient

LINE = "33199001001"


def _first(client: KeyyoClient, key: str, name: str, **values: str) -> str:
    return str(client.call(key, values).items[0][name])


def _path_values(client: KeyyoClient, key: str, rig: Any) -> dict[str, Any]:
    """Existing objects to name in the path of `key`."""
    operation = CATALOG[key]
    values: dict[str, Any] = {}
    for name in operation.path_names:
        if name == "csi":
            values[name] = rig.message_line if "_messages" in key else LINE
        elif name == "profile_identifier":
            values[name] = str(
                client.call("services.profiles.create", {"csi": LINE}, data={"name": "Trial"}).document[
                    "identifier"
                ]
            )
        elif name == "plugin_name":
            values[name] = "custom"
        elif name == "parameter_name":
            values[name] = "url"
        elif name == "identifier":
            values[name] = _first(client, re.sub(r"\.\w+$", ".list", key), "identifier", csi=rig.message_line)
        elif name == "branch_id":
            values[name] = _branch_id(client, key)
        elif name == "uid":
            values[name] = _first(client, "directory_contacts.list", "uid")
    return values


def _branch_id(client: KeyyoClient, key: str) -> str:
    root = _first(client, "directory_branches.list", "uid")
    if key != "directory_branches.delete":
        return root
    made = client.call("directory_branches.sub_branches.create", {"branch_id": root}, data={"name": "Empty"})
    return str(made.document["uid"])


GIVEN: dict[str, dict[str, Any]] = {
    "services.update": {"name": "Reception, ground floor"},
    "services.profiles.create": {"name": "Night", "forced": True, "forward_delay": 20},
    "services.profiles.update": {"forward_unconditionally_number": "+33639980001", "forced": False},
    "services.csi_token.create": {"domain_masks": ["*.example.org", "example.net"]},
    "services.cti_plugins.update": {"enabled": True},
    "services.cti_plugins.parameters.update": {"value": "https://hooks.example/?a=_ACCOUNT_&b=_N_TYPE_"},
    "services.call_barred_groups.replace": {"groups": ["international", "premium"]},
    "services.blacklist.replace": {"numbers": ["+33639980009", "0199001055", "anonymous"]},
    "directory_branches.update": {"name": "Everybody"},
    "directory_branches.sub_branches.create": {"name": "Suppliers"},
    "directory_branches.contacts.create": {"name": "Arden", "first_name": "Lise", "zipcode": "01000"},
    "directory_contacts.update": {"company": "Arden & Brume", "work_speed_number": "007"},
    "incoming_call_detail.list": {"date_start": "2026-10-01", "date_end": "2026-10-02 12:00", "limit": 5},
    "directory_branches.contacts_diff.list": {"since": 0},
    "directory_branches.sub_branches_diff.list": {"since": 0},
    "cti.makecall": {"ACCOUNT": LINE, "CALLEE": "+33639980001", "CALLEE_NAME": "Lise & co", "RECORD": False},
    "cti.connect": {"ACCOUNT": LINE, "CALLER": "33639980002", "CALLEE": "33639980001"},
    "cti.sendsms": {"ACCOUNT": LINE, "CALLEE": "33639980001", "MSG": "Été: à 14 h?"},
    "cti.setprofil": {"ACCOUNT": LINE, "PROFIL": "Trial"},
}


@dataclass
class Rig:
    customer: KeyyoClient
    contact: KeyyoClient
    message_line: str


@pytest.fixture
def rig(sandbox, client_for) -> Rig:
    keyyo = sandbox.provider("keyyo")
    contact_lines = keyyo.store.data["logins"]["maud.terrasson"]["services"]
    return Rig(
        customer=client_for(lines={LINE: keyyo.sip_password(LINE)}),
        contact=client_for("maud.terrasson"),
        message_line=contact_lines[0],
    )


@pytest.mark.parametrize("key", [one.key for one in CATALOG])
def test_an_operation_is_sent_as_declared_and_answers_as_declared(key, rig, sandbox, monkeypatch):
    operation = CATALOG[key]
    client = rig.contact if "_messages" in key else rig.customer
    values = _path_values(client, key, rig) | GIVEN.get(key, {})
    if key == "cti.setprofil":
        rig.customer.call("services.profiles.create", {"csi": LINE}, data={"name": "Trial"})
    if key == "services.upgrade.create":
        values["target_offer_id"] = _first(client, "services.available_upgrades.list", "id", csi=LINE)

    answer = client.call(key, values)

    seen = sandbox.last_request
    assert (seen.operation, seen.method, seen.status) == (key, operation.method, 200)
    prepared = client.prepare(key, values)
    assert seen.target == prepared.full_url.removeprefix(sandbox.url)
    assert seen.body == (prepared.content() or b"")
    if operation.answers == "text":
        assert answer.document == "OK"
    elif operation.collection and answer.document is not None:
        assert all("_resource_type" in item for item in answer.items)
    elif answer.document is not None:
        assert answer.document["_resource_type"]
        for path_name, document_field in operation.identity:
            assert str(answer.document[document_field]) == str(values[path_name])


def test_every_write_shows_in_its_read_back(rig):
    client = rig.customer
    client.call("services.blacklist.replace", {"csi": LINE, "numbers": ["+33639980009", "anonymous"]})
    assert set(client.blacklist(LINE)) == {"33639980009", "anonymous"}

    client.call("services.blacklist.replace", {"csi": LINE, "numbers": []})
    assert client.blacklist(LINE) == []

    client.call("services.call_barred_groups.replace", {"csi": LINE, "groups": ["premium"]})
    barred = client.call("services.call_barred_groups.list", {"csi": LINE}).items
    assert [one["name"] for one in barred] == ["premium"]

    url = "https://hooks.example/?a=_ACCOUNT_&b=_N_TYPE_+100%"
    where = {"csi": LINE, "plugin_name": "custom", "parameter_name": "url"}
    client.call("services.cti_plugins.parameters.update", {**where, "value": url})
    assert client.call("services.cti_plugins.parameters.read", where).document["value"] == url
