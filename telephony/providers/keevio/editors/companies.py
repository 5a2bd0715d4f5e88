"""How the writes of keevio are edited: a company's settings in words, containers, what a deletion means."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from telephony.providers.edit_effects import Consequence, Seating
from telephony.providers.edit_fields import Document, Field, Fields, Surroundings
from telephony.providers.editing import Done, Editor, Inverse, Live, Place, editors
from telephony.providers.fields import shown_of
from telephony.providers.keevio.catalog import CATALOG, COMPANY_ID, COMPANY_NAME, SYSTEM_ADMIN
from telephony.providers.keevio.envelope import members_of
from telephony.providers.keevio.kinds import COMPANY, CONTAINER, label_of, members_in
from telephony.providers.keevio.settings import (
    BY_NAME,
    FEATURE_SWITCHES,
    GROUPS,
    LETTERS,
    MAX_TEXT,
    SETTINGS,
    Kind,
    Setting,
    Unfit,
    in_order,
)
from telephony.providers.operations import Operation, Text
from telephony.providers.phrases import Said, Strong, said

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


class CompanyEditor(Editor):
    """What all of them share: a company is named in the scope, and read as one of the items."""

    kind = COMPANY
    id_field = "company"

    def live(
        self, document: Any, items: Sequence[Document], address: Mapping[str, Any], identifier: str
    ) -> Live:
        if self.reads_list:
            return super().live(document, items, address, identifier)
        if not items:
            return Live(fields=None)
        return Live(fields=self.read(items[0]), document=items[0])

    def object_label(self, address: Mapping[str, Any], before: Fields | None, around: Surroundings) -> str:
        return _("company %(company)s") % {"company": address.get("company", "")}


class CompanyUpdate(CompanyEditor):
    title = lazy("Change a company")

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        return (_NAME, _DESCRIPTION, *(_field(one) for one in SETTINGS))

    def read(self, document: Document) -> Fields:
        """Name and settings; one that the document lacks is inherited. The description is never shown."""
        data = document.get("data") or {}
        fields: Fields = {"name": str(document.get("name") or "")}
        return fields | {one.name: _read(one, shown_of(data.get(one.name))) for one in SETTINGS}

    def clean(self, wanted: Fields, around: Surroundings) -> Fields:
        return {
            name: _read(BY_NAME[name], value) if name in BY_NAME else str(value).strip()
            for name, value in wanted.items()
        }

    def body(self, wanted: Fields, before: Fields | None) -> Fields:
        """As keevio takes them; a recording mask cannot be given back to the system, so that it stays unsent."""
        return {
            name: _sent(BY_NAME[name], value) if name in BY_NAME else value
            for name, value in wanted.items()
            if value is not None
        }

    def check(self, wanted: Fields, before: Fields | None, around: Surroundings) -> dict[str, str]:
        refused = super().check(
            {name: wanted[name] for name in wanted if name not in BY_NAME}, before, around
        )
        refused |= _against_patterns(self.operation, wanted, refused)
        for name in wanted.keys() & BY_NAME.keys():
            if reason := _against(BY_NAME[name], wanted[name], (before or {}).get(name)):
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
            found.append(_consequence(template, "lock", switches=_listed(switches)))
        version = login.given.get("version", "")
        if newer := [one for one in SETTINGS if one.name in wanted and not one.is_known_to(version)]:
            template = _(
                "**Newer than the server,** which was declared as {version}: {settings}. It may ignore them; "
                "what it did is read back."
            )
            found.append(_consequence(template, "alert-triangle", version=version, settings=_listed(newer)))
        if deprecated := [one for one in SETTINGS if one.deprecated and wanted.get(one.name)]:
            template = _("**Deprecated by the vendor:** {settings}. Not for new set-ups.")
            found.append(_consequence(template, "alert-triangle", settings=_listed(deprecated)))
        if "description" in wanted:
            template = _("The description **cannot be read back or restored**: keevio never shows it.")
            found.append(_consequence(template, "alert-triangle"))
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
            _consequence(template, "trash", name=Strong((before or {}).get("name") or "")),
            _consequence(undocumented, "alert-triangle"),
        )


class _Moving(CompanyEditor):
    """Moves between containers. `neighbours` names the field that holds the other companies of the container."""

    neighbours = ""
    reads = (CONTAINER, COMPANY)
    rereads = (CONTAINER,)

    def read(self, document: Document) -> Fields:
        """Nothing: a company's own document does not say which container it is in."""
        return {}

    def live(
        self, document: Any, items: Sequence[Document], address: Mapping[str, Any], identifier: str
    ) -> Live:
        if not items:
            return Live(fields=None)
        others = sorted(members_of(items[0]).keys() - {str(address.get("company"))})
        return Live(fields={self.neighbours: others}, document=items[0])

    def consequences(
        self, before: Fields | None, wanted: Fields, around: Surroundings
    ) -> tuple[Consequence, ...]:
        others = (before or {}).get(self.neighbours) or []
        if not others:
            return ()
        template = _("It leaves {companies}. Some of them **may move along**; keevio decides that.")
        return (_consequence(template, "users-group", companies=_names(others, around)),)

    def object_label(self, address: Mapping[str, Any], before: Fields | None, around: Surroundings) -> str:
        return _names([str(address.get("company", ""))], around)

    def seating(self, before: Fields | None, wanted: Fields, around: Surroundings) -> Seating | None:
        """The containers that it touches. Who may move along is not known, and stays where it is in the drawing."""
        mover = str(around.address.get("company", ""))
        names = _names_by_company(around)
        left = [mover, *((before or {}).get(self.neighbours) or ())]
        joined = self._joined(wanted, around)
        if joined is None or mover in joined:
            return None
        now, then = (left, joined), ([one for one in left if one != mover], [*joined, mover])
        return Seating(
            mover=names.get(mover, mover),
            before=_seats(now, names),
            after=_seats(then, names),
            note=_("keevio decides who else moves along.") if len(left) > 1 else "",
        )

    def _joined(self, wanted: Fields, around: Surroundings) -> list[str] | None:
        """Who sits where it goes; nobody where that is a container of its own, None where it stays."""
        return []

    def _rejoin(self, done: Done) -> Inverse | None:
        """Back to a former neighbour, or alone where there was none."""
        others = (done.before or {}).get(self.neighbours)
        if others is None:
            return None
        note = _("Companies that moved along stay where they are.")
        if others:
            wanted = {CompanyGroup.neighbours: others[0]}
            return Inverse(operation="company.group", address=done.address, wanted=wanted, note=note)
        return Inverse(operation="company.ungroup", address=done.address, wanted={}, note=note)


