"""From a request to its answer: route, rate, token, account, content types, endpoint, envelope."""

from __future__ import annotations

import base64
import binascii
import contextlib
import uuid
from typing import TYPE_CHECKING, Any

from telephony.providers.kazoo.catalog import CATALOG
from telephony.providers.kazoo.sandbox.answers import Answer
from telephony.providers.kazoo.sandbox.call import Call, check_open, is_below
from telephony.providers.kazoo.sandbox.envelope import CORS, Message, Stamp, digest, failure, success
from telephony.providers.kazoo.sandbox.generations import lacks
from telephony.providers.kazoo.sandbox.refusals import (
    Refused,
    bad_identifier,
    forbidden,
    invalid_credentials,
    invalid_method,
    no_such_path,
)
from telephony.providers.kazoo.sandbox.routes import Endpoint, build_router
from telephony.providers.kazoo.sandbox.settings import VERSIONS, generation_of
from telephony.providers.kazoo.sandbox.tokens import allows
from telephony.providers.sandbox.routing import NoRoute
from telephony.providers.sandbox.wire import Reply, WireRequest

if TYPE_CHECKING:
    from telephony.providers.kazoo.sandbox.app import KazooSandbox

BASES = (("kazoo", "v2"), ("kazoo", "v1"))
_NODE = "sandbox-n1"


