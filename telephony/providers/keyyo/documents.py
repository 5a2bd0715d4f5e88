"""Keyyo's documents as frozen dataclasses: read leniently, never written.

Field names and types: README.md. Booleans come as true, 1 or "1"; numbers and times as text or integer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from portal.lib.secrets import Secret
from telephony.providers.fields import shown_of
from telephony.providers.values import as_boolean

Document = Mapping[str, Any]

CSI_TOKEN_LIFE = timedelta(hours=1)


def text(document: Document, field: str) -> str:
    """The field as text; "" where it is absent or null. Of a secret, what may be shown of it."""
    value = shown_of(document.get(field))
    return "" if value is None or isinstance(value, dict | list) else str(value)


def flag(document: Document, field: str) -> bool:
    """The field as a fact; absent and unreadable are False."""
    return as_boolean(document.get(field, False)) is True


def integer(document: Document, field: str) -> int | None:
    """The field as a whole number; None where it is absent or no number."""
    try:
        return int(document[field])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def instant(document: Document, field: str) -> datetime | None:
    """A Unix second, as text or number, as an aware moment in UTC."""
    seconds = integer(document, field)
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One subscribed service. `csi` is a number for lines, an address or name for others."""

    csi: str
    type: str
    name: str
    formatted_csi: str
    status: str
    blocking_status: str
    offer_id: str
    offer_name: str
    short_number: str
    presented_number: str
    presented_number_raw: str
    incoming_acd_calls_allowed: bool
    options: tuple[str, ...]

    @classmethod
    def from_document(cls, document: Document) -> Service:
        options = document.get("options")
        return cls(
            csi=text(document, "csi"),
            type=text(document, "_resource_type"),
            name=text(document, "name"),
            formatted_csi=text(document, "formatted_csi"),
            status=text(document, "status"),
            blocking_status=text(document, "blocking_status"),
            offer_id=text(document, "offer_id"),
            offer_name=text(document, "offer_name"),
            short_number=text(document, "short_number"),
            presented_number=text(document, "presented_number"),
            presented_number_raw=text(document, "presented_number_raw"),
            incoming_acd_calls_allowed=flag(document, "incoming_acd_calls_allowed"),
            options=tuple(map(str, options)) if isinstance(options, list) else (),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A forwarding profile of a line, or the barer one of a call group. Numbers are Keyyo's text."""

    identifier: str
    name: str
    is_forced: bool
    backup_number: str
    forward_unconditionally_number: str
    forward_on_no_answer_number: str
    forward_delay_s: int | None
    forwards_to_voicemail: bool
    presents_own_number: bool

    @property
    def is_default(self) -> bool:
        return self.identifier == "default"

    @classmethod
    def from_document(cls, document: Document) -> Profile:
        return cls(
            identifier=text(document, "identifier"),
            name=text(document, "name"),
            is_forced=flag(document, "forced"),
            backup_number=text(document, "backup_number"),
            forward_unconditionally_number=text(document, "forward_unconditionally_number"),
            forward_on_no_answer_number=text(document, "forward_on_no_answer_number"),
            forward_delay_s=integer(document, "forward_delay"),
            forwards_to_voicemail=flag(document, "forward_to_voicemail"),
            presents_own_number=flag(document, "forward_use_account_callerid_presentation"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A CTI plugin of a line: "custom" notifies calls, "websocket" serves the browser library."""

    name: str
    is_enabled: bool

    @classmethod
    def from_document(cls, document: Document) -> Plugin:
        return cls(name=text(document, "name"), is_enabled=flag(document, "enabled"))


@dataclass(frozen=True, slots=True, kw_only=True)
class CSIToken:
    """A token of the browser CTI library; `expires_at` is the vendor's, or an hour from now."""

    token: Secret
    expires_at: datetime

    @classmethod
    def from_document(cls, document: Document, now: datetime | None = None) -> CSIToken:
        now = now or datetime.now(UTC)
        lasts_s = integer(document, "expires_in")
        life = CSI_TOKEN_LIFE if lasts_s is None else timedelta(seconds=lasts_s)
        return cls(
            token=Secret(text(document, "token")),
            expires_at=instant(document, "timestamp") or now + life,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicemailMessage:
    """One message of a contact's mailbox. Read live, never cached."""

    identifier: str
    is_read: bool
    caller: str
    received_at: datetime | None
    duration_s: int | None
    wav_base64: str

    @classmethod
    def from_document(cls, document: Document) -> VoicemailMessage:
        return cls(
            identifier=text(document, "identifier"),
            is_read=flag(document, "read"),
            caller=text(document, "caller_id"),
            received_at=instant(document, "timestamp"),
            duration_s=integer(document, "duration"),
            wav_base64=text(document, "wav_contents"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One person of the directory; `family_name` is Keyyo's `name`."""

    uid: str
    branch_uid: str
    family_name: str
    first_name: str
    company: str
    email: str
    numbers: tuple[str, ...]

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.family_name}".strip() or self.company

    @classmethod
    def from_document(cls, document: Document) -> Contact:
        fields = ("default_number", "work_number", "mobile_number", "home_number")
        numbers = (text(document, field) for field in fields)
        return cls(
            uid=text(document, "uid"),
            branch_uid=text(document, "branch_uid"),
            family_name=text(document, "name"),
            first_name=text(document, "first_name"),
            company=text(document, "company"),
            email=text(document, "email"),
            numbers=tuple(dict.fromkeys(number for number in numbers if number)),
        )
