"""The VoIPcloud client: any operation of the catalog by key. What answers mean: envelope.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from portal.lib.errors import NeedsReconnect
from portal.lib.secrets import Secret
from telephony.providers.client import Answer, CatalogClient, ClientContext
from telephony.providers.operations import Effect, Operation, Paging, Place
from telephony.providers.transport import Request, Response, Transport
from telephony.providers.voipcloud import envelope
from telephony.providers.voipcloud.catalog import BASE, CATALOG, ROOT

PAGE_SIZE = 1000  # of `pages`; the sync asks for as much as one answer may hold
_STANDARD: dict[str, str | Secret] = {"Accept": "application/json", "token": Secret("")}


class VoipcloudClient(CatalogClient):
    """One connected VoIPcloud account."""

    catalog = CATALOG

    def __init__(self, context: ClientContext) -> None:
        self._transport = context.transport
        self._grant = context.grant
        self._base = api_base(context.addresses[BASE])
        self.memory = context.memory

    def _written(
        self,
        operation: Operation,
        values: Mapping[str, Any],
        loose: Mapping[str, Any],
        headers: Mapping[str, str],
    ) -> Request:
        return _request(operation, self._base, values, loose, headers)

    def _asked(
        self, operation: Operation, request: Request, given: Mapping[str, Any], deadline_s: float | None
    ) -> Answer:
        """`document` is all of the answer, `items` are the rows of a list. NeedsReconnect names both meanings of a 401."""
        return envelope.answer_of(operation, self._authorized(request, operation.effect, deadline_s))

    def pages(
        self,
        key: str,
        values: Mapping[str, Any] | None = None,
        *,
        filters: Mapping[str, str] | None = None,
        deadline_s: float | None = None,
    ) -> Iterator[Answer]:
        """Every page of a call list, as they come; rows may shift meanwhile, which `reading.py` is careful about.

        The last answer has `following` None; each other one has the values that fetch the next.
        """
        if self.catalog[key].paging is Paging.NONE:
            yield self.call(key, values, filters=filters, deadline_s=deadline_s)
            return
        asked = {"limit": PAGE_SIZE, "offset": 0, **(values or {})}
        while True:
            answer = self.call(key, asked, filters=filters, deadline_s=deadline_s)
            if len(answer.items) < int(asked["limit"]):
                yield answer
                return
            asked = {**asked, "offset": int(asked["offset"]) + len(answer.items)}
            yield replace(answer, following=asked)

    def _authorized(self, request: Request, effect: Effect, deadline_s: float | None) -> Response:
        """Send with the key; where it is refused, have it proved and send once more: a refusal did nothing."""
        response = send(self._transport, request, self._grant.token, effect, deadline_s)
        if envelope.is_refused(response):
            response = send(self._transport, request, self._grant.renew, effect, deadline_s)
        if envelope.is_refused(response):
            words = envelope.refusal_words(envelope.judged(response).message)
            raise NeedsReconnect(words, status=response.status)
        return response


def api_base(address: str) -> str:
    """The portal's address, however much of the API's path was given with it."""
    return address.rstrip("/").removesuffix(ROOT).rstrip("/")


def send(
    transport: Transport,
    request: Request,
    token: Callable[[], Secret],
    effect: Effect,
    deadline_s: float | None = None,
) -> Response:
    """Send with the key in its header. Raises what the transport raises, and RateLimited by either code."""
    return transport.send(
        request.with_headers(token=token()),
        effect=effect,
        deadline_s=deadline_s,
        too_many=envelope.says_too_many_queries,
    )


def _request(
    operation: Operation,
    base: str,
    values: Mapping[str, Any],
    loose: Mapping[str, Any],
    headers: Mapping[str, str],
) -> Request:
    placed = {param.name: param.place for param in operation.params}
    query = [(name, str(value)) for name, value in values.items() if placed[name] is Place.QUERY]
    form = [(name, str(value)) for name, value in values.items() if placed[name] is Place.BODY]
    form += [(name, str(value)) for name, value in loose.items() if value is not None]
    return Request(
        method=operation.method,
        url=base + operation.path,
        query=tuple((name, text) for name, text in query if text),
        headers={**_STANDARD, **headers},
        form=tuple(form) if operation.method == "POST" else None,
        operation=operation.key,
    )
