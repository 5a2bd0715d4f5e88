"""A server that misbehaves to order."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

Script = Callable[[socket.socket], None]


class OddServer:
    """Accepts connections on loopback and lets `script` have each one; counts them and keeps what they sent."""

    def __init__(self) -> None:
        self.script: Script = lambda connection: None
        self.connections = 0
        self.received: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                self.script(connection)
            except OSError:
                return

    def request(self, connection: socket.socket) -> bytes:
        """The next request up to the end of its head; b"" when the client has gone."""
        text = b""
        while b"\r\n\r\n" not in text:
            chunk = connection.recv(65_536)
            if not chunk:
                return b""
            text += chunk
        self.received.append(text)
        return text

    def answers(self, body: bytes, head: bytes = b"HTTP/1.1 200 OK", extra: bytes = b"") -> None:
        """From now on every request on every connection gets this answer, and connections stay open."""

        def script(connection: socket.socket) -> None:
            while self.request(connection):
                length = b"Content-Length: %d\r\n" % len(body)
                connection.sendall(head + b"\r\n" + length + extra + b"\r\n" + body)

        self.script = script

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def odd_server() -> Iterator[OddServer]:
    server = OddServer()
    yield server
    server.close()
