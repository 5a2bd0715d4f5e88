"""What the live panels of Kazoo show of each row: facts sections 6 and 7."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.fields import DocumentField as Field
from telephony.providers.kazoo.fields.words import FOLDERS, PORT_STATES
from telephony.providers.kazoo.pricing import CATEGORIES

_JOB_STATES = (("pending", _("waits")), ("running", _("runs")), ("complete", _("done")))
_PARTS = (
    ("moderator", _("moderates")),
    ("talking", _("talks")),
    ("mute", _("may not speak")),
    ("deaf", _("hears nothing")),
)
CHANNEL = (
    Field(path="timestamp", label=_("Since"), kind="gregorian_s"),
    Field(
        path="direction",
        label=_("As the switch sees it"),
        choices=(("inbound", _("from a phone or carrier")), ("outbound", _("to a phone or carrier"))),
    ),
    Field(path="owner_id", label=_("Person"), kind="ref"),
    Field(path="presence_id", label=_("Caller"), kind="code"),
    Field(path="destination", label=_("Called"), kind="number"),
    Field(path="answered", label=_("Answered"), kind="boolean"),
    Field(path="username", label=_("SIP user"), kind="code"),
)
REGISTRATION = (
    Field(path="authorizing_id", label=_("Device"), kind="ref"),
    Field(path="owner_id", label=_("Person"), kind="ref"),
    Field(path="username", label=_("SIP user"), kind="code"),
    Field(path="contact_ip", label=_("Address"), kind="code"),
    Field(path="user_agent", label=_("Telephone")),
    Field(path="event_timestamp", label=_("Registered"), kind="gregorian_s"),
)
PARTICIPANT = (
    Field(path="caller_id_name", label=_("Who")),
    Field(path="caller_id_number", label=_("Caller"), kind="number", is_under=True),
    Field(path="part", label=_("State"), choices=_PARTS),
    Field(path="duration", label=_("For"), kind="duration_s"),
)
ROOM = (
    Field(path="members", label=_("Members"), kind="integer"),
    Field(path="admins", label=_("Moderators"), kind="integer"),
    Field(path="duration", label=_("Running for"), kind="duration_s"),
    Field(path="is_locked", label=_("Locked"), kind="boolean"),
    Field(path="recording", label=_("Recorded"), kind="boolean"),
)
SERVER = (
    Field(path="name", label=_("Name")),
    Field(path="host", label=_("Host"), kind="code"),
    Field(path="id", label=_("Identifier"), kind="code"),
)
JOB = (
    Field(path="name", label=_("Name")),
    Field(path="timestamp", label=_("Begun"), kind="gregorian_s"),
    Field(path="status", label=_("State"), choices=_JOB_STATES),
    Field(path="successes", label=_("Imported"), kind="integer"),
    Field(path="failures", label=_("Refused"), kind="integer"),
)
PAPER = (
    Field(path="id", label=_("File")),
    Field(path="content_type", label=_("Kind"), kind="code"),
    Field(path="length", label=_("Size"), kind="integer", unit=_("bytes")),
)
STEP = (
    Field(path="timestamp", label=_("When"), kind="gregorian_s"),
    Field(path="from", label=_("From"), choices=PORT_STATES),
    Field(path="to", label=_("To"), choices=PORT_STATES),
    Field(path="who", label=_("Who")),
    Field(path="words", label=_("Why, or comment")),
)
CUSTOMER = (
    Field(path="first_name", label=_("First name")),
    Field(path="last_name", label=_("Last name")),
    Field(path="company", label=_("Company")),
    Field(path="phone", label=_("Telephone number"), kind="number"),
    Field(
        path="credit_cards",
        label=_("Cards"),
        items=(
            Field(path="card_type", label=_("Card")),
            Field(path="number", label=_("Number")),
            Field(path="good_until", label=_("Good until")),
            Field(path="expired", label=_("Expired"), kind="boolean"),
            Field(path="default", label=_("Charged"), kind="boolean"),
        ),
    ),
)
PAYMENT = (
    Field(path="created", label=_("When"), kind="gregorian_s"),
    Field(path="amount", label=_("Amount"), kind="money"),
    Field(path="reason", label=_("Reason"), kind="code"),
)
OFFERED_PLAN = (
    Field(path="name", label=_("Plan")),
    Field(path="category", label=_("Category")),
    Field(path="description", label=_("Description")),
)
MESSAGE = (
    Field(path="timestamp", label=_("Received"), kind="gregorian_s"),
    Field(path="folder", label=_("Folder"), choices=FOLDERS),
    Field(path="caller_id_number", label=_("Caller"), kind="number"),
    Field(path="caller_id_name", label=_("Name")),
    Field(path="length", label=_("Length"), kind="integer", unit=_("ms")),
)
DNS = (
    Field(
        path="standing",
        label=_("What was found"),
        choices=(
            ("right", _("as it must be")),
            ("missing", _("not there yet")),
            ("wrong", _("points elsewhere")),
            ("unchecked", _("not looked up")),
        ),
    ),
    Field(path="type", label=_("Record"), kind="code"),
    Field(path="host", label=_("Host"), kind="code"),
    Field(path="name", label=_("Purpose"), is_under=True),
    Field(path="expected", label=_("Must be"), kind="code"),
    Field(path="actual", label=_("Is"), kind="code"),
)
PLAN = (
    Field(path="plan", label=_("Plan")),
    Field(path="category", label=_("Category"), choices=CATEGORIES),
    Field(path="item", label=_("Item")),
    Field(path="quantity", label=_("Count"), kind="integer"),
)
LIMITS = (
    Field(path="twoway_trunks", label=_("Two-way trunks"), kind="integer"),
    Field(path="inbound_trunks", label=_("Inbound trunks"), kind="integer"),
    Field(path="outbound_trunks", label=_("Outbound trunks"), kind="integer"),
    Field(path="burst_trunks", label=_("Burst trunks"), kind="integer"),
    Field(path="allow_prepay", label=_("Calls by the minute against the balance"), kind="boolean"),
)
