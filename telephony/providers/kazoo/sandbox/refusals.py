"""What the sandbox says instead of an answer: Crossbar's words for each kind of refusal (facts, section 4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Headers = Sequence[tuple[str, str]]


class Refused(Exception):
    """End the request with an error answer.

    message  the word for machines ("forbidden"); `data` what stands in the envelope, `headers` what goes with it
    """

    def __init__(self, status: int, message: str, data: Any = None, headers: Headers = ()) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.data = {"message": message} if data is None else data
        self.headers = list(headers)


class Errors(dict[str, dict[str, dict[str, Any]]]):
    """Validation errors: one dotted key a field, one object a rule."""

    def add(self, path: str, rule: str, message: str, **more: Any) -> None:
        self.setdefault(path, {})[rule] = {"message": message, **more}

    def refuse(self) -> None:
        """Raise them, if there are any."""
        if self:
            raise invalid(self)


def invalid(errors: Errors, status: int = 400) -> Refused:
    return Refused(status, "validation error", dict(errors))


def wrong(path: str, rule: str, message: str, *, status: int = 400, **more: Any) -> Refused:
    """One validation error as an exception."""
    errors = Errors()
    errors.add(path, rule, message, **more)
    return invalid(errors, status)


def bad_identifier(identifier: str) -> Refused:
    return Refused(404, "bad_identifier", {"message": "bad identifier", "cause": identifier})


def forbidden(why: str = "forbidden") -> Refused:
    return Refused(403, "forbidden", {"message": why})


def invalid_credentials() -> Refused:
    return Refused(401, "invalid_credentials", {"message": "invalid credentials"})


def no_such_path() -> Refused:
    return Refused(404, "not_found", {"message": "faulty_request"})


def invalid_method(methods: Sequence[str]) -> Refused:
    return Refused(405, "invalid_method", {"message": "method not allowed"}, [("Allow", ", ".join(methods))])


def locked(account_id: str, rule: str) -> Refused:
    """The account itself is `disabled` or `expired`."""
    errors = {"account": {rule: {"message": f"account {rule}", "cause": account_id}}}
    return Refused(423, "locked", errors)


def fault(why: str, message: str = "unspecified_fault") -> Refused:
    return Refused(500, message, {"message": why})


WORDS: dict[int, str] = {
    400: "client error",
    401: "invalid_credentials",
    402: "accept charges",
    403: "forbidden",
    404: "not_found",
    405: "invalid_method",
    406: "not_acceptable",
    409: "datastore_conflict",
    412: "precondition_failed",
    413: "request_entity_too_large",
    415: "unsupported_media_type",
    416: "range not satisfiable",
    423: "locked",
    429: "too_many_requests",
    500: "unspecified_fault",
    501: "not_implemented",
    502: "bad_gateway",
    503: "datastore_unreachable",
}  # the word where only a status is given, as by a fault on demand
