"""What changing a forwarding profile will mean for callers, colleagues and the bill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from telephony.providers.edit_effects import Consequence, Ending
from telephony.providers.edit_fields import Fields, Surroundings
from telephony.providers.keyyo.documents import flag, text
from telephony.providers.keyyo.editors.common import (
    is_abroad,
    is_mobile,
    is_premium,
    line_words,
    quoted,
    seconds,
)
from telephony.providers.keyyo.editors.profile_fields import (
    ALWAYS,
    BACKUP,
    DEFAULT,
    DELAY,
    NO_ANSWER,
    NUMBERS,
    SHOWS_LINE,
    VOICEMAIL,
    profiles_around,
    read_profile,
    sentence,
)
from telephony.providers.phrases import Money, Number, Strong, said


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


def ruling(profiles: Sequence[Mapping[str, Any]]) -> Fields | None:
    """The fields of the profile that decides among these: a forced one, else the default one."""
    found = [one for one in profiles if flag(one, "forced")]
    found = found or [one for one in profiles if text(one, "identifier") == DEFAULT]
    fields = read_profile(found[0]) if found else {}
    return fields if DELAY in fields else None


def profile_consequences(before: Fields, wanted: Fields, around: Surroundings) -> tuple[Consequence, ...]:
    """What changing a profile from `before` by `wanted` will mean, most important first."""
    after = {**before, **wanted}
    found: list[Consequence] = []
    if wanted.get("forced") or (before and "forced" in wanted):
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
        ),
        Consequence(icon="phone-incoming", text=sentence(after)),
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
    """Whether it counts at once: not while another profile is forced, nor when only being forced puts it in force."""
    if wanted.get("forced") or before.get("forced"):
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
    if (before.get("name") if before else wanted.get("name")) and wanted.keys() != {"name"}:
        return [
            Consequence(
                icon="clock-pause",
                text=said(
                    _("**Not at once:** this profile counts when it is forced, or the schedule chooses it.")
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
