"""Accounts and their tree, API keys, and what else hangs on an account itself (facts, section 7)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import Any

from telephony.providers.kazoo.sandbox import lists
from telephony.providers.kazoo.sandbox.answers import Answer, created
from telephony.providers.kazoo.sandbox.auth import plain_name
from telephony.providers.kazoo.sandbox.call import Call, ancestors, children, descendants
from telephony.providers.kazoo.sandbox.collections import Draft, need_match
from telephony.providers.kazoo.sandbox.documents import (
    Document,
    Entry,
    changed,
    full,
    new_id,
    patched,
    revision,
    stored,
    text_at,
    touched,
)
from telephony.providers.kazoo.sandbox.filters import passes
from telephony.providers.kazoo.sandbox.refusals import Refused, bad_identifier, forbidden
from telephony.providers.kazoo.sandbox.routes import answers
from telephony.providers.kazoo.sandbox.validation import check


@answers("GET", "/accounts/{}")
def read(call: Call) -> Answer:
    return _answer(call, call.account_id)


@answers("PUT", "/accounts/{}")
def create(call: Call) -> Answer:
    """A child of the account in the path."""
    draft = _judged(call, new_id(), stored(call.document), None)
    parent = call.account["pvt"]
    reseller_id = (
        call.account_id
        if parent.get("is_reseller") or parent.get("is_superduper")
        else parent.get("reseller_id", "")
    )
    call.state["accounts"][draft.id] = {
        "doc": draft.doc,
        "pvt": {
            "parent": call.account_id, "created": call.now_g, "modified": call.now_g, "rev": 1,
            "api_key": secrets.token_hex(32), "is_reseller": False, "reseller_id": reseller_id,
            "is_superduper": False, "billing_mode": parent.get("billing_mode", "normal"), "balance_units": 0,
        },
        "docs": {},
        "one": {},
    }  # fmt: skip
    answer = _answer(call, draft.id)
    return created(answer.data, draft.id, answer.revision)


@answers("PUT", "/accounts")
def create_below_own(call: Call) -> Answer:
    call.account_id = call.token["account"]
    return create(call)


@answers("POST", "/accounts/{}")
def update(call: Call) -> Answer:
    need_match(call, call.account)
    return _written(call, stored(call.document))


@answers("PATCH", "/accounts/{}")
def patch(call: Call) -> Answer:
    need_match(call, call.account)
    return _written(call, stored(patched(call.account["doc"], stored(call.document))))


@answers("DELETE", "/accounts/{}")
def delete(call: Call) -> Answer:
    """Only an account without children goes; its numbers become available again."""
    if call.account_id == call.token["account"]:
        raise forbidden("an account cannot delete itself")
    if children(call.state, call.account_id):
        raise Refused(500, "account_has_descendants")
    shown = _shown(call, call.account_id)
    del call.state["accounts"][call.account_id]
    for number in call.state["numbers"].values():
        if number["pvt"].get("account") == call.account_id:
            number["pvt"].update(account="", state="available", used_by="")
    return Answer(shown)


@answers("GET", "/accounts/{}/children")
def list_children(call: Call) -> Answer:
    return _listed(call, children(call.state, call.account_id), _with_count)


@answers("GET", "/accounts/{}/descendants")
def list_descendants(call: Call) -> Answer:
    return _listed(call, descendants(call.state, call.account_id), _with_tree)


@answers("GET", "/accounts/{}/siblings")
def list_siblings(call: Call) -> Answer:
    if call.account_id == call.token["account"] and not call.is_reseller:
        raise forbidden()
    parent = call.account["pvt"].get("parent", "")
    found = [other for other in children(call.state, parent) if other != call.account_id] if parent else []
    return _listed(call, found, _with_count)


@answers("GET", "/accounts/{}/parents", "/accounts/{}/tree")
def list_parents(call: Call) -> Answer:
    """From the caller's own account down to the parent."""
    chain = ancestors(call.state, call.account_id)
    own = call.token["account"]
    seen = chain[chain.index(own) :] if own in chain else []
    return Answer([{"id": one, "name": call.account_document(one).get("name", "")} for one in seen])


@answers("GET", "/accounts/{}/api_key")
def read_api_key(call: Call) -> Document:
    return {"api_key": call.account["pvt"].get("api_key", "")}


@answers("PUT", "/accounts/{}/api_key")
def renew_api_key(call: Call) -> Answer:
    call.account["pvt"]["api_key"] = secrets.token_hex(32)
    return Answer(read_api_key(call), 201)


