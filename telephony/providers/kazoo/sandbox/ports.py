"""Port requests: their states, what may be changed when, lists and timeline (facts, section 7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from telephony.providers.kazoo.sandbox import lists
from telephony.providers.kazoo.sandbox.answers import Answer, raw
from telephony.providers.kazoo.sandbox.assignments import normalised
from telephony.providers.kazoo.sandbox.call import Call, descendants
from telephony.providers.kazoo.sandbox.charges import Item, charge
from telephony.providers.kazoo.sandbox.collections import Collection, Draft
from telephony.providers.kazoo.sandbox.documents import (
    Document,
    Entry,
    fresh,
    full,
    revision,
    text_at,
    touched,
)
from telephony.providers.kazoo.sandbox.filters import passes
from telephony.providers.kazoo.sandbox.numbers import held_numbers
from telephony.providers.kazoo.sandbox.papers import letter
from telephony.providers.kazoo.sandbox.refusals import Errors, bad_identifier, wrong
from telephony.providers.kazoo.sandbox.routes import answers
from telephony.providers.kazoo.sandbox.settings import MIDDLE, NEW

STATES = ("unconfirmed", "submitted", "pending", "scheduled", "rejected", "completed", "canceled")
MOVES: Mapping[str, tuple[str, ...]] = {  # from -> to
    "unconfirmed": ("submitted", "canceled"),
    "submitted": ("pending", "rejected", "canceled"),
    "pending": ("scheduled", "completed", "rejected", "canceled"),
    "scheduled": ("completed", "rejected", "canceled"),
    "rejected": ("submitted", "completed", "canceled"),
    "completed": (),
    "canceled": (),
}
TYPES: Mapping[str, tuple[str, ...]] = {
    "all": STATES,
    "active": ("unconfirmed", "submitted", "pending", "scheduled", "rejected"),
    "progressing": ("submitted", "pending", "scheduled"),
    "suspended": ("unconfirmed", "rejected"),
    "completed": ("completed", "canceled"),
}
_EDITABLE = ("unconfirmed", "rejected")
_BY_STATE = ("", *(f"/{state}" for state in STATES))  # ends of the paths of lists


def state_of(entry: Entry) -> str:
    return str(entry["pvt"].get("state", entry["doc"].get("port_state", "unconfirmed")))


def comments_of(entry: Entry) -> list[Any]:
    held = entry["doc"].get("comments")
    return list(held) if isinstance(held, list) else []


def _shown(call: Call, identifier: str, entry: Entry, shown: Document) -> Document:
    pvt = entry["pvt"]
    account_id = call.account_id
    shown.pop("port_state", None)
    uploads = {
        name: {"content_type": held["type"], "length": len(held["data"]) * 3 // 4}
        for name, held in pvt.get("attachments", {}).items()
    }
    return {
        **shown,
        "port_state": state_of(entry),
        "state": state_of(entry),
        "sent": bool(pvt.get("sent")),
        "created": pvt.get("created", 0),
        "updated": pvt.get("modified", 0),
        "uploads": uploads,
        "_read_only": {
            "account_id": account_id,
            "account_name": call.account_document(account_id).get("name", ""),
            "port_authority": call.account["pvt"].get("reseller_id", ""),
            "created": pvt.get("created", 0),
            "modified": pvt.get("modified", 0),
        },
    }


def _row(call: Call, identifier: str, entry: Entry) -> Document:
    shown = _shown(call, identifier, entry, full(identifier, entry))
    return {name: value for name, value in shown.items() if name not in ("comments", "_read_only")}


def _number_rules(call: Call, draft: Draft) -> None:
    """Every number is one, and in no other open request; a number in service cannot be ported in."""
    numbers = draft.doc.get("numbers")
    if not isinstance(numbers, dict):
        return
    if not numbers:
        draft.errors.add("numbers", "minProperties", "The object must have at least 1 keys", target=1)
    for text in numbers:
        number = normalised(call, text)
        held = held_numbers(call).get(number)
        if not number.startswith("+"):
            draft.errors.add(text, "not_reconcilable", "Number is non-reconcilable", cause=text)
        elif held is not None and held["pvt"].get("state") == "in_service":
            draft.errors.add(text, "number_exists", "Number exists on the system already", cause=text)
        elif _is_porting(call, number, draft.id):
            draft.errors.add(text, "on_port_request", "Number is on a port request already", cause=text)


def _is_porting(call: Call, number: str, own_id: str) -> bool:
    return any(
        normalised(call, text) == number
        for account in call.state["accounts"].values()
        for identifier, entry in account["docs"].get("port_requests", {}).items()
        if identifier != own_id and state_of(entry) not in ("completed", "canceled")
        for text in entry["doc"].get("numbers", {})
    )


def _keep_state(call: Call, draft: Draft) -> None:
    """The state is moved, never written."""
    for name in ("port_state", "state", "sent", "created", "updated", "uploads"):
        draft.doc.pop(name, None)
    if draft.entry is None:
        draft.pvt.update(state="unconfirmed", timeline=[_step(call, "", "unconfirmed")])


def _still_open(call: Call, draft: Draft) -> None:
    if draft.entry is not None:
        need_editable(draft.entry)


def need_editable(entry: Entry) -> None:
    """Raises Refused 400 once a request is under way."""
    if state_of(entry) not in _EDITABLE:
        raise wrong("port_state", "invalid", "updating port request while not in unconfirmed or rejected state",
                    cause=state_of(entry))  # fmt: skip


def _step(call: Call, before: str, after: str, reason: str = "") -> Document:
    step: Document = {
        "transition": {"previous": before, "new": after},
        "timestamp": call.now_g,
        "authorization": {
            "account": {
                "id": call.token["account"],
                "name": call.account_document(call.token["account"]).get("name", ""),
            },
            "user": {"id": call.token.get("owner", "")},
        },
    }
    return step | ({"reason": reason} if reason else {})


PORTS = Collection(
    name="port_requests",
    family="port_requests",
    row=_row,
    key_type=lists.LIST,
    prepare=(_keep_state, _still_open),
    rules=(_number_rules,),
    show=_shown,
    verbs="create read update patch",
).register()


def _listed(call: Call, found: Iterable[tuple[str, str, Entry]]) -> Answer:
    """Requests of one or more accounts, by types, number and filters."""
    types = TYPES.get(call.query.get("by_types", ""), STATES)
    number = normalised(call, call.query["by_number"]) if "by_number" in call.query else ""
    rows = []
    for account_id, identifier, entry in found:
        numbers = [normalised(call, text) for text in entry["doc"].get("numbers", {})]
        if state_of(entry) in types and (not number or number in numbers):
            key = (text_at(entry["doc"], "name").lower(), identifier)
            rows.append(lists.Row(key, _shower(call, account_id, identifier, entry)))
    return lists.listed(call, rows)


def _shower(call: Call, account_id: str, identifier: str, entry: Entry) -> Callable[[], Any]:
    def show() -> Any:
        held, call.account_id = call.account_id, account_id
        shown = _row(call, identifier, entry)
        call.account_id = held
        if not passes(shown, entry["pvt"], call.request.query_pairs):
            return None
        return account_id, shown

    return show


def _requests(call: Call, account_ids: Iterable[str]) -> Iterator[tuple[str, str, Entry]]:
    """The requests of some accounts; a path that ends with a state wants those in it."""
    state = call.request.segments[-1]
    for account_id in account_ids:
        held = call.state["accounts"][account_id]["docs"].get("port_requests", {})
        for identifier, entry in held.items():
            if state not in STATES or state_of(entry) == state:
                yield account_id, identifier, entry


@answers("GET", *(f"/accounts/{{}}/port_requests{state}" for state in _BY_STATE))
def list_own(call: Call) -> Answer:
    """Flat in older builds and for one number; from 4.3 on one item for the account."""
    page = _listed(call, _requests(call, [call.account_id]))
    if call.generation in (MIDDLE, NEW) and "by_number" not in call.query:
        return _grouped(call, page)
    page.data = [document for _account, document in page.data]
    return page


@answers(
    "GET",
    "/accounts/{}/port_requests/descendants",
    *(f"/accounts/{{}}/descendants/port_requests{state}" for state in _BY_STATE),
)
def list_below(call: Call) -> Answer:
    """One item an account below, each with its requests."""
    return _grouped(call, _listed(call, _requests(call, descendants(call.state, call.account_id))))


@answers("GET", "/port_requests")
def list_of_authority(call: Call) -> Answer:
    """Those that the caller's account decides on, as the reseller of the accounts."""
    own = call.token["account"]
    sold = [
        one for one, account in call.state["accounts"].items() if account["pvt"].get("reseller_id") == own
    ]
    return _grouped(call, _listed(call, _requests(call, sold)))


