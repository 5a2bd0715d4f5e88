"""The account's directory: folders and the contacts in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext, pgettext_lazy

from portal.lib.names import name_key
from portal.lib.wording import labelled
from telephony.providers.directory_page import DirectoryPage
from telephony.providers.edit_effects import Consequence
from telephony.providers.edit_fields import Field, Fields, Surroundings
from telephony.providers.editing import Done, Editor, Inverse, Place
from telephony.providers.keyyo.documents import text
from telephony.providers.keyyo.editors.common import number_in, number_out, quoted
from telephony.providers.operations import Text
from telephony.providers.phrases import said

_PERSON, _NUMBERS, _WHERE = lazy("Person"), lazy("Numbers"), lazy("Address")
CONTACT_FIELDS = (
    Field(name="name", label=lazy("Family name"), max_length=255, group=_PERSON),
    Field(name="first_name", label=lazy("First name"), max_length=255, group=_PERSON),
    Field(name="company", label=lazy("Company"), max_length=255, group=_PERSON),
    Field(name="job", label=lazy("Job"), max_length=255, group=_PERSON),
    Field(name="email", label=lazy("E-mail address"), kind="email", max_length=254, group=_PERSON),
    Field(name="default_number", label=lazy("Number to call first"), kind="number", group=_NUMBERS),
    Field(name="work_number", label=lazy("Work"), kind="number", group=_NUMBERS),
    Field(name="work_speed_number", label=lazy("Short code, work"), max_length=10, group=_NUMBERS),
    Field(name="mobile_number", label=lazy("Mobile"), kind="number", group=_NUMBERS),
    Field(name="mobile_speed_number", label=lazy("Short code, mobile"), max_length=10, group=_NUMBERS),
    Field(name="home_number", label=pgettext_lazy("telephone number", "Home"), kind="number", group=_NUMBERS),
    Field(name="home_speed_number", label=lazy("Short code, home"), max_length=10, group=_NUMBERS),
    Field(name="address", label=lazy("Street and number"), max_length=255, group=_WHERE),
    Field(name="zipcode", label=lazy("Post code"), max_length=32, group=_WHERE),
    Field(name="city", label=lazy("Town"), max_length=255, group=_WHERE),
    Field(name="country", label=lazy("Country"), max_length=255, group=_WHERE),
)
NUMBER_FIELDS = tuple(one.name for one in CONTACT_FIELDS if one.kind == "number")


def contact_name(fields: Mapping[str, Any]) -> str:
    """First name and family name, else the company."""
    name = " ".join(filter(None, (text(fields, "first_name"), text(fields, "name"))))
    return name or text(fields, "company")


def _folders(around: Surroundings) -> dict[str, Mapping[str, Any]]:
    """The folders that are known, by identifier."""
    return {text(one, "uid"): one for one in around.around.get("DirectoryBranch", ())}


def _path(uid: str, folders: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The identifiers of a folder and those above it, the top one first."""
    way: list[str] = []
    while uid in folders and uid not in way:
        way.insert(0, uid)
        uid = text(folders[uid], "parent_branch_uid")
    return way


def _folder_name(uid: Any, around: Surroundings) -> str:
    found = _folders(around).get(str(uid))
    return text(found, "name") if found else str(uid or "")


def _folder_field(
    name: str, label: Text, around: Surroundings, *, without: str = "", group: Text = ""
) -> tuple[Field, ...]:
    """Where it hangs, as a choice of the known folders with their way; none where no folder is known.

    without   a folder that cannot be chosen, nor what is below it
    """
    folders = _folders(around)
    ways = {uid: _path(uid, folders) for uid in folders}
    choices = [
        (uid, " / ".join(text(folders[step], "name") for step in way))
        for uid, way in ways.items()
        if without not in way
    ]
    if not choices:
        return ()
    return (
        Field(
            name=name,
            label=label,
            kind="choice",
            choices=tuple(sorted(choices, key=lambda one: name_key(str(one[1])))),
            required=True,
            words=lambda value, known: said("{name}", name=_folder_name(value, known)),
            group=group,
        ),
    )


