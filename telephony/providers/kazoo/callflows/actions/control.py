"""The course of the call itself: answer, wait, park, go elsewhere, end."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.callflows.actions.common import ENDS, NEXT, SLOTS, action, category
from telephony.providers.kazoo.schema.form import choice, flag, free, integer, many, number, ref, text

# The schema says no more than that it is an object; the vendor's page on call parking says what each slot holds.
OF_A_SLOT = (
    integer("ringback_timeout", _("Comes back after"), unit=_("ms")),
    integer("callback_timeout", _("Rings back for"), unit=_("ms")),
    choice("presence_type", _("State of the lamp"), "early", "terminated", "confirmed"),
    text("presence_id", _("Lamp")),
)
ACTIONS = category(
    "control",
    _("Course of the call"),
    action(
        "after_bridge",
        _("After the conversation"),
        _("What happens to the caller once the conversation has ended."),
        NEXT,
        choice("action", _("What it does"), "park", "transfer", "hangup"),
        text("data", _("More about it"), type=("boolean", "string")),
        icon="arrow-bear-right",
    ),
    action(
        "answer", _("Answer the call"), _("Answers the call before it goes on."), NEXT, icon="phone-check"
    ),
    action(
        "callflow",
        _("Another callflow"),
        _("The call goes on in another callflow."),
        NEXT,
        ref("id", _("Callflow"), "callflow"),
        icon="route",
    ),
    action(
        "collect_dtmf",
        _("Collect digits"),
        _("Keeps the digits that the caller presses."),
        NEXT,
        text("collection_name", _("Collection")),
        integer("interdigit_timeout", _("Wait for each further key"), bounds=(1, None), unit=_("ms")),
        integer("max_digits", _("Most digits"), default=1, bounds=(1, None)),
        choice(
            "terminator",
            _("Key that ends it"),
            "1",
            "2",
            "3",
            "4",
            "5",
            "6",
            "7",
            "8",
            "9",
            "0",
            "#",
            "*",
            default="#",
        ),
        many(
            "terminators",
            _("Keys that end it"),
            choice("", "", "1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "#", "*"),
            unique=True,
        ),
        integer("timeout", _("For at most"), default=5000, bounds=(1, None), unit=_("ms")),
        icon="dialpad",
    ),
    action("dead_air", _("Silence"), _("Keeps the call connected without a sound."), ENDS, icon="volume-3"),
    action(
        "flush_dtmf",
        _("Forget digits"),
        _("Empties a collection of digits."),
        NEXT,
        text("collection_name", _("Collection"), default="default"),
        icon="eraser",
    ),
    action("hangup", _("Hang up"), _("Ends the call."), ENDS, icon="phone-off"),
    action("noop", _("Go on"), _("Does nothing and goes on."), NEXT, icon="arrow-down"),
    action(
        "park",
        _("Park"),
        _("Parks the call in a slot, or fetches it again."),
        SLOTS,
        choice("action", _("What it does"), "direct_park", "park", "retrieve", "auto", default="park"),
        flag("custom_presence_id", _("A lamp of its own"), default=False),
        integer("default_callback_timeout", _("Rings back for"), unit=_("ms")),
        choice("default_presence_type", _("State of the lamp"), "early", "terminated", "confirmed"),
        integer("default_ringback_timeout", _("Comes back after"), unit=_("ms")),
        integer("max_slot_number", _("Highest slot")),
        text("presence_id", _("Lamp")),
        text("slot", _("Slot")),
        free("slots", _("Slots of their own"), default={}, told=OF_A_SLOT, key_label=_("Slot")),
        icon="parking",
    ),
    action(
        "response",
        _("Refuse"),
        _("Refuses the call with a SIP code."),
        ENDS,
        integer("code", _("SIP code"), required=True, default=486),
        ref("media", _("Recording"), "media", length=(None, 2048)),
        text("message", _("Reason told")),
        icon="ban",
    ),
    action(
        "sleep",
        _("Wait a while"),
        _("Waits, then goes on."),
        NEXT,
        integer("duration", _("How long"), default=0, bounds=(0, 86400000)),
        choice("unit", _("Unit"), "ms", "s", "m", "h", default="s"),
        icon="hourglass-empty",
    ),
    action(
        "transfer",
        _("Transfer"),
        _("Transfers the call to a number."),
        ENDS,
        many("captures", _("Digits of the pattern"), text(""), default=["no_match"]),
        choice("leg", _("Which side"), "self", "bleg"),
        number("target", _("Number")),
        choice("transfer_type", _("Kind of transfer"), "attended", "blind", default="blind"),
        icon="arrow-forward",
    ),
    action(
        "wait_for_hangup",
        _("Wait for the end"),
        _("Keeps the call open until the caller hangs up."),
        ENDS,
        icon="phone",
    ),
)