class CompanyGroup(_Moving):
    title = lazy("Move into another container")
    neighbours = "target"

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        """The company to join; a choice where the others are known."""
        mover = str(around.address.get("company", ""))
        others = {key: name for key, name in _names_by_company(around).items() if key != mover}
        target = Field(
            name=self.neighbours,
            label=lazy("Together with"),
            kind="choice" if others else "text",
            choices=tuple(sorted(others.items(), key=lambda one: one[1].casefold())),
            required=True,
            words=_companies,
            empty=lazy("nobody"),
            help=lazy("It moves into the container in which this company is."),
        )
        return (target,)

    def _joined(self, wanted: Fields, around: Surroundings) -> list[str] | None:
        target = str(wanted.get(self.neighbours) or "")
        if not target:
            return None
        seats = (list(members_in(one)) for one in around.around.get(CONTAINER, ()))
        return next((seat for seat in seats if target in seat), [target])

    def same(self, name: str, left: Any, right: Any) -> bool:
        """One wanted neighbour is there when it is among those found."""
        if isinstance(left, list) and isinstance(right, str):
            return right in left
        return super().same(name, left, right)

    def inverse(self, done: Done) -> Inverse | None:
        return self._rejoin(done)


class CompanyUngroup(_Moving):
    title = lazy("Give a container of its own")
    neighbours = "neighbours"

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        label = lazy("Together with")
        return (Field(name=self.neighbours, label=label, words=_companies, empty=lazy("nobody")),)

    def clean(self, wanted: Fields, around: Surroundings) -> Fields:
        return {self.neighbours: []}

    def _joined(self, wanted: Fields, around: Surroundings) -> list[str] | None:
        return []

    def body(self, wanted: Fields, before: Fields | None) -> Fields:
        return {}

    def inverse(self, done: Done) -> Inverse | None:
        return self._rejoin(done)


# ---- settings as fields ----


