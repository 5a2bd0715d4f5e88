"""What our catalog does not ask for, but other clients do: search, features of an account, empty shelves."""

from __future__ import annotations

from collections.abc import Iterator

from telephony.providers.kazoo.sandbox import lists
from telephony.providers.kazoo.sandbox.answers import Answer
from telephony.providers.kazoo.sandbox.call import Call, descendants, is_below
from telephony.providers.kazoo.sandbox.documents import Document, changed, revision, stored, text_at
from telephony.providers.kazoo.sandbox.refusals import bad_identifier, wrong
from telephony.providers.kazoo.sandbox.routes import answers
from telephony.providers.kazoo.sandbox.settings import VERSIONS

_SEARCHED = ("account", "user", "callflow")
_SINGLE = ("/accounts/{}/metaflows", "/accounts/{}/access_lists")
_EMPTY = tuple(
    f"/accounts/{{}}/{path}"
    for path in (
        "alerts", "faxes/inbox", "faxes/incoming", "faxes/outbox", "faxes/outgoing", "faxes/smtplog",
        "notifications/smtplog", "parked_calls", "queues/eavesdrop", "recordings", "servers", "sms", "websockets",
    )
)  # fmt: skip
_EVENTS = {
    "call": ["CHANNEL_CREATE", "CHANNEL_ANSWER", "CHANNEL_BRIDGE", "CHANNEL_DESTROY"],
    "conference": ["conference.event", "conference.config"],
    "object": ["doc_created", "doc_edited", "doc_deleted"],
}


@answers("GET", *_EMPTY)
def list_nothing(call: Call) -> list[Document]:
    """Applications without data of their own here."""
    return []


@answers("GET DELETE", *(f"{path}/{{}}" for path in _EMPTY))
def read_nothing(call: Call, identifier: str) -> None:
    raise bad_identifier(identifier)


@answers("GET", "/websockets")
def list_events(call: Call) -> Document:
    """What a websocket may be bound to."""
    return dict(_EVENTS)


@answers("GET", "/accounts/{}/dialplans")
def list_dialplans(call: Call) -> Document:
    """None is configured for the cluster."""
    return {}


@answers("GET", "/accounts/{}/presence")
def list_presence(call: Call) -> Document:
    """Nobody has subscribed to anything."""
    return {"subscriptions": {}}


@answers("GET", "/accounts/{}/presence/{}")
def read_presence(call: Call, extension: str) -> Document:
    return {"subscriptions": {}}


@answers("POST", "/accounts/{}/presence/{}")
def set_presence(call: Call, extension: str) -> Document:
    return {}


@answers("POST", "/accounts/{}/users/{}/presence", "/accounts/{}/devices/{}/presence")
def set_presence_of(call: Call, identifier: str) -> Document:
    call.entry(call.request.segments[-3], identifier)
    return {}


@answers("GET", "/about")
def about(call: Call) -> Document:
    return {"version": VERSIONS[call.generation], "used_memory": 268_435_456, "processes": 1800, "ports": 40}


@answers("GET", *_SINGLE)
def read_single(call: Call) -> Answer:
    name = call.request.segments[-1]
    entry = call.one(name)
    return Answer(dict(entry["doc"]), revision=revision(entry))


@answers("POST", *_SINGLE)
def write_single(call: Call) -> Answer:
    name = call.request.segments[-1]
    entry = call.one(name)
    changed(entry, stored(call.document), call.now_g)
    call.keep(name, entry)
    return Answer(dict(entry["doc"]), revision=revision(entry))


@answers("DELETE", *_SINGLE)
def delete_single(call: Call) -> Document:
    entry = call.account["one"].pop(call.request.segments[-1], None)
    return dict(entry["doc"]) if entry else {}


@answers(
    "GET POST DELETE",
    *(f"/accounts/{{}}/{thing}/{{}}/metaflows" for thing in ("callflows", "devices", "users")),
)
def metaflows_of(call: Call, identifier: str) -> Document:
    """What stands in a document as `metaflows`; one object, as for the account."""
    entry = call.entry(call.request.segments[-3], identifier)
    document, method = dict(entry["doc"]), call.message.method
    before = document.pop("metaflows", None)
    if method == "GET":
        return dict(before) if isinstance(before, dict) else {}
    wish = {} if method == "DELETE" else stored(call.document)
    changed(entry, {**document, **({"metaflows": wish} if wish else {})}, call.now_g)
    return wish


