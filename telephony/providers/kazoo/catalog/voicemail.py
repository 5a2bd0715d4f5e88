"""Mailboxes and the messages in them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.catalog.common import (
    ACCOUNT,
    Sentences,
    body,
    documents,
    listing,
    path,
    query,
    read,
    removal,
    write,
)
from telephony.providers.kazoo.schema.voicemail import VMBOXES
from telephony.providers.operations import Operation

FOLDERS = ("new", "saved", "deleted")

_BOX = path("voicemailId", "ref:vmbox", _("Identifier of the mailbox."))
_MESSAGE = path("messageId", "text", _("Identifier of the message (its media_id)."))
_FOLDER = query("folder", "text", _("Only the messages of this folder."), choices=FOLDERS)
_SOURCE = body("source_id", "text", _("Another mailbox that the messages come from."), max_length=32)
_MESSAGES = f"{ACCOUNT}/vmboxes/{{voicemailId}}/messages"

BOXES = documents(
    "voicemail",
    f"{ACCOUNT}/vmboxes",
    _BOX,
    VMBOXES,
    Sentences(
        list=_("List the mailboxes"),
        read=_("Read one mailbox"),
        add=_("Add a mailbox"),
        replace=_("Replace a mailbox"),
        patch=_("Change some fields of a mailbox"),
        remove=_("Remove a mailbox"),
    ),
    kind="vmbox",
)

MESSAGES: tuple[Operation, ...] = (
    listing(
        "voicemail.listMessages",
        _MESSAGES,
        _("List the messages of a mailbox"),
        _BOX,
        _FOLDER,
        is_listed=False,
        capability="voicemail.read",
    ),
    read(
        "voicemail.getMessage",
        f"{_MESSAGES}/{{messageId}}",
        _("Read what is known of a message"),
        _BOX,
        _MESSAGE,
        is_listed=False,
        capability="voicemail.read",
        identity=(("messageId", "media_id"),),
    ),
    read(
        "voicemail.getMessageRaw",
        f"{_MESSAGES}/{{messageId}}/raw",
        _("Download the sound of a message"),
        _BOX,
        _MESSAGE,
        answers="file",
        is_listed=False,
        capability="voicemail.read",
        extra={"accepts": "audio/mpeg, audio/wav, */*;q=0.5"},
    ),
    write(
        "voicemail.moveMessage",
        "POST",
        f"{_MESSAGES}/{{messageId}}",
        _("Move a message to another folder or mailbox"),
        _BOX,
        _MESSAGE,
        body("folder", "text", _("Where it goes."), choices=FOLDERS),
        _SOURCE,
        is_listed=False,
        capability="voicemail.read",
        reads_back="voicemail.getMessage",
        identity=(("messageId", "media_id"),),
    ),
    write(
        "voicemail.moveMessages",
        "POST",
        _MESSAGES,
        _("Move several messages to another folder or mailbox"),
        _BOX,
        body("messages", "text", _("Identifiers of the messages."), many=True, required=True),
        body("folder", "text", _("Where they go."), choices=FOLDERS),
        _SOURCE,
        is_listed=False,
        capability="voicemail.read",
        reads_back="voicemail.listMessages",
    ),
    removal(
        "voicemail.deleteMessage",
        f"{_MESSAGES}/{{messageId}}",
        _("Delete a message"),
        _BOX,
        _MESSAGE,
        is_listed=False,
        capability="voicemail.read",
        reads_back="voicemail.listMessages",
        identity=(("messageId", "media_id"),),
    ),
    removal(
        "voicemail.deleteMessages",
        _MESSAGES,
        _("Delete several messages, or all of a folder"),
        _BOX,
        _FOLDER,
        body("messages", "text", _("Identifiers of the messages."), many=True),
        is_listed=False,
        capability="voicemail.read",
        reads_back="voicemail.listMessages",
    ),
)

VOICEMAIL = (*BOXES, *MESSAGES)
