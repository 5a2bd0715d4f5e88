"""A refusal on its way to the client."""


class Refused(Exception):
    """`code` is that of the body; 0 is an unknown error."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
