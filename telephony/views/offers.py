"""What a page offers to be done at the provider: menus and links, each to the form of an operation.

Which page offers what is data of the provider (`telephony.providers.offers`); the forms are in offered_operations.py.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import HttpRequest
from django.utils.http import urlencode

from accounts.rights import Right
from accounts.views_base import why_not
from portal.ui.links import tenant_url
from telephony.models import Connection, Entity
from telephony.providers.editing import Editor, Place
from telephony.providers.offers import Offer, Spot
from telephony.providers.operations import Effect, Operation, Text
from telephony.services import editing
from telephony.services.door import right_for

ICONS = {
    Effect.READ: "eye",
    Effect.WRITE: "pencil",
    Effect.DESTROY: "trash",
    Effect.NEVER_REPEAT: "bolt",
}


@dataclass(frozen=True, kw_only=True)
class Offered:
    """One entry of a page's menu. `why_not` is "" where the person and the connection may."""

    operation: Operation
    label: Text
    url: str
    why_not: str

    @property
    def icon(self) -> str:
        return ICONS[self.operation.effect]

    @property
    def is_destructive(self) -> bool:
        return self.operation.effect is Effect.DESTROY


def right_to_use(operation: Operation) -> Right:
    """What it takes to use an operation from a page: of a write the operation's own right. A read shows what the
    provider answers as it is, secrets in it included, which takes the right to use any; a file does not."""
    if operation.is_read and operation.answers == "json":
        return Right.OPERATIONS_USE
    return right_for(operation) if operation.capability != "lines.read" else Right.LINES_READ


def offers_of(connection: Connection, spot: Spot, kind: str = "", *, is_own: bool = False) -> list[Offer]:
    """What the provider offers on such a page: in its menu, or by controls of the page's own."""
    return [
        one
        for one in connection.declaration.offers
        if one.spot is spot and one.kind == kind and one.is_own == is_own
    ]


def offered(
    request: HttpRequest,
    connection: Connection,
    spot: Spot,
    kind: str = "",
    entity: Entity | None = None,
    *,
    without: Collection[str] = (),
) -> list[tuple[Text, list[Offered]]]:
    """The menu of a page, by heading; empty for whoever may do nothing of it.

    without   operations that the page offers elsewhere
    """
    entries = [
        (one.group, offered_one(request, connection, one.operation, entity))
        for one in offers_of(connection, spot, kind)
        if one.operation not in without
    ]
    if all(entry.why_not for _group, entry in entries):
        return []
    return [
        (group, [entry for _group, entry in found]) for group, found in groupby(entries, key=lambda e: e[0])
    ]


def offered_one(
    request: HttpRequest, connection: Connection, key: str, entity: Entity | None = None, **values: Any
) -> Offered:
    """One operation as a link to its form; `values` are filled in beside the address of the object."""
    operation = connection.declaration.catalog[key]
    right = right_to_use(operation)
    refused = (
        why_not(request, right)
        if right not in request.rights  # type: ignore[attr-defined]
        else editing.why_not(connection, operation)
    )
    editor = connection.declaration.editors.get(key)
    return Offered(
        operation=operation,
        label=editor.asks.label if editor is not None and editor.asks is not None else operation.summary,
        url=form_url(request.tenant, connection, key, entity, **values),  # type: ignore[attr-defined]
        why_not=refused,
    )


def form_url(
    tenant: Any, connection: Connection, key: str, entity: Entity | None = None, **values: Any
) -> str:
    """The form of an operation within its object, or within its account; of the object's fields where it has one."""
    editor = connection.declaration.editors.get(key)
    if entity is None and editor is not None and editor.makes and editor.is_free_standing and not values:
        return tenant_url(tenant, "telephony:new", connection=connection.slug, kind=editor.kind)
    own = entity if entity is not None else _single(connection, editor)
    if own is not None and editor is not None and not (editor.makes or editor.removes or editor.is_act):
        return tenant_url(tenant, "telephony:edit", pk=own.pk, operation=key)
    if (
        entity is not None
        and editor is not None
        and editor.is_made_below_its_kind
        and editor.kind == entity.kind
    ):
        return tenant_url(tenant, "telephony:edit", pk=entity.pk, operation=key)
    what = "act" if editor is not None and editor.asks is not None else "operation"
    if entity is not None:
        url = tenant_url(tenant, f"telephony:object_{what}", pk=entity.pk, key=key)
    else:
        url = tenant_url(tenant, f"telephony:account_{what}", pk=connection.pk, key=key)
    return f"{url}?{urlencode(values)}" if values else url


def _single(connection: Connection, editor: Editor | None) -> Entity | None:
    """The one document of the account that an editor is for, such as its limits; None for all other editors."""
    if editor is None or not editor.is_whole or editor.makes or editor.removes:
        return None
    if editor.address_of(Place(kind=editor.kind, remote_id=editor.kind)):
        return None
    return Entity.objects.present().filter(connection=connection, kind=editor.kind).first()


def address_of(entity: Entity, key: str) -> dict[str, Any]:
    """What an object says of the values of an operation: its own address, and what its document names."""
    declared = entity.connection.declaration
    values: dict[str, Any] = dict(
        declared.path_values(entity.kind, entity.parent_remote_id, entity.remote_id)
    )
    for offer in declared.offers:
        if offer.operation == key and offer.kind == entity.kind:
            values |= values_in(entity.document, offer)
    return {name: value for name, value in values.items() if value not in (None, "")}


def values_in(document: Any, offer: Offer) -> dict[str, Any]:
    """The values that a document gives to an offered operation, as far as it has them."""
    found = {name: _at(document, path) for name, path in offer.document.items()}
    return {name: value for name, value in found.items() if value not in (None, "")}


def _at(document: Any, path: str) -> Any:
    for part in path.split("."):
        document = document.get(part) if isinstance(document, Mapping) else None
    return document