def _grouped(call: Call, page: Answer) -> Answer:
    grouped: dict[str, list[Document]] = {}
    for account_id, document in page.data:
        grouped.setdefault(account_id, []).append(document)
    page.data = [
        {
            "account_id": one,
            "account_name": call.account_document(one).get("name", ""),
            "port_requests": documents,
        }
        for one, documents in grouped.items()
    ]
    return page


@answers("DELETE", "/accounts/{}/port_requests/{}")
def delete(call: Call, identifier: str) -> Document:
    entry = call.entry("port_requests", identifier)
    need_editable(entry)
    shown = PORTS.shown(call, identifier, entry)
    del call.shelf("port_requests")[identifier]
    return shown


@answers("PATCH POST", "/accounts/{}/port_requests/{}/{}")
def move(call: Call, identifier: str, state: str) -> Answer:
    """Into another state, when that is a legal move; clients of 3.22 send a POST."""
    entry = call.entry("port_requests", identifier)
    before = state_of(entry)
    if state not in STATES:
        raise bad_identifier(state)
    may_skip = state == "scheduled" and before == "submitted" and call.setting("scheduled_from_submitted")
    if state not in MOVES[before] and not may_skip:
        raise wrong("port_state", "enum", f"invalid state transition from {before} to {state}", cause=state)
    schedule = _schedule(call) if state == "scheduled" else None
    if state == "submitted":
        numbers = entry["doc"].get("numbers", {})
        charge(call, [Item("number_services", "port", len(numbers) if isinstance(numbers, dict) else 1)])
    reason = call.query.get("reason") or text_at(call.document, "reason")
    entry["pvt"]["state"] = state
    entry["pvt"].setdefault("timeline", []).append(_step(call, before, state, reason))
    if state == "submitted":
        entry["pvt"]["sent"] = True
    if schedule:
        entry["doc"]["schedule_on"] = schedule
    if state == "completed":
        _complete(call, entry)
    touched(entry, call.now_g)
    return Answer(PORTS.shown(call, identifier, entry), revision=revision(entry))


