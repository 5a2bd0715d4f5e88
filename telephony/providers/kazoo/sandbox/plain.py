"""Collections that are documents and little else; what is special about one stands beside it."""

from __future__ import annotations

from typing import Any

from telephony.providers.kazoo.sandbox import lists
from telephony.providers.kazoo.sandbox.assignments import refresh
from telephony.providers.kazoo.sandbox.call import Call
from telephony.providers.kazoo.sandbox.collections import Collection, Draft
from telephony.providers.kazoo.sandbox.documents import Document, Entry


def row_of(*names: str, **defaults: Any) -> Any:
    """A row of these fields beside the id; a field without a default is "" where the document lacks it."""

    def row(call: Call, identifier: str, entry: Entry) -> Document:
        shown = {name: entry["doc"].get(name, defaults.get(name, "")) for name in (*names, *defaults)}
        return {"id": identifier, **shown}

    return row


def id_only(call: Call, identifier: str, entry: Entry) -> str:
    return identifier


def by_age(call: Call, identifier: str, entry: Entry) -> lists.SortKey:
    return (int(entry["pvt"].get("created", 0)), identifier)


def _refresh(call: Call, draft: Draft) -> None:
    refresh(call)


Collection(name="menus", family="menus", row=row_of("name", flags=[])).register()
Collection(
    name="temporal_rules",
    family="temporal_rules",
    row=row_of("name", type="", flags=[]),
    sort=by_age,
    key_type=lists.NUMBER,
).register()


def _set_row(call: Call, identifier: str, entry: Entry) -> Document:
    document = entry["doc"]
    return {
        "id": identifier,
        "name": document.get("name", ""),
        "rules": document.get("temporal_rules", []),
        "flags": document.get("flags", []),
    }


Collection(name="temporal_rules_sets", family="temporal_rules_sets", row=_set_row).register()
Collection(name="blacklists", family="blacklists", row=row_of("name", flags=[])).register()
Collection(
    name="connectivity", family="connectivity", row=id_only, sort=by_age, key_type=lists.NUMBER,
    settle=(_refresh,), vanish=(_refresh,),
).register()  # fmt: skip
Collection(
    name="resource_templates", family="resource_templates", row=row_of("name", "template_name", enabled=True)
).register()
Collection(name="conferences_servers", row=row_of("name")).register()
for _name in ("faxboxes", "lists", "match_lists"):
    Collection(name=_name, row=row_of("name")).register()
