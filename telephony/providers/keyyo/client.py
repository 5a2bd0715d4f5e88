"""The Keyyo client: any operation of the catalog by key, and the few typed ones that we use ourselves.

Wire format: encoding.py. The CTI actions, which live on another host, are sent by cti.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from portal.lib.errors import (
    AnswerLost,
    Forbidden,
    InvalidInput,
    NotFound,
    ProviderError,
    Unavailable,
    UnexpectedAnswer,
)
from portal.lib.outbound import path_segment
from portal.lib.secrets import Secret
from telephony.providers.client import Answer, CatalogClient, ClientContext
from telephony.providers.keyyo import cti, encoding
from telephony.providers.keyyo.catalog import CATALOG
from telephony.providers.keyyo.catalog.calls import PAGE_SIZE
from telephony.providers.keyyo.catalog.common import CTI, MANAGER
from telephony.providers.keyyo.documents import CSIToken, Profile, Service
from telephony.providers.operations import Effect, Operation, Paging, Place
from telephony.providers.transport import Request, Response

TEST_RING_S = 8
SMALLEST_FULL_PAGE = 100  # no server is taken to cut pages shorter than its own default

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# The token takes the place of the empty one when the request is sent.
_STANDARD: dict[str, dict[str, str | Secret]] = {
    MANAGER: {"Accept": "application/json", "Authorization": Secret("")},
    CTI: {},
}


class KeyyoClient(CatalogClient):
    """One connected Keyyo account."""

    catalog = CATALOG

    def __init__(self, context: ClientContext) -> None:
        self._transport = context.transport
        self._grant = context.grant
        self._addresses = context.addresses
        self._line_secret = context.line_secret

    def _completed(
        self, operation: Operation, given: dict[str, Any], filters: Mapping[str, str]
    ) -> dict[str, Any]:
        return {**given, "filters": {**given.get("filters", {}), **filters}} if filters else given

    def _written(
        self,
        operation: Operation,
        values: Mapping[str, Any],
        loose: Mapping[str, Any],
        headers: Mapping[str, str],
    ) -> Request:
        return _request(operation, self._base(operation), values, loose, headers)

    def _asked(
        self, operation: Operation, request: Request, given: Mapping[str, Any], deadline_s: float | None
    ) -> Answer:
        """Send and decode; a 400's reason stands on its field."""
        if operation.surface == CTI:
            password = self._line_secret(str(given["ACCOUNT"]))
            return cti.act(self._transport, request, password=password, deadline_s=deadline_s)
        response = self._authorized(request, operation.effect, deadline_s)
        return _decoded(operation, request, response, given)

    def pages(
        self,
        key: str,
        values: Mapping[str, Any] | None = None,
        *,
        filters: Mapping[str, str] | None = None,
        deadline_s: float | None = None,
    ) -> Iterator[Answer]:
        """Every page of a collection. A list that is not paged comes as one.

        The last answer has `following` None; each other one has the values that fetch the next, so that reading
        can go on later from there.
        """
        operation = self.catalog[key]
        if operation.paging is Paging.NONE:
            yield self.call(key, values, filters=filters, deadline_s=deadline_s)
            return
        asked = {"limit": PAGE_SIZE, "offset": 0, **(values or {})}
        links_next = False
        while True:
            answer = self.call(key, asked, filters=filters, deadline_s=deadline_s)
            links_next = links_next or "offset" in (answer.following or {})
            offset = _next_offset(answer, asked, links_next)
            if offset is None:
                yield Answer(
                    document=answer.document, items=answer.items, status=answer.status, headers=answer.headers
                )
                return
            asked = {**asked, "offset": offset}
            yield Answer(
                document=answer.document,
                items=answer.items,
                status=answer.status,
                headers=answer.headers,
                following=asked,
            )

    def services(self, type_name: str = "") -> list[Service]:
        """The services of the account, or those of one type, in the order of their CSI."""
        answer = self.call("services.list", filters={"type": type_name} if type_name else None)
        services = [Service.from_document(item) for item in answer.items]
        return sorted((one for one in services if type_name in ("", one.type)), key=lambda one: one.csi)

    def service(self, csi: str) -> Service:
        """One service. Raises NotFound if it is gone."""
        return Service.from_document(self.call("services.read", {"csi": csi}).document)

    def profiles(self, csi: str) -> list[Profile]:
        """The profiles of a line or group, the default one first."""
        items = self.call("services.profiles.list", {"csi": csi}).items
        return sorted(map(Profile.from_document, items), key=lambda one: (not one.is_default, one.identifier))

    def update_profile(self, csi: str, profile: str, changes: Mapping[str, object]) -> Profile:
        """Change one profile and return it as Keyyo now holds it.

        changes   Keyyo's own field names; forward_delay in seconds, an empty text clears a number

        Raises NotFound if the line or profile is gone, Forbidden if the grant does not cover it.
        """
        answer = self.call(
            "services.profiles.update", {"csi": csi, "profile_identifier": profile}, data=changes
        )
        return Profile.from_document(answer.document)

    def blacklist(self, csi: str) -> list[str]:
        """The callers that a line refuses, "anonymous" among them where hidden ones are."""
        return encoding.named_list(self.call("services.blacklist.list", {"csi": csi}).items, "number")

    def csi_token(self, csi: str, domain_masks: list[str]) -> CSIToken:
        """A token for the browser CTI library, valid for one hour. Never repeated after a lost answer."""
        answer = self.call("services.csi_token.create", {"csi": csi, "domain_masks": domain_masks})
        return CSIToken.from_document(answer.document)

    def line_authorization(self, line: str) -> str:
        """How Keyyo lets us start calls for a line: "address", "password" or ""; asked without starting any."""
        return cti.authorization(self._transport, self._addresses[CTI], line, self._line_secret(line))

    def play_missed_call(self, line: str) -> None:
        """Have the sandbox call a line that nobody answers; Keyyo itself has nothing of the kind and says not found."""
        parts = urlsplit(self._addresses[MANAGER])
        wish = {"provider": "keyyo", "scenario": "incoming_missed", "a": line, "ring_s": TEST_RING_S}
        request = Request(
            method="POST",
            url=f"{parts.scheme}://{parts.netloc}/_control/play",
            document=wish,
            operation="notifications.test",
        )
        response = self._transport.send(request, effect=Effect.NEVER_REPEAT, deadline_s=10)
        if response.status != 200:
            raise NotFound(response.body[:200].decode(errors="replace"), status=response.status)

    def _base(self, operation: Operation) -> str:
        return self._addresses[operation.surface].rstrip("/")

    def _authorized(self, request: Request, effect: Effect, deadline_s: float | None) -> Response:
        """Send with the token; when it is refused, renew it once and send once more: a 401 did nothing."""
        response = self._send(request, effect, deadline_s, self._grant.token)
        if response.status == 401:
            response = self._send(request, effect, deadline_s, self._grant.renew)
        if response.status == 401:
            raise Unavailable(_("Keyyo refuses a token that it has just issued."), status=401)
        return response

    def _send(
        self, request: Request, effect: Effect, deadline_s: float | None, token: Callable[[], Secret]
    ) -> Response:
        return self._transport.send(
            request.with_headers(Authorization=Secret(f"Bearer {token().reveal()}")),
            effect=effect,
            deadline_s=deadline_s,
        )


