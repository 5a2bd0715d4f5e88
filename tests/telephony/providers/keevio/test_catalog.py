"""The catalog against the list it was counted by, and against itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from telephony.providers.keevio.catalog import CATALOG, COMPANY_ADMIN, SYSTEM_ADMIN
from telephony.providers.keevio.kinds import KINDS
from telephony.providers.keevio.settings import PINS, SETTINGS
from telephony.providers.operations import Effect, Origin, Place
from telephony.providers.registry import provider

PINNED = Path(__file__).with_name("operations.txt").read_text().splitlines()


def test_the_operations_are_those_of_the_list():
    found = [f"{one.key} {one.method} {one.path} {one.effect}" for one in CATALOG]

    assert found == PINNED and len(found) == 9
    assert all(one.origin is Origin.SEED for one in CATALOG)


def test_every_operation_and_parameter_is_explained():
    for one in CATALOG:
        assert str(one.summary) and one.source and one.capability
        assert all(str(param.help) for param in one.params), one.key


def test_every_write_on_companies_is_read_back():
    for one in CATALOG:
        if one.key.startswith("company.") and not one.is_read:
            assert CATALOG[one.reads_back].is_read, one.key
            assert (one.effect is Effect.DESTROY) == (one.key == "company.delete")


def test_deleting_says_that_it_is_undocumented():
    assert "undocumented" in str(CATALOG["company.delete"].summary)
    assert "inferred" in str(CATALOG["company.delete"].note)


def test_the_27_settings_are_parameters_of_an_update_in_the_body():
    update = CATALOG["company.update"]
    names = {param.name for param in update.params if param.place is Place.BODY}

    assert names == {"name", "description", *(one.name for one in SETTINGS)} and len(names) == 29
    assert {param.name for param in update.params if param.secret} == set(PINS)
    assert update.scope_names == ("company",)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda one: one.name)
def test_a_parameter_says_of_its_setting_what_is_inferred_and_since_when(setting):
    param = CATALOG["company.update"].param(setting.name)

    assert param is not None and param.assumed == (setting.assumed is not None)
    assert setting.since in str(param.help)
    assert ("System-Admin" in str(param.help)) == setting.is_feature_switch


def test_every_setting_is_a_field_of_a_company_in_its_group():
    shown = {field.path: field for field in KINDS["company"].fields}

    assert {f"data.{one.name}" for one in SETTINGS} <= set(shown)
    assert all(shown[f"data.{one.name}"].group for one in SETTINGS)


def test_what_only_a_system_admin_may_is_said_by_scope():
    keevio = provider("keevio")

    assert {kind.kind for kind in keevio.readable_kinds([COMPANY_ADMIN])} == {"company"}
    assert {kind.kind for kind in keevio.readable_kinds([SYSTEM_ADMIN])} == {"company", "container"}
    assert keevio.capabilities_of([COMPANY_ADMIN]) == {"lines.read", "companies.edit"}
    assert [one.key for one in CATALOG if COMPANY_ADMIN in one.scopes] == ["company.read", "company.update"]
