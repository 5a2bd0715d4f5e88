"""A database that took minutes to fill, kept between runs beside the real one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import connection as database

LABELS = ("accounts", "portal", "telephony")


def fingerprint(sources: Sequence[Path]) -> str:
    """Of the migrations and of what else decides what is in the database: where one of them changed, it is filled anew."""
    migrations = [Path(apps.get_app_config(label).path, "migrations").glob("*.py") for label in LABELS]
    found = hashlib.sha256()
    for path in sorted(path for some in (*migrations, sources) for path in some):
        found.update(path.read_bytes())
    return found.hexdigest()[:12]


@contextmanager
def kept_database(prefix: str, mark: str, fill: Callable[[], None]) -> Iterator[None]:
    """Work in the database of this prefix and fingerprint, which `fill` filled now or in an earlier run.

    It gets its name when it is whole; those of other fingerprints, and one whose filling was interrupted, are dropped.
    """
    name, unfinished = f"{prefix}_{mark}", f"{prefix}_unfinished"
    with database.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{prefix}\\_%"])
        found = {one for (one,) in cursor.fetchall()}
        for stale in found - {name}:
            cursor.execute(f'DROP DATABASE "{stale}" WITH (FORCE)')
        if name not in found:
            cursor.execute(f'CREATE DATABASE "{unfinished}" TEMPLATE template0')
    if name not in found:
        with _inside(unfinished):
            call_command("migrate", verbosity=0)
            fill()
        with database.cursor() as cursor:
            cursor.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')
    with _inside(name):
        yield


@contextmanager
def _inside(name: str) -> Iterator[None]:
    before = database.settings_dict["NAME"]
    database.close()
    database.settings_dict["NAME"] = name
    try:
        yield
    finally:
        database.close()
        database.settings_dict["NAME"] = before
