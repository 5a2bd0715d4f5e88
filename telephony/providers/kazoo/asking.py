"""From values to the request on the wire: paths, queries, filters, envelopes, files.

Facts: sections 1, 3 and 5, and the SDK's own behaviour in section 8.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from portal.lib.errors import InvalidInput
from portal.lib.files import media_type_of
from portal.lib.outbound import path_segment
from portal.lib.secrets import Secret
from telephony.providers.kazoo.catalog.ways import Body, Way
from telephony.providers.operations import Operation, Place
from telephony.providers.transport import Request
from telephony.providers.values import checked

TOKEN = "X-Auth-Token"
ACCOUNT = "accountId"
FILTERS = "filters"
JSON = "application/json"
DATA_URL = "application/x-base64"

# What is asked before there is a token, or by everybody.
NO_TOKEN = frozenset(
    {
        "auth.userAuth", "auth.sharedAuth", "auth.pinAuth", "auth.apiAuth", "auth.recover",
        "whitelabel.get", "whitelabel.getLogo", "whitelabel.getIcon", "whitelabel.getWelcome",
    }
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a caller wants of an operation, cleaned.

    values   by declared name
    loose    body fields that the catalog does not know
    filters  as they go into the query
    """

    values: Mapping[str, Any]
    loose: Mapping[str, Any] = field(default_factory=dict)
    filters: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    ui_metadata: Mapping[str, Any] | None = None
    accepts_charges: bool = False


def asked_of(
    operation: Operation,
    values: Mapping[str, Any] | None,
    data: Mapping[str, Any] | None,
    filters: Mapping[str, Any] | None,
    *,
    account: str,
    given_back: Collection[str] = (),
    **more: Any,
) -> Asked:
    """The caller's values, cleaned. Raises InvalidInput with a reason per name.

    account   stands in for an `accountId` that is not given
    given_back   names of `data` that are judged by nothing
    """
    given = dict(values or {})
    wanted = {**(given.pop(FILTERS, None) or {}), **(filters or {})}
    loose = {
        name: value
        for name, value in (data or {}).items()
        if name in given_back or not _is_body(operation, name)
    }
    given.update({name: value for name, value in (data or {}).items() if name not in loose})
    if operation.param(ACCOUNT) and not given.get(ACCOUNT):
        if not account:
            raise InvalidInput(_("Some values cannot be sent."), fields={ACCOUNT: _("A value is needed.")})
        given[ACCOUNT] = account
    if "start_key" in given:
        given["start_key"] = key_text(given["start_key"])
    if loose and operation.method == "GET":
        raise InvalidInput(
            _("Some values cannot be sent."), fields=dict.fromkeys(loose, _("A read has no body."))
        )
    return Asked(values=checked(operation, given), loose=loose, filters=tuple(filter_pairs(wanted)), **more)


def key_text(key: Any) -> str:
    """A start key as it is sent back: texts as they are, numbers and lists as the JSON they came in."""
    return key if isinstance(key, str) else json.dumps(key, separators=(",", ":"), ensure_ascii=False)


