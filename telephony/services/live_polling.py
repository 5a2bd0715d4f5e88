"""Running calls of providers that do not tell of them: read every few seconds, while somebody watches.

What a reading shows that the last did not becomes events as if they had been notified, so that one fold makes the state of
both. Who watches is noted in the broker; nobody does, nothing is asked. A reading counts against the connection's quota as
work of ours, which leaves room for people.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from datetime import datetime, timedelta
from threading import Event

from django.db import DatabaseError, InterfaceError, transaction
from django.db import connection as database
from django.utils import timezone
from redis.exceptions import RedisError

from accounts.scoping import tenant_scope, unscoped
from portal.lib.broker import broker
from portal.lib.errors import ProviderError, RateLimited
from telephony.models import CallEvent, Connection, LiveFeed
from telephony.providers.drafts import CallEventDraft
from telephony.services import access, live_calls, request_log
from telephony.services.live_calls import Arrival

logger = logging.getLogger(__name__)
WATCHED = "live-watched"  # tenant ids, by when somebody last watched
WATCHED_FOR_S = 45.0  # longer than a stream's beat
LOOK_EVERY_S = 1.0
AT_ONCE = 4
DEADLINE_S = 5.0
REST_AFTER_FAULT_S = 15
LULL = timedelta(seconds=60)  # after so long without a reading, what it lacks ended nobody knows when


# ---- who watches ----


def note_watched(tenant_id: int) -> None:
    """Somebody looks at the calls of a tenant: now, and for a while. Without the broker they are not read."""
    try:
        broker().zadd(WATCHED, {str(tenant_id): time.time()})
    except (RedisError, OSError) as error:
        logger.warning("That calls are watched is not noted: %s", type(error).__name__)


def watched() -> list[int]:
    """Tenants whose calls somebody looks at. Raises RedisError."""
    since = time.time() - WATCHED_FOR_S
    broker().zremrangebyscore(WATCHED, "-inf", f"({since}")
    found: list[bytes] = broker().zrange(WATCHED, 0, -1)  # type: ignore[assignment]
    return [int(one) for one in found]


# ---- reading ----


def run(stopping: Event) -> None:
    """Read what is due, until told to stop. Servers that are away are waited for."""
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="live-polling") as pool:
        while not stopping.wait(LOOK_EVERY_S):
            try:
                list(pool.map(_read_apart, due()))
            except (DatabaseError, InterfaceError, RedisError, OSError) as error:
                logger.warning("Running calls are not read: %s", type(error).__name__)
            database.close()


def due() -> list[Connection]:
    """Connections to be read now; each is given to one asker, once in `Running.every_s`. Raises RedisError."""
    tenants = watched()
    if not tenants:
        return []
    with unscoped("dispatch"):
        rows = Connection.objects.filter(tenant__in=tenants, unlinked_at=None).select_related("credential")
        known = [one for one in rows if is_read(one)]
    return [one for one in known if _claim(one)]


def is_read(connection: Connection) -> bool:
    """Whether its running calls can be read."""
    return connection.declaration.running is not None and connection.can("calls.live")


def _claim(connection: Connection) -> bool:
    running = connection.declaration.running
    return running is not None and bool(broker().set(_turn(connection), 1, nx=True, ex=running.every_s))


def _turn(connection: Connection) -> str:
    return f"live-read:{connection.pk}"


def _read_apart(connection: Connection) -> None:
    """In a thread of its own."""
    try:
        with tenant_scope(connection.tenant_id):
            read(connection)
        request_log.flush()
    finally:
        database.close()


def read(connection: Connection) -> None:
    """One reading, in the tenant's scope. A fault is noted, said on boards, and waited after."""
    running = connection.declaration.running
    assert running is not None
    try:
        client = access.client_of(connection, deadline_s=DEADLINE_S)
        seen = running.events(client.call(running.operation, {}).items)
    except ProviderError as error:
        _note_fault(connection, error)
        return
    now = timezone.now()
    with transaction.atomic():
        feed = live_calls.held_feed(connection)
        is_anew = feed.failing_since is not None or feed.read_at is None or now - feed.read_at > LULL
        if is_anew:
            feed.unseen = {}
            _lose_unseen(connection, seen)
        ended = _ended(connection, feed, seen, now)
        steps = [*_dated(connection, seen), *ended]
        new = live_calls.keep(connection, [Arrival(None, step, now) for step in steps])
        feed.last_event_at = now if new else feed.last_event_at
        feed.read_at, feed.failing_since = now, None
        feed.save(update_fields=["last_event_at", "read_at", "failing_since", "unseen"])
    if new or is_anew:
        live_calls.tell(connection.tenant_id)


def _note_fault(connection: Connection, error: ProviderError) -> None:
    asked_s = error.retry_after_s if isinstance(error, RateLimited) else 0.0
    broker().set(_turn(connection), 1, ex=round(max(REST_AFTER_FAULT_S, asked_s)))
    with transaction.atomic():
        feed = live_calls.held_feed(connection)
        is_first = feed.failing_since is None
        if is_first:
            feed.failing_since = timezone.now()
            feed.save(update_fields=["failing_since"])
    if is_first:
        logger.warning("Running calls of connection %s are not read: %s", connection.pk, type(error).__name__)
        live_calls.tell(connection.tenant_id)


def _dated(connection: Connection, seen: Sequence[CallEventDraft]) -> Iterable[CallEventDraft]:
    """Of a leg that is seen first when it was answered already, the answer is dated at its beginning."""
    named = {step.dialogue for step in seen}
    stored = CallEvent.objects.filter(connection=connection, dialogue__in=named)
    known = set(stored.values_list("dialogue", flat=True))
    began = {step.dialogue: step.happened_at for step in seen if step.kind == "setup"}
    for step in seen:
        is_late = step.kind == "connect" and step.dialogue not in known
        yield replace(step, happened_at=began.get(step.dialogue)) if is_late else step


def _lose_unseen(connection: Connection, seen: Sequence[CallEventDraft]) -> None:
    named = CallEvent.objects.filter(dialogue__in={step.dialogue for step in seen}).values("call")
    live_calls.lose(live_calls.open_calls(connection).exclude(pk__in=named.filter(call__isnull=False)))


def _ended(
    connection: Connection, feed: LiveFeed, seen: Sequence[CallEventDraft], now: datetime
) -> list[CallEventDraft]:
    """Ends of legs that two readings lacked: the switch gathers its list from several servers, and one may be late."""
    open_legs = CallEvent.objects.filter(call__in=live_calls.open_calls(connection))
    released = set(open_legs.filter(kind=CallEvent.Kind.RELEASE).values_list("dialogue", flat=True))
    there = {step.dialogue for step in seen} | released
    gone = [step for step in open_legs.filter(kind=CallEvent.Kind.SETUP) if step.dialogue not in there]
    before, feed.unseen = feed.unseen, {step.dialogue: now.isoformat() for step in gone}
    ends = []
    for step in gone:
        if step.dialogue in before:
            values = {field.name: getattr(step, field.name) for field in fields(CallEventDraft)}
            at = datetime.fromisoformat(before[step.dialogue])
            ends.append(CallEventDraft(**{**values, "kind": "release", "happened_at": at}))
    return ends
