"""Rooms in which many speak."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.callflows.actions.common import NEXT, ROOM, action, category
from telephony.providers.kazoo.schema.form import UNNAMED, below, flag, ref, text

JOINED = (
    *ROOM,
    ref("id", _("Conference room"), "conference", length=(32, 32)),
    flag("moderator", _("Joins as moderator")),
    text("play_entry_tone", _("Tone on entering"), type=("boolean", "string")),
    text("play_exit_tone", _("Tone on leaving"), type=("boolean", "string")),
    below(
        "welcome_prompt",
        UNNAMED,
        ref("media_id", _("Greeting"), "media"),
        flag("play", _("Play a greeting"), default=True),
    ),
)
ACTIONS = category(
    "conferences",
    _("Conferences"),
    action(
        "conference",
        _("Conference"),
        _("The caller joins a conference room, a fixed one or one that is asked for."),
        NEXT,
        *JOINED,
        icon="users",
    ),
    action(
        "conference_feature",
        _("Conference by code"),
        _("The same, as a feature code."),
        NEXT,
        *JOINED,
        icon="users-plus",
    ),
)
