"""Tenant scope: which tenant's rows the running code may see and write.

Every tenant-owned model inherits from `TenantOwned`. Its manager adds one condition whose value is
read when SQL is compiled, so that whatever the queryset went through, it narrows to the scope of the
moment it runs, or raises `NoScope`. Writes take the tenant from the scope and refuse another.

`UNSCOPED_REASONS` is the one list of reasons for which code may look over all tenants; a test
compares it with the calls of `unscoped`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from functools import cache
from typing import Any, ParamSpec, TypeVar

from django.apps import apps
from django.db import models
from django.db.models.expressions import Expression
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from django.db.models.sql import Query

P = ParamSpec("P")
T = TypeVar("T")

UNSCOPED_REASONS = {
    "dispatch": "the dispatcher looks for due work of all tenants and hands out ids",
    "credential": "one credential may serve connections of several tenants: its state, scopes, quota and breaker are read "
    "beside them; only services/access.py opens its secrets",
    "membership": "a person's own memberships and invitations decide which scope may be opened",
    "command": "a management command finds the tenant by its slug or the connection's",
    "check": "check_isolation compares both sides of every foreign key by SQL",
    "staff": "platform staff see all tenants side by side",
    "oauth": "the OAuth callback finds its attempt by the state before it knows the tenant",
    "hook": "an event of a call tells its tenant by the secret that it came with",
    "demo": "the demo makes its tenants",
    "bench": "the benchmark watches the work of all the tenants that it made",
}


class NoScope(RuntimeError):
    """A tenant-owned table was asked for outside `tenant_scope`."""


class ForeignTenant(RuntimeError):
    """A row of another tenant was about to be written, or a scope of another tenant opened inside one."""


@dataclass(frozen=True, slots=True)
class Scope:
    """`tenant_ids` None means all tenants; `may_write` is False for staff overviews."""

    tenant_ids: frozenset[int] | None
    may_write: bool = True
    reason: str = ""


_scope: ContextVar[Scope | None] = ContextVar("tenant_scope", default=None)


def current_scope() -> Scope | None:
    return _scope.get()


def current_tenant_id() -> int:
    """The one tenant of the scope. Raises NoScope where there is none, or more than one."""
    scope = _required()
    if scope.tenant_ids is None or len(scope.tenant_ids) != 1:
        raise NoScope("this needs the scope of one tenant")
    return next(iter(scope.tenant_ids))


@contextmanager
def tenant_scope(tenant: Any, *, reason: str = "") -> Iterator[None]:
    """Narrow everything inside to one tenant (a Tenant or its id).

    Inside the scope of another tenant this raises, unless `reason` says why it is right. Inside a read-only
    scope it stays read only.
    """
    tenant_id = getattr(tenant, "pk", tenant)
    if tenant_id is None:
        raise NoScope("a tenant that is not stored has no scope")
    outer = _scope.get()
    if not reason:
        _refuse_widening(outer, frozenset([tenant_id]))
    may_write = outer is None or outer.may_write
    with _opened(Scope(frozenset([tenant_id]), may_write=may_write, reason=reason)):
        yield


@contextmanager
def tenants_scope(tenants: Iterable[Any]) -> Iterator[None]:
    """Narrow reads to several tenants; nothing can be written."""
    ids = frozenset(getattr(tenant, "pk", tenant) for tenant in tenants)
    _refuse_widening(_scope.get(), ids)
    with _opened(Scope(ids, may_write=False)):
        yield


def _refuse_widening(outer: Scope | None, tenant_ids: frozenset[int]) -> None:
    if outer and outer.tenant_ids is not None and not tenant_ids <= outer.tenant_ids:
        raise ForeignTenant("a scope of another tenant is open")


@contextmanager
def unscoped(reason: str) -> Iterator[None]:
    """See all tenants, for one of the reasons in UNSCOPED_REASONS."""
    if reason not in UNSCOPED_REASONS:
        raise NoScope(f"{reason!r} is no reason to see all tenants")
    with _opened(Scope(None, reason=reason)):
        yield


@contextmanager
def _opened(scope: Scope) -> Iterator[None]:
    token = _scope.set(scope)
    try:
        yield
    finally:
        _scope.reset(token)


def _required() -> Scope:
    scope = _scope.get()
    if scope is None:
        raise NoScope("open tenant_scope(tenant) first")
    return scope


class InScope(Expression):
    """The condition "this row's tenant is in the scope", decided when SQL is compiled."""

    conditional = True
    output_field = models.BooleanField()

    def __init__(self, tenant: Any = None) -> None:
        super().__init__(output_field=models.BooleanField())
        self.tenant = tenant if tenant is not None else models.F("tenant_id")

    def get_source_expressions(self) -> list[Any]:
        return [self.tenant]

    def set_source_expressions(self, expressions: Sequence[Any]) -> None:
        (self.tenant,) = expressions

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        scope = _required()
        column, params = compiler.compile(self.tenant)
        if scope.tenant_ids is None:
            return "TRUE", []
        if len(scope.tenant_ids) == 1:
            return f"{column} = %s", [*params, *scope.tenant_ids]
        return f"{column} = ANY(%s)", [*params, sorted(scope.tenant_ids)]


class TenantQuerySet(models.QuerySet):
    """Reads are narrowed by `InScope`; what is written is settled here first."""

    def _insert(self, objs: Sequence[models.Model], fields: Any, **kwargs: Any) -> Any:
        _settle_tenants(objs)
        return super()._insert(objs, fields, **kwargs)  # type: ignore[misc]

    _insert.alters_data = True  # type: ignore[attr-defined]
    _insert.queryset_only = False  # type: ignore[attr-defined]

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
        """As Django's; a conflict may only update a row that is found by its tenant among other fields."""
        if kwargs.get("update_conflicts"):
            if {"tenant", "tenant_id"}.isdisjoint(kwargs.get("unique_fields") or ()):
                raise ForeignTenant("a conflict is looked for among the rows of one tenant")
            if not {"tenant", "tenant_id"}.isdisjoint(kwargs.get("update_fields") or ()):
                raise ForeignTenant("the tenant of a row never changes")
        rows = list(objs)
        _settle_tenants(rows)  # before Django opens its transaction, which a refusal inside would break
        return super().bulk_create(rows, *args, **kwargs)

    bulk_create.alters_data = True  # type: ignore[attr-defined]

    def bulk_update(self, objs: Iterable[Any], fields: Iterable[str], **kwargs: Any) -> int:  # type: ignore[override]
        rows = list(objs)
        _settle_tenants(rows, fields)
        return super().bulk_update(rows, fields, **kwargs)

    bulk_update.alters_data = True  # type: ignore[attr-defined]

    def update(self, **kwargs: Any) -> int:
        scope = _refuse_read_only()
        if "tenant" in kwargs or "tenant_id" in kwargs:
            raise ForeignTenant("the tenant of a row never changes")
        _refuse_foreign_values(self.model, kwargs, scope)
        return super().update(**kwargs)

    update.alters_data = True  # type: ignore[attr-defined]

    def _update(self, values: Any) -> int:
        _refuse_read_only()
        return super()._update(values)  # type: ignore[misc]

    _update.alters_data = True  # type: ignore[attr-defined]
    _update.queryset_only = False  # type: ignore[attr-defined]

    def delete(self) -> tuple[int, dict[str, int]]:
        _refuse_read_only()
        return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def _raw_delete(self, using: str | None) -> int:
        _refuse_read_only()
        return super()._raw_delete(using)

    _raw_delete.alters_data = True  # type: ignore[attr-defined]

    def raw(self, *args: Any, **kwargs: Any) -> Any:
        raise NoScope("raw SQL is not narrowed; it lives in named modules with the tenant as a parameter")


