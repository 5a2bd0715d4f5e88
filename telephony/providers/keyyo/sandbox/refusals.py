"""What the sandbox says instead of an answer."""


class Refused(Exception):
    """End the request with this status and reason. The reason is English and ASCII: it travels in a header."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
