"""A small HTTP server that answers as a test tells it, and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Seen:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def document(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Told:
    """One answer as it is to go out."""

    document: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None

    def bytes(self) -> bytes:
        return self.body if self.body is not None else json.dumps(self.document).encode()


def success(data: Any, status: int = 200, **members: Any) -> Told:
    """An envelope of success."""
    return Told(
        {"data": data, "status": "success", "auth_token": "leak-me-not", "request_id": "r1", **members},
        status,
    )


def error(status: int, message: str = "", data: Any = None, **members: Any) -> Told:
    """An envelope of an error, its number as text."""
    said = {
        "data": data if data is not None else {},
        "status": "error",
        "error": str(status),
        "message": message,
    }
    return Told({**said, "auth_token": "leak-me-not", "request_id": "r1", **members}, status)


Answering = Callable[[Seen], Told]


class Served:
    """The server. `answering` may be replaced at any time; `seen` are the requests in order."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.answering: Answering = lambda seen: success({})
        self._lock = threading.Lock()
        served = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: Any) -> None:
                pass

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                seen = Seen(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
                with served._lock:
                    served.seen.append(seen)
                told = served.answering(seen)
                content = b"" if told.status == 304 else told.bytes()
                self.send_response(told.status)
                headers = {"Content-Type": "application/json", **told.headers}
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = _serve

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}/v2"

    @property
    def last(self) -> Seen:
        return self.seen[-1]

    def answer(self, *told: Told) -> None:
        """Give these answers in turn, the last one again and again."""
        left = list(told)
        self.answering = lambda seen: left.pop(0) if len(left) > 1 else left[0]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()


@contextmanager
def serving() -> Iterator[Served]:
    """A running server, new to the world."""
    served = Served()
    served.start()
    try:
        yield served
    finally:
        served.close()
