"""The customer's shared directory: folders, contacts, and what changed since a moment."""

import re
from typing import Any

from telephony.providers.keyyo.sandbox.directory_seed import CONTACT_FIELDS, ROOT
from telephony.providers.keyyo.sandbox.formats import read_number, read_scalar, read_text
from telephony.providers.keyyo.sandbox.manager import Call, Document, answers
from telephony.providers.keyyo.sandbox.refusals import Refused

_NUMBER_FIELDS = tuple(field for field in CONTACT_FIELDS if field.endswith("_number"))
_LENGTHS = {"email": 254, "zipcode": 32, "base64_picture": 1_000_000}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@answers("GET", "/directory_branches")
def list_branches(call: Call) -> Document:
    return call.collection(
        ["directory_branches"], [_branch_document(call, branch) for branch in _live(call, "branches")]
    )


@answers("GET", "/directory_branches/{}")
def read_branch(call: Call, uid: str) -> Document:
    return _branch_document(call, _found(call, "branches", uid))


@answers("PUT", "/directory_branches/{}")
@answers("POST", "/directory_branches/{}")
def update_branch(call: Call, uid: str) -> Document:
    """Rename a folder, or move it below another; the root stays where it is."""
    branch = _found(call, "branches", uid)
    changes = _branch_changes(call)
    parent = changes.get("parent_branch_uid")
    if parent is not None and parent != branch["parent_branch_uid"]:
        if uid == ROOT:
            raise Refused(403, "The top branch cannot be moved")
        if uid in _ancestors(call, parent):
            raise Refused(400, "parent_branch_uid: a branch cannot be moved below itself")
    branch.update(changes, _changed=call.now_s)
    _set_depths(call)
    return _branch_document(call, branch)


@answers("DELETE", "/directory_branches/{}")
def delete_branch(call: Call, uid: str) -> None:
    """Remove an empty folder; the root, and one that holds something, refuse."""
    branch = _found(call, "branches", uid)
    if uid == ROOT:
        raise Refused(403, "The top branch cannot be deleted")
    if any(other["parent_branch_uid"] == uid for other in _live(call, "branches")):
        raise Refused(403, "The branch has sub-branches")
    if any(contact["branch_uid"] == uid for contact in _live(call, "contacts")):
        raise Refused(403, "The branch has contacts")
    branch.update(deleted=1, _changed=call.now_s)


@answers("GET", "/directory_branches/{}/sub_branches")
def list_sub_branches(call: Call, uid: str) -> Document:
    _found(call, "branches", uid)
    items = [
        _branch_document(call, branch)
        for branch in _live(call, "branches")
        if branch["parent_branch_uid"] == uid
    ]
    return call.collection(["directory_branches", uid, "sub_branches"], items)


@answers("POST", "/directory_branches/{}/sub_branches")
def create_branch(call: Call, uid: str) -> Document:
    _found(call, "branches", uid)
    changes = _branch_changes(call)
    if not changes.get("name"):
        raise Refused(400, "name: missing parameter")
    fresh = {
        "uid": _next_uid(call),
        "parent_branch_uid": uid,
        "name": changes["name"],
        "depth": 0,
        "_changed": call.now_s,
    }
    call.account["branches"][fresh["uid"]] = fresh
    _set_depths(call)
    return _branch_document(call, fresh)


@answers("GET", "/directory_branches/{}/sub_branches_diff")
def list_sub_branches_diff(call: Call, uid: str) -> Document:
    _found(call, "branches", uid)
    items = [
        _branch_document(call, branch)
        for branch in _changed(call, "branches")
        if branch["parent_branch_uid"] == uid
    ]
    return call.collection(["directory_branches", uid, "sub_branches_diff"], items)


@answers("GET", "/directory_branches/{}/contacts")
def list_branch_contacts(call: Call, uid: str) -> Document:
    _found(call, "branches", uid)
    items = [
        _contact_document(call, contact)
        for contact in _live(call, "contacts")
        if contact["branch_uid"] == uid
    ]
    return call.collection(["directory_branches", uid, "contacts"], items)


@answers("POST", "/directory_branches/{}/contacts")
def create_contact(call: Call, uid: str) -> Document:
    _found(call, "branches", uid)
    changes = _contact_changes(call)
    if not changes.get("name") and not changes.get("first_name"):
        raise Refused(400, "name: missing parameter")
    fresh = {
        "uid": _next_uid(call),
        **dict.fromkeys(CONTACT_FIELDS, ""),
        **changes,
        "branch_uid": uid,
        "_changed": call.now_s,
    }
    call.account["contacts"][fresh["uid"]] = fresh
    return _contact_document(call, fresh)


