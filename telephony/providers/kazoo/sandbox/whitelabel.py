"""Brands: what a login page asks without a token, the account's own document, pictures, and the check of its DNS."""

from __future__ import annotations

import base64
from typing import Any

from telephony.providers.kazoo.sandbox.answers import Answer, created, raw
from telephony.providers.kazoo.sandbox.call import Call
from telephony.providers.kazoo.sandbox.collections import need_match
from telephony.providers.kazoo.sandbox.documents import (
    Document,
    Entry,
    attach,
    attachment,
    changed,
    fresh,
    patched,
    revision,
    stored,
    text_at,
    touched,
)
from telephony.providers.kazoo.sandbox.refusals import Errors, Refused, bad_identifier, wrong
from telephony.providers.kazoo.sandbox.routes import answers
from telephony.providers.kazoo.sandbox.uploads import uploaded
from telephony.providers.kazoo.sandbox.validation import check

_OWN = "/accounts/{}/whitelabel"
_PICTURES = (
    "image/png",
    "image/jpg",
    "image/jpeg",
    "image/gif",
    "image/x-icon",
    "image/vnd.microsoft.icon",
    "image/svg+xml",
)
_BODIES = (
    *_PICTURES,
    "application/x-base64",
    "application/octet-stream",
    "multipart/form-data",
    "multipart/mixed",
)
# One white pixel, so that a brand without a picture of its own still has one.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+M8AAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
)
_KINDS = {  # kind of record -> hosts below the brand's domain: what for, and what they must point to
    "A": {"portal": ("Portal", "192.0.2.20")},
    "CNAM": {"api": ("API", "api.sandbox.example"), "sip": ("SIP registrations", "sip.sandbox.example")},
    "MX": {"mail": ("Mail", "10 mx.sandbox.example")},
    "NAPTR": {"proxy": ("SIP proxy", '10 100 "S" "SIP+D2U" "" _sip._udp.proxy')},
    "SRV": {"_sip._udp.proxy": ("SIP over UDP", "10 10 5060 sip.sandbox.example")},
    "TXT": {"": ("Senders of mail", "v=spf1 include:sandbox.example ~all")},
}


def _brand(call: Call, domain: str) -> Entry:
    """The brand that is shown under a domain. Raises Refused 404."""
    for account in call.state["accounts"].values():
        entry = account["one"].get("whitelabel")
        if entry and text_at(entry["doc"], "domain").lower() == domain.lower():
            found: Entry = entry
            return found
    raise bad_identifier(domain)


def _own(call: Call) -> Entry:
    entry = call.account["one"].get("whitelabel")
    if entry is None:
        raise bad_identifier("whitelabel")
    found: Entry = entry
    return found


@answers("GET", "/whitelabel/{}", public=True)
def read_public(call: Call, domain: str) -> Document:
    return {**_brand(call, domain)["doc"], "id": "whitelabel"}


@answers("GET", "/whitelabel/{}/logo", public=True, gives=("*",))
def read_public_logo(call: Call, domain: str) -> Answer:
    return _picture(_brand(call, domain), "logo")


@answers("GET", "/whitelabel/{}/icon", public=True, gives=("*",))
def read_public_icon(call: Call, domain: str) -> Answer:
    return _picture(_brand(call, domain), "icon")


@answers("GET", "/whitelabel/{}/welcome", public=True, gives=("text/html", "*"))
def read_public_welcome(call: Call, domain: str) -> Answer:
    return _welcome(_brand(call, domain))


@answers("GET", _OWN)
def read(call: Call) -> Answer:
    return _answer(_own(call))


def _answer(entry: Entry) -> Answer:
    return Answer({**entry["doc"], "id": "whitelabel"}, revision=revision(entry))


@answers("PUT", _OWN)
def create(call: Call) -> Answer:
    if "whitelabel" in call.account["one"]:
        raise Refused(409, "datastore_conflict", {"message": "conflicting documents"})
    document = _judged(call, stored(call.document))
    entry = fresh(document, call.now_g)
    call.keep("whitelabel", entry)
    answer = _answer(entry)
    return created(answer.data, "whitelabel", answer.revision)


@answers("POST", _OWN)
def update(call: Call) -> Answer:
    return _write(call, stored(call.document))


@answers("PATCH", _OWN)
def patch(call: Call) -> Answer:
    return _write(call, stored(patched(_own(call)["doc"], stored(call.document))))


