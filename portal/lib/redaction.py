"""One place that takes secrets out of text: log lines, shown requests, stored answers."""

from __future__ import annotations

import logging
import re

MASK = "***"
_PATTERNS = (
    re.compile(r"(?i)\b(bearer|basic|digest)\s+[^\s,'\"]+"),
    re.compile(
        r"(?i)([\"']?(?:access_token|refresh_token|client_secret|api_key|auth_token|token|password|secret|code|pin)[\"']?\s*[=:]\s*)"
        r"(\"[^\"]*\"|'[^']*'|[^\s&,;}]+)"
    ),
    re.compile(r"(?i)((?:authorization|cookie|set-cookie|x-auth-token)\s*:\s*)[^\r\n]+"),
    re.compile(r"(://[^/\s:@]+:)[^@\s/]+(@)"),
    re.compile(r"(/hooks/\w+/)[^/\s?]+"),
)


def redact(text: str) -> str:
    """The text with what looks like a secret replaced by ***."""
    text = _PATTERNS[0].sub(lambda found: f"{found[1]} {MASK}", text)
    text = _PATTERNS[1].sub(lambda found: f"{found[1]}{MASK}", text)
    text = _PATTERNS[2].sub(lambda found: f"{found[1]}{MASK}", text)
    text = _PATTERNS[3].sub(lambda found: f"{found[1]}{MASK}{found[2]}", text)
    return _PATTERNS[4].sub(lambda found: f"{found[1]}{MASK}", text)


class RedactFilter(logging.Filter):
    """Masks the finished message of a record, whatever its arguments were, and its traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redact(record.getMessage())
        record.args = None
        if record.exc_info and not record.exc_text:  # the formatter takes the text that is there
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info))
        return True
