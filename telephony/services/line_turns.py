"""Whose turn it is on a line that rests after each act: a queue of those who wait before their screens.

It stands on the broker, for all processes together. Who waits asks again and again; who stops asking has left, so that
no telephone rings for a page that was closed.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from redis.exceptions import RedisError

from portal.lib.broker import broker

logger = logging.getLogger(__name__)
LEFT_AFTER_S = 5.0

# KEYS waiting (tickets by arrival), seen (tickets by when they last asked), free (when the line may act again)
# ARGV ticket, now, seconds the line rests, seconds after which a ticket has left
# -> -1 where the ticket's turn has come, else how many are before it
_TAKE = """
local waiting, seen, free = KEYS[1], KEYS[2], KEYS[3]
local ticket, now, rests, left = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', seen, '-inf', now - left)) do
  redis.call('ZREM', seen, gone)
  redis.call('ZREM', waiting, gone)
end
redis.call('ZADD', waiting, 'NX', now, ticket)
redis.call('ZADD', seen, now, ticket)
local before = redis.call('ZRANK', waiting, ticket)
if before == 0 and now >= tonumber(redis.call('GET', free) or '0') then
  redis.call('ZREM', waiting, ticket)
  redis.call('ZREM', seen, ticket)
  redis.call('SET', free, now + rests, 'PX', math.ceil(rests * 1000))
  before = -1
end
redis.call('EXPIRE', waiting, 60)
redis.call('EXPIRE', seen, 60)
return before
"""


@dataclass(frozen=True)
class Turn:
    """Whether it may be done now; else how many are `before`, who were asked for earlier."""

    is_now: bool
    before: int = 0


NOW = Turn(is_now=True)


def take(line: str, ticket: str, rests_s: float, *, clock: Callable[[], float] = time.time) -> Turn:
    """The turn of a ticket on a line; asked again with the same ticket it keeps its place.

    Without the broker nobody waits: the provider's refusal is then what is told.
    """
    keys = [f"line-turns:{line}:{part}" for part in ("waiting", "seen", "free")]
    try:
        before = broker().eval(_TAKE, len(keys), *keys, ticket, clock(), rests_s, LEFT_AFTER_S)
    except (RedisError, OSError) as error:
        logger.warning("Turns on lines are not kept: %s", type(error).__name__)
        return NOW
    return NOW if int(before) < 0 else Turn(is_now=False, before=int(before))
