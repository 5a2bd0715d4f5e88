"""A load of GET requests over several kept connections, in a process of its own: `python -m ... < TASK.json`.

TASK has port, paths (asked for in turn, from `first` on), connections, and one of the two ways to ask:
    seconds     each connection asks again as soon as it is answered, for so long
    rate, count so many a second, `count` of them at all, each at its time whatever became of those before

Prints {"statuses": {"204": 1200}, "seconds": 2.0, "busy_s": 1.1, "late_ms": [...]}: what was answered ("0" where a
connection broke), how long it took, how much of it the load itself computed, and with a rate how long after its time
each request was answered, so that one that had to wait for others counts with its wait. Where `answered` is true, also
"answers": the status of each request in the order of asking. Answers have no body. Standard library only.
"""

from __future__ import annotations

import contextlib
import json
import select
import socket
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from typing import Any

HEAD_END = b"\r\n\r\n"
PATIENCE_S = 30.0
REST_S = 0.1  # after a connection was refused


class Kept:
    """One connection that stays open, opened anew where it broke."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.number = -1  # of the request that waits for its answer
        self.due = 0.0
        self.rest_until = 0.0
        self.socket: socket.socket | None = None
        self.heard = b""

    def ask(self, poll: select.epoll, by_file: dict[int, Kept], path: str, number: int, due: float) -> bool:
        """Send a request; whether it left."""
        self.number, self.due, self.heard = number, due, b""
        try:
            if self.socket is None:
                self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                poll.register(self.socket.fileno(), select.EPOLLIN)
                by_file[self.socket.fileno()] = self
            self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        except OSError:
            self.drop(poll, by_file)
            return False
        return True

    def answer(self, poll: select.epoll, by_file: dict[int, Kept]) -> int | None:
        """The status of the answer, 0 where the connection broke, None while it is not whole."""
        assert self.socket is not None
        try:
            part = self.socket.recv(65_536)
        except OSError:
            part = b""
        self.heard += part
        if part and HEAD_END not in self.heard:
            return None
        if not part:
            self.drop(poll, by_file)
            return 0
        status = int(self.heard[9:12])
        if b"\r\nConnection: close\r\n" in self.heard:
            self.drop(poll, by_file)
        return status

    def drop(self, poll: select.epoll, by_file: dict[int, Kept]) -> None:
        if self.socket is not None:
            by_file.pop(self.socket.fileno(), None)
            with contextlib.suppress(OSError):
                poll.unregister(self.socket.fileno())
            self.socket.close()
            self.socket = None
        self.rest_until = time.perf_counter() + REST_S


class Load:
    """Asks as the task says, and keeps what came back."""

    def __init__(self, task: dict[str, Any]) -> None:
        self.paths: Sequence[str] = task["paths"]
        self.first = int(task.get("first", 0))
        self.kept = [Kept(task["port"]) for _ in range(task["connections"])]
        self.answers: list[tuple[int, int]] = []
        self.late_s: list[float] = []
        self.poll = select.epoll()
        self.by_file: dict[int, Kept] = {}

    def run(self, moments: Iterator[float | None]) -> None:
        """A request at each of the moments; None is as soon as a connection is free."""
        idle, number = deque(self.kept), self.first
        due = next(moments, -1.0)
        while due != -1.0 or len(idle) < len(self.kept):
            now = time.perf_counter()
            while idle and due != -1.0 and (due is None or due <= now):
                one = idle.popleft()
                if one.rest_until > now:
                    idle.append(one)
                    if all(each.rest_until > now for each in idle):
                        break
                    continue
                if not one.ask(
                    self.poll, self.by_file, self.paths[number % len(self.paths)], number, due or now
                ):
                    self._keep(one, 0, idle)
                number += 1
                due = next(moments, -1.0)
            for file, _event in self.poll.poll(self._wait_s(due, idle)):
                one = self.by_file[file]
                if one.number < 0:  # closed by the server while nothing was asked
                    one.drop(self.poll, self.by_file)
                    one.rest_until = 0.0
                elif (status := one.answer(self.poll, self.by_file)) is not None:
                    self._keep(one, status, idle)

    def _wait_s(self, due: float | None, idle: Sequence[Kept]) -> float:
        if not idle or due == -1.0:
            return PATIENCE_S
        return REST_S if due is None else max(0.0, min(due - time.perf_counter(), REST_S))

    def _keep(self, one: Kept, status: int, idle: deque[Kept]) -> None:
        self.answers.append((one.number, status))
        self.late_s.append(time.perf_counter() - one.due)
        one.number = -1
        idle.append(one)


def _endless(seconds: float) -> Iterator[None]:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        yield None


def _steady(rate: float, count: int) -> Iterator[float]:
    began = time.perf_counter()
    for number in range(count):
        yield began + number / rate


def main() -> None:
    task = json.load(sys.stdin)
    load = Load(task)
    began, busy = time.perf_counter(), time.process_time()
    load.run(_endless(task["seconds"]) if "seconds" in task else _steady(task["rate"], task["count"]))
    told: dict[str, Any] = {
        "statuses": Counter(str(status) for _number, status in load.answers),
        "seconds": time.perf_counter() - began,
        "busy_s": time.process_time() - busy,
    }
    if "rate" in task:
        told["late_ms"] = [round(late * 1000, 3) for late in load.late_s]
    if task.get("answered"):
        told["answers"] = [status for _number, status in sorted(load.answers)]
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
