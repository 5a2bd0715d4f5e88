"""Who the telephones are told is calling."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.callflows.actions.common import NEXT, action, category
from telephony.providers.kazoo.schema.form import (
    UNNAMED,
    below,
    choice,
    flag,
    integer,
    many,
    number,
    ref,
    text,
)

ACTIONS = category(
    "caller_id",
    _("Caller ID"),
    action(
        "dynamic_cid",
        _("Number to show, asked for"),
        _("The person who calls chooses the number to show."),
        NEXT,
        choice("action", _("What it does"), "list", "lists", "manual", "static"),
        below("caller_id", UNNAMED, text("name", _("Name shown")), number("number", _("Number shown"))),
        flag("enforce_call_restriction", _("Obey the barring of the account"), default=True),
        ref("id", _("List"), "list"),
        text("idx_name", _("Entry of the list")),
        integer("interdigit_timeout", _("Wait for each further key"), unit=_("ms")),
        integer("max_digits", _("Most digits")),
        ref("media_id", _("Recording"), "media"),
        integer("min_digits", _("Fewest digits")),
        flag("permit_custom_callflow", _("Callflows of the account may be dialled"), default=False),
        text("whitelist_regex", _("Numbers that may be shown")),
        icon="id",
    ),
    action(
        "lookupcidname",
        _("Name from a list"),
        _("Shows the name that stored lists have for the caller."),
        NEXT,
        many("lists", _("Lists"), ref("", "", "list"), required=True, default=[]),
        icon="user-question",
    ),
    action(
        "prepend_cid",
        _("Put before the name"),
        _("Puts text before the caller’s name or number, or takes it away again."),
        NEXT,
        choice("action", _("What it does"), "reset", "prepend", default="prepend"),
        choice("apply_to", _("Put before"), "original", "current", default="current"),
        text("caller_id_name_prefix", _("Before the name"), default=""),
        text("caller_id_number_prefix", _("Before the number"), default=""),
        icon="text-plus",
    ),
    action(
        "privacy",
        _("Hide the caller"),
        _("Hides the caller’s name, number or both on the way out."),
        NEXT,
        choice("endpoint_strategy", _("Beside other settings"), "overwrite", "merge", default="overwrite"),
        choice("mode", _("What is hidden"), "full", "name", "number", "yes", default="full"),
        icon="eye-off",
    ),
    action(
        "set_alert_info",
        _("Tone that telephones ring with"),
        _("Names the ringing tone of the telephones rung from here on."),
        NEXT,
        text("alert_info", _("Header Alert-Info"), required=True),
        icon="bell-ringing",
    ),
    action(
        "set_cid",
        _("Set the caller"),
        _("Replaces the caller’s name and number."),
        NEXT,
        text("caller_id_name", _("Name"), default=""),
        number("caller_id_number", _("Number"), default=""),
        icon="user-edit",
    ),
)
