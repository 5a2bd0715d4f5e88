"""What every provider's client is made of: the context it gets, the answers it gives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.utils.translation import gettext as _

from portal.lib.errors import InvalidInput
from portal.lib.secrets import Secret
from telephony.providers.operations import Catalog, Operation, Place
from telephony.providers.transport import Grant, Request, Transport
from telephony.providers.values import checked


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an operation answered.

    document  the decoded answer; None where there was no body, text where the operation answers text
    items     the objects of a collection; empty for a single object
    texts     the same as JSON texts in UTF-8, where that was asked for; `items` is empty then
    following values that fetch the next page, None at the end
    content   the bytes of an answer that is a file (`Operation.answers` "file"), with its `content_type`
    """

    document: Any
    items: Sequence[dict[str, Any]] = ()
    texts: Sequence[bytes] = ()
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
        given_back: Collection[str] = (),
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
        given_back: Collection[str] = (),
        accepts_charges: bool = False,
    ) -> Answer:
        """accepts_charges   somebody agreed to pay; without it a provider that asks raises ChargesRequired
        given_back        names of `data` whose values the provider held before: sent as they are, judged by nothing
        """

    def pages(
        self,
        key: str,
        values: Mapping[str, Any] | None = None,
        *,
        filters: Mapping[str, str] | None = None,
        deadline_s: float | None = None,
    ) -> Iterator[Answer]: ...


class CatalogClient(ABC):
    """What clients share whose values need no more than the catalog says: sort them, check them, ask.

    A provider says how a request is written (`_written`), and how it is sent and judged (`_asked`).
    """

    catalog: Catalog

    def prepare(
        self,
        key: str,
        values: Mapping[str, Any] | None = None,
        *,
        data: Mapping[str, Any] | None = None,
        filters: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        given_back: Collection[str] = (),
    ) -> Request:
        """The request as it would be sent, an empty `Secret` where the token will stand.

        values   by declared name, wherever they travel
        data     further values of the body; names that the catalog does not know are sent as they are
        given_back   names of `data` that are sent as they are although the catalog knows them

        Raises InvalidInput with a reason per name, KeyError for an unknown operation.
        """
        operation = self.catalog[key]
        loose = {
            name: _as_it_is(operation, name, value)
            for name, value in (data or {}).items()
            if name in given_back or not _is_declared(operation, name)
        }
        if loose and (operation.is_read or operation.method == "GET"):
            raise InvalidInput(
                _("Some values cannot be sent."), fields=dict.fromkeys(loose, _("A read has no body."))
            )
        given = self._completed(operation, _given(values, data, loose), filters or {})
        return self._written(operation, checked(operation, given), loose, headers or {})

    def call(
        self,
        key: str,
        values: Mapping[str, Any] | None = None,
        *,
        data: Mapping[str, Any] | None = None,
        filters: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        deadline_s: float | None = None,
        given_back: Collection[str] = (),
        accepts_charges: bool = False,
    ) -> Answer:
        """Ask, and judge the answer. Raises the errors of portal.lib.errors.

        accepts_charges   means nothing here: none of these providers asks before it charges
        """
        request = self.prepare(
            key, values, data=data, filters=filters, headers=headers, given_back=given_back
        )
        return self._asked(self.catalog[key], request, {**(values or {}), **(data or {})}, deadline_s)

    def _completed(
        self, operation: Operation, given: dict[str, Any], filters: Mapping[str, str]
    ) -> dict[str, Any]:
        """The values with the filters among them, and with what the connection itself adds."""
        return {**given, **filters}

    @abstractmethod
    def _written(
        self,
        operation: Operation,
        values: Mapping[str, Any],
        loose: Mapping[str, Any],
        headers: Mapping[str, str],
    ) -> Request:
        """The request of checked values; `loose` are those that the catalog does not know."""

    @abstractmethod
    def _asked(
        self, operation: Operation, request: Request, given: Mapping[str, Any], deadline_s: float | None
    ) -> Answer:
        """Send, and judge the answer; `given` are the values as the caller named them."""


def _as_it_is(operation: Operation, name: str, value: Any) -> Any:
    param = operation.param(name)
    return Secret(value) if param is not None and param.secret and isinstance(value, str) else value


def _is_declared(operation: Operation, name: str) -> bool:
    """Whether a value of the body has a place of its own. A path's name is the object's, not the body's."""
    param = operation.param(name)
    return param is not None and param.place is not Place.PATH


def _given(
    values: Mapping[str, Any] | None, data: Mapping[str, Any] | None, loose: Mapping[str, Any]
) -> dict[str, Any]:
    return {**(values or {}), **{name: value for name, value in (data or {}).items() if name not in loose}}