def _schedule(call: Call) -> Document:
    """`schedule_on {date_time, timezone}`. Raises Refused 400."""
    given, errors = call.document.get("schedule_on"), Errors()
    if not isinstance(given, dict):
        raise wrong("schedule_on", "required", "Field is required but missing", value=None)
    for name in ("date_time", "timezone"):
        if not isinstance(given.get(name), str) or not given[name]:
            errors.add(f"schedule_on.{name}", "required", "Field is required but missing", value=None)
    errors.refuse()
    return dict(given)


def _complete(call: Call, entry: Entry) -> None:
    """The numbers have arrived."""
    numbers = entry["doc"].get("numbers")
    for text in numbers if isinstance(numbers, dict) else ():
        number = normalised(call, text)
        held_numbers(call)[number] = fresh(
            {},
            call.now_g,
            account=call.account_id,
            state="in_service",
            used_by="",
            carrier_module="knm_local",
        )


@answers("GET", "/accounts/{}/port_requests/{}/timeline")
def timeline(call: Call, identifier: str) -> list[Document]:
    entry = call.entry("port_requests", identifier)
    steps = [*entry["pvt"].get("timeline", []), *comments_of(entry)]
    return sorted(
        (step for step in steps if isinstance(step, dict)),
        key=lambda step: int(step.get("timestamp", 0)),
        reverse=True,
    )


@answers(
    "GET",
    "/accounts/{}/port_requests/last_submitted",
    "/accounts/{}/descendants/port_requests/last_submitted",
)
def list_last_submitted(call: Call) -> list[Document]:
    """When each open request was handed in last."""
    below = "descendants" in call.request.segments
    account_ids = descendants(call.state, call.account_id) if below else [call.account_id]
    found = []
    for _account, identifier, entry in _requests(call, account_ids):
        steps = [
            step for step in entry["pvt"].get("timeline", []) if step["transition"]["new"] == "submitted"
        ]
        if steps and state_of(entry) in TYPES["active"]:
            found.append({"id": identifier, **steps[-1]})
    return found


@answers("GET", "/accounts/{}/port_requests/{}/loa", gives=("application/pdf",))
def letter_of_authorisation(call: Call, identifier: str) -> Answer:
    entry = call.entry("port_requests", identifier)
    document = entry["doc"]
    numbers = document.get("numbers")
    lines = [
        f"Account: {call.account['doc'].get('name', '')}",
        f"Request: {document.get('name', '')}",
        f"Losing carrier: {text_at(document, 'bill.carrier')}",
        f"Signed by: {document.get('signee_name', '')}",
        "Numbers: " + ", ".join(numbers if isinstance(numbers, dict) else ()),
    ]
    return raw(letter("Letter of authorisation", lines), "application/pdf", "loa.pdf")
