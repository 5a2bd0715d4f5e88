"""What Keyyo has: services of eight types, what hangs below them, and the directory.

Voicemail messages are not here: they belong to one person and are read live.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from telephony.providers.kinds import Column, EntityKind, Facet, Kinds

SIP_LINE = "UCaaSVoIPAccount"
GROUP = "ACDService"
MOBILE = "MobileAccount"

_NUMBER = Column(path="formatted_csi", label=_("Number"), kind="number")
_OFFER = Column(path="offer_name", label=_("Offer"))
_SINCE = Column(path="commitment_start_date", label=_("Since"), kind="date")
_SERVICE_COLUMNS = (_NUMBER, _OFFER, _SINCE)


def _service(kind: str, label: Any, plural: Any, facet: Facet, **kwargs: Any) -> EntityKind:
    return EntityKind(
        kind=kind,
        label=label,
        plural=plural,
        facet=facet,
        list_operation="services.list",
        read_operation="services.read",
        columns=(*_SERVICE_COLUMNS, *kwargs.pop("columns", ())),
        **kwargs,
    )


_PRESENTED = Column(path="presented_number", label=_("Presented number"), kind="number")

SERVICES = (
    _service(
        SIP_LINE,
        _("Hosted PBX line"),
        _("Hosted PBX lines"),
        Facet.LINE,
        is_line=True,
        columns=(Column(path="short_number", label=_("Short number")), _PRESENTED),
    ),
    _service(MOBILE, _("Mobile line"), _("Mobile lines"), Facet.LINE, is_line=True, columns=(_PRESENTED,)),
    _service(GROUP, _("Call group"), _("Call groups"), Facet.GROUP, is_line=True),
    _service("NumberTranslation", _("Number translation"), _("Number translations"), Facet.NUMBER),
    _service(
        "EmailAccount",
        _("Mail account"),
        _("Mail accounts"),
        Facet.OTHER,
        columns=(
            Column(path="first_name", label=_("First name")),
            Column(path="last_name", label=_("Last name")),
            Column(path="quota", label=_("Quota"), kind="integer"),
        ),
    ),
    _service(
        "DSLAccess",
        _("DSL access"),
        _("DSL accesses"),
        Facet.OTHER,
        columns=(
            Column(path="reference_number", label=_("Reference")),
            Column(path="maximum_download_speed", label=_("Download speed"), kind="integer"),
            Column(path="maximum_upload_speed", label=_("Upload speed"), kind="integer"),
        ),
    ),
    _service("FaxTransfer", _("Fax transfer"), _("Fax transfers"), Facet.NUMBER),
    _service(
        "VirtualFaxAccount",
        _("Virtual fax"),
        _("Virtual faxes"),
        Facet.NUMBER,
        columns=(Column(path="email", label=_("E-mail address")),),
    ),
)
SERVICE_KINDS = tuple(kind.kind for kind in SERVICES)

_FORCED = Column(path="forced", label=_("Forced"), kind="boolean")

BELOW_LINES = (
    EntityKind(
        kind="VoIPAccountProfile",
        in_force_field="forced",
        label=_("Forwarding profile"),
        plural=_("Forwarding profiles"),
        list_operation="services.profiles.list",
        read_operation="services.profiles.read",
        parent_kinds=(SIP_LINE,),
        columns=(
            _FORCED,
            Column(path="forward_unconditionally_number", label=_("Forward all to"), kind="number"),
            Column(path="forward_on_no_answer_number", label=_("No answer to"), kind="number"),
            Column(path="forward_delay", label=_("After"), kind="duration_s"),
            Column(path="forward_to_voicemail", label=_("To voicemail"), kind="boolean"),
            Column(path="backup_number", label=_("Backup number"), kind="number"),
        ),
    ),
    EntityKind(
        kind="ACDProfile",
        in_force_field="forced",
        label=_("Group profile"),
        plural=_("Group profiles"),
        list_operation="services.profiles.list",
        read_operation="services.profiles.read",
        parent_kinds=(GROUP,),
        columns=(_FORCED,),
    ),
    EntityKind(
        kind="Blacklist",
        label=_("Blacklist"),
        plural=_("Blacklists"),
        list_operation="services.blacklist.list",
        parent_kinds=(SIP_LINE,),
        whole_list=True,
        list_field="numbers",
        capacity=20,
        not_counted=("anonymous",),
        columns=(Column(path="numbers", label=_("Refused callers"), kind="number"),),
    ),
    EntityKind(
        kind="CallBarringGroups",
        label=_("Barring groups allowed"),
        plural=_("Barring groups allowed"),
        list_operation="services.call_barring_groups.list",
        parent_kinds=(SIP_LINE, MOBILE),
        whole_list=True,
        list_field="groups",
        columns=(Column(path="groups", label=_("Groups")),),
    ),
    EntityKind(
        kind="CallBarredGroups",
        label=_("Call barring"),
        plural=_("Call barring"),
        list_operation="services.call_barred_groups.list",
        parent_kinds=(SIP_LINE, MOBILE),
        whole_list=True,
        list_field="groups",
        columns=(
            Column(
                path="groups",
                label=_("Barred"),
            ),
        ),
    ),
    EntityKind(
        kind="CTIPlugin",
        label=_("CTI plugin"),
        plural=_("CTI plugins"),
        list_operation="services.cti_plugins.list",
        read_operation="services.cti_plugins.read",
        parent_kinds=(SIP_LINE,),
        columns=(Column(path="enabled", label=_("Enabled"), kind="boolean"),),
    ),
    EntityKind(
        kind="CTIPluginParameter",
        label=_("CTI plugin parameter"),
        plural=_("CTI plugin parameters"),
        list_operation="services.cti_plugins.parameters.list",
        read_operation="services.cti_plugins.parameters.read",
        parent_kinds=("CTIPlugin",),
        columns=(
            Column(path="value", label=_("Value")),
            Column(path="information", label=_("Meaning")),
        ),
    ),
    EntityKind(
        kind="SIPRecord",
        label=_("Terminal"),
        plural=_("Terminals"),
        list_operation="services.sip_records.list",
        parent_kinds=(SIP_LINE,),
        columns=(
            Column(path="user_agent", label=_("Device")),
            Column(path="private_ip", label=_("Private address")),
            Column(path="public_ip", label=_("Public address")),
        ),
    ),
    EntityKind(
        kind="Voicemail",
        label=_("Mailbox"),
        plural=_("Mailboxes"),
        facet=Facet.MAILBOX,
        list_operation="services.voicemails.list",
        read_operation="services.voicemails.default.read",
        parent_kinds=(SIP_LINE,),
        columns=(
            Column(path="email", label=_("E-mail address")),
            Column(path="recording_enabled", label=_("Records messages"), kind="boolean"),
        ),
    ),
    EntityKind(
        kind="AnsweringAudioFile",
        label=_("Greeting"),
        plural=_("Greetings"),
        list_operation="services.voicemails.default.available_answering_audio_files.list",
        parent_kinds=(SIP_LINE,),
        columns=(Column(path="is_personal", label=_("Personal"), kind="boolean"),),
    ),
    EntityKind(
        kind="RecordingAudioFile",
        label=_("Recording prompt"),
        plural=_("Recording prompts"),
        list_operation="services.voicemails.default.available_recording_audio_files.list",
        parent_kinds=(SIP_LINE,),
        columns=(Column(path="is_personal", label=_("Personal"), kind="boolean"),),
    ),
    EntityKind(
        kind="UsageStatistic",
        label=_("Plan usage"),
        plural=_("Plan usage"),
        list_operation="services.usage_stats.list",
        parent_kinds=(SIP_LINE, MOBILE),
        columns=(
            Column(path="total", label=_("Total"), kind="integer"),
            Column(path="remaining", label=_("Left"), kind="integer"),
            Column(path="unit", label=_("Unit")),
        ),
    ),
    EntityKind(
        kind="Offer",
        label=_("Available offer"),
        plural=_("Available offers"),
        list_operation="services.available_upgrades.list",
        parent_kinds=SERVICE_KINDS,
    ),
    EntityKind(
        kind="ProvisioningTask",
        label=_("Provisioning task"),
        plural=_("Provisioning tasks"),
        list_operation="services.provisioning_tasks.list",
        parent_kinds=SERVICE_KINDS,
        columns=(
            Column(path="description", label=_("Description")),
            Column(path="planned_date", label=_("Planned"), kind="datetime"),
            Column(path="execution_date", label=_("Done"), kind="datetime"),
        ),
    ),
)

DIRECTORY = (
    EntityKind(
        kind="DirectoryBranch",
        label=_("Directory folder"),
        plural=_("Directory folders"),
        list_operation="directory_branches.list",
        read_operation="directory_branches.read",
    ),
    EntityKind(
        kind="DirectoryContact",
        label=_("Contact"),
        plural=_("Contacts"),
        facet=Facet.CONTACT,
        list_operation="directory_contacts.list",
        read_operation="directory_contacts.read",
        columns=(
            Column(path="company", label=_("Company")),
            Column(path="job", label=_("Job")),
            Column(path="work_number", label=_("Work"), kind="number"),
            Column(path="mobile_number", label=_("Mobile"), kind="number"),
            Column(path="home_number", label=pgettext_lazy("telephone number", "Home"), kind="number"),
            Column(path="email", label=_("E-mail address")),
        ),
    ),
)

KINDS = Kinds((*SERVICES, *BELOW_LINES, *DIRECTORY))
