"""What the intake has kept goes into PostgreSQL, in batches, for as long as the process runs.

Entries are taken from the head of the stream and removed once they are committed; whoever is killed in between finds
them again, and stores each event once all the same. So two drainers do no harm, and nothing has to be claimed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from threading import Event

from django.db import DataError, IntegrityError, InterfaceError, OperationalError, connection
from django.utils import timezone
from redis.exceptions import RedisError

from portal.lib.broker import broker
from telephony.services import hook_secrets, live_calls
from telephony.services.hook_intake import STREAM, unpacked
from telephony.services.hook_secrets import Owner
from telephony.services.live_calls import Arrival

logger = logging.getLogger(__name__)
BATCH = 500
WAIT_MS = 1000
REST_S = 1.0  # after a server did not answer
PUBLISH_EVERY_S = 60
Entry = tuple[bytes, dict[bytes, bytes]]


def run(stopping: Event) -> None:
    """Drain until told to stop. Servers that are away are waited for."""
    published_at: datetime | None = None
    while not stopping.is_set():
        try:
            now = timezone.now()
            if published_at is None or (now - published_at).total_seconds() > PUBLISH_EVERY_S:
                hook_secrets.publish(now)
                published_at = now
            if not drain():
                broker().xread({STREAM: "0-0"}, count=1, block=WAIT_MS)
        except (OperationalError, InterfaceError, RedisError, OSError) as error:
            logger.warning("Events wait: %s", type(error).__name__)
            connection.close()
            published_at = None
            stopping.wait(REST_S)


def drain() -> int:
    """Store one batch; how many entries it had. Raises RedisError, OperationalError, InterfaceError: nothing is lost."""
    entries: Sequence[Entry] = broker().xrange(STREAM, count=BATCH)  # type: ignore[assignment]
    if not entries:
        return 0
    arrivals = list(_arrivals(entries))
    try:
        live_calls.take_in(arrivals)
    except (DataError, IntegrityError) as error:
        logger.error("A batch of events is stored one by one: %s", type(error).__name__)
        _one_by_one(arrivals)
    broker().xdel(STREAM, *(entry_id for entry_id, _fields in entries))
    return len(entries)


def _one_by_one(arrivals: Sequence[Arrival]) -> None:
    """So that one event which the database does not take keeps no other back."""
    for arrival in arrivals:
        try:
            live_calls.take_in([arrival])
        except (DataError, IntegrityError) as error:
            hook_id = arrival.owner and arrival.owner.hook_id
            logger.error("An event of hook %s is dropped: %s", hook_id, type(error).__name__)


def _arrivals(entries: Sequence[Entry]) -> Iterator[Arrival]:
    for entry_id, values in entries:
        milliseconds = int(entry_id.partition(b"-")[0])
        try:
            owner, event = Owner.parse(values[b"owner"].decode()), unpacked(values[b"event"])
        except (KeyError, ValueError, TypeError) as error:
            logger.error("An entry of the stream is no event: %s", type(error).__name__)
            continue
        yield Arrival(owner, event, datetime.fromtimestamp(milliseconds / 1000, UTC))
