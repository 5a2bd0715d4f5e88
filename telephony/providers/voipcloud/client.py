"""The VoIPcloud client: any operation of the catalog by key. What answers mean: envelope.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from portal.lib.errors import InvalidInput, NeedsReconnect
from portal.lib.secrets import Secret
from telephony.providers.client import Answer, ClientContext
from telephony.providers.operations import Effect, Operation, Paging, Place
from telephony.providers.transport import Request, Response, Transport
from telephony.providers.values import checked
from telephony.providers.voipcloud import envelope
from telephony.providers.voipcloud.catalog import BASE, CATALOG, ROOT

PAGE_SIZE = 1000  # of `pages`; the sync asks for as much as one answer may hold
_STANDARD: dict[str, str | Secret] = {"Accept": "application/json", "token": Secret("")}


class VoipcloudClient:
    """One connected VoIPcloud account."""

    catalog = CATALOG

    def __init__(self, context: ClientContext) -> None:
        self._transport = context.transport
        self._grant = context.grant
        self._base = api_base(context.addresses[BASE])
        self.memory = context.memory

    def prepare(
        self,
        key: str,
        values: Mapping[str, Any] | None = None,
        *,
        data: Mapping[str, Any] | None = None,
        filters: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Request:
        """The request as it would be sent, without the key.

        values   by declared name; `filters` are such values too (users_names, from_date, ...)
        data     further fields of the form; names that the catalog does not know are sent as they are

        Raises InvalidInput with a reason per name, KeyError for an unknown operation.
        """
        operation = self.catalog[key]
        given = {**(values or {}), **(filters or {})}
        loose = {name: value for name, value in (data or {}).items() if operation.param(name) is None}
        given.update({name: value for name, value in (data or {}).items() if name not in loose})
        if loose and operation.method == "GET":
            reasons = dict.fromkeys(loose, _("A read has no body."))
            raise InvalidInput(_("Some values cannot be sent."), fields=reasons)
        return _request(operation, self._base, checked(operation, given), loose, headers or {})

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
        """Ask, and judge the answer. `document` is all of it, `items` are the rows of a list.

        Raises the errors of portal.lib.errors; NeedsReconnect names both things that a 401 can mean.

        accepts_charges   means nothing here: nothing asks before it charges
        """
        operation = self.catalog[key]
        request = self.prepare(key, values, data=data, filters=filters, headers=headers)
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
