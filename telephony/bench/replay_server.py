"""A server in a process of its own that answers recorded pages, each after a delay: `python replay_server.py DIR DELAY_S`.

It stands in for a provider whose work costs nothing here, so that what is measured is the reader. Standard library only.
"""

from __future__ import annotations

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


class Pages(ThreadingHTTPServer):
    """Pages by stream, month and offset; whatever is not recorded is an empty list. `asked` are the paths so far."""

    daemon_threads = True

    def __init__(self, folder: Path, delay_s: float) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.delay_s = delay_s
        self.pages = {path.stem: path.read_bytes() for path in folder.glob("*.json")}
        self.asked: list[str] = []


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Pages
    wbufsize = -1  # head and body leave together

    def do_GET(self) -> None:
        if self.path == "/asked":
            body, self.server.asked = json.dumps(self.server.asked).encode(), []
        else:
            self.server.asked.append(self.path)
            body = self._page()
            time.sleep(self.server.delay_s)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _page(self) -> bytes:
        parts = urlsplit(self.path)
        values = parse_qs(parts.query)
        stream = parts.path.rpartition("/")[2].removesuffix("_call_detail")
        month, offset = values["date_start"][0][:7], values["offset"][0]
        return self.server.pages.get(f"{stream}-{month}-{offset}", b'{"_embedded": {}}')

    def log_message(self, *_arguments: object) -> None:
        """Nothing is logged."""


if __name__ == "__main__":
    server = Pages(Path(sys.argv[1]), float(sys.argv[2]))
    print(server.server_address[1], flush=True)
    server.serve_forever()
