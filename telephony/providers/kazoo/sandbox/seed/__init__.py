"""The state that a fresh Kazoo sandbox starts with: a platform, a reseller, twelve customers, from the plans in `data/`.

The same each time; only the dates of messages, jobs, ports and of creation follow the day on which it is made.
"""

import gc
import pickle
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

from telephony.providers.kazoo.sandbox.refusals import Errors
from telephony.providers.kazoo.sandbox.seed.business import (
    global_documents,
    resource_jobs_of,
    single_documents_of,
)
from telephony.providers.kazoo.sandbox.seed.documents import documents_of
from telephony.providers.kazoo.sandbox.seed.flows import callflows_of
from telephony.providers.kazoo.sandbox.seed.ids import DAY_S, chance_of, doc_id
from telephony.providers.kazoo.sandbox.seed.notation import resolved
from telephony.providers.kazoo.sandbox.seed.numbers import numbers_of, pool_numbers
from telephony.providers.kazoo.sandbox.seed.people import PASSWORD, devices_of, users_of, vmboxes_of
from telephony.providers.kazoo.sandbox.seed.plans import Plan, account_id, plan_of, plans
from telephony.providers.kazoo.sandbox.seed.ports import port_requests_of
from telephony.providers.kazoo.sandbox.validation import check
from telephony.providers.kazoo.schema import FAMILIES
from telephony.providers.kazoo.times import EPOCH_S

__all__ = ["API_KEY", "LOGIN", "VERSION", "first_accounts", "make_state"]

VERSION = 1
HOUR_S = 3600
MASTER = "halvenor"
LOGIN = {
    "account_name": "Halvenor Cloud",
    "username": "admin",
    "password": PASSWORD,
    "pin": "704218",
    "shared_token": doc_id("shared token") + doc_id("shared token", "end"),
}


def api_key(plan: Plan) -> str:
    """64 hexadecimal characters that let into one account."""
    return doc_id(plan.key, "api_key") + doc_id(plan.key, "api_key", "end")


API_KEY = api_key(plan_of(MASTER))


def make_state(now: datetime) -> dict[str, Any]:
    """The whole state document; `now` is aware.

    {"version", "accounts": {id: {"doc", "pvt", "docs": {collection: {id: {"doc", "pvt"}}}, "one": {name: {"doc", "pvt"}}}},
    "numbers": {e164: {"doc", "pvt"}}, "global": {"resources", "resource_jobs"}, "tokens", "pins" and "shared_tokens"
    {secret: {"account", "owner"}}}. Beside "created", "modified" and "rev", pvt holds: md5, sha1, agent_status (users),
    messages (vmboxes), state, sent and timeline (port_requests), status, success, errors and timestamp (resource_jobs),
    entries (lists), expires (accounts on trial), attachments.

    Made once an hour: the documents are the same whenever they are made, and their dates lie before the hour began.
    """
    pickled = _pickled(int(now.timestamp()) // HOUR_S)
    collects = gc.isenabled()
    gc.disable()  # which would go through all that is made here, again and again: half of the time
    try:
        made: dict[str, Any] = pickle.loads(pickled)
    finally:
        if collects:
            gc.enable()
    return made


@lru_cache(maxsize=2)
def _pickled(hour: int) -> bytes:
    return pickle.dumps(_state(hour * HOUR_S + EPOCH_S), pickle.HIGHEST_PROTOCOL)


def _state(now_g: int) -> dict[str, Any]:
    accounts: dict[str, Any] = {}
    numbers = pool_numbers()
    for plan in plans():
        accounts[plan.account_id] = account = _account(plan, now_g)
        numbers |= numbers_of(plan, account["docs"])
    shared = global_documents(now_g)
    for number, row in numbers.items():
        _date(row["pvt"], number, now_g)
    for name, collection in shared.items():
        _fill_in(name, collection)
        for identifier, row in collection.items():
            _date(row["pvt"], identifier, now_g)
    admin = next(iter(plan_of(MASTER).people.values()))
    master = {"account": account_id(MASTER), "owner": admin.id}
    return {
        "version": VERSION,
        "accounts": accounts,
        "numbers": numbers,
        "global": shared,
        "tokens": {},
        "pins": {LOGIN["pin"]: master},
        "shared_tokens": {LOGIN["shared_token"]: master},
    }


@cache
def first_accounts() -> dict[str, Any]:
    """The accounts as they began, for what follows from the seed alone; nobody may change them."""
    found: dict[str, Any] = make_state(datetime(2026, 1, 1, tzinfo=UTC))["accounts"]
    return found


def _account(plan: Plan, now_g: int) -> dict[str, Any]:
    docs: dict[str, dict[str, Any]] = {
        "users": users_of(plan),
        "devices": devices_of(plan),
        "callflows": callflows_of(plan),
        "vmboxes": vmboxes_of(plan, now_g),
        "port_requests": port_requests_of(plan, now_g),
        "resource_jobs": resource_jobs_of(plan, now_g),
        **documents_of(plan),
    }
    one = single_documents_of(plan)
    for documents in (*docs.values(), one):
        for identifier, row in documents.items():
            _date(row["pvt"], plan.key + identifier, now_g)
    for collection, documents in docs.items():
        _fill_in(collection, documents)
    for name, family in (("limits", "limits"), ("whitelabel", "whitelabels")):
        _fill_in(family, {name: one[name]} if name in one else {})
    account: dict[str, Any] = {
        "name": plan.data["name"],
        "realm": plan.realm,
        "timezone": plan.zone,
        "language": plan.data["language"],
        "enabled": True,
        "call_restriction": {},
        "caller_id": {},
        "dial_plan": {},
        "music_on_hold": {},
        "preflow": {},
        "ringtones": {},
    }
    account |= resolved(plan.data.get("account", {}), plan)
    entry = {"doc": account, "pvt": _private(plan, account, now_g), "docs": docs, "one": one}
    _fill_in("accounts", {plan.account_id: entry})
    return entry


def _private(plan: Plan, account: dict[str, Any], now_g: int) -> dict[str, Any]:
    parent = plan.data["parent"]
    pvt: dict[str, Any] = {
        "parent": account_id(parent) if parent else "",
        "api_key": api_key(plan),
        "is_reseller": False,
        "is_superduper": False,
        "reseller_id": account_id("halvenor" if plan.key in ("halvenor", "telmarine") else "telmarine"),
        "billing_mode": "limits_only",
        "balance_units": 0,
        "enabled": account["enabled"],
        "notification_preference": "pusher",
        "wnm_allow_additions": False,
    }
    pvt |= plan.data["pvt"]
    days = pvt.pop("trial_days", None)
    if days is not None:
        pvt["expires"] = now_g + days * DAY_S
    _date(pvt, plan.key, now_g)
    return pvt


def _fill_in(family: str, rows: dict[str, dict[str, Any]]) -> None:
    """Give documents the defaults that a server adds when it writes them; what is wrong on purpose stays wrong."""
    if family in FAMILIES:
        for row in rows.values():
            check(family, row["doc"], Errors())


def _date(pvt: dict[str, Any], name: str, now_g: int) -> None:
    """Say when a document was made and last changed, where it is not said yet."""
    chance = chance_of("dates", name)
    created = pvt.setdefault("created", now_g - chance.randrange(40 * DAY_S, 900 * DAY_S))
    pvt.setdefault("modified", min(now_g, created + chance.randrange(0, 39 * DAY_S)))
    pvt.setdefault("rev", 1 + chance.randrange(6))
