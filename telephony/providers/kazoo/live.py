"""What is asked of Kazoo each time somebody looks: facts sections 6 and 7."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from telephony.providers.client import Answer
from telephony.providers.fields import DocumentField as Field
from telephony.providers.kazoo.fields.words import FOLDERS, PORT_STATES
from telephony.providers.kazoo.kinds import DEVICE, USER
from telephony.providers.live import LivePanel, Row, RowAct, Rows
from telephony.providers.offers import Spot
from telephony.providers.operations import Text

_NEEDS_BILLING = _("This server keeps no balance.")
_OLD_PRODUCT = _("This server is without the old conference product, which alone has them.")
_JOB_STATES = (("pending", _("waits")), ("running", _("runs")), ("complete", _("done")))
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
    Field(path="caller_id_name", label=_("Who")),
    Field(path="caller_id_number", label=_("Caller"), kind="number"),
    Field(path="is_moderator", label=_("Moderator"), kind="boolean"),
    Field(path="speak", label=_("May speak"), kind="boolean"),
    Field(path="hear", label=_("May hear"), kind="boolean"),
    Field(path="talking", label=_("Talks"), kind="boolean"),
    Field(path="duration", label=_("For"), kind="duration_s"),
)
_ROOM = (
    Field(path="members", label=_("Members"), kind="integer"),
    Field(path="admins", label=_("Moderators"), kind="integer"),
    Field(path="duration", label=_("Running for"), kind="duration_s"),
    Field(path="is_locked", label=_("Locked"), kind="boolean"),
    Field(path="recording", label=_("Recorded"), kind="boolean"),
)
_SERVER = (
    Field(path="name", label=_("Name")),
    Field(path="host", label=_("Host"), kind="code"),
    Field(path="id", label=_("Identifier"), kind="code"),
)
_JOB = (
    Field(path="name", label=_("Name")),
    Field(path="timestamp", label=_("Begun"), kind="gregorian_s"),
    Field(path="status", label=_("State"), choices=_JOB_STATES),
    Field(path="successes", label=_("Imported"), kind="integer"),
    Field(path="failures", label=_("Refused"), kind="integer"),
)
_PAPER = (
    Field(path="id", label=_("File")),
    Field(path="content_type", label=_("Kind"), kind="code"),
    Field(path="length", label=_("Size"), kind="integer", unit=_("bytes")),
)
_STEP = (
    Field(path="timestamp", label=_("When"), kind="gregorian_s"),
    Field(path="from", label=_("From"), choices=PORT_STATES),
    Field(path="to", label=_("To"), choices=PORT_STATES),
    Field(path="who", label=_("Who")),
    Field(path="words", label=_("Why, or comment")),
)
_CUSTOMER = (
    Field(path="first_name", label=_("First name")),
    Field(path="last_name", label=_("Last name")),
    Field(path="company", label=_("Company")),
    Field(path="phone", label=_("Telephone number"), kind="number"),
    Field(
        path="credit_cards",
        label=_("Cards"),
        items=(
            Field(path="card_type", label=_("Card")),
            Field(path="last_four", label=_("Ends in"), kind="code"),
            Field(path="expiration_month", label=_("Month of its end"), kind="code"),
            Field(path="expiration_year", label=_("Year of its end"), kind="code"),
            Field(path="default", label=_("Charged"), kind="boolean"),
        ),
    ),
)
_PAYMENT = (
    Field(path="created", label=_("When"), kind="gregorian_s"),
    Field(path="amount", label=_("Amount")),
    Field(path="reason", label=_("Reason"), kind="code"),
)
_OFFERED_PLAN = (
    Field(path="name", label=_("Plan")),
    Field(path="id", label=_("Identifier"), kind="code"),
    Field(path="category", label=_("Category")),
    Field(path="description", label=_("Description")),
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


def steps(answer: Answer) -> Rows:
    """The moves and the comments of a port request, newest first."""
    return [_step(row) for row in answer.items]


def _step(row: Row) -> Row:
    moved = row.get("transition")
    by = row.get("authorization")
    account = by.get("account") if isinstance(by, Mapping) else None
    return {
        "timestamp": row.get("timestamp"),
        "from": moved.get("previous", "") if isinstance(moved, Mapping) else "",
        "to": moved.get("new", "") if isinstance(moved, Mapping) else "",
        "who": row.get("author") or (account.get("name", "") if isinstance(account, Mapping) else ""),
        "words": row.get("content") or row.get("reason", ""),
    }


def _is(path: str, value: bool) -> Callable[[Row], bool]:
    return lambda row: row.get(path) is value


def _on_person(verb: str, label: Text, icon: str, when: Callable[[Row], bool]) -> RowAct:
    return RowAct(
        operation=f"conference.{verb}Participant",
        label=label,
        icon=icon,
        values={"participantId": "participant_id"},
        when=when,
        is_direct=True,
    )


PEOPLE_ACTS = (
    _on_person("mute", _("Mute"), "microphone-off", _is("speak", value=True)),
    _on_person("unmute", _("Let speak"), "microphone", _is("speak", value=False)),
    _on_person("deaf", _("Let hear nothing"), "ear-off", _is("hear", value=True)),
    _on_person("undeaf", _("Let hear"), "ear", _is("hear", value=False)),
    _on_person("kick", _("Put out"), "phone-off", lambda row: True),
)


def _on_plan(verb: str, label: Text, icon: str) -> RowAct:
    return RowAct(
        operation=f"servicePlan.{verb}", label=label, icon=icon, values={"planId": "id"}, is_direct=True
    )


_PUT_IN_FORCE = _on_plan("add", _("Put in force"), "plus")
_END_PLAN = _on_plan("remove", _("End it"), "trash")


def _jobs(name: str, kind: str) -> LivePanel:
    return LivePanel(
        name=f"{kind}_jobs",
        title=_("Imports of numbers"),
        operation=f"{name}.listJobs",
        fields=_JOB,
        kinds=(kind,),
        spot=Spot.LIST,
        acts=(f"{name}.createJob",),
        row_acts=(
            RowAct(
                operation=f"{name}.getJob",
                label=_("How it went"),
                icon="list-details",
                values={"jobId": "id"},
                is_direct=True,
            ),
        ),
        every_s=10,
        empty=_("No import in the last 31 days."),
        absent=_("This server imports no numbers."),
    )


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
        row_acts=(
            RowAct(
                operation="registrations.delete",
                label=_("Sign out"),
                icon="logout",
                values={"username": "username"},
                is_direct=True,
            ),
        ),
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
        spot=Spot.ACCOUNT,
        acts=("balance.add",),
        absent=_NEEDS_BILLING,
    ),
    LivePanel(
        name="payments",
        title=_("Transactions"),
        operation="balance.listTransactions",
        fields=_PAYMENT,
        spot=Spot.ACCOUNT,
        empty=_("No transaction is known."),
        absent=_NEEDS_BILLING,
    ),
    LivePanel(
        name="billing",
        title=_("Who pays"),
        operation="billing.get",
        fields=_CUSTOMER,
        is_single=True,
        spot=Spot.ACCOUNT,
        acts=("billing.update",),
        empty=_("Nobody is named yet."),
        absent=_("This server takes no cards."),
    ),
    LivePanel(
        name="limits",
        title=_("Limits"),
        operation="limits.get",
        fields=_LIMITS,
        is_single=True,
        spot=Spot.ACCOUNT,
        acts=("limits.update",),
        absent=_("This server knows no limits."),
    ),
    LivePanel(
        name="plans",
        title=_("Service plans"),
        operation="servicePlan.list",
        fields=_OFFERED_PLAN,
        spot=Spot.ACCOUNT,
        row_acts=(_PUT_IN_FORCE, _END_PLAN),
        empty=_("No plan is in force."),
        absent=_("This server has no service plans."),
    ),
    LivePanel(
        name="offered_plans",
        title=_("Plans on offer"),
        operation="services.listAvailable",
        fields=_OFFERED_PLAN,
        spot=Spot.ACCOUNT,
        row_acts=(_PUT_IN_FORCE,),
        empty=_("No plan is on offer."),
        absent=_("This server lists what is on offer among its service plans."),
    ),
    LivePanel(
        name="counted",
        title=_("What the plans count"),
        operation="servicePlan.listCurrent",
        fields=_PLAN,
        rows=counted,
        spot=Spot.ACCOUNT,
        acts=("servicePlan.reconciliate", "servicePlan.synchronize"),
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
        name="room",
        is_first=True,
        title=_("The room now"),
        operation="conference.view",
        fields=_ROOM,
        kinds=("conference",),
        is_single=True,
        capability="calls.live",
        acts=("conference.addParticipant", "conference.action"),
        every_s=5,
        absent=_("This server does not say what goes on in a room."),
    ),
    LivePanel(
        name="participants",
        is_first=True,
        title=_("In the room now"),
        operation="conference.listParticipants",
        fields=_PARTICIPANT,
        kinds=("conference",),
        rows=participants,
        capability="calls.live",
        row_acts=PEOPLE_ACTS,
        every_s=5,
        empty=_("Nobody is in the room."),
        absent=_("This server does not say who is in the room."),
    ),
    LivePanel(
        name="conference_servers",
        title=_("Conference servers"),
        operation="conference.listServers",
        fields=_SERVER,
        kinds=("conference",),
        spot=Spot.LIST,
        acts=("conference.createServer",),
        row_acts=(
            RowAct(
                operation="conference.getServer",
                label=_("Read"),
                icon="eye",
                values={"serverId": "id"},
                is_direct=True,
            ),
            RowAct(
                operation="conference.updateServer",
                label=_("Change"),
                icon="pencil",
                values={"serverId": "id", "name": "name", "host": "host"},
            ),
            RowAct(
                operation="conference.deleteServer",
                label=_("Remove"),
                icon="trash",
                values={"serverId": "id"},
                is_direct=True,
            ),
        ),
        empty=_("There is no conference server."),
        absent=_OLD_PRODUCT,
    ),
    _jobs("localResources", "resource"),
    _jobs("globalResources", "global_resource"),
    LivePanel(
        name="attachments",
        is_first=True,
        title=_("Papers"),
        operation="port.listAttachments",
        fields=_PAPER,
        kinds=("port_request",),
        acts=("port.createAttachment",),
        row_acts=(
            RowAct(
                operation="port.getAttachment",
                label=_("Download"),
                icon="download",
                values={"documentName": "id"},
                is_direct=True,
            ),
            RowAct(
                operation="port.updateAttachment",
                label=_("Replace"),
                icon="upload",
                values={"documentName": "id"},
            ),
            RowAct(
                operation="port.deleteAttachment",
                label=_("Remove"),
                icon="trash",
                values={"documentName": "id"},
                is_direct=True,
            ),
        ),
        empty=_("No paper is attached yet; carriers want the signed letter and the last bill."),
        absent=_("This server keeps no papers."),
    ),
    LivePanel(
        name="timeline",
        is_first=True,
        title=_("What happened"),
        operation="port.getTimeline",
        fields=_STEP,
        kinds=("port_request",),
        rows=steps,
        empty=_("Nothing was told yet."),
        absent=_("This server keeps no history of port requests."),
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
