"""What Keyyo has: services of eight types, what hangs below them, and the directory.

Voicemail messages are not here: they belong to one person and are read live.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from telephony.providers.fields import DocumentField
from telephony.providers.keyyo import fields
from telephony.providers.kinds import Allowance, EntityKind, Facet, Kinds

SIP_LINE = "UCaaSVoIPAccount"
GROUP = "ACDService"
MOBILE = "MobileAccount"


def _service(
    kind: str,
    label: Any,
    plural: Any,
    facet: Facet,
    shown: tuple[DocumentField, ...] = fields.NUMBER,
    **kwargs: Any,
) -> EntityKind:
    return EntityKind(
        kind=kind,
        label=label,
        plural=plural,
        facet=facet,
        list_operation="services.list",
        read_operation="services.read",
        fields=shown,
        **kwargs,
    )


SERVICES = (
    _service(
        SIP_LINE, _("Hosted PBX line"), _("Hosted PBX lines"), Facet.LINE, fields.SIP_LINE, is_line=True
    ),
    _service(MOBILE, _("Mobile line"), _("Mobile lines"), Facet.LINE, fields.MOBILE, is_line=True),
    _service(GROUP, _("Call group"), _("Call groups"), Facet.GROUP, is_line=True),
    _service(
        "NumberTranslation", _("Number translation"), _("Number translations"), Facet.NUMBER, passes_on=True
    ),
    _service("EmailAccount", _("Mail account"), _("Mail accounts"), Facet.OTHER, fields.MAIL_ACCOUNT),
    _service("DSLAccess", _("DSL access"), _("DSL accesses"), Facet.OTHER, fields.DSL_ACCESS),
    _service("FaxTransfer", _("Fax transfer"), _("Fax transfers"), Facet.NUMBER),
    _service("VirtualFaxAccount", _("Virtual fax"), _("Virtual faxes"), Facet.NUMBER, fields.VIRTUAL_FAX),
)
SERVICE_KINDS = tuple(kind.kind for kind in SERVICES)

BELOW_LINES = (
    EntityKind(
        kind="VoIPAccountProfile",
        lists_whole=True,
        unnamed=_("Default"),
        fields=fields.PROFILE,
        in_force_field="forced",
        in_force_else="default",
        forward_paths=("forward_unconditionally_number", "forward_on_no_answer_number", "backup_number"),
        label=_("Forwarding profile"),
        plural=_("Forwarding profiles"),
        list_operation="services.profiles.list",
        read_operation="services.profiles.read",
        parent_kinds=(SIP_LINE,),
    ),
    EntityKind(
        kind="ACDProfile",
        lists_whole=True,
        unnamed=_("Default"),
        fields=fields.GROUP_PROFILE,
        in_force_field="forced",
        label=_("Group profile"),
        plural=_("Group profiles"),
        list_operation="services.profiles.list",
        read_operation="services.profiles.read",
        parent_kinds=(GROUP,),
    ),
    EntityKind(
        kind="Blacklist",
        fields=fields.BLACKLIST,
        label=_("Blacklist"),
        plural=_("Blacklists"),
        list_operation="services.blacklist.list",
        parent_kinds=(SIP_LINE,),
        whole_list=True,
        list_field="numbers",
        capacity=20,
        not_counted=("anonymous",),
    ),
    EntityKind(
        kind="CallBarringGroups",
        fields=fields.BARRING_GROUPS,
        label=_("Barring groups allowed"),
        plural=_("Barring groups allowed"),
        list_operation="services.call_barring_groups.list",
        parent_kinds=(SIP_LINE, MOBILE),
        whole_list=True,
        list_field="groups",
    ),
    EntityKind(
        kind="CallBarredGroups",
        fields=fields.BARRED_GROUPS,
        label=_("Call barring"),
        plural=_("Call barring"),
        list_operation="services.call_barred_groups.list",
        parent_kinds=(SIP_LINE, MOBILE),
        whole_list=True,
        list_field="groups",
    ),
    EntityKind(
        kind="CTIPlugin",
        fields=fields.PLUGIN,
        label=_("CTI plugin"),
        plural=_("CTI plugins"),
        list_operation="services.cti_plugins.list",
        read_operation="services.cti_plugins.read",
        parent_kinds=(SIP_LINE,),
    ),
    EntityKind(
        kind="CTIPluginParameter",
        fields=fields.PARAMETER,
        label=_("CTI plugin parameter"),
        plural=_("CTI plugin parameters"),
        list_operation="services.cti_plugins.parameters.list",
        read_operation="services.cti_plugins.parameters.read",
        parent_kinds=("CTIPlugin",),
    ),
    EntityKind(
        kind="SIPRecord",
        fields=fields.TERMINAL,
        label=_("Terminal"),
        plural=_("Terminals"),
        list_operation="services.sip_records.list",
        parent_kinds=(SIP_LINE,),
    ),
    EntityKind(
        kind="Voicemail",
        fields=fields.VOICEMAIL,
        label=_("Mailbox"),
        plural=_("Mailboxes"),
        facet=Facet.MAILBOX,
        list_operation="services.voicemails.list",
        read_operation="services.voicemails.default.read",
        parent_kinds=(SIP_LINE,),
    ),
    EntityKind(
        kind="AnsweringAudioFile",
        fields=fields.AUDIO_FILE,
        label=_("Greeting"),
        plural=_("Greetings"),
        list_operation="services.voicemails.default.available_answering_audio_files.list",
        parent_kinds=(SIP_LINE,),
    ),
    EntityKind(
        kind="RecordingAudioFile",
        fields=fields.AUDIO_FILE,
        label=_("Recording prompt"),
        plural=_("Recording prompts"),
        list_operation="services.voicemails.default.available_recording_audio_files.list",
        parent_kinds=(SIP_LINE,),
    ),
    EntityKind(
        kind="UsageStatistic",
        fields=fields.USAGE,
        label=_("Plan usage"),
        plural=_("Plan usage"),
        list_operation="services.usage_stats.list",
        parent_kinds=(SIP_LINE, MOBILE),
        allowance=Allowance(total="total", left="remaining", until="end_ts"),
    ),
    EntityKind(
        kind="Offer",
        fields=fields.OFFER,
        label=_("Available offer"),
        plural=_("Available offers"),
        list_operation="services.available_upgrades.list",
        parent_kinds=SERVICE_KINDS,
    ),
    EntityKind(
        kind="ProvisioningTask",
        fields=fields.TASK,
        label=_("Provisioning task"),
        plural=_("Provisioning tasks"),
        list_operation="services.provisioning_tasks.list",
        parent_kinds=SERVICE_KINDS,
    ),
)

DIRECTORY = (
    EntityKind(
        kind="DirectoryBranch",
        fields=fields.BRANCH,
        label=_("Directory folder"),
        plural=_("Directory folders"),
        list_operation="directory_branches.list",
        read_operation="directory_branches.read",
    ),
    EntityKind(
        kind="DirectoryContact",
        fields=fields.CONTACT,
        label=_("Contact"),
        plural=_("Contacts"),
        facet=Facet.CONTACT,
        list_operation="directory_contacts.list",
        read_operation="directory_contacts.read",
    ),
)

KINDS = Kinds((*SERVICES, *BELOW_LINES, *DIRECTORY))
