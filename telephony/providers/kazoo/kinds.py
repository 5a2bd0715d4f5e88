"""What Kazoo has: its groups as kinds of object, in the order in which a sync reads them.

Voicemail messages, registrations and running calls are not here: they are read live (live.py).
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.fields import document_fields
from telephony.providers.kinds import EntityKind, Facet, Kinds
from telephony.providers.operations import Text

ACCOUNT, USER, DEVICE, NUMBER = "account", "user", "device", "phone_number"
LIMITS, WHITELABEL = "limits", "whitelabel"
FORWARD_PATHS = ("call_forward.number",)
FORWARD_SWITCHES = ("call_forward.enabled", "call_forward.failover")
CALL_KINDS = (USER, DEVICE)  # what a call record can belong to
SINGLE = frozenset({LIMITS, WHITELABEL})  # one document of the account, not a list of them

# The families of the schema, by kind.
FAMILY_OF = {
    ACCOUNT: "accounts",
    USER: "users",
    DEVICE: "devices",
    NUMBER: "phone_numbers",
    "callflow": "callflows",
    "menu": "menus",
    "media": "media",
    "vmbox": "vmboxes",
    "conference": "conferences",
    "group": "groups",
    "directory": "directories",
    "temporal_rule": "temporal_rules",
    "temporal_rule_set": "temporal_rules_sets",
    "queue": "queues",
    "blacklist": "blacklists",
    "port_request": "port_requests",
    "limits": "limits",
    "connectivity": "connectivity",
    "resource": "resources",
    "global_resource": "resources",
    "resource_template": "resource_templates",
    "whitelabel": "whitelabels",
    "service_plan": "service_plans",
    "webhook": "webhooks",
}


def _kind(kind: str, group: str, label: Text, plural: Text, *columns: str, **more: Any) -> EntityKind:
    more.setdefault("list_operation", f"{group}.list")
    more.setdefault("read_operation", f"{group}.get")
    return EntityKind(
        kind=kind, label=label, plural=plural, fields=document_fields(FAMILY_OF[kind], columns), **more
    )


PEOPLE = (
    _kind(
        ACCOUNT,
        "account",
        _("Account"),
        _("Accounts"),
        "realm",
        facet=Facet.COMPANY,
        list_operation="account.listDescendants",
    ),
    _kind(
        USER,
        "user",
        _("User"),
        _("Users"),
        "username",
        "email",
        "priv_level",
        "caller_id.external.number",
        facet=Facet.LINE,
        is_line=True,
        forward_paths=FORWARD_PATHS,
        forward_switches=FORWARD_SWITCHES,
    ),
    _kind(
        DEVICE,
        "device",
        _("Device"),
        _("Devices"),
        "device_type",
        "owner_id",
        "mac_address",
        "sip.username",
        facet=Facet.LINE,
        owner_path="owner_id",
        forward_paths=FORWARD_PATHS,
        forward_switches=FORWARD_SWITCHES,
    ),
    _kind(
        NUMBER,
        "numbers",
        _("Number"),
        _("Numbers"),
        facet=Facet.NUMBER,
    ),
)

ROUTING = (
    _kind(
        "callflow",
        "callflow",
        _("Callflow"),
        _("Callflows"),
        "numbers",
        "patterns",
        facet=Facet.CALLFLOW,
        unnamed=_("Without a name"),
    ),
    _kind("menu", "menu", _("Menu"), _("Menus"), "media.greeting", "retries"),
    _kind("media", "media", _("Recording"), _("Recordings"), "media_source", "language"),
    _kind(
        "vmbox",
        "voicemail",
        _("Mailbox"),
        _("Mailboxes"),
        "mailbox",
        "owner_id",
        facet=Facet.MAILBOX,
        owner_path="owner_id",
    ),
    _kind(
        "conference",
        "conference",
        _("Conference room"),
        _("Conference rooms"),
        "conference_numbers",
        "owner_id",
        owner_path="owner_id",
    ),
    _kind("group", "group", _("Group"), _("Groups"), "music_on_hold.media_id", facet=Facet.GROUP),
    _kind("directory", "directory", _("Directory"), _("Directories"), "sort_by"),
    _kind(
        "temporal_rule",
        "temporalRule",
        _("Rule of time"),
        _("Rules of time"),
        "cycle",
        "time_window_start",
        "time_window_stop",
        facet=Facet.SCHEDULE,
    ),
    _kind(
        "temporal_rule_set",
        "temporalRuleSet",
        _("Set of rules"),
        _("Sets of rules"),
        "temporal_rules",
        facet=Facet.SCHEDULE,
    ),
    _kind("queue", "queue", _("Queue"), _("Queues"), "strategy", facet=Facet.QUEUE),
    _kind("blacklist", "blacklist", _("Blacklist"), _("Blacklists"), "should_block_anonymous"),
)

SUPPLY = (
    _kind(
        "port_request",
        "port",
        _("Port request"),
        _("Port requests"),
        "bill.carrier",
        "transfer_date",
    ),
    _kind(
        "limits",
        "limits",
        _("Limits"),
        _("Limits"),
        "twoway_trunks",
        "inbound_trunks",
        "outbound_trunks",
        list_operation="limits.get",
        unnamed=_("Limits"),
    ),
    _kind("connectivity", "connectivity", _("Trunks"), _("Trunks"), "account.trunks", unnamed=_("Trunks")),
    _kind("resource", "localResources", _("Carrier"), _("Carriers"), "enabled", "weight_cost"),
    _kind(
        "global_resource",
        "globalResources",
        _("Carrier of the system"),
        _("Carriers of the system"),
        "enabled",
        "weight_cost",
    ),
    _kind(
        "resource_template",
        "resourceTemplates",
        _("Template of a carrier"),
        _("Templates of carriers"),
        "weight_cost",
    ),
    _kind(
        "whitelabel",
        "whitelabel",
        _("Whitelabel"),
        _("Whitelabels"),
        "domain",
        "company_name",
        list_operation="whitelabel.getOwn",
        read_operation="whitelabel.getOwn",
    ),
    _kind(
        "service_plan",
        "servicePlan",
        _("Service plan"),
        _("Service plans"),
        "category",
        "description",
    ),
    _kind("webhook", "webhook", _("Webhook"), _("Webhooks"), "hook", "uri", "enabled"),
)

KINDS = Kinds((*PEOPLE, *ROUTING, *SUPPLY))

assert FAMILY_OF.keys() == set(KINDS)
