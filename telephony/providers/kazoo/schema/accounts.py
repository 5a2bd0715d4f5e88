"""The account itself, its limits, its blacklists: facts sections 7 and 9."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.schema.form import (
    below,
    decimal,
    family,
    flag,
    free,
    integer,
    many,
    moment,
    names,
    ref,
    text,
)
from telephony.providers.kazoo.schema.prices import PRICE, PRICED
from telephony.providers.kazoo.schema.recording import recording_sources
from telephony.providers.kazoo.schema.shared import (
    CALL_RESTRICTION,
    CALL_WAITING,
    DIAL_PLAN,
    DO_NOT_DISTURB,
    ENABLED,
    FLAGS,
    FORMATTERS,
    LANGUAGE,
    METAFLOWS,
    NAME,
    OUTBOUND_PRIVACY,
    RINGTONES,
    TIMEZONE,
    VOICEMAIL_NOTICES,
    caller_id,
    music_on_hold,
)

ACCOUNTS = family(
    "accounts",
    NAME,
    text(
        "realm",
        _("SIP domain"),
        length=(4, 253),
        pattern=r"^[.\w-]+$",
        help=_("Unique in the whole system; the server makes one up where none is given."),
    ),
    text("org", _("Organisation")),
    ENABLED,
    replace(TIMEZONE, length=(5, 32)),
    LANGUAGE,
    *caller_id(),
    below(
        "caller_id_options",
        _("Caller ID"),
        OUTBOUND_PRIVACY,
        flag("show_rate", _("Show the price of a call on the phone")),
    ),
    CALL_RESTRICTION,
    CALL_WAITING,
    DO_NOT_DISTURB,
    music_on_hold(2048),
    below(
        "preflow",
        _("Before every call"),
        ref("always", _("Callflow that runs first"), "callflow"),
        is_filled=True,
        is_closed=True,
    ),
    RINGTONES,
    DIAL_PLAN,
    below(
        "call_recording",
        _("Call recording"),
        below("account", _("Recording of the account's calls"), *recording_sources(), is_closed=True),
        below("endpoint", _("Recording of each phone's calls"), *recording_sources(), is_closed=True),
        is_closed=True,
    ),
    METAFLOWS,
    FORMATTERS,
    VOICEMAIL_NOTICES,
    below(
        "notifications",
        _("Notices"),
        below(
            "first_occurrence",
            "",
            flag("sent_initial_registration", _("First registration was told"), default=False),
            flag("sent_initial_call", _("First call was told"), default=False),
        ),
        below(
            "low_balance",
            "",
            flag("enabled", _("Warn of a low balance")),
            decimal("threshold", _("Warn below")),
            flag("sent_low_balance", _("Low balance was told")),
            moment("last_notification", _("Last warning")),
        ),
    ),
    below("topup", _("Top up"), decimal("threshold", _("Top up below"))),
    below(
        "zones",
        _("Server zones"),
        text("home", _("Home zone"), kind="code", help=_("As the provider names its zones.")),
    ),
    FLAGS,
)

LIMITS = family(
    "limits",
    integer(
        "twoway_trunks",
        _("Two-way trunks"),
        bounds=(0, None),
        help=_("Flat-rate trunks for both directions."),
    ),
    integer(
        "inbound_trunks", _("Inbound trunks"), bounds=(0, None), help=_("Flat-rate, incoming calls only.")
    ),
    integer(
        "outbound_trunks", _("Outbound trunks"), bounds=(0, None), help=_("Flat-rate, outgoing calls only.")
    ),
    integer(
        "burst_trunks",
        _("Burst trunks"),
        bounds=(0, None),
        help=_("Extra trunks used once the others are full."),
    ),
    integer("calls", _("Calls at a time"), bounds=(0, None)),
    integer("resource_consuming_calls", _("Calls at a time over carriers"), bounds=(0, None)),
    flag("allow_prepay", _("Calls by the minute against the balance"), default=True),
    many(
        "authz_resource_types",
        _("Carriers without a limit"),
        text(""),
        default=[],
        help=_("Kinds of carrier that are allowed without any limit check."),
    ),
)

BLACKLISTS = family(
    "blacklists",
    NAME,
    names("numbers", _("Numbers"), default={}, help=_("Each number that is refused.")),
    flag("should_block_anonymous", _("Refuse hidden callers")),
    FLAGS,
)

SERVICE_PLANS = family(
    "service_plans",
    text("name", _("Name"), required=True),
    text("description", _("Description")),
    text(
        "category", _("Category"), help=_("Plans of one category exclude each other or are shown together.")
    ),
    below(
        "merge",
        _("Combining plans"),
        text("strategy", _("How plans are combined")),
        integer("priority", _("Order among plans")),
    ),
    below("plan", _("Prices"), *(free(name, label, PRICE) for name, label in PRICED.items()), required=True),
    many("manual_recurring", _("Fixed monthly lines"), free("", "")),
    free("bookkeepers", _("Accounting")),
)
