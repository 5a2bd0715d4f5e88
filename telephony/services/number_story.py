"""Everything that is known of one number: whose it is, where it rings, who refuses it, its calls, its changes.

Out of the cache alone, over every connection of the scope. What blocking it would mean: blocking.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.db.models.functions import TruncMonth
from django.utils import timezone

from accounts.models import Tenant
from portal.lib.days import midnight
from portal.lib.number_kinds import About, about
from telephony.models import Call, Change, Entity, EntityReference, NumberName
from telephony.models.calls import REACHED, Direction, Medium
from telephony.providers.fields import DocumentField, value_at
from telephony.providers.kinds import EntityKind
from telephony.providers.phrases import Said
from telephony.providers.registry import PROVIDERS
from telephony.services import blocking, line_story, number_names, ordering
from telephony.services.blocking import Listed
from telephony.services.change_story import numbers_in

OWNED = (Entity.Facet.LINE, Entity.Facet.NUMBER, Entity.Facet.GROUP, Entity.Facet.QUEUE)
LATEST, MOST, MONTHS = 8, 50, 12
_NEAR = ("connection", "connection__credential", "connection__tenant")


@dataclass(frozen=True, kw_only=True)
class Ring:
    """Something that has the number, and what happens to a call to it.

    said    what callers get there, where the provider's settings say it in one sentence
    leads   what uses the number (callflows, rooms), each with the objects that it points to
    rings   of a group: its members
    """

    entity: Entity
    carrier: Any = ""
    said: Said | None = None
    leads: Sequence[tuple[Entity, Sequence[Entity]]] = ()
    rings: Sequence[Entity] = ()


@dataclass(frozen=True, kw_only=True)
class Forward:
    """An object that has the number for calls to go on to, and in which field. `line` is what it belongs to, where it
    has one; `is_on` whether calls do go on by it now.
    """

    entity: Entity
    kind: EntityKind
    field: DocumentField
    line: Entity | None
    is_on: bool

    @property
    def is_forced(self) -> bool:
        """Whether it is in force by itself among its siblings."""
        return self.kind.is_forced(self.entity.document)


@dataclass(frozen=True, kw_only=True)
class Month:
    """Calls of one month of the tenant's calendar; `inbound`, of which `reached` were answered or forwarded.

    is_known   whether calls of that month, of any number, may have been read
    """

    first: datetime
    is_known: bool = True
    inbound: int = 0
    reached: int = 0
    outbound: int = 0
    internal: int = 0

    @property
    def calls(self) -> int:
        return self.inbound + self.outbound + self.internal


@dataclass(frozen=True, kw_only=True)
class NumberStory:
    """names      of every number that the page shows
    called        whose names it has, with where each comes from
    contacts      directory entries and persons with the number
    others        further objects with it
    """

    number: str
    about: About
    names: dict[str, str]
    called: Sequence[NumberName] = ()
    rings: Sequence[Ring] = ()
    forwards: Sequence[Forward] = ()
    contacts: Sequence[Entity] = ()
    others: Sequence[Entity] = ()
    listed: Sequence[Listed] = ()
    from_it: Sequence[Call] = ()
    to_it: Sequence[Call] = ()
    months: Sequence[Month] = ()
    changes: Sequence[Change] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.names.get(self.number, "")

    @property
    def forwards_now(self) -> list[Forward]:
        return [one for one in self.forwards if one.is_on]

    @property
    def forwards_off(self) -> list[Forward]:
        return [one for one in self.forwards if not one.is_on]


def story_of(number: str, tenant: Tenant, *, shows_calls: bool) -> NumberStory:
    """About fifteen queries, however much is known of it.

    shows_calls   whether the person may see calls
    """
    held = list(
        Entity.objects.filter(number=number).select_related(*_NEAR).order_by("missing_since", "pk")[:MOST]
    )
    called = list(
        NumberName.objects.filter(number=number).select_related("entity__connection").order_by("pk")[:MOST]
    )
    owned = [row for row in held if row.facet in OWNED]
    contacts = {
        one.entity_id: one.entity for one in called if one.source == NumberName.Source.CONTACT and one.entity
    }
    rings = _rings(owned, number)
    listed = blocking.listed(number)
    calls: dict[str, list[Call]] = {"from_it": [], "to_it": []}
    if shows_calls:
        calls = {side: _latest(number, side) for side in calls}
    sentences = [one.said for one in rings if one.said]
    shown = [number, *numbers_in(sentences)]
    shown += [one for found in calls.values() for call in found for one in (call.caller, call.callee)]
    return NumberStory(
        number=number,
        about=about(number, tenant.region),
        names=number_names.names_of(shown),
        called=called,
        rings=rings,
        forwards=_forwards(number),
        contacts=list(contacts.values()),
        others=[row for row in held if row.facet not in OWNED and row.pk not in contacts],
        listed=listed,
        months=months_of(number, ZoneInfo(tenant.time_zone), timezone.now()) if shows_calls else (),
        changes=_changes(number, held),
        **calls,
    )


# ---- where it rings ----


def _rings(owned: Sequence[Entity], number: str) -> list[Ring]:
    leads = ordering.leads_of(owned)
    own = {row.pk for row in owned}
    sources = {use.pk for uses in leads.values() for use in uses}
    groups = {row.pk for row in owned if row.facet in (Entity.Facet.GROUP, Entity.Facet.QUEUE)}
    targets = _targets(sources | groups, but=own)
    return [
        Ring(
            entity=row,
            carrier=ordering.carrier_of(row),
            said=_said(row),
            leads=[(use, targets.get(use.pk, [])) for use in leads.get(row.pk, [])],
            rings=targets.get(row.pk, []) if row.pk in groups else [],
        )
        for row in owned
    ]


def _targets(sources: Iterable[int], *, but: Iterable[int]) -> dict[int, list[Entity]]:
    """What each of these objects points to; one query."""
    pointers = EntityReference.objects.filter(source__in=list(sources), target__missing_since=None)
    found: dict[int, list[Entity]] = {}
    for pointer in pointers.exclude(target=None).select_related("target__connection").order_by("pk"):
        held = found.setdefault(pointer.source_id, [])
        if pointer.target not in held and pointer.target_id not in but:
            held.append(pointer.target)
    return found


def _said(line: Entity) -> Said | None:
    """What callers of a line get now, as the line's own page says it."""
    declared = line.connection.declaration.line_page
    if declared is None or line.missing_since:
        return None
    parts = declared.parts(line.kind, line_story.cached_below(line))
    return next((row.sentence for row in parts.profiles or () if row.is_on), None)


