"""What is asked of Kazoo each time somebody looks: facts sections 6 and 7.

What a row shows is in live_fields.py, how rows are read out of an answer in live_rows.py.
"""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from telephony.providers.fields import DocumentField as Field
from telephony.providers.kazoo.kinds import DEVICE, USER
from telephony.providers.kazoo.live_fields import (
    CHANNEL,
    CUSTOMER,
    DNS,
    JOB,
    LIMITS,
    MESSAGE,
    OFFERED_PLAN,
    PAPER,
    PARTICIPANT,
    PAYMENT,
    PLAN,
    REGISTRATION,
    ROOM,
    SERVER,
    STEP,
)
from telephony.providers.kazoo.live_rows import (
    counted,
    dns_entries,
    participants,
    payers,
    plans_in_force,
    registrations,
    steps,
)
from telephony.providers.live import LivePanel, Row, RowAct
from telephony.providers.offers import Spot
from telephony.providers.operations import Text

_NEEDS_BILLING = _("This server keeps no balance.")
_OLD_PRODUCT = _("This server is without the old conference product, which alone has them.")


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
        fields=JOB,
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
        fields=CHANNEL,
        capability="calls.live",
        empty=_("Nobody is on the phone."),
    ),
    LivePanel(
        name="registrations",
        title=_("Registered phones"),
        operation="registrations.list",
        fields=REGISTRATION,
        rows=registrations,
        row_acts=(
            RowAct(
                operation="registrations.delete",
                label=pgettext_lazy("telephone", "Sign out"),
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
        fields=(Field(path="balance", label=_("Balance"), kind="money"),),
        is_single=True,
        spot=Spot.ACCOUNT,
        on_overview=True,
        kept_s=60,
        acts=("balance.add",),
        absent=_NEEDS_BILLING,
    ),
    LivePanel(
        name="payments",
        title=_("Transactions"),
        operation="balance.listTransactions",
        fields=PAYMENT,
        spot=Spot.ACCOUNT,
        empty=_("No transaction is known."),
        absent=_NEEDS_BILLING,
    ),
    LivePanel(
        name="billing",
        title=_("Who pays"),
        operation="billing.get",
        fields=CUSTOMER,
        rows=payers,
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
        fields=LIMITS,
        is_single=True,
        spot=Spot.ACCOUNT,
        acts=("limits.update",),
        absent=_("This server knows no limits."),
    ),
    LivePanel(
        name="plans",
        title=_("Service plans in force"),
        operation="services.get",
        fields=OFFERED_PLAN,
        rows=plans_in_force,
        spot=Spot.ACCOUNT,
        acts=("servicePlan.add",),
        row_acts=(_END_PLAN,),
        empty=_("No plan is in force."),
        absent=_("This server has no service plans."),
    ),
    LivePanel(
        name="offered_plans",
        title=_("Plans on offer"),
        operation="services.listAvailable",
        fields=OFFERED_PLAN,
        spot=Spot.ACCOUNT,
        row_acts=(_PUT_IN_FORCE,),
        empty=_("No plan is on offer."),
        absent=_("This server does not list what is on offer."),
    ),
    LivePanel(
        name="counted",
        title=_("What the plans count"),
        operation="servicePlan.listCurrent",
        fields=PLAN,
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
        fields=CHANNEL,
        kinds=(USER,),
        capability="calls.live",
        empty=_("Not on the phone."),
    ),
    LivePanel(
        name="device_channels",
        title=_("Running calls"),
        operation="device.listChannels",
        fields=CHANNEL,
        kinds=(DEVICE,),
        capability="calls.live",
        empty=_("Not on the phone."),
    ),
    LivePanel(
        name="device_status",
        title=_("Registered devices"),
        operation="device.getStatus",
        fields=(
            Field(path="device_id", label=_("Device"), kind="ref"),
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
        fields=ROOM,
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
        fields=PARTICIPANT,
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
        fields=SERVER,
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
        fields=PAPER,
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
        fields=STEP,
        kinds=("port_request",),
        rows=steps,
        empty=_("Nothing was told yet."),
        absent=_("This server keeps no history of port requests."),
    ),
    LivePanel(
        name="messages",
        title=_("Messages"),
        operation="voicemail.listMessages",
        fields=MESSAGE,
        kinds=("vmbox",),
        capability="voicemail.read",
        empty=_("There are no messages."),
        absent=_("This server does not show messages."),
        is_private=True,
    ),
    LivePanel(
        name="dns",
        title=_("DNS entries"),
        operation="whitelabel.checkOwnDomains",
        fields=DNS,
        kinds=("whitelabel",),
        rows=dns_entries,
        empty=_("No DNS entry is needed."),
        absent=_("This server does not check DNS entries."),
    ),
)
