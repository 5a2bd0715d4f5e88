"""Queues and agents of the call-centre application (facts, section 7)."""

from __future__ import annotations

from telephony.providers.kazoo.sandbox import lists
from telephony.providers.kazoo.sandbox.answers import Answer
from telephony.providers.kazoo.sandbox.call import Call
from telephony.providers.kazoo.sandbox.collections import Collection, Draft
from telephony.providers.kazoo.sandbox.documents import Document, Entry, stored, touched
from telephony.providers.kazoo.sandbox.plain import row_of
from telephony.providers.kazoo.sandbox.refusals import Errors, bad_identifier, no_such_path
from telephony.providers.kazoo.sandbox.routes import answers
from telephony.providers.kazoo.sandbox.validation import check

_STATES = {"login": "ready", "logout": "logged_out", "pause": "paused", "resume": "ready"}
_ROSTER = "/accounts/{}/queues/{}/roster"


def _need_acdc(call: Call) -> None:
    """Raises Refused 404 where the application is not installed."""
    if not call.setting("acdc"):
        raise no_such_path()


def _checked(call: Call, draft: Draft) -> None:
    _need_acdc(call)


def _shown(call: Call, identifier: str, entry: Entry, shown: Document) -> Document:
    _need_acdc(call)
    return {**shown, "agents": _agents_of(call, identifier)}


def _drop_agents(call: Call, draft: Draft) -> None:
    """The roster stands with the users."""
    draft.doc.pop("agents", None)


def _forget(call: Call, draft: Draft) -> None:
    for user in call.docs("users").values():
        if draft.id in _queues_of(user):
            user["doc"]["queues"] = [one for one in _queues_of(user) if one != draft.id]


QUEUES = Collection(
    name="queues",
    family="queues",
    row=row_of("name", strategy="round_robin", flags=[]),
    prepare=(_checked, _drop_agents),
    show=_shown,
    vanish=(_forget,),
    key_type=lists.TEXT,
).register()


def _queues_of(user: Entry) -> list[str]:
    held = user["doc"].get("queues")
    return [one for one in held if isinstance(one, str)] if isinstance(held, list) else []


def _agents_of(call: Call, queue_id: str) -> list[str]:
    return [user_id for user_id, user in call.docs("users").items() if queue_id in _queues_of(user)]


@answers("GET", _ROSTER)
def read_roster(call: Call, queue_id: str) -> list[str]:
    _need_acdc(call)
    call.entry("queues", queue_id)
    return _agents_of(call, queue_id)


@answers("POST DELETE", _ROSTER)
def write_roster(call: Call, queue_id: str) -> Answer:
    """A list of user ids joins (POST replaces), or everybody leaves."""
    _need_acdc(call)
    call.entry("queues", queue_id)
    given = call.message.data if isinstance(call.message.data, list) else call.texts("agents")
    wanted = [one for one in given if isinstance(one, str)] if call.message.method == "POST" else []
    for user_id in wanted:
        call.entry("users", user_id)
    for user_id, user in call.docs("users").items():
        kept = [one for one in _queues_of(user) if one != queue_id]
        if user_id in wanted:
            kept.append(queue_id)
        if kept != _queues_of(user):
            user["doc"]["queues"] = kept
            touched(user, call.now_g)
    return Answer(_agents_of(call, queue_id))


# ---- agents ----


def _agent(call: Call, user_id: str) -> Entry:
    _need_acdc(call)
    return call.entry("users", user_id)


def _state(call: Call, user: Entry) -> str:
    """ready, paused or logged_out; a pause ends by itself."""
    word = str(user["pvt"].get("agent_status", "login" if _queues_of(user) else "logout"))
    until_g = user["pvt"].get("agent_paused_until")
    if word == "pause" and isinstance(until_g, int) and until_g <= call.now_g:
        return "ready"
    return _STATES[word]


@answers("GET", "/accounts/{}/agents")
def list_agents(call: Call) -> list[Document]:
    """Users who work for queues."""
    _need_acdc(call)
    return [
        {
            "id": user_id,
            "first_name": user["doc"].get("first_name", ""),
            "last_name": user["doc"].get("last_name", ""),
            "queues": _queues_of(user),
        }
        for user_id, user in call.docs("users").items()
        if _queues_of(user)
    ]


@answers("GET", "/accounts/{}/agents/status", "/accounts/{}/agents/stats")
def list_status(call: Call) -> Document:
    _need_acdc(call)
    return {
        user_id: {
            "agent_id": user_id,
            "status": _state(call, user),
            "timestamp": user["pvt"].get("modified", 0),
        }
        for user_id, user in call.docs("users").items()
        if _queues_of(user)
    }


@answers("GET", "/accounts/{}/agents/{}")
def read_agent(call: Call, user_id: str) -> Document:
    user = _agent(call, user_id)
    return {**user["doc"], "id": user_id, "queues": _queues_of(user)}


@answers("GET", "/accounts/{}/agents/{}/status")
def read_status(call: Call, user_id: str) -> str:
    return _state(call, _agent(call, user_id))


@answers("POST", "/accounts/{}/agents/{}/status")
def set_status(call: Call, user_id: str) -> str:
    user, wish = _agent(call, user_id), _judged(call, "agent_status")
    state = _STATES[wish["status"]]
    timeout_s = wish.get("timeout")
    until_g = (
        call.now_g + timeout_s if state == "paused" and isinstance(timeout_s, int) and timeout_s > 0 else None
    )
    user["pvt"].update(agent_status=wish["status"], agent_paused_until=until_g)
    touched(user, call.now_g)
    return state


@answers("POST", "/accounts/{}/agents/{}/queue_status")
def set_queue_status(call: Call, user_id: str) -> list[str]:
    user, wish = _agent(call, user_id), _judged(call, "queue_update")
    if wish["queue_id"] not in call.docs("queues"):
        raise bad_identifier(wish["queue_id"])
    kept = [one for one in _queues_of(user) if one != wish["queue_id"]]
    user["doc"]["queues"] = [*kept, wish["queue_id"]] if wish["action"] == "login" else kept
    touched(user, call.now_g)
    return _queues_of(user)


@answers("GET", "/accounts/{}/agents/{}/queue_status")
def read_queue_status(call: Call, user_id: str) -> list[str]:
    return _queues_of(_agent(call, user_id))


def _judged(call: Call, family: str) -> Document:
    wish, errors = stored(call.document), Errors()
    check(family, wish, errors)
    errors.refuse()
    return wish
