"""The groups of paths. Importing their modules registers them; a new group needs its line here."""

from __future__ import annotations

import importlib

GROUPS = (
    "accounts",
    "apps_store",
    "auth",
    "call_records",
    "callflows",
    "click_to_call",
    "conferences",
    "devices",
    "further",
    "ips",
    "ledgers",
    "live",
    "media",
    "money",
    "notices",
    "number_search",
    "numbers",
    "people",
    "plain",
    "plans",
    "port_attachments",
    "port_comments",
    "ports",
    "queues",
    "resources",
    "security",
    "tasks",
    "voicemail",
    "webhooks",
    "whitelabel",
)


def load() -> None:
    """Register every endpoint; a second call changes nothing."""
    for name in GROUPS:
        importlib.import_module(f"telephony.providers.kazoo.sandbox.{name}")
