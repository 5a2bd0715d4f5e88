"""Keyyo documents to entity drafts: what each object is called, where it hangs, what it points to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from portal.lib.canonical import checksum
from portal.lib.errors import UnexpectedAnswer
from portal.lib.numbers import to_e164
from portal.lib.redaction import is_secret_name, redact
from telephony.providers.drafts import PLACEHOLDER, EntityDraft, ReferenceDraft
from telephony.providers.keyyo.catalog import CATALOG
from telephony.providers.keyyo.documents import Contact, Document, Service, flag, text
from telephony.providers.keyyo.encoding import named_list
from telephony.providers.keyyo.kinds import KINDS, SERVICE_KINDS
from telephony.providers.kinds import EntityKind

_SECRETS = {"VirtualFaxAccount": ("password",)}
_HOLD_SECRETS = {
    (operation.kind, param.name)
    for operation in CATALOG
    for param in operation.params
    if param.holds_secrets and operation.kind
}
_LEFT_OUT = frozenset({"_links", "_embedded", "base64_contents", "base64_picture", "wav_contents"})
_WHOLE_LIST = "list"  # remote id of an object that is a whole list
_LIST_ITEM = {"Blacklist": "number", "CallBarringGroups": "name", "CallBarredGroups": "name"}
_FORWARDS = ("forward_unconditionally_number", "forward_on_no_answer_number", "backup_number")

Services = Mapping[str, str]  # CSI to service type


def digits_to_number(raw: str) -> str:
    """E.164 with the plus, from Keyyo's digits without one; "" for other shapes such as addresses."""
    return f"+{raw}" if raw.isascii() and raw.isdigit() and 7 <= len(raw) <= 15 and raw[0] != "0" else ""


def list_draft(kind: EntityKind, parent: str, items: Sequence[Document]) -> EntityDraft:
    """A list that is replaced as a whole, as one document of plain values in the order of the answer."""
    return EntityDraft(
        kind=kind.kind,
        parent_remote_id=parent,
        remote_id=_WHOLE_LIST,
        document={kind.list_field: named_list(items, _LIST_ITEM[kind.kind])},
    )


def drafts_of(
    kind: EntityKind, parent: str, items: Sequence[Document], services: Services
) -> list[EntityDraft]:
    """One draft per object of a list, in the order of the answer."""
    if kind.whole_list:
        return [list_draft(kind, parent, items)]
    drafts: dict[str, EntityDraft] = {}
    for item in items:
        draft = draft_of(kind, parent, item, services)
        if draft.remote_id in drafts:
            draft.remote_id = f"{draft.remote_id}.{len(drafts)}"
        drafts[draft.remote_id] = draft
    return list(drafts.values())


def draft_of(kind: EntityKind, parent: str, item: Document, services: Services) -> EntityDraft:
    """The draft of one object. Raises UnexpectedAnswer when it does not say what it is."""
    document, secrets = _without_secrets(kind.kind, item)
    draft = EntityDraft(
        kind=kind.kind, remote_id="", parent_remote_id=parent, document=document, secrets=secrets
    )
    _READERS[kind.kind](draft, item, services)
    if not draft.remote_id:
        raise UnexpectedAnswer(f"a {kind.kind} without an identifier")
    return draft


def _without_secrets(kind: str, item: Document) -> tuple[dict[str, Any], dict[str, str]]:
    document = {name: value for name, value in item.items() if name not in _LEFT_OUT}
    secrets = {}
    whole = {*_SECRETS.get(kind, ())}
    inside = {name for of_kind, name in _HOLD_SECRETS if of_kind == kind}
    if is_secret_name(text(item, "name")):  # a parameter that is called "token": its value is one
        whole |= inside
    for name in sorted(whole | inside):
        value = text(document, name)
        shown = PLACEHOLDER if name in whole else redact(value)
        if value and shown != value:
            secrets[name] = value
            document[name] = shown
    return document, secrets


def _read_service(draft: EntityDraft, item: Document, services: Services) -> None:
    service = Service.from_document(item)
    draft.remote_id = service.csi
    draft.name = service.name or service.formatted_csi or service.csi
    draft.number = digits_to_number(service.csi)
    draft.extension = service.short_number
    draft.status = "blocked" if service.blocking_status == "blocked" else service.status