def _request(
    operation: Operation,
    base: str,
    values: Mapping[str, Any],
    loose: Mapping[str, Any],
    headers: Mapping[str, str],
) -> Request:
    placed: dict[Place, dict[str, Any]] = {place: {} for place in Place}
    for param in operation.params:
        if param.name in values:
            placed[param.place][param.name] = values[param.name]
    segments = {name: path_segment(str(value)) for name, value in placed[Place.PATH].items()}
    body = {**placed[Place.BODY], **loose}
    sends_form = operation.method in {"POST", "PUT"}
    return Request(
        method=operation.method,
        url=base + operation.path.format(**segments),
        query=encoding.pairs(placed[Place.QUERY]),
        headers={**_STANDARD[operation.surface], **(_FORM if sends_form else {}), **headers},
        form=encoding.pairs(body) if sends_form else None,
        operation=operation.key,
    )


def _decoded(operation: Operation, request: Request, response: Response, values: Mapping[str, Any]) -> Answer:
    if response.status != 200:
        raise _error(operation, response)
    try:
        return _answer(operation, request, response, values)
    except UnexpectedAnswer as error:
        if operation.effect is Effect.READ:
            raise
        # Something was done; what it was, only a read can tell.
        raise AnswerLost(error.message, status=response.status) from error


