"""How an account lets people in: settings of the authentication modules, and providers of a second factor."""

from __future__ import annotations

from typing import Any

from telephony.providers.kazoo.sandbox.answers import Answer
from telephony.providers.kazoo.sandbox.call import Call
from telephony.providers.kazoo.sandbox.collections import Collection, Draft
from telephony.providers.kazoo.sandbox.documents import (
    Document,
    Entry,
    changed,
    patched,
    revision,
    stored,
    text_at,
)
from telephony.providers.kazoo.sandbox.refusals import Errors, bad_identifier
from telephony.providers.kazoo.sandbox.routes import answers

_OWN = "/accounts/{}/security"
MODULES = ("cb_api_auth", "cb_ip_auth", "cb_user_auth")
_PROVIDERS = ("duo",)


@answers("GET", "/security")
def list_modules(call: Call) -> Document:
    return {"available_auth_modules": list(MODULES)}


@answers("GET", _OWN)
def read(call: Call) -> Answer:
    return _answer(call.one("security", {"auth_modules": {}}))


def _answer(entry: Entry, status: int = 200) -> Answer:
    return Answer({**entry["doc"], "id": "kazoo_auth_configs"}, status, revision=revision(entry))


@answers("PUT POST", _OWN)
def write(call: Call) -> Answer:
    return _keep(call, stored(call.document), 201 if call.message.method == "PUT" else 200)


@answers("PATCH", _OWN)
def patch(call: Call) -> Answer:
    before = call.one("security", {"auth_modules": {}})["doc"]
    return _keep(call, stored(patched(before, stored(call.document))), 200)


def _keep(call: Call, document: Document, status: int) -> Answer:
    errors, modules = Errors(), document.get("auth_modules")
    if not isinstance(modules, dict):
        errors.add("auth_modules", "required", "Field is required but missing", value=modules)
    for name, settings in modules.items() if isinstance(modules, dict) else ():
        _judge(errors, name, settings)
    errors.refuse()
    entry = call.one("security", {"auth_modules": {}})
    changed(entry, document, call.now_g)
    call.keep("security", entry)
    return _answer(entry, status)


def _judge(errors: Errors, name: str, settings: Any) -> None:
    path = f"auth_modules.{name}"
    if name not in MODULES:
        errors.add(path, "forbidden", "This is no authentication module", cause=name)
    elif not isinstance(settings, dict):
        errors.add(path, "type", "Value did not match type(s): object", target="object", value=settings)


@answers("DELETE", _OWN)
def delete(call: Call) -> Answer:
    entry = call.account["one"].pop("security", None)
    if entry is None:
        raise bad_identifier("security")
    return _answer(entry)


def _provider(call: Call, draft: Draft) -> None:
    name = text_at(draft.doc, "provider_name")
    if not name:
        draft.errors.add("provider_name", "required", "Field is required but missing", value=None)
    elif name not in _PROVIDERS:
        message = "Value not found in enumerated list of values"
        draft.errors.add("provider_name", "enum", message, target=list(_PROVIDERS), value=name)
    draft.doc["provider_type"] = "multi_factor"
    draft.doc.setdefault("enabled", False)


Collection(name="multi_factor", rules=(_provider,), verbs="create read update patch delete").register()


@answers("GET", "/accounts/{}/multi_factor")
def list_factors(call: Call) -> Document:
    """What is set up, and what could be."""
    names = ("provider_name", "provider_type", "enabled")
    configured = [
        {"id": identifier, **{name: entry["doc"].get(name, "") for name in names}}
        for identifier, entry in call.docs("multi_factor").items()
    ]
    return {"configured": configured, "available_system_provider": list(_PROVIDERS)}


@answers("GET", _OWN + "/attempts", "/accounts/{}/multi_factor/attempts")
def list_attempts(call: Call) -> list[Document]:
    """Logins are not kept."""
    return []


@answers("GET", _OWN + "/attempts/{}", "/accounts/{}/multi_factor/attempts/{}")
def read_attempt(call: Call, identifier: str) -> Document:
    raise bad_identifier(identifier)
