"""The catalog against the list it was counted by, against itself, and against the schema."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from telephony.providers.kazoo.catalog import CATALOG
from telephony.providers.kazoo.catalog.ways import WAYS
from telephony.providers.kazoo.kinds import FAMILY_OF, KINDS, SINGLE
from telephony.providers.kazoo.schema import FAMILIES
from telephony.providers.kazoo.schema.form import family, text
from telephony.providers.operations import Effect, Operation, Origin, Paging, Place
from telephony.providers.registry import provider

PINNED = Path(__file__).with_name("operations.txt").read_text().splitlines()
SEED = [one for one in CATALOG if one.origin is Origin.SEED]


def test_the_operations_of_the_sdk_are_those_of_the_list():
    found = [f"{one.key} {one.method} {one.path} {one.effect}" for one in SEED]

    assert sorted(found) == PINNED
    assert len(PINNED) == 146


def test_they_are_counted_as_the_facts_count_them():
    assert Counter(one.method for one in SEED) == {"GET": 66, "POST": 35, "PUT": 26, "DELETE": 18, "PATCH": 1}
    assert len({one.key.partition(".")[0] for one in SEED}) == 25


def test_what_must_never_be_repeated_is_said_to_be_so():
    never = {one.key for one in CATALOG if one.effect is Effect.NEVER_REPEAT}

    assert never == {
        "auth.userAuth", "auth.sharedAuth", "auth.pinAuth", "auth.apiAuth", "auth.impersonate", "auth.recover",
        "balance.add", "user.quickcall", "device.quickcall", "device.sync", "channel.action", "conference.action",
        "conference.addParticipant",
    }  # fmt: skip


# Nothing shows what these did.
UNSEEN = {"auth.signOut", "conference.createNotification", "conference.updateNotification"}


def test_every_write_says_how_it_is_read_back():
    for one in CATALOG:
        if one.effect in (Effect.WRITE, Effect.DESTROY) and one.key not in UNSEEN:
            assert CATALOG[one.reads_back].is_read, one.key
        if one.undone_by:
            assert one.reads_back, one.key


def test_gets_read_but_for_those_that_act():
    acting = {one.key for one in CATALOG if one.method == "GET" and not one.is_read}
    reading = {one.key for one in CATALOG if one.method != "GET" and one.is_read}

    assert acting == {"user.quickcall", "device.quickcall"}
    assert reading == {"whitelabel.checkDnsEntries", "whitelabel.checkOwnDomains"}


@pytest.mark.parametrize("one", CATALOG, ids=lambda one: one.key)
def test_every_operation_is_explained(one: Operation):
    assert str(one.summary) and one.source and one.capability in provider("kazoo").capabilities
    assert one.surface == "base"
    assert all(str(param.help) for param in one.params), [
        param.name for param in one.params if not str(param.help)
    ]
    names = [param.name for param in one.params]
    assert len(set(zip(names, (param.place for param in one.params), strict=True))) == len(names)
    for name in one.path_names:
        param = one.param(name)
        assert param and param.place is Place.PATH and param.required == (name != "accountId")
    assert (one.paging is Paging.START_KEY) == (one.param("start_key") is not None)
    assert one.paging is not Paging.START_KEY or one.collection


def test_every_kind_is_read_by_operations_that_exist():
    for kind in KINDS.values():
        assert CATALOG[kind.read_operation].is_read
        assert CATALOG[kind.list_operation].collection or kind.kind in SINGLE


def test_lines_are_users():
    assert {kind.kind for kind in KINDS.lines()} == {"user"}  # and ownerless devices, which say it themselves


def test_other_addresses_are_of_operations_that_exist():
    for key, ways in WAYS.items():
        names = set(CATALOG[key].path_names) | {"accountId"}
        for way in ways.newer:
            assert CATALOG[key].param("accountId") or "{accountId}" not in way.path
            assert {part.split("}")[0] for part in way.path.split("{")[1:]} <= names


def test_the_schema_points_to_kinds_that_exist():
    for one in FAMILIES.values():
        for field in one.fields:
            assert field.refers_to in {"", "prompt", *KINDS}, (one.name, field.path)
            assert not field.has_default or field.default is None or _fits(field), (one.name, field.path)
            assert not any(field.path.startswith(f"{other.path}.") for other in one.fields), field.path


def _fits(field) -> bool:
    types = {
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "array": list,
        "object": dict,
    }
    return any(isinstance(field.default, types[name]) for name in field.type)


def test_every_field_that_people_meet_has_words():
    for one in FAMILIES.values():
        assert all(str(field.label) for field in one.fields), one.name


def test_no_field_stands_twice():
    with pytest.raises(ValueError, match="twice"):
        family("x", text("a"), text("a"))


def test_secrets_are_those_of_the_facts():
    found = {
        f"{one.name}:{field.path}{'[]' if inner else ''}{'.' + inner if inner else ''}"
        for one in FAMILIES.values()
        for field in one.fields
        for inner in ([""] if field.secret else [entry.path for entry in field.entry if entry.secret])
    }

    assert found == {
        "users:password", "users:hotdesk.pin", "devices:sip.password", "vmboxes:pin", "menus:record_pin",
        "conferences:bridge_password", "conferences:member.pins", "conferences:moderator.pins", "port_requests:bill.pin",
        "resources:gateways[].password", "resource_templates:gateways[].password",
        "connectivity:servers[].auth.auth_password", "user_auth:credentials", "api_auth:api_key",
        "shared_auth:shared_token", "pin_auth:pin",
    }  # fmt: skip


def test_families_of_kinds_exist():
    assert set(FAMILY_OF.values()) <= set(FAMILIES)
