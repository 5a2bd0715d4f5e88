"""How a provider is reached: one send, made of small parts that services choose.

Quota, then breaker, then the gate; reads are tried again, writes never. The parts are protocols: their
state lives with the credential (services) or in this process (pace.py, breaker.py).
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal, Protocol
from urllib.parse import quote, urlsplit

from django.utils.translation import gettext as _

from portal.lib import outbound
from portal.lib.errors import (
    AnswerLost,
    GateRefused,
    ProviderError,
    RateLimited,
    TimedOutBeforeSending,
    Transient,
    Unavailable,
    UnexpectedAnswer,
)
from portal.lib.outbound import OutboundPolicy
from portal.lib.secrets import Secret
from portal.lib.wire_json import decode_json
from portal.lib.wire_rows import SentRows, sent_rows
from telephony.providers.operations import Effect

Priority = Literal["worker", "person"]
TRIES = 3
BACKOFF_BASE_S = 0.5
BACKOFF_CAP_S = 8.0
MAX_RETRY_AFTER_S = 3600.0
_BUSY = frozenset({500, 502, 503, 504})
_AGAIN = _BUSY | {408}


@dataclass(frozen=True, kw_only=True)
class Request:
    """One HTTP request as it will be sent. Secrets stay `Secret` until the gate writes them.

    url        without query
    query, form   ordered pairs; a form becomes application/x-www-form-urlencoded
    document   becomes application/json; a `Secret` may stand anywhere in it
    body       bytes as they are, where there is neither form nor document
    operation  key in the catalog, for logs
    quota_key  what is counted, where a provider counts more narrowly than per credential
    cost       how many calls it counts as
    """

    method: str
    url: str
    query: tuple[tuple[str, str | Secret], ...] = ()
    headers: Mapping[str, str | Secret] = field(default_factory=dict)
    form: tuple[tuple[str, str | Secret], ...] | None = None
    document: Any = None
    body: bytes | None = None
    operation: str = ""
    quota_key: str = ""
    cost: int = 1
    max_bytes: int = outbound.MAX_BYTES

    def with_headers(self, **headers: str | Secret) -> Request:
        return replace(self, headers={**self.headers, **headers})

    def shown(self) -> dict[str, Any]:
        """The request as a person may see it: secrets as ***, everything else as sent."""
        shown: dict[str, Any] = {
            "method": self.method,
            "url": self.url + (f"?{_encoded(self.query, mask=True)}" if self.query else ""),
            "headers": {name: str(value) for name, value in self.headers.items()},
        }
        if self.form is not None:
            shown["body"] = _encoded(self.form, mask=True)
        elif self.document is not None:
            shown["body"] = json.dumps(self.document, default=str, ensure_ascii=False)
        elif self.body is not None:
            shown["body"] = _shown_bytes(self.body)
        return shown

    @property
    def full_url(self) -> str:
        return self.url + (f"?{_encoded(self.query)}" if self.query else "")

    def content(self) -> bytes | None:
        if self.form is not None:
            return _encoded(self.form).encode()
        if self.document is not None:
            return json.dumps(self.document, default=_revealed, ensure_ascii=False).encode()
        return self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    elapsed_s: float

    def json(self) -> Any:
        """The body as JSON. Raises UnexpectedAnswer."""
        return decode_json(self.body)

    def rows(self, name: str, beside: tuple[str, ...] = ()) -> SentRows | None:
        """The list of that name as it was sent, where it can be kept so; see `sent_rows`."""
        return sent_rows(self.body, name, beside)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What the observer is told after each try. The address carries no query and no secret."""

    operation: str
    method: str
    url: str
    status: int | None
    error: str
    elapsed_s: float
    size: int
    attempt: int


