"""Queues of the call-centre application: facts sections 7 and 9."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.schema.form import (
    below,
    choice,
    family,
    flag,
    integer,
    many,
    ref,
    seconds,
    text,
)
from telephony.providers.kazoo.schema.shared import NAME

_EXIT_KEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#")

QUEUES = family(
    "queues",
    NAME,
    choice("strategy", _("Agents are chosen"), "round_robin", "most_idle", default="round_robin"),
    seconds("agent_ring_timeout", _("An agent's phone rings for"), bounds=(1, None), default=15),
    seconds("agent_wrapup_time", _("Rest after a call"), bounds=(0, None), default=0),
    integer("ring_simultaneously", _("Agents rung at a time"), bounds=(1, None), default=1),
    seconds("connection_timeout", _("Longest wait"), bounds=(0, None), default=3600),
    integer("max_queue_size", _("Most callers waiting"), default=0, help=_("0: no limit.")),
    integer("max_priority", _("Highest priority"), bounds=(0, 255)),
    flag("enter_when_empty", _("Callers wait even without agents"), default=True),
    choice("caller_exit_key", _("Key to leave the queue"), *_EXIT_KEYS, default="#"),
    ref("moh", _("Music"), "media"),
    ref("announce", _("Played to the agent first"), "media"),
    below(
        "announcements",
        _("Announcements"),
        seconds("interval", _("Every"), bounds=(15, None), default=30),
        flag("position_announcements_enabled", _("Tell the position")),
        flag("wait_time_announcements_enabled", _("Tell the waiting time")),
        below(
            "media",
            "",
            text("you_are_at_position", _("Prompt “You are at position”"), required=True),
            text("in_the_queue", _("Prompt “in the queue”"), required=True),
            text("increase_in_call_volume", _("Prompt “more calls than usual”"), required=True),
            text("the_estimated_wait_time_is", _("Prompt “the estimated wait is”"), required=True),
        ),
    ),
    flag("record_caller", _("Record calls"), default=False),
    text("recording_url", _("Recordings are sent to"), format="uri", kind="url"),
    text("cdr_url", _("Call records are sent to"), format="uri", kind="url"),
)

AGENT_STATUS = family(
    "agent_status",
    choice("status", _("State"), "login", "logout", "pause", "resume", required=True),
    seconds("timeout", _("Pause for")),
)

QUEUE_UPDATE = family(
    "queue_update",
    choice("action", _("What to do"), "login", "logout", required=True),
    ref("queue_id", _("Queue"), "queue", required=True, length=(1, 128)),
)

ROSTER = family("roster", many("agents", _("Agents"), ref("", "", "user")))
