"""The plain documents of an account: what its plan and its language's common part name by collection."""

from typing import Any

from telephony.providers.kazoo.sandbox.seed import assets
from telephony.providers.kazoo.sandbox.seed.ids import doc_id
from telephony.providers.kazoo.sandbox.seed.notation import resolved
from telephony.providers.kazoo.sandbox.seed.plans import Plan, common_of


def documents_of(plan: Plan) -> dict[str, dict[str, dict[str, Any]]]:
    """Collections of documents by id; menus, media, rules, sets, groups, queues, rooms, lists, webhooks and the like."""
    collections: dict[str, dict[str, dict[str, Any]]] = {}
    for source in (common_of(plan)["documents"], plan.data["documents"]):
        for collection, documents in source.items():
            target = collections.setdefault(collection, {})
            for name, fields in documents.items():
                doc = {"name": name} | resolved(fields, plan)
                target[plan.id_of(collection, name)] = {"doc": doc, "pvt": _private(collection, doc)}
    for name, entries in plan.data.get("list_entries", {}).items():
        list_id = plan.id_of("lists", name)
        collections["lists"][list_id]["pvt"]["entries"] = {
            doc_id(plan.key, "entries", name, key): {
                "list_id": list_id,
                "displayname": title,
                "number": number,
                "pattern": key,
            }
            for key, number, title in entries
        }
    collections["notifications"] = _notifications(plan)
    return collections


def _private(collection: str, doc: dict[str, Any]) -> dict[str, Any]:
    if collection == "media" and doc["media_source"] == "upload":
        return {"attachments": {f"{doc['name']}.wav": assets.attachment("audio/wav", assets.beep())}}
    if collection == "webhooks" and doc.get("enabled") is False:
        return {"disable_reason": "too many failed attempts"}
    return {}


def _notifications(plan: Plan) -> dict[str, dict[str, Any]]:
    """The two mail templates that accounts change most, with their texts."""
    found = {}
    for identifier, subject in (
        ("voicemail_to_email", "New message from {{caller_id.name}}"),
        ("missed_call", "Missed call from {{caller_id.number}}"),
    ):
        doc = {
            "enabled": True,
            "category": "voicemail" if "voicemail" in identifier else "account",
            "friendly_name": identifier.replace("_", " ").capitalize(),
            "subject": subject,
            "from": f"noreply@{plan.realm}",
            "to": {"type": "original", "email_addresses": []},
            "cc": {"type": "specified", "email_addresses": []},
            "bcc": {"type": "specified", "email_addresses": []},
            "template_charset": "utf-8",
        }
        texts = {
            "text/html": f"<p>{subject}</p>",
            "text/plain": subject,
        }
        pvt = {"attachments": {kind: assets.attachment(kind, text.encode()) for kind, text in texts.items()}}
        found[identifier] = {"doc": doc, "pvt": pvt}
    return found
