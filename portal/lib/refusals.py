"""What a mail server means that does not take a mail."""

from __future__ import annotations

import smtplib


def is_for_now(refusal: smtplib.SMTPException) -> bool:
    """Whether it says to come again (RFC 5321: 4yz), as it does of senders that it does not know yet."""
    if isinstance(refusal, smtplib.SMTPRecipientsRefused):
        codes = {code for code, _words in refusal.recipients.values()}
    else:
        codes = {refusal.smtp_code} if isinstance(refusal, smtplib.SMTPResponseException) else set()
    return bool(codes) and all(400 <= code < 500 for code in codes)


def said_by(refusal: smtplib.SMTPException | OSError) -> str:
    """Its answer as it gave it, "550 no such user"; of several recipients to the first one. Of one that gave none what
    became of the connection, "Connection refused".
    """
    code: int
    words: bytes | str
    if isinstance(refusal, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(refusal.recipients.values()))
    elif isinstance(refusal, smtplib.SMTPResponseException):
        code, words = refusal.smtp_code, refusal.smtp_error
    else:
        return str(refusal.strerror or refusal) or type(refusal).__name__
    text = words if isinstance(words, str) else words.decode(errors="replace")
    return " ".join(f"{code} {text}".split())
