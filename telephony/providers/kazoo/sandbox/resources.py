"""Carriers: global and local resources, many at once, and jobs that bring in numbers (facts, section 7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from telephony.providers.kazoo.sandbox import lists
from telephony.providers.kazoo.sandbox.answers import Answer, created
from telephony.providers.kazoo.sandbox.assignments import normalised
from telephony.providers.kazoo.sandbox.call import Call
from telephony.providers.kazoo.sandbox.collections import (
    Collection,
    Draft,
    delete,
    list_all,
    patch,
    read,
    update,
)
from telephony.providers.kazoo.sandbox.documents import Document, Entry, fresh, new_id, stored
from telephony.providers.kazoo.sandbox.filters import passes
from telephony.providers.kazoo.sandbox.months import month_id
from telephony.providers.kazoo.sandbox.refusals import Errors, Refused, bad_identifier, wrong
from telephony.providers.kazoo.sandbox.routes import add, answers
from telephony.providers.kazoo.sandbox.validation import check

_STEP_S = 2  # a job brings in a number each two seconds, after as long a wait
_JOB_SPAN_S = 2_682_000
_JOBS = ("/accounts/{}/resources/jobs", "/resources/jobs")


def _row(call: Call, identifier: str, entry: Entry) -> Document:
    document = entry["doc"]
    return {
        "id": identifier,
        "name": document.get("name", ""),
        "enabled": document.get("enabled", True),
        "weight_cost": document.get("weight_cost", 50),
        "template_name": document.get("template_name", ""),
        "classifiers": document.get("classifiers", {}),
    }


def _master_only(call: Call, draft: Draft) -> None:
    if not call.account_id:
        call.need_master()


LOCAL = Collection(name="resources", family="resources", row=_row, prepare=(_master_only,)).register()
GLOBAL = Collection(
    name="resources", family="resources", root="", row=_row, prepare=(_master_only,), verbs="create"
).register()


def _guarded(action: Callable[..., Any]) -> Callable[..., Any]:
    """Global resources are the master's, to read them too."""

    def handle(call: Call, *values: str) -> Any:
        call.need_master()
        return action(call, GLOBAL, *values)

    return handle


add("GET", "/resources", _guarded(list_all))
for _path in ("/resources/{}", "/globalResources/{}"):
    add("GET", _path, _guarded(read))
    add("POST", _path, _guarded(update))
    add("PATCH", _path, _guarded(patch))
    add("DELETE", _path, _guarded(delete))


@answers("PUT POST PATCH", "/accounts/{}/resources/collection", "/resources/collection")
def change_many(call: Call) -> Answer:
    """A list of documents; each succeeds or fails for itself, by id (by name where it has none)."""
    if not call.account_id:
        call.need_master()
    given = call.message.data
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise wrong("data", "type", "Value did not match type(s): array", target="array")
    done: Document = {}
    failed: Document = {}
    for index, document in enumerate(given):
        label = str(document.get("id") or document.get("name") or index)
        try:
            identifier, entry = _change(call, document)
            done[identifier] = LOCAL.shown(call, identifier, entry)
        except Refused as refused:
            failed[label] = {"error": str(refused.status), "message": refused.message, "data": refused.data}
    status = 201 if call.message.method == "PUT" else 200
    return Answer({"success": done, "errors": failed}, status)


def _change(call: Call, document: Document) -> tuple[str, Entry]:
    identifier, entry = new_id(), None
    if call.message.method != "PUT":
        identifier = document.get("id", "")
        if not isinstance(identifier, str) or not identifier:
            raise wrong("id", "required", "Field is required but missing", value=None)
        entry = call.entry("resources", identifier)
        if call.message.method == "PATCH":
            document = {**entry["doc"], **document}
    draft = Draft(identifier, stored(document), entry)
    return identifier, LOCAL.write(call, draft)


# ---- jobs ----