@answers("GET", "/accounts/{}/users/hotdesks", "/accounts/{}/devices/hotdesks", "/accounts/{}/hotdesks")
def list_hotdesks(call: Call) -> list[Document]:
    """Phones at which somebody is logged in."""
    found = []
    for device_id, device in call.docs("devices").items():
        hotdesk = device["doc"].get("hotdesk")
        users = hotdesk.get("users") if isinstance(hotdesk, dict) else None
        for user_id in users if isinstance(users, dict) else ():
            found.append(
                {"device_id": device_id, "owner_id": user_id, "device_name": device["doc"].get("name", "")}
            )
    return found


@answers("GET", "/accounts/{}/users/{}/hotdesks")
def list_hotdesks_of_user(call: Call, user_id: str) -> list[Document]:
    call.entry("users", user_id)
    return [row for row in list_hotdesks(call) if row["owner_id"] == user_id]


@answers("GET", "/accounts/{}/devices/{}/hotdesks")
def list_hotdesks_of_device(call: Call, device_id: str) -> list[Document]:
    call.entry("devices", device_id)
    return [row for row in list_hotdesks(call) if row["device_id"] == device_id]


@answers("GET", "/accounts/{}/queues/stats")
def queue_stats(call: Call) -> list[Document]:
    return [{"id": identifier, "waiting_calls": 0, "agents": []} for identifier in call.docs("queues")]


@answers("GET", "/accounts/{}/contact_list")
def contact_list(call: Call) -> list[Document]:
    """Callflows with an internal number, unless they are left out of phone books."""
    found = []
    for entry in call.docs("callflows").values():
        document = entry["doc"]
        excluded = document.get("contact_list")
        hidden = isinstance(excluded, dict) and excluded.get("exclude") is True
        numbers = [one for one in document.get("numbers", []) if isinstance(one, str) and one.isdecimal()]
        if numbers and not hidden:
            found.append({"name": document.get("name", ""), "internal_number": numbers[0]})
    return found


@answers("GET", "/search", "/accounts/{}/search")
def search(call: Call) -> Answer:
    """`t` what, `q` by which field, `v` what its value begins with."""
    kind, field, value = _kind(call), call.query.get("q", ""), call.query.get("v", "")
    rows = [
        lists.Row((text.lower(), row["id"]), _constant(row)) for text, row in _found(call, kind, field, value)
    ]
    return lists.listed(call, rows, lists.TEXT)


@answers("GET", "/search/multi", "/accounts/{}/search/multi")
def search_multi(call: Call) -> Document:
    """`by_name`, `by_realm`, ...: what begins so, under the name of each field that was asked for."""
    kind = _kind(call)
    asked = {name[3:]: value for name, value in call.query.items() if name.startswith("by_")}
    return {field: [row for _text, row in _found(call, kind, field, value)] for field, value in asked.items()}


def _found(call: Call, kind: str, field: str, value: str) -> Iterator[tuple[str, Document]]:
    """What begins with a value: the text it was found by, and a row."""
    for identifier, document in _searched(call, kind):
        text = str(document.get("id" if field == "id" else field.partition("_and_")[0], ""))
        numbers = [str(one) for one in document.get("numbers", [])] if "number" in field else []
        if not any(one.lower().startswith(value.lower()) for one in (text, *numbers)):
            continue
        row = {"id": identifier, "name": document.get("name", ""), "realm": document.get("realm", "")}
        if kind == "account":
            row["descendants_count"] = len(descendants(call.state, identifier))
        yield text, row


def _kind(call: Call) -> str:
    kind = call.query.get("t", "")
    if kind not in _SEARCHED:
        message = "Value not found in enumerated list of values"
        raise wrong("t", "enum", message, target=list(_SEARCHED))
    return kind


def _constant(row: Document) -> lists.Show:
    return lambda: row


def _searched(call: Call, kind: str) -> list[tuple[str, Document]]:
    own = call.account_id or call.token["account"]
    if kind == "account":
        accounts = call.state["accounts"]
        return [
            (one, {**account["doc"], "id": one})
            for one, account in accounts.items()
            if is_below(call.state, one, own)
        ]
    docs = call.state["accounts"][own]["docs"].get(f"{kind}s", {})
    return [(one, {"name": text_at(entry["doc"], "username"), **entry["doc"]}) for one, entry in docs.items()]
