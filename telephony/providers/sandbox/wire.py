"""One request as it came over the wire and one answer as it leaves, with the body formats clients really send."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

Headers = Mapping[str, str] | Message  # the latter as the server reads them: any case of a name is found
_FORMS = frozenset(
    {"", "application/x-www-form-urlencoded", "text/plain"}
)  # the last two from careless clients
_BRACKETS = re.compile(r"\[([^\]]*)\]")


class BadBody(ValueError):
    """The body is not what its content type says."""


@dataclass
class WireRequest:
    """A request with its query and body decoded once.

    path      decoded for people and routes, without the query
    segments  the path split on "/" and decoded afterwards, so that an encoded slash stays inside its segment
    query     "a=1&b[]=2" as {"a": "1", "b": ["2"]}; see `nest`
    data      the same for a form body (urlencoded or multipart), or the parsed JSON document; {} for other types, whose
              bytes are in `body`
    bad_body  why the body could not be read by its content type; `data` is then {}
    """

    method: str
    target: str
    headers: Headers
    body: bytes = b""
    client_address: str = "127.0.0.1"
    path: str = ""
    segments: tuple[str, ...] = ()
    query: dict[str, Any] = field(default_factory=dict)
    query_pairs: list[tuple[str, str]] = field(default_factory=list)
    data: Any = field(default_factory=dict)
    bad_body: str = ""
    operation: str = ""
    status: int = 0

    @classmethod
    def read(
        cls, method: str, target: str, headers: Headers, body: bytes, client_address: str
    ) -> "WireRequest":
        """Decode the target and the body."""
        parts = urlsplit(target)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        data, bad_body = {}, ""
        try:
            data = _read_body(str(headers.get("Content-Type", "")), body)
        except BadBody as error:
            bad_body = str(error)
        return cls(
            method=method,
            target=target,
            headers=headers,
            body=body,
            client_address=client_address,
            path=unquote(parts.path),
            segments=tuple(unquote(segment) for segment in parts.path.split("/") if segment),
            query=nest(pairs),
            query_pairs=pairs,
            data=data,
            bad_body=bad_body,
        )

    def header(self, name: str) -> str:
        return str(self.headers.get(name, ""))

    @property
    def origin(self) -> str:
        """The scheme and host the client used, for absolute links."""
        return f"http://{self.header('Host') or '127.0.0.1'}"


@dataclass
class Reply:
    """An answer. `reason` replaces the standard phrase of the status line."""

    status: int = 200
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)
    reason: str = ""

    @classmethod
    def json(cls, document: Any, status: int = 200, headers: list[tuple[str, str]] | None = None) -> "Reply":
        body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        return cls(status, body, [("Content-Type", "application/json; charset=utf-8"), *(headers or [])])

    @classmethod
    def text(cls, text: str, status: int = 200, reason: str = "") -> "Reply":
        return cls(status, text.encode(), [("Content-Type", "text/plain; charset=utf-8")], reason)

    @classmethod
    def html(cls, text: str, status: int = 200, headers: list[tuple[str, str]] | None = None) -> "Reply":
        return cls(status, text.encode(), [("Content-Type", "text/html; charset=utf-8"), *(headers or [])])


def nest(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Read PHP's bracket notation: `a[0]=x&a[]=y` gives {"a": ["x", "y"]}, `f[type]=x` gives {"f": {"type": "x"}}.

    Indexes give the order and nothing else. A name repeated without brackets keeps its last value.
    """
    nested: dict[str, Any] = {}
    for name, value in pairs:
        head, bracket, _ = name.partition("[")
        keys = _BRACKETS.findall(name[len(head) :]) if bracket else []
        if not keys:
            nested[name] = value
            continue
        holder = nested.get(head)
        if not isinstance(holder, dict):
            holder = nested[head] = {}
        key = keys[0] if keys[0] else str(_next_index(holder))
        holder[key] = value
    return {name: _as_list(value) for name, value in nested.items()}


def _next_index(holder: dict[str, Any]) -> int:
    return max((int(key) for key in holder if key.isdecimal()), default=-1) + 1


def _as_list(value: Any) -> Any:
    if isinstance(value, dict) and value and all(key.isdecimal() for key in value):
        return [value[key] for key in sorted(value, key=int)]
    return value


def _read_body(content_type: str, body: bytes) -> Any:
    """Decode a body by its content type; an empty body is an empty form whatever the type says. Raises BadBody."""
    if not body:
        return {}
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as error:  # the latter for a thousand brackets
            raise BadBody("the body is not JSON") from error
    if kind == "multipart/form-data":
        return nest(_multipart(content_type, body))
    if kind not in _FORMS:
        return {}
    try:
        return nest(parse_qsl(body.decode(), keep_blank_values=True))
    except UnicodeDecodeError as error:
        raise BadBody("the form is not UTF-8") from error


def _multipart(content_type: str, body: bytes) -> list[tuple[str, str]]:
    """The fields of a multipart form, in order. PHP's cURL sends this when it is handed an array."""
    message = BytesParser(policy=HTTP).parsebytes(
        b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n" + body
    )
    if not message.is_multipart():
        raise BadBody("the multipart body has no parts")
    pairs = []
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(payload, bytes):
            pairs.append((name, payload.decode("utf-8", "replace")))
    return pairs
