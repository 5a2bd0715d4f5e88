"""Jobs in the background that work on a CSV: numbers, accounts. A job is done as soon as it is started."""

from __future__ import annotations

import csv
import io

from telephony.providers.kazoo.sandbox import lists
from telephony.providers.kazoo.sandbox.answers import Answer, created, raw
from telephony.providers.kazoo.sandbox.call import Call, descendants
from telephony.providers.kazoo.sandbox.documents import Document, Entry, fresh, new_id, touched
from telephony.providers.kazoo.sandbox.numbers import held_numbers
from telephony.providers.kazoo.sandbox.refusals import bad_identifier, wrong
from telephony.providers.kazoo.sandbox.routes import answers

_ALL, _ONE = "/accounts/{}/tasks", "/accounts/{}/tasks/{}"
_KINDS: dict[
    str, dict[str, tuple[str, tuple[str, ...]]]
] = {  # category -> action -> what it does, columns in
    "account_crawl": {"list": ("List the accounts below", ())},
    "number_management": {
        "dump": ("List the numbers of the account", ()),
        "find": ("Say what is known of numbers", ("e164",)),
    },
}


@answers("GET", "/tasks")
def help_with(call: Call) -> Document:
    """What there is to do, by category."""
    return {
        "tasks": {
            category: {
                action: {"description": text, "doc": text, "mandatory": list(columns), "optional": []}
                | ({"expected_content": "text/csv"} if columns else {})
                for action, (text, columns) in actions.items()
            }
            for category, actions in _KINDS.items()
        }
    }


def _facts(call: Call, identifier: str, entry: Entry) -> Document:
    shown: Document = {
        "id": identifier,
        "account_id": call.account_id,
        "auth_account_id": call.token["account"],
    }
    facts = ("category", "action", "status", "submit_timestamp", "start_timestamp", "end_timestamp",
             "total_count", "success_count", "failure_count", "file_name")  # fmt: skip
    return shown | {name: entry["pvt"][name] for name in facts if name in entry["pvt"]}


@answers("GET", _ALL)
def list_tasks(call: Call) -> Answer:
    rows = [
        lists.Row((entry["pvt"]["submit_timestamp"], identifier), _constant(_facts(call, identifier, entry)))
        for identifier, entry in call.docs("tasks").items()
    ]
    return lists.listed(call, rows, lists.NUMBER)


def _constant(row: Document) -> lists.Show:
    return lambda: row


@answers("PUT", _ALL, takes=("application/json", "text/csv"))
def add(call: Call) -> Answer:
    """`?category=&action=`, and the CSV or `{"records": [{column: value}]}` where the action wants one."""
    category, action = call.query.get("category", ""), call.query.get("action", "")
    if action not in _KINDS.get(category, {}):
        raise bad_identifier(action if category in _KINDS else category)
    columns = _KINDS[category][action][1]
    records = _records(call) if columns else []
    if columns and not records:
        raise wrong("csv", "required", "The CSV of the task has no rows", value=None)
    missing = [name for name in columns for record in records if not record.get(name)]
    if missing:
        raise wrong(missing[0], "required", "Field is required but missing", value=None)
    identifier = new_id()
    entry = fresh({}, call.now_g, category=category, action=action, status="pending", records=records,
                  submit_timestamp=call.now_g, total_count=len(records),
                  file_name=call.query.get("file_name", f"{action}.csv"))  # fmt: skip
    call.shelf("tasks")[identifier] = entry
    return created({"_read_only": _facts(call, identifier, entry)}, identifier)


def _records(call: Call) -> list[dict[str, str]]:
    if call.message.content_type == "text/csv":
        lines = call.request.body.decode("utf-8", "replace").splitlines()
        rows = [dict(row) for row in csv.DictReader(lines)]
        return [{str(name): str(value) for name, value in row.items()} for row in rows]
    given = call.document.get("records", [])
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise wrong("records", "type", "Value did not match type(s): array", target="array", value=given)
    return [{str(name): str(value) for name, value in one.items()} for one in given]


@answers("GET", _ONE)
def read(call: Call, identifier: str) -> Document:
    return {"_read_only": _facts(call, identifier, call.entry("tasks", identifier))}


@answers("PATCH", _ONE)
def start(call: Call, identifier: str) -> Document:
    """Raises Refused 404 for one that was started before, as Crossbar does."""
    entry = call.entry("tasks", identifier)
    if entry["pvt"]["status"] != "pending":
        raise bad_identifier(identifier)
    output = _WORK[entry["pvt"]["category"], entry["pvt"]["action"]](call, entry["pvt"]["records"])
    entry["pvt"].update(status="success", start_timestamp=call.now_g, end_timestamp=call.now_g, output=output,
                        success_count=len(output), failure_count=0)  # fmt: skip
    touched(entry, call.now_g)
    return {"_read_only": _facts(call, identifier, entry)}


@answers("PATCH", _ONE + "/stop")
def stop(call: Call, identifier: str) -> Document:
    """None runs long enough to be stopped."""
    call.entry("tasks", identifier)
    raise bad_identifier(identifier)


@answers("GET", _ONE + "/output", _ONE + "/input", gives=("text/csv", "application/json", "*"))
def table(call: Call, identifier: str) -> Answer:
    """What came out, or went in, as CSV. Raises Refused 404 before there is any."""
    name = call.request.segments[-1]
    rows = call.entry("tasks", identifier)["pvt"].get("output" if name == "output" else "records")
    if not rows:
        raise bad_identifier(identifier)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return raw(text.getvalue().encode("utf-8", "replace"), "text/csv", f"{name}.csv")


@answers("DELETE", _ONE)
def delete(call: Call, identifier: str) -> Document:
    entry = call.entry("tasks", identifier)
    shown = {"_read_only": _facts(call, identifier, entry)}
    del call.shelf("tasks")[identifier]
    return shown


def _dump(call: Call, records: list[dict[str, str]]) -> list[dict[str, str]]:
    found = [
        one for one, entry in held_numbers(call).items() if entry["pvt"].get("account") == call.account_id
    ]
    return _find(call, [{"e164": one} for one in sorted(found)])


def _find(call: Call, records: list[dict[str, str]]) -> list[dict[str, str]]:
    """Of the account's own numbers the rest is told as well."""
    rows = []
    for record in records:
        entry = held_numbers(call).get(record["e164"])
        pvt = entry["pvt"] if entry and entry["pvt"].get("account") == call.account_id else {}
        names = ("account", "state", "used_by", "carrier_module")
        rows.append({"e164": record["e164"], **{name: str(pvt.get(name, "")) for name in names}})
    return rows


def _crawl(call: Call, records: list[dict[str, str]]) -> list[dict[str, str]]:
    below = [call.account_id, *descendants(call.state, call.account_id)]
    return [{"account_id": one, "name": str(call.account_document(one).get("name", ""))} for one in below]


_WORK = {
    ("account_crawl", "list"): _crawl,
    ("number_management", "dump"): _dump,
    ("number_management", "find"): _find,
}
