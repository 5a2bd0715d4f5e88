"""Click to call: an address that calls an extension and connects it with whoever is named."""

from __future__ import annotations

from telephony.providers.kazoo.sandbox.answers import Answer
from telephony.providers.kazoo.sandbox.call import Call, is_below
from telephony.providers.kazoo.sandbox.collections import Collection, Draft
from telephony.providers.kazoo.sandbox.documents import Document, text_at
from telephony.providers.kazoo.sandbox.plain import row_of
from telephony.providers.kazoo.sandbox.refusals import invalid_credentials, wrong
from telephony.providers.kazoo.sandbox.routes import answers

_KEPT = 50  # lines of the history


def _named(call: Call, draft: Draft) -> None:
    for name in ("name", "extension"):
        if not text_at(draft.doc, name):
            draft.errors.add(name, "required", "Field is required but missing", value=None)


Collection(name="clicktocall", row=row_of("name", "extension"), rules=(_named,)).register()


@answers("GET POST", "/accounts/{}/clicktocall/{}/connect", public=True)
def connect(call: Call, identifier: str) -> Answer:
    """Whoever is in `contact`; with `auth_required` (the default) only for a token. Nobody is rung here."""
    if call.account_id not in call.state["accounts"]:
        raise invalid_credentials()
    entry = call.entry("clicktocall", identifier)
    is_open = entry["doc"].get("auth_required", True) is False
    if not is_open and not is_below(call.state, call.account_id, call.token.get("account", "")):
        raise invalid_credentials()
    contact = call.query.get("contact") or text_at(call.document, "contact")
    if not contact:
        raise wrong("contact", "required", "Field is required but missing", value=None)
    line = {"timestamp": call.now_g, "contact": contact, "result": "success", "cause": "SUCCESS"}
    entry["pvt"]["history"] = [line, *entry["pvt"].get("history", [])][:_KEPT]
    call.sandbox.store.touch()
    return Answer(
        {
            "application_name": "transfer",
            "application_data": {"route": text_at(entry["doc"], "extension")},
            "endpoints": [{"invite_format": "route", "route": contact}],
            "outbound_call_id": call.stable("clicktocall", identifier, call.now_s),
        }
    )


@answers("GET", "/accounts/{}/clicktocall/{}/history")
def history(call: Call, identifier: str) -> list[Document]:
    return list(call.entry("clicktocall", identifier)["pvt"].get("history", []))