class Deadline:
    """A moment by which a call must have ended."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._at = clock() + seconds

    def left(self) -> float:
        """Seconds left; never negative."""
        return max(0.0, self._at - self._clock())


class Grant(Protocol):
    """The right to call, held by a credential."""

    def token(self) -> Secret: ...

    def renew(self) -> Secret:
        """A fresh token. Raises NeedsReconnect where only a person can make one."""
        ...


class Quota(Protocol):
    """Counts calls against what the provider allows."""

    def acquire(self, key: str, cost: int, priority: Priority, deadline: Deadline) -> None:
        """Wait for room. Raises TimedOutBeforeSending, or RateLimited while the credential is paused."""
        ...

    def pause(self, key: str, retry_after_s: float | None) -> float:
        """The provider said "too many"; None: it did not say for how long. Returns the pause in seconds."""
        ...

    def ease(self, key: str) -> None:
        """The provider is overloaded (503): from now on fewer calls, where the rule leaves that open."""
        ...


class Breaker(Protocol):
    """Keeps calls away from a host that does not answer."""

    def before(self, host: str) -> None:
        """Raises Unavailable while the breaker is open."""
        ...

    def succeeded(self, host: str) -> None: ...

    def failed(self, host: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Pause:
    """The provider said "too many": for how long (None: it did not say), and whether the whole credential waits."""

    seconds: float | None
    holds_credential: bool = True


TooMany = Callable[[Response], Pause | None]


def says_too_many(response: Response) -> Pause | None:
    """The usual way to say it: 429, or 503 with the time to come back."""
    if response.status == 429 or (response.status == 503 and "Retry-After" in response.headers):
        return Pause(retry_after_s(response.headers.get("Retry-After", "")))
    return None


class Transport:
    """Sends requests of one credential.

    policy      what the gate may reach
    quota, breaker   None where nothing is counted, as in tests
    observer    called after every try
    """

    def __init__(
        self,
        policy: OutboundPolicy,
        *,
        quota: Quota | None = None,
        breaker: Breaker | None = None,
        observer: Callable[[Exchange], None] | None = None,
        priority: Priority = "worker",
        deadline_s: float = outbound.DEADLINE_S,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.policy = policy
        self.quota = quota
        self.breaker = breaker
        self.observer = observer
        self.priority: Priority = priority
        self.deadline_s = deadline_s
        self._clock = clock
        self._sleep = sleep
        self._chance = chance

    def send(
        self,
        request: Request,
        *,
        effect: Effect,
        deadline_s: float | None = None,
        priority: Priority | None = None,
        too_many: TooMany = says_too_many,
    ) -> Response:
        """The answer, whatever its status but "too many". Reads are tried up to three times within the deadline.

        Raises what the gate raises, RateLimited, and for a read Unavailable instead of AnswerLost.
        """
        deadline = Deadline(self.deadline_s if deadline_s is None else deadline_s, self._clock)
        tries = TRIES if effect is Effect.READ else 1
        for attempt in range(1, tries + 1):
            is_last = attempt == tries
            try:
                response = self._once(request, effect, deadline, priority or self.priority, attempt, too_many)
            except TimedOutBeforeSending:
                raise
            except Transient as error:
                if is_last or not self._wait(attempt, error, deadline):
                    raise
                continue
            if response.status not in _AGAIN or is_last or not self._wait(attempt, None, deadline):
                return response
        raise AssertionError("the last try returns or raises")

    def _wait(self, attempt: int, error: Transient | None, deadline: Deadline) -> bool:
        """Sleep before the next try; False when the deadline leaves no room for it."""
        if isinstance(error, RateLimited):
            pause = error.retry_after_s + 0.05  # the pause is over, not about to be
        else:
            pause = self._chance() * min(BACKOFF_CAP_S, BACKOFF_BASE_S * 2**attempt)
        if pause >= deadline.left():
            return False
        self._sleep(pause)
        return True

    def _once(
        self,
        request: Request,
        effect: Effect,
        deadline: Deadline,
        priority: Priority,
        attempt: int,
        too_many: TooMany,
    ) -> Response:
        host = urlsplit(request.url).netloc
        if self.breaker:
            self.breaker.before(host)
        if self.quota:
            self.quota.acquire(request.quota_key, request.cost, priority, deadline)
        started = self._clock()
        try:
            response = self._through_the_gate(request, effect, deadline)
        except ProviderError as error:
            self._observe(request, None, type(error).__name__, self._clock() - started, 0, attempt)
            if self.breaker and isinstance(error, Transient | AnswerLost):
                self.breaker.failed(host)
            raise
        self._observe(request, response.status, "", response.elapsed_s, len(response.body), attempt)
        if pause := too_many(response):
            raise self._rate_limited(request, response, pause)
        if self.quota and response.status == 503:
            self.quota.ease(request.quota_key)
        if self.breaker:
            (self.breaker.failed if response.status in _BUSY else self.breaker.succeeded)(host)
        return response

    def _through_the_gate(self, request: Request, effect: Effect, deadline: Deadline) -> Response:
        headers = {name: _plain(value) for name, value in request.headers.items()}
        if request.form is not None:
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        elif request.document is not None:
            headers.setdefault("Content-Type", "application/json")
        try:
            answer = outbound.send(
                request.method,
                request.full_url,
                policy=self.policy,
                headers=headers,
                body=request.content(),
                deadline_s=deadline.left(),
                max_bytes=request.max_bytes,
            )
        except GateRefused:
            raise
        except AnswerLost as error:
            if effect is Effect.READ:
                raise Unavailable(error.message) from error
            raise
        except UnexpectedAnswer as error:
            if effect is Effect.READ:
                raise
            raise AnswerLost(error.message, status=error.status) from error
        return Response(
            status=answer.status, headers=answer.headers, body=answer.body, elapsed_s=answer.elapsed_s
        )

    def _rate_limited(self, request: Request, response: Response, pause: Pause) -> RateLimited:
        pause_s = pause.seconds
        if self.quota and pause.holds_credential:
            pause_s = self.quota.pause(request.quota_key, pause.seconds)
        return RateLimited(
            _("The provider asks for a pause."),
            retry_after_s=60.0 if pause_s is None else pause_s,
            status=response.status,
        )

    def _observe(
        self, request: Request, status: int | None, error: str, elapsed_s: float, size: int, attempt: int
    ) -> None:
        if self.observer:
            self.observer(
                Exchange(
                    operation=request.operation,
                    method=request.method,
                    url=request.url,
                    status=status,
                    error=error,
                    elapsed_s=elapsed_s,
                    size=size,
                    attempt=attempt,
                )
            )


def retry_after_s(text: str, now: datetime | None = None) -> float | None:
    """Seconds that a Retry-After header asks for, written as seconds or as a date; at most an hour, None if unclear."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), MAX_RETRY_AFTER_S)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max((moment - (now or datetime.now(UTC))).total_seconds(), 0.0), MAX_RETRY_AFTER_S)


def _plain(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value


def _revealed(value: Any) -> str:
    """What `json` cannot write itself: only a secret may be that."""
    if isinstance(value, Secret):
        return value.reveal()
    raise TypeError(f"{type(value).__name__} cannot be sent as JSON")


def _shown_bytes(body: bytes) -> str:
    """A text as it is, anything else by its size."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return _("%(count)d bytes") % {"count": len(body)}


def _encoded(pairs: Sequence[tuple[str, str | Secret]], *, mask: bool = False) -> str:
    """The pairs as a query or form; a blank becomes %20, which every server reads the same way."""
    texts = ((name, str(value) if mask else _plain(value)) for name, value in pairs)
    safe = "*" if mask else ""  # *** stays readable
    return "&".join(f"{quote(name, safe='')}={quote(text, safe=safe)}" for name, text in texts)
