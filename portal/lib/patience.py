"""Work in the database that is given up when it takes too long, instead of keeping whoever asked waiting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled


class TookTooLong(Exception):
    """A statement was ended."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Each statement may take so long. Raises TookTooLong; what the block wrote before is taken back then."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{seconds * 1000:.0f}"])
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TookTooLong from error
        raise