def filter_pairs(filters: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Filters as query pairs: a list is JSON for `filter_*`, and the same name several times for the others."""
    pairs: list[tuple[str, str]] = []
    for name, value in filters.items():
        if value is None or value == "":
            continue
        if not isinstance(value, list | tuple):
            pairs.append((name, _query_text(value)))
        elif name.startswith("filter_"):
            pairs.append((name, json.dumps(list(value), separators=(",", ":"), ensure_ascii=False)))
        else:
            pairs.extend((name, _query_text(one)) for one in value)
    return pairs


def request_of(operation: Operation, base: str, asked: Asked, way: Way | None = None) -> Request:
    """The request, without the token. `way`: another address than the catalog's."""
    template = way.path if way else operation.path
    method = (way.method if way else "") or operation.method
    where, _mark, in_query = template.partition("?")
    segments = {
        param.name: path_segment(str(asked.values[param.name]))
        for param in operation.params
        if param.place is Place.PATH and param.name in asked.values
    }
    query = [*_template_query(in_query, asked.values), *_query(operation, asked.values), *asked.filters]
    headers: dict[str, str | Secret] = {"Accept": str(operation.extra.get("accepts", _accept(operation)))}
    if operation.key not in NO_TOKEN:
        headers[TOKEN] = Secret("")  # the token takes its place when the request is sent
    body = _file(operation, asked)
    if body is not None:
        content, content_type = body
        return Request(
            method=method,
            url=base + where.format(**segments),
            query=tuple(query),
            headers={**headers, "Content-Type": content_type, **asked.headers},
            body=content,
            operation=operation.key,
        )
    return Request(
        method=method,
        url=base + where.format(**segments),
        query=tuple(query),
        headers={**headers, **asked.headers},
        document=None if method == "GET" else _envelope(operation, asked, way),
        operation=operation.key,
    )


def _accept(operation: Operation) -> str:
    return {"json": JSON, "text": "text/html, text/plain"}.get(operation.answers, "*/*")


def _is_body(operation: Operation, name: str) -> bool:
    param = operation.param(name)
    return param is not None and param.place in (Place.BODY, Place.WHOLE)


def _template_query(template: str, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The query that stands in a path: "prefix={pattern}&quantity={limit}"."""
    pairs = (pair.partition("=") for pair in template.split("&") if pair)
    return [(name, value.format(**values)) for name, _equals, value in pairs]


def _query(operation: Operation, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (param.name, _query_text(values[param.name]))
        for param in operation.params
        if param.place is Place.QUERY and param.name in values
    ]


def _query_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _envelope(operation: Operation, asked: Asked, way: Way | None) -> dict[str, Any]:
    """The document as a server reads it: `data`, with the UI's mark inside, and the consent to pay beside it."""
    sent_as = operation.extra.get("sent_as", {})  # where the server's word is another parameter's already
    declared = {
        sent_as.get(name, name): value for name, value in _body_values(operation, asked.values).items()
    }
    data: Any = {**declared, **asked.loose}
    for param in operation.params:
        if param.place is Place.WHOLE:
            data = asked.values[param.name]
    envelope: dict[str, Any] = {"data": data}
    if way is not None and way.body is not Body.SAME:
        envelope = _REWRITTEN[way.body](data, way, asked.values)
    if asked.ui_metadata is not None and isinstance(envelope["data"], dict):
        envelope["data"] = {**envelope["data"], "ui_metadata": dict(asked.ui_metadata)}
    envelope.update(operation.extra.get("beside", {}))
    if asked.accepts_charges:
        envelope["accept_charges"] = True
    return envelope


def _body_values(operation: Operation, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        param.name: Secret(str(values[param.name]))
        if param.secret and _is_text(values[param.name])
        else values[param.name]
        for param in operation.params
        if param.place is Place.BODY and param.name in values
    }


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _conference_action(data: Mapping[str, Any], way: Way, values: Mapping[str, Any]) -> dict[str, Any]:
    return {"action": values["action"], "data": dict(data)}


def _dial(data: Mapping[str, Any], way: Way, values: Mapping[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in data.items() if name not in ("number", "name")}
    called = {"endpoints": [data["number"]]} if data.get("number") else {}
    named = {"caller_id_name": data["name"]} if data.get("name") else {}
    return {"action": "dial", "data": {**called, **named, **rest}}


def _participant_action(data: Mapping[str, Any], way: Way, values: Mapping[str, Any]) -> dict[str, Any]:
    return {"data": {"action": way.word, **data}}


_REWRITTEN = {
    Body.CONFERENCE_ACTION: _conference_action,
    Body.DIAL: _dial,
    Body.PARTICIPANT_ACTION: _participant_action,
}


# ---- files ----


def _file(operation: Operation, asked: Asked) -> tuple[bytes, str] | None:
    """The bytes of a body that is a file and their type; None for a document."""
    param = next((one for one in operation.params if one.kind == "file" and one.place is Place.WHOLE), None)
    if param is None:
        return None
    content: bytes = asked.values[param.name]
    own_type = next((value for name, value in asked.headers.items() if name.lower() == "content-type"), "")
    wanted = str(operation.extra.get("sends", "application/octet-stream"))
    if own_type and own_type != DATA_URL:
        return content, own_type
    if wanted == DATA_URL:
        return data_url(content), DATA_URL
    if wanted == "image":
        return content, media_type_of(content) or "application/octet-stream"
    return content, wanted


def data_url(content: bytes) -> bytes:
    """`data:audio/mp3;base64,...` of a sound; what is such an address already stays as it is."""
    if content.startswith(b"data:"):
        return content
    kind = media_type_of(content) or "audio/mp3"
    return f"data:{kind};base64,".encode() + base64.b64encode(content)
