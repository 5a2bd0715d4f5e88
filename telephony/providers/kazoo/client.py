"""The Kazoo client: any operation of the catalog by key.

From values to the wire: asking.py. From the wire to an answer: answering.py, and what a refusal means: refusals.py.
Signing in: signing_in.py.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from portal.lib.errors import Forbidden, NotFound
from portal.lib.secrets import Secret
from telephony.providers.client import Answer, ClientContext
from telephony.providers.kazoo.answering import decoded
from telephony.providers.kazoo.asking import NO_TOKEN, TOKEN, Asked, asked_of, key_text, request_of
from telephony.providers.kazoo.catalog import CATALOG
from telephony.providers.kazoo.catalog.common import BASE
from telephony.providers.kazoo.catalog.ways import WAYS, Way
from telephony.providers.kazoo.patience import Patience
from telephony.providers.kazoo.refusals import TooMuchAtOnce
from telephony.providers.operations import Operation, Paging
from telephony.providers.transport import Request, Response

PAGE_SIZE = 500
MOST_REMEMBERED = 64  # documents that are asked for again with their ETag
_NOT_THERE = frozenset({404, 405})


class KazooClient:
    """One connected Kazoo account; the accounts below it are reached by giving their `accountId`."""

    catalog = CATALOG

    def __init__(self, context: ClientContext) -> None:
        self.account = context.account
        self._transport = context.transport
        self._grant = context.grant
        self._base = context.addresses[BASE].rstrip("/")
        self._memory = context.memory
        self._patience = Patience()
        self._seen: OrderedDict[str, tuple[str, Answer]] = OrderedDict()

    def prepare(
        self,
        key: str,
        values: Mapping[str, Any] | None = None,
        *,
        data: Mapping[str, Any] | None = None,
        filters: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        given_back: Collection[str] = (),
        api_root: str = "",
        ui_metadata: Mapping[str, Any] | None = None,
        accepts_charges: bool = False,
    ) -> Request:
        """The request as it would be sent first, without the token.

        values   by declared name, wherever they travel; `accountId` is the connection's own where it is left out
        data     further fields of the document; names that the catalog does not know are sent as they are
        given_back   names of `data` that are sent as they are although the catalog knows them
        filters  as the SDK takes them; a list is any of its values

        Raises InvalidInput with a reason per name, KeyError for an unknown operation.
        """
        operation = self.catalog[key]
        asked = self._asked(
            operation,
            values,
            data,
            filters,
            headers=headers or {},
            given_back=given_back,
            ui_metadata=ui_metadata,
            accepts_charges=accepts_charges,
        )
        _index, way = self._ways(operation)[0]
        return request_of(operation, self._root(api_root), asked, way)

    def call(
        self,
        key: str,
        values: Mapping[str, Any] | None = None,
        *,
        data: Mapping[str, Any] | None = None,
        filters: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        deadline_s: float | None = None,
        given_back: Collection[str] = (),
        accepts_charges: bool = False,
        api_root: str = "",
        token: Secret | None = None,
        ui_metadata: Mapping[str, Any] | None = None,
        cache: bool | None = None,
        as_texts: bool = False,
    ) -> Answer:
        """Ask, and decode the answer. Raises the errors of portal.lib.errors.

        accepts_charges   somebody agreed to pay; without it a server that asks raises ChargesRequired with its quote
        api_root, token   another server or token for this one call; our own token never leaves our own server
        ui_metadata       what made the change, kept by Kazoo with the document
        cache             True: ask whether it changed since this client read it; False: past every cache on the way
        as_texts          the rows of a long list as `Answer.texts`, most of them never taken apart
        """
        operation = self.catalog[key]
        asked = self._asked(
            operation,
            values,
            data,
            filters,
            headers=headers or {},
            given_back=given_back,
            ui_metadata=ui_metadata,
            accepts_charges=accepts_charges,
        )
        if cache is False:
            asked = replace(asked, filters=(*asked.filters, ("_", str(int(time.time() * 1000)))))
        refused: NotFound | None = None
        for index, way in self._ways(operation):
            request = request_of(operation, self._root(api_root), asked, way)
            try:
                answer = self._answer(
                    operation,
                    request,
                    asked,
                    way,
                    deadline_s,
                    token,
                    is_cached=cache is True,
                    as_texts=as_texts,
                )
            except NotFound as error:
                if error.status not in _NOT_THERE:
                    raise
                refused = refused or error
                continue
            self._learn(operation, index)
            return answer
        assert refused is not None
        raise refused

    def pages(
        self,
        key: str,
        values: Mapping[str, Any] | None = None,
        *,
        filters: Mapping[str, Any] | None = None,
        deadline_s: float | None = None,
    ) -> Iterator[Answer]:
        """Every page of a collection, in the server's order. A list that is not paged comes as one.

        The last answer has `following` None; each other one has the values that fetch the next. Where everything at
        once (`paginate` no) is too much, pages are asked for; where a page is, shorter ones.
        """
        operation = self.catalog[key]
        if operation.paging is Paging.NONE:
            yield self.call(key, values, filters=filters, deadline_s=deadline_s)
            return
        asked = dict(values or {})
        if asked.get("paginate") is not False:
            asked.setdefault("page_size", PAGE_SIZE)
        seen = {key_text(asked["start_key"])} if "start_key" in asked else set()
        while True:
            try:
                answer = self.call(key, asked, filters=filters, deadline_s=deadline_s)
            except TooMuchAtOnce:
                smaller = _smaller(asked)
                if smaller is None:
                    raise
                asked = smaller
                continue
            following = _next(answer, asked, seen)
            yield replace(answer, following=following)
            if following is None:
                return
            asked = following

    # ---- sending ----

    def _asked(
        self,
        operation: Operation,
        values: Mapping[str, Any] | None,
        data: Mapping[str, Any] | None,
        filters: Mapping[str, Any] | None,
        **more: Any,
    ) -> Asked:
        return asked_of(operation, values, data, filters, account=self.account, **more)

    def _root(self, api_root: str) -> str:
        return api_root.rstrip("/") or self._base

    def _answer(
        self,
        operation: Operation,
        request: Request,
        asked: Asked,
        way: Way | None,
        deadline_s: float | None,
        token: Secret | None,
        *,
        is_cached: bool,
        as_texts: bool,
    ) -> Answer:
        is_conditional = is_cached and request.method == "GET"
        known = self._seen.get(request.full_url) if is_conditional else None
        if known:
            request = request.with_headers(**{"If-None-Match": known[0]})
        response = self._authorized(request, operation, deadline_s, token)
        if known and response.status == 304:
            self._seen.move_to_end(request.full_url)
            return known[1]
        answer = decoded(operation, response, asked.values, way, as_texts=as_texts)
        if is_conditional and (etag := response.headers.get("ETag", "")):
            self._seen[request.full_url] = (etag, answer)
            while len(self._seen) > MOST_REMEMBERED:
                self._seen.popitem(last=False)
        return answer

    def _authorized(
        self, request: Request, operation: Operation, deadline_s: float | None, token: Secret | None
    ) -> Response:
        """Send with the token; when it is refused, get another one and send once more: a 401 did nothing."""

        def send(given: Secret | None) -> Response:
            sent = request if given is None else request.with_headers(**{TOKEN: given})
            return self._transport.send(
                sent, effect=operation.effect, deadline_s=deadline_s, too_many=self._patience
            )

        if operation.key in NO_TOKEN:
            return send(None)
        if token is not None or not self._is_ours(request.url):
            response = send(token or Secret(""))
            if response.status == 401:
                raise Forbidden(_("Kazoo refuses the token that was given for this call."), status=401)
            return response
        response = send(self._grant.token())
        return send(self._grant.renew()) if response.status == 401 else response

    def _is_ours(self, url: str) -> bool:
        """Whether an address is of our own server, which alone may see our token."""
        return urlsplit(url)[:2] == urlsplit(self._base)[:2]

    # ---- which of several addresses ----

    def _ways(self, operation: Operation) -> list[tuple[int, Way | None]]:
        """The addresses to try, with their place in the table: what answered before, then newest first."""
        ways = WAYS.get(operation.key)
        if ways is None:
            return [(0, None)]
        every: list[tuple[int, Way | None]] = [*enumerate(ways.newer), (len(ways.newer), None)]
        known = self._memory.get(f"way:{ways.name}")
        return sorted(every, key=lambda one: one[0] != known)

    def _learn(self, operation: Operation, index: int) -> None:
        ways = WAYS.get(operation.key)
        if ways is not None and (self._memory.get(f"way:{ways.name}") or 0) != index:
            self._memory.keep(f"way:{ways.name}", index)


def _next(answer: Answer, asked: Mapping[str, Any], seen: set[str]) -> dict[str, Any] | None:
    """The values of the next page; None at the end, also where the server comes back to a page that was there."""
    if answer.following is None:
        return None
    start_key = answer.following["start_key"]
    if (text := key_text(start_key)) in seen:
        return None
    seen.add(text)
    return {**asked, "start_key": start_key}


def _smaller(asked: Mapping[str, Any]) -> dict[str, Any] | None:
    """The values that ask for less: pages instead of everything, then half a page; None where it is one row."""
    if asked.get("paginate") is False:
        return {
            **{name: value for name, value in asked.items() if name != "paginate"},
            "page_size": PAGE_SIZE,
        }
    size = int(asked["page_size"])
    return {**asked, "page_size": size // 2} if size > 1 else None
