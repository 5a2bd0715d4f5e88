"""The account's directory: branches and contacts."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from telephony.providers.keyyo.catalog.common import WRITE_ALL, listing, manager, path_param, reading
from telephony.providers.operations import Effect, Operation, Param, Place, Text

_BRANCH = path_param("branch_id", "ref:DirectoryBranch", _("Identifier of the folder."))
_UID = path_param("uid", "ref:DirectoryContact", _("Identifier of the contact."))
_SINCE = Param(
    name="since",
    kind="integer",
    place=Place.QUERY,
    minimum=0,
    assumed=True,
    help=_("Second since 1970 after which a change counts."),
)
_DIFF_NOTE = _("Keyyo's page has no text for this list; the parameter is inferred.")

_BRANCH_FIELDS = (Param(name="name", required=True, max_length=255, help=_("Name of the folder.")),)
# Keyyo's documents name the folder above in these fields; that writing them moves something is inferred.
_BRANCH_MOVES = Param(
    name="parent_branch_uid",
    kind="ref:DirectoryBranch",
    assumed=True,
    help=_("Identifier of the folder it moves into."),
)
_CONTACT_MOVES = Param(
    name="branch_uid",
    kind="ref:DirectoryBranch",
    assumed=True,
    help=_("Identifier of the folder it moves to."),
)


def _number(name: str, help_text: Text) -> Param:
    return Param(name=name, kind="number", max_length=64, help=help_text)


_CONTACT_FIELDS = (
    Param(name="name", max_length=255, help=_("Family name.")),
    Param(name="first_name", max_length=255, help=_("First name.")),
    _number("default_number", _("Number to call first.")),
    _number("work_number", _("Number at work.")),
    _number("work_speed_number", _("Short code of the number at work.")),
    _number("mobile_number", _("Mobile number.")),
    _number("mobile_speed_number", _("Short code of the mobile number.")),
    _number("home_number", _("Number at home.")),
    _number("home_speed_number", _("Short code of the number at home.")),
    Param(name="email", max_length=254, help=_("E-mail address.")),
    Param(name="company", max_length=255, help=_("Company.")),
    Param(name="job", max_length=255, help=_("What the person does.")),
    Param(name="address", max_length=255, help=_("Street and number.")),
    Param(name="zipcode", max_length=32, help=_("Post code.")),
    Param(name="city", max_length=255, help=_("Town.")),
    Param(name="country", max_length=255, help=_("Country.")),
    Param(name="base64_picture", max_length=1_000_000, help=_("Picture, base64.")),
)


def _edit(key: str, method: str, path: str, summary: Text, effect: Effect, **kwargs: Any) -> Operation:
    return manager(
        key, method, path, summary, effect, scopes=WRITE_ALL, capability="directory.edit", **kwargs
    )


BRANCHES: tuple[Operation, ...] = (
    listing(
        "directory_branches.list",
        "/directory_branches",
        _("List the folders of the directory"),
        kind="DirectoryBranch",
    ),
    reading(
        "directory_branches.read",
        "/directory_branches/{branch_id}",
        _("Read one folder"),
        kind="DirectoryBranch",
        params=(_BRANCH,),
        identity=(("branch_id", "uid"),),
    ),
    _edit(
        "directory_branches.update",
        "PUT",
        "/directory_branches/{branch_id}",
        _("Change a folder"),
        Effect.WRITE,
        kind="DirectoryBranch",
        reads_back="directory_branches.read",
        undone_by="directory_branches.update",
        identity=(("branch_id", "uid"),),
        params=(_BRANCH, *_BRANCH_FIELDS, _BRANCH_MOVES),
    ),
    _edit(
        "directory_branches.delete",
        "DELETE",
        "/directory_branches/{branch_id}",
        _("Remove a folder"),
        Effect.DESTROY,
        kind="DirectoryBranch",
        reads_back="directory_branches.list",
        undone_by="directory_branches.sub_branches.create",
        params=(_BRANCH,),
        note=_("The top folder, and a folder that holds something, cannot be removed."),
    ),
    listing(
        "directory_branches.sub_branches.list",
        "/directory_branches/{branch_id}/sub_branches",
        _("List the folders directly below a folder"),
        kind="DirectoryBranch",
        params=(_BRANCH,),
    ),
    _edit(
        "directory_branches.sub_branches.create",
        "POST",
        "/directory_branches/{branch_id}/sub_branches",
        _("Add a folder below a folder"),
        Effect.WRITE,
        kind="DirectoryBranch",
        reads_back="directory_branches.sub_branches.list",
        undone_by="directory_branches.delete",
        params=(_BRANCH, *_BRANCH_FIELDS),
    ),
    listing(
        "directory_branches.sub_branches_diff.list",
        "/directory_branches/{branch_id}/sub_branches_diff",
        _("List the folders below a folder that changed since a moment"),
        kind="DirectoryBranch",
        params=(_BRANCH, _SINCE),
        note=_DIFF_NOTE,
    ),
    listing(
        "directory_branches.contacts.list",
        "/directory_branches/{branch_id}/contacts",
        _("List the contacts of a folder"),
        kind="DirectoryContact",
        params=(_BRANCH,),
    ),
    _edit(
        "directory_branches.contacts.create",
        "POST",
        "/directory_branches/{branch_id}/contacts",
        _("Add a contact to a folder"),
        Effect.WRITE,
        kind="DirectoryContact",
        reads_back="directory_branches.contacts.list",
        undone_by="directory_contacts.delete",
        params=(_BRANCH, *_CONTACT_FIELDS),
    ),
    listing(
        "directory_branches.contacts_diff.list",
        "/directory_branches/{branch_id}/contacts_diff",
        _("List the contacts of a folder that changed since a moment"),
        kind="DirectoryContact",
        params=(_BRANCH, _SINCE),
        note=_DIFF_NOTE,
    ),
)

CONTACTS: tuple[Operation, ...] = (
    listing(
        "directory_contacts.list",
        "/directory_contacts",
        _("List every contact of the directory"),
        kind="DirectoryContact",
    ),
    reading(
        "directory_contacts.read",
        "/directory_contacts/{uid}",
        _("Read one contact"),
        kind="DirectoryContact",
        params=(_UID,),
        identity=(("uid", "uid"),),
    ),
    _edit(
        "directory_contacts.update",
        "PUT",
        "/directory_contacts/{uid}",
        _("Change one contact"),
        Effect.WRITE,
        kind="DirectoryContact",
        reads_back="directory_contacts.read",
        undone_by="directory_contacts.update",
        identity=(("uid", "uid"),),
        params=(_UID, *_CONTACT_FIELDS, _CONTACT_MOVES),
    ),
    _edit(
        "directory_contacts.delete",
        "DELETE",
        "/directory_contacts/{uid}",
        _("Remove one contact"),
        Effect.DESTROY,
        kind="DirectoryContact",
        reads_back="directory_contacts.list",
        undone_by="directory_branches.contacts.create",
        params=(_UID,),
    ),
)
