"""How scopes nest, end, and go along to other threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.models import Tenant
from accounts.scoping import (
    ForeignTenant,
    NoScope,
    carrying_scope,
    current_scope,
    current_tenant_id,
    tenant_scope,
    tenants_scope,
    unscoped,
)
from telephony.models import Entity

from .lines import names, new_line


def test_scopes_nest_and_restore(corvane, morvanne):
    with tenant_scope(corvane):
        with tenant_scope(corvane):
            assert current_tenant_id() == corvane.pk
        with unscoped("check"):
            with tenant_scope(morvanne):
                assert current_tenant_id() == morvanne.pk
            with pytest.raises(NoScope):
                current_tenant_id()
        assert current_tenant_id() == corvane.pk
    assert current_scope() is None


def test_a_scope_of_another_tenant_inside_one_needs_a_reason(corvane, morvanne):
    with tenant_scope(corvane):
        with pytest.raises(ForeignTenant), tenant_scope(morvanne):
            pass
        with pytest.raises(ForeignTenant), tenants_scope([corvane, morvanne]):
            pass
        with tenant_scope(morvanne, reason="a reseller's credential is read in its owner's scope"):
            assert current_tenant_id() == morvanne.pk


def test_a_scope_is_restored_after_an_error(corvane):
    with pytest.raises(ValueError, match="broken"), tenant_scope(corvane):
        raise ValueError("broken")
    assert current_scope() is None


def test_several_tenants_are_read_together_and_never_written(both, corvane, morvanne, vellard):
    with tenants_scope([corvane, morvanne]):
        assert names(Entity.objects.all()) == ["Accueil Paris", "Atelier"]
        with tenant_scope(corvane):
            assert names(Entity.objects.all()) == ["Accueil Paris"]
            with pytest.raises(NoScope):
                Entity.objects.update(name="taken")
    with tenants_scope([vellard]):
        assert names(Entity.objects.all()) == []
    with tenants_scope([]):
        assert names(Entity.objects.all()) == []


def test_a_tenant_that_is_not_stored_has_no_scope():
    with pytest.raises(NoScope), tenant_scope(Tenant(slug="new")):
        pass


def test_a_reason_that_is_not_listed_is_none():
    with pytest.raises(NoScope), unscoped("because"):
        pass


def test_without_a_tenant_nothing_is_made_unscoped(corvane_line):
    with unscoped("check"), pytest.raises(NoScope):
        new_line(corvane_line.connection, "whose?")


def test_a_threads_scope_is_its_own_unless_carried(corvane):
    with tenant_scope(corvane), ThreadPoolExecutor(1) as pool:
        with pytest.raises(NoScope):
            pool.submit(current_tenant_id).result()
        assert pool.submit(carrying_scope(current_tenant_id)).result() == corvane.pk
        assert list(pool.map(carrying_scope(lambda _n: current_tenant_id()), range(3))) == [corvane.pk] * 3
        assert pool.submit(current_scope).result() is None


@pytest.mark.django_db(transaction=True)
def test_a_carried_scope_narrows_in_the_other_thread(both, corvane):
    def read() -> list[str]:
        try:
            return names(Entity.objects.all())
        finally:
            connection.close()

    with tenant_scope(corvane), ThreadPoolExecutor(1) as pool:
        assert pool.submit(carrying_scope(read)).result() == ["Accueil Paris"]