@answers("GET", *_JOBS)
def list_jobs(call: Call) -> Answer:
    """Newest first, of the last 31 days unless the query says otherwise."""
    _need_carrier_rights(call)
    rows = []
    asks_span = "created_from" in call.query or "created_to" in call.query
    for identifier, entry in call.docs("resource_jobs").items():
        is_recent = entry["pvt"].get("created", 0) >= call.now_g - _JOB_SPAN_S
        if asks_span or is_recent:
            rows.append(_job_row(call, identifier, entry))
    return lists.listed(call, rows, lists.NUMBER)


def _need_carrier_rights(call: Call) -> None:
    if not call.account_id:
        call.need_master()


def _job_row(call: Call, identifier: str, entry: Entry) -> lists.Row:
    def show() -> Document | None:
        job = _progress(call, identifier, entry)
        if not passes(job, entry["pvt"], call.request.query_pairs):
            return None
        return {
            "id": identifier,
            "timestamp": entry["pvt"].get("created", 0),
            "status": job["status"],
            "failures": len(job["errors"]),
            "successes": len(job["success"]),
            "resource_id": job.get("resource_id", ""),
            "name": job.get("name", ""),
        }

    return lists.Row((int(entry["pvt"].get("created", 0)), identifier), show)


@answers("GET", *(path + "/{}" for path in _JOBS))
def read_job(call: Call, identifier: str) -> Document:
    _need_carrier_rights(call)
    entry = call.docs("resource_jobs").get(identifier)
    if entry is None:
        raise bad_identifier(identifier)
    return _progress(call, identifier, entry)


@answers("PUT", *_JOBS)
def create_job(call: Call) -> Answer:
    """Numbers of a carrier, to be brought into service."""
    _need_carrier_rights(call)
    document, errors = stored(call.document), Errors()
    check("resource_jobs", document, errors)
    if not errors and document["resource_id"] not in call.docs("resources"):
        errors.add("resource_id", "not_found", "Resource not found", cause=document["resource_id"])
    errors.refuse()
    identifier = month_id(call.now_g, new_id())
    entry = call.shelf("resource_jobs")[identifier] = fresh(document, call.now_g, started=call.now_g)
    return created(_progress(call, identifier, entry), identifier)


def _progress(call: Call, identifier: str, entry: Entry) -> Document:
    """A job as far as the clock has brought it: pending, running, complete."""
    document, started_g = entry["doc"], entry["pvt"].get("started")
    numbers = [str(one) for one in document.get("numbers", [])]
    if started_g is None:  # one of the seed, as it stands
        pvt = entry["pvt"]
        kept = {name: pvt.get(name, {}) for name in ("success", "errors", "warning")}
        moment = pvt.get("timestamp", pvt.get("created", 0))
        return {
            **document,
            **kept,
            "id": identifier,
            "status": pvt.get("status", "complete"),
            "timestamp": moment,
        }
    done = max(0, min(len(numbers), (call.now_g - int(started_g)) // _STEP_S - 1))
    success: Document = {}
    failed: Document = {}
    for text in numbers[:done]:
        number = normalised(call, text)
        if number.startswith("+"):
            success[number] = {"id": number, "state": "in_service", "carrier_module": "knm_local"}
            _bring_in(call, number)
        else:
            failed[text] = {"reason": "not_reconcilable", "message": "number is not reconcilable"}
    waits = call.now_g - int(started_g) < _STEP_S
    status = "pending" if waits else "running" if done < len(numbers) else "complete"
    return {
        **document, "id": identifier, "numbers": numbers, "success": success, "errors": failed, "warning": {},
        "status": status, "timestamp": entry["pvt"].get("created", 0),
    }  # fmt: skip


def _bring_in(call: Call, number: str) -> None:
    numbers = call.state["numbers"]
    if number not in numbers and call.account_id:
        pvt = {
            "account": call.account_id,
            "state": "in_service",
            "used_by": "",
            "carrier_module": "knm_local",
        }
        numbers[number] = fresh({}, call.now_g, **pvt)
        call.sandbox.store.touch()
