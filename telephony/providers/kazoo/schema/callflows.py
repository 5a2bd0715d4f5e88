"""Callflows, and what they play, ask and go by: facts sections 7, 9 and 12."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.schema.during_calls import features
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
from telephony.providers.kazoo.schema.shared import CONTACT_LIST, FLAGS, LANGUAGE, NAME, OWNER
from telephony.providers.kazoo.schema.voices import USUAL_VOICE, VOICES
from telephony.providers.operations import Text

CALLFLOWS = family(
    "callflows",
    text("name", _("Name")),
    many(
        "numbers",
        _("Numbers"),
        text("", length=(1, 36)),
        default=[],
        unique=True,
        help=_("Numbers and extensions that lead here; each leads to one callflow only."),
    ),
    many(
        "patterns",
        _("Patterns"),
        text("", length=(1, None)),
        default=[],
        help=_("Expressions of numbers that lead here."),
    ),
    below(
        "flow",
        _("Flow"),
        text("module", _("Action"), length=(1, 64), required=True),
        free("data", _("Settings"), required=True, default={}, example='{"code": 486}'),
        free(
            "children",
            _("Next steps"),
            keys=".+",
            like="flow",
            example='{"_": {"module": "hangup", "data": {}}}',
        ),
    ),
    below(
        "featurecode",
        _("Feature code"),
        text("name", _("Feature"), length=(1, 128)),
        number("number", _("Code"), length=(1, 30)),
    ),
    below(
        "ringback",
        _("Ringing tone"),
        ref("early", _("Before the answer"), "media"),
        ref("transfer", _("During a transfer"), "media"),
    ),
    features("metaflow", _("Feature during a call")),
    OWNER,
    ref("group_id", _("Group"), "group"),
    replace(CONTACT_LIST, group=replace(CONTACT_LIST.group, is_filled=False)),
    text(
        "type", _("Made as"), kind="code", help=_("What other editors made it for, such as mainUserCallflow.")
    ),
    below(
        "ui_metadata",
        _("Made with"),
        text("ui", _("Editor")),
        text("version", _("Version")),
        text("origin", _("Origin")),
    ),
    FLAGS,
)


def _prompt(name: str, label: Text) -> Field:
    """A recording, or no to play none and yes to play the usual one."""
    return Field(
        path=name, label=label, type=("boolean", "string"), kind="ref", refers_to="media", length=(3, 2048)
    )


MENUS = family(
    "menus",
    NAME,
    integer("timeout", _("Wait for the first key"), bounds=(1, 60000), unit=_("ms")),
    integer("interdigit_timeout", _("Wait for each further key"), bounds=(1, 10000), unit=_("ms")),
    integer("max_extension_length", _("Most digits of an extension"), bounds=(1, 6), default=4),
    integer("retries", _("Tries"), bounds=(1, 10), default=3),
    below(
        "media",
        _("Recordings"),
        ref("greeting", _("Greeting"), "media", length=(3, 2048)),
        _prompt("invalid_media", _("After a wrong key")),
        _prompt("transfer_media", _("Before a transfer")),
        _prompt("exit_media", _("On leaving")),
        is_filled=True,
    ),
    flag("suppress_media", _("Play no error prompts"), default=False),
    flag("hunt", _("Callers may dial an extension"), default=True),
    text("hunt_allow", _("Extensions that may be dialled"), length=(1, 256), kind="code"),
    text("hunt_deny", _("Extensions that may not be dialled"), length=(1, 256), kind="code"),
    secret("record_pin", _("PIN for recording the greeting"), length=(3, 6)),
    flag("allow_record_from_offnet", _("Greeting may be recorded from outside"), default=False),
    FLAGS,
)

AUDIO_TYPES = ("audio/mp3", "audio/mpeg", "audio/mpeg3", "audio/x-wav", "audio/wav", "audio/ogg")
VIDEO_TYPES = ("video/x-flv", "video/h264", "video/mpeg", "video/quicktime", "video/mp4", "video/webm")

MEDIA = family(
    "media",
    NAME,
    text("description", _("Description"), length=(1, 128)),
    choice("media_source", _("Comes from"), "recording", "upload", "tts", required=True, default="upload"),
    replace(LANGUAGE, default="en-us"),
    choice("content_type", _("File type"), *AUDIO_TYPES, *VIDEO_TYPES),
    integer("content_length", _("Size"), bounds=(1, 11534336), unit=_("bytes")),
    below(
        "tts",
        _("Spoken text"),
        text("text", _("Text"), length=(1, None)),
        choice("voice", _("Voice"), *VOICES, default=USUAL_VOICE),
        is_filled=True,
    ),
    text("prompt_id", _("System prompt that it replaces"), refers_to="prompt", kind="code"),
    flag("streamable", _("May be played as a stream"), default=True),
    text("source_type", _("Kind of object that it belongs to"), kind="code"),
    text("source_id", _("Object that it belongs to"), length=(32, 32), kind="code"),
)

WEEKDAYS = ("monday", "tuesday", "wednesday", "wensday", "thursday", "friday", "saturday", "sunday")

TEMPORAL_RULES = family(
    "temporal_rules",
    NAME,
    choice("cycle", _("Repeats"), "date", "daily", "weekly", "monthly", "yearly", required=True),
    integer("interval", _("Every"), bounds=(1, None), default=1),
    many("wdays", _("Weekdays"), text("", choices=WEEKDAYS)),
    many("days", _("Days of the month"), integer("", bounds=(1, 31))),
    choice(
        "ordinal", _("Which of the month"), "every", "first", "second", "third", "fourth", "fifth", "last"
    ),
    integer("month", _("Month"), bounds=(1, 12), usual=tuple(range(1, 13))),
    moment("start_date", _("From"), default=62586115200),
    integer("time_window_start", _("Begins at"), bounds=(0, 86400), kind="time_of_day_s"),
    integer(
        "time_window_stop",
        _("Ends at"),
        bounds=(0, 86400),
        kind="time_of_day_s",
        help=_("A window over midnight never opens: it takes two rules."),
    ),
    flag("enabled", _("Forced"), help=_("Yes: always in force; no: never; empty: as its dates say.")),
    FLAGS,
)

TEMPORAL_RULES_SETS = family(
    "temporal_rules_sets",
    NAME,
    many("temporal_rules", _("Rules"), ref("", "", "temporal_rule"), count=(1, None)),
    FLAGS,
)
