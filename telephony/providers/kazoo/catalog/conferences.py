"""Conference rooms, who is in them, and the servers and notices of the old conference product."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.catalog.common import (
    ACCOUNT,
    Sentences,
    action,
    body,
    documents,
    listing,
    operation,
    path,
    read,
    removal,
    whole,
    write,
)
from telephony.providers.kazoo.schema.voicemail import CONFERENCES
from telephony.providers.operations import Effect, Operation, Text

ROOM = f"{ACCOUNT}/conferences/{{conferenceId}}"
_ROOM = path("conferenceId", "ref:conference", _("Identifier of the room."))
_PARTICIPANT = path("participantId", "text", _("Number of the participant in the room."))
_SERVER = path("serverId", "text", _("Identifier of the server."))
_OLD_PRODUCT = _("Of the old conference product: no open release has it.")
_MAPPED = _("Real servers have other addresses for it, which are tried first.")

_DOCUMENTS = documents(
    "conference",
    f"{ACCOUNT}/conferences",
    _ROOM,
    CONFERENCES,
    Sentences(
        list=_("List the conference rooms"),
        read=_("Read one conference room"),
        add=_("Add a conference room"),
        replace=_("Replace a conference room"),
        patch=_("Change some fields of a conference room"),
        remove=_("Remove a conference room"),
    ),
    kind="conference",
)


def _on_participant(
    verb: str, word: str, summary: Text, undone_by: str = "", effect: Effect = Effect.WRITE
) -> Operation:
    return operation(
        f"conference.{verb}",
        "POST",
        f"{ROOM}/{word}/{{participantId}}",
        summary,
        effect,
        _ROOM,
        _PARTICIPANT,
        capability="calls.live",
        reads_back="conference.view",
        undone_by=undone_by and f"conference.{undone_by}",
        note=_MAPPED,
    )


LIVE: tuple[Operation, ...] = (
    listing(
        "conference.getPins",
        f"{ACCOUNT}/conferences/pins",
        _("List the PINs that conference rooms use"),
        is_paged=False,
        note=_OLD_PRODUCT,
        extra={"rows": "ids"},
    ),
    read(
        "conference.view",
        f"{ROOM}/status",
        _("See who is in a conference room"),
        _ROOM,
        capability="calls.live",
        note=_MAPPED,
    ),
    action(
        "conference.action",
        "POST",
        f"{ROOM}/{{action}}",
        _("Lock or unlock a room, play or record in it, dial somebody into it"),
        _ROOM,
        path("action", "text", _("What to do."), choices=("lock", "unlock", "play", "record", "dial")),
        body("media_id", "ref:media", _("The recording to play.")),
        body("recording", "text", _("Whether a recording begins or ends."), choices=("start", "stop")),
        body("endpoints", "json", _("Whom to dial: devices, users, numbers and SIP addresses, as a list.")),
        body("caller_id_name", "text", _("Name that those who are dialled see.")),
        body("caller_id_number", "number", _("Number that those who are dialled see.")),
        body("participant_flags", "json", _("How they join: a list of words such as “mute”.")),
        capability="calls.live",
        note=_MAPPED,
        extra={"sent_as": {"recording": "action"}},
    ),
    listing(
        "conference.listParticipants",
        f"{ROOM}/participants",
        _("List who is in a conference room"),
        _ROOM,
        is_paged=False,
        is_listed=False,
        capability="calls.live",
    ),
    action(
        "conference.addParticipant",
        "POST",
        f"{ROOM}/add_participant",
        _("Call somebody into a conference room"),
        _ROOM,
        body("number", "number", _("Whom to call."), assumed=True),
        body("name", "text", _("Name of who is called."), assumed=True),
        capability="calls.live",
        note=_MAPPED,
    ),
    _on_participant("muteParticipant", "mute", _("Mute a participant"), "unmuteParticipant"),
    _on_participant("unmuteParticipant", "unmute", _("Unmute a participant"), "muteParticipant"),
    _on_participant("deafParticipant", "deaf", _("Let a participant hear nothing"), "undeafParticipant"),
    _on_participant("undeafParticipant", "undeaf", _("Let a participant hear again"), "deafParticipant"),
    _on_participant("kickParticipant", "kick", _("Put a participant out of the room"), effect=Effect.DESTROY),
)

_SERVER_FIELDS = (
    body("name", "text", _("Name of the server."), assumed=True),
    body("host", "text", _("Host name or address of the server."), assumed=True),
)
_SERVERS = f"{ACCOUNT}/conferences_servers"
_ONE_SERVER = f"{_SERVERS}/{{serverId}}"
SERVERS: tuple[Operation, ...] = (
    listing("conference.listServers", _SERVERS, _("List the conference servers"), note=_OLD_PRODUCT),
    read(
        "conference.getServer",
        _ONE_SERVER,
        _("Read one conference server"),
        _SERVER,
        identity=(("serverId", "id"),),
        note=_OLD_PRODUCT,
    ),
    write(
        "conference.createServer",
        "PUT",
        _SERVERS,
        _("Add a conference server"),
        *_SERVER_FIELDS,
        reads_back="conference.listServers",
        undone_by="conference.deleteServer",
        note=_OLD_PRODUCT,
    ),
    write(
        "conference.updateServer",
        "POST",
        _ONE_SERVER,
        _("Replace a conference server"),
        _SERVER,
        *_SERVER_FIELDS,
        reads_back="conference.getServer",
        replaces_object=True,
        undone_by="conference.updateServer",
        identity=(("serverId", "id"),),
        note=_OLD_PRODUCT,
    ),
    removal(
        "conference.deleteServer",
        _ONE_SERVER,
        _("Remove a conference server"),
        _SERVER,
        reads_back="conference.listServers",
        undone_by="conference.createServer",
        note=_OLD_PRODUCT,
    ),
)

_NOTICE = f"{ACCOUNT}/notify/conference_{{notificationType}}"
_TYPE = path("notificationType", "text", _("Which notice, such as “invite”."))
_TEMPLATE = whole("file", _("The text of the notice, as HTML."))
NOTICES: tuple[Operation, ...] = (
    read(
        "conference.getNotification",
        f"{_NOTICE}/{{contentType}}",
        _("Read the text of a conference notice"),
        _TYPE,
        path("contentType", "text", _("Which form of the text, such as “html”.")),
        answers="text",
        note=_OLD_PRODUCT,
        extra={"accepts": "text/html"},
    ),
    write(
        "conference.createNotification",
        "PUT",
        _NOTICE,
        _("Add the text of a conference notice"),
        _TYPE,
        _TEMPLATE,
        note=_OLD_PRODUCT,
        extra={"sends": "text/html"},
    ),
    write(
        "conference.updateNotification",
        "POST",
        _NOTICE,
        _("Replace the text of a conference notice"),
        _TYPE,
        _TEMPLATE,
        note=_OLD_PRODUCT,
        extra={"sends": "text/html"},
    ),
)

CONFERENCE_OPERATIONS = (*_DOCUMENTS, *LIVE, *SERVERS, *NOTICES)
