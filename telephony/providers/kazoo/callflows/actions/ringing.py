"""Who or what rings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.callflows.actions.common import (
    DIALS,
    MEMBER,
    MEMBERS,
    NEXT,
    RINGS,
    action,
    category,
)
from telephony.providers.kazoo.schema.form import (
    UNNAMED,
    Part,
    below,
    choice,
    flag,
    integer,
    many,
    number,
    pairs,
    ref,
    seconds,
    text,
)

SELF = (
    flag("can_call_self", _("May ring the person who calls")),
    flag("can_text_self", _("May write to the person who writes")),
)
HEADERS = pairs(
    "custom_sip_headers",
    _("Own SIP headers"),
    keys=r"^[A-Za-z0-9_-]+$",
    help=_("Sent to the telephone that rings, such as “X-Site: Paris”."),
)
DELAY = seconds("delay", _("Begins after"), default=0)
INVITE = text("static_invite", _("SIP name asked for"))
HIDDEN = flag("suppress_clid", _("Hide the caller"))
REFUSAL = flag("fail_on_single_reject", _("One refusal ends the ringing"))
NO_FORWARD = flag("ignore_forward", _("Do not follow forwarding"), default=True)
ENDPOINTS = many("endpoints", _("Who rings"), MEMBERS, member=MEMBER, required=True, count=(1, None))
RINGBACK = ref("ringback", _("The caller hears"), "media")
TONES = (
    RINGBACK,
    below(
        "ringtones",
        UNNAMED,
        text("external", _("Ringing tone for outside calls")),
        text("internal", _("Ringing tone for internal calls")),
    ),
)
CARRIERS: tuple[Part, ...] = (
    flag("bypass_e164", _("Dial the digits as they are")),
    text("caller_id_type", _("Which number is shown"), default="external"),
    HEADERS,
    flag("do_not_normalize", _("Leave the number as it is")),
    many("dynamic_flags", _("Flags worked out"), text("")),
    flag("emit_account_id", _("Name the account to the carrier")),
    flag("format_from_uri", _("Write the sender’s address")),
    text("from_uri_realm", _("Domain of the sender")),
    ref("hunt_account_id", _("Carriers of the account"), "account"),
    flag("ignore_early_media", _("Ignore sounds before the answer"), default=False),
    many("outbound_flags", _("Flags a carrier must have"), text(""), default=[]),
    text("resource_type", _("Kind of carrier")),
    RINGBACK,
    seconds("timeout", _("Rings for")),
    number("to_did", _("Number called")),
    flag("use_local_resources", _("Try own carriers first"), default=True),
)
ACTIONS = category(
    "ringing",
    _("Places to ring"),
    action(
        "device",
        _("Device"),
        _("Rings one telephone."),
        RINGS,
        *SELF,
        HEADERS,
        DELAY,
        choice("dial_strategy", _("How it rings"), "simultaneous", "single", default="simultaneous"),
        ref("id", _("Device"), "device"),
        INVITE,
        HIDDEN,
        seconds("timeout", _("Rings for"), default=0),
        icon="device-landline-phone",
        about=("id",),
    ),
    action(
        "group",
        _("Group"),
        _("Rings the members of a group."),
        RINGS,
        many("endpoints", _("Who rings"), ref("", "", "user", also=("device", "group")), default=[]),
        REFUSAL,
        ref("id", _("Group"), "group"),
        NO_FORWARD,
        integer("repeats", _("Rounds"), default=1),
        *TONES,
        choice("strategy", _("Who rings when"), "single", "simultaneous", default="simultaneous"),
        seconds("timeout", _("Rings for"), default=20),
        icon="users-group",
        about=("id", "endpoints"),
    ),
    action(
        "offnet",
        _("Outside, by the system"),
        _("Calls out through the carriers of the whole system."),
        DIALS,
        *CARRIERS,
        icon="world",
    ),
    action(
        "page_group",
        _("Page several"),
        _("Speaks to several telephones at once, which answer by themselves."),
        NEXT,
        choice("audio", _("Who speaks"), "one-way", "two-way", required=True, default="one-way"),
        flag("barge_calls", _("Break into calls")),
        ENDPOINTS,
        seconds("timeout", _("Rings for"), default=5),
        icon="speakerphone",
    ),
    action(
        "resources",
        _("Outside, by own carriers"),
        _("Calls out through the carriers of the account."),
        DIALS,
        *CARRIERS,
        icon="world-share",
    ),
    action(
        "ring_group",
        _("Ring group"),
        _("Rings several people or telephones, together or one after another."),
        RINGS,
        ENDPOINTS,
        REFUSAL,
        NO_FORWARD,
        integer("repeats", _("Rounds"), default=1, bounds=(1, None)),
        *TONES,
        choice(
            "strategy",
            _("Who rings when"),
            "simultaneous",
            "single",
            "weighted_random",
            default="simultaneous",
        ),
        seconds("timeout", _("Rings for"), default=20),
        icon="users-group",
    ),
    action(
        "route_to_cid",
        _("Whose number it is"),
        _("Rings the telephones whose own number is that of the caller."),
        NEXT,
        *SELF,
        many("cid_types", _("Numbers compared"), text(""), default=["internal"], count=(1, None)),
        DELAY,
        many("endpoint_types", _("Of whom"), text(""), default=[]),
        INVITE,
        HIDDEN,
        seconds("timeout", _("Rings for"), default=0),
        icon="user-pin",
    ),
    action(
        "user",
        _("Person"),
        _("Rings all telephones of a person."),
        RINGS,
        *SELF,
        HEADERS,
        DELAY,
        REFUSAL,
        ref("id", _("Person"), "user"),
        INVITE,
        choice("strategy", _("Who rings when"), "simultaneous", "single", default="simultaneous"),
        HIDDEN,
        seconds("timeout", _("Rings for"), default=20),
        icon="user",
        about=("id",),
    ),
)
