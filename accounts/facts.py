"""What `/staff/` tells about each tenant beside its name. Other apps hand in how to count theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Tenant
from accounts.scoping import tenants_scope
from portal.ui import formats


@dataclass(frozen=True, slots=True)
class Fact:
    """One cell of a tenant's row. `tone` is empty where all is well; `number` is what the text says, for a file."""

    text: str
    tone: Literal["", "warn", "bad"] = ""
    number: int | None = None


Teller = Callable[[Sequence[Tenant]], Mapping[int, Fact]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the staff page. `tell` answers for all tenants at once, by tenant id, in one or two queries.

    is_count   its facts are whole numbers, which a file has as such; else it has their words
    """

    key: str
    label: str | Promise
    tell: Teller
    is_count: bool = True


_columns: dict[str, Column] = {}


def add_column(column: Column) -> None:
    """Make a column known; called from an app's `ready()`."""
    _columns[column.key] = column


def columns() -> list[Column]:
    return list(_columns.values())


def facts_of(tenants: Sequence[Tenant]) -> Mapping[int, Mapping[str, Fact]]:
    """By tenant id what each column, by its key, tells; a column with nothing to say is not there."""
    with tenants_scope(tenants):
        told = {column.key: column.tell(tenants) for column in columns()}
    return {
        tenant.pk: {key: facts[tenant.pk] for key, facts in told.items() if tenant.pk in facts}
        for tenant in tenants
    }


def register() -> None:
    """Our own column; called once, when the app is ready."""
    add_column(Column("people", _("People"), people))


def people(tenants: Sequence[Tenant]) -> Mapping[int, Fact]:
    """How many members there are, nobody as well."""
    rows = Membership.objects.filter(tenant__in=[tenant.pk for tenant in tenants]).values("tenant_id")
    counts = {row["tenant_id"]: row["count"] for row in rows.order_by().annotate(count=Count("pk"))}
    found = {tenant.pk: counts.get(tenant.pk, 0) for tenant in tenants}
    return {pk: Fact(formats.count(count), number=count) for pk, count in found.items()}
