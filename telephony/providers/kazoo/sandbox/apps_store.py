"""Applications of the portal: what there is, who of an account may use which, and what is hidden from it."""

from __future__ import annotations

from telephony.providers.kazoo.sandbox.answers import Answer, raw
from telephony.providers.kazoo.sandbox.call import Call
from telephony.providers.kazoo.sandbox.documents import Document, Entry, stored, touched
from telephony.providers.kazoo.sandbox.refusals import bad_identifier, wrong
from telephony.providers.kazoo.sandbox.routes import answers
from telephony.providers.kazoo.sandbox.whitelabel import PIXEL

_ALL = "/accounts/{}/apps_store"
_ONE = _ALL + "/{}"
_APPS = {  # name -> label, description, tags
    "accounts": ("Accounts Manager", "Create and manage the accounts below", ["reseller"]),
    "callflows": ("Callflows", "Draw the way of a call", ["reseller", "developer"]),
    "numbers": ("Number Manager", "Buy, port and assign numbers", ["end_user", "reseller"]),
    "pbxs": ("PBX Connector", "Connect telephone systems", ["reseller"]),
    "voicemails": ("Voicemails", "Listen to messages", ["end_user"]),
    "voip": ("Smart PBX", "Users, devices, groups and main numbers", ["end_user", "reseller"]),
    "webhooks": ("Webhooks", "Be told what happens", ["developer"]),
}


def _names(call: Call) -> dict[str, str]:
    """Applications by id."""
    return {call.stable("app", name): name for name in _APPS}


def _held(call: Call) -> Entry:
    """{"apps": {id: {"allowed_users", "users"}}, "blacklist": [id]}"""
    return call.one("apps_store", {"apps": {}, "blacklist": []})


def _keep(call: Call, entry: Entry) -> None:
    touched(entry, call.now_g)
    call.keep("apps_store", entry)


def _shown(call: Call, identifier: str, name: str) -> Document:
    label, description, tags = _APPS[name]
    shown: Document = {
        "id": identifier,
        "name": name,
        "i18n": {"en-US": {"label": label, "description": description, "features": []}},
        "tags": list(tags),
        "author": "Sandbox",
        "version": "1.0",
        "license": "-",
        "price": 0,
        "icon": f"{name}.png",
        "api_url": f"{call.request.origin}/kazoo/v2/",
        "urls": {},
        "screenshots": [],
        "published": True,
        "phase": "gold",
    }
    installed = _held(call)["doc"]["apps"].get(identifier)
    return shown | (dict(installed) if installed else {})


def _name(call: Call, identifier: str) -> str:
    """Raises Refused 404 for an application that there is not."""
    found = _names(call).get(identifier)
    if found is None:
        raise bad_identifier(identifier)
    return found


@answers("GET", _ALL)
def list_apps(call: Call) -> list[Document]:
    hidden = _held(call)["doc"]["blacklist"]
    return [_shown(call, one, name) for one, name in _names(call).items() if one not in hidden]


@answers("GET", _ONE)
def read(call: Call, identifier: str) -> Document:
    return _shown(call, identifier, _name(call, identifier))


@answers("GET", _ONE + "/icon", gives=("*",))
def icon(call: Call, identifier: str) -> Answer:
    return raw(PIXEL, "image/png", f"{_name(call, identifier)}.png")


@answers("PUT POST", _ONE)
def install(call: Call, identifier: str) -> Answer:
    """`{"allowed_users": "all" | "admins" | "specific", "users": [{"id"}]}`"""
    name, wish = _name(call, identifier), stored(call.document)
    allowed = wish.get("allowed_users", "all")
    if allowed not in ("all", "admins", "specific"):
        message = "Value not found in enumerated list of values"
        raise wrong("allowed_users", "enum", message, target=["all", "admins", "specific"], value=allowed)
    users = wish.get("users", [])
    if not isinstance(users, list):
        raise wrong("users", "type", "Value did not match type(s): array", target="array", value=users)
    entry = _held(call)
    is_new = identifier not in entry["doc"]["apps"]
    entry["doc"]["apps"][identifier] = {"allowed_users": allowed, "users": users}
    _keep(call, entry)
    return Answer(_shown(call, identifier, name), 201 if is_new else 200)


@answers("DELETE", _ONE)
def uninstall(call: Call, identifier: str) -> Document:
    entry = _held(call)
    if identifier not in entry["doc"]["apps"]:
        raise bad_identifier(identifier)
    shown = _shown(call, identifier, _name(call, identifier))
    del entry["doc"]["apps"][identifier]
    _keep(call, entry)
    return shown


@answers("GET", _ALL + "/blacklist")
def read_blacklist(call: Call) -> Document:
    return {"blacklist": list(_held(call)["doc"]["blacklist"])}


@answers("POST", _ALL + "/blacklist")
def write_blacklist(call: Call) -> Document:
    call.need_reseller()
    wanted, entry = call.texts("blacklist"), _held(call)
    entry["doc"]["blacklist"] = wanted
    _keep(call, entry)
    return {"blacklist": wanted}
