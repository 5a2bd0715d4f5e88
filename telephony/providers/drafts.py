"""What providers hand to services: plain records, made of a remote document and not yet stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

PLACEHOLDER = "***"  # stands in a document where a secret was
SecretValue = str | int | float


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, closed at `start_at` and open at `end_at`; both aware UTC."""

    start_at: datetime
    end_at: datetime

    def __contains__(self, instant: datetime) -> bool:
        return self.start_at <= instant < self.end_at


@dataclass(slots=True, kw_only=True)
class ReferenceDraft:
    """One pointer inside a document: at `path` it names the object `target_remote_id` of `target_kind`."""

    path: str
    target_kind: str
    target_remote_id: str


@dataclass(slots=True, kw_only=True)
class EntityDraft:
    """One remote object as it is to be cached.

    secrets    values taken out of `document` by dotted path (flat.py); the document holds there what may be shown of them:
               the placeholder, or a text with only its secret parts masked; a PIN may be held as a number
    number     E.164 with the plus, or empty
    is_line    whether it stands among the lines, where not all of its kind do; None: as its kind says
    """

    kind: str
    remote_id: str
    parent_remote_id: str = ""
    name: str = ""
    number: str = ""
    extension: str = ""
    status: str = ""
    is_line: bool | None = None
    document: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, SecretValue] = field(default_factory=dict)
    references: Sequence[ReferenceDraft] = ()


@dataclass(slots=True, kw_only=True)
class EntityPage:
    """Some objects of one kind below one parent. `is_complete` on the last page says the whole list was read.

    unchanged   remote ids that the list still has, whose documents were left out because they did not change
    """

    kind: str
    parent_remote_id: str = ""
    drafts: Sequence[EntityDraft] = ()
    unchanged: Sequence[str] = ()
    is_complete: bool = False
    expected_total: int | None = None


class CallRecordDraft(msgspec.Struct, kw_only=True, gc=False):
    """One CDR, normalised. They are made by the hundred thousand: a struct takes half the time of a dataclass.

    stream        where it was read: "incoming", "outgoing" (provider's word)
    remote_key    made of fields that never change; unique per connection and stream, but on a page that `covers` its
                  stretch: rows of equal keys are different calls there, and services tell them apart
    fold_key      records that share it are one call
    line_remote_id  remote id of the line entity, or empty
    started_at    aware UTC
    caller, callee  E.164 with plus where it is one, else the provider's text; "" is withheld
    duration_s    talk time; None where the medium has none
    cost_micros   millionths of the connection's currency
    outcome       English snake_case as in DESIGN 6
    raw           the document; empty where `raw_text` is given
    raw_text      its JSON text as it came, of one line, in UTF-8 and without NUL, where it was never taken apart
    is_open       the provider says that the call has not ended: read again until it has (on a page that `covers`)
    """

    stream: str
    remote_key: str
    fold_key: str
    started_at: datetime
    direction: str
    medium: str
    outcome: str
    caller: str = ""
    callee: str = ""
    presented: str = ""
    line_remote_id: str = ""
    group_remote_id: str = ""
    duration_s: int | None = None
    wait_s: int | None = None
    quantity: int | None = None
    unit: str = ""
    cost_micros: int | None = None
    destination: str = ""
    is_time_ambiguous: bool = False
    is_open: bool = False
    raw: Mapping[str, Any] = msgspec.field(default_factory=dict)
    raw_text: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEventDraft:
    """One step of one line's side of a call, as it was notified.

    line_remote_id  the line that is told about
    kind            "setup", "connect", "release"
    direction       as the line sees it: "inbound", "outbound"
    other           the number at the other end: E.164 where it is one, else the provider's text; "" is withheld
    dialogue        identifies the side, the same in all its events
    replaces        the dialogue whose place this one takes (picked up, handed over)
    call_ref, session   what the sides of one call share
    redirecting     remote id of the line that sent the call on
    is_group        it came over a welcome number; is_mailbox: a mailbox answers
    happened_at     aware UTC, None where it is not told
    """

    line_remote_id: str
    kind: str
    direction: str
    other: str
    dialogue: str
    replaces: str = ""
    call_ref: str = ""
    session: str = ""
    redirecting: str = ""
    is_group: bool = False
    is_mailbox: bool = False
    happened_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class UnreadableRow:
    """A provider row that could not be understood: set aside with its reason, the rest of the page is kept."""

    stream: str
    reason: str
    raw: Any


@dataclass(frozen=True, slots=True)
class ReadRows:
    """The rows of a page: those that were understood, and the others. Rows outside the window are left out."""

    drafts: Sequence[CallRecordDraft] = ()
    unreadable: Sequence[UnreadableRow] = ()


def already(
    drafts: Sequence[CallRecordDraft], unreadable: Sequence[UnreadableRow] = ()
) -> Callable[[], ReadRows]:
    """The `read` of a page whose rows were read when it was fetched."""
    rows = ReadRows(drafts, unreadable)
    return lambda: rows


@dataclass(slots=True, kw_only=True)
class CallPage:
    """Some CDRs of one stream inside one window, and where to go on.

    size         rows, as the provider gave them
    read         makes drafts of them; to be called once, and not where the next page is waited for
    cursor       what `read_calls` needs to continue after this page; None when the window is whole
    expected     rows that the provider says the window has, where it says so
    covers       the drafts are all that the stream has in this stretch, read at one moment: what it lacks is gone there,
                 and drafts of equal keys are as many calls. None: they are some of the rows
    requests     how many were needed for it
    """

    stream: str
    size: int = 0
    read: Callable[[], ReadRows] = ReadRows
    cursor: Mapping[str, Any] | None = None
    expected: int | None = None
    covers: Window | None = None
    requests: int = 1
