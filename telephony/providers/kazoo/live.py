"""What is asked of Kazoo each time somebody looks: facts sections 6 and 7."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from telephony.providers.client import Answer
from telephony.providers.fields import DocumentField as Field
from telephony.providers.kazoo.fields.words import FOLDERS
from telephony.providers.kazoo.kinds import DEVICE, USER
from telephony.providers.live import LivePanel, Rows

_NEEDS_BILLING = _("This server keeps no balance.")
_CHANNEL = (
    Field(path="timestamp", label=_("Since"), kind="gregorian_s"),
    Field(
        path="direction",
        label=_("As the switch sees it"),
        choices=(("inbound", _("from a phone or carrier")), ("outbound", _("to a phone or carrier"))),
    ),
    Field(path="presence_id", label=_("Caller"), kind="code"),
    Field(path="destination", label=_("Called"), kind="number"),
    Field(path="answered", label=_("Answered"), kind="boolean"),
    Field(path="username", label=_("SIP user"), kind="code"),
)
_REGISTRATION = (
    Field(path="username", label=_("SIP user"), kind="code"),
    Field(path="contact_ip", label=_("Address"), kind="code"),
    Field(path="contact_port", label=_("Port"), kind="code"),
    Field(path="user_agent", label=_("Telephone")),
    Field(path="event_timestamp", label=_("Registered"), kind="gregorian_s"),
    Field(path="expires", label=_("For"), kind="duration_s"),
)
_PARTICIPANT = (
    Field(path="participant_id", label=_("Number"), kind="code"),
    Field(path="call_id", label=_("SIP call"), kind="code"),
    Field(path="is_moderator", label=_("Moderator"), kind="boolean"),
    Field(path="speak", label=_("May speak"), kind="boolean"),
    Field(path="hear", label=_("May hear"), kind="boolean"),
    Field(path="talking", label=_("Talks"), kind="boolean"),
    Field(path="duration", label=_("For"), kind="duration_s"),
)
_MESSAGE = (
    Field(path="timestamp", label=_("Received"), kind="gregorian_s"),
    Field(path="folder", label=_("Folder"), choices=FOLDERS),
    Field(path="caller_id_number", label=_("Caller"), kind="number"),
    Field(path="caller_id_name", label=_("Name")),
    Field(path="length", label=_("Length"), kind="integer", unit=_("ms")),
)
_DNS = (
    Field(path="type", label=_("Record"), kind="code"),
    Field(path="host", label=_("Host"), kind="code"),
    Field(path="name", label=_("Purpose")),
    Field(path="expected", label=_("Must be"), kind="code"),
    Field(path="actual", label=_("Is"), kind="code"),
)
_PLAN = (
    Field(path="plan", label=_("Plan")),
    Field(path="category", label=_("Category")),
    Field(path="item", label=_("Item")),
    Field(path="quantity", label=_("Count"), kind="integer"),
)
_LIMITS = (
    Field(path="twoway_trunks", label=_("Two-way trunks"), kind="integer"),
    Field(path="inbound_trunks", label=_("Inbound trunks"), kind="integer"),
    Field(path="outbound_trunks", label=_("Outbound trunks"), kind="integer"),
    Field(path="burst_trunks", label=_("Burst trunks"), kind="integer"),
    Field(path="allow_prepay", label=_("Calls by the minute against the balance"), kind="boolean"),
)


def registrations(answer: Answer) -> Rows:
    """One row for each phone: servers may list one that registered again twice."""
    return list({(row.get("username"), row.get("contact")): row for row in answer.items}.values())


def participants(answer: Answer) -> Rows:
    """Who is in a room: rows of a list, or those inside the live data of the room."""
    found = answer.items or (answer.document or {}).get("participants") or ()
    return [row for row in found if isinstance(row, Mapping)]


def dns_entries(answer: Answer) -> Rows:
    """The records that a domain needs, out of {kind: {host: {"name", "mapping" | "expected", "actual"}}}."""
    document = answer.document if isinstance(answer.document, Mapping) else {}
    found = []
    for kind, hosts in document.items():
        for host, said in (hosts if isinstance(hosts, Mapping) else {}).items():
            if isinstance(said, Mapping):
                found.append(
                    {
                        "type": kind,
                        "host": host,
                        "name": said.get("name", ""),
                        "expected": said.get("expected") or said.get("mapping") or [],
                        "actual": said.get("actual") or [],
                    }
                )
    return found


def counted(answer: Answer) -> Rows:
    """What the plans in force count, item by item."""
    document: Any = answer.document if isinstance(answer.document, Mapping) else {}
    own = document.get("account_quantities")
    quantities = own if isinstance(own, Mapping) else document.get("quantities")
    if isinstance(quantities, Mapping) and isinstance(quantities.get("account"), Mapping):
        quantities = quantities["account"]  # releases from 4.3 on
    plans = document.get("plans")
    names = ", ".join(map(str, plans)) if isinstance(plans, Mapping | list) else ""
    return [
        {"plan": names, "category": category, "item": item, "quantity": quantity}
        for category, items in (quantities if isinstance(quantities, Mapping) else {}).items()
        for item, quantity in (items if isinstance(items, Mapping) else {}).items()
    ]


LIVE = (
    LivePanel(
        name="channels",
        title=_("Running calls"),
        operation="channel.list",
        fields=_CHANNEL,
        capability="calls.live",
        empty=_("Nobody is on the phone."),
    ),
    LivePanel(
        name="registrations",
        title=_("Registered phones"),
        operation="registrations.list",
        fields=_REGISTRATION,
        rows=registrations,
        capability="calls.live",
        empty=_("No phone is registered."),
        absent=_("This server does not say which phones are registered."),
    ),
    LivePanel(
        name="balance",
        title=_("Balance"),
        operation="balance.get",
        fields=(Field(path="balance", label=_("Balance")),),
        is_single=True,
        absent=_NEEDS_BILLING,
    ),
    LivePanel(
        name="limits",
        title=_("Limits"),
        operation="limits.get",
        fields=_LIMITS,
        is_single=True,
        absent=_("This server knows no limits."),
    ),
    LivePanel(
        name="plans",
        title=_("Service plans"),
        operation="servicePlan.listCurrent",
        fields=_PLAN,
        rows=counted,
        empty=_("No plan counts anything."),
        absent=_("This server has no service plans."),
    ),
    LivePanel(
        name="user_channels",
        title=_("Running calls"),
        operation="user.listChannels",
        fields=_CHANNEL,
        kinds=(USER,),
        capability="calls.live",
        empty=_("Not on the phone."),
    ),
    LivePanel(
        name="device_channels",
        title=_("Running calls"),
        operation="device.listChannels",
        fields=_CHANNEL,
        kinds=(DEVICE,),
        capability="calls.live",
        empty=_("Not on the phone."),
    ),
    LivePanel(
        name="device_status",
        title=_("Registered devices"),
        operation="device.getStatus",
        fields=(
            Field(path="device_id", label=_("Device"), kind="code"),
            Field(path="registered", label=_("Registered"), kind="boolean"),
        ),
        capability="calls.live",
        empty=_("No device is registered."),
    ),
    LivePanel(
        name="participants",
        title=_("In the room now"),
        operation="conference.listParticipants",
        fields=_PARTICIPANT,
        kinds=("conference",),
        rows=participants,
        capability="calls.live",
        empty=_("Nobody is in the room."),
        absent=_("This server does not say who is in the room."),
    ),
    LivePanel(
        name="messages",
        title=_("Messages"),
        operation="voicemail.listMessages",
        fields=_MESSAGE,
        kinds=("vmbox",),
        capability="voicemail.read",
        empty=_("There are no messages."),
        absent=_("This server does not show messages."),
    ),
    LivePanel(
        name="dns",
        title=_("DNS entries"),
        operation="whitelabel.checkOwnDomains",
        fields=_DNS,
        kinds=("whitelabel",),
        rows=dns_entries,
        empty=_("No DNS entry is needed."),
        absent=_("This server does not check DNS entries."),
    ),
)
