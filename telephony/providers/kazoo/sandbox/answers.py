"""What an endpoint gives back when it says more than `data`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Answer:
    """An answer that succeeds.

    envelope      further members of the envelope: page_size, next_start_key, ...
    revision      of one document, as its ETag says it; "" takes the digest of `data`
    location      id of what was created
    content_type  of `body`, which is sent instead of an envelope
    token         the `auth_token` of the envelope, where it is not the caller's own
    """

    data: Any = None
    status: int = 200
    envelope: dict[str, Any] = field(default_factory=dict)
    revision: str = ""
    location: str = ""
    body: bytes | None = None
    content_type: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    token: str = ""


def created(data: Any, identifier: str, revision: str = "") -> Answer:
    return Answer(data, 201, revision=revision, location=identifier)


def raw(body: bytes, content_type: str, name: str = "") -> Answer:
    """Bytes as they are; `name` is offered for saving."""
    headers = [("Content-Disposition", f'attachment; filename="{_quotable(name)}"')] if name else []
    return Answer(body=body, content_type=content_type, headers=headers)


def _quotable(name: str) -> str:
    return "".join(letter if letter.isprintable() and letter not in '"\\' else "_" for letter in name)
