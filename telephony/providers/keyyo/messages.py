"""Voice messages of a line: Keyyo answers them to a contact alone, each with its sound as base64."""

from __future__ import annotations

import base64
import binascii

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from portal.lib.errors import UnexpectedAnswer
from portal.lib.numbers import to_e164
from telephony.providers.keyyo.documents import instant, integer, text
from telephony.providers.keyyo.kinds import MOBILE, SIP_LINE
from telephony.providers.mailbox import Document, Folder, Mailbox, Message
from telephony.providers.operations import Text

_BASE = "services.voicemails.default"


def message(document: Document) -> Message:
    return Message(
        identifier=text(document, "identifier"),
        caller=_caller(text(document, "caller_id")),
        left_at=instant(document, "timestamp"),
        duration_s=integer(document, "duration"),
    )


def _caller(number: str) -> str:
    """As E.164; Keyyo leaves the plus out. Whoever hides is "anonymous" there, and nobody here."""
    if not number.lstrip("+").isdecimal():
        return ""
    return to_e164(number if number.startswith(("0", "+")) else f"+{number}") or number


def sound(document: Document) -> bytes:
    try:
        content = base64.b64decode(text(document, "wav_contents"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnexpectedAnswer(_("Keyyo’s answer holds no sound that can be read.")) from error
    if not content.startswith(b"RIFF"):
        raise UnexpectedAnswer(_("Keyyo’s answer holds no sound that can be read."))
    return content


def _folder(key: str, label: Text, empty: Text) -> Folder:
    base = f"{_BASE}.{key}_messages"
    return Folder(
        key=key, label=label, empty=empty, list=f"{base}.list", read=f"{base}.read", delete=f"{base}.delete"
    )


MAILBOX = Mailbox(
    kinds=(SIP_LINE, MOBILE),
    folders=(
        _folder("unread", lazy("New messages"), lazy("No new message.")),
        _folder("read", lazy("Heard messages"), lazy("No message that was heard already.")),
    ),
    message=message,
    sound=sound,
)
