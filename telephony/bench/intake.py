"""The intake of events through the web server of production, beside an empty view of Django on the same server.

Both answer the same load, in turn. The empty view is the least that Django can do: no middleware, nothing read. What is
taken in goes into the broker, as in production; the drainer stores it meanwhile where a steady load is measured, and
afterwards where it is the most, for it would take a core from one of the two only.
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Any

from portal.lib.broker import broker
from telephony.bench import hooks, serving
from telephony.bench.measuring import Figure
from telephony.models import Connection
from telephony.services.hook_intake import STREAM

CONNECTIONS, SECONDS, ROUNDS = 16, 3.0, 5
RATE, STEADY_S = 200, 20
WARM_S = 1.0
CALLS = 20_000
EMPTY = "/empty/"


def measure(
    connection: Connection, seconds: float = SECONDS, rounds: int = ROUNDS, steady_s: int = STEADY_S
) -> Iterator[Figure]:
    """Requests a second against those of the empty view; the 99th percentile of the answer's time at a steady rate."""
    with serving.own_broker(), serving.supervised() as supervisor:
        paths = hooks.addresses(connection)
        options = serving.options_of("switchboard-web")
        assert options[0] == "portal.wsgi"
        environ = serving.environment(**hooks.WITHOUT_LIMITS)
        ours = serving.serve(supervisor, "web", options, environ, "/healthz")
        bare = ["telephony.bench.empty_site", *options[1:]]
        theirs = serving.serve(supervisor, "empty", bare, environ, EMPTY)
        yield _ratio(ours, theirs, hooks.requests(paths, CALLS, "a"), seconds, rounds)
        supervisor.start("drain", "django", "drain", environment=environ)
        hooks.wait_until_drained()
        yield _steady(ours, hooks.requests(paths, RATE * steady_s // 3 + 1, "b"), steady_s)


def _ratio(ours: int, theirs: int, requests: list[str], seconds: float, rounds: int) -> Figure:
    for port, asked in ((ours, requests), (theirs, [EMPTY])):
        hooks.load(port, asked, CONNECTIONS, seconds=WARM_S)
    taken, empty, busy = [], [], []
    for _ in range(rounds):
        done, done_empty = _most(ours, requests, seconds), _most(theirs, [EMPTY], seconds)
        taken.append(done["a_second"])
        empty.append(done_empty["a_second"])
        busy.append(done_empty["busy_share"])
    kept = broker().xlen(STREAM)
    detail = {
        "intake_a_second": [round(one) for one in taken],
        "empty_view_a_second": [round(one) for one in empty],
        "load_connections": CONNECTIONS,
        # Of one core, while it asked the empty view: the load could ask so much faster.
        "load_busy_share": round(median(busy), 3),
        "kept_in_the_broker": kept,
    }
    title = "events taken in, against an empty view of Django on the same server"
    return Figure(title, median(taken) / median(empty), 0.3, detail=detail)


def _most(port: int, requests: list[str], seconds: float) -> dict[str, Any]:
    told = hooks.load(port, requests, CONNECTIONS, seconds=seconds)
    if set(told["statuses"]) != {"204"}:
        raise RuntimeError(f"not every request was taken: {told['statuses']}")
    return {
        "a_second": told["statuses"]["204"] / told["seconds"],
        "busy_share": told["busy_s"] / told["seconds"],
    }


def _steady(port: int, requests: list[str], steady_s: int) -> Figure:
    hooks.load(port, requests, CONNECTIONS, rate=RATE, count=RATE)
    told = hooks.load(port, requests, CONNECTIONS, rate=RATE, count=RATE * steady_s)
    late = sorted(told["late_ms"])
    if set(told["statuses"]) != {"204"}:
        raise RuntimeError(f"not every event was taken: {told['statuses']}")
    p99 = late[round(0.99 * len(late)) - 1]
    detail = {"median_ms": median(late), "most_ms": late[-1], "events": len(late), "a_second": RATE}
    title = f"an event answered at {RATE} a second, drained meanwhile, 99th percentile"
    return Figure(title, p99, 50, "ms", is_floor=False, detail=detail)