def _forwards(number: str) -> list[Forward]:
    """What sends calls on to the number: lines, devices, profiles of lines; in force or not."""
    spelled = [number, number.removeprefix("+"), number.replace("+", "00", 1)]
    asked = Q(pk=None)
    for provider in PROVIDERS.values():
        for kind in provider.kinds.values():
            for path in kind.forward_paths:
                place = f"document__{path.replace('.', '__')}__in"
                asked |= Q(connection__provider=provider.id, kind=kind.kind, **{place: spelled})
    rows = Entity.objects.present().filter(asked).select_related(*_NEAR).order_by("pk")[:MOST]
    lines = _lines_above(rows)
    forced = _forced_beside(rows)
    return [
        Forward(
            entity=row,
            kind=kind,
            field=field,
            line=lines.get((row.connection_id, row.parent_remote_id)),
            is_on=kind.forwards(
                row.remote_id,
                row.document,
                is_other_forced=(row.connection_id, row.kind, row.parent_remote_id) in forced,
            ),
        )
        for row in rows
        if (kind := row.connection.declaration.kinds[row.kind])
        for field in kind.fields
        if field.path in kind.forward_paths and value_at(row.document, field.path) in spelled
    ]


def _lines_above(rows: Iterable[Entity]) -> dict[tuple[int, str], Entity]:
    parents = {row.parent_remote_id for row in rows if row.parent_remote_id}
    if not parents:
        return {}
    lines = Entity.objects.lines().filter(remote_id__in=parents).select_related(*_NEAR)
    return {(line.connection_id, line.remote_id): line for line in lines}


