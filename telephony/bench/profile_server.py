"""A Keyyo of profiles alone, in a process of its own: `python profile_server.py DELAY_S LINES PROFILES`.

Each answer takes DELAY_S. /writes tells how often each profile was written, /most how many requests were open at the same
time, and both forget it. Standard library only.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

FIRST_LINE = 33_199_010_000


def lines(count: int) -> list[str]:
    return [str(FIRST_LINE + number) for number in range(count)]


def profile(csi: str, number: int) -> dict[str, Any]:
    """One profile as Keyyo shows it."""
    return {
        "_resource_type": "VoIPAccountProfile",
        "identifier": "default" if number == 0 else f"{csi[-5:]}{number:03d}",
        "name": "" if number == 0 else f"Profile {number}",
        "forced": 0,
        "forward_unconditionally_number": "",
        "forward_on_no_answer_number": "",
        "forward_delay": "20",
        "forward_to_voicemail": 0,
        "forward_show_called_number": 0,
        "backup_number": "",
    }


class Keyyo(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, delay_s: float, line_count: int, profile_count: int) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.delay_s = delay_s
        self.profiles = {
            csi: {one["identifier"]: one for one in (profile(csi, n) for n in range(profile_count))}
            for csi in lines(line_count)
        }
        self.writes: Counter[str] = Counter()
        self.open = self.most = 0
        self.lock = threading.Lock()

    def take_time(self) -> None:
        with self.lock:
            self.open += 1
            self.most = max(self.most, self.open)
        time.sleep(self.delay_s)
        with self.lock:
            self.open -= 1


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Keyyo
    wbufsize = -1  # head and body leave together

    def do_GET(self) -> None:
        if self.path == "/writes":
            with self.server.lock:
                told, self.server.writes = dict(self.server.writes), Counter()
            return self._answer(told)
        if self.path == "/most":
            with self.server.lock:
                most, self.server.most = self.server.most, 0
            return self._answer(most)
        self.server.take_time()
        csi, identifier = self._place()
        profiles = self.server.profiles[csi]
        if identifier:
            return self._answer(profiles[identifier])
        return self._answer({"_embedded": {"VoIPAccountProfile": list(profiles.values())}})

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.server.take_time()
        csi, identifier = self._place()
        with self.server.lock:
            self.server.writes[f"{csi}/{identifier}"] += 1
            self.server.profiles[csi][identifier].update(parse_qsl(sent, keep_blank_values=True))
        self._answer(self.server.profiles[csi][identifier])

    def _place(self) -> tuple[str, str]:
        """/services/CSI/profiles[/IDENTIFIER]"""
        parts = self.path.partition("?")[0].strip("/").split("/")
        return parts[1], parts[3] if len(parts) > 3 else ""

    def _answer(self, document: object) -> None:
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/hal+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Nothing is logged."""


if __name__ == "__main__":
    server = Keyyo(float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    print(server.server_address[1], flush=True)
    server.serve_forever()
