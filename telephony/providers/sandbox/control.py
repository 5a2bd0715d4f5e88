"""The endpoints by which tests and the demo steer the sandboxes: `/_control/...`, JSON both ways.

GET  /_control/                    providers, clock, faults, limits
POST /_control/clock               {"now": ISO or null, "rate": 60}
POST /_control/fault               {"provider", "match", "status" | "delay_s" | "hold" | "drop", "times"} or {"clear": true}
POST /_control/limit               {"provider", "quota": n or null, "window_s"}
POST /_control/play                {"provider", "scenario", "rate", ...}
POST /_control/grant               {"provider", ...} credentials without a browser
GET  /_control/state/<provider>    the whole state; POST merges a patch into it (RFC 7396)
POST /_control/reset               {"provider"} or {} for all: the seed again, no faults, limits, real clock
"""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from telephony.providers.sandbox.provider import SandboxProvider, UnknownScenario
from telephony.providers.sandbox.wire import Reply, WireRequest

if TYPE_CHECKING:
    from telephony.providers.sandbox.server import SandboxServer


class _Refused(Exception):
    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.status = status


class Control:
    """Answers `/_control/...` for one server."""

    def __init__(self, server: "SandboxServer") -> None:
        self._server = server
        self._actions: dict[str, Callable[[dict[str, Any]], Any]] = {
            "clock": self._clock,
            "fault": self._fault,
            "limit": self._limit,
            "play": self._play,
            "grant": self._grant,
            "reset": self._reset,
        }

        self._answers: dict[str, Callable[[], Any]] = {
            "clock": self._clock_document,
            "fault": self._fault_document,
            "limit": self._limit_document,
        }

    def answer(self, request: WireRequest) -> Reply:
        """Act on one control request; every mistake is a 400 or 404 with {"error": reason}."""
        if request.bad_body:
            return Reply.json({"error": request.bad_body}, 400)
        try:
            return Reply.json(self._act(request))
        except _Refused as refused:
            return Reply.json({"error": str(refused)}, refused.status)
        except (UnknownScenario, ValueError, TypeError) as error:
            return Reply.json({"error": str(error)}, 400)

    def _act(self, request: WireRequest) -> Any:
        names = request.segments[1:]
        if not names and request.method == "GET":
            return self._overview()
        if len(names) == 2 and names[0] == "state":
            return self._state(self._provider(names[1]), request)
        if len(names) != 1 or names[0] not in self._actions:
            raise _Refused("no such control", 404)
        if request.method == "GET" and names[0] in self._answers:
            return self._answers[names[0]]()
        if request.method != "POST":
            raise _Refused("controls are posted", 405)
        if not isinstance(request.data, dict):
            raise _Refused("a JSON object is needed")
        return self._actions[names[0]](request.data)

    def _overview(self) -> dict[str, Any]:
        return {
            "providers": sorted(self._server.providers),
            **self._clock_document(),
            **self._fault_document(),
            **self._limit_document(),
        }

    def _fault_document(self) -> dict[str, Any]:
        return {"faults": [fault.as_document() for fault in self._server.faults]}

    def _limit_document(self) -> dict[str, Any]:
        return {"limits": self._server.limits.as_document()}

    def _clock_document(self) -> dict[str, Any]:
        return {"now": self._server.clock.now().isoformat(), "rate": self._server.clock.rate}

    def _provider(self, name: Any) -> SandboxProvider:
        try:
            return self._server.providers[name]
        except KeyError:
            raise _Refused(f"no sandbox of {name!r} runs here", 404) from None

    def _state(self, provider: SandboxProvider, request: WireRequest) -> Any:
        if request.method == "POST":
            if not isinstance(request.data, dict):
                raise _Refused("a JSON object is needed")
            provider.store.merge(request.data)
        with provider.store.lock:
            return dict(provider.store.data)

    def _clock(self, wish: dict[str, Any]) -> Any:
        now = wish.get("now")
        instant = datetime.fromisoformat(now) if now is not None else None
        self._server.clock.set(instant, float(wish.get("rate", 1.0)))
        return self._clock_document()

    def _fault(self, wish: dict[str, Any]) -> Any:
        wish = dict(wish)
        if wish.pop("clear", False):
            self._server.faults.clear(wish.get("provider"))
            return self._fault_document()
        provider = self._provider(wish.pop("provider", None))
        return self._server.faults.add(provider.name, wish.pop("match", ""), **wish).as_document()

    def _limit(self, wish: dict[str, Any]) -> Any:
        provider = self._provider(wish.get("provider"))
        quota = wish.get("quota")
        self._server.limits.set(
            provider.name, None if quota is None else int(quota), float(wish.get("window_s", 60.0))
        )
        return self._limit_document()

    def _play(self, wish: dict[str, Any]) -> Any:
        wish = dict(wish)
        provider = self._provider(wish.pop("provider", None))
        return provider.play(str(wish.pop("scenario", "")), wish)

    def _grant(self, wish: dict[str, Any]) -> Any:
        wish = dict(wish)
        return self._provider(wish.pop("provider", None)).grant(wish)

    def _reset(self, wish: dict[str, Any]) -> Any:
        if not wish.get("provider"):
            self._server.reset()
            return {"reset": sorted(self._server.providers)}
        provider = self._provider(wish["provider"])
        provider.reset()
        self._server.faults.clear(provider.name)
        self._server.limits.set(provider.name, None)
        return {"reset": [provider.name]}
