"""What every provider's client is made of: the context it gets, the answers it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from portal.lib.secrets import Secret
from telephony.providers.operations import Catalog
from telephony.providers.transport import Grant, Request, Transport


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an operation answered.

    document  the decoded answer; None where there was no body, text where the operation answers text
    items     the objects of a collection; empty for a single object
    following values that fetch the next page, None at the end
    content   the bytes of an answer that is a file (`Operation.answers` "file"), with its `content_type`
    """

    document: Any
    items: Sequence[dict[str, Any]] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    following: Mapping[str, Any] | None = None
    content: bytes | None = None
    content_type: str = ""


def _no_line_secret(_line: str) -> Secret | None:
    return None


def _no_login() -> Mapping[str, str | Secret]:
    return {}


class Memory(Protocol):
    """What a connection has learned about its server and keeps from call to call, such as which paths it knows.

    Values are plain JSON. Forgetting it costs a few requests, never correctness.
    """

    def get(self, name: str) -> Any:
        """The value kept under this name, None where there is none."""

    def keep(self, name: str, value: Any) -> None: ...


class ShortMemory:
    """A memory that ends with its client."""

    def __init__(self) -> None:
        self._kept: dict[str, Any] = {}

    def get(self, name: str) -> Any:
        return self._kept.get(name)

    def keep(self, name: str, value: Any) -> None:
        self._kept[name] = value


@dataclass(frozen=True, kw_only=True)
class ClientContext:
    """What services give a provider to make its client.

    addresses    base URL by surface ("manager", "cti", ...), without a slash at the end; "base" where there is one
    account      remote id of the account that the connection is about, "" where the grant says it all
    login        what the account was linked with, by the names of `connect_fields`: for providers that take it inline
    memory       what the connection has learned about its server
    line_secret  the SIP password of a line (by its remote id), where one is stored
    """

    transport: Transport
    grant: Grant
    addresses: Mapping[str, str]
    account: str = ""
    login: Callable[[], Mapping[str, str | Secret]] = _no_login
    memory: Memory = field(default_factory=ShortMemory)
    line_secret: Callable[[str], Secret | None] = _no_line_secret


class ProviderClient(Protocol):
    """A connected account, asked by the keys of its catalog."""

    catalog: Catalog

    def prepare(
        self,
        key: str,
        values: Mapping[str, Any] | None = None,
        *,
        data: Mapping[str, Any] | None = None,
        filters: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Request: ...

    def call(
        self,
        key: str,
        values: Mapping[str, Any] | None = None,
        *,
        data: Mapping[str, Any] | None = None,
        filters: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        deadline_s: float | None = None,
        accepts_charges: bool = False,
    ) -> Answer:
        """accepts_charges   somebody agreed to pay; without it a provider that asks raises ChargesRequired"""

    def pages(
        self,
        key: str,
        values: Mapping[str, Any] | None = None,
        *,
        filters: Mapping[str, str] | None = None,
        deadline_s: float | None = None,
    ) -> Iterator[Answer]: ...