def _forced_beside(rows: Iterable[Entity]) -> set[tuple[int, str, str]]:
    """Connection, kind and parent of those of which one is forced; one query, where any can be."""
    own = [row for row in rows if row.connection.declaration.kinds[row.kind].in_force_else]
    if not own:
        return set()
    kinds = {(row.connection_id, row.kind): row.connection.declaration.kinds[row.kind] for row in own}
    beside = Entity.objects.present().filter(
        connection__in={row.connection_id for row in own},
        kind__in={row.kind for row in own},
        parent_remote_id__in={row.parent_remote_id for row in own},
    )
    return {
        (one.connection_id, one.kind, one.parent_remote_id)
        for one in beside.only("connection_id", "kind", "parent_remote_id", "document")
        if (kind := kinds.get((one.connection_id, one.kind))) and kind.is_forced(one.document)
    }


# ---- calls ----


def _latest(number: str, side: str) -> list[Call]:
    """The last calls from or to this number, whoever of both is the tenant's own."""
    column = "caller_reversed" if side == "from_it" else "callee_reversed"
    found = Call.objects.filter(**{column: number[::-1]}).select_related("connection", "line")
    return list(found.order_by("-started_at", "-pk")[:LATEST])


def months_of(number: str, zone: ZoneInfo, now: datetime) -> list[Month]:
    """The last twelve months with this one, in the tenant's calendar, months without a call too."""
    today = now.astimezone(zone).date()
    firsts = [today.replace(day=1)]
    while len(firsts) < MONTHS:
        firsts.append((firsts[-1] - timedelta(days=1)).replace(day=1))
    firsts.reverse()
    calls = Call.objects.filter(started_at__gte=midnight(firsts[0], zone), medium=Medium.VOICE).involving(
        number
    )
    rows = (
        calls.annotate(month=TruncMonth("started_at", tzinfo=zone))
        .values("month")
        .order_by()
        .annotate(
            inbound=Count("pk", filter=Q(direction=Direction.INBOUND)),
            reached=Count("pk", filter=Q(direction=Direction.INBOUND, outcome__in=REACHED)),
            outbound=Count("pk", filter=Q(direction=Direction.OUTBOUND)),
            internal=Count("pk", filter=Q(direction=Direction.INTERNAL)),
        )
    )
    known = {row["month"].date(): Month(first=row.pop("month"), **row) for row in rows}
    begins = known_since()
    earliest = begins.astimezone(zone).date().replace(day=1) if begins else today
    return [
        known.get(first, Month(first=midnight(first, zone), is_known=first >= earliest)) for first in firsts
    ]


def known_since() -> datetime | None:
    """When the earliest call of the scope was, whoever called."""
    begins: datetime | None = Call.objects.order_by("started_at").values_list("started_at", flat=True).first()
    return begins


# ---- changes ----


def _changes(number: str, touched: Sequence[Entity]) -> list[Change]:
    """The latest writes to what has the number or refuses it, and those that put it on a list or took it off."""
    ids = [one.pk for one in touched]
    sent = Change.objects.exclude(state__in=(Change.State.DRAFT, Change.State.CONFLICT)).select_related(
        "line"
    )
    newest = sent.order_by("-created_at", "-pk")
    found = {*newest.filter(entity__in=ids)[:LATEST], *newest.filter(line__in=ids)[:LATEST]}
    found |= {*blocking.changes_moving(number, sent, LATEST)}
    return sorted(found, key=attrgetter("created_at", "pk"), reverse=True)[:LATEST]
