"""Forwarding profiles of lines and groups: what they do in sentences, how they are changed, what that means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from telephony.providers.editing import (
    Consequence,
    Done,
    Editor,
    Ending,
    Field,
    Fields,
    Inverse,
    Place,
    Route,
    Surroundings,
)
from telephony.providers.keyyo.documents import flag, integer, text
from telephony.providers.keyyo.editors.common import (
    against_number,
    is_abroad,
    is_mobile,
    is_premium,
    line_words,
    number_in,
    number_out,
    quoted,
    seconds,
)
from telephony.providers.keyyo.kinds import GROUP, SIP_LINE
from telephony.providers.phrases import Money, Number, Said, Strong, said

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


_NAME = Field(
    name="name",
    label=lazy("Name"),
    max_length=64,
    help=lazy("What colleagues call it: “Lunch”, “On call”."),
    empty=lazy("Default"),
    group=lazy("Profile"),
)
_FORCED = Field(
    name="forced",
    label=lazy("Forced"),
    kind="boolean",
    help=lazy("In force now, whatever the schedule says, until somebody releases it."),
    group=lazy("Profile"),
)
FIELDS = (
    _NAME,
    _FORCED,
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


class ProfileEditor(Editor):
    """What creating, changing and removing a profile have in common."""

    id_field = "identifier"
    reads = KINDS
    refreshes = True

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        return (_NAME, _FORCED) if around.line_kind == GROUP else FIELDS

    def place(self, address: Mapping[str, Any], around: Surroundings) -> Place:
        kind = "ACDProfile" if around.line_kind == GROUP else "VoIPAccountProfile"
        return Place(
            kind=kind,
            parent_remote_id=str(address.get("csi", "")),
            remote_id=str(address.get("profile_identifier", "")),
        )

    def read(self, document: Mapping[str, Any]) -> Fields:
        return read_profile(document)

    def clean(self, wanted: Fields, around: Surroundings) -> Fields:
        cleaned = dict(wanted)
        for name in NUMBERS:
            if name in cleaned:
                cleaned[name] = number_in(cleaned[name], around.region)
        if "name" in cleaned:
            cleaned["name"] = str(cleaned["name"]).strip()
        if cleaned.get(DELAY) is None and DELAY in cleaned:
            cleaned[DELAY] = 0
        return cleaned

    def body(self, wanted: Fields, before: Fields | None) -> Fields:
        sent: Fields = {}
        for name, value in wanted.items():
            sent[name] = number_out(value) if name in NUMBERS else value
        return sent

    def check(self, wanted: Fields, before: Fields | None, around: Surroundings) -> dict[str, str]:
        refused = super().check(wanted, before, around)
        for name in NUMBERS:
            if name in wanted and (reason := against_number(wanted[name], around)):
                refused[name] = reason
        for name in NUMBERS:
            if wanted.get(name) and wanted[name] == around.line_number:
                refused[name] = _("A line cannot forward to itself.")
        if wanted.get(ALWAYS) and around.sends_all_to(wanted[ALWAYS]) == around.line_number != "":
            refused[ALWAYS] = _("That line sends every call back here: the call would go round in circles.")
        return refused

    def object_label(self, address: Mapping[str, Any], before: Fields | None, around: Surroundings) -> str:
        name = (before or {}).get("name") or self._name_in(around, address.get("profile_identifier", ""))
        return _("profile %(name)s") % {"name": quoted(name or _("Default"))}

    def _name_in(self, around: Surroundings, identifier: Any) -> str:
        found = [one for one in profiles_around(around) if text(one, "identifier") == str(identifier)]
        return text(found[0], "name") if found else ""


class ProfileUpdate(ProfileEditor):
    title = lazy("Change a profile")

    def check(self, wanted: Fields, before: Fields | None, around: Surroundings) -> dict[str, str]:
        refused = super().check(wanted, before, around)
        if wanted.get("name") == "" and before and before.get("name"):
            refused["name"] = _("A profile of your own needs a name.")
        return refused

    def summary(self, before: Fields | None, wanted: Fields, around: Surroundings) -> str:
        name = quoted((before or {}).get("name") or _("Default"))
        if set(wanted) == {"forced"}:
            words = _("%(profile)s forced") if wanted["forced"] else _("%(profile)s released")
            return words % {"profile": name}
        return _("%(profile)s: %(what)s") % {
            "profile": name,
            "what": super().summary(before, wanted, around),
        }

    def consequences(
        self, before: Fields | None, wanted: Fields, around: Surroundings
    ) -> tuple[Consequence, ...]:
        return profile_consequences(before or {}, wanted, around)

    def route(self, before: Fields | None, wanted: Fields, around: Surroundings) -> Route | None:
        if not {ALWAYS, NO_ANSWER, DELAY, VOICEMAIL, SHOWS_LINE} & wanted.keys() or before is None:
            return None
        return Route(
            origin=around.line_name or around.line_number,
            before=ending(before),
            after=ending({**before, **wanted}),
        )


class ProfileCreate(ProfileEditor):
    title = lazy("Add a profile")

    def blank(self, around: Surroundings) -> Fields:
        if around.line_kind == GROUP:
            return {"name": "", "forced": False}
        return {
            "name": "",
            **dict.fromkeys(FLAGS, False),
            **dict.fromkeys(NUMBERS, ""),
            DELAY: LAST_DELAY_S,
        }

    def check(self, wanted: Fields, before: Fields | None, around: Surroundings) -> dict[str, str]:
        refused = super().check(wanted, before, around)
        name = wanted.get("name", "")
        if not name:
            refused["name"] = _("A profile of your own needs a name.")
        elif name.casefold() in {text(one, "name").casefold() for one in profiles_around(around)}:
            refused["name"] = _("There is a profile of this name already.")
        return refused

    def object_label(self, address: Mapping[str, Any], before: Fields | None, around: Surroundings) -> str:
        return _("a new profile")

    def summary(self, before: Fields | None, wanted: Fields, around: Surroundings) -> str:
        return _("Profile %(name)s added") % {"name": quoted(wanted.get("name", ""))}

    def consequences(
        self, before: Fields | None, wanted: Fields, around: Surroundings
    ) -> tuple[Consequence, ...]:
        return profile_consequences({}, wanted, around)

    def route(self, before: Fields | None, wanted: Fields, around: Surroundings) -> Route | None:
        return None

    def inverse(self, done: Done) -> Inverse | None:
        if not done.created:
            return None
        return Inverse(
            operation="services.profiles.delete",
            address={"csi": done.address["csi"], "profile_identifier": done.created},
            wanted={},
            seen=done.after,
        )


class ProfileDelete(ProfileEditor):
    title = lazy("Remove a profile")

    def check(self, wanted: Fields, before: Fields | None, around: Surroundings) -> dict[str, str]:
        if before is not None and not before.get("name"):
            return {"": _("The default profile cannot be removed: every line has one.")}
        return {}

    def summary(self, before: Fields | None, wanted: Fields, around: Surroundings) -> str:
        return _("Profile %(name)s removed") % {"name": quoted((before or {}).get("name") or "")}

    def consequences(
        self, before: Fields | None, wanted: Fields, around: Surroundings
    ) -> tuple[Consequence, ...]:
        said_so = [
            Consequence(
                icon="arrow-back-up",
                text=said(_("It can be made again with the same settings, under **a new identifier**.")),
            )
        ]
        if before and before.get("forced"):
            said_so.insert(
                0,
                Consequence(
                    icon="alert-triangle",
                    tone="warn",
                    text=said(
                        _(
                            "**In force now:** once it is gone, calls follow the schedule or the default profile."
                        )
                    ),
                ),
            )
        return tuple(said_so)

    def inverse(self, done: Done) -> Inverse | None:
        if done.before is None:
            return None
        return Inverse(
            operation="services.profiles.create",
            address={"csi": done.address["csi"]},
            wanted=dict(done.before),
            note=lazy("It comes back under a new identifier; what names the old one no longer finds it."),
        )


# ---- what a change means ----


def ending(fields: Fields) -> Ending:
    """Where a call ends up that nobody at the line answers."""
    note = _("shows this line’s number") if fields.get(SHOWS_LINE) else ""
    if fields.get(ALWAYS):
        return Ending(
            label=said("{number}", number=Number(fields[ALWAYS])), condition=_("every call"), note=note
        )
    if fields.get(NO_ANSWER):
        return Ending(
            label=said("{number}", number=Number(fields[NO_ANSWER])),
            wait_s=fields.get(DELAY) or 0,
            condition=_("nobody answers"),
            note=note,
        )
    if fields.get(VOICEMAIL):
        return Ending(
            label=said(_("Voicemail")),
            wait_s=fields.get(DELAY) or None,
            condition=_("nobody answers") if fields.get(DELAY) else _("every call"),
        )
    return Ending(label=said(_("nowhere, it rings on")), condition=_("nobody answers"))


def profile_consequences(before: Fields, wanted: Fields, around: Surroundings) -> tuple[Consequence, ...]:
    """What changing a profile from `before` by `wanted` will mean, most important first."""
    after = {**before, **wanted}
    found: list[Consequence] = []
    if "forced" in wanted:
        found += _forcing(after, around)
    if {ALWAYS, NO_ANSWER, DELAY, VOICEMAIL} & wanted.keys():
        found += _ringing(after, around)
    if {SHOWS_LINE, ALWAYS, NO_ANSWER} & wanted.keys():
        found += _presenting(after, around)
    if after.get(NO_ANSWER) and not after.get(ALWAYS):
        found += _last_week(around)
    if wanted.get(BACKUP):
        found.append(
            Consequence(
                icon="plug-connected-x",
                text=said(
                    _("When no telephone of the line is reachable, {number} takes the calls."),
                    number=Number(wanted[BACKUP]),
                ),
            )
        )
    for name in NUMBERS:
        if wanted.get(name):
            found += _costs(wanted[name], around)
    found += _checked([wanted[name] for name in NUMBERS if wanted.get(name)], around)
    found += _in_force(before, wanted, around)
    return tuple(found)


def _forcing(after: Fields, around: Surroundings) -> list[Consequence]:
    name = quoted(after.get("name") or _("Default"))
    if not after.get("forced"):
        others = _forced_names(around, except_name=after.get("name", ""))
        if others:
            return [
                Consequence(
                    icon="lock",
                    tone="warn",
                    text=said(_("{other} is forced as well and stays in force."), other=Strong(others[0])),
                )
            ]
        return [
            Consequence(
                icon="lock-open",
                text=said(
                    _("Calls follow the schedule again, or the **default profile** where none applies.")
                ),
            )
        ]
    found = [
        Consequence(
            icon="lock",
            text=said(
                _("From now on {profile} decides what every caller gets, until somebody releases it."),
                profile=Strong(name),
            ),
        )
    ]
    if others := _forced_names(around, except_name=after.get("name", "")):
        found.append(
            Consequence(
                icon="lock-open", text=said(_("{other} is released by this."), other=Strong(others[0]))
            )
        )
    return found


def _ringing(after: Fields, around: Surroundings) -> list[Consequence]:
    if after.get(ALWAYS):
        return [
            Consequence(
                icon="phone-incoming",
                text=said(
                    _("Every call to this line will ring {number} at once; here **nothing rings**."),
                    number=Number(after[ALWAYS]),
                ),
            )
        ]
    if after.get(NO_ANSWER):
        return [
            Consequence(
                icon="phone-incoming",
                text=said(
                    _("Calls to this line will ring {number} after {delay}."),
                    number=Number(after[NO_ANSWER]),
                    delay=Strong(seconds(after.get(DELAY))),
                ),
            )
        ]
    if after.get(VOICEMAIL):
        template = (
            _("Calls to this line go to the **voicemail** after {delay}.")
            if after.get(DELAY)
            else _("Calls to this line go to the **voicemail** at once; **nothing rings**.")
        )
        return [Consequence(icon="record-mail", text=said(template, delay=Strong(seconds(after.get(DELAY)))))]
    return [
        Consequence(
            icon="phone-incoming",
            text=said(_("Calls ring here and **nowhere else**, however long it takes.")),
        )
    ]


def _presenting(after: Fields, around: Surroundings) -> list[Consequence]:
    number = after.get(ALWAYS) or after.get(NO_ANSWER)
    if not number:
        return []
    template = (
        _("{number} will see the number of this line, **not who is calling**.")
        if after.get(SHOWS_LINE)
        else _("{number} will see who is calling.")
    )
    return [Consequence(icon="user-question", text=said(template, number=Number(number)))]


def _last_week(around: Surroundings) -> list[Consequence]:
    calls, unanswered = around.last_week()
    if not calls:
        return []
    return [
        Consequence(
            icon="history",
            text=said(
                _("Last week {unanswered} calls to this line were not answered; such calls go there."),
                unanswered=Strong(_("%(some)s of %(all)s") % {"some": unanswered, "all": calls}),
            ),
        )
    ]


def _costs(number: str, around: Surroundings) -> list[Consequence]:
    found: list[Consequence] = []
    if (cost := around.cost_of(number)) is not None and cost > 0:
        kind = _("a mobile") if is_mobile(number) else _("that number")
        found.append(
            Consequence(
                icon="coin-euro",
                text=said(
                    _("Forwarding to {kind} costs about {price} a minute, paid by this line."),
                    kind=kind,
                    price=Money(cost, around.currency),
                ),
            )
        )
    if is_premium(number):
        found.append(
            Consequence(
                icon="alert-triangle",
                tone="warn",
                text=said(
                    _("**A premium number:** each forwarded call is charged, whoever calls: {number}."),
                    number=Number(number),
                ),
            )
        )
    elif is_abroad(number, around):
        found.append(
            Consequence(
                icon="world",
                tone="warn",
                text=said(
                    _("**A call abroad:** every forwarded call is charged as one to {number}."),
                    number=Number(number),
                ),
            )
        )
    return found


def _checked(numbers: Sequence[str], around: Surroundings) -> list[Consequence]:
    """What was looked up about the new targets, so that nobody needs to."""
    own = around.own_among(numbers) if numbers else ()
    return [
        Consequence(
            icon="shield-check",
            text=said(
                _("**Checked:** {number} is a line of yours and does not send every call back here."),
                number=Number(number),
            ),
        )
        for number in dict.fromkeys(numbers)
        if number in own
    ]


def _in_force(before: Fields, wanted: Fields, around: Surroundings) -> list[Consequence]:
    """Whether it counts at once: not while another profile is forced."""
    if "forced" in wanted or before.get("forced"):
        return []
    others = _forced_names(around, except_name=before.get("name", "\0") if before else "\0")
    if others:
        return [
            Consequence(
                icon="clock-pause",
                tone="warn",
                text=said(
                    _(
                        "**Not at once:** {other} is forced on {line}. This profile counts when that is released."
                    ),
                    other=Strong(others[0]),
                    line=line_words(around),
                ),
            )
        ]
    return []


def _forced_names(around: Surroundings, *, except_name: str) -> list[str]:
    return [
        quoted(text(one, "name") or _("Default"))
        for one in profiles_around(around)
        if flag(one, "forced") and text(one, "name") != except_name
    ]


def in_force(documents: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Profiles in the order of a page: forced ones first, then the default one, then by name."""
    return sorted(
        documents,
        key=lambda one: (
            not flag(one, "forced"),
            text(one, "identifier") != DEFAULT,
            text(one, "name").casefold(),
        ),
    )


__all__ = [
    "SIP_LINE",
    "ProfileCreate",
    "ProfileDelete",
    "ProfileUpdate",
    "in_force",
    "read_profile",
    "sentence",
]
