"""Webhooks: which there are, the account's own, and the log of their attempts (facts, section 7)."""

from __future__ import annotations

from telephony.providers.kazoo.sandbox.answers import Answer
from telephony.providers.kazoo.sandbox.call import Call
from telephony.providers.kazoo.sandbox.collections import Collection, Draft, patch
from telephony.providers.kazoo.sandbox.documents import Document, Entry, text_at, touched
from telephony.providers.kazoo.sandbox.plain import row_of
from telephony.providers.kazoo.sandbox.refusals import wrong
from telephony.providers.kazoo.sandbox.routes import answers

HOOKS = {
    "all": "All", "callflow": "Callflow", "channel_answer": "Channel Answer", "channel_bridge": "Channel Bridge",
    "channel_create": "Channel Create", "channel_destroy": "Channel Destroy", "mms": "MMS", "notifications": "Notifications",
    "object": "Object", "parking": "Call Parking", "sms": "SMS",
}  # fmt: skip
_OBJECT_ACTIONS = ("doc_created", "doc_edited", "doc_deleted")


def _hook_known(call: Call, draft: Draft) -> None:
    hook = text_at(draft.doc, "hook")
    if hook and hook not in HOOKS:
        draft.errors.add(
            "hook", "enum", "Value not found in enumerated list of values", target=sorted(HOOKS), value=hook
        )
    uri = text_at(draft.doc, "uri")
    if uri and not uri.lower().startswith(("http://", "https://")):
        draft.errors.add("uri", "error", "invalid client URL", cause=uri)


def _shown(call: Call, identifier: str, entry: Entry, shown: Document) -> Document:
    reason = entry["pvt"].get("disable_reason")
    return {**shown, "disable_reason": reason} if reason else shown


WEBHOOKS = Collection(
    name="webhooks",
    family="webhooks",
    row=row_of("name", "hook", "uri", http_verb="post", enabled=True),
    rules=(_hook_known,),
    show=_shown,
    verbs="list create read update delete",
).register()


@answers("PATCH", "/accounts/{}/webhooks/{}")
def patch_one(call: Call, identifier: str) -> Answer:
    """`{"re-enable": true}` revives one that failed too often."""
    if call.document.get("re-enable") is True:
        entry = call.entry("webhooks", identifier)
        entry["doc"]["enabled"] = True
        entry["pvt"].pop("disable_reason", None)
        touched(entry, call.now_g)
        return WEBHOOKS.answer(call, identifier, entry)
    return patch(call, WEBHOOKS, identifier)


@answers("PATCH", "/accounts/{}/webhooks")
def revive_all(call: Call) -> Document:
    if call.document.get("re-enable") is not True:
        raise wrong("re-enable", "required", "Field is required but missing", value=None)
    for entry in call.docs("webhooks").values():
        entry["doc"]["enabled"] = True
        entry["pvt"].pop("disable_reason", None)
    return {"re-enable": True}


@answers("GET", "/webhooks")
def list_hooks(call: Call) -> list[Document]:
    """The kinds of this cluster."""
    return [
        {
            "id": f"webhooks_{name}",
            "name": label,
            "description": f"Fired on {label.lower()}",
            "modifiers": _modifiers(name),
        }
        for name, label in HOOKS.items()
    ]


def _modifiers(hook: str) -> Document:
    if hook != "object":
        return {}
    kinds = [
        "account",
        "callflow",
        "device",
        "faxbox",
        "media",
        "user",
        "vmbox",
        "fax",
        "call_recording",
        "mailbox_message",
    ]
    return {
        "type": {"type": "select", "items": kinds},
        "action": {"type": "select", "items": list(_OBJECT_ACTIONS)},
    }


@answers("GET", "/accounts/{}/webhooks/attempts")
def list_attempts(call: Call) -> list[Document]:
    return [
        one
        for identifier, entry in call.docs("webhooks").items()
        for one in _attempts(call, identifier, entry)
    ]


@answers("GET", "/accounts/{}/webhooks/{}/attempts")
def list_attempts_of(call: Call, identifier: str) -> list[Document]:
    return _attempts(call, identifier, call.entry("webhooks", identifier))


def _attempts(call: Call, identifier: str, entry: Entry) -> list[Document]:
    """The last few: those of a hook that is switched off by the server have failed."""
    failed = bool(entry["pvt"].get("disable_reason"))
    return [
        {
            "hook_id": identifier,
            "result": "failure" if failed else "success",
            "response_code": 500 if failed else 200,
            "client_headers": {},
            "timestamp": call.now_g // 600 * 600 - 600 * step,
            "retries_left": 0 if failed else int(entry["doc"].get("retries", 2)),
        }
        for step in range(5)
    ]
