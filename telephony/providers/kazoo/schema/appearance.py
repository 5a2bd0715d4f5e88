"""What customers see and what other systems are told: whitelabel and webhooks, facts sections 7 and 9."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.schema.form import Field, below, choice, family, flag, integer, pairs, text
from telephony.providers.kazoo.schema.shared import ENABLED
from telephony.providers.operations import Text


def _address(name: str, label: Text) -> Field:
    return text(name, label, format="uri", kind="url")


WHITELABELS = family(
    "whitelabels",
    text("domain", _("Domain"), format="uri", kind="code"),
    text("company_name", _("Company")),
    flag("hide_powered", _("Hide “powered by”"), default=False),
    flag("hide_credits", _("Hide credits"), default=False),
    flag("hide_registration", _("Hide the sign-up"), default=False),
    text("fake_api_url", _("Address of the API as shown"), format="uri", kind="url"),
    below("nav", _("Links"), _address("help", _("Help")), _address("learn_more", _("Learn more"))),
    below(
        "port",
        _("Porting"),
        text("support_email", _("Support address"), format="email", kind="email"),
        _address("loa", _("Letter of authorisation")),
        _address("resporg", _("Toll-free form")),
        _address("features", _("Features")),
        _address("terms", _("Terms")),
        Field(
            path="authority",
            label=_("Accounts that decide"),
            type=("array", "string"),
            kind="texts",
            entry=(text(""),),
        ),
    ),
    text("inbound_trunks_price", _("Price of an inbound trunk")),
    text("outbound_trunks_price", _("Price of an outbound trunk")),
    text("twoway_trunks_price", _("Price of a two-way trunk")),
)

HOOKS = (
    "channel_create", "channel_answer", "channel_bridge", "channel_destroy", "parking", "sms", "mms", "notifications",
    "object", "callflow", "all",
)  # fmt: skip
WEBHOOKS = family(
    "webhooks",
    text("name", _("Name"), required=True),
    text("hook", _("Event"), required=True, usual=HOOKS),
    text("uri", _("Address"), format="uri", kind="url", required=True, help=_("Called with every event.")),
    choice("http_verb", _("Verb"), "get", "post", "put", default="post"),
    choice("format", _("Format"), "form-data", "json", default="form-data"),
    integer("retries", _("Tries"), bounds=(0, 4), default=2),
    ENABLED,
    flag("include_subaccounts", _("Also for the accounts below")),
    flag("include_internal_legs", _("Also for internal legs"), default=True),
    pairs("custom_data", _("Values added to every event"), entry=(text(""),)),
)
