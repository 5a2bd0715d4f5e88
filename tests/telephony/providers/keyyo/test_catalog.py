"""The catalog against the list it was counted by, and against itself."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from telephony.providers.keyyo.catalog import CATALOG
from telephony.providers.keyyo.kinds import KINDS
from telephony.providers.operations import Effect, Origin, Place
from telephony.providers.registry import provider

PINNED = Path(__file__).with_name("operations.txt").read_text().splitlines()


def test_the_operations_are_those_of_the_list():
    found = {f"{one.key} {one.method} {one.path} {one.effect}" for one in CATALOG}

    assert found == set(PINNED)
    assert len(CATALOG) == len(PINNED) == 58


def test_the_manager_has_54_endpoints_and_cti_4_actions():
    manager = [one for one in CATALOG if one.surface == "manager"]

    assert Counter(one.method for one in manager) == {"GET": 35, "POST": 11, "PUT": 3, "DELETE": 5}
    assert len([one for one in manager if one.path.startswith("/directory")]) == 14
    assert {one.key for one in CATALOG if one.surface == "cti"} == {
        "cti.makecall", "cti.connect", "cti.sendsms", "cti.setprofil"
    }  # fmt: skip
    assert all(one.origin is Origin.SEED for one in CATALOG)


def test_what_must_never_be_repeated_is_said_to_be_so():
    never = {one.key for one in CATALOG if one.effect is Effect.NEVER_REPEAT}

    assert never == {
        "services.upgrade.create", "services.reset_password.create", "services.csi_token.create",
        "cti.makecall", "cti.connect", "cti.sendsms", "cti.setprofil",
    }  # fmt: skip


def test_every_write_says_how_it_is_read_back_or_cannot_be_taken_back():
    for one in CATALOG:
        if one.effect in (Effect.WRITE, Effect.DESTROY):
            assert CATALOG[one.reads_back].is_read
        if one.undone_by:
            assert one.reads_back, one.key


def test_gets_of_the_manager_are_reads_and_nothing_else_is():
    assert all(one.is_read == (one.method == "GET") for one in CATALOG if one.surface == "manager")


def test_every_operation_is_explained_and_accepts_local_notation():
    for one in CATALOG:
        assert str(one.summary) and one.source and one.capability in provider("keyyo").capabilities
        assert all(str(param.help) for param in one.params), one.key
        assert one.surface != "manager" or one.param("localized_numbers")
        assert not one.collection or not one.is_read or one.param("filters")


def test_path_names_are_required_path_parameters():
    for one in CATALOG:
        for name in one.path_names:
            param = one.param(name)
            assert param and param.required and param.place is Place.PATH


def test_every_kind_is_read_by_operations_that_exist():
    for kind in KINDS.values():
        assert CATALOG[kind.list_operation].collection
        assert not kind.read_operation or CATALOG[kind.read_operation].is_read
        assert not kind.whole_list or kind.list_field


def test_lines_are_the_three_types_that_ring():
    assert {kind.kind for kind in KINDS.lines()} == {"UCaaSVoIPAccount", "MobileAccount", "ACDService"}


def test_scopes_narrow_kinds_and_capabilities():
    keyyo = provider("keyyo")

    assert {kind.kind for kind in keyyo.readable_kinds(["voip_profiles_admin"])} >= {"VoIPAccountProfile"}
    assert "Blacklist" not in {kind.kind for kind in keyyo.readable_kinds(["voip_profiles_admin"])}
    assert "profiles.edit" not in keyyo.capabilities_of(["full_access_read_only"])
    assert "profiles.edit" in keyyo.capabilities_of(["voip_profiles_admin"])
    assert "voicemail.read" not in keyyo.capabilities_of(["full_access"])
    assert "voicemail.read" in keyyo.capabilities_of(["full_access"], acts_as="contact")
