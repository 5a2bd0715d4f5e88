"""An event of a line taken in: one word with the broker, which lets it in, counts, and keeps it until it is drained.

Kept means that the broker has it in its stream, whose server writes an append-only file; without the broker the event
goes into PostgreSQL at once. Only without both is it refused.
"""

from __future__ import annotations

import json
import logging
from dataclasses import fields
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.utils import timezone
from redis.commands.core import Script
from redis.exceptions import RedisError

from portal.lib.broker import broker, own_broker
from telephony.providers.drafts import CallEventDraft
from telephony.services import hook_secrets, live_calls
from telephony.services.live_calls import Arrival

logger = logging.getLogger(__name__)
STREAM = "hooks:events"

# KEYS: table of secrets, stream, counters of the address, of its misses, of the secret
# ARGV: digest, event or "", most of an address, most misses, most of a secret, window in s, longest stream
_TAKE = """
local function is_over(key, most)
  local count = redis.call('INCR', key)
  if count == 1 then redis.call('EXPIRE', key, ARGV[6]) end
  return count > tonumber(most)
end
if is_over(KEYS[3], ARGV[3]) then return 'busy' end
local owner = redis.call('HGET', KEYS[1], ARGV[1])
if not owner then
  if redis.call('EXISTS', KEYS[1]) == 0 then return 'forgotten' end
  if is_over(KEYS[4], ARGV[4]) then return 'busy' end
  return 'unknown'
end
if is_over(KEYS[5], ARGV[5]) then return 'busy' end
if ARGV[2] == '' then return 'refused' end
if redis.call('XLEN', KEYS[2]) >= tonumber(ARGV[7]) then return 'full' end
redis.call('XADD', KEYS[2], '*', 'owner', owner, 'event', ARGV[2])
return 'taken'
"""


class Verdict(StrEnum):
    """What became of a request.

    refused  the secret is right and the event cannot be read; busy: too many came; full, broken: try again later
    """

    TAKEN = "taken"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    BUSY = "busy"
    FULL = "full"
    BROKEN = "broken"


def take(provider: str, secret: str, event: CallEventDraft | None, address: str) -> Verdict:
    """Take in an event, None for one that cannot be read. `address` is where it came from, for counting only."""
    digest = hook_secrets.digest_of(provider, secret)
    try:
        said = _ask(digest, event, address)
        if said == "forgotten":
            hook_secrets.publish()
            said = _ask(digest, event, address)
        return Verdict(said)
    except (RedisError, OSError) as error:
        logger.warning("The broker does not take an event: %s", type(error).__name__)
    except (DatabaseError, InterfaceError) as error:
        logger.warning("The secrets of lines are in neither store: %s", type(error).__name__)
        return Verdict.BROKEN
    return _take_without_broker(digest, event)


def _take_without_broker(digest: str, event: CallEventDraft | None) -> Verdict:
    now = timezone.now()
    try:
        owner = hook_secrets.find(digest, now)
        if owner is None:
            return Verdict.UNKNOWN
        if event is None:
            return Verdict.REFUSED
        live_calls.take_in([Arrival(owner, event, now)])
    except (DatabaseError, InterfaceError) as error:
        logger.warning("Neither broker nor database takes an event: %s", type(error).__name__)
        return Verdict.BROKEN
    return Verdict.TAKEN


def _ask(digest: str, event: CallEventDraft | None, address: str) -> str:
    keys = [
        hook_secrets.KNOWN,
        STREAM,
        f"hooks:from:{address}",
        f"hooks:missed:{address}",
        f"hooks:of:{digest}",
    ]
    limits = [
        settings.HOOK_MOST_OF_ADDRESS,
        settings.HOOK_MOST_MISSES,
        settings.HOOK_MOST_OF_SECRET,
        settings.HOOK_WINDOW_S,
        settings.HOOK_LONGEST_STREAM,
    ]
    text = packed(event) if event else ""
    said = _script(settings.REDIS_URL)(keys=keys, args=[digest, text, *limits], client=own_broker())
    return said.decode() if isinstance(said, bytes) else str(said)


@lru_cache(maxsize=4)
def _script(url: str) -> Script:
    return broker().register_script(_TAKE)


# ---- an event as the stream holds it ----

_NAMES = tuple(field.name for field in fields(CallEventDraft))
_encode = json.JSONEncoder(separators=(",", ":")).encode


def packed(event: CallEventDraft) -> str:
    # Not `asdict`, which copies each value deeply: a sixth of the time of a request.
    values = ((name, getattr(event, name)) for name in _NAMES)
    fields: dict[str, Any] = {name: value for name, value in values if value}
    if event.happened_at is not None:
        fields["happened_at"] = event.happened_at.timestamp()
    return _encode(fields)


def unpacked(text: str | bytes) -> CallEventDraft:
    """Raises ValueError, TypeError or KeyError for what is no event of ours."""
    fields: dict[str, Any] = {"other": "", **json.loads(text)}
    if "happened_at" in fields:
        fields["happened_at"] = datetime.fromtimestamp(fields["happened_at"], UTC)
    return CallEventDraft(**fields)
