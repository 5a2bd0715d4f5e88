"""Where servers of different releases have different addresses for one operation: facts section 8, as data.

The newest address is tried first; a 404 or 405 did nothing, so that the next one can be tried. What answered is remembered
with the connection under `name`, for all operations of that name.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Body(StrEnum):
    """How the document of the SDK's address is written at another one."""

    SAME = "same"
    CONFERENCE_ACTION = "conference_action"  # {"action": the word in the SDK's path, "data": {...}}
    DIAL = "dial"  # {"action": "dial", "data": {"endpoints": [number]}}
    PARTICIPANT_ACTION = "participant_action"  # {"data": {"action": the word in the SDK's path}}


class Shape(StrEnum):
    """How an answer of another address becomes that of the SDK's."""

    SAME = "same"
    BALANCE = "balance"  # {"amount": 12.5} is {"balance": 12.5}
    PLANS = "plans"  # {"plans": {id: {...}}} is a list of plans
    PLAN = "plan"  # the one that was asked for, out of them
    CONFERENCE = "conference"  # what stands in `_read_only` says who is there


@dataclass(frozen=True, kw_only=True)
class Way:
    """Another address of an operation."""

    path: str
    method: str = ""
    body: Body = Body.SAME
    shape: Shape = Shape.SAME
    word: str = ""  # the action that the SDK's path names


@dataclass(frozen=True, kw_only=True)
class Ways:
    """The addresses of newer servers, newest first; that of the catalog is the last resort."""

    name: str
    newer: tuple[Way, ...]


_ACCOUNT = "/accounts/{accountId}"
_ROOM = f"{_ACCOUNT}/conferences/{{conferenceId}}"
_SERVICES = f"{_ACCOUNT}/services"


def _ways(name: str, *newer: Way) -> Ways:
    return Ways(name=name, newer=newer)


def _participant(word: str) -> Ways:
    path = f"{_ROOM}/participants/{{participantId}}"
    return _ways("conference_live", Way(path=path, method="PUT", body=Body.PARTICIPANT_ACTION, word=word))


def _media(path: str = "") -> Ways:
    return _ways("media", Way(path=f"{_ACCOUNT}/media{path}"))


def _services(path: str, shape: Shape = Shape.SAME) -> Ways:
    return _ways("services", Way(path=f"{_SERVICES}{path}", shape=shape))


def _notice() -> Ways:
    return _ways("notices", Way(path=f"{_ACCOUNT}/notifications/conference_{{notificationType}}"))


WAYS: dict[str, Ways] = {
    "globalResources.delete": _ways("global_resources", Way(path="/resources/{resourceId}")),
    "media.list": _media(),
    "media.create": _media(),
    "media.get": _media("/{mediaId}"),
    "media.update": _media("/{mediaId}"),
    "media.delete": _media("/{mediaId}"),
    "port.listDescendants": _ways("port_descendants", Way(path=f"{_ACCOUNT}/descendants/port_requests")),
    "balance.get": _ways("balance", Way(path=f"{_ACCOUNT}/ledgers/total", shape=Shape.BALANCE)),
    "servicePlan.list": _services("", Shape.PLANS),
    "servicePlan.get": _services("", Shape.PLAN),
    "servicePlan.listCurrent": _services("/summary"),
    "servicePlan.add": _services("/{planId}"),
    "servicePlan.remove": _services("/{planId}"),
    "services.listAvailable": _services("/available"),
    # Up to 4.2 they stand in an answer of another address, which has an operation of its own.
    "services.get": _ways(
        "plans_in_force", Way(path=_SERVICES), Way(path=f"{_ACCOUNT}/service_plans/current")
    ),
    "servicePlan.reconciliate": _services("/reconciliation"),
    "servicePlan.synchronize": _services("/synchronization"),
    "whitelabel.getDnsEntries": _ways("whitelabel", Way(path=f"{_ACCOUNT}/whitelabel/domains")),
    "whitelabel.checkDnsEntries": _ways(
        "whitelabel", Way(path=f"{_ACCOUNT}/whitelabel/domains?domain={{domain}}")
    ),
    "conference.view": _ways("conference_view", Way(path=_ROOM, shape=Shape.CONFERENCE)),
    "conference.action": _ways("conference_live", Way(path=_ROOM, method="PUT", body=Body.CONFERENCE_ACTION)),
    "conference.addParticipant": _ways("conference_live", Way(path=_ROOM, method="PUT", body=Body.DIAL)),
    "conference.muteParticipant": _participant("mute"),
    "conference.unmuteParticipant": _participant("unmute"),
    "conference.deafParticipant": _participant("deaf"),
    "conference.undeafParticipant": _participant("undeaf"),
    "conference.kickParticipant": _participant("kick"),
    "conference.getNotification": _notice(),
    "conference.createNotification": _notice(),
    "conference.updateNotification": _notice(),
}
