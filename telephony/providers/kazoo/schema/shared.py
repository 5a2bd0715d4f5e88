"""Groups of fields that several families share."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.lib.zones import zone_names
from telephony.providers.kazoo.schema.during_calls import features
from telephony.providers.kazoo.schema.form import (
    Below,
    Field,
    below,
    choice,
    flag,
    free,
    integer,
    many,
    number,
    ref,
    text,
)
from telephony.providers.operations import Text

AUDIO_CODECS = (
    "OPUS", "CELT@32000h", "G7221@32000h", "G7221@16000h", "G722", "speex@32000h", "speex@16000h", "PCMU", "PCMA", "G729",
    "GSM", "CELT@48000h", "CELT@64000h", "G722_16", "G722_32", "CELT_48", "CELT_64", "Speex", "speex",
)  # fmt: skip
VIDEO_CODECS = ("H261", "H263", "H264", "VP8")

CLASS = _("Class of number")
FLAGS = many("flags", _("Flags"), text(""), help=_("Free labels for integrations."))
NAME = text("name", _("Name"), length=(1, 128), required=True)
TIMEZONE = text("timezone", _("Time zone"), usual=zone_names())
LANGUAGE = text("language", _("Language"), help=_("Language of the prompts, such as fr-fr."))
ENABLED = flag("enabled", _("Enabled"), default=True)
OWNER = ref("owner_id", _("Owner"), "user", length=(32, 32))
CALL_WAITING = below(
    "call_waiting", _("Call waiting"), flag("enabled", _("A second call may ring during a call"))
)
DO_NOT_DISTURB = below("do_not_disturb", _("Do not disturb"), flag("enabled", _("Refuse incoming calls")))
CONTACT_LIST = below(
    "contact_list",
    _("Phone book"),
    flag("exclude", _("Leave out of phone books")),
    is_filled=True,
)
RINGTONES = below(
    "ringtones",
    _("Ringtones"),
    text("internal", _("Ringtone of internal calls"), length=(None, 256)),
    text("external", _("Ringtone of outside calls"), length=(None, 256)),
    is_filled=True,
)
CALL_FORWARD = below(
    "call_forward",
    _("Call forwarding"),
    flag("enabled", _("Forward calls"), default=False),
    number("number", _("Forward to"), length=(None, 35)),
    flag("failover", _("Only while no phone is registered"), default=False),
    flag("keep_caller_id", _("Show the original caller"), default=True),
    flag("require_keypress", _("Answer by pressing 1"), default=True),
    flag("direct_calls_only", _("Only calls meant for this one, not for a group"), default=False),
    flag("substitute", _("Ring only the target"), default=True),
    flag("ignore_early_media", _("Own ringing tone instead of the far side's"), default=True),
)
CALL_RESTRICTION = free(
    "call_restriction",
    _("Call restrictions"),
    (choice("action", _("Calls to it"), "inherit", "deny"),),
    default={},
    one_label=CLASS,
    help=_("For each class of number: take over from above, or deny."),
)
DIAL_PLAN = free(
    "dial_plan",
    _("Dial plan"),
    (
        text("description", _("Description")),
        text("prefix", _("Digits put in front")),
        text("suffix", _("Digits put behind")),
    ),
    one_label=_("Expression"),
    help=_("How dialled digits are rewritten, by expression; “system” lists plans of the cluster."),
)
# What an entry says is the schema `formatters.format_options` of Kazoo's public repository; it may be a list of them.
FORMATTERS = free(
    "formatters",
    _("Rewriting rules"),
    Field(path="", type=("array", "object"), kind="json"),
    keys="^[[:alnum:]_]+$",
    told=(
        choice("direction", _("Calls"), "inbound", "outbound", "both"),
        text("regex", _("Expression"), kind="code"),
        text("prefix", _("Put in front")),
        text("suffix", _("Put behind")),
        text("value", _("Replaced by")),
        flag("match_invite_format", _("As the called number is written")),
        flag("strip", _("Left out")),
    ),
    one_label=_("Field"),
    help=_(
        "How SIP fields and request parameters are rewritten. Of what fits the expression, its first bracket stays."
    ),
)
METAFLOWS = features("metaflows", _("Features during a call"))
MEDIA = below(
    "media",
    _("Audio and video"),
    below(
        "audio",
        "",
        many("codecs", _("Audio codecs, best first"), text("", choices=AUDIO_CODECS), unique=True),
        is_filled=True,
    ),
    below(
        "video",
        "",
        many(
            "codecs", _("Video codecs, best first"), text("", choices=VIDEO_CODECS), unique=True, default=[]
        ),
        is_filled=True,
    ),
    below(
        "encryption",
        "",
        flag("enforce_security", _("Refuse unencrypted media"), default=False),
        many("methods", _("Encryption methods"), text("", choices=("zrtp", "srtp")), default=[]),
        is_filled=True,
    ),
    Field(
        path="bypass_media",
        label=_("Media flow straight between the phones"),
        type=("boolean", "string"),
        kind="choice",
        choices=("auto", "false", "true"),
    ),
    flag("fax_option", _("Fax over IP (T.38)")),
    flag("ignore_early_media", _("Own ringing tone instead of the far side's")),
    integer("progress_timeout", _("Next way after"), kind="duration_s"),
)


def music_on_hold(most: int) -> Below:
    return below(
        "music_on_hold",
        _("Music on hold"),
        ref("media_id", _("Recording"), "media", length=(None, most)),
        is_filled=True,
    )


def caller_id() -> tuple[Below, ...]:
    """What called parties see, for calls inside, outside, and to emergency services."""

    def shown(name: str, name_label: Text, number_label: Text, *more: Field) -> Below:
        return below(
            name,
            "",
            text("name", name_label, length=(None, 35)),
            number("number", number_label, length=(None, 35)),
            *more,
        )

    return (
        below(
            "caller_id",
            _("Caller ID"),
            shown("internal", _("Name on internal calls"), _("Number on internal calls")),
            shown("external", _("Name on outside calls"), _("Number on outside calls")),
            shown("emergency", _("Name on emergency calls"), _("Number on emergency calls")),
            shown("asserted", _("Asserted name"), _("Asserted number"), text("realm", _("Asserted domain"))),
        ),
    )


OUTBOUND_PRIVACY = choice("outbound_privacy", _("Hidden on outside calls"), "full", "name", "number", "none")


NOTIFY_CALLBACK = below(
    "callback",
    "",
    integer("attempts", _("Tries")),
    flag("disabled", _("Switched off")),
    integer("interval_s", _("Pause between tries"), kind="duration_s"),
    number("number", _("Number to call")),
    many("schedule", _("Pauses between tries"), integer("")),
    integer("timeout_s", _("Ring for"), kind="duration_s"),
)
VOICEMAIL_NOTICES = below("voicemail", _("Voicemail notices"), below("notify", "", NOTIFY_CALLBACK))