def _answer(operation: Operation, request: Request, response: Response, values: Mapping[str, Any]) -> Answer:
    document = response.json() if response.body.strip() else None
    if document is None and operation.effect is Effect.READ:
        raise UnexpectedAnswer(_("Keyyo's answer is empty."), status=response.status)
    if operation.collection and document is not None:
        items = encoding.embedded(document)
        following = encoding.following(document, request.url, ("offset", "limit"))
        if following and operation.paging is Paging.NONE:
            raise UnexpectedAnswer(_("Keyyo gave only a part of a list that has no pages."))
        return Answer(
            document=document,
            items=items,
            status=response.status,
            headers=response.headers,
            following=following,
        )
    if document is not None and not isinstance(document, dict):
        raise UnexpectedAnswer(_("Keyyo's answer is not an object."), status=response.status)
    for path_name, field in operation.identity:
        held = (document or {}).get(field)
        if held is not None and str(held) != str(values.get(path_name)):
            raise UnexpectedAnswer(_("Keyyo answered about another object."), status=response.status)
    return Answer(document=document, status=response.status, headers=response.headers)


def _next_offset(answer: Answer, asked: Mapping[str, Any], links_next: bool) -> int | None:
    """Where the next page starts. A page of fewer than 100 rows is the last one, unless it links on.

    Without links a full-looking page is followed by one more request: the server may cut pages shorter than
    what was asked for.
    """
    count = len(answer.items)
    if answer.following and re.fullmatch(r"[0-9]{1,12}", answer.following.get("offset", "")):
        offset = int(answer.following["offset"])
        if count and offset <= int(asked["offset"]):
            raise UnexpectedAnswer(_("Keyyo's list goes round in a circle."))
        return offset if count else None
    if links_next or count < min(SMALLEST_FULL_PAGE, int(asked["limit"])):
        return None
    return int(asked["offset"]) + count


def _error(operation: Operation, response: Response) -> ProviderError:
    """The error that a status means; `X-Status-Reason` says it in words."""
    reason = response.headers.get("X-Status-Reason", "").strip()[:300]
    if response.status == 400:
        text = reason or _("Keyyo refused a value.")
        return InvalidInput(text, fields=_fields_named(operation, text), status=400)
    if response.status == 403:
        return Forbidden(reason or _("This connection may not do that at Keyyo."), status=403)
    if response.status == 404:
        return NotFound(reason or _("Keyyo does not have this object."), status=404)
    if response.status in {500, 502, 504} and operation.effect is not Effect.READ:
        return AnswerLost(reason or _("Keyyo failed while it was at it."), status=response.status)
    if response.status >= 500 or response.status == 408:
        return Unavailable(reason or _("Keyyo reports a failure of its own."), status=response.status)
    return UnexpectedAnswer(
        _("Keyyo answered with the unexpected status %(status)d.") % {"status": response.status},
        status=response.status,
    )


def _fields_named(operation: Operation, reason: str) -> dict[str, str]:
    """The field that a reason speaks of: the one it names, or the only one there is. "name: reason" loses the name."""
    names = [param.name for param in operation.params if param.place is not Place.PATH]
    words = set(re.findall(r"\w+", reason))
    found = [name for name in names if name in words]
    body = [param.name for param in operation.params if param.place is Place.BODY]
    if not found and len(body) == 1:
        found = body
    return {name: reason.removeprefix(f"{name}:").strip() or reason for name in found}
