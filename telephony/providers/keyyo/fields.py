"""What Keyyo's documents say, field by field, as pages and lists show it. Names and meanings: README.md."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from telephony.providers.fields import DocumentField as Field

_AT_KEYYO = _("At Keyyo")
_FORWARDING = _("What callers get")
_ELSEWHERE = _("On forwarded calls")
_NUMBERS = _("Numbers")
_ADDRESS = _("Address")
_PERIOD = _("Period")

TYPE = Field(path="_resource_type", label=_("Type"), kind="code", group=_AT_KEYYO)

_STATES = (
    ("in_service", _("In service")),
    ("setup_pending", _("Being set up")),
    ("suspended", _("Suspended")),
    ("cancellation_pending", _("Being cancelled")),
    ("cancelled", pgettext_lazy("state of a service", "Cancelled")),
)
_BLOCKING = (("pending", _("will be blocked")), ("blocked", _("blocked")))
_OPTIONS = (
    ("sms", _("Text messages")),
    ("crypt", _("Encryption")),
    ("supervision", _("Supervision")),
    ("iphone", _("iPhone")),
)

_NAME = Field(path="name", label=_("Name"))
_NUMBER = Field(path="formatted_csi", label=_("Number"), kind="number", column=True)
_ADDRESS_OF_SERVICE = Field(path="formatted_csi", label=_("Address"), kind="code", column=True)
_OFFER = Field(path="offer_name", label=_("Offer"), column=True)
_SINCE = Field(path="commitment_start_date", label=_("Since"), kind="date", column=True)
_PRESENTED = Field(path="presented_number", label=_("Presented number"), kind="number", column=True)
_CALLS = (
    _PRESENTED,
    Field(path="incoming_acd_calls_allowed", label=_("Calls of a group ring it"), kind="boolean"),
)
_STATE = (
    Field(path="status", label=_("State"), choices=_STATES),
    Field(path="blocking_status", label=_("Blocking"), choices=_BLOCKING, empty=_("not blocked")),
    Field(path="options", label=_("Options"), choices=_OPTIONS),
)
_SERVICE_AT_KEYYO = (
    Field(path="csi", label=_("Identifier (CSI)"), kind="code", group=_AT_KEYYO),
    Field(path="presented_number_raw", label=_("Presented number, raw"), kind="code", group=_AT_KEYYO),
    Field(path="offer_id", label=_("Offer number"), kind="code", group=_AT_KEYYO),
    TYPE,
)


def service(*own: Field, number: Field = _NUMBER) -> tuple[Field, ...]:
    """The fields of a service of any type, with its own after the name and number."""
    return (number, _NAME, *own, _OFFER, _SINCE, *_STATE, *_SERVICE_AT_KEYYO)


SIP_LINE = service(Field(path="short_number", label=_("Short number"), kind="number", column=True), *_CALLS)
MOBILE = service(*_CALLS)
NUMBER = service()
MAIL_ACCOUNT = service(
    Field(path="first_name", label=_("First name"), column=True),
    Field(path="last_name", label=_("Last name"), column=True),
    Field(path="quota", label=_("Quota"), kind="integer", unit=_("MB"), column=True),
    number=_ADDRESS_OF_SERVICE,
)
DSL_ACCESS = service(
    Field(path="reference_number", label=_("Reference"), column=True),
    Field(
        path="maximum_download_speed", label=_("Download speed"), kind="integer", unit="kbit/s", column=True
    ),
    Field(path="maximum_upload_speed", label=_("Upload speed"), kind="integer", unit="kbit/s", column=True),
    number=_ADDRESS_OF_SERVICE,
)
VIRTUAL_FAX = service(
    Field(path="email", label=_("E-mail address"), column=True),
    Field(path="password", label=_("Password")),
)

_FORCED = Field(path="forced", label=_("Forced"), kind="boolean", column=True)
_PROFILE_AT_KEYYO = (
    Field(path="identifier", label=_("Identifier"), kind="code", group=_AT_KEYYO),
    TYPE,
)
GROUP_PROFILE = (
    Field(path="name", label=_("Name"), empty=_("Default")),
    _FORCED,
    *_PROFILE_AT_KEYYO,
)
PROFILE = (
    *GROUP_PROFILE[:2],
    Field(
        path="forward_unconditionally_number",
        label=_("Every call to"),
        brief=_("Forward all to"),
        kind="number",
        group=_FORWARDING,
        empty=_("nobody, the line rings"),
        column=True,
    ),
    Field(
        path="forward_on_no_answer_number",
        label=_("If nobody answers, to"),
        brief=_("No answer to"),
        kind="number",
        group=_FORWARDING,
        empty=_("nobody"),
        column=True,
    ),
    Field(
        path="forward_delay",
        label=_("After ringing for"),
        brief=_("After"),
        kind="duration_s",
        group=_FORWARDING,
        column=True,
    ),
    Field(
        path="forward_to_voicemail",
        label=_("To voicemail"),
        brief=pgettext_lazy("column", "Voicemail"),
        kind="boolean",
        group=_FORWARDING,
        column=True,
    ),
    Field(
        path="backup_number",
        label=_("If out of service, to"),
        brief=_("Backup number"),
        kind="number",
        group=_FORWARDING,
        empty=_("nobody"),
        column=True,
    ),
    Field(
        path="forward_use_account_callerid_presentation",
        label=_("Shows the line’s own number"),
        kind="boolean",
        group=_ELSEWHERE,
    ),
    *_PROFILE_AT_KEYYO,
)

BARRING_WORDS = (
    ("international", _("International")),
    ("mobile", _("Mobile")),
    ("premium", _("Premium")),
    ("national", _("National")),
    ("special", _("Special numbers")),
    ("roaming", _("Roaming")),
    ("satellite", _("Satellite")),
)
BLACKLIST = (
    Field(path="numbers", label=_("Refused callers"), kind="number", empty=_("nobody"), column=True),
)
BARRING_GROUPS = (
    Field(path="groups", label=_("Groups"), choices=BARRING_WORDS, empty=_("none"), column=True),
)
BARRED_GROUPS = (
    Field(path="groups", label=_("Barred"), choices=BARRING_WORDS, empty=_("nothing"), column=True),
)

PLUGIN = (
    Field(path="name", label=_("Name"), kind="code"),
    Field(path="enabled", label=_("Enabled"), kind="boolean", column=True),
    TYPE,
)
PARAMETER = (
    Field(path="name", label=_("Name"), kind="code"),
    Field(path="value", label=_("Value"), kind="code", empty=_("not set"), column=True),
    Field(path="information", label=_("Meaning")),
    TYPE,
)
TERMINAL = (
    Field(path="user_agent", label=_("Device"), column=True),
    Field(path="private_ip", label=_("Private address"), kind="code", column=True),
    Field(path="public_ip", label=_("Public address"), kind="code", column=True),
    Field(path="cdi", label=_("Identifier"), kind="code", group=_AT_KEYYO),
    TYPE,
)
_PROMPTS = _("What callers hear")
VOICEMAIL = (
    _NAME,
    Field(path="email", label=_("E-mail address"), column=True),
    Field(path="recording_enabled", label=_("Records messages"), kind="boolean", column=True),
    Field(path="instructions_enabled", label=_("Spoken instructions"), kind="boolean"),
    Field(path="answering_audio_file_id", label=_("Greeting"), kind="ref", group=_PROMPTS),
    Field(
        path="recording_audio_file_id_unavailable", label=_("When nobody answers"), kind="ref", group=_PROMPTS
    ),
    Field(path="recording_audio_file_id_busy", label=_("When the line is busy"), kind="ref", group=_PROMPTS),
    TYPE,
)
AUDIO_FILE = (
    _NAME,
    Field(path="is_personal", label=_("Personal"), kind="boolean", column=True),
    Field(
        path="type",
        label=_("Used for"),
        choices=(("answering", _("greeting")), ("recording", _("recording prompt"))),
    ),
    Field(path="id", label=_("Identifier"), kind="code", group=_AT_KEYYO),
    TYPE,
)

_UNITS = (("Mo", _("MB")), ("minute", _("min")), ("second", _("s")), ("sms", _("text messages")))
USAGE = (
    Field(path="description", label=_("Plan")),
    Field(path="total", label=_("Total"), kind="integer", unit_path="unit", choices=_UNITS, column=True),
    Field(path="used", label=_("Used"), kind="integer", unit_path="unit", choices=_UNITS),
    Field(path="remaining", label=_("Left"), kind="integer", unit_path="unit", choices=_UNITS, column=True),
    Field(path="start_ts", label=pgettext_lazy("of a period", "From"), kind="unix_s", group=_PERIOD),
    Field(path="end_ts", label=pgettext_lazy("of a period", "To"), kind="unix_s", group=_PERIOD),
    Field(path="last_usage_ts", label=_("Last used"), kind="unix_s", group=_PERIOD),
    Field(path="last_update_ts", label=_("Counted by Keyyo"), kind="unix_s", group=_PERIOD),
    Field(path="unit", label=_("Unit"), kind="code", group=_AT_KEYYO),
    Field(path="id", label=_("Identifier"), kind="code", group=_AT_KEYYO),
    TYPE,
)
OFFER = (_NAME, Field(path="id", label=_("Offer number"), kind="code", column=True), TYPE)
TASK = (
    Field(path="description", label=_("Description")),
    Field(path="action", label=_("Action"), kind="code", column=True),
    Field(
        path="status",
        label=_("State"),
        choices=(
            ("TODO", _("to be done")),
            ("WAIT", _("waiting")),
            ("DONE", _("done")),
            ("ERROR", _("failed")),
            ("FAILED", _("failed")),
            ("CANCEL", _("cancelled")),
            ("UNKNOWN", _("not known")),
        ),
    ),
    Field(path="creation_date", label=_("Ordered"), kind="datetime"),
    Field(path="planned_date", label=_("Planned"), kind="datetime", column=True),
    Field(path="execution_date", label=_("Done"), kind="datetime", empty=_("not yet"), column=True),
    TYPE,
)

BRANCH = (
    _NAME,
    Field(
        path="parent_branch_uid",
        label=_("Inside"),
        kind="ref",
        empty=_("nothing, it is the top"),
        column=True,
    ),
    Field(path="depth", label=_("Level"), kind="integer"),
    Field(path="uid", label=_("Identifier"), kind="code", group=_AT_KEYYO),
    TYPE,
)
_HOME = pgettext_lazy("telephone number", "Home")
CONTACT = (
    Field(path="first_name", label=_("First name")),
    Field(path="name", label=_("Family name")),
    Field(path="company", label=_("Company"), column=True),
    Field(path="job", label=_("Job"), column=True),
    Field(path="email", label=_("E-mail address"), column=True),
    Field(path="branch_uid", label=_("Folder"), kind="ref"),
    Field(path="default_number", label=_("Number to call first"), kind="number", group=_NUMBERS),
    Field(path="work_number", label=_("Work"), kind="number", group=_NUMBERS, column=True),
    Field(path="mobile_number", label=_("Mobile"), kind="number", group=_NUMBERS, column=True),
    Field(path="home_number", label=_HOME, kind="number", group=_NUMBERS, column=True),
    Field(path="work_speed_number", label=_("Short code, work"), kind="number", group=_NUMBERS),
    Field(path="mobile_speed_number", label=_("Short code, mobile"), kind="number", group=_NUMBERS),
    Field(path="home_speed_number", label=_("Short code, home"), kind="number", group=_NUMBERS),
    Field(path="address", label=_("Street and number"), group=_ADDRESS),
    Field(path="zipcode", label=_("Post code"), group=_ADDRESS),
    Field(path="city", label=_("Town"), group=_ADDRESS),
    Field(path="country", label=_("Country"), group=_ADDRESS),
    Field(path="uid", label=_("Identifier"), kind="code", group=_AT_KEYYO),
    TYPE,
)
