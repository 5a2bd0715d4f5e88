"""The envelope: how a request is read and how an answer is written (facts, sections 1 and 3)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from telephony.providers.kazoo.sandbox.answers import Answer
from telephony.providers.kazoo.sandbox.documents import digestible
from telephony.providers.kazoo.sandbox.json_text import read_json
from telephony.providers.kazoo.sandbox.refusals import Refused, wrong
from telephony.providers.sandbox.wire import Reply, WireRequest

JSON = "application/json"
METHODS = ("GET", "PUT", "POST", "PATCH", "DELETE")
_JSON_TYPES = frozenset({"", JSON, "text/json", "application/x-json"})
_ALLOWED = "Content-Type, Accept, X-Auth-Token, X-Kazoo-Cluster-ID, If-Match, X-File-Name, X-Pretty-Print, Authorization"
_EXPOSED = "Content-Type, X-Auth-Token, X-Request-ID, Location, Etag, ETag"
CORS = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE, PATCH, OPTIONS, HEAD"),
    ("Access-Control-Allow-Headers", _ALLOWED),
    ("Access-Control-Expose-Headers", _EXPOSED),
    ("Access-Control-Max-Age", "86400"),
]


@dataclass
class Message:
    """A request as Crossbar understands it.

    envelope  what stands around `data`: verb, auth_token, accept_charges, action, multi_factor_response, ...
    data      object or list; {} where none was sent
    trouble   why the body cannot be used, raised once the caller is known
    """

    request: WireRequest
    method: str
    query: dict[str, str]
    envelope: dict[str, Any] = field(default_factory=dict)
    data: Any = field(default_factory=dict)
    trouble: Refused | None = None

    @property
    def content_type(self) -> str:
        return self.request.header("Content-Type").partition(";")[0].strip().lower()

    @property
    def is_json(self) -> bool:
        return self.content_type in _JSON_TYPES

    @classmethod
    def read(cls, request: WireRequest) -> Message:
        message = cls(request, request.method, dict(request.query_pairs))
        if message.is_json and request.method != "GET":
            try:
                message._open(request)
            except Refused as refused:
                message.trouble = refused
        verb = message.envelope.get("verb") or message.query.get("verb")
        if request.method == "POST" and isinstance(verb, str) and verb.upper() in METHODS:
            message.method = verb.upper()
        return message

    def _open(self, request: WireRequest) -> None:
        if not request.body.strip():
            return
        try:
            document = read_json(request.body)
        except ValueError:
            raise wrong("json", "invalid", "Invalid JSON in the request body", target="JSON object") from None
        if not isinstance(document, dict):
            raise wrong("json", "invalid", "The request body is no JSON object", target="JSON object")
        self.envelope = {name: value for name, value in document.items() if name != "data"}
        if request.segments[1:2] == ("v1",) and "data" not in document:
            self.data = dict(document)
            return
        data = document.get("data")
        if data is None:
            return
        if not isinstance(data, dict | list):
            raise wrong("data", "type", "Value did not match type(s): object", target="object", value=data)
        if isinstance(data, dict) and not isinstance(data.get("ui_metadata", {}), dict):
            raise wrong("ui_metadata", "type", "Value did not match type(s): object", target="object")
        self.data = data

    def flag(self, name: str) -> bool:
        return self.envelope.get(name) is True or self.query.get(name, "").lower() == "true"

    def wants(self, provided: tuple[str, ...]) -> str:
        """The first type the client accepts out of `provided`; "*" in it stands for any. Raises Refused 406."""
        wanted = self.query.get("accept") or self.request.header("Accept") or "*/*"
        for part in wanted.split(","):
            kind = part.partition(";")[0].strip().lower()
            kind = kind if "/" in kind else _SHORT.get(kind, kind)
            for offered in provided:
                if kind in ("*/*", "*", offered) or offered == "*" or _covers(kind, offered):
                    return offered
        raise Refused(406, "not_acceptable")


_SHORT = {
    "csv": "text/csv",
    "json": JSON,
    "pdf": "application/pdf",
    "html": "text/html",
    "text": "text/plain",
}


def _covers(kind: str, offered: str) -> bool:
    return kind.endswith("/*") and offered.startswith(kind[:-1])


@dataclass
class Stamp:
    """What every envelope carries, of whichever outcome."""

    request_id: str
    node: str
    version: str
    now_s: float
    token: str = ""
    consumed: int | None = None
    remaining: int = 0

    def members(self) -> dict[str, Any]:
        moment = datetime.fromtimestamp(int(self.now_s), UTC)
        members: dict[str, Any] = {
            "request_id": self.request_id,
            "node": self.node,
            "timestamp": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        if self.token:
            members |= {"auth_token": self.token, "version": self.version}
        if self.consumed is not None:
            members["tokens"] = {"consumed": self.consumed, "remaining": self.remaining}
        return members


def success(message: Message, answer: Answer, stamp: Stamp) -> Reply:
    """The reply of an answer; 304 and 412 are decided before, in `crossbar.py`."""
    headers = [("X-Request-ID", stamp.request_id), *CORS, *answer.headers]
    if answer.location:
        headers.append(("Location", answer.location))
    if answer.body is not None:
        return Reply(answer.status, answer.body, [("Content-Type", answer.content_type), *headers])
    revision = answer.revision or digest(answer.data)
    stamp.token = answer.token or stamp.token
    document = {
        "data": answer.data,
        "status": "success",
        "revision": revision,
        **answer.envelope,
        **stamp.members(),
    }
    headers.append(("ETag", f'"{revision}"'))
    if stamp.token:
        headers.append(("X-Auth-Token", stamp.token))
    return _json(message, document, answer.status, headers)


def failure(message: Message | None, refused: Refused, stamp: Stamp) -> Reply:
    """The reply of a refusal. Branch 3.22 called every validation error "invalid data"."""
    word = refused.message
    if word == "validation error" and stamp.version.startswith("3."):
        word = "invalid data"
    document = {
        "data": refused.data,
        "error": str(refused.status),
        "message": word,
        "status": "error",
        **stamp.members(),
    }
    headers = [("X-Request-ID", stamp.request_id), *CORS, *refused.headers]
    return _json(message, document, refused.status, headers)


def _json(message: Message | None, document: Any, status: int, headers: list[tuple[str, str]]) -> Reply:
    """JSON under exactly `application/json`: the vendor's SDK parses errors of no other type."""
    pretty = message is not None and (
        message.query.get("pretty_print", "").lower() == "true"
        or message.request.header("X-Pretty-Print").lower() == "true"
    )
    indent, separators = (4, (",", ": ")) if pretty else (None, (",", ":"))
    body = json.dumps(document, ensure_ascii=False, indent=indent, separators=separators)
    return Reply(status, body.encode("utf-8", "replace"), [("Content-Type", JSON), *headers])


def digest(data: Any) -> str:
    return hashlib.md5(digestible(data), usedforsecurity=False).hexdigest()
