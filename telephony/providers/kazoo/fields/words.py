"""Words of values that people meet."""

from __future__ import annotations

from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.lib.zones import zone_names
from telephony.providers.kazoo.fields.voices import VOICE_CHOICES
from telephony.providers.kazoo.schema.recording import SOURCES
from telephony.providers.operations import Text

Choices = tuple[tuple[str, Text], ...]

DEVICE_TYPES: Choices = (
    ("sip_device", _("Desk phone")),
    ("softphone", _("Softphone")),
    ("smartphone", _("Smartphone")),
    ("cellphone", _("Mobile phone")),
    ("landline", _("Outside line")),
    ("mobile", _("Mobile line")),
    ("ata", _("Analogue adapter")),
    ("fax", _("Fax")),
    ("sip_uri", _("SIP address")),
    ("application", _("Application")),
    ("teammate", _("Teams")),
)
LEVELS: Choices = (("user", _("User")), ("admin", _("Administrator")))
_CYCLES: Choices = (
    ("date", _("On one day")),
    ("daily", _("Daily")),
    ("weekly", _("Weekly")),
    ("monthly", _("Monthly")),
    ("yearly", _("Yearly")),
)
_WEEKDAYS: Choices = (
    ("monday", _("Monday")),
    ("tuesday", _("Tuesday")),
    ("wednesday", _("Wednesday")),
    ("wensday", _("Wednesday")),
    ("thursday", _("Thursday")),
    ("friday", _("Friday")),
    ("saturday", _("Saturday")),
    ("sunday", _("Sunday")),
)
_ORDINALS: Choices = (
    ("every", _("Every one")),
    ("first", _("First one")),
    ("second", _("Second one")),
    ("third", _("Third one")),
    ("fourth", _("Fourth one")),
    ("fifth", _("Fifth one")),
    ("last", _("Last one")),
)
NUMBER_STATES: Choices = (
    ("discovery", _("Found by a search")),
    ("available", _("Available")),
    ("reserved", _("Reserved")),
    ("in_service", _("In service")),
    ("port_in", _("Coming in")),
    ("port_out", _("Going out")),
    ("released", _("Released")),
    ("aging", _("Resting")),
    ("deleted", _("Deleted")),
)
PORT_STATES: Choices = (
    ("unconfirmed", _("Draft")),
    ("submitted", _("Submitted")),
    ("pending", _("Pending")),
    ("scheduled", _("Scheduled")),
    ("rejected", _("Rejected")),
    ("completed", _("Completed")),
    ("canceled", pgettext_lazy("state of a port request", "Cancelled")),
)
FOLDERS: Choices = (("new", _("New")), ("saved", _("Saved")), ("deleted", _("Deleted")))
_SOURCES: Choices = (
    ("recording", _("Recorded by telephone")),
    ("upload", _("Uploaded")),
    ("tts", _("Read aloud by the server")),
)
_STRATEGIES: Choices = (("round_robin", _("In turn")), ("most_idle", _("Longest idle first")))
_USED_BY: Choices = (
    ("callflow", _("a callflow")),
    ("trunkstore", _("a trunk")),
    ("conference", _("a conference")),
)
METHODS: Choices = (
    ("password", _("user and password")),
    ("Password", _("user and password")),
    ("ip", _("its IP address")),
    ("IP", _("its IP address")),
)

_PRIVACY: Choices = (
    ("full", _("Name and number")),
    ("name", _("The name")),
    ("number", _("The number")),
    ("none", _("Nothing")),
)
_RESTRICTIONS: Choices = (("inherit", _("As above it")), ("deny", _("Refused")))
_LEGS: Choices = (("both", _("Both")), ("self", _("The own one")), ("peer", _("The far side's")))
_NAMES: Choices = (
    ("first_name", _("First name")),
    ("last_name", _("Last name")),
    ("both", _("First and last name")),
)
_CALLER_IDS: Choices = (
    ("internal", _("That of internal calls")),
    ("external", _("That of outside calls")),
    ("emergency", _("That of emergency calls")),
)
_CHANNELS: Choices = (("ascending", _("The lowest first")), ("descending", _("The highest first")))
_WAYS: Choices = (("sequential", _("One after the other")), ("random", _("At random")))
_MEDIA: Choices = (("process", _("Through the server")), ("bypass", _("Straight between the ends")))
_STRAIGHT: Choices = (
    ("auto", _("Where it can")),
    ("true", pgettext_lazy("a switch", "Always")),
    ("false", pgettext_lazy("a switch", "Never")),
)
_ADDRESSES: Choices = (
    ("dom", _("In the country")),
    ("intl", _("From abroad")),
    ("postal", _("Letters")),
    ("parcel", _("Parcels")),
    ("home", _("Home")),
    ("work", _("Work")),
    ("pref", _("Preferred")),
)
_PLACES: Choices = (
    ("INVALID", _("Not valid")),
    ("GEOCODED", _("Located")),
    ("PROVISIONED", _("In force")),
    ("REMOVED", _("Removed")),
    ("ERROR", _("Failed")),
)

