"""What our catalog does not ask for, but other clients do: search, call-flow features of an account, empty shelves."""

from __future__ import annotations

from telephony.providers.kazoo.sandbox import lists
from telephony.providers.kazoo.sandbox.answers import Answer
from telephony.providers.kazoo.sandbox.call import Call, is_below
from telephony.providers.kazoo.sandbox.documents import Document, changed, revision, stored, text_at
from telephony.providers.kazoo.sandbox.refusals import wrong
from telephony.providers.kazoo.sandbox.routes import answers
from telephony.providers.kazoo.sandbox.settings import VERSIONS

_SINGLE = ("/accounts/{}/metaflows", "/accounts/{}/access_lists")
_EMPTY = tuple(
    f"/accounts/{{}}/{path}"
    for path in (
        "apps_store", "servers", "faxes/inbox", "faxes/incoming", "faxes/outbox", "faxes/outgoing", "faxes/smtplog",
        "ips/assigned", "multi_factor", "parked_calls", "queues/eavesdrop", "recordings", "sms", "websockets",
    )
)  # fmt: skip


@answers("GET", *_EMPTY)
def list_nothing(call: Call) -> list[Document]:
    """Applications without data of their own here."""
    return []


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
    kind, field, value = (call.query.get(name, "") for name in ("t", "q", "v"))
    if kind not in ("account", "user", "callflow"):
        raise wrong(
            "t",
            "enum",
            "Value not found in enumerated list of values",
            target=["account", "user", "callflow"],
        )
    rows = []
    for identifier, document in _searched(call, kind):
        text = str(document.get("id" if field == "id" else field.partition("_and_")[0], ""))
        numbers = [str(one) for one in document.get("numbers", [])] if "number" in field else []
        if any(one.lower().startswith(value.lower()) for one in (text, *numbers)):
            row = {"id": identifier, "name": document.get("name", ""), "realm": document.get("realm", "")}
            rows.append(lists.Row((text.lower(), identifier), _constant(row)))
    return lists.listed(call, rows, lists.TEXT)


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
