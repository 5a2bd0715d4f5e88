"""Lines that send their events: addresses of the bench's lines, and the requests of many calls."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.conf import settings

from accounts.scoping import tenant_scope
from portal.lib.broker import broker
from telephony.models import Connection, Entity
from telephony.services import hook_secrets
from telephony.services.hook_intake import STREAM

KINDS = ("SETUP", "CONNECT", "RELEASE")
# A bench is one address with few lines: what is limited is not what is measured.
WITHOUT_LIMITS = dict.fromkeys(("HOOK_MOST_OF_SECRET", "HOOK_MOST_OF_ADDRESS"), "100000000")


def addresses(connection: Connection, most: int | None = None) -> dict[str, str]:
    """The path of every line, or of so many, by its remote id; the broker knows them."""
    with tenant_scope(connection.tenant_id):
        lines = list(Entity.objects.lines().order_by("pk")[:most])
        hooks = [hook_secrets.make(connection, line) for line in lines]
        paths = {
            line.remote_id: f"/hooks/{connection.provider}/{hook_secrets.secret_of(hook).reveal()}/"
            for line, hook in zip(lines, hooks, strict=True)
        }
    hook_secrets.publish()
    return paths


def requests(paths: Mapping[str, str], calls: int, run: str, at_once: int = 20) -> list[str]:
    """Every step of so many answered calls, `at_once` of them going on at a time. `run` tells them from another's."""
    lines, made = list(paths), []
    for first in range(0, calls, at_once):
        numbers = range(first, min(first + at_once, calls))
        made += [
            request(paths, lines[n % len(lines)], kind, run, n, f"3363998{n % 10_000:04d}")
            for kind in KINDS
            for n in numbers
        ]
    return made


def request(paths: Mapping[str, str], line: str, kind: str, run: str, number: int, caller: str) -> str:
    """One step of an incoming call, with all twelve keywords as Keyyo fills them."""
    values = {
        "account": line,
        "caller": caller,
        "callee": line,
        "callref": f"c{run}{number}",
        "type": kind,
        "version": "1",
        "dref": dialogue(run, number),
        "drefreplace": "",
        "session": "",
        "acd": "0",
        "redirecting": "",
        "tsms": str(int(time.time() * 1000)),
    }
    return f"{paths[line]}?{urlencode(values)}"


def step_of(asked: str) -> tuple[str, str]:
    """Dialogue and kind of a request."""
    values = dict(parse_qsl(asked.partition("?")[2]))
    return values["dref"], values["type"]


def dialogue(run: str, number: int) -> str:
    return f"{run}{number:08d}".rjust(32, "0")


def wait_until_drained(patience_s: float = 300) -> None:
    give_up = time.monotonic() + patience_s
    while broker().xlen(STREAM):
        if time.monotonic() > give_up:
            raise RuntimeError("the events are not drained")
        time.sleep(0.1)


# ---- what asks ----


def load(port: int, paths: Sequence[str], connections: int, **task: Any) -> dict[str, Any]:
    """What `http_load.py` says of this task, run in a process of its own."""
    return loaded(start_load(port, paths, connections, **task))


def start_load(port: int, paths: Sequence[str], connections: int, **task: Any) -> subprocess.Popen[str]:
    told = {"port": port, "paths": list(paths), "connections": connections, **task}
    return start("telephony.bench.http_load", told)


def start(module: str, task: Mapping[str, Any]) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=settings.BASE_DIR,
    )
    assert process.stdin is not None
    json.dump(task, process.stdin)
    process.stdin.close()
    process.stdin = None
    return process


def loaded(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Waits for its end. Raises RuntimeError where the load itself failed."""
    output, _nothing = process.communicate()
    if process.returncode:
        raise RuntimeError("the load ended with an error")
    found: dict[str, Any] = json.loads(output)
    return found
