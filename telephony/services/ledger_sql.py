"""The raw SQL behind `ledger.save_all`: many rows of one model, each with values of its own, in one statement.

Django's way to it is a CASE with a branch for each row in each field, which takes longer to write than to run.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection as database

from telephony.models.leased import Leased


def write_fenced(rows: Sequence[Leased], names: Sequence[str], tenant_id: int) -> set[int]:
    """Write these fields of rows of a tenant as they stand in memory; the ids of those whose fence is still that of the row.

    Rows that others write at this moment are waited for, and then judged as those left them.
    """
    meta = type(rows[0])._meta
    by_name = {field.name: field for field in meta.concrete_fields}
    fields = [by_name[name] for name in ("id", "fence", *names)]
    columns = [database.ops.quote_name(field.attname) for field in fields]
    arrays = ", ".join(f"%s::{field.db_type(database)}[]" for field in fields)
    values = [
        [field.get_db_prep_save(getattr(row, field.attname), database) for row in rows] for field in fields
    ]
    written = ", ".join(f"{column} = new.{column}" for column in columns[2:])
    with database.cursor() as cursor:
        cursor.execute(
            f"UPDATE {database.ops.quote_name(meta.db_table)} AS held SET {written}"
            f" FROM unnest({arrays}) AS new ({', '.join(columns)})"
            " WHERE held.id = new.id AND held.fence = new.fence AND held.tenant_id = %s RETURNING held.id",
            [*values, tenant_id],
        )
        return {row_id for (row_id,) in cursor.fetchall()}
