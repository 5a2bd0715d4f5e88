"""Telephone numbers: states, single calls, collection calls (facts, section 7). Search: `number_search.py`."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable

from telephony.providers.kazoo.sandbox import lists
from telephony.providers.kazoo.sandbox.answers import Answer, created
from telephony.providers.kazoo.sandbox.assignments import normalised, refresh
from telephony.providers.kazoo.sandbox.call import Call, is_below
from telephony.providers.kazoo.sandbox.charges import Item, charge
from telephony.providers.kazoo.sandbox.classifiers import classifier_of
from telephony.providers.kazoo.sandbox.documents import (
    Document,
    Entry,
    changed,
    fresh,
    full,
    patched,
    revision,
    stored,
    touched,
)
from telephony.providers.kazoo.sandbox.filters import passes
from telephony.providers.kazoo.sandbox.refusals import Errors, Refused, wrong
from telephony.providers.kazoo.sandbox.routes import answers
from telephony.providers.kazoo.sandbox.validation import check

_ALLOWED = (
    "cnam",
    "e911",
    "failover",
    "force_outbound",
    "inbound_cnam",
    "outbound_cnam",
    "port",
    "prepend",
    "ringback",
)
_OWNED = ("in_service", "port_in", "port_out", "reserved")
_WORDS = ("create_with_state", "numbers", "carrier_module")

Work = Callable[[Call, str, Document], Document]


def held_numbers(call: Call) -> dict[str, Entry]:
    """All numbers of the cluster."""
    found: dict[str, Entry] = call.state["numbers"]
    return found


def own(call: Call, text: str) -> tuple[str, Entry]:
    """A number of the account. Raises Refused 404."""
    number = normalised(call, text)
    entry = held_numbers(call).get(number)
    if entry is None or entry["pvt"].get("account") != call.account_id:
        raise _not_found(number)
    return number, entry


def _not_found(number: str) -> Refused:
    return Refused(404, "not_found", {"message": "number not found", "cause": number, "not_found": number})


def _features(entry: Entry) -> list[str]:
    document = entry["doc"]
    found = ["local"] if "local" in entry["pvt"].get("features", []) else []
    for word, place in (
        ("e911", "e911"),
        ("outbound_cnam", "cnam"),
        ("failover", "failover"),
        ("prepend", "prepend"),
    ):
        if document.get(place):
            found.append(word)
    cnam = document.get("cnam")
    if isinstance(cnam, dict) and cnam.get("inbound_lookup") is True:
        found.append("inbound_cnam")
    return sorted(found)


def shown(number: str, entry: Entry) -> Document:
    """A number as a read shows it."""
    pvt, features = entry["pvt"], _features(entry)
    facts = {
        "state": pvt.get("state", "in_service"),
        "created": pvt.get("created", 0),
        "modified": pvt.get("modified", 0),
        "features": features,
        "features_available": [name for name in _ALLOWED if name not in features],
        "features_allowed": list(_ALLOWED),
        "features_denied": [],
        "carrier_module": pvt.get("carrier_module", "knm_local"),
        "assigned_to": pvt.get("account", ""),
    }
    if pvt.get("used_by"):
        facts["used_by"] = pvt["used_by"]
    return {**full(number, entry), "state": facts["state"], "features": features, "_read_only": facts}


def _row(number: str, entry: Entry) -> Document:
    pvt = entry["pvt"]
    return {
        "state": pvt.get("state", "in_service"),
        "features": _features(entry),
        "assigned_to": pvt.get("account", ""),
        "used_by": pvt.get("used_by", ""),
        "created": pvt.get("created", 0),
        "updated": pvt.get("modified", 0),
        "features_available": list(_ALLOWED),
    }


def _keeps(call: Call, number: str, entry: Entry) -> bool:
    """Filters look at the document and at the facts of the row."""
    whole = {**entry["doc"], **_row(number, entry), "id": number}
    return passes(whole, entry["pvt"], call.request.query_pairs)


def list_numbers(call: Call) -> Answer:
    """An object keyed by number, paged by number."""
    own_numbers = {
        number: entry
        for number, entry in held_numbers(call).items()
        if entry["pvt"].get("account") == call.account_id
    }

    def row(number: str, entry: Entry) -> lists.Row:
        return lists.Row(
            (number,), lambda: (number, _row(number, entry)) if _keeps(call, number, entry) else None
        )

    page = lists.listed(call, [row(number, entry) for number, entry in own_numbers.items()], lists.TEXT)
    below = sum(
        1
        for entry in held_numbers(call).values()
        if entry["pvt"].get("account") and is_below(call.state, entry["pvt"]["account"], call.account_id)
    )
    page.data = {"numbers": dict(page.data), "cascade_quantity": below}
    return page


@answers("GET", "/accounts/{}/phone_numbers/{}")
def read(call: Call, number: str) -> Answer:
    number, entry = own(call, number)
    return Answer(shown(number, entry), revision=revision(entry))


@answers("POST", "/accounts/{}/phone_numbers/{}")
def update(call: Call, number: str) -> Answer:
    return Answer(_replace(call, number, call.document))


@answers("PATCH", "/accounts/{}/phone_numbers/{}")
def patch(call: Call, number: str) -> Answer:
    return Answer(_merge(call, number, call.document))


@answers("PUT", "/accounts/{}/phone_numbers/{}")
def create(call: Call, number: str) -> Answer:
    document = _create(call, number, call.document)
    return created(document, document["id"])


@answers("DELETE", "/accounts/{}/phone_numbers/{}")
def delete(call: Call, number: str) -> Answer:
    return Answer(_release(call, number, call.document))


@answers("PUT", "/accounts/{}/phone_numbers/{}/activate")
def activate(call: Call, number: str) -> Answer:
    return Answer(_activate(call, number, call.document), 201)


@answers("PUT", "/accounts/{}/phone_numbers/{}/reserve")
def reserve(call: Call, number: str) -> Answer:
    document = _take(
        call, number, call.document, "reserved", ("discovery", "available", "in_service", "reserved")
    )
    return Answer(document, 201)


@answers("PUT", "/accounts/{}/phone_numbers/{}/port")
def port_in(call: Call, number: str) -> Answer:
    return Answer(_create(call, number, {**call.document, "create_with_state": "port_in"}), 201)


@answers("GET", "/accounts/{}/phone_numbers/{}/identify")
def identify(call: Call, text: str) -> Document:
    number = normalised(call, text)
    entry = held_numbers(call).get(number)
    if entry is None or not entry["pvt"].get("account"):
        raise _not_found(number)
    return {"account_id": entry["pvt"]["account"], "number": number}


# ---- many at once ----


@answers("PUT POST PATCH DELETE", "/accounts/{}/phone_numbers/collection")
def change_many(call: Call) -> Answer:
    work = {"PUT": _create, "POST": _replace, "PATCH": _merge, "DELETE": _release}[call.message.method]
    if work is _create:
        charge(call, _priced(call, _wanted(call)))
    return Answer(_each(call, work), 201 if work is _create else 200)


@answers("PUT", "/accounts/{}/phone_numbers/collection/activate")
def activate_many(call: Call) -> Answer:
    charge(call, _priced(call, _wanted(call)))
    return Answer(_each(call, _activate), 201)


def _each(call: Call, work: Work) -> Document:
    """Do the same with every number: what succeeded and what did not, each by number. Charges were asked for before."""
    wanted = _wanted(call)
    fields = {name: value for name, value in call.document.items() if name != "numbers"}
    done: Document = {}
    failed: Document = {}
    for number in wanted:
        try:
            document = work(call, number, fields)
            done[document["id"]] = document
        except Refused as refused:
            failed[number] = {
                "code": refused.status,
                "error": refused.message,
                "message": _message_of(refused),
                "cause": number,
            }
    if failed and not done:
        raise Refused(400, "client error", failed)
    return {"success": done, "error": failed or []}


def _message_of(refused: Refused) -> str:
    return (
        str(refused.data.get("message", refused.message))
        if isinstance(refused.data, dict)
        else refused.message
    )


def _wanted(call: Call) -> list[str]:
    given, errors = call.document.get("numbers"), Errors()
    if given is None:
        errors.add("numbers", "required", "Field is required but missing", value=None)
    elif not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        errors.add("numbers", "type", "Value did not match type(s): array", target="array", value=given)
    elif not given:
        errors.add("numbers", "minimum", "The list must have at least 1 items", target=1, value=given)
    elif len(set(given)) < len(given):
        errors.add("numbers", "uniqueItems", "List of items is not unique", value=given)
    errors.refuse()
    return [str(one) for one in given or ()]


# ---- one at a time ----


def _judged(call: Call, document: Document) -> Document:
    fields = {name: value for name, value in stored(document).items() if name not in _WORDS}
    errors = Errors()
    check("phone_numbers", fields, errors)
    for name in ("state", "features"):
        fields.pop(name, None)
    errors.refuse()
    return fields


def _replace(call: Call, text: str, document: Document) -> Document:
    number, entry = own(call, text)
    changed(entry, _judged(call, document), call.now_g)
    return shown(number, entry)


def _merge(call: Call, text: str, document: Document) -> Document:
    number, entry = own(call, text)
    changed(entry, _judged(call, patched(entry["doc"], stored(document))), call.now_g)
    return shown(number, entry)


def _create(call: Call, text: str, document: Document) -> Document:
    """A number that the account brings along."""
    number = _reconcilable(call, text)
    state = document.get("create_with_state", "reserved" if not call.is_reseller else "in_service")
    if state not in ("aging", "available", "in_service", "port_in", "port_out", "reserved"):
        message = "Value not found in enumerated list of values"
        raise wrong("create_with_state", "enum", message, cause=state)
    held = held_numbers(call).get(number)
    if held is not None and held["pvt"].get("state") not in ("deleted", "released", "available"):
        raise Refused(409, "number_exists", {"message": f"number {number} already exists", "cause": number})
    fields = _judged(call, document)
    if state == "in_service":
        charge(call, _priced(call, [number]))
    entry = held_numbers(call)[number] = fresh(fields, call.now_g)
    owner = call.account_id if state in _OWNED else ""
    entry["pvt"].update(account=owner, state=state, used_by="", carrier_module="knm_local")
    refresh(call)
    return shown(number, entry)


def _activate(call: Call, text: str, document: Document) -> Document:
    """Put a number in service that a search found, or that the account has reserved."""
    return _take(
        call, text, document, "in_service", ("discovery", "available", "reserved", "port_in", "in_service")
    )


def _take(call: Call, text: str, document: Document, state: str, moves: Iterable[str]) -> Document:
    number = _reconcilable(call, text)
    entry = held_numbers(call).get(number)
    if entry is None:
        raise _not_found(number)
    holder = entry["pvt"].get("account", "")
    if holder and holder != call.account_id:
        raise Refused(
            403, "forbidden", {"message": "requestor is unauthorized to perform operation", "cause": number}
        )
    had = entry["pvt"].get("state", "available")
    if had not in moves:
        message = f"invalid state transition from {had} to {state}"
        raise Refused(400, "invalid_state_transition", {"message": message, "cause": message})
    fields = _judged(call, document)
    if state == "in_service" and had != "in_service":
        charge(call, _priced(call, [number]))
    entry["doc"] = patched(entry["doc"], fields)
    entry["pvt"].update(account=call.account_id, state=state)
    touched(entry, call.now_g)
    refresh(call)
    return shown(number, entry)


def _release(call: Call, text: str, document: Document) -> Document:
    """Give a number back: it ages, or it is gone for good on an administrator's word."""
    number, entry = own(call, text)
    document = shown(number, entry)
    if call.query.get("hard", "").lower() == "true" and call.is_reseller:
        del held_numbers(call)[number]
        return {**document, "state": "deleted", "_read_only": {**document["_read_only"], "state": "deleted"}}
    local = entry["pvt"].get("carrier_module") == "knm_local"
    entry["doc"] = {}
    entry["pvt"].update(account="", state="deleted" if local else "available", used_by="")
    touched(entry, call.now_g)
    gone = copy.deepcopy(document)
    gone["state"] = gone["_read_only"]["state"] = entry["pvt"]["state"]
    return gone


def _reconcilable(call: Call, text: str) -> str:
    """The number in E.164. Raises Refused 404 for what is none."""
    number = normalised(call, text)
    if not number.startswith("+") or not number[1:].isdecimal() or not 7 <= len(number) <= 17:
        raise Refused(404, "not_reconcilable", {"message": "number is not reconcilable", "cause": text})
    return number


def _priced(call: Call, numbers: list[str]) -> list[Item]:
    found: dict[str, int] = {}
    for number in numbers:
        found[classifier_of(number)] = found.get(classifier_of(number), 0) + 1
    held = [
        number
        for number, entry in held_numbers(call).items()
        if entry["pvt"].get("account") == call.account_id and entry["pvt"].get("state") == "in_service"
    ]
    return [
        Item("phone_numbers", word, more, sum(1 for number in held if classifier_of(number) == word))
        for word, more in found.items()
    ]
