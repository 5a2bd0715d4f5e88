"""Call detail records and voicemail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.keyyo.catalog.common import WRITE_ALL, listing, manager, path_param, reading
from telephony.providers.operations import Effect, Operation, Paging, Param, Place, Text

PAGE_SIZE = 500  # the largest page seen in use; the default is taken to be 100

_PERIOD = (
    Param(
        name="date_start",
        kind="datetime",
        place=Place.QUERY,
        pattern=r"\d{4}-\d{2}-\d{2}( \d{2}:\d{2})?",
        help=_("First day or minute, YYYY-MM-DD or YYYY-MM-DD HH:MM, in the account's time zone."),
    ),
    Param(
        name="date_end",
        kind="datetime",
        place=Place.QUERY,
        pattern=r"\d{4}-\d{2}-\d{2}( \d{2}:\d{2})?",
        help=_("First day or minute that is left out. Without bounds only a recent period comes back."),
    ),
    Param(
        name="limit",
        kind="integer",
        place=Place.QUERY,
        minimum=1,
        maximum=PAGE_SIZE,
        help=_("Rows in one answer."),
    ),
    Param(name="offset", kind="integer", place=Place.QUERY, minimum=0, help=_("Rows to leave out first.")),
)


def _records(key: str, path: str, summary: Text) -> Operation:
    return listing(
        key,
        path,
        summary,
        kind="CallDetailRecord",
        capability="calls.list",
        paging=Paging.OFFSET,
        params=_PERIOD,
        note=_("The period and paging parameters are known from use, not from the vendor's page."),
    )


CALL_DETAIL: tuple[Operation, ...] = (
    _records(
        "services.incoming_call_detail.list",
        "/services/{csi}/incoming_call_detail",
        _("List the call records of calls received by a line"),
    ),
    _records(
        "services.outgoing_call_detail.list",
        "/services/{csi}/outgoing_call_detail",
        _("List the call records of calls placed by a line"),
    ),
    _records(
        "incoming_call_detail.list",
        "/incoming_call_detail",
        _("List the call records of calls received by all lines"),
    ),
    _records(
        "outgoing_call_detail.list",
        "/outgoing_call_detail",
        _("List the call records of calls placed by all lines"),
    ),
)

_MESSAGE = path_param("identifier", "text", _("Identifier of the message."))
_CONTACT_ONLY = _("Answers only to a person signed in as a contact, for that person's own messages.")


def _messages(state: str, summary: Text, read_summary: Text, delete_summary: Text) -> tuple[Operation, ...]:
    base = f"services.voicemails.default.{state}"
    path = f"/services/{{csi}}/voicemails/default/{state}"
    return (
        listing(
            f"{base}.list",
            path,
            summary,
            kind="VoicemailMessage",
            capability="voicemail.read",
            note=_CONTACT_ONLY,
        ),
        reading(
            f"{base}.read",
            f"{path}/{{identifier}}",
            read_summary,
            kind="VoicemailMessage",
            capability="voicemail.read",
            params=(_MESSAGE,),
            identity=(("identifier", "identifier"),),
            note=_CONTACT_ONLY,
        ),
        manager(
            f"{base}.delete",
            "DELETE",
            f"{path}/{{identifier}}",
            delete_summary,
            Effect.DESTROY,
            kind="VoicemailMessage",
            scopes=WRITE_ALL,
            capability="voicemail.read",
            reads_back=f"{base}.list",
            params=(_MESSAGE,),
            note=_CONTACT_ONLY,
        ),
    )


VOICEMAIL: tuple[Operation, ...] = (
    listing(
        "services.voicemails.list",
        "/services/{csi}/voicemails",
        _("List the mailboxes of a line"),
        kind="Voicemail",
    ),
    reading(
        "services.voicemails.default.read",
        "/services/{csi}/voicemails/default",
        _("Read the mailbox of a line"),
        kind="Voicemail",
    ),
    listing(
        "services.voicemails.default.available_answering_audio_files.list",
        "/services/{csi}/voicemails/default/available_answering_audio_files",
        _("List the greetings that the mailbox can answer with"),
        kind="AnsweringAudioFile",
    ),
    listing(
        "services.voicemails.default.available_recording_audio_files.list",
        "/services/{csi}/voicemails/default/available_recording_audio_files",
        _("List the prompts that the mailbox can play before recording"),
        kind="RecordingAudioFile",
    ),
    *_messages(
        "unread_messages",
        _("List the messages not listened to yet"),
        _("Read one message not listened to yet"),
        _("Erase one message not listened to yet"),
    ),
    *_messages(
        "read_messages",
        _("List the messages already listened to"),
        _("Read one message already listened to"),
        _("Erase one message already listened to"),
    ),
)
