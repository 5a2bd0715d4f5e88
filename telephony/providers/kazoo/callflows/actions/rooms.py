"""A conference room that is set up inside a step, and not as a document of its own."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.schema.form import (
    UNNAMED,
    Part,
    below,
    flag,
    free,
    integer,
    many,
    ref,
    secret,
    text,
)

ROOM: tuple[Part, ...] = (
    below(
        "config",
        _("Room set up here"),
        secret("bridge_password", _("Password of the bridge")),
        text("bridge_username", _("User name of the bridge")),
        text("caller_controls", _("Keys of members")),
        many("conference_numbers", _("Numbers"), text("", pattern="^[0-9]+$"), default=[], unique=True),
        free(
            "controls",
            _("Keys"),
            help=_("Sets of keys by name; keys of members and of moderators choose one."),
            example='{"members": [{"action": "mute", "digits": "0"}]}',
        ),
        text("domain", _("SIP domain")),
        many("flags", _("Flags"), text("")),
        text("focus", _("Media server")),
        text("language", _("Language")),
        text("max_members_media", _("Played when full")),
        integer("max_participants", _("Most members")),
        below(
            "member",
            UNNAMED,
            flag("join_deaf", _("Members hear nothing at first"), default=False),
            flag("join_muted", _("Members are muted at first"), default=True),
            many(
                "numbers",
                _("Numbers of members"),
                text("", pattern="^[0-9]+$"),
                default=[],
                count=(0, None),
                unique=True,
            ),
            many("pins", _("PINs of members"), secret("", pattern="^[0-9]+$"), default=[]),
            flag("play_entry_prompt", _("Members are told that they enter")),
        ),
        below(
            "moderator",
            UNNAMED,
            flag("join_deaf", _("Moderators hear nothing at first"), default=False),
            flag("join_muted", _("Moderators are muted at first"), default=False),
            many(
                "numbers", _("Numbers of moderators"), text("", pattern="^[0-9]+$"), default=[], unique=True
            ),
            many("pins", _("PINs of moderators"), secret("", pattern="^[0-9]+$"), default=[]),
        ),
        text("moderator_controls", _("Keys of moderators")),
        text("name", _("Name"), length=(1, 128)),
        ref("owner_id", _("Person"), "user", length=(32, 32)),
        text("play_entry_tone", _("Tone on entering"), type=("boolean", "string")),
        text("play_exit_tone", _("Tone on leaving"), type=("boolean", "string")),
        flag("play_name", _("Say who enters"), default=False),
        flag("play_welcome", _("Play a greeting")),
        below(
            "profile",
            UNNAMED,
            text("alone-sound", _("Played to somebody alone")),
            integer("announce-count", _("Say the number of members from")),
            text("caller-controls", _("Keys of members")),
            integer("comfort-noise", _("Comfort noise"), bounds=(0, 10000)),
            integer("energy-level", _("Loudness that counts as speech"), bounds=(0, 1800)),
            text("enter-sound", _("Tone on entering")),
            text("exit-sound", _("Tone on leaving")),
            integer("interval", _("Packet length"), bounds=(10, 120)),
            text("locked-sound", _("Played when locked")),
            integer("max-members", _("Most members"), bounds=(2, None)),
            text("max-members-sound", _("Played when full")),
            text("moderator-controls", _("Keys of moderators")),
            text("moh-sound", _("Music on hold")),
            text("muted-sound", _("Played on muting")),
            integer(
                "rate",
                _("Sample rate"),
                choices=(
                    8000,
                    12000,
                    16000,
                    24000,
                    32000,
                    44100,
                    48000,
                ),
            ),
            text("unmuted-sound", _("Played on unmuting")),
        ),
        text("profile_name", _("Profile")),
        flag("require_moderator", _("Only with a moderator")),
        flag("wait_for_moderator", _("Wait for the moderator")),
    ),
)
