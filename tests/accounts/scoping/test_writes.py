"""Every write, one for each way through the ORM: without a scope, in another's, in one that only reads; and whose a row
is.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone

from accounts.models import Person, Tenant
from accounts.scoping import (
    ForeignTenant,
    NoScope,
    tenant_scope,
    tenants_scope,
    unscoped,
)
from telephony.models import Connection, Credential, Entity, SyncState

from .lines import names, new_line, unsaved_line

WRITES: dict[str, Callable[[Entity], Any]] = {
    "save": lambda line: line.save(),
    "save fields": lambda line: line.save(update_fields=["name"]),
    "force_insert": lambda line: unsaved_line(line.connection, "new").save(force_insert=True),
    "create": lambda line: Entity.objects.create(connection=line.connection, **_needed("new")),
    "delete": lambda line: line.delete(),
    "get_or_create": lambda line: Entity.objects.get_or_create(
        remote_id="new", defaults={"connection": line.connection, **_needed("new")}
    ),
    "update_or_create": lambda line: Entity.objects.update_or_create(
        remote_id=line.remote_id,
        defaults={"name": "renamed"},
        create_defaults={"connection": line.connection, **_needed("new")},
    ),
    "update": lambda line: Entity.objects.update(name="taken"),
    "update F": lambda line: Entity.objects.update(name=F("remote_id")),
    "update through a key": lambda line: line.connection.entities.update(name="taken"),
    "queryset delete": lambda line: Entity.objects.all().delete(),
    "raw delete": lambda line: Entity.objects.all()._raw_delete("default"),
    "bulk_create": lambda line: Entity.objects.bulk_create([unsaved_line(line.connection, "new")]),
    "bulk_update": lambda line: Entity.objects.bulk_update([line], ["name"]),
    "related create": lambda line: line.connection.entities.create(**_needed("new")),
    "related add": lambda line: line.connection.entities.add(line, bulk=False),
}


def _needed(name: str) -> dict[str, Any]:
    return {"remote_id": name, "name": name, "kind": "x", "checksum": "0" * 32, "fetched_at": timezone.now()}


@pytest.mark.parametrize("way", WRITES)
def test_a_write_without_a_scope_raises_and_writes_nothing(way, both):
    mine, _theirs = both
    with pytest.raises(NoScope), transaction.atomic():
        WRITES[way](mine)
    assert _all_names() == ["Accueil Paris", "Atelier"]


@pytest.mark.parametrize("way", WRITES)
def test_a_write_never_reaches_another_tenants_row(way, both, morvanne):
    """Written with corvane's row in hand, inside morvanne's scope: refused, or nothing of corvane's changes."""
    mine, _theirs = both
    before = _row(mine)
    with tenant_scope(morvanne), suppress(ForeignTenant, Connection.DoesNotExist), transaction.atomic():
        WRITES[way](mine)
    assert _row(mine) == before
    with unscoped("check"):
        assert Entity.objects.filter(tenant=mine.tenant_id).count() == 1


@pytest.mark.parametrize("way", WRITES)
def test_a_write_in_a_read_only_scope_raises(way, both, corvane, morvanne):
    mine, _theirs = both
    with tenants_scope([corvane, morvanne]), pytest.raises(NoScope), transaction.atomic():
        WRITES[way](mine)
    assert _all_names() == ["Accueil Paris", "Atelier"]


def _all_names() -> list[str]:
    with unscoped("check"):
        return names(Entity.objects.all())


def _row(entity: Entity) -> dict[str, Any]:
    with unscoped("check"):
        return Entity.objects.filter(pk=entity.pk).values().get()


def test_the_tenant_is_filled_from_the_scope(corvane_line, corvane):
    with tenant_scope(corvane):
        one = new_line(corvane_line.connection, "second")
        [two] = Entity.objects.bulk_create([unsaved_line(corvane_line.connection, "third")])

    assert one.tenant_id == two.tenant_id == corvane.pk


def test_a_row_never_changes_its_tenant(both, corvane, morvanne):
    mine, theirs = both
    with tenant_scope(corvane):
        for change in (
            lambda: Entity.objects.update(tenant=morvanne),
            lambda: Entity.objects.update(tenant_id=morvanne.pk),
            lambda: Entity.objects.bulk_update([mine], ["tenant"]),
            lambda: Entity.objects.update_or_create(remote_id=mine.remote_id, defaults={"tenant": morvanne}),
        ):
            with pytest.raises(ForeignTenant), transaction.atomic():
                change()
        mine.tenant = morvanne
        with pytest.raises(ForeignTenant):
            mine.save()
    assert _row(mine)["tenant_id"] == corvane.pk


