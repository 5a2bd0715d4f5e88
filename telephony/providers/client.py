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
    items     the objects of a collection, each with its `_resource_type`; empty for a single object
    following values that fetch the next page, None at the end
    """

    document: Any
    items: Sequence[dict[str, Any]] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    following: Mapping[str, Any] | None = None


def _no_line_secret(_line: str) -> Secret | None:
    return None


@dataclass(frozen=True, kw_only=True)
class ClientContext:
    """What services give a provider to make its client.

    addresses    base URL by surface ("manager", "cti", ...), without a slash at the end
    line_secret  the SIP password of a line (by its remote id), where one is stored
    """

    transport: Transport
    grant: Grant
    addresses: Mapping[str, str]
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