class ContactEditor(Editor):
    kind = "DirectoryContact"
    id_field = "uid"
    reads: tuple[str, ...] = ("DirectoryBranch",)

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        return CONTACT_FIELDS

    def place(self, address: Mapping[str, Any], around: Surroundings) -> Place:
        return Place(kind=self.kind, remote_id=str(address.get("uid", "")))

    def address_of(self, place: Place) -> dict[str, str]:
        return {self.operation.path_names[0]: place.remote_id}

    def read(self, document: Mapping[str, Any]) -> Fields:
        fields = {one.name: text(document, one.name) for one in CONTACT_FIELDS}
        fields |= {name: number_in(fields[name]) for name in NUMBER_FIELDS}
        return fields | {"branch_uid": text(document, "branch_uid")}

    def clean(self, wanted: Fields, around: Surroundings) -> Fields:
        cleaned = {name: str(value or "").strip() for name, value in wanted.items()}
        for name in NUMBER_FIELDS:
            if name in cleaned:
                cleaned[name] = number_in(cleaned[name], around.region)
        return cleaned

    def body(self, wanted: Fields, before: Fields | None) -> Fields:
        return {name: number_out(value) if name in NUMBER_FIELDS else value for name, value in wanted.items()}

    def check(self, wanted: Fields, before: Fields | None, around: Surroundings) -> dict[str, str]:
        refused = super().check(wanted, before, around)
        after = {**(before or {}), **wanted}
        is_known = self.makes or after.keys() >= {
            "name",
            "first_name",
        }  # an edit of many keeps only what changes
        if is_known and not (text(after, "first_name") or text(after, "name")):
            refused["name"] = _("A family name or first name is needed; of a company, write its name here.")
        for name in NUMBER_FIELDS:
            value = wanted.get(name, "")
            if value and not value.startswith("+") and not value.isdecimal():
                refused[name] = _("This is not a telephone number: %(text)s") % {"text": value[:40]}
        if "@" not in (wanted.get("email") or "@"):
            refused["email"] = _("This is not an e-mail address.")
        return refused

    def object_label(self, address: Mapping[str, Any], before: Fields | None, around: Surroundings) -> str:
        if name := contact_name(before or {}):
            return _("contact %(name)s") % {"name": quoted(name)}
        return _("a contact in %(folder)s") % {
            "folder": quoted(_folder_name(address.get("branch_id"), around))
        }

    def consequences(
        self, before: Fields | None, wanted: Fields, around: Surroundings
    ) -> tuple[Consequence, ...]:
        return (
            Consequence(
                icon="address-book",
                text=said(
                    _("Telephones that use the directory of the account show this **at their next update**.")
                ),
            ),
        )


class ContactUpdate(ContactEditor):
    title = lazy("Change a contact")

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        return (
            *CONTACT_FIELDS,
            *_folder_field("branch_uid", lazy("Folder"), around, group=lazy("Directory")),
        )

    def summary(self, before: Fields | None, wanted: Fields, around: Surroundings) -> str:
        return labelled(contact_name(before or {}), super().summary(before, wanted, around))


class ContactCreate(ContactEditor):
    title = lazy("Add a contact")

    def blank(self, around: Surroundings) -> Fields:
        return {one.name: "" for one in CONTACT_FIELDS}

    def summary(self, before: Fields | None, wanted: Fields, around: Surroundings) -> str:
        return _("Contact %(name)s added") % {"name": quoted(contact_name(wanted))}

    def inverse(self, done: Done) -> Inverse | None:
        if not done.created:
            return None
        return Inverse(
            operation="directory_contacts.delete", address={"uid": done.created}, wanted={}, seen=done.after
        )


class ContactDelete(ContactEditor):
    title = lazy("Remove a contact")

    def check(self, wanted: Fields, before: Fields | None, around: Surroundings) -> dict[str, str]:
        return {}

    def summary(self, before: Fields | None, wanted: Fields, around: Surroundings) -> str:
        return _("Contact %(name)s removed") % {"name": quoted(contact_name(before or {}))}

    def inverse(self, done: Done) -> Inverse | None:
        before = dict(done.before or {})
        branch = before.pop("branch_uid", "")
        if not branch:
            return None
        wanted = {name: value for name, value in before.items() if value}
        return Inverse(
            operation="directory_branches.contacts.create",
            address={"branch_id": branch},
            wanted=wanted,
            note=lazy("It comes back under a new identifier, without its picture."),
        )


_FOLDER_NAME = Field(name="name", label=lazy("Name"), max_length=255, required=True)


class BranchEditor(Editor):
    kind = "DirectoryBranch"
    id_field = "uid"
    reads: tuple[str, ...] = ("DirectoryBranch",)

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        return (_FOLDER_NAME,)

    def place(self, address: Mapping[str, Any], around: Surroundings) -> Place:
        return Place(kind=self.kind, remote_id="" if self.makes else str(address.get("branch_id", "")))

    def address_of(self, place: Place) -> dict[str, str]:
        return {"branch_id": place.remote_id}

    def read(self, document: Mapping[str, Any]) -> Fields:
        return {"name": text(document, "name"), "parent_branch_uid": text(document, "parent_branch_uid")}

    def clean(self, wanted: Fields, around: Surroundings) -> Fields:
        return {name: str(value or "").strip() for name, value in wanted.items()}

    def object_label(self, address: Mapping[str, Any], before: Fields | None, around: Surroundings) -> str:
        if before and before.get("name"):
            return _("folder %(name)s") % {"name": quoted(before["name"])}
        return _("a folder in %(folder)s") % {
            "folder": quoted(_folder_name(address.get("branch_id"), around))
        }


