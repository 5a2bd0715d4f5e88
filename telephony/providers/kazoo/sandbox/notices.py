"""Notices by mail: the account's templates, and the conference notices of the old SDK (facts, sections 7 and 8)."""

from __future__ import annotations

from telephony.providers.kazoo.sandbox.answers import Answer, raw
from telephony.providers.kazoo.sandbox.call import Call
from telephony.providers.kazoo.sandbox.documents import (
    Document,
    Entry,
    attach,
    attachment,
    changed,
    fresh,
    revision,
    stored,
    touched,
)
from telephony.providers.kazoo.sandbox.refusals import bad_identifier, wrong
from telephony.providers.kazoo.sandbox.routes import answers

_TEXTS = ("text/html", "text/plain")
_GIVES = ("application/json", *_TEXTS)
_ONE = "/accounts/{}/notifications/{}"
SYSTEM = {
    "voicemail_to_email": ("voicemail", "Voicemail To Email", "New voicemail from {{caller_id.name}}"),
    "voicemail_full": ("voicemail", "Voicemail Box Full", "Voicemail box {{voicemail.name}} is full"),
    "missed_call": ("sip", "Missed Call Alert", "Missed call from {{caller_id.number}}"),
    "fax_inbound_to_email": ("fax", "Inbound Fax To Email", "New fax from {{caller_id.number}}"),
    "password_recovery": ("user", "Password Recovery", "Reset your password"),
    "new_user": ("user", "New User", "Welcome, {{user.first_name}}"),
    "low_balance": ("account", "Low Balance", "Your balance is {{current_balance}}"),
    "port_request": ("port", "Port Request", "Port request {{port_request.name}}"),
}


def _system(identifier: str) -> Document:
    category, label, subject = SYSTEM[identifier]
    return {
        "enabled": True,
        "category": category,
        "friendly_name": label,
        "subject": subject,
        "from": "noreply@sandbox.example",
        "to": {"type": "original", "email_addresses": []},
        "cc": {"type": "specified", "email_addresses": []},
        "bcc": {"type": "specified", "email_addresses": []},
        "template_charset": "utf-8",
        "macros": {},
    }


@answers("GET", "/accounts/{}/notifications", "/notifications")
def list_notices(call: Call) -> list[Document]:
    """All there are; `account_overridden` where the account has its own."""
    own = call.docs("notifications") if call.account_id else {}
    rows = []
    for identifier in sorted({*SYSTEM, *own}):
        document = own[identifier]["doc"] if identifier in own else _system(identifier)
        row = {"id": identifier, **{name: document.get(name, "") for name in ("category", "friendly_name")}}
        rows.append(
            {**row, "enabled": document.get("enabled", True), "account_overridden": identifier in own}
        )
    return rows


@answers("GET", _ONE, "/notifications/{}", gives=_GIVES)
def read(call: Call, identifier: str) -> Answer:
    """As JSON, or the text itself as HTML or plain text."""
    entry = call.docs("notifications").get(identifier) if call.account_id else None
    if entry is None and identifier not in SYSTEM:
        raise bad_identifier(identifier)
    kind = call.message.content_type if call.message.content_type in _TEXTS else call.message.wants(_GIVES)
    if kind in _TEXTS:
        found = attachment(entry, kind) if entry else None
        return raw(found[1] if found else _text(identifier, kind), kind)
    document = entry["doc"] if entry else _system(identifier)
    templates = {one: {"length": len(_text(identifier, one))} for one in _TEXTS}
    shown = {**document, "id": identifier, "templates": templates, "account_overridden": entry is not None}
    return Answer(shown, revision=revision(entry) if entry else "")


def _text(identifier: str, kind: str) -> bytes:
    subject = SYSTEM[identifier][2] if identifier in SYSTEM else identifier
    return (f"<p>{subject}</p>" if kind == "text/html" else f"{subject}\n").encode("utf-8", "replace")


@answers("PUT", "/accounts/{}/notifications")
def create(call: Call) -> Answer:
    identifier = call.text("id")
    if identifier not in SYSTEM:
        raise wrong("id", "not_found", "There is no such notification", cause=identifier)
    return _keep(call, identifier, 201)


@answers("POST", _ONE, takes=_GIVES)
def update(call: Call, identifier: str) -> Answer:
    """The settings as JSON; a text under its own type."""
    if identifier not in SYSTEM and identifier not in call.docs("notifications"):
        raise bad_identifier(identifier)
    if call.message.content_type not in _TEXTS:
        return _keep(call, identifier, 200)
    entry = _own(call, identifier)
    attach(entry, call.message.content_type, call.message.content_type, call.request.body)
    touched(entry, call.now_g)
    return Answer({**entry["doc"], "id": identifier}, revision=revision(entry))


def _own(call: Call, identifier: str) -> Entry:
    """The account's own copy, made from the system's at the first change."""
    own = call.shelf("notifications")
    if identifier not in own:
        own[identifier] = fresh(_system(identifier), call.now_g)
    return own[identifier]


def _keep(call: Call, identifier: str, status: int) -> Answer:
    wish = stored(call.document)
    if not isinstance(wish.get("enabled", True), bool):
        raise wrong(
            "enabled", "type", "Value did not match type(s): boolean", target="boolean", value=wish["enabled"]
        )
    entry = _own(call, identifier)
    changed(entry, {**_system_or_empty(identifier), **wish}, call.now_g)
    shown = {**entry["doc"], "id": identifier}
    return Answer(shown, status, revision=revision(entry), location=identifier if status == 201 else "")


def _system_or_empty(identifier: str) -> Document:
    return _system(identifier) if identifier in SYSTEM else {}


@answers("DELETE", _ONE)
def delete(call: Call, identifier: str) -> Document:
    """Back to the system's."""
    entry = call.entry("notifications", identifier)
    del call.shelf("notifications")[identifier]
    return {**entry["doc"], "id": identifier}


@answers("POST", _ONE + "/preview")
def preview(call: Call, identifier: str) -> Document:
    if identifier not in SYSTEM and identifier not in call.docs("notifications"):
        raise bad_identifier(identifier)
    return stored(call.document)


# ---- the conference notices of the SDK ----


@answers(
    "PUT POST",
    "/accounts/{}/notify/{}",
    takes=("text/html", "text/plain", "application/json", "application/octet-stream"),
)
def write_old(call: Call, name: str) -> Answer:
    """The SDK says text/html, and sends the text as it is."""
    if not name.startswith("conference_") or name == "conference_":
        raise bad_identifier(name)
    is_new = name not in call.docs("notifications")
    if is_new and call.message.method == "POST":
        raise bad_identifier(name)
    if not call.request.body:
        raise wrong("data", "required", "Field is required but missing", value=None)
    entry = call.shelf("notifications").setdefault(
        name, fresh({"category": "conference", "friendly_name": name, "enabled": True}, call.now_g)
    )
    attach(entry, "text/html", "text/html", call.request.body)
    if not is_new:
        touched(entry, call.now_g)
    return Answer({"id": name}, 201 if is_new else 200, location=name if is_new else "")


@answers("GET", "/accounts/{}/notify/{}/{}", gives=("text/html", "text/plain", "*"))
def read_old(call: Call, name: str, kind: str) -> Answer:
    """One of the texts: `html`, `text`, or a whole type."""
    found = attachment(call.entry("notifications", name), "text/html")
    if found is None:
        raise bad_identifier(name)
    content_type = {"html": "text/html", "text": "text/plain"}.get(kind, kind)
    if content_type not in _TEXTS:
        raise bad_identifier(kind)
    return raw(found[1], content_type)