def _field(setting: Setting) -> Field:
    is_list = setting.kind is Kind.LETTERS
    kinds = {Kind.CHOICE: "choice", Kind.SWITCH: "boolean", Kind.LETTERS: "choices", Kind.RANGE: "duration_s"}
    return Field(
        name=setting.name,
        label=label_of(setting),
        brief=setting.label,
        kind=kinds.get(setting.kind, "text"),
        choices=setting.choices if setting.kind in (Kind.CHOICE, Kind.LETTERS) else (),
        words=_words(setting),
        empty=setting.inherited,
        minimum=setting.minimum,
        maximum=setting.maximum,
        max_length=None if is_list else MAX_TEXT,
        group=GROUPS[setting.group],
        secret=setting.secret,
        help=format_lazy("{help} {assumed}", help=setting.help, assumed=setting.assumed)
        if setting.assumed is not None
        else setting.help,
    )


def _words(setting: Setting) -> Callable[[Any, Surroundings], Said | Text] | None:
    """What a value is called where the field's kind alone does not say it."""
    known = dict(setting.choices)
    if setting.kind is Kind.SWITCH:
        return lambda value, _around: lazy("hidden") if value else lazy("shown")
    if setting.kind in (Kind.CHOICE, Kind.LEVEL):
        return lambda value, _around: known.get(str(value), str(value))
    return None


def _companies(value: Any, around: Surroundings) -> Text:
    companies = value if isinstance(value, list) else [value] if value else []
    return _names(companies, around) or lazy("nobody")


def _names_by_company(around: Surroundings) -> dict[str, str]:
    """The companies that are cached, by identifier."""
    rows = around.around.get(COMPANY, ())
    return {str(row.get("company")): str(row.get("name") or row.get("company")) for row in rows}


def _names(companies: Sequence[str], around: Surroundings) -> str:
    known = _names_by_company(around)
    return ", ".join(known.get(one, one) for one in companies)


def _seats(containers: Sequence[Sequence[str]], names: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    """Containers with somebody in them, their companies by name."""
    return tuple(tuple(names.get(one, one) for one in seat) for seat in containers if seat)


def _read(setting: Setting, value: Any) -> Any:
    """A value of a document, of a form or of a command line as the editor's field holds it.

    Choices are texts, letters a list, seconds numbers, a switch yes or no; "" inherits, None is a mask not set.
    """
    if setting.kind is Kind.SWITCH:
        return value in (True, 1, "1", "true", "yes", "on")
    if setting.kind is Kind.LETTERS:
        return in_order("".join(map(str, value)) if isinstance(value, list) else str(value or ""))
    text = "" if value is None else str(value).strip()
    if setting.kind is Kind.BITS:
        return (int(text) if text.isascii() and text.isdigit() else text) if text else None
    if setting.kind is Kind.RANGE:
        is_number = text.isascii() and text.isdigit() and len(text) < 9
        return "" if text in ("", "0") else int(text) if is_number else text
    if setting.kind is Kind.CHOICE and setting.json_type == "integer":
        return text or str(setting.inherit)
    return text


def _sent(setting: Setting, value: Any) -> Any:
    """A field as keevio takes it."""
    return setting.accept(_wire(setting, value), is_strict=False)


def _wire(setting: Setting, value: Any) -> Any:
    return "".join(value) if isinstance(value, list) else value


def _against(setting: Setting, value: Any, before: Any) -> str:
    """Why a field cannot be sent, "" if it can."""
    if value is None:
        return "" if before is None else _("keevio has no value that gives this back to the system.")
    if setting.kind is Kind.LETTERS and set(value) - set(LETTERS) - set(before or ()):
        return _("Only the letters {letters} are known.").format(letters=LETTERS)
    try:
        _sent(setting, value)
    except Unfit as error:
        return str(error)
    return ""


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


def _consequence(template: str, icon: str, **values: Any) -> Consequence:
    return Consequence(text=said(template, **values), icon=icon, tone="" if icon == "users-group" else "warn")


EDITORS = editors(
    CATALOG,
    {
        "company.update": CompanyUpdate,
        "company.create": CompanyCreate,
        "company.delete": CompanyDelete,
        "company.group": CompanyGroup,
        "company.ungroup": CompanyUngroup,
    },
)