class BranchUpdate(BranchEditor):
    title = lazy("Rename or move a folder")

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        own = str(around.address.get("branch_id", ""))
        if not text(_folders(around).get(own, {}), "parent_branch_uid"):
            return (_FOLDER_NAME,)  # the top folder stays where it is
        return (_FOLDER_NAME, *_folder_field("parent_branch_uid", lazy("Inside"), around, without=own))

    def body(self, wanted: Fields, before: Fields | None) -> Fields:
        """Keyyo wants the name each time, also of a folder that only moves."""
        return {"name": (before or {}).get("name", ""), **wanted}

    def summary(self, before: Fields | None, wanted: Fields, around: Surroundings) -> str:
        return _("Folder %(name)s: %(what)s") % {
            "name": quoted((before or {}).get("name", "")),
            "what": super().summary(before, wanted, around),
        }


class BranchCreate(BranchEditor):
    title = lazy("Add a folder")

    def blank(self, around: Surroundings) -> Fields:
        return {"name": ""}

    def summary(self, before: Fields | None, wanted: Fields, around: Surroundings) -> str:
        return _("Folder %(name)s added") % {"name": quoted(wanted.get("name", ""))}

    def inverse(self, done: Done) -> Inverse | None:
        if not done.created:
            return None
        return Inverse(
            operation="directory_branches.delete",
            address={"branch_id": done.created},
            wanted={},
            seen=done.after,
        )


class BranchDelete(BranchEditor):
    title = lazy("Remove a folder")
    reads = ("DirectoryBranch", "DirectoryContact")

    def check(self, wanted: Fields, before: Fields | None, around: Surroundings) -> dict[str, str]:
        if before is not None and not before.get("parent_branch_uid"):
            return {"": _("The top folder cannot be removed.")}
        return {}

    def consequences(
        self, before: Fields | None, wanted: Fields, around: Surroundings
    ) -> tuple[Consequence, ...]:
        uid = str(around.address.get("branch_id", ""))
        held = [
            one
            for kind, above in (("DirectoryContact", "branch_uid"), ("DirectoryBranch", "parent_branch_uid"))
            for one in around.around.get(kind, ())
            if text(one, above) == uid
        ]
        if not held:
            return ()
        words = ngettext(
            "**It is not empty:** it holds {n} entry. Keyyo removes empty folders only.",
            "**It is not empty:** it holds {n} entries. Keyyo removes empty folders only.",
            len(held),
        )
        return (Consequence(icon="alert-triangle", tone="warn", text=said(words, n=str(len(held)))),)

    def summary(self, before: Fields | None, wanted: Fields, around: Surroundings) -> str:
        return _("Folder %(name)s removed") % {"name": quoted((before or {}).get("name", ""))}

    def inverse(self, done: Done) -> Inverse | None:
        before = done.before or {}
        if not before.get("parent_branch_uid"):
            return None
        return Inverse(
            operation="directory_branches.sub_branches.create",
            address={"branch_id": before["parent_branch_uid"]},
            wanted={"name": before["name"]},
            note=lazy("It comes back empty, under a new identifier."),
        )


DIRECTORY_PAGE = DirectoryPage(
    contact_kind="DirectoryContact",
    folder_kind="DirectoryBranch",
    folder_field="branch_uid",
    parent_field="parent_branch_uid",
    contact_create="directory_branches.contacts.create",
    contact_update="directory_contacts.update",
    contact_delete="directory_contacts.delete",
    folder_create="directory_branches.sub_branches.create",
    folder_update="directory_branches.update",
    folder_delete="directory_branches.delete",
    roles={
        "family_name": "name",
        "first_name": "first_name",
        "company": "company",
        "job": "job",
        "email": "email",
        "preferred": "default_number",
        "work": "work_number",
        "mobile": "mobile_number",
        "home": "home_number",
        "work_code": "work_speed_number",
        "mobile_code": "mobile_speed_number",
        "home_code": "home_speed_number",
        "street": "address",
        "zipcode": "zipcode",
        "city": "city",
        "country": "country",
    },
)
