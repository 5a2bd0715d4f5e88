"""The gate: the only module that makes HTTP calls.

A target is judged by scheme, port, host and each address it resolves to; the judged address is the one
connected to, so that a second answer of the resolver changes nothing. Redirects are never followed, the
environment's proxies never asked, TLS always verified. What is sent again, and when, is decided elsewhere:
`telephony.providers.transport`.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit

import requests
import urllib3
from django.conf import settings
from django.db import connections
from django.utils.translation import gettext_lazy as _
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

from portal.lib.errors import (
    AnswerLost,
    GateRefused,
    TimedOutBeforeSending,
    Unavailable,
    UnexpectedAnswer,
)

# It writes whole addresses, queries included, at DEBUG.
logging.getLogger("urllib3").setLevel(logging.WARNING)

CONNECT_TIMEOUT_S = 5.0
DEADLINE_S = 30.0
KEPT_IDLE_S = 30.0
MAX_BYTES = 10_000_000
_CHUNK_BYTES = 1_000_000  # a page whole, most often: between two chunks other threads may take their turns
PUBLIC_PORTS = frozenset({443, 8443})

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_RELAY_V4 = ipaddress.IPv4Network("192.88.99.0/24")
_ENTRY = re.compile(r"(?:\[(?P<bracketed>[^\]]+)\]|(?P<plain>[^\[\]:]+)):(?P<port>\d{1,5})")


@dataclass(frozen=True)
class OutboundPolicy:
    """What may be reached besides the public internet over https; the parsed form of OUTBOUND_ALLOW.

    hosts     (host name in lower case, port)
    networks  (network, port)
    """

    hosts: frozenset[tuple[str, int]] = frozenset()
    networks: tuple[tuple[IPNetwork, int], ...] = ()

    @classmethod
    def parse(cls, listed: str | Iterable[str]) -> OutboundPolicy:
        """Read "host:port, 10.0.0.0/8:8000, [::1]:8100", or such entries one by one.

        Raises ValueError at the first entry of no such form.
        """
        entries = listed.split(",") if isinstance(listed, str) else listed
        hosts: set[tuple[str, int]] = set()
        networks: list[tuple[IPNetwork, int]] = []
        for entry in filter(None, (part.strip() for part in entries)):
            match = _ENTRY.fullmatch(entry)
            port = int(match["port"]) if match else 0
            if match is None or not 0 < port < 65_536:
                raise ValueError(f"{entry!r} is not HOST:PORT or CIDR:PORT")
            target = match["bracketed"] or match["plain"]
            try:
                networks.append((ipaddress.ip_network(target, strict=False), port))
            except ValueError:
                if match["bracketed"] or "/" in target:
                    raise ValueError(f"{entry!r} is not HOST:PORT or CIDR:PORT") from None
                hosts.add((target.lower(), port))
        return cls(frozenset(hosts), tuple(networks))

    def names(self, host: str, port: int) -> bool:
        """Whether the operator listed this host by name."""
        return (host.lower(), port) in self.hosts

    def covers(self, address: IPAddress, port: int) -> bool:
        """Whether the operator listed a network that holds this address, whatever form it is wrapped in."""
        forms = (address, unwrap(address))
        return any(port == listed and form in network for network, listed in self.networks for form in forms)

    def admits(self, scheme: str, host: str, port: int, address: IPAddress) -> bool:
        """Whether a connection to `address` on behalf of `host` may be made."""
        if self.names(host, port) or self.covers(address, port):
            return True
        return scheme == "https" and port in PUBLIC_PORTS and is_public(address)


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """What came back: any status, the decoded body whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    elapsed_s: float


def unwrap(address: IPAddress) -> IPAddress:
    """The IPv4 address inside a v4-mapped, 6to4 or NAT64 address; any other as it is."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address.sixtofour is not None:
            return address.sixtofour
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_public(address: IPAddress) -> bool:
    """Whether this is a global unicast address, after unwrapping."""
    inner = unwrap(address)
    if inner.is_multicast or inner.is_reserved or inner.is_unspecified or not inner.is_global:
        return False
    if isinstance(inner, ipaddress.IPv6Address):
        return inner in _GLOBAL_V6
    return inner not in _RELAY_V4


def path_segment(text: str) -> str:
    """`text` as one path segment: nothing in it can leave the segment, dots included."""
    quoted = quote(text, safe="")
    return quoted.replace(".", "%2E") if quoted in {".", ".."} else quoted


def _django_transaction() -> bool:
    """Whether this thread holds a transaction open. The one that a test case wraps around itself does not count."""
    if not settings.configured:
        return False
    return any(
        connection.in_atomic_block
        and not all(getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)
        for connection in connections.all(initialized_only=True)
    )


in_transaction: Callable[[], bool] = _django_transaction
_allowance: ContextVar[str] = ContextVar("outbound_allowance", default="")


@contextmanager
def inside_transaction(reason: str) -> Iterator[None]:
    """Let calls out although a transaction is open. For the token refresh alone, which holds its row's lock."""
    token = _allowance.set(reason)
    try:
        yield
    finally:
        _allowance.reset(token)