@answers("GET", "/directory_branches/{}/contacts_diff")
def list_contacts_diff(call: Call, uid: str) -> Document:
    _found(call, "branches", uid)
    items = [
        _contact_document(call, contact)
        for contact in _changed(call, "contacts")
        if contact["branch_uid"] == uid
    ]
    return call.collection(["directory_branches", uid, "contacts_diff"], items)


@answers("GET", "/directory_contacts")
def list_contacts(call: Call) -> Document:
    return call.collection(
        ["directory_contacts"], [_contact_document(call, contact) for contact in _live(call, "contacts")]
    )


@answers("GET", "/directory_contacts/{}")
def read_contact(call: Call, uid: str) -> Document:
    return _contact_document(call, _found(call, "contacts", uid))


@answers("PUT", "/directory_contacts/{}")
@answers("POST", "/directory_contacts/{}")
def update_contact(call: Call, uid: str) -> Document:
    contact = _found(call, "contacts", uid)
    changes = _contact_changes(call)
    if not (contact | changes)["name"] and not (contact | changes)["first_name"]:
        raise Refused(400, "name: must not be empty")
    contact.update(changes, _changed=call.now_s)
    return _contact_document(call, contact)


@answers("DELETE", "/directory_contacts/{}")
def delete_contact(call: Call, uid: str) -> None:
    _found(call, "contacts", uid).update(deleted=1, _changed=call.now_s)


def _live(call: Call, kind: str) -> list[dict[str, Any]]:
    return [entry for entry in call.account[kind].values() if not entry.get("deleted")]


def _changed(call: Call, kind: str) -> list[dict[str, Any]]:
    """Entries changed after `since` (Unix second, 0 when left out), deleted ones among them."""
    since = str(call.query.get("since", "0"))
    if not re.fullmatch(r"[0-9]{1,12}", since):
        raise Refused(400, "since: expected a Unix second")
    return [entry for entry in call.account[kind].values() if entry["_changed"] >= int(since)]


def _found(call: Call, kind: str, uid: str) -> dict[str, Any]:
    entry: dict[str, Any] | None = call.account[kind].get(uid)
    if entry is None or entry.get("deleted"):
        raise Refused(404, "No such branch" if kind == "branches" else "No such contact")
    return entry


def _next_uid(call: Call) -> str:
    call.account["next_uid"] += 1
    return str(call.account["next_uid"])


def _ancestors(call: Call, uid: str) -> list[str]:
    """The folder itself and those above it. Raises Refused 400 when it is not there."""
    line: list[str] = []
    step: str | None = uid
    while step is not None:
        branch = call.account["branches"].get(step)
        if branch is None or branch.get("deleted"):
            raise Refused(400, "branch_uid: no such branch")
        line.append(step)
        step = branch["parent_branch_uid"]
    return line


def _set_depths(call: Call) -> None:
    for branch in _live(call, "branches"):
        branch["depth"] = len(_ancestors(call, branch["uid"])) - 1


def _branch_changes(call: Call) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for field, value in call.form.items():
        if field == "name":
            changes["name"] = read_text(value, "name", 255, needed=True)
        elif field == "parent_branch_uid":
            changes[field] = read_scalar(value, field)
        elif field not in ("uid", "depth"):
            raise Refused(400, f"{field}: unknown parameter")
    return changes


def _contact_changes(call: Call) -> dict[str, Any]:
    """The form, judged field by field. Raises Refused 400."""
    changes: dict[str, Any] = {}
    for field, value in call.form.items():
        if field == "uid":
            continue
        if field not in CONTACT_FIELDS:
            raise Refused(400, f"{field}: unknown parameter")
        if field == "branch_uid":
            changes[field] = _ancestors(call, read_scalar(value, field))[0]
        elif field in _NUMBER_FIELDS:
            changes[field] = read_number(value, field, short=True)
        else:
            changes[field] = read_text(value, field, _LENGTHS.get(field, 255))
    if changes.get("email") and not _EMAIL.fullmatch(changes["email"]):
        raise Refused(400, "email: not a mail address")
    return changes


def _branch_document(call: Call, branch: dict[str, Any]) -> Document:
    fields = {name: value for name, value in branch.items() if name != "_changed"}
    return call.resource("DirectoryBranch", ["directory_branches", branch["uid"]], fields)


def _contact_document(call: Call, contact: dict[str, Any]) -> Document:
    fields = {name: value for name, value in contact.items() if name != "_changed"}
    return call.resource("DirectoryContact", ["directory_contacts", contact["uid"]], fields)
