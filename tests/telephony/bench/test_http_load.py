"""The load of the benches counts what was answered, and what was not."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from telephony.bench import hooks


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked = itertools.count()

    def do_GET(self) -> None:
        if next(self.asked) % 10 == 9:
            self.close_connection = True
            return
        self.send_response(204 if self.path.startswith("/there/") else 404)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Nothing is logged."""


@pytest.fixture
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_every_request_is_accounted_for(port: int) -> None:
    told = hooks.load(port, ["/there/", "/away/"], 3, rate=2000, count=100, answered=True)

    assert told["statuses"]["0"] == 10 and sum(told["statuses"].values()) == 100
    assert len(told["answers"]) == len(told["late_ms"]) == 100
    assert set(told["answers"][::2]) <= {204, 0}
