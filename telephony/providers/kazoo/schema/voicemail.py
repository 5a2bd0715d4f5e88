"""Mailboxes, their messages, and conference rooms: facts sections 7 and 9."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.schema.form import (
    Field,
    below,
    choice,
    family,
    flag,
    free,
    integer,
    many,
    moment,
    number,
    ref,
    secret,
    text,
)
from telephony.providers.kazoo.schema.shared import FLAGS, LANGUAGE, NAME, NOTIFY_CALLBACK, OWNER, TIMEZONE
from telephony.providers.operations import Text

VMBOXES = family(
    "vmboxes",
    NAME,
    number("mailbox", _("Mailbox number"), length=(1, 30), required=True, help=_("Unique in the account.")),
    OWNER,
    secret("pin", _("PIN"), length=(4, 6)),
    flag("require_pin", _("Ask for the PIN"), default=False),
    flag("check_if_owner", _("The owner's phones get in without the number"), default=True),
    flag("is_setup", _("Set up by its owner"), default=False),
    replace(TIMEZONE, length=(5, 32)),
    below(
        "media",
        _("Recordings"),
        ref("unavailable", _("Greeting"), "media", length=(32, 32)),
        is_filled=True,
    ),
    flag("skip_greeting", _("No greeting"), default=False),
    flag("skip_instructions", _("No instructions"), default=False),
    flag("skip_envelope", _("No date and caller before a message"), default=False),
    flag("announcement_only", _("Announcement only, no messages"), default=False),
    many("notify_email_addresses", _("Told by e-mail"), text("", format="email"), default=[]),
    flag("include_message_on_notify", _("Message in the e-mail"), default=True),
    flag("include_transcription_on_notify", _("Written text in the e-mail"), default=True),
    flag("delete_after_notify", _("Delete after the e-mail"), default=False),
    flag("save_after_notify", _("Mark as heard after the e-mail"), default=False),
    flag("transcribe", _("Write messages down"), default=False),
    flag("oldest_message_first", _("Oldest message first"), default=False),
    choice("media_extension", _("Sound format"), "mp3", "mp4", "wav", default="mp3"),
    flag("is_voicemail_ff_rw_enabled", _("Keys wind forward and back"), default=False),
    integer("seek_duration_ms", _("Wind by"), bounds=(0, None), default=10000, unit=_("ms")),
    Field(path="operator_number", label=_("Operator"), type=("integer", "string"), kind="number"),
    flag("not_configurable", _("Owner may not change it"), default=False),
    below("notify", _("Told by telephone"), NOTIFY_CALLBACK),
    FLAGS,
)

MESSAGES = family(
    "mailbox_message",
    ref("media_id", _("Message"), "media", length=(39, 39), required=True),
    choice("folder", _("Folder"), "deleted", "saved", "new"),
    moment("timestamp", _("Received")),
    integer("length", _("Length"), unit=_("ms")),
    number("caller_id_number", _("Caller"), length=(None, 35)),
    text("caller_id_name", _("Caller's name"), length=(None, 35)),
    text("from", _("From address"), kind="code"),
    text("to", _("To address"), kind="code"),
    text("call_id", _("SIP call"), kind="code"),
    below(
        "transcription",
        _("Written text"),
        choice("result", _("Result"), "success", "error"),
        text("text", _("Text")),
    ),
)

_DIGITS = text("", pattern="^[0-9]+$")
_PIN = secret("", pattern="^[0-9]+$")


def _tone(name: str, label: Text) -> Field:
    return Field(path=name, label=label, type=("boolean", "string"), kind="text")


CONFERENCES = family(
    "conferences",
    replace(NAME, required=False),
    OWNER,
    many("conference_numbers", _("Room numbers"), _DIGITS, default=[], unique=True),
    below(
        "member",
        _("Members"),
        many("numbers", _("Numbers for members"), _DIGITS, default=[], unique=True, count=(0, None)),
        many("pins", _("PINs of members"), _PIN, default=[]),
        flag("join_muted", _("Members join muted"), default=True),
        flag("join_deaf", _("Members join deaf"), default=False),
        flag("play_entry_prompt", _("Prompt when a member joins")),
        is_filled=True,
    ),
    below(
        "moderator",
        _("Moderators"),
        many("numbers", _("Numbers for moderators"), _DIGITS, default=[], unique=True),
        many("pins", _("PINs of moderators"), _PIN, default=[]),
        flag("join_muted", _("Moderators join muted"), default=False),
        flag("join_deaf", _("Moderators join deaf"), default=False),
        is_filled=True,
    ),
    flag("require_moderator", _("Only with a moderator")),
    flag("wait_for_moderator", _("Wait for the moderator")),
    integer("max_participants", _("Most participants")),
    ref("max_members_media", _("Played when it is full"), "media"),
    flag("play_name", _("Say the name of who joins"), default=False),
    flag("play_welcome", _("Welcome prompt")),
    _tone("play_entry_tone", _("Tone when somebody joins")),
    _tone("play_exit_tone", _("Tone when somebody leaves")),
    LANGUAGE,
    text("domain", _("Domain"), kind="code"),
    text("focus", _("Server in charge"), kind="code"),
    text("bridge_username", _("Bridge user"), kind="code"),
    secret("bridge_password", _("Bridge password")),
    text("caller_controls", _("Keys of members"), kind="code"),
    text("moderator_controls", _("Keys of moderators"), kind="code"),
    free(
        "controls",
        _("Own key sets"),
        help=_("Sets of keys by name; keys of members and of moderators choose one."),
        example='{"members": [{"action": "mute", "digits": "0"}]}',
    ),
    text("profile_name", _("Room profile"), kind="code"),
    below(
        "profile",
        _("Room profile"),
        integer("max-members", _("Most members"), bounds=(2, None)),
        integer("announce-count", _("Announce the count from")),
        integer("comfort-noise", _("Comfort noise"), bounds=(0, 10000)),
        integer("energy-level", _("Level that counts as speech"), bounds=(0, 1800)),
        integer("interval", _("Frame length"), bounds=(10, 120), unit=_("ms")),
        Field(
            path="rate",
            label=_("Sample rate"),
            type=("integer",),
            kind="integer",
            choices=(8000, 12000, 16000, 24000, 32000, 44100, 48000),
            unit=_("Hz"),
        ),
        text("caller-controls", _("Keys of members"), kind="code"),
        text("moderator-controls", _("Keys of moderators"), kind="code"),
        text("moh-sound", _("Music"), kind="code"),
        text("alone-sound", _("Sound when alone"), kind="code"),
        text("enter-sound", _("Sound when somebody joins"), kind="code"),
        text("exit-sound", _("Sound when somebody leaves"), kind="code"),
        text("locked-sound", _("Sound when locked"), kind="code"),
        text("muted-sound", _("Sound when muted"), kind="code"),
        text("unmuted-sound", _("Sound when unmuted"), kind="code"),
        text("max-members-sound", _("Sound when full"), kind="code"),
    ),
    FLAGS,
)