def _write(call: Call, document: Document) -> Answer:
    entry = _own(call)
    need_match(call, entry)
    changed(entry, _judged(call, document), call.now_g)
    return _answer(entry)


def _judged(call: Call, document: Document) -> Document:
    errors = Errors()
    check("whitelabels", document, errors)
    domain = text_at(document, "domain")
    for account_id, account in call.state["accounts"].items():
        other = account["one"].get("whitelabel")
        if (
            domain
            and account_id != call.account_id
            and other
            and text_at(other["doc"], "domain").lower() == domain.lower()
        ):
            errors.add("domain", "unique", "White label domain is already in use", cause=domain)
    errors.refuse()
    return document


@answers("DELETE", _OWN)
def delete(call: Call) -> Document:
    entry = _own(call)
    del call.account["one"]["whitelabel"]
    return {**entry["doc"], "id": "whitelabel"}


@answers("GET", _OWN + "/logo", gives=("*",))
def read_logo(call: Call) -> Answer:
    return _picture(_own(call), "logo")


@answers("GET", _OWN + "/icon", gives=("*",))
def read_icon(call: Call) -> Answer:
    return _picture(_own(call), "icon")


@answers("POST", _OWN + "/logo", takes=_BODIES)
def upload_logo(call: Call) -> Answer:
    return _keep_picture(call, "logo")


@answers("POST", _OWN + "/icon", takes=_BODIES)
def upload_icon(call: Call) -> Answer:
    return _keep_picture(call, "icon")


def _picture(entry: Entry, name: str) -> Answer:
    kind, content = attachment(entry, name) or ("image/png", PIXEL)
    return raw(content, kind, name)


def _keep_picture(call: Call, name: str) -> Answer:
    entry = _own(call)
    kind, content = uploaded(call, "image/png")
    if not content:
        raise wrong("file", "required", "please provide an image file", value=None)
    if kind not in _PICTURES:
        raise Refused(415, "unsupported_media_type")
    attach(entry, name, kind, content)
    touched(entry, call.now_g)
    return _answer(entry)


@answers("GET", _OWN + "/welcome", gives=("text/html", "*"))
def read_welcome(call: Call) -> Answer:
    return _welcome(_own(call))


@answers(
    "POST",
    _OWN + "/welcome",
    takes=("text/html", "text/plain", "application/octet-stream"),
    gives=("application/json", "*"),
)
def write_welcome(call: Call) -> Answer:
    entry = _own(call)
    if not call.request.body:
        raise wrong("file", "required", "please provide an html file", value=None)
    attach(entry, "welcome", "text/html", call.request.body)
    touched(entry, call.now_g)
    return _answer(entry)


def _welcome(entry: Entry) -> Answer:
    found = attachment(entry, "welcome")
    if found:
        return raw(found[1], "text/html")
    company = text_at(entry["doc"], "company_name").replace("&", "&amp;").replace("<", "&lt;")
    return raw(f"<h1>{company}</h1>".encode("utf-8", "replace"), "text/html")


# ---- DNS ----


@answers("GET", _OWN + "/domains", "/whitelabel/domains")
def read_domains(call: Call) -> Document:
    """What the brand's domain needs in the DNS."""
    return _domains(call, _domain(call), checked=False)


@answers("POST", _OWN + "/domains", "/whitelabel/domains")
def check_domains(call: Call) -> Document:
    """The same with what stands there. Domains of the state's `dns` are right, others are not."""
    return _domains(call, _domain(call), checked=True)


def _domain(call: Call) -> str:
    """The domain of the query, or that of the account's brand; one without a brand is known by its realm."""
    if wanted := call.query.get("domain"):
        return wanted
    account = call.state["accounts"][call.account_id or call.token["account"]]
    entry = account["one"].get("whitelabel")
    return (text_at(entry["doc"], "domain") if entry else "") or text_at(account["doc"], "realm")


def _domains(call: Call, domain: str, *, checked: bool) -> Document:
    is_right = domain in call.state.get("dns", [])
    found: dict[str, dict[str, Any]] = {}
    for kind, hosts in _KINDS.items():
        for host, (purpose, target) in hosts.items():
            name = f"{host}.{domain}" if host else domain
            record: Document = {"name": purpose, "mapping": [target]}
            if kind in ("NAPTR", "SRV"):
                record["zone"] = domain
            if checked:
                record |= {"expected": [target], "actual": [target] if is_right else []}
            found.setdefault(kind, {})[name] = record
    return found
