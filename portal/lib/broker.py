"""The broker as plain Redis: what must be kept and may not wait for PostgreSQL goes through it.

Its server keeps an append-only file: what it has answered is there again after a crash.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Any

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


def own_broker() -> Redis:
    """The same over one connection of this thread: for who asks so often that the pool and its checks cost more."""
    url = settings.REDIS_URL
    if getattr(_own, "url", None) != url:
        _own.url, _own.client = url, _made(url, single_connection_client=True)
    client: Redis = _own.client
    return client


_own = threading.local()


@lru_cache(maxsize=4)
def _client(url: str) -> Redis:
    return _made(url)


def _made(url: str, **options: Any) -> Redis:
    # Once more at once: a connection that was kept does not survive its server.
    return Redis.from_url(
        url,
        socket_connect_timeout=CONNECT_S,
        socket_timeout=ANSWER_S,
        retry=Retry(NoBackoff(), 1),
        retry_on_error=[BrokenConnection, TimedOut],
        **options,
    )
