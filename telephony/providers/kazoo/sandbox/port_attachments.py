"""Papers of port requests: raw PDF in and out, an object by name as their list (facts, section 7)."""

from __future__ import annotations

from telephony.providers.kazoo.sandbox.answers import Answer, raw
from telephony.providers.kazoo.sandbox.call import Call
from telephony.providers.kazoo.sandbox.documents import Document, attach, attachment, touched
from telephony.providers.kazoo.sandbox.ports import need_editable
from telephony.providers.kazoo.sandbox.refusals import bad_identifier, wrong
from telephony.providers.kazoo.sandbox.routes import answers
from telephony.providers.kazoo.sandbox.uploads import uploaded

_PDF = "application/pdf"
_TYPES = (_PDF, "application/octet-stream", "application/x-base64", "application/json", "multipart/form-data")
_LIST, _ONE = "/accounts/{}/port_requests/{}/attachments", "/accounts/{}/port_requests/{}/attachments/{}"


@answers("GET", _LIST)
def list_attachments(call: Call, identifier: str) -> Document:
    held = call.entry("port_requests", identifier)["pvt"].get("attachments", {})
    return {name: {"content_type": one["type"], "length": _length(one["data"])} for name, one in held.items()}


def _length(coded: str) -> int:
    return len(coded) * 3 // 4 - coded.count("=")


@answers("PUT", _LIST, takes=_TYPES)
def create(call: Call, identifier: str) -> Answer:
    """`?filename=` names it; without one it gets a name."""
    entry = call.entry("port_requests", identifier)
    need_editable(entry)
    name = (
        call.query.get("filename", "").strip()
        or f"attachment_{len(entry['pvt'].get('attachments', {})) + 1}.pdf"
    )
    if "/" in name or len(name) > 255:
        raise wrong("filename", "invalid", "This is no name of a file", cause=name)
    attach(entry, name, _PDF, _pdf(call))
    touched(entry, call.now_g)
    return Answer({}, 201, location=name)


@answers("GET", _ONE, gives=(_PDF, "application/octet-stream"))
def read(call: Call, identifier: str, name: str) -> Answer:
    found = attachment(call.entry("port_requests", identifier), name)
    if found is None:
        raise bad_identifier(name)
    return raw(found[1], found[0], name)


@answers("POST", _ONE, takes=_TYPES)
def update(call: Call, identifier: str, name: str) -> Answer:
    entry = call.entry("port_requests", identifier)
    need_editable(entry)
    content = _pdf(call)
    if attachment(entry, name) is None:
        raise bad_identifier(name)
    attach(entry, name, _PDF, content)
    touched(entry, call.now_g)
    return Answer({})


@answers("DELETE", _ONE)
def delete(call: Call, identifier: str, name: str) -> Document:
    entry = call.entry("port_requests", identifier)
    need_editable(entry)
    if attachment(entry, name) is None:
        raise bad_identifier(name)
    del entry["pvt"]["attachments"][name]
    touched(entry, call.now_g)
    return {}


def _pdf(call: Call) -> bytes:
    """The bytes that were sent. The SDK says `application/pdf` and sends whatever it was handed."""
    _kind, content = uploaded(call, _PDF)
    if not content:
        raise wrong("file", "required", "please provide an document file", value=None)
    return content
