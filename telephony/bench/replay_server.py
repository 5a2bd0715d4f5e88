"""A server in a process of its own that answers recorded pages, each after a delay.

    python replay_server.py FOLDER DELAY_S NAME...

The names say which parts of a request name its page, in order: "path" is the last segment, any other a value of the
query, "date_start:7" the first seven characters of one. The page is the file of that name ("incoming-2026-03-500.json");
what is not recorded is empty.json. It stands in for a provider whose work costs nothing here, so that what is measured
is the reader. Standard library only.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


def page_name(target: str, names: Sequence[str]) -> str:
    """The page that a request asks for."""
    parts = urlsplit(target)
    values = {name: found[0] for name, found in parse_qs(parts.query).items()}
    values["path"] = parts.path.rpartition("/")[2]
    wanted = [name.partition(":") for name in names]
    return "-".join(values.get(name, "")[: int(length) if length else None] for name, _, length in wanted)


class Pages(ThreadingHTTPServer):
    """`asked` are the paths so far."""

    daemon_threads = True

    def __init__(self, folder: Path, delay_s: float, names: Sequence[str]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.delay_s = delay_s
        self.names = names
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
            name = page_name(self.path, self.server.names)
            body = self.server.pages.get(name) or self.server.pages["empty"]
            time.sleep(self.server.delay_s)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Nothing is logged."""


if __name__ == "__main__":
    server = Pages(Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3:])
    print(server.server_address[1], flush=True)
    server.serve_forever()
