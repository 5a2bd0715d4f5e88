"""The HTTP/1.1 server of the sandboxes, on 127.0.0.1, in a thread of its own.

It owns the socket, so that a fault can close it before, after or in the middle of an answer.
"""

import socket
import sys
import threading
from collections import deque
from collections.abc import Iterable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from telephony.providers.sandbox.clock import SandboxClock
from telephony.providers.sandbox.control import Control
from telephony.providers.sandbox.discovery import sandbox_class
from telephony.providers.sandbox.faults import Fault, Faults, Limits
from telephony.providers.sandbox.provider import SandboxProvider
from telephony.providers.sandbox.wire import Reply, WireRequest

MAX_BODY = 10_000_000
KEPT_REQUESTS = 20_000


class SandboxServer:
    """Provider stand-ins behind one port. Use it as a context manager, or `start()` and `stop()`.

    port       0 takes a free one; see `url`
    providers  names of provider folders, or ready SandboxProvider objects
    state_dir  where state is kept; None keeps it in memory only
    """

    def __init__(
        self,
        port: int = 0,
        providers: Iterable[str | type[SandboxProvider]] = ("keyyo",),
        state_dir: Path | None = None,
        clock: SandboxClock | None = None,
    ) -> None:
        self.clock = clock or SandboxClock()
        self.faults = Faults()
        self.limits = Limits()
        self.requests: deque[WireRequest] = deque(maxlen=KEPT_REQUESTS)
        self.providers: dict[str, SandboxProvider] = {}
        for wanted in providers:
            kind = sandbox_class(wanted) if isinstance(wanted, str) else wanted
            self.providers[kind.name] = kind(self.clock, state_dir)
        self.control = Control(self)
        self._http = _HTTPServer(("127.0.0.1", port), self)
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def last_request(self) -> WireRequest:
        """The newest request to a provider (control requests are not kept). Raises IndexError when there is none."""
        return self.requests[-1]

    def provider(self, name: str) -> Any:
        return self.providers[name]

    def state(self, name: str) -> dict[str, Any]:
        """The live state of one provider; after a change by hand call `provider(name).store.touch()`."""
        return self.providers[name].store.data

    def reset(self) -> None:
        """As new: every state from its seed, no faults, no limits, no requests kept, the real clock."""
        self.clock.set()
        self.faults.clear()
        self.limits.clear()
        self.requests.clear()
        for provider in self.providers.values():
            provider.reset()

    def start(self) -> "SandboxServer":
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(0.05,), name="sandbox", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Close every connection and save every state."""
        if self._thread is not None:
            self._http.shutdown()
            self._thread.join()
            self._thread = None
        self._http.server_close()
        self._http.close_connections()
        for provider in self.providers.values():
            provider.close()

    def serve_forever(self) -> None:
        """Serve in the calling thread until interrupted."""
        try:
            self._http.serve_forever(0.2)
        finally:
            self.stop()

    def __enter__(self) -> "SandboxServer":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


class _HTTPServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], sandbox: SandboxServer) -> None:
        self.sandbox = sandbox
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        # HTTPServer asks the resolver for the host's full name here, which can take seconds; nothing needs it.
        self.socket.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # or a restart waits a minute for the port
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "localhost", self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        with self._open_lock:
            left = list(self._open)
        for connection in left:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the client closed it first

    def handle_error(self, request: Any, client_address: Any) -> None:
        if isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            return  # the client went away
        super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120
    server: _HTTPServer

    def _serve(self) -> None:
        body = self._body()
        if body is None:
            return
        request = WireRequest.read(self.command, self.path, self.headers, body, self.client_address[0])
        head = request.segments[0] if request.segments else ""
        sandbox = self.server.sandbox
        if head == "_control":
            self._send(sandbox.control.answer(request))
        elif provider := sandbox.providers.get(head):
            self._serve_provider(sandbox, provider, request)
        else:
            self._send(
                Reply.json({"error": "no sandbox lives here", "providers": sorted(sandbox.providers)}, 404)
            )

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve

    def _serve_provider(
        self, sandbox: SandboxServer, provider: SandboxProvider, request: WireRequest
    ) -> None:
        request.operation = provider.operation_of(request)
        sandbox.requests.append(request)
        fault = sandbox.faults.take(provider.name, request.method, request.target, request.operation)
        if fault:
            fault.wait()
        if fault and fault.drop == "before":
            self._drop()
            return
        reply = self._reply(sandbox, provider, request, fault)
        request.status = reply.status
        if fault and fault.drop == "after":
            self._drop()
        else:
            self._send(reply, cut=bool(fault and fault.drop == "mid"))

    def _reply(
        self, sandbox: SandboxServer, provider: SandboxProvider, request: WireRequest, fault: Fault | None
    ) -> Reply:
        if fault and fault.status is not None:
            headers = [("Retry-After", fault.retry_after)] if fault.retry_after else []
            reply = provider.refuse(fault.status, fault.reason, headers)
            if fault.body is not None:
                reply.body = fault.body.encode()
            return reply
        if request.bad_body and (refusal := provider.refuse_body(request)):
            return refusal
        caller = provider.caller_of(request)
        wait_s = sandbox.limits.wait_s(provider.name, caller, sandbox.clock.timestamp()) if caller else 0.0
        if wait_s > 0:
            return provider.refuse(429, "Too many requests", [("Retry-After", str(int(wait_s) + 1))])
        return provider.answer(request)

    def _body(self) -> bytes | None:
        """Read the body; None when it was refused (and the refusal sent), and when whoever sent it died over it."""
        length = self.headers.get("Content-Length", "0")
        if self.headers.get("Transfer-Encoding") or not length.isdecimal():
            self.close_connection = True
            self._send(Reply.json({"error": "a body needs Content-Length"}, 411))
            return None
        if int(length) > MAX_BODY:
            self.close_connection = True
            self._send(Reply.json({"error": "the body is too long"}, 413))
            return None
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self.close_connection = True
            return None
        return body

    def _send(self, reply: Reply, *, cut: bool = False) -> None:
        """Write status, headers and body in one go; `cut` stops in the middle of the body and closes."""
        try:
            phrase = reply.reason or HTTPStatus(reply.status).phrase
        except ValueError:
            phrase = ""
        self.send_response(reply.status, phrase)
        for name, value in reply.headers:
            self.send_header(
                name,
                value.replace("\r", " ").replace("\n", " ").encode("latin-1", "replace").decode("latin-1"),
            )
        self.send_header("Content-Length", str(len(reply.body)))
        if self.close_connection or cut:
            self.send_header("Connection", "close")
        body = b"" if self.command == "HEAD" else reply.body
        buffered: list[bytes] = getattr(self, "_headers_buffer", [])
        head = b"".join(buffered) + b"\r\n"
        self._headers_buffer: list[bytes] = []
        if cut:
            self.wfile.write(head + body[: len(body) // 2])
            self._drop()
        else:
            self.wfile.write(head + body)

    def _drop(self) -> None:
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # already gone

    def version_string(self) -> str:
        return "Sandbox"

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: query strings may hold numbers and codes; `requests` is the record."""
