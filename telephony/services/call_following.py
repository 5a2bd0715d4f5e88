"""How a call goes on that was started from here: seen by the events that the line sends, or by what is read of the
provider's running calls while somebody follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.db.models import Q
from django.utils import timezone

from telephony.models import Change, LiveCall
from telephony.providers.calling import Act
from telephony.services import calling, live_polling
from telephony.services.enrolling import hooks_in_use
from telephony.services.line_turns import Turn

HEARD_WITHIN = timedelta(seconds=45)  # of the provider's yes; then it is said that nothing is heard
NEAR = timedelta(minutes=5)  # how far the provider's clock may be from ours
OVER = (
    Change.State.REFUSED,
    Change.State.NOT_APPLIED,
    Change.State.CONFLICT,
    Change.State.CHARGES,
    Change.State.REVERTED,
)


class Sight(StrEnum):
    """Whether the call can be seen from here."""

    SEEN = "seen"  # its line sends its events here, or running calls are read
    UNSET = "unset"  # its line could
    NEVER = "never"  # the provider tells nothing of calls that go on
    NONE = "none"  # there is no call: a text


@dataclass(frozen=True, kw_only=True)
class Course:
    """One act as it stands.

    turn       whether it is its turn, while it waits
    calls      what was seen of it, oldest first; of a join one with each number
    is_silent  nothing of it was heard for so long that nothing will be
    """

    change: Change
    turn: Turn | None
    sight: Sight
    calls: Sequence[LiveCall] = ()
    is_silent: bool = False

    @property
    def is_running(self) -> bool:
        """Whether to look again soon."""
        if self.turn is not None or self.change.state == Change.State.SENDING:
            return True
        if self.change.state in OVER or self.sight != Sight.SEEN or self.is_silent:
            return False
        return not self.calls or any(one.state != LiveCall.State.ENDED for one in self.calls)

    @property
    def mark(self) -> str:
        """The same as long as there is nothing new to show."""
        before = self.turn.before if self.turn else "-"
        calls = ".".join(f"{one.pk}{one.state}" for one in self.calls)
        return f"{self.change.state}.{before}.{calls}.{self.is_silent}"


def course_of(change: Change, turn: Turn | None = None) -> Course:
    """Two queries at most."""
    sight = _sight(change)
    if sight != Sight.SEEN or change.sent_at is None:
        return Course(change=change, turn=turn, sight=sight)
    calls = _calls(change)
    if live_polling.is_read(change.connection):
        live_polling.note_watched(change.tenant_id)
    is_silent = not calls and timezone.now() > change.sent_at + HEARD_WITHIN
    return Course(change=change, turn=turn, sight=sight, calls=calls, is_silent=is_silent)


def _sight(change: Change) -> Sight:
    if calling.wish_of(change)["act"] == Act.TEXT:
        return Sight.NONE
    if live_polling.is_read(change.connection):
        return Sight.SEEN
    if change.connection.declaration.notifications is None:
        return Sight.NEVER
    if change.line_id and hooks_in_use().filter(line=change.line_id).exists():
        return Sight.SEEN
    return Sight.UNSET


def _calls(change: Change) -> list[LiveCall]:
    """Calls of the line with these numbers that something was heard of since it was sent; the newest of each."""
    wish, sent_at = calling.wish_of(change), change.sent_at
    assert sent_at is not None
    numbers = [one for one in (wish["number"], wish["second"]) if one]
    rows = LiveCall.objects.filter(
        Q(other__in=numbers) | Q(line_remote_id__in=[one.removeprefix("+") for one in numbers]),
        connection=change.connection,
        last_event_at__gte=sent_at,
        started_at__gte=sent_at - NEAR,
    ).order_by("started_at", "pk")
    return [
        one
        for one in rows
        if wish["first"] == one.first_line_remote_id
        or any(leg["line_remote_id"] == wish["first"] for leg in one.legs)
    ]
