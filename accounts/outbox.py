"""The demo's outbox: mails kept as files in `$DATA_DIR/mail`. Elsewhere there is none."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings

FILE_NAME = re.compile(r"^[-\w]+\.log$")
SEPARATOR = re.compile(rb"^-{79}$", re.MULTILINE)
MOST_MAILS = 200


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it was sent. `key` is file name and position, "20261121-214500-1-0"."""

    key: str
    subject: str
    to: str
    sent_at: datetime
    body: str


def has_outbox() -> bool:
    return settings.PORTAL_ENV == "demo" and not settings.EMAIL_URL


def mails() -> list[Mail]:
    """The latest mails, newest first."""
    folder = Path(settings.MAIL_DIR)
    files = [path for path in folder.glob("*.log") if FILE_NAME.match(path.name)] if folder.is_dir() else []
    found = [mail for path in sorted(files, reverse=True)[:MOST_MAILS] for mail in _read(path)]
    return sorted(found, key=lambda mail: mail.sent_at, reverse=True)[:MOST_MAILS]


def mail_of(key: str) -> Mail | None:
    """One mail by its key, None where it is gone."""
    name, _, position = key.rpartition("-")
    path = Path(settings.MAIL_DIR) / f"{name}.log"
    if not FILE_NAME.match(path.name) or not path.is_file() or not position.isdigit():
        return None
    return next((mail for mail in _read(path) if mail.key == key), None)


def _read(path: Path) -> list[Mail]:
    """One file holds the mails that one connection of the backend wrote, each ended by a line of dashes."""
    sent_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    contents = [content.strip() for content in SEPARATOR.split(path.read_bytes())]
    return [
        _mail(f"{path.stem}-{position}", content, sent_at)
        for position, content in enumerate(contents)
        if content
    ]


def _mail(key: str, content: bytes, sent_at: datetime) -> Mail:
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(preferencelist=("plain",))
    return Mail(
        key=key,
        subject=str(message["Subject"] or ""),
        to=str(message["To"] or ""),
        sent_at=sent_at,
        body=body.get_content() if body else "",
    )