class CalledInTransaction(RuntimeError):
    """A provider was about to be called while a transaction held locks: a fault in our own code."""


def send(
    method: str,
    url: str,
    *,
    policy: OutboundPolicy,
    headers: Mapping[str, str],
    body: bytes | None = None,
    deadline_s: float = DEADLINE_S,
    connect_timeout_s: float = CONNECT_TIMEOUT_S,
    max_bytes: int = MAX_BYTES,
) -> RawAnswer:
    """One request and its whole answer, whatever the status; a redirect is an answer like any other.

    Raises GateRefused when the target may not be called, TimedOutBeforeSending or Unavailable when nothing
    was sent, AnswerLost when something was sent and no whole answer came, UnexpectedAnswer when the answer is
    larger than `max_bytes` after decoding.
    """
    if in_transaction() and not _allowance.get():
        raise CalledInTransaction("a provider was called inside a database transaction")
    _judge_url(url)
    if deadline_s <= 0:
        raise TimedOutBeforeSending(str(_("No time was left to ask the provider.")))
    started = time.monotonic()
    _call.deadline_at = started + deadline_s
    _call.sent = False
    request = requests.Request(method, url, headers=dict(headers), data=body or None).prepare()
    request.headers.setdefault("Accept-Encoding", "gzip")
    request.headers.setdefault("User-Agent", "switchboard")
    response: requests.Response | None = None
    try:
        response = _adapter(policy).send(
            request, stream=True, timeout=(min(connect_timeout_s, deadline_s), deadline_s), verify=True
        )
        content = _read(response, max_bytes)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise _explained(error) from error
    finally:
        if response is not None:
            response.close()
    return RawAnswer(
        response.status_code, CaseInsensitiveDict(response.headers), content, time.monotonic() - started
    )


def _judge_url(url: str) -> None:
    """Refuse what no policy can admit, before anything is resolved."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refusal() from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password:
        raise _refusal()
    if port == 0 or any(character <= " " or character == "\\" for character in url):
        raise _refusal()


def _refusal() -> GateRefused:
    return GateRefused(str(_("This address may not be called from here.")))


def _explained(error: Exception) -> AnswerLost | TimedOutBeforeSending | Unavailable:
    """What a failed exchange means, told by whether a byte had left."""
    if _call.sent:
        return AnswerLost(str(_("The provider's answer never came.")))
    if isinstance(error, requests.ConnectTimeout | TimeoutError):
        return TimedOutBeforeSending(str(_("The provider could not be reached in time.")))
    return Unavailable(str(_("The provider cannot be reached.")))


def _read(response: requests.Response, max_bytes: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    for chunk in response.raw.stream(_CHUNK_BYTES, decode_content=True):
        size += len(chunk)
        if size > max_bytes:
            response.raw.close()
            raise UnexpectedAnswer(str(_("The provider's answer is too large.")), status=response.status_code)
        chunks.append(chunk)
    return b"".join(chunks)


class _Call(threading.local):
    """What the sockets of this thread need to know about the request in hand, and its kept connections."""

    deadline_at: float = 0.0
    sent: bool = False
    pid: int = 0
    adapters: dict[OutboundPolicy, HTTPAdapter]


_call = _Call()


def _adapter(policy: OutboundPolicy) -> HTTPAdapter:
    """This thread's connections under `policy`; a forked child makes its own."""
    if _call.pid != os.getpid():
        _call.pid = os.getpid()
        _call.adapters = {}
    if policy not in _call.adapters:
        _call.adapters[policy] = _JudgedAdapter(policy)
    return _call.adapters[policy]


