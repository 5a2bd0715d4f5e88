"""Providers without calls, in a process of its own: `python crowd_server.py ANSWERS.json SLOW_S`.

ANSWERS.json has the empty answer of each provider. The path says how it is answered: /prompt/PROVIDER/... at once,
/slow/PROVIDER/... after SLOW_S seconds, /failing/PROVIDER/... with an error and with a dropped connection in turn.
Standard library only.
"""

from __future__ import annotations

import itertools
import json
import socket
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Crowd(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, answers: dict[str, object], slow_s: float) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = {provider: json.dumps(answer).encode() for provider, answer in answers.items()}
        self.slow_s = slow_s
        self.failures = itertools.count()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Crowd
    wbufsize = -1  # head and body leave together

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        _, manner, provider, *_rest = self.path.split("/")
        if manner == "slow":
            time.sleep(self.server.slow_s)
        status = 200
        if manner == "failing":
            if next(self.server.failures) % 2:
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            status = 500
        body = self.server.answers[provider] if status == 200 else b"{}"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_GET

    def log_message(self, *_arguments: object) -> None:
        """Nothing is logged."""


if __name__ == "__main__":
    server = Crowd(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), float(sys.argv[2]))
    print(server.server_address[1], flush=True)
    server.serve_forever()
