"""What is changed often, by kind: the form shows it at once and folds the rest. A place stands for all below it."""

from __future__ import annotations

_SHOWN = ("caller_id.internal", "caller_id.external")
_FORWARD = (
    "call_forward.enabled",
    "call_forward.number",
    "call_forward.failover",
    "call_forward.keep_caller_id",
)
_GATEWAY = tuple(
    f"gateways.{name}"
    for name in ("server", "port", "username", "password", "enabled", "realm", "prefix", "codecs")
)
_SERVER = tuple(
    f"servers.{name}"
    for name in ("name", "DIDs", "auth", "options.enabled", "options.inbound_format", "options.ip")
)

USUAL: dict[str, tuple[str, ...]] = {
    "account": ("name", "realm", "org", "enabled", "timezone", "language", *_SHOWN, "music_on_hold"),
    "user": (
        "first_name",
        "last_name",
        "username",
        "password",
        "email",
        "priv_level",
        "enabled",
        "timezone",
        "language",
        *_SHOWN,
        *_FORWARD,
        "do_not_disturb",
        "vm_to_email_enabled",
    ),
    "device": (
        "name",
        "device_type",
        "enabled",
        "owner_id",
        "mac_address",
        "sip.username",
        "sip.password",
        "sip.realm",
        "sip.method",
        *_SHOWN,
        *_FORWARD,
        "do_not_disturb",
    ),
    "callflow": ("name", "numbers", "patterns", "owner_id", "flow"),
    "menu": ("name", "timeout", "retries", "max_extension_length", "media", "hunt"),
    "media": ("name", "description", "media_source", "language", "tts"),
    "vmbox": (
        "name",
        "mailbox",
        "owner_id",
        "pin",
        "require_pin",
        "timezone",
        "media",
        "notify_email_addresses",
        "include_message_on_notify",
        "delete_after_notify",
    ),
    "conference": (
        "name",
        "owner_id",
        "conference_numbers",
        "member.numbers",
        "member.pins",
        "moderator.numbers",
        "moderator.pins",
        "max_participants",
        "play_name",
    ),
    "group": ("name", "endpoints", "music_on_hold"),
    "directory": ("name", "sort_by", "search_fields", "confirm_match", "min_dtmf", "max_dtmf"),
    "temporal_rule": (
        "name",
        "cycle",
        "interval",
        "wdays",
        "days",
        "ordinal",
        "month",
        "start_date",
        "time_window_start",
        "time_window_stop",
        "enabled",
    ),
    "temporal_rule_set": ("name", "temporal_rules"),
    "queue": (
        "name",
        "strategy",
        "agent_ring_timeout",
        "agent_wrapup_time",
        "connection_timeout",
        "max_queue_size",
        "moh",
        "record_caller",
    ),
    "blacklist": ("name", "numbers", "should_block_anonymous"),
    "phone_number": (
        "cnam",
        "e911.caller_name",
        "e911.street_address",
        "e911.extended_address",
        "e911.locality",
        "e911.region",
        "e911.postal_code",
        "e911.notification_contact_emails",
    ),
    "port_request": (
        "name",
        "numbers",
        "transfer_date",
        "bill.name",
        "bill.carrier",
        "bill.account_number",
        "bill.pin",
        "bill.btn",
        "bill.street_number",
        "bill.street_address",
        "bill.locality",
        "bill.region",
        "bill.postal_code",
        "notifications",
        "signee_name",
        "signing_date",
    ),
    "limits": (
        "twoway_trunks",
        "inbound_trunks",
        "outbound_trunks",
        "burst_trunks",
        "calls",
        "allow_prepay",
    ),
    "connectivity": ("name", "account", *_SERVER),
    "resource": ("name", "enabled", "weight_cost", *_GATEWAY, "rules", "emergency"),
    "global_resource": ("name", "enabled", "weight_cost", *_GATEWAY, "rules", "emergency"),
    "resource_template": ("name", "enabled", "weight_cost", *_GATEWAY, "rules"),
    "whitelabel": ("domain", "company_name", "hide_powered", "hide_credits", "port.support_email"),
    "webhook": ("name", "hook", "uri", "http_verb", "format", "retries", "enabled", "include_subaccounts"),
}

# What only the server writes, though it stands among the fields.
FIXED: dict[str, tuple[str, ...]] = {
    "account": (
        "notifications.first_occurrence",
        "notifications.low_balance.sent_low_balance",
        "notifications.low_balance.last_notification",
    ),
    "callflow": ("ui_metadata",),
    "media": ("content_length",),
    "phone_number": (
        "e911.status",
        "e911.activated_time",
        "e911.latitude",
        "e911.longitude",
        "e911.location_id",
        "e911.legacy_data",
    ),
}

# The module of a first step, its settings and what hangs below it are one thing.
WHOLES: dict[str, tuple[str, ...]] = {"callflow": ("flow",)}

# What a read adds: the names of what a callflow points to (facts, section 7); it must not be saved.
ADDED: dict[str, frozenset[str]] = {"callflow": frozenset({"metadata"})}

# What no form of the document asks for: it counts only when a number is made, is set elsewhere, or has a page of its own.
UNASKED: dict[str, tuple[str, ...]] = {
    "directory": ("users",),
    "device": ("hotdesk.users",),
    "phone_number": ("create_with_state",),
    "port_request": ("comments",),
}
