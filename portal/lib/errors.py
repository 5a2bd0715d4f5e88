"""The one tree of errors that a call to a provider can end in.

ProviderError
├── Permanent               trying again with the same input cannot help
│   ├── InvalidInput        a value was refused; `fields` says which
│   ├── NotFound
│   ├── Forbidden           the grant does not cover it, or the provider never allows it
│   ├── Conflict            the remote object moved meanwhile
│   ├── ChargesRequired     the provider wants money first; `quote` says how much
│   ├── NeedsReconnect      the grant is dead: a person must connect again
│   ├── GateRefused         our own outbound gate refused the target
│   ├── UnexpectedAnswer    the answer is not of the documented form
│   └── Unreadable          a secret of ours does not open with our keys (portal.lib.secrets)
├── Transient               the same call may succeed later
│   ├── RateLimited         `retry_after_s` says when
│   ├── Unavailable
│   └── TimedOutBeforeSending
└── AnswerLost              the request went out, the answer never came: it may have happened
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ProviderError(Exception):
    """Base of all; `message` is safe to show to a person, `status` is the HTTP status if there was one."""

    def __init__(self, message: str = "", *, status: int | None = None, request_id: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.request_id = request_id


class Permanent(ProviderError):
    """Trying again with the same input cannot help."""


class InvalidInput(Permanent):
    """The provider, or our own check before it, refused a value."""

    def __init__(self, message: str = "", *, fields: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(message, **kwargs)
        self.fields = dict(fields or {})


class NotFound(Permanent):
    """The remote object does not exist (any more)."""


class Forbidden(Permanent):
    """The grant does not cover the operation, or the provider never allows it."""


class Conflict(Permanent):
    """The remote object is not what the writer saw."""


class ChargesRequired(Permanent):
    """The provider asks for money before it acts; `quote` is its own document."""

    def __init__(self, message: str = "", *, quote: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(message, **kwargs)
        self.quote = dict(quote or {})


class NeedsReconnect(Permanent):
    """The grant is dead; only a person can make a new one."""


class GateRefused(Permanent):
    """The outbound gate refused the address; nothing was sent."""


class UnexpectedAnswer(Permanent):
    """The answer is not of the documented form; nothing of it was kept."""


class Transient(ProviderError):
    """The same call may succeed later."""


class RateLimited(Transient):
    """Too many calls; wait `retry_after_s` seconds."""

    def __init__(self, message: str = "", *, retry_after_s: float = 60, **kwargs: Any) -> None:
        super().__init__(message, **kwargs)
        self.retry_after_s = retry_after_s


class Unavailable(Transient):
    """The provider cannot be reached, answers 5xx, or the breaker is open."""


class TimedOutBeforeSending(Transient):
    """The deadline passed while waiting for quota or a connection; nothing was sent."""


class AnswerLost(ProviderError):
    """The request went out and the answer never came whole: it may or may not have happened."""
