"""Port requests at Kazoo: facts, section 7."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.fields import DocumentField
from telephony.providers.kazoo.fields.words import PORT_STATES
from telephony.providers.porting import Porting, PortMove, PortState

_MOVES = {
    "unconfirmed": ("submitted", "canceled"),
    "submitted": ("pending", "rejected", "canceled"),
    "pending": ("scheduled", "completed", "rejected", "canceled"),
    "scheduled": ("completed", "rejected", "canceled"),
    "rejected": ("submitted", "completed", "canceled"),
}

PORTING = Porting(
    kind="port_request",
    states=tuple(
        PortState(name=name, label=label, moves=_MOVES.get(name, ()), is_final=name not in _MOVES)
        for name, label in PORT_STATES
    ),
    move="port.changeState",
    parameter="state",
    to={
        "submitted": PortMove(label=_("Send it"), icon="send"),
        "pending": PortMove(label=_("Hand to the carrier"), icon="arrow-right"),
        "scheduled": PortMove(label=_("Give it a date"), icon="calendar-event", asks=("schedule_on",)),
        "rejected": PortMove(label=_("Reject"), icon="arrow-back-up", asks=("reason",)),
        "completed": PortMove(label=_("Call it done"), icon="check"),
        "canceled": PortMove(label=_("Give it up"), icon="x", asks=("reason",)),
    },
    carrier="bill.carrier",
    numbers="numbers",
    open_states=frozenset({"unconfirmed", "rejected"}),
    operations=("port.update", "port.delete"),
    wanted=DocumentField(path="transfer_date", label=_("Wanted date"), kind="gregorian_s"),
)
