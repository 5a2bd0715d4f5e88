"""Numbers and how they come and go: facts sections 7 and 9."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.schema.form import (
    Field,
    below,
    choice,
    family,
    flag,
    free,
    many,
    moment,
    names,
    number,
    ref,
    secret,
    text,
)
from telephony.providers.kazoo.schema.shared import NAME

NUMBER_STATES = (
    "aging", "available", "deleted", "discovery", "in_service", "port_in", "port_out", "released", "reserved"
)  # fmt: skip
PORT_STATES = ("unconfirmed", "submitted", "pending", "scheduled", "rejected", "completed", "canceled")

PHONE_NUMBERS = family(
    "phone_numbers",
    below(
        "cnam",
        _("Displayed name"),
        text("display_name", _("Name shown to called parties"), length=(1, 15)),
        flag("inbound_lookup", _("Look up the names of callers")),
    ),
    below(
        "e911",
        _("Emergency address"),
        text("caller_name", _("Name"), length=(3, None), help=_("What emergency services see.")),
        text("street_address", _("Street and number"), required=True),
        text("extended_address", _("Further address line")),
        text("locality", _("Town"), required=True),
        text("region", _("Region"), length=(2, 2), required=True),
        text("postal_code", _("Post code"), required=True),
        text("plus_four", _("Post code extension")),
        many("notification_contact_emails", _("Told by e-mail"), text(""), default=[]),
        choice("status", _("State of the address"), "INVALID", "GEOCODED", "PROVISIONED", "REMOVED", "ERROR"),
        text("activated_time", _("In force since")),
        text("latitude", _("Latitude")),
        text("longitude", _("Longitude")),
        text("location_id", _("Location"), kind="code"),
        below(
            "legacy_data",
            "",
            text("house_number", _("House number")),
            text("predirectional", _("Direction before the street")),
            text("streetname", _("Street")),
            text("suite", _("Suite")),
        ),
    ),
    below(
        "porting",
        _("Porting"),
        text("port_id", _("Port request"), refers_to="port_request", kind="code"),
        text("service_provider", _("Losing carrier")),
        text("requested_port_date", _("Wanted date")),
        text("customer_contact", _("Contact")),
        text("billing_account_id", _("Billing account"), kind="code"),
        text("billing_name", _("Billing name")),
        number("billing_telephone_number", _("Billing number")),
        text("billing_street_address", _("Billing street")),
        text("billing_extended_address", _("Billing address line")),
        text("billing_locality", _("Billing town")),
        text("billing_region", _("Billing region")),
        text("billing_postal_code", _("Billing post code")),
        many("comments", _("Comments"), text("")),
    ),
    text("carrier_name", _("Carrier"), length=(1, 30)),
    choice("create_with_state", _("State at the start"), *NUMBER_STATES),
)

COMMENT = (
    text("content", _("Comment"), required=True),
    text("author", _("Author"), required=True),
    moment("timestamp", _("When"), required=True),
    ref("user_id", _("User"), "user"),
    ref("account_id", _("Account"), "account"),
    flag("action_required", _("Asks for something"), default=False),
    flag("is_private", _("Not for the customer"), default=False),
)

PORT_REQUESTS = family(
    "port_requests",
    NAME,
    names(
        "numbers",
        _("Numbers"),
        entry=(free("", ""),),
        keys=r"\+?[0-9]+",
        required=True,
        help=_("Those that come over, international with the plus."),
    ),
    below(
        "bill",
        _("Bill of the losing carrier"),
        text("name", _("Name on the bill")),
        text("carrier", _("Losing carrier")),
        text("account_number", _("Customer number")),
        secret("pin", _("PIN")),
        number("btn", _("Billing number")),
        text("street_number", _("House number")),
        text("street_pre_dir", _("Direction before the street")),
        text("street_address", _("Street")),
        text("street_type", _("Kind of street")),
        text("street_post_dir", _("Direction after the street")),
        text("locality", _("Town")),
        text("region", _("Region")),
        text("postal_code", _("Post code")),
    ),
    below(
        "notifications",
        _("Notices"),
        below(
            "email",
            "",
            Field(
                path="send_to",
                label=_("Told by e-mail"),
                type=("array", "string"),
                format="email",
                kind="texts",
                entry=(text("", format="email"),),
            ),
        ),
    ),
    text("signee_name", _("Signed by")),
    moment("signing_date", _("Signed on")),
    moment("transfer_date", _("Wanted date")),
    text("winning_carrier", _("Winning carrier")),
    text("reference_number", _("Reference")),
    many("comments", _("Comments"), COMMENT),
)
