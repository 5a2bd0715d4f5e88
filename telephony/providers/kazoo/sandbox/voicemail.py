"""Voicemail boxes and their messages (facts, section 7). Messages stand in the box's private part."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from telephony.providers.kazoo.sandbox import lists
from telephony.providers.kazoo.sandbox.answers import Answer, raw
from telephony.providers.kazoo.sandbox.call import Call
from telephony.providers.kazoo.sandbox.collections import Collection, need_unique
from telephony.providers.kazoo.sandbox.documents import Document, Entry, attachment, touched
from telephony.providers.kazoo.sandbox.filters import passes
from telephony.providers.kazoo.sandbox.months import month_id
from telephony.providers.kazoo.sandbox.refusals import Errors, Refused, bad_identifier, wrong
from telephony.providers.kazoo.sandbox.routes import answers
from telephony.providers.kazoo.sandbox.sounds import tone
from telephony.providers.kazoo.sandbox.uploads import uploaded

FOLDERS = ("new", "saved", "deleted")
_BOX, _LIST, _ONE = (
    "/accounts/{}/vmboxes",
    "/accounts/{}/vmboxes/{}/messages",
    "/accounts/{}/vmboxes/{}/messages/{}",
)
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_UPLOADS = (
    "multipart/form-data",
    "multipart/mixed",
    "audio/mp3",
    "audio/mpeg",
    "audio/x-wav",
    "audio/wav",
    "application/json",
)

Message = dict[str, Any]


def _row(call: Call, identifier: str, entry: Entry) -> Document:
    document = entry["doc"]
    kept = [one for one in messages_of(entry) if one.get("folder") != "deleted"]
    return {
        "id": identifier,
        "name": document.get("name", ""),
        "mailbox": document.get("mailbox", ""),
        "owner_id": document.get("owner_id", ""),
        "messages": len(kept),
        "flags": document.get("flags", []),
    }


def _shown(call: Call, identifier: str, entry: Entry, shown: Document) -> Document:
    counts = dict.fromkeys(FOLDERS, 0)
    for message in messages_of(entry):
        counts[message.get("folder", "new")] = counts.get(message.get("folder", "new"), 0) + 1
    return {**shown, "folders": {name: count for name, count in counts.items() if count}}


VMBOXES = Collection(
    name="vmboxes",
    family="vmboxes",
    row=_row,
    show=_shown,
    key_type=lists.TEXT,
    rules=(need_unique("vmboxes", "mailbox", "Mailbox number already in use"),),
).register()


def messages_of(entry: Entry) -> list[Message]:
    held: list[Message] = entry["pvt"].get("messages", [])
    return held


def _put(entry: Entry, message: Message) -> None:
    entry["pvt"]["messages"] = [*messages_of(entry), message]


def _message(box: Entry, message_id: str) -> Message:
    for message in messages_of(box):
        if message.get("media_id") == message_id:
            return message
    raise bad_identifier(message_id)


def _public(message: Message) -> Message:
    return {name: value for name, value in message.items() if not name.startswith("pvt_")}


@answers("GET", _LIST)
def list_messages(call: Call, box_id: str) -> Answer:
    """All that are not deleted; `?folder=` gives one folder."""
    box = call.entry("vmboxes", box_id)
    folder = call.query.get("folder")
    rows = []
    for message in messages_of(box):
        is_wanted = message.get("folder") == folder if folder else message.get("folder") != "deleted"
        if is_wanted and passes(message, {"created": message.get("timestamp", 0)}, call.request.query_pairs):
            rows.append(_listed(message))
    return lists.listed(call, rows, lists.NUMBER)


def _listed(message: Message) -> lists.Row:
    key = (int(message.get("timestamp", 0)), str(message.get("media_id", "")))
    return lists.Row(key, lambda: _public(message))


@answers("GET", "/accounts/{}/vmboxes/messages")
def list_messages_of_all(call: Call) -> Answer:
    """The new messages of every box."""
    rows = []
    for box_id, box in call.docs("vmboxes").items():
        rows.append(_counted(box_id, box))
    return lists.listed(call, rows, lists.TEXT)


def _counted(box_id: str, box: Entry) -> lists.Row:
    counts = {name: sum(1 for one in messages_of(box) if one.get("folder") == name) for name in FOLDERS}
    return lists.Row((box_id,), lambda: {"id": box_id, **counts})


@answers("POST", _LIST)
def move_messages(call: Call, box_id: str) -> Document:
    """Many into a folder, or into another box (`source_id`, one id or several, and `folder`)."""
    box = call.entry("vmboxes", box_id)
    folder, targets = call.document.get("folder"), _targets(call)
    if folder is not None and folder not in FOLDERS:
        raise wrong(
            "folder",
            "enum",
            "Value not found in enumerated list of values",
            target=list(FOLDERS),
            value=folder,
        )
    done, failed = [], []
    for message_id in _wanted(call):
        try:
            _change(call, box, _message(box, message_id), folder, targets)
            done.append(message_id)
        except Refused:
            failed.append({message_id: "not_found"})
    touched(box, call.now_g)
    return {"succeeded": done, "failed": failed}


@answers("DELETE", _LIST)
def delete_messages(call: Call, box_id: str) -> Document:
    box = call.entry("vmboxes", box_id)
    if folder := call.query.get("folder"):
        wanted = [str(one["media_id"]) for one in messages_of(box) if one.get("folder") == folder]
    elif "messages" in call.document:
        wanted = _wanted(call)
    else:
        wanted = [str(one["media_id"]) for one in messages_of(box)]
    done, failed = [], []
    for message_id in wanted:
        try:
            _message(box, message_id)["folder"] = "deleted"
            done.append(message_id)
        except Refused:
            failed.append({message_id: "not_found"})
    touched(box, call.now_g)
    return {"succeeded": done, "failed": failed}


def _wanted(call: Call) -> list[str]:
    if "messages" not in call.document:
        raise wrong("messages", "required", "No array of voicemail message ids", value=None)
    return call.texts("messages")


def _targets(call: Call) -> list[Entry]:
    """The boxes that `source_id` names. Raises Refused 404."""
    given = call.document.get("source_id", [])
    named = [given] if isinstance(given, str) else given
    if not isinstance(named, list) or not all(isinstance(one, str) for one in named):
        raise wrong("source_id", "type", "Value did not match type(s): string", target="string", value=given)
    return [call.entry("vmboxes", one) for one in named]


def _change(call: Call, box: Entry, message: Message, folder: Any, targets: list[Entry]) -> None:
    if isinstance(folder, str):
        message["folder"] = folder
    if targets and all(target is not box for target in targets):
        messages_of(box).remove(message)
    for target in targets:
        if target is not box:
            _put(target, dict(message))
            touched(target, call.now_g)


@answers("GET", _ONE)
def read_message(call: Call, box_id: str, message_id: str) -> Message:
    return _public(_message(call.entry("vmboxes", box_id), message_id))


@answers("POST", _ONE)
def move_message(call: Call, box_id: str, message_id: str) -> Message:
    box = call.entry("vmboxes", box_id)
    message = _message(box, message_id)
    folder, targets = call.document.get("folder"), _targets(call)
    if folder is not None and folder not in FOLDERS:
        raise wrong(
            "folder",
            "enum",
            "Value not found in enumerated list of values",
            target=list(FOLDERS),
            value=folder,
        )
    _change(call, box, message, folder, targets)
    touched(box, call.now_g)
    return _public(message)


@answers("DELETE", _ONE)
def delete_message(call: Call, box_id: str, message_id: str) -> Message:
    box = call.entry("vmboxes", box_id)
    message = _message(box, message_id)
    message["folder"] = "deleted"
    touched(box, call.now_g)
    return _public(message)


@answers("GET", _ONE + "/raw", gives=("*",))
def hear(call: Call, box_id: str, message_id: str) -> Answer:
    """The sound; with `Range` a part of it. A message that is heard is not new any more only if a client says so."""
    content = _sound(call.entry("vmboxes", box_id), message_id)
    match = _RANGE.fullmatch(call.request.header("Range").strip())
    if not match or not (match[1] or match[2]):
        answer = raw(content, "audio/wav", f"{message_id}.wav")
        answer.headers.append(("Accept-Ranges", "bytes"))
        return answer
    first, last = _span(match, len(content))
    if first >= len(content) or last < first:
        raise Refused(416, "range not satisfiable", headers=[("Content-Range", f"bytes */{len(content)}")])
    headers = [("Content-Range", f"bytes {first}-{last}/{len(content)}"), ("Accept-Ranges", "bytes")]
    return Answer(status=206, body=content[first : last + 1], content_type="audio/wav", headers=headers)


def _span(match: re.Match[str], length: int) -> tuple[int, int]:
    if not match[1]:
        return max(0, length - int(match[2][:12])), length - 1
    return int(match[1][:12]), min(int(match[2][:12]), length - 1) if match[2] else length - 1


def _sound(box: Entry, message_id: str) -> bytes:
    message = _message(box, message_id)
    held = attachment(box, message_id)
    return held[1] if held else tone(max(1, int(message.get("length", 1000)) // 1000))


@answers("POST", _LIST + "/raw", gives=("application/zip", "application/octet-stream"))
def pack(call: Call, box_id: str) -> Answer:
    """Several messages in one archive."""
    box = call.entry("vmboxes", box_id)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for message_id in _wanted(call):
            archive.writestr(f"{message_id}.wav", _sound(box, message_id))
    return raw(held.getvalue(), "application/zip", "messages.zip")


@answers("PUT", _LIST, takes=_UPLOADS)
def leave(call: Call, box_id: str) -> Answer:
    """Leave a message: a sound, or a form with a sound in it."""
    box = call.entry("vmboxes", box_id)
    errors = Errors()
    _kind, content = uploaded(call, "audio/wav") if not call.message.is_json else ("", b"")
    if not call.message.is_json and not content:
        errors.add("file", "required", "please provide a sound", value=None)
    errors.refuse()
    message_id = month_id(
        call.now_g, call.stable("message", call.now_s, call.account_id, len(messages_of(box)))
    )
    message = {
        "media_id": message_id,
        "call_id": f"{call.stable(message_id)[:16]}@sandbox",
        "folder": "new",
        "timestamp": call.now_g,
        "length": max(1, len(content) // 16) if content else 1000,
        "from": f"portal@{call.realm}",
        "to": f"{box['doc'].get('mailbox', '')}@{call.realm}",
        "caller_id_name": "Portal",
        "caller_id_number": "",
    }
    _put(box, message)
    touched(box, call.now_g)
    return Answer(message, 201, location=message_id)
