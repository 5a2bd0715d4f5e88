"""The broker as plain Redis: what must be kept and may not wait for PostgreSQL goes through it.

Its server keeps an append-only file: what it has answered is there again after a crash.
"""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as BrokenConnection
from redis.exceptions import TimeoutError as TimedOut
from redis.retry import Retry

CONNECT_S, ANSWER_S = 0.5, 2.0


def broker() -> Redis:
    """The process's client; raises RedisError within seconds where the server is gone. Threads and forks may share it."""
    return _client(settings.REDIS_URL)


@lru_cache(maxsize=4)
def _client(url: str) -> Redis:
    # Once more at once: a connection that was kept does not survive its server.
    return Redis.from_url(
        url,
        socket_connect_timeout=CONNECT_S,
        socket_timeout=ANSWER_S,
        retry=Retry(NoBackoff(), 1),
        retry_on_error=[BrokenConnection, TimedOut],
    )
