"""Carriers, trunks and PBX servers: facts sections 7 and 9."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.schema.form import (
    Family,
    Field,
    below,
    choice,
    family,
    flag,
    free,
    integer,
    many,
    names,
    number,
    pairs,
    ref,
    secret,
    text,
)
from telephony.providers.kazoo.schema.shared import CLASS, ENABLED, FLAGS, FORMATTERS, MEDIA, NAME

_CALLER_ID_KINDS = ("internal", "external", "emergency")
_GATEWAY_CODECS = (
    "G729", "PCMU", "PCMA", "G722_16", "G722_32", "CELT_48", "CELT_64", "Speex", "GSM", "OPUS", "H261", "H263", "H264", "VP8"
)  # fmt: skip

GATEWAY: tuple[Field, ...] = family(
    "gateway",
    text("server", _("Server"), length=(1, 128), required=True, kind="code"),
    integer("port", _("Port"), default=5060),
    text("username", _("User"), length=(None, 32), kind="code"),
    secret("password", _("Password"), length=(None, 32)),
    ENABLED,
    text("realm", _("SIP domain"), length=(None, 64), kind="code"),
    text("prefix", _("Digits put in front"), length=(None, 64)),
    text("suffix", _("Digits put behind"), length=(None, 64)),
    many("codecs", _("Codecs, best first"), text("", choices=_GATEWAY_CODECS), unique=True),
    choice("invite_format", _("Form of the called number"), "route", "username", "e164", "npan", "1npan", "strip_plus",
           default="route"),
    choice("endpoint_type", _("Type"), "sip", "freetdm", "skype", "amqp", default="sip"),
    choice("caller_id_type", _("Caller ID that is sent"), *_CALLER_ID_KINDS),
    flag("bypass_media", _("Media flow straight between the ends")),
    choice("channel_selection", _("Choice of channel"), "ascending", "descending", default="ascending"),
    flag("force_port", _("Check the port of incoming calls"), default=False),
    flag("format_from_uri", _("Rewrite the From address")),
    text("from_uri_realm", _("Domain of the From address"), kind="code"),
    below(
        "invite_parameters",
        _("Request parameters"),
        many(
            "dynamic",
            _("Worked out for each call"),
            Field(path="", type=("object", "string"), kind="json"),
            example='["zone"]',
        ),
        many("static", _("Fixed parameters"), text("")),
        is_closed=True,
    ),
    below(
        "media",
        _("Audio and video"),
        flag("fax_option", _("Fax over IP (T.38)")),
        flag("rtcp_mux", _("Control and media on one port")),
    ),
    integer("progress_timeout", _("Next way after"), kind="duration_s"),
    text("route", _("SIP address"), kind="code"),
    pairs("custom_sip_headers", _("Own SIP headers")),
    text("custom_sip_interface", _("Switch interface"), kind="code"),
    text("span", _("Physical span"), kind="code"),
    text("skype_interface", _("Skype interface"), kind="code"),
    flag("skype_rr", _("Skype in turn"), default=True),
).fields  # fmt: skip

RESOURCES = family(
    "resources",
    NAME,
    ENABLED,
    integer("weight_cost", _("Cost"), bounds=(0, 100), default=50, help=_("The lowest is tried first.")),
    many("gateways", _("Gateways"), GATEWAY, required=True, one_label=_("Gateway")),
    choice("gateway_strategy", _("Order of the gateways"), "sequential", "random"),
    many(
        "rules",
        _("Numbers that it takes"),
        text(""),
        default=[],
        help=_("Expressions; the first group is dialled."),
    ),
    many("rules_test", _("Tests of the expressions"), text(""), default=[]),
    many("cid_rules", _("Caller IDs that it takes"), text("")),
    free(
        "classifiers",
        _("Rules by class of number"),
        (
            flag("enabled", _("Enabled"), default=True),
            flag("emergency", _("For emergency calls"), default=False),
            text("regex", _("Expression"), kind="code"),
            text("prefix", _("Digits put in front"), length=(None, 64)),
            text("suffix", _("Digits put behind"), length=(None, 64)),
            integer("weight_cost", _("Cost"), bounds=(0, 100), default=50),
        ),
        keys=".+",
        one_label=CLASS,
    ),
    flag("emergency", _("For emergency calls"), default=False),
    flag("require_flags", _("Only for calls with its flags")),
    flag("ignore_flags", _("Whatever the flags")),
    below(
        "caller_id_options", _("Caller ID"), choice("type", _("Caller ID that is sent"), *_CALLER_ID_KINDS)
    ),
    flag("format_from_uri", _("Rewrite the From address")),
    text("from_uri_realm", _("Domain of the From address"), kind="code"),
    flag("from_account_realm", _("The account's domain in the From address"), default=False),
    MEDIA,
    integer("grace_period", _("Days until a removed carrier is gone"), bounds=(1, 20), default=5),
    text("flat_rate_whitelist", _("Numbers at flat rate"), kind="code"),
    text("flat_rate_blacklist", _("Numbers never at flat rate"), kind="code"),
    FORMATTERS,
    replace(FLAGS, default=[]),
)
RESOURCE_TEMPLATES = Family("resource_templates", RESOURCES.fields, RESOURCES.groups)

RESOURCE_JOBS = family(
    "resource_jobs",
    replace(NAME, required=False),
    ref("resource_id", _("Carrier"), "resource", required=True),
    many("numbers", _("Numbers"), text(""), required=True, count=(1, None)),
)

_SERVER: tuple[Field, ...] = family(
    "server",
    text("name", _("Name"), length=(1, None)),
    names("DIDs", _("Numbers"), entry=(free("", ""),), keys=r"^\+?\d*$"),
    below(
        "auth",
        _("Signing in"),
        choice("auth_method", _("Signs in with"), "password", "Password", "IP", "ip", default="password", required=True),
        text("auth_user", _("SIP user"), length=(1, None), kind="code"),
        secret("auth_password", _("SIP password"), length=(1, None)),
        text("ip", _("IP address"), kind="code"),
        integer("port", _("Port")),
        required=True,
    ),
    below(
        "options",
        _("Options"),
        flag("enabled", _("Enabled"), default=True),
        choice("inbound_format", _("Form of the called number"), "e164", "npan", "1npan", "username", "strip_plus",
               default="npan"),
        choice("media_handling", _("Media"), "process", "bypass", default="bypass"),
        text("ip", _("IP address"), kind="code"),
        integer("port", _("Port")),
        integer("progress_timeout", _("Next way after"), bounds=(1, None), kind="duration_s"),
        integer("timeout", _("Ring for"), kind="duration_s"),
        integer("delay", _("Wait first"), default=0, kind="duration_s"),
        flag("ignore_early_media", _("Own ringing tone instead of the far side's")),
        flag("force_outbound", _("Over the public network even to own numbers"), default=False),
        text("hunt_account_id", _("Account whose numbers are searched"), kind="code"),
        flag("hunt_non_reconcilable", _("Search numbers that are not checked"), default=False),
        pairs("caller_id", _("Caller ID")),
        pairs("emergency_caller_id", _("Caller ID on emergency calls")),
        pairs("failover", _("When it cannot be reached")),
        many("flags", _("Flags"), text("")),
        many("dynamic_flags", _("Flags by property of the call"), text("")),
        many("sip_headers", _("Own SIP headers"), free("", "")),
    ),
).fields  # fmt: skip

CONNECTIVITY = family(
    "connectivity",
    text("name", _("Name")),
    below(
        "account",
        _("Trunks"),
        integer("trunks", _("Trunks"), bounds=(0, None)),
        below(
            "caller_id",
            "",
            text("cid_name", _("Name on outside calls"), length=(None, 35)),
            number("cid_number", _("Number on outside calls"), length=(None, 35)),
        ),
        below(
            "emergency_caller_id",
            "",
            text("cid_name", _("Name on emergency calls"), length=(None, 35)),
            number("cid_number", _("Number on emergency calls"), length=(None, 35)),
        ),
    ),
    many("servers", _("PBX servers"), _SERVER, default=[], one_label=_("PBX server")),
)