def _read_profile(draft: EntityDraft, item: Document, services: Services) -> None:
    draft.remote_id = text(item, "identifier")
    draft.name = text(item, "name")
    draft.status = "forced" if flag(item, "forced") else ""
    found = []
    for field in _FORWARDS:
        target = (to_e164(text(item, field)) or "").lstrip("+")
        if target in services:
            found.append(ReferenceDraft(path=field, target_kind=services[target], target_remote_id=target))
    draft.references = found


def _read_plugin(draft: EntityDraft, item: Document, services: Services) -> None:
    draft.remote_id = draft.name = text(item, "name")
    draft.status = "enabled" if flag(item, "enabled") else "disabled"


def _read_named(draft: EntityDraft, item: Document, services: Services) -> None:
    draft.remote_id = draft.name = text(item, "name")


def _read_terminal(draft: EntityDraft, item: Document, services: Services) -> None:
    fields = {name: text(item, name) for name in ("user_agent", "private_ip", "public_ip")}
    draft.remote_id = checksum(fields)[:16]
    draft.name = fields["user_agent"]
    draft.status = "registered"


def _read_voicemail(draft: EntityDraft, item: Document, services: Services) -> None:
    draft.remote_id = "default"
    draft.name = text(item, "name")
    draft.status = "enabled" if flag(item, "recording_enabled") else "disabled"
    targets = {
        "answering_audio_file_id": "AnsweringAudioFile",
        "recording_audio_file_id_unavailable": "RecordingAudioFile",
        "recording_audio_file_id_busy": "RecordingAudioFile",
    }
    draft.references = [
        ReferenceDraft(path=field, target_kind=kind, target_remote_id=text(item, field))
        for field, kind in targets.items()
        if text(item, field)
    ]


def _read_by_id(draft: EntityDraft, item: Document, services: Services) -> None:
    draft.remote_id = text(item, "id")
    draft.name = text(item, "name")


def _read_usage(draft: EntityDraft, item: Document, services: Services) -> None:
    draft.name = text(item, "description")
    draft.remote_id = text(item, "id") or checksum([text(item, "description"), text(item, "unit")])[:16]


def _read_task(draft: EntityDraft, item: Document, services: Services) -> None:
    draft.name = text(item, "description") or text(item, "action")
    draft.status = text(item, "status").lower()
    draft.remote_id = checksum([text(item, name) for name in ("action", "creation_date", "description")])[:16]


def _read_branch(draft: EntityDraft, item: Document, services: Services) -> None:
    draft.remote_id = text(item, "uid")
    draft.name = text(item, "name")
    draft.references = _pointer(item, "parent_branch_uid")


def _read_contact(draft: EntityDraft, item: Document, services: Services) -> None:
    contact = Contact.from_document(item)
    draft.remote_id = contact.uid
    draft.name = contact.full_name
    draft.number = next(filter(None, map(to_e164, contact.numbers)), "") or ""
    draft.references = _pointer(item, "branch_uid")


def _pointer(item: Document, field: str) -> list[ReferenceDraft]:
    uid = text(item, field)
    return [ReferenceDraft(path=field, target_kind="DirectoryBranch", target_remote_id=uid)] if uid else []


_READERS: dict[str, Callable[[EntityDraft, Document, Services], None]] = {
    **dict.fromkeys(SERVICE_KINDS, _read_service),
    "VoIPAccountProfile": _read_profile,
    "ACDProfile": _read_profile,
    "CTIPlugin": _read_plugin,
    "CTIPluginParameter": _read_named,
    "SIPRecord": _read_terminal,
    "Voicemail": _read_voicemail,
    "AnsweringAudioFile": _read_by_id,
    "RecordingAudioFile": _read_by_id,
    "UsageStatistic": _read_usage,
    "Offer": _read_by_id,
    "ProvisioningTask": _read_task,
    "DirectoryBranch": _read_branch,
    "DirectoryContact": _read_contact,
}
assert set(_READERS) | set(_LIST_ITEM) == set(KINDS)
