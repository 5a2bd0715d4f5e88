"""The demo's outbox: mails kept as files in `$DATA_DIR/mail`. Elsewhere there is none."""

from __future__ import annotations

import base64
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
REPORT_IDS = "<report-"  # how the Message-IDs of reports begin


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it was sent. `key` is file name and position, "20261121-214500-1-0"; `attached` (name, bytes)."""

    key: str
    subject: str
    to: str
    sent_at: datetime
    body: str
    message_id: str = ""
    attached: tuple[tuple[str, int], ...] = ()

    @property
    def is_report(self) -> bool:
        """Whether a tenant's own page shows it; the others are for platform staff."""
        return self.message_id.startswith(REPORT_IDS)


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


def page_of(mail: Mail) -> str:
    """The HTML of a mail, the pictures that came with it inside; "" where it has none, or is gone."""
    message = _message(mail)
    if message is None:
        return ""
    page = message.get_body(preferencelist=("html",))
    html = str(page.get_content()) if page else ""
    for part in message.walk():
        if (name := str(part["Content-ID"] or "").strip("<>")) and part.get_content_maintype() == "image":
            content = base64.b64encode(_content_of(part)).decode()
            html = html.replace(f"cid:{name}", f"data:{part.get_content_type()};base64,{content}")
    return html


def file_of(mail: Mail, name: str) -> bytes | None:
    """One of the files that went with a mail; None where it has none of that name, or is gone."""
    message = _message(mail)
    found = (part for part in _files_of(message) if part.get_filename() == name) if message else iter(())
    part = next(found, None)
    return _content_of(part) if part else None


def _message(mail: Mail) -> EmailMessage | None:
    name, _, position = mail.key.rpartition("-")
    path = Path(settings.MAIL_DIR) / f"{name}.log"
    if not FILE_NAME.match(path.name) or not path.is_file():
        return None
    return _parsed(SEPARATOR.split(path.read_bytes())[int(position)].strip())


def _files_of(message: EmailMessage) -> list[EmailMessage]:
    return [part for part in message.iter_attachments() if part.get_content_disposition() == "attachment"]


def _content_of(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _parsed(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _mail(key: str, content: bytes, sent_at: datetime) -> Mail:
    message = _parsed(content)
    body = message.get_body(preferencelist=("plain",))
    return Mail(
        key=key,
        subject=str(message["Subject"] or ""),
        to=str(message["To"] or ""),
        sent_at=sent_at,
        body=body.get_content() if body else "",
        message_id=str(message["Message-ID"] or ""),
        attached=tuple((part.get_filename() or "", len(_content_of(part))) for part in _files_of(message)),
    )
