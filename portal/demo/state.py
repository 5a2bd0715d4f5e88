"""What a start of the demo may skip: hashes of what the last start was made from, kept in the data folder."""

from __future__ import annotations

import hashlib
from pathlib import Path

import django
import redis
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.db import connection

from portal.embedded import CannotStart


class State:
    """Named hashes under `$DATA_DIR/state`."""

    def __init__(self) -> None:
        self.folder: Path = settings.DATA_DIR / "state"
        self.folder.mkdir(parents=True, exist_ok=True)

    def is_known(self, name: str) -> bool:
        return (self.folder / name).exists()

    def holds(self, name: str, value: str) -> bool:
        return self.is_known(name) and (self.folder / name).read_text() == value

    def keep(self, name: str, value: str) -> None:
        (self.folder / name).write_text(value)

    def forget(self, name: str) -> None:
        (self.folder / name).unlink(missing_ok=True)


def schema_hash() -> str:
    """Of the migrations of our apps: until the first release they are rewritten, not added to."""
    digest = hashlib.sha256(django.__version__.encode())
    for app in ("accounts", "telephony"):
        for path in sorted((settings.BASE_DIR / app / "migrations").glob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def static_hash() -> str:
    """Of names, sizes and times of every static file; building the icon sprite is part of listing them."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def empty_servers(owned: set[str]) -> None:
    """Remove every table and every key of the demo's own servers; `owned` holds the variables that name them.

    Raises CannotStart for a database that was given: it is not ours to empty.
    """
    if "DATABASE_URL" not in owned:
        raise CannotStart(
            "The schema has changed since this demo was made, and DATABASE_URL is given: "
            "empty that database yourself, or unset DATABASE_URL to use the demo's own."
        )
    with connection.cursor() as cursor:
        cursor.execute("drop schema public cascade; create schema public")
    connection.close()
    if "REDIS_URL" in owned:
        client = redis.Redis.from_url(settings.REDIS_URL)
        client.flushall()
        client.close()
