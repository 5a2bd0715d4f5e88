"""What a provider's sandbox must offer to the server."""

from pathlib import Path
from typing import Any, ClassVar

from telephony.providers.sandbox.clock import SandboxClock
from telephony.providers.sandbox.store import StateStore
from telephony.providers.sandbox.wire import Reply, WireRequest


class UnknownScenario(ValueError):
    """`/_control/play` or `/_control/grant` named something that this provider does not have."""


class SandboxProvider:
    """One provider's stand-in, mounted under `/<name>/`. Subclasses fill in `seed`, `operation_of` and `answer`."""

    name: ClassVar[str]

    def __init__(self, clock: SandboxClock, state_dir: Path | None = None) -> None:
        self.clock = clock
        self.store = StateStore(self.name, state_dir, self.seed)

    def seed(self) -> dict[str, Any]:
        """The document that a fresh sandbox starts with; its "version" changes when the seed does."""
        raise NotImplementedError

    def operation_of(self, request: WireRequest) -> str:
        """The catalog key that this request asks for, or "" when it is none."""
        raise NotImplementedError

    def answer(self, request: WireRequest) -> Reply:
        """Do the work. Every refusal is an answer too: this never raises for what a client did."""
        raise NotImplementedError

    def refuse(self, status: int, reason: str, headers: list[tuple[str, str]] | None = None) -> Reply:
        """An error in this provider's own shape, for faults and quotas."""
        return Reply.json({"error": reason}, status, headers)

    def refuse_body(self, request: WireRequest) -> Reply | None:
        """The answer to a body that is not what its content type says (`request.bad_body`); None lets it pass."""
        return self.refuse(400, request.bad_body)

    def caller_of(self, request: WireRequest) -> str:
        """Whom a quota counts against; by default the credential as it was sent."""
        return request.header("Authorization")

    def play(self, scenario: str, options: dict[str, Any]) -> dict[str, Any]:
        """Act out a scenario (calls, notifications) and say what was begun. Raises UnknownScenario."""
        raise UnknownScenario(f"{self.name} has no scenarios")

    def grant(self, options: dict[str, Any]) -> dict[str, Any]:
        """Hand out working credentials without a browser, for set-up scripts. Raises UnknownScenario."""
        raise UnknownScenario(f"{self.name} hands out no grants")

    def reset(self) -> None:
        """As new. Subclasses that remember things outside the state forget them here too."""
        self.store.reset()

    def allow_redirect(self, redirect_uri: str) -> None:
        """Accept one more OAuth redirect address; providers without OAuth have nothing to do."""

    def close(self) -> None:
        """Stop what runs in the background and save."""
        self.store.save()