class Crossbar:
    """Answers everything below `/kazoo/v2/` (and `/kazoo/v1/`, which old clients still ask)."""

    def __init__(self, sandbox: KazooSandbox) -> None:
        self._sandbox = sandbox
        self._router = build_router(CATALOG)

    def operation_of(self, request: WireRequest) -> str:
        message = Message.read(request)
        with contextlib.suppress(Refused):
            return self._route(message, _path(request))[0].key(message.query)
        return ""

    def answer(self, request: WireRequest) -> Reply:
        message = Message.read(request)
        stamp = self.stamp()
        if request.method == "OPTIONS":
            return Reply(200, b"", [("X-Request-ID", stamp.request_id), *CORS])
        try:
            return self._conditional(message, self._act(message, stamp), stamp)
        except Refused as refused:
            return failure(message, refused, stamp)

    def stamp(self) -> Stamp:
        sandbox = self._sandbox
        version = VERSIONS[generation_of(sandbox.store.data)]
        return Stamp(uuid.uuid4().hex, _NODE, version, sandbox.clock.timestamp())

    def _route(self, message: Message, path: tuple[str, ...]) -> tuple[Endpoint, list[str]]:
        """The endpoint and the values of the path. Raises Refused 404 or 405."""
        generation = generation_of(self._sandbox.store.data)
        try:
            endpoint, values = self._router.find(message.method, path)
        except NoRoute as missing:
            raise (invalid_method(missing.methods) if missing.methods else no_such_path()) from None
        if lacks(generation, endpoint.method, endpoint.path):
            raise no_such_path()
        return endpoint, values

    def _act(self, message: Message, stamp: Stamp) -> Answer:
        """Do the work. Every refusal is raised before anything is changed."""
        store = self._sandbox.store
        path = _path(message.request)
        with store.lock:
            text, record = self._caller(message)
            if path[:1] == ("account",) and record:
                path = ("accounts", record["account"], *path[1:])
            endpoint, values = self._route(message, path)
            call = Call(self._sandbox, message)
            in_account = endpoint.path.startswith("/accounts/{}")
            if in_account:
                call.account_id = values.pop(0)
            self._take_tokens(call, endpoint, record, stamp)
            if message.trouble:
                raise message.trouble
            if record is not None:
                call.token, call.token_text = record, text
                stamp.token = text
            if not endpoint.public:
                self._authorise(call, path)
            self._check_types(message, endpoint)
            if endpoint.locked:
                answer = _as_answer(endpoint.handle(call, *values))
                if message.method != "GET":
                    store.touch()
                store.save()
                return answer
        return _as_answer(endpoint.handle(call, *values))

    def _caller(self, message: Message) -> tuple[str, dict[str, Any] | None]:
        """The token that came along and what is known of it; header first, then envelope and query."""
        for text in _tokens(message):
            record = self._sandbox.tokens.find(text)
            if record is not None:
                return text, record
        record = self._basic(message.request.header("Authorization"))
        return "", record

    def _basic(self, header: str) -> dict[str, Any] | None:
        """Basic authentication: account id and md5 hash of a user's credentials."""
        kind, _, coded = header.partition(" ")
        if kind.lower() != "basic":
            return None
        try:
            account_id, _, md5 = base64.b64decode(coded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return None
        account = self._sandbox.store.data["accounts"].get(account_id)
        users = account["docs"].get("users", {}) if account else {}
        for user_id, user in users.items():
            if (
                md5
                and user["pvt"].get("md5") == md5.lower()
                and user["doc"].get("enabled", True) is not False
            ):
                return {"account": account_id, "owner": user_id, "expires_at": 0, "restrictions": None}
        return None

    def _take_tokens(
        self, call: Call, endpoint: Endpoint, record: dict[str, Any] | None, stamp: Stamp
    ) -> None:
        """Pay for the request out of the bucket of this client and account. Raises Refused 429."""
        cost = endpoint.cost if isinstance(endpoint.cost, int) else int(call.setting(endpoint.cost))
        account_id = call.account_id or (record or {}).get("account", "")
        size, refill = int(call.setting("bucket_size")), float(call.setting("bucket_refill_per_s"))
        left = self._sandbox.buckets.take(call.request.client_address, account_id, cost, size, refill)
        if left is None:
            raise Refused(429, "too_many_requests", {"message": "too many requests"})
        if size:
            stamp.consumed, stamp.remaining = cost, left

    def _authorise(self, call: Call, path: tuple[str, ...]) -> None:
        """Raises Refused 401, 403, 404 or 423."""
        if not call.token:
            raise invalid_credentials()
        check_open(call, call.token["account"])
        if call.account_id:
            if call.account_id not in call.state["accounts"]:
                raise bad_identifier(call.account_id)
            if not is_below(call.state, call.account_id, call.token["account"]):
                raise forbidden()
        if not allows(call.token.get("restrictions"), call.message.method, path):
            raise forbidden("the token does not allow this")

    def _check_types(self, message: Message, endpoint: Endpoint) -> None:
        """Raises Refused 415 or 406."""
        if message.request.body and message.method in ("PUT", "POST", "PATCH"):
            fits = "*" in endpoint.takes or message.content_type in endpoint.takes
            if not fits and not (message.is_json and "application/json" in endpoint.takes):
                raise Refused(415, "unsupported_media_type")
        message.wants(endpoint.gives)

    def _conditional(self, message: Message, answer: Answer, stamp: Stamp) -> Reply:
        """304 where the client has this revision already."""
        if message.method == "GET" and answer.status == 200 and answer.body is None:
            answer.revision = answer.revision or digest(answer.data)
            known = [text.strip().strip('"') for text in message.request.header("If-None-Match").split(",")]
            if answer.revision in known:
                headers = [("ETag", f'"{answer.revision}"'), ("X-Request-ID", stamp.request_id), *CORS]
                return Reply(304, b"", headers)
        return success(message, answer, stamp)


def _path(request: WireRequest) -> tuple[str, ...]:
    return request.segments[2:]


def _tokens(message: Message) -> list[str]:
    header = message.request.header("Authorization")
    kind, _, bearer = header.partition(" ")
    candidates = [
        message.request.header("X-Auth-Token"),
        bearer.strip() if kind.lower() == "bearer" else "",
        message.envelope.get("auth_token"),
        message.query.get("auth_token"),
    ]
    return [text for text in candidates if isinstance(text, str) and text]


def _as_answer(given: Any) -> Answer:
    return given if isinstance(given, Answer) else Answer(given)
