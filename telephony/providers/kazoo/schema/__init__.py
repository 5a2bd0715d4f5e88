"""The fields of every sort of document, by the word that Kazoo's paths have for them."""

from __future__ import annotations

from telephony.providers.kazoo.schema.accounts import ACCOUNTS, BLACKLISTS, LIMITS, SERVICE_PLANS
from telephony.providers.kazoo.schema.appearance import WEBHOOKS, WHITELABELS
from telephony.providers.kazoo.schema.callflows import (
    CALLFLOWS,
    MEDIA,
    MENUS,
    TEMPORAL_RULES,
    TEMPORAL_RULES_SETS,
)
from telephony.providers.kazoo.schema.carriers import (
    CONNECTIVITY,
    RESOURCE_JOBS,
    RESOURCE_TEMPLATES,
    RESOURCES,
)
from telephony.providers.kazoo.schema.form import Family, Field, Group
from telephony.providers.kazoo.schema.logins import API_AUTH, PIN_AUTH, SHARED_AUTH, USER_AUTH
from telephony.providers.kazoo.schema.numbers import PHONE_NUMBERS, PORT_REQUESTS
from telephony.providers.kazoo.schema.people import DEVICES, DIRECTORIES, GROUPS, USERS
from telephony.providers.kazoo.schema.queues import AGENT_STATUS, QUEUE_UPDATE, QUEUES, ROSTER
from telephony.providers.kazoo.schema.voicemail import CONFERENCES, MESSAGES, VMBOXES

__all__ = ["FAMILIES", "Family", "Field", "Group"]

FAMILIES: dict[str, Family] = {
    one.name: one
    for one in (
        ACCOUNTS,
        USERS,
        DEVICES,
        CALLFLOWS,
        MENUS,
        MEDIA,
        VMBOXES,
        MESSAGES,
        CONFERENCES,
        GROUPS,
        DIRECTORIES,
        TEMPORAL_RULES,
        TEMPORAL_RULES_SETS,
        PHONE_NUMBERS,
        PORT_REQUESTS,
        LIMITS,
        RESOURCES,
        RESOURCE_TEMPLATES,
        RESOURCE_JOBS,
        CONNECTIVITY,
        WHITELABELS,
        SERVICE_PLANS,
        WEBHOOKS,
        BLACKLISTS,
        QUEUES,
        AGENT_STATUS,
        QUEUE_UPDATE,
        ROSTER,
        USER_AUTH,
        API_AUTH,
        SHARED_AUTH,
        PIN_AUTH,
    )
}