def test_a_foreign_row_dressed_as_ones_own_is_not_taken(both, corvane):
    """The primary key of another tenant's row with our tenant id: an update finds nothing, an insert collides."""
    mine, theirs = both
    disguised = unsaved_line(mine.connection, "taken", pk=theirs.pk, tenant_id=corvane.pk)
    before = _row(theirs)
    with tenant_scope(corvane):
        with pytest.raises(IntegrityError), transaction.atomic():
            disguised.save()
        with pytest.raises(DatabaseError), transaction.atomic():
            disguised.save(force_update=True)
        with pytest.raises(ForeignTenant):
            disguised.delete()
        assert Entity.objects.bulk_update([disguised], ["name"]) == 0
    assert _row(theirs) == before


def test_an_upsert_may_only_look_for_conflicts_within_the_tenant(both, corvane):
    mine, theirs = both
    disguised = unsaved_line(mine.connection, "taken", pk=theirs.pk)
    with tenant_scope(corvane):
        with pytest.raises(ForeignTenant):
            Entity.objects.bulk_create(
                [disguised], update_conflicts=True, unique_fields=["id"], update_fields=["name"]
            )
        Entity.objects.bulk_create(
            [unsaved_line(mine.connection, "renamed", remote_id=mine.remote_id)],
            update_conflicts=True,
            unique_fields=["tenant", "connection", "kind", "parent_remote_id", "remote_id"],
            update_fields=["name"],
        )
    assert _all_names() == ["Atelier", "renamed"]


def test_a_parent_of_another_tenant_is_refused(both, corvane):
    mine, theirs = both
    own_id = mine.connection_id
    with unscoped("check"):
        foreign = Connection.objects.get(pk=theirs.connection_id)
    with tenant_scope(corvane):
        for attempt in (
            lambda: new_line(foreign, "new"),
            lambda: Entity.objects.bulk_create([unsaved_line(foreign, "new")]),
            lambda: unsaved_line(mine.connection, "new", connection_id=foreign.pk).save(),
            lambda: Entity.objects.update(connection=foreign),
            lambda: Entity.objects.update(connection_id=foreign.pk),
            lambda: _moved(mine, foreign).save(),
            lambda: _moved(mine, foreign).save(update_fields=["connection"]),
            lambda: Entity.objects.bulk_update([_moved(mine, foreign)], ["connection"]),
            lambda: foreign.entities.add(mine),
        ):
            with pytest.raises(ForeignTenant), transaction.atomic():
                attempt()
    assert _row(mine)["connection_id"] == own_id


def _moved(line: Entity, link: Connection) -> Entity:
    copy = Entity.objects.get(pk=line.pk)
    copy.connection_id = link.pk
    return copy


def test_a_shared_parent_is_allowed_where_the_model_says_so(both, corvane, morvanne_line):
    with unscoped("check"):
        foreign = Credential.objects.get(connections__entities=morvanne_line)
    with tenant_scope(corvane):
        link = Connection.objects.create(credential=foreign, provider="keyyo", slug="shared", name="Shared")

    assert link.tenant_id == corvane.pk


def test_update_by_case_reaches_only_the_scope(both, corvane):
    with tenant_scope(corvane):
        changed = Entity.objects.update(name=Case(When(facet="line", then=Value("seen")), default=F("name")))

    assert changed == 1
    assert _all_names() == ["Atelier", "seen"]


def test_deleting_cascades_only_in_the_scope(both, corvane):
    mine, _theirs = both
    with tenant_scope(corvane):
        Connection.objects.all().delete()
    with unscoped("check"):
        assert list(Entity.objects.values_list("name", flat=True)) == ["Atelier"]
        assert list(SyncState.objects.values_list("connection__slug", flat=True)) == ["morvanne-keyyo"]


def test_a_tenant_or_person_with_rows_is_not_deleted_in_passing(both, corvane, maud):
    with pytest.raises(NoScope):
        corvane.delete()
    with pytest.raises(NoScope):
        maud.delete()
    assert Tenant.objects.filter(pk=corvane.pk).exists() and Person.objects.filter(pk=maud.pk).exists()


def test_fixtures_and_raw_saves_are_settled_as_well(both, corvane):
    _mine, theirs = both
    stray = unsaved_line(theirs.connection, "new", tenant_id=theirs.tenant_id)
    with tenant_scope(corvane), pytest.raises(ForeignTenant):
        stray.save_base(raw=True)
