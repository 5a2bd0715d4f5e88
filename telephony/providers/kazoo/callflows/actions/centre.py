"""Queues and the people who work for them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.callflows.actions.common import NEXT, WAITS, action, category
from telephony.providers.kazoo.schema.form import choice, integer, ref, seconds, text

ACTIONS = category(
    "centre",
    _("Call centre"),
    action(
        "acdc_agent",
        _("Agent’s work"),
        _("Logs the calling agent in or out, or begins and ends a pause."),
        NEXT,
        choice("action", _("What it does"), "login", "logout", "paused", "resume"),
        text("presence_id", _("Lamp")),
        choice(
            "presence_state",
            _("State of the lamp"),
            "early",
            "confirmed",
            "terminated",
            "red_flash",
            "red_solid",
            "green",
        ),
        seconds("timeout", _("For at most")),
        icon="headset",
    ),
    action(
        "acdc_member",
        _("Queue"),
        _("The caller waits in a queue for an agent."),
        NEXT,
        ref("id", _("Queue"), "queue"),
        integer("priority", _("Priority")),
        icon="users-group",
        about=("id",),
    ),
    action(
        "acdc_queue",
        _("Agent of one queue"),
        _("Logs the calling agent in to or out of one queue."),
        NEXT,
        choice("action", _("What it does"), "login", "logout"),
        ref("id", _("Queue"), "queue"),
        icon="user-check",
        about=("id",),
    ),
    action(
        "acdc_wait_time",
        _("By waiting time"),
        _("Takes a branch by the average waiting time of a queue."),
        WAITS,
        ref("id", _("Queue"), "queue"),
        seconds("window", _("Average over")),
        icon="hourglass",
        about=("id",),
    ),
)
