"""What the sandbox says instead of an answer: `result: fail` with a free text, mostly under a 200."""

from __future__ import annotations


class Refused(Exception):
    """End the request with this message. The status is 200 unless nobody is signed in or nothing lives there."""

    def __init__(self, message: str, status: int = 200) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


def denied() -> Refused:
    return Refused("Permission denied")


def missing() -> Refused:
    return Refused("Not found")


def invalid(name: str) -> Refused:
    """`name` is a name of ours, never what a client sent: it goes back in the answer."""
    return Refused(f"Invalid value: {name}")


def nobody() -> Refused:
    return Refused("Not logged in", 401)
