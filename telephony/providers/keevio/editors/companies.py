"""How a company of keevio is made, changed and deleted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from telephony.providers.edit_effects import Consequence
from telephony.providers.edit_fields import Document, Field, Fields, Surroundings
from telephony.providers.editing import Done, Inverse, Place
from telephony.providers.fields import shown_of
from telephony.providers.keevio.catalog import COMPANY_ID, COMPANY_NAME, SYSTEM_ADMIN
from telephony.providers.keevio.editors.common import CompanyEditor, consequence
from telephony.providers.keevio.editors.setting_fields import against, field_of, read_setting, sent_of
from telephony.providers.keevio.kinds import CONTAINER
from telephony.providers.keevio.setting_values import MAX_TEXT, Setting
from telephony.providers.keevio.settings import BY_NAME, FEATURE_SWITCHES, SETTINGS
from telephony.providers.operations import Operation, Text
from telephony.providers.phrases import Strong

_NAME = Field(
    name="name",
    label=lazy("Name"),
    required=True,
    max_length=MAX_TEXT,
    help=lazy("No accents, apostrophes or ampersands: keevio refuses them."),
    pattern=COMPANY_NAME,
)
_DESCRIPTION = Field(
    name="description",
    label=lazy("Description"),
    max_length=MAX_TEXT,
    help=lazy("keevio takes it and never shows it, so that it cannot be read back."),
)


class CompanyUpdate(CompanyEditor):
    title = lazy("Change a company")

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        return (_NAME, _DESCRIPTION, *(field_of(one) for one in SETTINGS))

    def read(self, document: Document) -> Fields:
        """Name and settings; one that the document lacks is inherited. The description is never shown."""
        data = document.get("data") or {}
        fields: Fields = {"name": str(document.get("name") or "")}
        return fields | {one.name: read_setting(one, shown_of(data.get(one.name))) for one in SETTINGS}

    def clean(self, wanted: Fields, around: Surroundings) -> Fields:
        return {
            name: read_setting(BY_NAME[name], value) if name in BY_NAME else str(value).strip()
            for name, value in wanted.items()
        }

    def body(self, wanted: Fields, before: Fields | None) -> Fields:
        """As keevio takes them; a recording mask cannot be given back to the system, so that it stays unsent."""
        return {
            name: sent_of(BY_NAME[name], value) if name in BY_NAME else value
            for name, value in wanted.items()
            if value is not None
        }

    def check(self, wanted: Fields, before: Fields | None, around: Surroundings) -> dict[str, str]:
        refused = super().check(
            {name: wanted[name] for name in wanted if name not in BY_NAME}, before, around
        )
        refused |= _against_patterns(self.operation, wanted, refused)
        for name in wanted.keys() & BY_NAME.keys():
            if reason := against(BY_NAME[name], wanted[name], (before or {}).get(name)):
                refused[name] = reason
        return refused

    def same(self, name: str, left: Any, right: Any) -> bool:
        """No description seen is none typed: what keevio has is not known."""
        return not left and not right if name == "description" else super().same(name, left, right)

    def why_kept(self, names: Sequence[str], around: Surroundings) -> Text:
        if FEATURE_SWITCHES & set(names):
            return _("Only a System-Admin moves feature switches; keevio ignores them from other logins.")
        return ""

    def consequences(
        self, before: Fields | None, wanted: Fields, around: Surroundings
    ) -> tuple[Consequence, ...]:
        found = []
        login = around.login()
        switches = [one for one in SETTINGS if one.name in wanted and one.is_feature_switch]
        if switches and SYSTEM_ADMIN not in login.scopes:
            template = _(
                "**Moves only for a System-Admin:** {switches}. keevio says yes to other logins as well and ignores it; "
                "what it did is read back."
            )
            found.append(consequence(template, "lock", switches=_listed(switches)))
        version = login.given.get("version", "")
        if newer := [one for one in SETTINGS if one.name in wanted and not one.is_known_to(version)]:
            template = _(
                "**Newer than the server,** which was declared as {version}: {settings}. It may ignore them; "
                "what it did is read back."
            )
            found.append(consequence(template, "alert-triangle", version=version, settings=_listed(newer)))
        if deprecated := [one for one in SETTINGS if one.deprecated and wanted.get(one.name)]:
            template = _("**Deprecated by the vendor:** {settings}. Not for new set-ups.")
            found.append(consequence(template, "alert-triangle", settings=_listed(deprecated)))
        if "description" in wanted:
            template = _("The description **cannot be read back or restored**: keevio never shows it.")
            found.append(consequence(template, "alert-triangle"))
        return tuple(found)

    def inverse(self, done: Done) -> Inverse | None:
        """The old values, as far as keevio showed them and takes them back."""
        if done.before is None:
            return None
        wanted = {name: done.before[name] for name in done.wanted if done.before.get(name) is not None}
        if not wanted:
            return None
        left = [name for name in done.wanted if name not in wanted]
        note = (
            _("Not restored, because keevio cannot: %(fields)s.") % {"fields": ", ".join(left)}
            if left
            else ""
        )
        return Inverse(
            operation=self.operation.key, address=done.address, wanted=wanted, seen=done.after, note=note
        )


class CompanyCreate(CompanyEditor):
    title = lazy("Create a company")
    rereads = (CONTAINER,)

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        company = Field(
            name="company",
            label=lazy("Identifier"),
            required=True,
            max_length=32,
            help=lazy("1 to 32 letters, digits or underscores. It cannot be changed later."),
            pattern=COMPANY_ID,
        )
        return (company, _NAME, _DESCRIPTION)

    def read(self, document: Document) -> Fields:
        return {"company": str(document.get("company") or ""), "name": str(document.get("name") or "")}

    def address_of(self, place: Place) -> dict[str, str]:
        return {}

    def check(self, wanted: Fields, before: Fields | None, around: Surroundings) -> dict[str, str]:
        refused = super().check({"company": "", "name": "", **wanted}, before, around)
        return refused | _against_patterns(self.operation, wanted, refused)

    def object_label(self, address: Mapping[str, Any], before: Fields | None, around: Surroundings) -> str:
        return _("a new company")

    def summary(self, before: Fields | None, wanted: Fields, around: Surroundings) -> str:
        return _("Create %(name)s (%(company)s)") % {
            "name": wanted.get("name", ""),
            "company": wanted.get("company", ""),
        }

    def inverse(self, done: Done) -> Inverse | None:
        if not done.created:
            return None
        return Inverse(
            operation="company.delete",
            address={"company": done.created},
            wanted={},
            note=_("Deleting is undocumented: keevio may refuse it."),
        )


class CompanyDelete(CompanyEditor):
    title = lazy("Delete a company")
    rereads = (CONTAINER,)

    def read(self, document: Document) -> Fields:
        return {"name": str(document.get("name") or "")}

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        return (_NAME,)

    def consequences(
        self, before: Fields | None, wanted: Fields, around: Surroundings
    ) -> tuple[Consequence, ...]:
        undocumented = _(
            "**Undocumented:** the vendor names this command and does not describe it. keevio may refuse it, "
            "presumably for a company that still has extensions."
        )
        template = _("{name} goes with all of its settings; **nothing here brings it back**.")
        return (
            consequence(template, "trash", name=Strong((before or {}).get("name") or "")),
            consequence(undocumented, "alert-triangle"),
        )


def _against_patterns(operation: Operation, wanted: Fields, refused: Mapping[str, str]) -> dict[str, str]:
    """Reasons against names that keevio's patterns do not allow, where nothing else speaks against them."""
    return {
        param.name: str(param.help)
        for param in operation.params
        if param.pattern and param.name in wanted and param.name not in refused
        if not re.fullmatch(param.pattern, str(wanted[param.name]))
    }


def _listed(settings: Sequence[Setting]) -> str:
    return ", ".join(str(one.label) for one in settings)
