"""Proofs of the tenant's scope, one for each way through the ORM, with real models.

Every read is tried three ways: without a scope (raises), in the scope (sees its own), and in the other's.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.models import Case, Count, Exists, F, OuterRef, Prefetch, Q, Subquery, Value, When
from django.utils import timezone

from accounts.models import Invitation, Person, Tenant
from accounts.scoping import (
    UNSCOPED_REASONS,
    ForeignTenant,
    NoScope,
    TenantOwned,
    carrying_scope,
    current_scope,
    current_tenant_id,
    owned_models,
    tenant_scope,
    tenants_scope,
    unscoped,
)
from telephony.models import Connection, Credential, Entity, SyncState

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = ("accounts", "portal", "telephony")


@pytest.fixture
def corvane_line(corvane: Tenant) -> Entity:
    return line_of(corvane, "corvane-keyyo", "Accueil Paris")


@pytest.fixture
def morvanne_line(morvanne: Tenant) -> Entity:
    return line_of(morvanne, "morvanne-keyyo", "Atelier")


@pytest.fixture
def both(corvane_line: Entity, morvanne_line: Entity) -> tuple[Entity, Entity]:
    return corvane_line, morvanne_line


def line_of(tenant: Tenant, slug: str, name: str) -> Entity:
    with tenant_scope(tenant):
        credential = Credential.objects.create(provider="keyyo")
        link = Connection.objects.create(credential=credential, provider="keyyo", slug=slug, name=slug)
        SyncState.objects.create(connection=link, stream="calls")
        return new_line(link, name)


def new_line(link: Connection, name: str, **fields: Any) -> Entity:
    entity = unsaved_line(link, name, **fields)
    entity.save()
    return entity


def unsaved_line(link: Connection, name: str, **fields: Any) -> Entity:
    return Entity(
        connection=link,
        kind="UCaaSVoIPAccount",
        facet="line",
        remote_id=fields.pop("remote_id", name),
        name=name,
        checksum="0" * 32,
        fetched_at=timezone.now(),
        **fields,
    )


def names(queryset: models.QuerySet) -> list[str]:
    return sorted(str(one) for one in queryset)


# ---- reads ----

READS: dict[str, Callable[[], Any]] = {
    "list": lambda: names(Entity.objects.all()),
    "filter": lambda: names(Entity.objects.filter(facet="line")),
    "exclude": lambda: names(Entity.objects.exclude(facet="other")),
    "or": lambda: names(Entity.objects.filter(name="") | Entity.objects.filter(facet="line")),
    "and": lambda: names(Entity.objects.filter(facet="line") & Entity.objects.exclude(name="")),
    "q or": lambda: names(Entity.objects.filter(Q(facet="other") | Q(facet="line"))),
    "get": lambda: [Entity.objects.get(facet="line").name],
    "first": lambda: [Entity.objects.order_by("pk").first().name],
    "last": lambda: [Entity.objects.order_by("pk").last().name],
    "latest": lambda: [Entity.objects.latest("fetched_at").name],
    "slice": lambda: names(Entity.objects.order_by("pk")[:10]),
    "values": lambda: [row["name"] for row in Entity.objects.values("name")],
    "values_list": lambda: list(Entity.objects.values_list("name", flat=True)),
    "iterator": lambda: [one.name for one in Entity.objects.iterator()],
    "in_bulk": lambda: [one.name for one in Entity.objects.in_bulk().values()],
    "distinct": lambda: list(Entity.objects.values_list("name", flat=True).distinct()),
    "group": lambda: [row["name"] for row in Entity.objects.values("name").annotate(n=Count("pk"))],
    "only": lambda: names(Entity.objects.only("name")),
    "defer": lambda: names(Entity.objects.defer("document")),
    "select_related": lambda: names(Entity.objects.select_related("connection__credential")),
    "select_for_update": lambda: _in_transaction(lambda: names(Entity.objects.select_for_update())),
    "union": lambda: names(Entity.objects.all().union(Entity.objects.filter(facet="line"))),
    "intersection": lambda: names(Entity.objects.all().intersection(Entity.objects.filter(facet="line"))),
    "difference": lambda: names(Entity.objects.all().difference(Entity.objects.filter(facet="other"))),
    "joined": lambda: names(Entity.objects.filter(connection__provider="keyyo")),
    "reverse joined": lambda: _line_names(Connection.objects.filter(entities__facet="line")),
    "subquery in": lambda: names(Entity.objects.filter(connection__in=Connection.objects.all())),
    "subquery values": lambda: names(
        Entity.objects.filter(connection_id__in=Connection.objects.values("pk"))
    ),
    "exists": lambda: _line_names(
        Connection.objects.filter(Exists(Entity.objects.filter(connection=OuterRef("pk"))))
    ),
    "subquery annotated": lambda: [
        one.line_name
        for one in Connection.objects.annotate(
            line_name=Subquery(Entity.objects.filter(connection=OuterRef("pk")).values("name")[:1])
        )
    ],
    "prefetch reverse": lambda: [
        entity.name
        for link in Connection.objects.prefetch_related("entities")
        for entity in link.entities.all()
    ],
    "prefetch object": lambda: [
        entity.name
        for link in Connection.objects.prefetch_related(
            Prefetch("entities", Entity.objects.filter(facet="line"), "lines")
        )
        for entity in link.lines
    ],
    "prefetch forward": lambda: _line_names(
        [entity.connection for entity in Entity.objects.prefetch_related("connection")]
    ),
    "base manager": lambda: names(Entity._base_manager.all()),
    "default manager": lambda: names(Entity._default_manager.all()),
    "extra": lambda: names(Entity.objects.extra(where=["true"])),
    "explain": lambda: Entity.objects.all().explain() and None,
    "count": lambda: Entity.objects.count(),
    "exists()": lambda: int(Entity.objects.exists()),
    "contains": lambda: int(Entity.objects.contains(Entity.objects.first())),
    "aggregate": lambda: Entity.objects.aggregate(n=Count("pk"))["n"],
    "count of union": lambda: Entity.objects.all().union(Entity.objects.all()).count(),
    "count of slice": lambda: Entity.objects.all()[:5].count(),
    "count distinct": lambda: Entity.objects.distinct().count(),
    "dates": lambda: len(Entity.objects.datetimes("fetched_at", "day")),
}


def _in_transaction(read: Callable[[], Any]) -> Any:
    with transaction.atomic():
        return read()


def _line_names(links: Any) -> list[str]:
    return [{"corvane-keyyo": "Accueil Paris", "morvanne-keyyo": "Atelier"}[link.slug] for link in links]


@pytest.mark.parametrize("way", READS)
def test_a_read_without_a_scope_raises(way, both):
    with pytest.raises(NoScope):
        READS[way]()


@pytest.mark.parametrize("way", READS)
def test_a_read_narrows_to_the_scope(way, both, corvane, morvanne):
    with tenant_scope(corvane):
        assert READS[way]() in (["Accueil Paris"], 1, None)
    with tenant_scope(morvanne):
        assert READS[way]() in (["Atelier"], 1, None)


def test_a_queryset_made_outside_narrows_where_it_runs(both, corvane, morvanne):
    made_outside = Entity.objects.filter(facet="line")
    with tenant_scope(corvane):
        made_in_corvane = Entity.objects.order_by("name")

    with tenant_scope(morvanne):
        assert names(made_outside) == names(made_in_corvane) == ["Atelier"]


def test_an_iterator_that_leaves_its_scope_raises(both, corvane):
    with tenant_scope(corvane):
        rows = Entity.objects.iterator()
    with pytest.raises(NoScope):
        next(rows)


def test_another_tenants_row_cannot_be_fetched_by_its_key(both, corvane):
    _mine, theirs = both
    with tenant_scope(corvane):
        assert not Entity.objects.filter(pk=theirs.pk).exists()
        with pytest.raises(Entity.DoesNotExist):
            Entity.objects.get(pk=theirs.pk)
        with pytest.raises(Entity.DoesNotExist):
            theirs.refresh_from_db()


def test_following_a_key_narrows_too(both, corvane):
    _mine, theirs = both
    with tenant_scope(corvane):
        stray = Entity(connection_id=theirs.connection_id)
        with pytest.raises(Connection.DoesNotExist):
            _ = stray.connection
    with pytest.raises(NoScope):
        _ = Entity(connection_id=theirs.connection_id).connection


def test_a_related_manager_narrows_too(both, corvane, morvanne_line):
    theirs = Connection(pk=morvanne_line.connection_id, tenant_id=morvanne_line.tenant_id)
    with pytest.raises(NoScope):
        theirs.entities.count()
    with tenant_scope(corvane):
        assert theirs.entities.count() == 0
        assert theirs.entities.update(name="taken") == 0
        assert theirs.entities.all().delete()[0] == 0


def test_a_deferred_field_is_read_in_the_scope(corvane_line, corvane):
    with tenant_scope(corvane):
        deferred = Entity.objects.only("name").get()
    with pytest.raises(NoScope):
        _ = deferred.document


def test_raw_sql_is_refused_in_and_out_of_a_scope(corvane_line, corvane):
    with pytest.raises(NoScope):
        list(Entity.objects.raw("SELECT * FROM telephony_entity"))
    with tenant_scope(corvane), pytest.raises(NoScope):
        list(Entity.objects.raw("SELECT * FROM telephony_entity"))


# ---- writes ----

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


# ---- scopes ----


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


# ---- what stands in the code ----


def test_every_owned_model_reads_and_writes_through_the_scope():
    for model in owned_models():
        for manager in (model._base_manager, model._default_manager, *model._meta.managers):
            assert "InScope" in repr(manager.all().query.where), (
                f"{model._meta.label}.{manager.name} is not narrowed"
            )
        assert not model._meta.many_to_many, f"{model._meta.label}: a table between two models has no tenant"


def test_no_model_leads_into_owned_rows_from_outside():
    """A join from Person or an application would not be narrowed: such relations are hidden ("+")."""
    for model in apps.get_models():
        is_owned = issubclass(model, TenantOwned)
        for field in model._meta.concrete_fields:
            if not field.is_relation:
                continue
            target_is_owned = issubclass(field.related_model, TenantOwned)
            if is_owned and not target_is_owned:
                assert field.remote_field.hidden, f"{field} can be joined from outside"
            assert is_owned or not target_is_owned, f"{field} leads into owned rows"


def test_every_model_with_a_tenant_is_owned_or_known_not_to_be():
    known = {"accounts.Membership", "accounts.AuditEvent"}
    with_tenant = {
        model._meta.label
        for model in apps.get_models()
        if any(field.name == "tenant" for field in model._meta.concrete_fields)
    }
    assert with_tenant - {model._meta.label for model in owned_models()} == known


def test_the_list_of_reasons_is_the_code():
    used = {reason for path in sources() for reason in reasons_in(path)}

    assert used <= UNSCOPED_REASONS.keys()
    assert all(UNSCOPED_REASONS.values())


def sources() -> list[Path]:
    return [path for part in OURS for path in (ROOT / part).rglob("*.py") if "migrations" not in path.parts]


def reasons_in(path: Path) -> list[str]:
    """The reasons of the calls of `unscoped` in a file. Anything but a literal reason fails here."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and _name_of(node.func) == "unscoped":
            assert len(node.args) == 1 and isinstance(node.args[0], ast.Constant), f"{path}:{node.lineno}"
            found.append(node.args[0].value)
    return found


def _name_of(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_nobody_goes_around_the_scope():
    """Names that would step past the manager stand in `accounts/scoping.py` only."""
    for path in sources():
        if path == ROOT / "accounts" / "scoping.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute):
                assert node.attr not in ("_raw_delete", "_insert", "_base_manager"), f"{path}:{node.lineno}"


def test_an_invitation_is_owned(corvane):
    with pytest.raises(NoScope):
        Invitation.objects.count()
