"""How forwarding profiles of lines and groups are made, changed, forced and removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from telephony.providers.edit_effects import Consequence, Route
from telephony.providers.edit_fields import Field, Fields, Surroundings
from telephony.providers.editing import Done, Editor, Inverse, Place
from telephony.providers.keyyo.documents import text
from telephony.providers.keyyo.editors.common import against_number, number_in, number_out, quoted
from telephony.providers.keyyo.editors.profile_effects import ending, profile_consequences, ruling
from telephony.providers.keyyo.editors.profile_fields import (
    ALWAYS,
    DELAY,
    FIELDS,
    FLAGS,
    FORCED,
    KINDS,
    LAST_DELAY_S,
    NAME,
    NO_ANSWER,
    NUMBERS,
    SHOWS_LINE,
    VOICEMAIL,
    profiles_around,
    read_profile,
)
from telephony.providers.keyyo.kinds import GROUP
from telephony.providers.phrases import said

_UNNAMED = replace(NAME, is_fixed=True, help=lazy("The default profile has no name of its own."))


def _is_default(around: Surroundings) -> bool:
    return around.address.get("profile_identifier") == "default"


class ProfileEditor(Editor):
    """What creating, changing and removing a profile have in common."""

    id_field = "identifier"
    reads = KINDS
    refreshes = True

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        own = (NAME, FORCED) if around.line_kind == GROUP else FIELDS
        return tuple(_UNNAMED if one is NAME and _is_default(around) else one for one in own)

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
        if wanted.get("name") and _is_default(around):
            refused["name"] = str(_UNNAMED.help)
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
        if before is None or DELAY not in before:
            return None
        old, new = before, {**before, **wanted}
        if set(wanted) == {"forced"}:
            rest = [one for one in profiles_around(around) if text(one, "name") != before.get("name")]
            other = ruling(rest)
            if other is None:
                return None
            old, new = (other, new) if wanted["forced"] else (before, other)
        elif not {ALWAYS, NO_ANSWER, DELAY, VOICEMAIL, SHOWS_LINE} & wanted.keys():
            return None
        if ending(old) == ending(new):
            return None
        return Route(origin=around.line_name or around.line_number, before=ending(old), after=ending(new))


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
