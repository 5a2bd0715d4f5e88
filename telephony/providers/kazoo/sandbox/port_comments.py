"""What is said about a port request. A comment is known by its place in the list, from 0 (facts, section 7)."""

from __future__ import annotations

from telephony.providers.kazoo.sandbox.answers import Answer
from telephony.providers.kazoo.sandbox.call import Call
from telephony.providers.kazoo.sandbox.documents import Document, Entry, touched
from telephony.providers.kazoo.sandbox.ports import comments_of
from telephony.providers.kazoo.sandbox.refusals import Errors, bad_identifier, wrong
from telephony.providers.kazoo.sandbox.routes import answers
from telephony.providers.kazoo.sandbox.validation import check

_ALL = "/accounts/{}/port_requests/{}/comments"
_ONE = _ALL + "/{}"


@answers("GET", _ALL)
def list_comments(call: Call, identifier: str) -> Document:
    return {"comments": comments_of(call.entry("port_requests", identifier))}


@answers("PUT", _ALL)
def add_comments(call: Call, identifier: str) -> Answer:
    """`{"comments": [...]}`; author and time are the server's where they are left out."""
    entry = call.entry("port_requests", identifier)
    given = call.document.get("comments")
    if not isinstance(given, list) or not given or not all(isinstance(one, dict) for one in given):
        raise wrong("comments", "required", "Field is required but missing", value=given)
    return Answer(_keep(call, entry, [*comments_of(entry), *_judged(call, given)]), 201)


@answers("DELETE", _ALL)
def delete_comments(call: Call, identifier: str) -> Document:
    return _keep(call, call.entry("port_requests", identifier), [])


@answers("GET", _ONE)
def read_comment(call: Call, identifier: str, place: str) -> Document:
    entry = call.entry("port_requests", identifier)
    found: Document = comments_of(entry)[_index(entry, place)]
    return found


@answers("POST", _ONE)
def update_comment(call: Call, identifier: str, place: str) -> Document:
    entry = call.entry("port_requests", identifier)
    index, comments = _index(entry, place), comments_of(entry)
    comments[index] = changed = _judged(call, [call.document])[0]
    _keep(call, entry, comments)
    return changed


@answers("DELETE", _ONE)
def delete_comment(call: Call, identifier: str, place: str) -> Document:
    entry = call.entry("port_requests", identifier)
    index, comments = _index(entry, place), comments_of(entry)
    del comments[index]
    return _keep(call, entry, comments)


def _index(entry: Entry, place: str) -> int:
    """Where a comment stands. Raises Refused 404."""
    if not place.isascii() or not place.isdecimal() or int(place) >= len(comments_of(entry)):
        raise bad_identifier(place)
    return int(place)


def _judged(call: Call, given: list[Document]) -> list[Document]:
    """Comments with author and time. Raises Refused 400."""
    comments = [{"timestamp": call.now_g, "author": _author(call), **one} for one in given]
    errors = Errors()
    check("port_requests", {"name": "x", "numbers": {"+1": {}}, "comments": comments}, errors)
    errors.refuse()
    return comments


def _keep(call: Call, entry: Entry, comments: list[Document]) -> Document:
    entry["doc"]["comments"] = comments
    touched(entry, call.now_g)
    return {"comments": comments}


def _author(call: Call) -> str:
    owner = call.own_account["docs"].get("users", {}).get(call.token.get("owner", ""))
    if owner is None:
        return str(call.own_account["doc"].get("name", "")) or "administrator"
    return f"{owner['doc'].get('first_name', '')} {owner['doc'].get('last_name', '')}".strip()
