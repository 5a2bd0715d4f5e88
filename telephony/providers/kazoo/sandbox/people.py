"""Users, groups and directories."""

from __future__ import annotations

from collections.abc import Sequence

from telephony.providers.kazoo.sandbox import lists
from telephony.providers.kazoo.sandbox.auth import hashes
from telephony.providers.kazoo.sandbox.call import Call
from telephony.providers.kazoo.sandbox.charges import Item
from telephony.providers.kazoo.sandbox.collections import Collection, Draft, need_unique
from telephony.providers.kazoo.sandbox.documents import Document, Entry, at, text_at

_FEATURES = (  # word of the list, place in the document, the values that mean it is on
    ("do_not_disturb", "do_not_disturb.enabled"),
    ("hotdesk", "hotdesk.enabled"),
    ("vm_to_email", "vm_to_email_enabled"),
    ("faxing", "media.fax_option"),
    ("find_me_follow_me", "smartpbx.find_me_follow_me.enabled"),
    ("conferencing", "smartpbx.conferencing.enabled"),
    ("music_on_hold", "music_on_hold.media_id"),
    ("ctu", "ctu_enabled"),
    ("desktop", "desktop_enabled"),
)


def features_of(document: Document) -> list[str]:
    """The words for what a user has switched on."""
    found = [
        word for word, path in _FEATURES if at(document, path) in (True, "auto") or _is_set(document, path)
    ]
    if at(document, "call_forward.enabled") is True:
        found.insert(0, "call_forward")
    elif at(document, "call_forward.failover") is True:
        found.insert(0, "call_forward_failover")
    if text_at(document, "caller_id.external.number"):
        found.append("caller_id")
    return found


def _is_set(document: Document, path: str) -> bool:
    return path.endswith("media_id") and bool(text_at(document, path))


def _user_row(call: Call, identifier: str, entry: Entry) -> Document:
    document = entry["doc"]
    texts = {
        name: document.get(name, "")
        for name in (
            "username",
            "email",
            "first_name",
            "last_name",
            "presence_id",
            "timezone",
            "feature_level",
        )
    }
    return {
        "id": identifier,
        "features": features_of(document),
        **texts,
        "priv_level": document.get("priv_level", "user"),
        "call_recording": document.get("call_recording", {}),
        "service": document.get("service", {}),
        "flags": document.get("flags", []),
    }


def _by_last_first(call: Call, identifier: str, entry: Entry) -> lists.SortKey:
    names = f"{text_at(entry['doc'], 'last_name')} {text_at(entry['doc'], 'first_name')}"
    return (names.lower(), identifier)


def _keep_password(call: Call, draft: Draft) -> None:
    """A password becomes hashes of it and the user name; a new name needs a new password."""
    username, password = text_at(draft.doc, "username"), draft.doc.get("password")
    had = text_at(draft.before, "username")
    if isinstance(password, str) and password:
        if username:
            draft.pvt.update(hashes(username, password))
        elif "username" not in draft.doc:
            draft.errors.add("username", "required", "Field is required but missing", value=None)
    elif username and username.lower() != had.lower():
        draft.errors.add("password", "required", "Field is required but missing", value=None)
    if isinstance(password, str):
        draft.doc.pop("password")
    if had and "username" not in draft.doc:
        draft.pvt.update(md5="", sha1="")


def _user_items(call: Call, draft: Draft) -> Sequence[Item]:
    level = text_at(draft.doc, "priv_level") or "user"
    if draft.entry is not None and (text_at(draft.before, "priv_level") or "user") == level:
        return []
    held = sum(1 for other in call.docs("users").values() if other["doc"].get("priv_level", "user") == level)
    return [Item("users", level, 1, held)]


USERS = Collection(
    name="users",
    family="users",
    row=_user_row,
    sort=_by_last_first,
    key_type=lists.TEXT,
    rules=(
        _keep_password,
        need_unique("users", "username", "Username must be unique"),
        need_unique("users", "hotdesk.id", "Hotdesk ID already in use"),
    ),
    items=_user_items,
).register()


def _group_row(call: Call, identifier: str, entry: Entry) -> Document:
    document = entry["doc"]
    endpoints = document.get("endpoints")
    return {
        "id": identifier,
        "name": document.get("name", ""),
        "features": ["music_on_hold"] if text_at(document, "music_on_hold.media_id") else [],
        "endpoints": len(endpoints) if isinstance(endpoints, dict) else 0,
        "flags": document.get("flags", []),
    }


def _check_members(call: Call, draft: Draft) -> None:
    endpoints = draft.doc.get("endpoints")
    for member_id, member in endpoints.items() if isinstance(endpoints, dict) else ():
        if not isinstance(member, dict):
            draft.errors.add(
                f"endpoints.{member_id}",
                "type",
                "Value did not match type(s): object",
                target="object",
                value=member,
            )


GROUPS = Collection(
    name="groups", family="groups", row=_group_row, key_type=lists.TEXT, rules=(_check_members,)
).register()


def _with_flags(call: Call, identifier: str, entry: Entry) -> Document:
    return {"id": identifier, "name": entry["doc"].get("name", ""), "flags": entry["doc"].get("flags", [])}


def _directory_users(call: Call, identifier: str, entry: Entry, shown: Document) -> Document:
    """The users who joined: each says so in its own document."""
    users = []
    for user_id, user in call.docs("users").items():
        directories = user["doc"].get("directories")
        if isinstance(directories, dict) and identifier in directories:
            users.append({"user_id": user_id, "callflow_id": directories[identifier]})
    return {**shown, "users": users}


def _drop_users(call: Call, draft: Draft) -> None:
    """`users` is read from the users; as sent it says nothing."""
    if isinstance(draft.doc.get("users"), list):
        draft.doc.pop("users")


def _leave_directory(call: Call, draft: Draft) -> None:
    for user in call.docs("users").values():
        if isinstance(directories := user["doc"].get("directories"), dict):
            directories.pop(draft.id, None)


DIRECTORIES = Collection(
    name="directories",
    family="directories",
    row=_with_flags,
    show=_directory_users,
    prepare=(_drop_users,),
    vanish=(_leave_directory,),
).register()
