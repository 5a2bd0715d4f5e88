"""How a call of the history was seen while it went on: its legs, out of the events that lines sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from telephony.models import Call, Entity, LiveCall

HOW: Mapping[str, str | Promise] = {
    "picked_up": gettext_lazy("picked up"),
    "forwarded": pgettext_lazy("one call", "forwarded"),
    "transferred": gettext_lazy("handed over"),
}


@dataclass(frozen=True, kw_only=True)
class SeenLeg:
    """One line's side. `how` as in `live_folding.Leg`; times None where it did not come to that."""

    line: str
    how: str
    is_mailbox: bool
    began_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None

    @property
    def words(self) -> str:
        """over a welcome number, to a mailbox"""
        told = HOW.get(self.how) or pgettext("how a call came", "directly")
        if self.how == "group":
            told = _("over a welcome number")
        return ", ".join([str(told), _("to a mailbox")] if self.is_mailbox else [str(told)])


def seen_live(call: Call) -> Sequence[SeenLeg]:
    """The legs of a call as its events told them, in order; none where it was not seen.

    The provider names a call alike in its events and in its records.
    """
    if not call.connection.declaration.tells_live:
        return ()
    seen = LiveCall.objects.filter(
        connection_id=call.connection_id, keys__contains=[f"r:{call.fold_key}"]
    ).first()
    if seen is None:
        return ()
    wanted = {leg["line_remote_id"] for leg in seen.legs}
    lines = {
        entity.remote_id: str(entity)
        for entity in Entity.objects.filter(
            connection_id=call.connection_id, is_line=True, remote_id__in=wanted
        )
    }
    return [
        SeenLeg(
            line=lines.get(leg["line_remote_id"], leg["line_remote_id"]),
            how=leg["how"],
            is_mailbox=leg["is_mailbox"],
            began_at=datetime.fromisoformat(leg["began_at"]),
            answered_at=_moment(leg["answered_at"]),
            ended_at=_moment(leg["ended_at"]),
        )
        for leg in seen.legs
    ]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