_FORMATS: Choices = (
    ("contact", _("As the phone registered")),
    ("username", _("The SIP user")),
    ("route", _("As the route says")),
    ("e164", _("International, with +")),
    ("npan", _("North American, 10 digits")),
    ("1npan", _("North American, 11 digits")),
    ("strip_plus", _("International, without +")),
)
_ENDPOINTS: Choices = (("sip", "SIP"), ("freetdm", "FreeTDM"), ("skype", "Skype"), ("amqp", "AMQP"))
_VERBS: Choices = (("get", "GET"), ("post", "POST"), ("put", "PUT"))
_BODIES: Choices = (("form-data", _("Form data")), ("json", "JSON"))
_FILES: Choices = (("mp3", "MP3"), ("wav", "WAV"))
_FAR_SIDES: Choices = (
    ("any", _("Every call")),
    ("onnet", _("Calls inside the account")),
    ("offnet", _("Calls over the public network")),
)
_RECORDED = tuple(
    (family, f"{at}.{source}")
    for family, places in {
        "accounts": ("call_recording.account", "call_recording.endpoint"),
        "users": ("call_recording",),
        "devices": ("call_recording",),
    }.items()
    for at in places
    for source in SOURCES
)
_TURNS: Choices = (
    ("toggle", _("Begins or ends")),
    ("start", _("Begins")),
    ("stop", _("Ends")),
    ("mask", _("Pauses")),
    ("unmask", _("Goes on")),
)
_TRANSFERS: Choices = (("attended", _("After talking to them")), ("blind", _("At once")))
_FEATURES: Choices = (
    ("transfer", _("Transfer the call")),
    ("hold", _("Hold the call")),
    ("resume", _("Take the call back")),
    ("record_call", _("Record the call")),
    ("play", _("Play a recording")),
    ("tts", _("Speak a text")),
    ("break", _("End what is played")),
    ("move", _("Move to another telephone")),
    ("callflow", _("Go to a callflow")),
    ("hangup", _("Hang up")),
)
_AT_CALLS = {**dict.fromkeys(("accounts", "users", "devices"), "metaflows"), "callflows": "metaflow"}
_DURING_CALLS = tuple(
    (family, f"{at}.{part}") for family, at in _AT_CALLS.items() for part in ("numbers", "patterns")
)
_PHONE_KEYS: Choices = (
    ("line", _("Line")),
    ("presence", _("Lamp of a person")),
    ("speed_dial", _("Speed dial")),
    ("parking", _("Parking spot")),
    ("personal_parking", _("Parking of a person")),
)
_DIRECTIONS: Choices = (("inbound", _("Incoming")), ("outbound", _("Outgoing")), ("both", _("Both")))
_HOOKS: Choices = (
    ("channel_create", _("A call begins")),
    ("channel_answer", _("A call is answered")),
    ("channel_bridge", _("Two ends are connected")),
    ("channel_destroy", _("A call ends")),
    ("parking", _("A call is parked")),
    ("sms", _("A text message")),
    ("mms", _("A picture message")),
    ("notifications", _("Notices, such as of voicemail")),
    ("object", _("A setting is changed")),
    ("callflow", _("A callflow asks for it")),
    ("all", _("Every event")),
)
_MONTHS: Choices = tuple((str(number), name) for number, name in MONTHS.items())
_CIPHERS: Choices = (("zrtp", "ZRTP"), ("srtp", "SRTP"))

# By family and path; those of CHOICES hold wherever a field of that name stands.
WORDS: dict[tuple[str, str], Choices] = {
    ("users", "priv_level"): LEVELS,
    ("temporal_rules", "cycle"): _CYCLES,
    ("temporal_rules", "wdays"): _WEEKDAYS,
    ("temporal_rules", "ordinal"): _ORDINALS,
    ("temporal_rules", "month"): _MONTHS,
    ("webhooks", "hook"): _HOOKS,
    ("media", "media_source"): _SOURCES,
    ("media", "tts.voice"): VOICE_CHOICES,
    ("queues", "strategy"): _STRATEGIES,
    ("devices", "sip.method"): METHODS,
    ("users", "profile.addresses.types"): _ADDRESSES,
    ("phone_numbers", "e911.status"): _PLACES,
    **{(one, "caller_id_options.type"): _CALLER_IDS for one in ("resources", "resource_templates")},
    **dict.fromkeys(_RECORDED, _FAR_SIDES),
    **{(family, f"{place}.format"): _FILES for family, place in _RECORDED},
    **{(family, f"{place}.module"): _FEATURES for family, place in _DURING_CALLS},
    **{(family, f"{place}.data.action"): _TURNS for family, place in _DURING_CALLS},
    **{(family, f"{place}.data.transfer_type"): _TRANSFERS for family, place in _DURING_CALLS},
    **{(family, f"{place}.data.leg"): _LEGS for family, place in _DURING_CALLS},
    **{(family, f"{place}.data.format"): _FILES for family, place in _DURING_CALLS},
    **{("devices", f"provision.{one}_keys.type"): _PHONE_KEYS for one in ("combo", "feature")},
    **{(one, "call_restriction.action"): _RESTRICTIONS for one in ("accounts", "users", "devices")},
    ("groups", "endpoints.type"): (("user", _("Person")), ("device", _("Device")), ("group", _("Group"))),
}
CHOICES: dict[str, Choices] = {
    "device_type": DEVICE_TYPES,
    "auth_method": METHODS,
    "media_handling": _MEDIA,
    "bypass_media": _STRAIGHT,
    "outbound_privacy": _PRIVACY,
    "caller_id_type": _CALLER_IDS,
    "channel_selection": _CHANNELS,
    "gateway_strategy": _WAYS,
    "timezone": tuple((name, name.replace("_", " ")) for name in zone_names()),
    "direction": _DIRECTIONS,
    "listen_on": _LEGS,
    "invite_format": _FORMATS,
    "inbound_format": _FORMATS,
    "endpoint_type": _ENDPOINTS,
    "http_verb": _VERBS,
    "format": _BODIES,
    "methods": _CIPHERS,
    "sort_by": _NAMES,
    "search_fields": _NAMES,
}
USED_BY = _USED_BY