@answers("PUT DELETE", "/accounts/{}/reseller")
def set_reseller(call: Call) -> Answer:
    """Make an account a reseller, or an ordinary one again."""
    call.need_master()
    is_reseller = call.message.method == "PUT"
    call.account["pvt"]["is_reseller"] = is_reseller
    for other in descendants(call.state, call.account_id):
        held = call.state["accounts"][other]["pvt"]
        above = [one for one in ancestors(call.state, other) if _sells(call, one)]
        held["reseller_id"] = above[-1] if above else ""
    touched(call.account, call.now_g)
    return Answer(_shown(call, call.account_id))


@answers("POST DELETE", "/accounts/{}/move")
def move(call: Call) -> Answer:
    """Hang an account below another one."""
    call.need_master()
    target = call.text("to")
    if target not in call.state["accounts"]:
        raise bad_identifier(target)
    if target == call.account_id or target in descendants(call.state, call.account_id):
        raise forbidden("an account cannot move below itself")
    call.account["pvt"]["parent"] = target
    touched(call.account, call.now_g)
    return Answer(_shown(call, call.account_id))


def _sells(call: Call, account_id: str) -> bool:
    pvt = call.state["accounts"][account_id]["pvt"]
    return bool(pvt.get("is_reseller") or pvt.get("is_superduper"))


def _judged(call: Call, account_id: str, document: Document, entry: Entry | None) -> Draft:
    draft = Draft(account_id, document, entry)
    draft.doc.setdefault("realm", f"{account_id[:8]}.sip.sandbox.example")
    check("accounts", draft.doc, draft.errors, strict=call.setting("is_strict"))
    name, realm = text_at(draft.doc, "name"), text_at(draft.doc, "realm")
    for other, account in call.state["accounts"].items():
        if other == account_id:
            continue
        if name and plain_name(account["doc"].get("name", "")) == plain_name(name):
            draft.errors.add("name", "unique", "Account name already in use", cause=name)
        if realm and account["doc"].get("realm", "").lower() == realm.lower():
            draft.errors.add("realm", "unique", "Account realm already in use", cause=realm)
    draft.errors.refuse()
    return draft


def _written(call: Call, document: Document) -> Answer:
    draft = _judged(call, call.account_id, document, call.account)
    changed(call.account, draft.doc, call.now_g)
    return _answer(call, call.account_id)


def _answer(call: Call, account_id: str) -> Answer:
    entry = call.state["accounts"][account_id]
    return Answer(_shown(call, account_id), revision=revision(entry))


def _shown(call: Call, account_id: str) -> Document:
    entry = call.state["accounts"][account_id]
    pvt = entry["pvt"]
    return {
        **full(account_id, entry),
        "billing_mode": pvt.get("billing_mode", "normal"),
        "superduper_admin": bool(pvt.get("is_superduper")),
        "wnm_allow_additions": bool(pvt.get("wnm_allow_additions", pvt.get("is_reseller"))),
        "created": pvt.get("created", 0),
        "is_reseller": bool(pvt.get("is_reseller")),
        "reseller_id": pvt.get("reseller_id", ""),
        "enabled": entry["doc"].get("enabled", True),
        "descendants_count": len(descendants(call.state, account_id)),
        "notification_preference": pvt.get("notification_preference", "teletype"),
    }


def _listed(call: Call, account_ids: Iterable[str], row: Callable[[Call, str], Document]) -> Answer:
    rows = []
    for account_id in account_ids:
        name = str(call.account_document(account_id).get("name", ""))
        rows.append(lists.Row((name.lower(), account_id), _shower(call, account_id, row)))
    return lists.listed(call, rows, lists.TEXT)


def _shower(call: Call, account_id: str, row: Callable[[Call, str], Document]) -> Callable[[], Any]:
    def show() -> Any:
        entry = call.state["accounts"][account_id]
        keeps = passes({**entry["doc"], "id": account_id}, entry["pvt"], call.request.query_pairs)
        return row(call, account_id) if keeps else None

    return show


def _row(call: Call, account_id: str) -> Document:
    document = call.account_document(account_id)
    return {"id": account_id, "name": document.get("name", ""), "realm": document.get("realm", ""),
            "flags": document.get("flags", [])}  # fmt: skip


def _with_count(call: Call, account_id: str) -> Document:
    return {**_row(call, account_id), "descendants_count": len(descendants(call.state, account_id))}


def _with_tree(call: Call, account_id: str) -> Document:
    """`tree`: the accounts above, from the top."""
    return {**_row(call, account_id), "tree": ancestors(call.state, account_id)}
