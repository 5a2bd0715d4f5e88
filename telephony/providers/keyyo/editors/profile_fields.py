"""The fields of a forwarding profile, and what it does as one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from telephony.providers.edit_fields import Field, Fields, Surroundings
from telephony.providers.keyyo.documents import flag, integer, text
from telephony.providers.keyyo.editors.common import number_in, seconds
from telephony.providers.phrases import Number, Said, Strong, said

ALWAYS = "forward_unconditionally_number"
NO_ANSWER = "forward_on_no_answer_number"
DELAY = "forward_delay"
VOICEMAIL = "forward_to_voicemail"
SHOWS_LINE = "forward_use_account_callerid_presentation"
BACKUP = "backup_number"
NUMBERS = (ALWAYS, NO_ANSWER, BACKUP)
FLAGS = ("forced", VOICEMAIL, SHOWS_LINE)
DEFAULT = "default"
KINDS = ("VoIPAccountProfile", "ACDProfile")
LONGEST_DELAY_S = 120
LAST_DELAY_S = 20  # what a new profile starts with


def _number_or(nobody: Any) -> Any:
    def words(value: Any, around: Surroundings) -> Any:
        return said("{number}", number=Number(str(value))) if value else nobody

    return words


def _shown_words(value: Any, around: Surroundings) -> Any:
    if not value:
        return lazy("the caller’s")
    if around.line_number:
        return said(_("this line’s, {number}"), number=Number(around.line_number))
    return lazy("this line’s")


NAME = Field(
    name="name",
    label=lazy("Name"),
    max_length=64,
    help=lazy("What colleagues call it: “Lunch”, “On call”."),
    empty=lazy("Default"),
    group=lazy("Profile"),
)
FORCED = Field(
    name="forced",
    label=lazy("Forced"),
    kind="boolean",
    help=lazy("In force now, whatever the schedule says, until somebody releases it."),
    group=lazy("Profile"),
)
FIELDS = (
    NAME,
    FORCED,
    Field(
        name=ALWAYS,
        label=lazy("Every call to"),
        brief=lazy("every call"),
        kind="number",
        help=lazy("The line does not ring any more. Empty: it rings."),
        words=_number_or(lazy("nobody, the line rings")),
        group=lazy("Every call"),
    ),
    Field(
        name=NO_ANSWER,
        label=lazy("If nobody answers, to"),
        brief=lazy("forward when nobody answers"),
        kind="number",
        help=lazy("Also when the line is busy. Empty: the caller goes on hearing it ring."),
        words=_number_or(lazy("nobody")),
        group=lazy("Nobody answers, or the line is busy"),
    ),
    Field(
        name=DELAY,
        label=lazy("After ringing for"),
        brief=lazy("delay"),
        kind="duration_s",
        minimum=0,
        maximum=LONGEST_DELAY_S,
        help=lazy("Seconds, 0 to 120."),
        group=lazy("Nobody answers, or the line is busy"),
    ),
    Field(
        name=VOICEMAIL,
        label=lazy("To voicemail"),
        brief=lazy("voicemail"),
        kind="boolean",
        help=lazy("Calls that no number above takes go to the mailbox of the line."),
        group=lazy("Nobody answers, or the line is busy"),
    ),
    Field(
        name=SHOWS_LINE,
        label=lazy("Number shown there"),
        brief=lazy("number shown"),
        kind="boolean",
        help=lazy("Whoever gets the forwarded call sees the number of this line instead of the caller’s."),
        words=_shown_words,
        group=lazy("On forwarded calls"),
    ),
    Field(
        name=BACKUP,
        label=lazy("If out of service, to"),
        brief=lazy("backup number"),
        kind="number",
        help=lazy("Takes calls when no telephone of the line is reachable."),
        words=_number_or(lazy("nobody")),
        group=lazy("The line is out of service"),
    ),
)


def read_profile(document: Mapping[str, Any]) -> Fields:
    """The editable fields of a profile document; a group's profile has a name and whether it is forced."""
    fields: Fields = {"name": text(document, "name"), "forced": flag(document, "forced")}
    if document.get("_resource_type") == "ACDProfile" or ALWAYS not in document and DELAY not in document:
        return fields
    fields |= {name: number_in(document.get(name)) for name in NUMBERS}
    fields |= {name: flag(document, name) for name in (VOICEMAIL, SHOWS_LINE)}
    fields[DELAY] = integer(document, DELAY) or 0
    return fields


def sentence(fields: Fields) -> Said:
    """What callers get under a profile: "Rings here for 20 s, then Réception. ..." """
    if DELAY not in fields and ALWAYS not in fields:
        return said(_("Plays the group’s greeting and rings its lines as set up at Keyyo."))
    parts: list[str] = []
    values: dict[str, Any] = {}
    if fields.get(ALWAYS):
        parts.append(_("Every call rings {always}{shown}."))
        values["always"] = Number(fields[ALWAYS])
    elif fields.get(NO_ANSWER):
        parts.append(_("Rings here for {delay}, then {other}{shown}."))
        values |= {"delay": Strong(seconds(fields.get(DELAY))), "other": Number(fields[NO_ANSWER])}
        parts.append("" if fields.get(VOICEMAIL) else _("No voicemail."))
    elif fields.get(VOICEMAIL) and not fields.get(DELAY):
        parts.append(_("Every call goes to the **voicemail** at once. Nothing rings."))
    elif fields.get(VOICEMAIL):
        parts.append(_("Rings here for {delay}, then the **voicemail**."))
        values["delay"] = Strong(seconds(fields.get(DELAY)))
    else:
        parts.append(_("Rings here until somebody answers. No voicemail."))
    values["shown"] = _(", shown with this line’s number") if fields.get(SHOWS_LINE) else ""
    if fields.get(BACKUP):
        parts.append(_("If the line is out of service: {backup}."))
        values["backup"] = Number(fields[BACKUP])
    return Said(" ".join(filter(None, parts)), values)


def profiles_around(around: Surroundings) -> list[Mapping[str, Any]]:
    return [document for kind in KINDS for document in around.around.get(kind, ())]
