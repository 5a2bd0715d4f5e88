"""Boards of calls that many watch, over HTTP: how long an event takes from its line to the boards of its customer.

The web server, the one for streams and the drainer run as their unit files say. Each customer has an event every two
seconds and several boards; from the moment when the event is sent to the moment when a board that shows it has come
whole. What asks, and reads all boards, runs on the same machine.
"""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median
from typing import Any

from portal.lib import numbers
from portal.ui.links import tenant_url
from telephony.bench import hooks, serving
from telephony.bench.listing import client_of
from telephony.bench.measuring import Figure, p95
from telephony.bench.world import make_connection
from telephony.models import Connection

CUSTOMERS, BOARDS_EACH, SECONDS = 20, 10, 40
EVERY_S, LASTS_S = 4.0, 10.0  # a call begins, and ends
LINES = 20


def measure(
    customers: int = CUSTOMERS, boards_each: int = BOARDS_EACH, seconds: int = SECONDS
) -> Iterable[Figure]:
    """The 95th percentile between an event and a board that shows it."""
    with serving.own_broker(), serving.supervised() as supervisor:
        connections = [make_connection(f"bench-streams-{number}") for number in range(customers)]
        paths = [hooks.addresses(one, LINES) for one in connections]
        environ = serving.environment(**hooks.WITHOUT_LIMITS)
        web = serving.serve(supervisor, "web", serving.options_of("switchboard-web"), environ, "/healthz")
        ours = {**environ, **serving.variables_of("switchboard-streams")}
        options = serving.options_of("switchboard-streams")
        streams = serving.serve(supervisor, "streams", options, ours, "/healthz")
        supervisor.start("drain", "django", "drain", environment=environ)
        for each in paths:  # the drainer and both web processes have begun once these are stored
            hooks.load(web, hooks.requests(each, 1, "w"), 1, rate=20, count=len(hooks.KINDS))
        hooks.wait_until_drained()
        task = {
            "hooks": web,
            "streams": streams,
            "watchers": [
                watcher
                for group, one in enumerate(connections)
                for watcher in _watchers(one, group) * boards_each
            ],
            "events": _events(connections, paths, seconds),
        }
        told = hooks.loaded(hooks.start("telephony.bench.stream_load", task))
    if told["missing"] or set(told["statuses"]) != {"204"}:
        raise RuntimeError(f"{told['missing']} boards did not show an event; answers {told['statuses']}")
    late_s = [one / 1000 for one in told["late_ms"]]
    detail = {
        "median_s": round(median(late_s), 3),
        "most_s": max(late_s),
        "customers": customers,
        "events_a_second": customers * 2 / EVERY_S,
        "boards_pushed_a_second": round(told["boards"] / seconds),
    }
    title = f"event to pushed, {customers * boards_each} boards of {customers} customers, 95th percentile"
    return [Figure(title, p95(late_s), 1, "s", is_floor=False, detail=detail)]


def _watchers(connection: Connection, group: int) -> list[dict[str, Any]]:
    cookies = client_of(connection).cookies.values()
    return [
        {
            "path": tenant_url(connection.tenant, "telephony:call_live_stream"),
            "cookie": "; ".join(f"{one.key}={one.value}" for one in cookies),
            "group": group,
        }
    ]


def _events(connections: list[Connection], paths: list[dict[str, str]], seconds: int) -> list[dict[str, Any]]:
    """Of each customer a call every few seconds, the customers evenly behind one another."""
    events = []
    for group in range(len(connections)):
        lines = list(paths[group])
        for number in range(int(seconds / EVERY_S)):
            begins_s = number * EVERY_S + group * EVERY_S / len(connections)
            caller = f"336399{group:02d}{number:03d}"
            _country, shown = numbers.split(f"+{caller}")
            for kind, due_s, needle in (("SETUP", begins_s, shown), ("RELEASE", begins_s + LASTS_S, "")):
                path = hooks.request(
                    paths[group], lines[number % len(lines)], kind, f"s{group}", number, caller
                )
                events.append({"due_s": due_s, "path": path, "group": group, "needle": needle})
    return sorted(events, key=lambda event: event["due_s"])
