"""A callflow that asks opening hours: its step by time of day, or a new one before its first, written as one change."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import Person
from portal.lib.errors import InvalidInput
from portal.lib.wording import labelled
from telephony.models import Change, Connection, Entity, HoursPlacement
from telephony.providers.callflows.tree import CHILDREN, FLOW, Flow, Node, read
from telephony.providers.hours_keeping import Document, HoursRoute
from telephony.services import access, editing
from telephony.services.callflow_around import callflows_of, targets_of
from telephony.services.hours_planning import keeping_of

MOST = 500  # of one kind to choose from
BRANCH = "branch"
Choice = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Way:
    """How a callflow can ask the hours.

    number   of its step by time of day, None where a new one is put before its first step
    closed   what may happen while one is closed: (value, words), its own branches first
    why_not  why it cannot be done from here, "" if it can
    """

    number: int | None = None
    closed: tuple[Choice, ...] = ()
    why_not: str = ""


def route_of(connection: Connection) -> HoursRoute | None:
    return keeping_of(connection).route if connection.declaration.callflows else None


def callflows_to_lead(connection: Connection) -> list[Entity]:
    kind = callflows_of(connection).kind
    return list(
        Entity.objects.present().filter(connection=connection, kind=kind).order_by("name_key", "pk")[:MOST]
    )


def way_of(callflow: Entity) -> Way:
    """What can be chosen for a callflow."""
    connection = callflow.connection
    route, flow = route_of(connection), read(callflow.document)
    if route is None:
        return Way(why_not=_("This provider's callflows do not ask hours."))
    number = _step_of(flow, route)
    branches = flow[number].branches if number is not None else ()
    if len(branches) > 2:
        names = ", ".join(f"“{words}”" for _value, words in _branches(flow, branches, connection))
        reason = _(
            "Its step by time of day has %(count)s branches: %(branches)s. Opening hours know two, open and closed, so the "
            "others would be lost. Take out in the editor what is not needed any more, then come back."
        )
        return Way(why_not=reason % {"count": len(branches), "branches": names})
    own = tuple(_branches(flow, branches, connection)) if number is not None else ()
    others = () if len(branches) == 2 else tuple(_targets(connection, route, callflow))
    return Way(number=number, closed=(*own, *others))


def _step_of(flow: Flow, route: HoursRoute) -> int | None:
    """The first step that takes a branch by the time of day."""
    return next(
        (at for at, node in flow.walk() if node.module == route.module and route.asks(node.data)), None
    )


def _branches(flow: Flow, branches: tuple[tuple[str, int], ...], connection: Connection) -> Iterator[Choice]:
    named = targets_of(connection, [flow])
    for key, below in branches:
        yield (
            f"{BRANCH}:{key}",
            _words(flow[below], connection, {one.remote_id: one.name for one in named.values()}),
        )


def _words(node: Node, connection: Connection, names: dict[str, str]) -> str:
    """What a step does, with whom."""
    action = callflows_of(connection).actions.get(node.module)
    label = str(action.label) if action else node.module
    name = names.get(str(node.data.get("id", "")), "")
    return labelled(label, name) if name else label


def _targets(connection: Connection, route: HoursRoute, callflow: Entity) -> Iterator[Choice]:
    rows = (
        Entity.objects.present().filter(connection=connection, kind__in=route.targets).exclude(pk=callflow.pk)
    )
    found: dict[str, list[Choice]] = {kind: [] for kind in route.targets}
    for row in rows.order_by("name_key", "pk")[:MOST]:
        found[row.kind].append((f"{row.kind}:{row.remote_id}", labelled(route.targets[row.kind][0], row)))
    for choices in found.values():
        yield from choices


def lead(placement: HoursPlacement, callflow: Entity, closed: str, person: Person | None) -> Change:
    """The preview of a callflow that asks these hours; `closed` is one of `way_of`.

    Raises InvalidInput for what cannot be chosen, and what `editing.propose` raises.
    """
    way, connection = way_of(callflow), callflow.connection
    route = route_of(connection)
    if route is None or way.why_not or closed not in dict(way.closed):
        raise InvalidInput(way.why_not or _("Choose what happens while you are closed."))
    document = _with_secrets(callflow, person)
    before = document.get(FLOW) or {}
    wanted = _led(read(document), before, way.number, route, closed, placement)
    gone = {f"{FLOW}.{name}": None for name in before if name not in wanted}
    operation = callflows_of(connection).update
    address = connection.declaration.path_values(callflow.kind, "", callflow.remote_id)
    return editing.propose(
        connection,
        operation,
        address,
        {FLOW: wanted, **gone},
        seen=connection.declaration.editors[operation].read(callflow.document),
        person=person,
        entity=callflow,
        why=_("Opening hours: %(name)s") % {"name": placement.hours},
    )


def _with_secrets(callflow: Entity, person: Person | None) -> Document:
    """Its document; where a secret is hidden in it, as the provider has it now, so that the steps that hold one can move.

    Raises InvalidInput where it has other steps by now, and what reading raises.
    """
    if not callflow.secrets_sealed:
        return dict(callflow.document)
    connection = callflow.connection
    editor = connection.declaration.editor(callflows_of(connection).update)
    assert editor.reading is not None
    client = access.client_as(connection, editor.operation.capability, person)
    address = connection.declaration.path_values(callflow.kind, "", callflow.remote_id)
    document = client.call(editor.reading.key, address, deadline_s=settings.EDIT_DEADLINE_S).document
    if _shape(document) != _shape(callflow.document):
        raise InvalidInput(_("The callflow has other steps by now. Read it again."))
    return dict(document)


def _shape(document: Document) -> list[Any]:
    return [(at, node.module, node.branches) for at, node in read(document).walk()]


def _led(
    flow: Flow,
    before: Document,
    number: int | None,
    route: HoursRoute,
    closed: str,
    placement: HoursPlacement,
) -> Document:
    """The flow with the step in it. What is not chosen while one is closed happens while one is open."""
    asking = route.asking(placement.set_remote_id, placement.hours.zone)
    if number is None:
        below = {route.closed_key: _target(route, closed)}
        below |= {route.open_key: deepcopy(before)} if before else {}
        return {"module": route.module, "data": asking, CHILDREN: below}
    whole: Any = deepcopy(before)
    step = whole
    for key in flow.keys_to(number):
        step = step[CHILDREN][key]
    branches = dict(step.get(CHILDREN) or {})
    kind, _colon, name = closed.partition(":")
    chosen = branches.pop(name) if kind == BRANCH else _target(route, closed)
    rest = next(iter(branches.values()), None)
    step["data"] = {**{key: one for key, one in step["data"].items() if key not in route.replaced}, **asking}
    step[CHILDREN] = {route.closed_key: chosen, **({route.open_key: rest} if rest is not None else {})}
    return dict(whole)


def _target(route: HoursRoute, closed: str) -> Document:
    kind, _colon, remote_id = closed.partition(":")
    return route.targets[kind][1](remote_id)