def _left() -> float:
    """Seconds until the deadline of the call in hand. Raises TimeoutError when none are left."""
    left = _call.deadline_at - time.monotonic()
    if left <= 0:
        raise TimeoutError("the deadline of the call has passed")
    return left


def _arm(sock: socket.socket) -> None:
    """Give the next read of `sock` what is left of the deadline."""
    sock.settimeout(_left())


def _resolved(host: str, port: int, timeout_s: float) -> list[Any]:
    """What `getaddrinfo` says, or TimeoutError: the system's resolver knows no deadline, so it works in a thread that
    is left behind when it takes too long. Raises OSError for a name that does not resolve."""
    answers: queue.SimpleQueue[list[Any] | Exception] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=look_up, name="resolver", daemon=True).start()
    try:
        answer = answers.get(timeout=timeout_s)
    except queue.Empty:
        raise TimeoutError(f"{host} did not resolve in time") from None
    if isinstance(answer, Exception):
        raise OSError(f"{host} does not resolve") from answer
    return answer


class _TimedSocket(socket.socket):
    """A socket whose every read ends at the deadline of the call, however slowly bytes drip in."""

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        _arm(self)
        return super().recv_into(*args, **kwargs)


class _TimedSSLSocket(ssl.SSLSocket):
    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        _arm(self)
        return super().recv_into(*args, **kwargs)


def _connect(policy: OutboundPolicy, scheme: str, host: str, port: int, timeout: float) -> socket.socket:
    """A connection to the first address of `host` that is admitted and answers. Raises TimeoutError, OSError."""
    found = _resolved(host, port, min(timeout, _left()))
    admitted = [
        entry
        for entry in found
        if policy.admits(scheme, host, port, ipaddress.ip_address(str(entry[4][0]).partition("%")[0]))
    ]
    if not admitted:
        raise _refusal()
    failure: OSError | None = None
    for family, kind, protocol, _name, address in admitted:
        sock = _TimedSocket(family, kind, protocol)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(min(timeout, _left()))
            sock.connect(address)
        except OSError as error:
            sock.close()
            failure = error
        else:
            return sock
    raise failure or OSError(f"{host} has no address")


class _Judged:
    """Mixed into urllib3's connections: resolves and judges by itself, and notes when sending starts."""

    policy: OutboundPolicy
    scheme: str
    used_at: float = 0.0

    @property
    def is_connected(self) -> bool:
        """Whether it may be used again. One idle for long may be dead without our having been told."""
        return super().is_connected and time.monotonic() - self.used_at < KEPT_IDLE_S  # type: ignore[misc]

    def _new_conn(self) -> socket.socket:
        timeout = self.timeout if isinstance(self.timeout, int | float) else CONNECT_TIMEOUT_S  # type: ignore[attr-defined]
        try:
            return _connect(self.policy, self.scheme, self.host, self.port, timeout)  # type: ignore[attr-defined]
        except TimeoutError as error:
            raise urllib3.exceptions.ConnectTimeoutError(self, "connecting took too long") from error
        except OSError as error:
            raise urllib3.exceptions.NewConnectionError(self, str(error)) from error  # type: ignore[arg-type]

    def send(self, data: Any) -> None:
        if self.sock is None:  # type: ignore[attr-defined]
            self.connect()  # type: ignore[attr-defined]
        _call.sent = True
        self.used_at = time.monotonic()
        super().send(data)  # type: ignore[misc]


@lru_cache(maxsize=64)
def _pools(policy: OutboundPolicy) -> dict[str, type[HTTPConnectionPool]]:
    """Connection pools whose connections know the policy they were judged by."""
    plain = type("JudgedHTTP", (_Judged, HTTPConnection), {"policy": policy, "scheme": "http"})
    tls = type("JudgedHTTPS", (_Judged, HTTPSConnection), {"policy": policy, "scheme": "https"})
    return {
        "http": type("JudgedHTTPPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("JudgedHTTPSPool", (HTTPSConnectionPool,), {"ConnectionCls": tls}),
    }


class _JudgedAdapter(HTTPAdapter):
    def __init__(self, policy: OutboundPolicy) -> None:
        self.policy = policy
        super().__init__(pool_connections=16, pool_maxsize=2, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        context = create_urllib3_context()
        context.sslsocket_class = _TimedSSLSocket
        super().init_poolmanager(*args, **kwargs, ssl_context=context)
        self.poolmanager.pool_classes_by_scheme = _pools(self.policy)
