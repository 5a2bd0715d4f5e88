"""One write to one object at a time: what was read before another one's write is no ground to write on.

Providers that take whole documents have no "only if unchanged". Between our reading and our sending another person
may send, so the beginnings of writes to an object stand in a row (a lock for the moment of beginning, never during
a call to the provider), and each looks for those that came between.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection as database
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.canonical import canonical_json
from portal.lib.errors import Conflict
from telephony.models import Change
from telephony.services.door import Door

LOOKED_BACK = timedelta(days=7)  # previews do not live longer


class ReadTooEarly(Exception):
    """Another write to the object ended after it was read: it has to be read again."""


Refusal = Conflict | ReadTooEarly


def take(change: Change, door: Door, read_at: datetime) -> None:
    """The turn of a change to begin, until the transaction around ends.

    Raises ReadTooEarly, and Conflict while another write to the object is on its way.
    """
    (refusal,) = take_all([(change, door)], read_at)
    if refusal is not None:
        raise refusal


def take_all(asked: Sequence[tuple[Change, Door]], read_at: datetime) -> list[Refusal | None]:
    """The turns of several changes at one connection, with two queries: what keeps each from beginning, None for nothing.

    Of two changes to one object the later one finds the earlier one on its way.
    """
    places = [_place(door) for _change, door in asked]
    if not any(places):
        return [None] * len(asked)
    with database.cursor() as cursor:
        cursor.execute(  # in one order, so that two who ask for the same objects do not wait for each other
            "SELECT pg_advisory_xact_lock(key) FROM (SELECT DISTINCT hashtextextended(place, 7) AS key"
            " FROM unnest(%s::text[]) AS place ORDER BY key) AS keys",
            [[place for place in places if place]],
        )
    met = _others(asked, read_at)
    refusals: list[Refusal | None] = []
    for place in places:
        states = met.setdefault(place, set()) if place else set()
        refusals.append(_refusal(states))
        if refusals[-1] is None:
            states.add(Change.State.SENDING)
    return refusals


def _place(door: Door) -> str:
    """The object under one name; "" for an operation that minds no other."""
    if door.editor.makes or door.editor.reading is None:
        return ""
    return f"{door.connection.pk} {canonical_json(door.address)}"


def _others(asked: Sequence[tuple[Change, Door]], read_at: datetime) -> dict[str, set[str]]:
    """The states of other changes that are on their way to these places, or were since the reading; by place."""
    connection = asked[0][1].connection
    since = timezone.now() - timedelta(seconds=settings.EDIT_DEADLINE_S)
    on_their_way = Q(state=Change.State.SENDING, sent_at__gte=since) & ~Q(answer__lost=True)
    later = Q(settled_at__gte=read_at) | Q(sent_at__gte=read_at)
    others = Change.objects.filter(
        on_their_way | later,
        connection=connection,
        address__in=[door.address for _change, door in asked],
        created_at__gte=timezone.now() - LOOKED_BACK,
    ).exclude(pk__in=[change.pk for change, _door in asked if change.pk is not None])
    found: dict[str, set[str]] = {}
    for address, state in others.values_list("address", "state"):
        found.setdefault(f"{connection.pk} {canonical_json(address)}", set()).add(state)
    return found


def _refusal(states: set[str]) -> Refusal | None:
    if Change.State.SENDING in states:
        return Conflict(
            _("Somebody else is writing to this at this moment. Look at it again when that is done.")
        )
    return ReadTooEarly() if states else None
