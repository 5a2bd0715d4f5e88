"""One place that takes secrets out of text: log lines, shown requests, stored answers."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

MASK = "***"
_PATTERNS = (
    re.compile(r"(?i)\b(bearer|basic|digest)\s+[^\s,'\"]+"),
    re.compile(
        r"(?i)([\"']?(?:access_token|refresh_token|client_secret|api_key|auth_token|token|password|secret|code|pin)[\"']?\s*[=:]\s*)"
        r"(\"[^\"]*\"|'[^']*'|[^\s&,;}]+)"
    ),
    re.compile(r"(?i)((?:authorization|cookie|set-cookie|x-auth-token)\s*:\s*)[^\r\n]+"),
    re.compile(r"(://[^/\s:@]+:)[^@\s/]+(@)"),
    re.compile(r"(/hooks/[\w-]+/)[^/\s?]+"),
)

_HOOK = re.compile(r"(/hooks/[\w-]+/)\S*")


def redact(text: str) -> str:
    """The text with what looks like a secret replaced by ***."""
    text = _PATTERNS[0].sub(lambda found: f"{found[1]} {MASK}", text)
    text = _PATTERNS[1].sub(lambda found: f"{found[1]}{MASK}", text)
    text = _PATTERNS[2].sub(lambda found: f"{found[1]}{MASK}", text)
    text = _PATTERNS[3].sub(lambda found: f"{found[1]}{MASK}{found[2]}", text)
    return _PATTERNS[4].sub(lambda found: f"{found[1]}{MASK}", text)


_SECRET_NAME = re.compile(
    r"(?i)(?:^|[_.\- ])(?:password|passwd|pwd|passphrase|token|secret|pin|api[_-]?key|key|credential)s?$"
)


def is_secret_name(name: str) -> bool:
    """Whether a field of this name holds a secret, whatever its value looks like: "api_key", "http-password"."""
    return bool(_SECRET_NAME.search(name))


def masked(value: Any) -> Any:
    """A JSON value without its secrets: texts that carry one, and what stands under the name of one, at any depth."""
    if isinstance(value, Mapping):
        return {
            name: MASK if item and is_secret_name(str(name)) else masked(item) for name, item in value.items()
        }
    if isinstance(value, list):
        return [masked(item) for item in value]
    return redact(value) if isinstance(value, str) else value


def hidden_parts(text: str, shown: str) -> list[str] | None:
    """What stands behind each *** of a redacted text, in order; None where the two do not lie side by side."""
    first, *pieces = shown.split(MASK)
    if not text.startswith(first):
        return None
    parts, at = [], len(first)
    for index, piece in enumerate(pieces):
        is_last = index == len(pieces) - 1
        end = len(text) - len(piece) if is_last else text.find(piece, at) if piece else at
        if end < at or not text.startswith(piece, end):
            return None
        parts.append(text[at:end])
        at = end + len(piece)
    return parts


def redact_path(text: str) -> str:
    """For access logs: a request as `redact` shows it, and of what lines send no value either: they are numbers."""
    return _HOOK.sub(rf"\1{MASK}", redact(text))


class HookFilter(logging.Filter):
    """Leaves out that a request of a machine was refused: floods of them would fill the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        return not getattr(request, "path_info", "").startswith("/hooks/")


class RedactFilter(logging.Filter):
    """Masks the finished message of a record, whatever its arguments were, and its traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redact(record.getMessage())
        record.args = None
        if record.exc_info and not record.exc_text:  # the formatter takes the text that is there
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info))
        return True
