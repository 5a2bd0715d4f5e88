"""From an answer on the wire to an `Answer`: the envelope, rows, files, the shapes of other addresses.

Facts: sections 3, 5, 7 and 8.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from portal.lib.errors import AnswerLost, UnexpectedAnswer
from portal.lib.wire_rows import row_text
from telephony.providers.client import Answer
from telephony.providers.kazoo.catalog.ways import Shape, Way
from telephony.providers.kazoo.refusals import refusal_of
from telephony.providers.operations import Effect, Operation
from telephony.providers.transport import Response

NEXT = "next_start_key"
_SUCCESS = frozenset({200, 201, 202, 203, 204})


def decoded(
    operation: Operation,
    response: Response,
    values: Mapping[str, Any],
    way: Way | None = None,
    *,
    as_texts: bool = False,
) -> Answer:
    """What an operation answered. Raises the errors of portal.lib.errors.

    An answer of no documented form is UnexpectedAnswer for a read; after a write it is AnswerLost, because something
    was done: what it was, only a read can tell.
    """
    if response.status not in _SUCCESS:
        raise refusal_of(operation, response)
    try:
        if as_texts:
            return _texts(operation, response, values, way)
        return _answer(operation, response, values, way)
    except UnexpectedAnswer as error:
        if operation.effect is Effect.READ:
            raise
        raise AnswerLost(error.message, status=response.status) from error


def _answer(operation: Operation, response: Response, values: Mapping[str, Any], way: Way | None) -> Answer:
    content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if operation.answers == "file" and content_type != "application/json":
        return _file(response, content_type)
    if operation.answers == "text" and content_type != "application/json":
        return Answer(
            document=response.body.decode(errors="replace"), status=response.status, headers=response.headers
        )
    if content_type in ("text/csv", "application/octet-stream"):
        return _file(response, content_type)
    if not response.body.strip():
        if operation.effect is Effect.READ:
            raise UnexpectedAnswer(_("Kazoo's answer is empty."), status=response.status)
        return Answer(document=None, status=response.status, headers=response.headers)
    envelope = response.json()
    if not isinstance(envelope, dict):
        raise UnexpectedAnswer(_("Kazoo's answer is not an object."), status=response.status)
    if envelope.get("status") == "error":
        raise refusal_of(operation, response)
    if "data" not in envelope:
        raise UnexpectedAnswer(_("Kazoo's answer has no data."), status=response.status)
    return _of_envelope(operation, response, envelope, values, way)


def _texts(operation: Operation, response: Response, values: Mapping[str, Any], way: Way | None) -> Answer:
    """A list whose rows stay texts; the usual way and then as texts where something asks for care."""
    sent = response.rows("data", ("status", NEXT))
    if sent is None or sent.members.get("status") == "error":
        answer = _answer(operation, response, values, way)
        return replace(answer, document=None, items=(), texts=[row_text(row) for row in answer.items])
    return Answer(
        document=None,
        texts=sent.rows,
        status=response.status,
        headers=response.headers,
        following=_following(sent.members),
    )


def _following(envelope: Mapping[str, Any]) -> dict[str, Any] | None:
    """What fetches the next page. Old builds say null, "" or [] on the last one."""
    following = envelope.get(NEXT)
    return None if following in (None, "", [], {}) else {"start_key": following}


def _of_envelope(
    operation: Operation,
    response: Response,
    envelope: Mapping[str, Any],
    values: Mapping[str, Any],
    way: Way | None,
) -> Answer:
    data = envelope["data"]
    if way is not None and way.shape is not Shape.SAME:
        data = _SHAPED[way.shape](data, values)
    _refuse_another(operation, data, values, response.status)
    if not operation.collection:
        return Answer(document=data, status=response.status, headers=response.headers)
    return Answer(
        document=data,
        items=rows_of(operation, data),
        status=response.status,
        headers=response.headers,
        following=_following(envelope),
    )


def _file(response: Response, content_type: str) -> Answer:
    return Answer(
        document=None,
        status=response.status,
        headers=response.headers,
        content=response.body,
        content_type=content_type,
    )


def _refuse_another(operation: Operation, data: Any, values: Mapping[str, Any], status: int) -> None:
    if not isinstance(data, Mapping):
        return
    for path_name, document_field in operation.identity:
        held, wanted = data.get(document_field), values.get(path_name)
        if held is not None and wanted is not None and str(held) != str(wanted):
            raise UnexpectedAnswer(_("Kazoo answered about another object."), status=status)


# ---- rows ----


def rows_of(operation: Operation, data: Any) -> list[dict[str, Any]]:
    """The objects of a list, each with its `id`. Raises UnexpectedAnswer where there is no list."""
    shape = operation.extra.get("rows", "")
    if shape == "numbers" and isinstance(data, Mapping) and isinstance(data.get("numbers"), Mapping):
        data = data["numbers"]
    if shape == "comments" and isinstance(data, Mapping):
        data = data.get("comments", [])
    if shape in ("numbers", "keys") and isinstance(data, Mapping):
        return [
            {"id": name, **(value if isinstance(value, Mapping) else {"value": value})}
            for name, value in data.items()
        ]
    if not isinstance(data, list):
        raise UnexpectedAnswer(_("Kazoo's answer is not a list."))
    if shape == "ports":
        data = [port for row in data for port in _ports(row)]
    if any(type(row) is list for row in data):
        raise UnexpectedAnswer(_("Kazoo's answer is not a list of objects."))
    return [row if type(row) is dict else {"id": str(row)} for row in data]


def _ports(row: Any) -> list[Any]:
    """Newer servers give the requests of an account inside one row for it."""
    nested = row.get("port_requests") if isinstance(row, Mapping) else None
    return nested if isinstance(nested, list) else [row]


# ---- answers of other addresses, in the shape of the SDK's ----


def _balance(data: Any, values: Mapping[str, Any]) -> Any:
    if not isinstance(data, Mapping) or "amount" not in data:
        return data
    return {**{name: value for name, value in data.items() if name != "amount"}, "balance": data["amount"]}


def _plans(data: Any, values: Mapping[str, Any]) -> Any:
    plans = data.get("plans") if isinstance(data, Mapping) else None
    if not isinstance(plans, Mapping):
        return plans if isinstance(plans, list) else data
    return [{"id": plan, **(value if isinstance(value, Mapping) else {})} for plan, value in plans.items()]


def _plan(data: Any, values: Mapping[str, Any]) -> Any:
    plans = _plans(data, values)
    wanted = str(values.get("planId", ""))
    if isinstance(plans, list):
        return next((one for one in plans if isinstance(one, Mapping) and one.get("id") == wanted), data)
    return data


def _conference(data: Any, values: Mapping[str, Any]) -> Any:
    live = data.get("_read_only") if isinstance(data, Mapping) else None
    if not isinstance(live, Mapping):
        return data
    return {"id": data.get("id"), "name": data.get("name"), **live}


_SHAPED: Mapping[Shape, Callable[[Any, Mapping[str, Any]], Any]] = {
    Shape.BALANCE: _balance,
    Shape.PLANS: _plans,
    Shape.PLAN: _plan,
    Shape.CONFERENCE: _conference,
}