class TenantManager(models.Manager.from_queryset(TenantQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> TenantQuerySet:
        return self._queryset_class(self.model, _narrowed(self.model).chain(), self._db, self._hints)


@cache
def _narrowed(model: type[models.Model]) -> Query:
    """All rows of the scope as a query, made once a model: which scope is read when SQL is compiled."""
    return models.QuerySet(model).filter(InScope()).query


class SharedParent(ForwardManyToOneDescriptor):
    """Reads the parent of a row that one may see, whoever owns the parent: it comes with its row, joined or not."""

    def get_queryset(self, **hints: Any) -> models.QuerySet:
        _required()
        return models.QuerySet(self.field.related_model, hints=hints)


class SharedForeignKey(models.ForeignKey):
    """A foreign key that may point to another tenant's row, with good reason.

    Only reading along the key is free: queries of the other model stay narrowed, and its rows are written in their
    owner's scope alone.
    """

    forward_related_accessor_class = SharedParent


class TenantOwned(models.Model):
    """A row that belongs to one tenant. Its `tenant` is filled from the scope when it is left out."""

    tenant = models.ForeignKey("accounts.Tenant", on_delete=models.CASCADE, related_name="+", editable=False)

    objects = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        _settle_tenants([self], kwargs.get("update_fields"))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        _settle_tenants([self], ())
        self._refuse_tampered_tenant()
        return super().delete(*args, **kwargs)

    def _refuse_tampered_tenant(self) -> None:
        """Deletion of one instance goes by its primary key alone: look the row up in the scope first."""
        if not type(self)._base_manager.filter(pk=self.pk).exists():
            raise ForeignTenant(f"{self._meta.label} is not in the scope")


def carrying_scope(function: Callable[P, T]) -> Callable[P, T]:
    """The function, bound to the scope of now: for thread pools, whose threads begin without one."""
    context = copy_context()

    def carried(*args: P.args, **kwargs: P.kwargs) -> T:
        return context.copy().run(function, *args, **kwargs)

    return carried


def owned_models() -> list[type[TenantOwned]]:
    """Every concrete model whose rows belong to a tenant."""
    return [model for model in apps.get_models() if issubclass(model, TenantOwned)]


def parent_fields(model: type[models.Model]) -> list[Any]:
    """The foreign keys of a model whose target must be a row of the same tenant."""
    return [
        field
        for field in model._meta.concrete_fields
        if field.is_relation
        and isinstance(field.related_model, type)
        and issubclass(field.related_model, TenantOwned)
        and not isinstance(field, SharedForeignKey)
    ]


def _refuse_read_only() -> Scope:
    scope = _required()
    if not scope.may_write:
        raise NoScope("a scope over several tenants is read only")
    return scope


def _settle_tenants(rows: Sequence[models.Model], written: Iterable[str] | None = None) -> None:
    """Give rows without a tenant the scope's, refuse rows and parents of another.

    written   names of the fields that are written, all where None: only their parents need a look
    """
    scope = _refuse_read_only()
    for row in rows:
        if row.tenant_id is None:  # type: ignore[attr-defined]
            row.tenant_id = current_tenant_id()  # type: ignore[attr-defined]
        elif scope.tenant_ids is not None and row.tenant_id not in scope.tenant_ids:  # type: ignore[attr-defined]
            raise ForeignTenant(f"{row._meta.label} of another tenant")
    if rows:
        for field in parent_fields(type(rows[0])):
            if written is None or not {field.name, field.attname}.isdisjoint(written):
                _refuse_foreign_parents(rows, field)


def _refuse_foreign_parents(rows: Sequence[models.Model], field: Any) -> None:
    unknown: dict[int, set[Any]] = {}
    for row in rows:
        parent_id = getattr(row, field.attname)
        parent = field.get_cached_value(row, default=None)
        if parent_id is None:
            continue
        if parent is not None and parent.pk == parent_id and not parent._state.adding:
            if parent.tenant_id != row.tenant_id:  # type: ignore[attr-defined]
                raise ForeignTenant(f"{field} points to another tenant's row")
        else:
            unknown.setdefault(row.tenant_id, set()).add(parent_id)  # type: ignore[attr-defined]
    for tenant_id, parent_ids in unknown.items():
        parents = field.related_model._base_manager.filter(tenant_id=tenant_id, pk__in=parent_ids)
        if parents.count() != len(parent_ids):
            raise ForeignTenant(f"{field} points to another tenant's row")


def _refuse_foreign_values(model: type[models.Model], values: Mapping[str, Any], scope: Scope) -> None:
    """For `update(parent=...)`: the new parent is in the scope. Expressions read what is narrowed anyway."""
    for field in parent_fields(model):
        for name in {field.name, field.attname} & values.keys():
            value = values[name]
            if value is None or hasattr(value, "resolve_expression"):
                continue
            if scope.tenant_ids is None or not _is_in(scope.tenant_ids, field, value):
                raise ForeignTenant(f"{field} would point to another tenant's row")


def _is_in(tenant_ids: frozenset[int], field: Any, value: Any) -> bool:
    """Whether a parent, or the row of that id, belongs to one of these tenants; of a stored row its tenant is known."""
    if isinstance(value, models.Model) and value.pk is not None and not value._state.adding:
        return value.tenant_id in tenant_ids  # type: ignore[attr-defined]
    parents = field.related_model._base_manager.filter(pk=getattr(value, "pk", value))
    return bool(parents.exists())
