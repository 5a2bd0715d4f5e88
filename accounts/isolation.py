"""Proof by SQL that no row points to another tenant's row: after the test suite, and nightly.

One of the named modules with SQL of its own; it reads all tenants and returns no content, only keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from accounts.scoping import owned_models, parent_fields

SAMPLE = 5


@dataclass(frozen=True, slots=True)
class Leak:
    """A foreign key whose two sides belong to different tenants: how often, and the keys of some rows, one that is of
    several columns with slashes.
    """

    field: str
    count: int
    sample: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.field}: {self.count} rows of another tenant, as {', '.join(self.sample)}"


def leaks() -> list[Leak]:
    """Every foreign key between tenant-owned tables that some row breaks; empty where all is well.

    A `SharedForeignKey` is exempt.
    """
    return [
        leak for model in owned_models() for field in parent_fields(model) if (leak := _leak(model, field))
    ]


def _leak(model: type[models.Model], field: models.ForeignKey) -> Leak | None:
    parent = field.related_model
    assert isinstance(parent, type)
    quote: Any = connection.ops.quote_name
    key = ", ".join(f"child.{quote(one.column)}" for one in model._meta.pk_fields)
    # Table and column names are those of our own models; nothing in this text comes from outside.
    sql = (
        f"SELECT concat_ws('/', {key}), count(*) OVER ()"
        f" FROM {quote(model._meta.db_table)} child"
        f" JOIN {quote(parent._meta.db_table)} parent"
        f" ON parent.{quote(field.target_field.column)} = child.{quote(field.column)}"
        f" WHERE child.tenant_id <> parent.tenant_id ORDER BY 1 LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [SAMPLE])
        rows = cursor.fetchall()
    return Leak(str(field), rows[0][1], tuple(row[0] for row in rows)) if rows else None
