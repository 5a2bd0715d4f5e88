"""Shorthand for the regular families of operations, and what nearly every operation has.

A document group of Kazoo is read, listed, added (PUT), replaced (POST), changed in part (PATCH) and removed in the same
way; `documents` writes those six from one line each. What is odd stands explicitly in its own file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.schema.form import Family, Field
from telephony.providers.operations import Effect, Operation, Origin, Paging, Param, Place, Text

BASE = "base"  # the one surface: everything stands below the address of the API
ACCOUNT = "/accounts/{accountId}"
MOST_ROWS = 1000  # rows of a page that we ask for, a megabyte of legs; the server has no limit of its own

SDK = "SDK list, kazoo.md sections 7 and 8"
SERVERS = "Crossbar of real servers, kazoo.md sections 6 to 8"

ACCOUNT_ID = Param(
    name="accountId",
    kind="ref:account",
    place=Place.PATH,
    max_length=32,
    help=_("Identifier of the account; the account of the connection where none is given."),
)
FILTERS = Param(
    name="filters",
    kind="filters",
    place=Place.QUERY,
    choices=(
        "created_from",
        "created_to",
        "modified_from",
        "modified_to",
        "has_key",
        "key_missing",
        "has_value",
        "value_missing",
        "ascending",
    ),
    help=_(
        "Narrow the list: filter_FIELD and filter_not_FIELD with a value or a list of values, has_key, key_missing, "
        "has_value, value_missing, and bounds in Gregorian seconds. Unknown names are ignored by Kazoo."
    ),
)
PAGE = (
    Param(
        name="page_size",
        kind="integer",
        place=Place.QUERY,
        minimum=1,
        maximum=MOST_ROWS,
        help=_("Rows of a page; 50 where nothing is said."),
    ),
    Param(
        name="start_key",
        kind="text",
        place=Place.QUERY,
        help=_("Where to go on: the next_start_key of the page before, unchanged."),
    ),
    Param(
        name="paginate",
        kind="boolean",
        place=Place.QUERY,
        help=_("No: everything at once, where that is not too much for the server."),
    ),
)

_KINDS = {
    "choice": "text",
    "email": "text",
    "code": "text",
    "decimal": "json",
    "gregorian_s": "integer",
    "names": "json",
    "texts": "json",
}


def path(name: str, kind: str, help_text: Text, **more: Any) -> Param:
    """A required name in the path."""
    return Param(
        name=name, kind=kind, place=Place.PATH, required=True, max_length=255, help=help_text, **more
    )


def query(name: str, kind: str, help_text: Text, **more: Any) -> Param:
    return Param(name=name, kind=kind, place=Place.QUERY, help=help_text, **more)


def body(name: str, kind: str, help_text: Text, **more: Any) -> Param:
    return Param(name=name, kind=kind, help=help_text, **more)


def whole(kind: str, help_text: Text, **more: Any) -> Param:
    """The parameter that is the body: bytes, or a list where a document would stand."""
    return Param(name="data", kind=kind, place=Place.WHOLE, required=True, help=help_text, **more)


def body_of(family: Family, *, is_partial: bool = False) -> tuple[Param, ...]:
    """The top-level fields of a document as parameters; the objects among them travel as JSON."""
    groups: dict[str, Param] = {}
    labels = {group.path: group.label for group in family.groups}
    for one in family.fields:
        top = one.parts[0]
        if len(one.parts) > 1:
            groups.setdefault(top, Param(name=top, kind="json", help=labels[top]))
        else:
            groups[top] = _param(one, is_partial)
    return tuple(groups.values())


def _param(one: Field, is_partial: bool) -> Param:
    is_one_type = len(one.type) == 1
    is_number = one.type == ("integer",)
    kind = _KINDS.get(one.kind, one.kind)
    if kind in ("ref", "number", "time_of_day_s", "url", "secret", "code"):
        kind = {"time_of_day_s": "integer"}.get(kind, "text")
    return Param(
        name=one.path,
        kind=kind if is_one_type else "json",
        required=one.required and not one.has_default and not is_partial,
        choices=tuple(map(str, one.choices)) if kind == "text" and is_one_type else (),
        minimum=_whole(one.bounds[0]) if is_number else None,
        maximum=_whole(one.bounds[1]) if is_number else None,
        max_length=one.length[1] if kind == "text" else None,
        default=one.default if one.has_default else None,
        secret=one.secret,
        help=one.help if _is_said(one.help) else one.label,
    )


def _whole(bound: float | None) -> int | None:
    return None if bound is None else int(bound)


def _is_said(words: Text) -> bool:
    """Whether there are words, without translating them: that cannot be done while modules are read."""
    return not (isinstance(words, str) and words == "")


def operation(
    key: str,
    method: str,
    where: str,
    summary: Text,
    effect: Effect,
    *params: Param,
    is_listed: bool = True,
    **more: Any,
) -> Operation:
    """One operation. The account in the path need not be repeated; `is_listed`: the SDK names it."""
    more.setdefault("capability", "lines.read" if effect is Effect.READ else "documents.edit")
    if "{accountId}" in where:
        params = (ACCOUNT_ID, *params)
    return Operation(
        key=key,
        method=method,
        path=where,
        summary=summary,
        effect=effect,
        surface=BASE,
        params=params,
        origin=Origin.SEED if is_listed else Origin.SERVER,
        source=SDK if is_listed else SERVERS,
        **more,
    )


def read(key: str, where: str, summary: Text, *params: Param, method: str = "GET", **more: Any) -> Operation:
    """Something that changes nothing and may be repeated."""
    return operation(key, method, where, summary, Effect.READ, *params, **more)


def listing(
    key: str, where: str, summary: Text, *params: Param, is_paged: bool = True, **more: Any
) -> Operation:
    """A GET of a list."""
    own = (*params, *(PAGE if is_paged else ()), FILTERS)
    paging = Paging.START_KEY if is_paged else Paging.NONE
    return read(key, where, summary, *own, collection=True, paging=paging, **more)


def write(key: str, method: str, where: str, summary: Text, *params: Param, **more: Any) -> Operation:
    return operation(key, method, where, summary, Effect.WRITE, *params, **more)


def removal(key: str, where: str, summary: Text, *params: Param, **more: Any) -> Operation:
    """A DELETE; the SDK sends an empty document with it, and so do we."""
    return operation(key, "DELETE", where, summary, Effect.DESTROY, *params, **more)


def action(key: str, method: str, where: str, summary: Text, *params: Param, **more: Any) -> Operation:
    """Something that is done at once and must never be sent twice."""
    return operation(key, method, where, summary, Effect.NEVER_REPEAT, *params, **more)


@dataclass(frozen=True, kw_only=True)
class Sentences:
    """What the six operations of a group of documents do, in words. Those without words do not exist."""

    list: Text
    read: Text
    add: Text | None = None
    replace: Text | None = None
    patch: Text | None = None
    remove: Text | None = None


def documents(
    name: str,
    where: str,
    own: Param,
    family: Family,
    sentences: Sentences,
    *,
    kind: str,
    unlisted: Iterable[str] = ("patch",),
    capability: str = "documents.edit",
    reads_with: str = "lines.read",
    **more: Any,
) -> tuple[Operation, ...]:
    """The operations of one group: `NAME.list get create update patch delete`.

    where     of the list; one document stands below it under `own`
    unlisted  those that the SDK does not name
    """
    one = f"{where}/{{{own.name}}}"
    seen = {"reads_back": f"{name}.get", "identity": ((own.name, "id"),)}
    unlisted = frozenset(unlisted)

    def common(verb: str, **extra: Any) -> dict[str, Any]:
        may = reads_with if verb in ("list", "get") else capability
        return {"kind": kind, "capability": may, "is_listed": verb not in unlisted, **more, **extra}

    made = [
        listing(f"{name}.list", where, sentences.list, **common("list")),
        read(f"{name}.get", one, sentences.read, own, **common("get", identity=seen["identity"])),
    ]
    if sentences.add is not None:
        back = f"{name}.delete" if sentences.remove is not None else ""
        extra = common("create", reads_back=f"{name}.list", undone_by=back)
        made.append(write(f"{name}.create", "PUT", where, sentences.add, *body_of(family), **extra))
    if sentences.replace is not None:
        extra = common("update", **seen, undone_by=f"{name}.update", replaces_object=True)
        fields = body_of(family, is_partial=True)  # the rest is what the object has already
        made.append(write(f"{name}.update", "POST", one, sentences.replace, own, *fields, **extra))
    if sentences.patch is not None:
        extra = common("patch", **seen, undone_by=f"{name}.patch")
        fields = body_of(family, is_partial=True)
        made.append(write(f"{name}.patch", "PATCH", one, sentences.patch, own, *fields, **extra))
    if sentences.remove is not None:
        back = f"{name}.create" if sentences.add is not None else ""
        extra = common("delete", reads_back=f"{name}.list", undone_by=back)
        made.append(removal(f"{name}.delete", one, sentences.remove, own, **extra))
    return tuple(made)


def noted(operations: tuple[Operation, ...], **notes: Text) -> tuple[Operation, ...]:
    """The same with a note on some of them, by the last word of their key."""
    return tuple(
        replace(one, note=notes[verb]) if (verb := one.key.rpartition(".")[2]) in notes else one
        for one in operations
    )
