"""The secrets by which lines send their events: made, rotated, and known to the broker, so that they are let in while
PostgreSQL is down.

The broker holds, by the keyed hash of each valid secret, whose it is: "tenant:hook:current". PostgreSQL is the truth;
the table is written anew whenever it is missing, and once a minute.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from accounts.scoping import unscoped
from portal.lib.broker import broker
from portal.lib.secrets import Secret, keyed_hash, seal, unseal
from telephony.models import Connection, Entity, LineHook

KNOWN = "hooks:known"
FIELD = "LineHook.secret"
BYTES = 20  # as hex digits: an underscore could become part of a keyword
CURRENT, PREVIOUS = "current", "previous"
OVERLAP = timedelta(days=7)
_NOBODY = "-"  # a table without any secret is there all the same


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose secret it is, and which of the two that a hook may have."""

    tenant_id: int
    hook_id: int
    which: str

    def __str__(self) -> str:
        return f"{self.tenant_id}:{self.hook_id}:{self.which}"

    @classmethod
    def parse(cls, text: str) -> Owner:
        tenant_id, hook_id, which = text.split(":")
        return cls(int(tenant_id), int(hook_id), which)


def digest_of(provider: str, secret: str | Secret) -> str:
    text = secret.reveal() if isinstance(secret, Secret) else secret
    return keyed_hash(f"hook:{provider}:{text}")


def make(connection: Connection, line: Entity) -> LineHook:
    """The hook of a line, made where it has none. Whoever makes several calls `publish` once."""
    found = LineHook.objects.filter(line=line).first()
    if found is not None:
        return found
    sealed, digest = _fresh(connection)
    return LineHook.objects.create(connection=connection, line=line, secret_sealed=sealed, digest=digest)


def rotate(hook: LineHook, now: datetime) -> None:
    """A new secret; the one before stays valid for a week, or until `end_previous`."""
    hook.previous_sealed, hook.previous_digest = hook.secret_sealed, hook.digest
    hook.previous_until, hook.previous_used_at, hook.rotated_at = now + OVERLAP, None, now
    hook.secret_sealed, hook.digest = _fresh(hook.connection)
    hook.save()


def end_previous(hook: LineHook) -> None:
    hook.previous_sealed = hook.previous_digest = ""
    hook.previous_until = None
    hook.save()


def forget(hook: LineHook) -> None:
    """The address of the line is known no more. Raises RedisError where the broker cannot be told."""
    broker().hdel(KNOWN, hook.digest, *([hook.previous_digest] if hook.previous_digest else []))
    hook.delete()


def secret_of(hook: LineHook, which: str = CURRENT) -> Secret:
    """Raises Unreadable."""
    sealed = hook.secret_sealed if which == CURRENT else hook.previous_sealed
    return unseal(hook.tenant_id, FIELD, sealed)


def url_of(hook: LineHook, which: str = CURRENT) -> str:
    """The whole address as it is set at the provider, secret and keywords in it."""
    declared = hook.connection.declaration
    assert declared.notifications is not None
    secret = secret_of(hook, which).reveal()
    return f"{settings.PUBLIC_URL}/hooks/{declared.id}/{secret}/?{declared.notifications.query}"


def publish(now: datetime | None = None) -> None:
    """Let the broker know every valid secret, and no other. Raises RedisError.

    What others add meanwhile stays: only what stood there before is taken away.
    """
    before = {name.decode() if isinstance(name, bytes) else name for name in broker().hkeys(KNOWN)}
    table = {_NOBODY: ""}
    for digest, owner in _valid(now or timezone.now()):
        table[digest] = str(owner)
    with broker().pipeline(transaction=True) as pipe:
        pipe.hset(KNOWN, mapping=table)  # type: ignore[arg-type]
        if gone := before - table.keys():
            pipe.hdel(KNOWN, *gone)
        pipe.execute()


def find(digest: str, now: datetime) -> Owner | None:
    """Whose secret it is, by PostgreSQL: for when the broker does not answer."""
    with unscoped("hook"):
        for column, which in (("digest", CURRENT), ("previous_digest", PREVIOUS)):
            row = LineHook.objects.filter(**{column: digest}, connection__unlinked_at=None).first()
            if row is not None and (which == CURRENT or _is_still_valid(row.previous_until, now)):
                return Owner(row.tenant_id, row.pk, which)
    return None


def _valid(now: datetime) -> Iterator[tuple[str, Owner]]:
    with unscoped("hook"):
        rows = LineHook.objects.filter(connection__unlinked_at=None).values_list(
            "tenant_id", "pk", "digest", "previous_digest", "previous_until"
        )
        for tenant_id, pk, digest, previous, until in rows:
            yield digest, Owner(tenant_id, pk, CURRENT)
            if previous and _is_still_valid(until, now):
                yield previous, Owner(tenant_id, pk, PREVIOUS)


def _is_still_valid(until: datetime | None, now: datetime) -> bool:
    return until is not None and until > now


def _fresh(connection: Connection) -> tuple[str, str]:
    """A new secret: sealed, and its hash."""
    secret = secrets.token_hex(BYTES)
    return seal(connection.tenant_id, FIELD, secret), digest_of(connection.provider, secret)
