"""A line's voice messages, as data: where they are listed, heard and erased, and how one reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telephony.providers.operations import Text

Document = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message. `caller` is E.164 where it is a whole number, "" where it was withheld."""

    identifier: str
    caller: str
    left_at: datetime | None
    duration_s: int | None


@dataclass(frozen=True, kw_only=True)
class Folder:
    """Messages of one state; the others are keys of operations on the line's address and `identifier`."""

    key: str
    label: Text
    empty: Text
    list: str
    read: str
    delete: str


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """The mailbox of lines of these kinds.

    message   reads a document of a list
    sound     the WAV inside a message that was read alone; raises UnexpectedAnswer
    """

    kinds: Sequence[str]
    folders: Sequence[Folder]
    message: Callable[[Document], Message]
    sound: Callable[[Document], bytes]
