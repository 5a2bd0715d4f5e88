"""What `/staff/` tells about each tenant beside its name. Other apps hand in how to count theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise

from accounts.models import Tenant
from accounts.scoping import tenants_scope


@dataclass(frozen=True, slots=True)
class Fact:
    """One cell of a tenant's row. `sort` orders rows by it; `tone` is empty where all is well."""

    text: str
    tone: Literal["", "warn", "bad"] = ""
    sort: float = 0


Teller = Callable[[Sequence[Tenant]], Mapping[int, Fact]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the staff page. `tell` answers for all tenants at once, by tenant id, in one or two queries."""

    key: str
    label: str | Promise
    tell: Teller
    is_number: bool = True


_columns: dict[str, Column] = {}


def add_column(column: Column) -> None:
    """Make a column known; called from an app's `ready()`."""
    _columns[column.key] = column


def columns() -> list[Column]:
    return list(_columns.values())


def facts_of(tenants: Sequence[Tenant]) -> list[tuple[Tenant, list[Fact | None]]]:
    """Every tenant with its cells, in the order of the columns; None where a column has nothing to say."""
    with tenants_scope(tenants):
        told = [column.tell(tenants) for column in columns()]
    return [(tenant, [answers.get(tenant.pk) for answers in told]) for tenant in tenants]
