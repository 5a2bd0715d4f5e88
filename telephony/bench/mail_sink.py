"""A mail server that takes everything and remembers the Message-IDs, as often as each came.

One that `holds` the nth mail has it and does not say so, until it ends: what a sender that dies at that moment cannot know.
"""

from __future__ import annotations

import re
import socketserver
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.IGNORECASE | re.MULTILINE)


class _Session(socketserver.StreamRequestHandler):
    server: MailSink

    def handle(self) -> None:
        self._say("220 bench")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self._say("354 go on")
                self._take()
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        if line:  # else the client died in the middle: nothing was taken
            found = _ID.search(b"".join(lines).replace(b"\r\n", b"\n").replace(b"\n ", b" "))
            with self.server.lock:
                self.server.taken[found[1].decode() if found else ""] += 1
                is_held = self.server.taken.total() == self.server.holds
            if is_held:
                self.server.ending.wait()
                return
            self._say("250 taken")

    def _say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


class MailSink(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, holds: int) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.taken: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.holds, self.ending = holds, threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed leaves its connection broken: that is what is measured."""

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


@contextmanager
def mail_sink(*, holds: int = 0) -> Iterator[MailSink]:
    with MailSink(holds) as sink:
        thread = threading.Thread(target=sink.serve_forever, daemon=True)
        thread.start()
        try:
            yield sink
        finally:
            sink.ending.set()
            sink.shutdown()
            thread.join()
