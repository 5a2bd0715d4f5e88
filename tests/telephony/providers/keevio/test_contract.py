"""Every operation once over loopback: the request on the wire is the catalog's, the answer has its shape."""

from __future__ import annotations

import json
from typing import Any

import pytest

from telephony.providers.keevio.catalog import CATALOG
from telephony.providers.keevio.setting_values import Kind
from telephony.providers.keevio.settings import SETTINGS

GIVEN: dict[str, dict[str, Any]] = {
    "company.create": {"company": "fernhollow", "name": "Fernhollow Ltd.", "description": "Since May"},
    "company.read": {"company": "brackenfold"},
    "company.update": {"company": "brackenfold", "name": "Brackenfold", "q_ringtime": "20", "nopickup": True},
    "company.delete": {"company": "velmont"},
    "company.readContainer": {"company": "pellgrove", "container": "brackenfold"},
    "company.group": {"company": "labs", "target": "velmont"},
    "company.ungroup": {"company": "pellgrove"},
    "auth.login": {"username": "brackenfold_admin", "password": "keevio-demo"},
    "auth.logout": {},
}
BODIES: dict[str, Any] = {
    "company.create": {
        "type": "company",
        "values": {"company": "fernhollow", "name": "Fernhollow Ltd.", "description": "Since May"},
    },
    "company.read": {"type": "company", "scope": {"company": "brackenfold"}},
    "company.update": {
        "type": "company",
        "scope": {"company": "brackenfold"},
        "values": {"name": "Brackenfold", "q_ringtime": "20", "nopickup": True},
    },
    "company.delete": {"type": "company", "scope": {"company": "velmont"}},
    "company.readContainer": {
        "type": "company",
        "scope": {"company": "pellgrove", "container": "brackenfold"},
    },
    "company.group": {"type": "company", "scope": {"company": "labs"}, "values": {"company": "velmont"}},
    "company.ungroup": {"type": "company", "scope": {"company": "pellgrove"}},
    "auth.login": {"auth": {"type": "auth", "username": "brackenfold_admin", "password": "keevio-demo"}},
    "auth.logout": {"auth": {"type": "auth"}},
}


@pytest.mark.parametrize("key", [one.key for one in CATALOG])
def test_an_operation_is_sent_as_declared_and_answers_as_declared(key, keevio, sandbox):
    operation = CATALOG[key]

    answer = keevio.call(key, GIVEN[key])

    seen = sandbox.last_request
    assert (seen.operation, seen.method, seen.status) == (key, "POST", 200)
    assert seen.target == f"/keevio{operation.path}"
    assert seen.header("Content-Type") == "application/json"
    assert json.loads(seen.body) == BODIES[key]
    assert ("Red60urne=" in seen.header("Cookie")) == (key != "auth.login")
    assert answer.document["result"] == "success"
    if operation.collection or key in ("company.create", "company.update"):
        wanted = "container" if operation.kind == "container" else "company"
        (row,) = answer.items
        assert row[wanted] == ("brackenfold" if wanted == "container" else GIVEN[key]["company"])
        assert row["id"].isdecimal() and row["name"] and isinstance(row["data"], dict)
    elif key in ("company.group", "company.ungroup"):
        assert answer.document["message"].endswith("grouped okay")
        assert isinstance(answer.document["containermoves"], int)


SAMPLES = {
    Kind.BITS: 87,
    Kind.PIN: "0042",
    Kind.ZONE: "US/Pacific",
    Kind.LEVEL: "none",
    Kind.RANGE: "7",
    Kind.CALLER: "-441632960055",
    Kind.URL: "https://crm.example/pop?n=1",
    Kind.SWITCH: True,
    Kind.LETTERS: "qx",
}


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda one: one.name)
def test_every_setting_is_written_in_its_type_and_read_back(setting, keevio):
    value = SAMPLES[setting.kind] if setting.kind is not Kind.CHOICE else setting.accept(setting.values[-1])

    keevio.call("company.update", {"company": "labs"}, data={setting.name: value})

    assert keevio.read_company("labs")["data"] == {setting.name: value}
