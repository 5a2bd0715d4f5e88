"""Every read, one for each way through the ORM, is tried three ways: without a scope (raises), in the scope (sees its
own), and in the other's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, Subquery

from accounts.scoping import (
    NoScope,
    tenant_scope,
)
from telephony.models import Connection, Entity

from .lines import names

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
