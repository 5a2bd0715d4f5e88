"""Boards that are watched, and the events that change them, in a process of its own: `python -m ... < TASK.json`.

TASK: streams and hooks (ports), watchers [{"path", "cookie", "group"}], and events [{"due_s", "path", "group",
"needle"}]: requests to send, each at its time, and what a board of its group shows of it, "" where nothing is waited
for. Begins once every watcher has its first board. Prints {"late_ms": [...], "missing": 0, "boards": 1200,
"statuses": {"204": 300}}: of each needle and watcher how long after the request was sent the board with it had come.
"""

from __future__ import annotations

import json
import select
import socket
import sys
import time
from collections import Counter, defaultdict, deque
from typing import Any

from telephony.bench.http_load import Kept

SENDERS = 8
OPEN_WITHIN_S = 60.0
LAST_S = 5.0  # after the last event a board may still come


class Watcher:
    """One open stream."""

    def __init__(self, port: int, path: str, cookie: str, group: int) -> None:
        self.group, self.heard, self.boards, self.seen = group, b"", 0, set[bytes]()
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=OPEN_WITHIN_S)
        asked = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n"
        self.socket.sendall(asked.encode())

    def boards_heard(self) -> list[bytes]:
        """The boards that have come whole."""
        part = self.socket.recv(262_144)
        if not part:
            raise SystemExit("a stream ended")
        *messages, self.heard = (self.heard + part).split(b"\n\n")
        found = [one for one in messages if b"event: board" in one]
        self.boards += len(found)
        return found


class Boards:
    """All watchers, and what is waited for."""

    def __init__(self, task: dict[str, Any]) -> None:
        self.poll, self.by_file = select.epoll(), dict[int, Watcher]()
        self.senders, self.kept_by_file = [Kept(task["hooks"]) for _ in range(SENDERS)], dict[int, Kept]()
        self.sent: dict[int, dict[bytes, float]] = defaultdict(dict)
        self.late_ms: list[float] = []
        self.statuses: Counter[str] = Counter()
        for one in task["watchers"]:
            watcher = Watcher(task["streams"], one["path"], one["cookie"], one["group"])
            self.by_file[watcher.socket.fileno()] = watcher
            self.poll.register(watcher.socket.fileno(), select.EPOLLIN)

    def open_all(self) -> None:
        give_up = time.perf_counter() + OPEN_WITHIN_S
        while not all(one.boards for one in self.by_file.values()):
            if time.perf_counter() > give_up:
                raise SystemExit("not every board was opened")
            self.hear(0.1)

    def hear(self, wait_s: float) -> None:
        for file, _event in self.poll.poll(wait_s):
            if kept := self.kept_by_file.get(file):
                if (status := kept.answer(self.poll, self.kept_by_file)) is not None:
                    self.statuses[str(status)] += 1
                    kept.number = -1
                    kept.drop(self.poll, self.kept_by_file)  # a provider opens a connection for each event
                continue
            watcher, now = self.by_file[file], time.perf_counter()
            for board in watcher.boards_heard():
                for needle, sent_at in self.sent[watcher.group].items():
                    if needle not in watcher.seen and needle in board:
                        watcher.seen.add(needle)
                        self.late_ms.append((now - sent_at) * 1000)

    def send(self, events: deque[dict[str, Any]]) -> None:
        began = time.perf_counter()
        while events:
            event = events[0]
            idle = next((one for one in self.senders if one.number < 0), None)
            wait_s = began + event["due_s"] - time.perf_counter()
            if idle is None or wait_s > 0:
                self.hear(max(0.001, min(wait_s, 0.1)) if idle else 0.1)
                continue
            events.popleft()
            now = time.perf_counter()
            if event["needle"]:
                self.sent[event["group"]][event["needle"].encode()] = now
            idle.ask(self.poll, self.kept_by_file, event["path"], 0, now)
        end = time.perf_counter() + LAST_S
        while time.perf_counter() < end:
            self.hear(0.1)


def main() -> None:
    task = json.load(sys.stdin)
    boards = Boards(task)
    boards.open_all()
    opened = sum(one.boards for one in boards.by_file.values())
    boards.send(deque(task["events"]))
    expected = sum(len(boards.sent[one.group]) for one in boards.by_file.values())
    told = {
        "late_ms": [round(late, 1) for late in boards.late_ms],
        "missing": expected - len(boards.late_ms),
        "boards": sum(one.boards for one in boards.by_file.values()) - opened,
        "statuses": boards.statuses,
    }
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
