"""Events become calls: each is kept once, and the calls that it touches are folded anew.

Every store of a connection's events holds its feed, so that two of them never fold the same call side by side.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from redis.exceptions import RedisError

from accounts.scoping import tenant_scope, unscoped
from portal.lib.broker import broker
from telephony.models import CallEvent, Connection, Entity, LineHook, LiveCall, LiveFeed
from telephony.providers.drafts import CallEventDraft
from telephony.services import hook_secrets
from telephony.services.hook_secrets import Owner
from telephony.services.live_folding import CallState, fold, groups_of, keys_of

logger = logging.getLogger(__name__)
CHANNEL = "live-calls"  # says the id of each tenant whose calls have changed
NEAR = timedelta(hours=24)  # a key seen again later is of another call
CREDIBLE = timedelta(days=1)  # between when an event happened, as it says, and when it came
MOST_EVENTS = 400  # of one call that are folded
Key = tuple[str, str, str]


class Arrival(NamedTuple):
    """One event as it came. `owner` is whose secret it came with, None where running calls were read."""

    owner: Owner | None
    event: CallEventDraft
    received_at: datetime


def take_in(arrivals: Sequence[Arrival]) -> int:
    """Store events of any tenants; how many were new. Those whose hook is gone are dropped."""
    with unscoped("hook"):
        hooks = LineHook.objects.select_related("connection", "line").in_bulk(
            {one.owner.hook_id for one in arrivals if one.owner}
        )
    known = [
        (hook.connection, one)
        for one in arrivals
        if one.owner and _is_of(hook := hooks.get(one.owner.hook_id), one.owner) and hook
    ]
    known.sort(key=lambda pair: pair[0].pk)
    new = 0
    for _connection_id, group in groupby(known, key=lambda pair: pair[0].pk):
        own = list(group)
        connection = own[0][0]
        with tenant_scope(connection.tenant_id):
            new += store(connection, [one for _connection, one in own])
    return new


def _is_of(hook: LineHook | None, owner: Owner) -> bool:
    return hook is not None and hook.tenant_id == owner.tenant_id


def store(connection: Connection, arrivals: Sequence[Arrival]) -> int:
    """Store events of one connection, in its tenant's scope; how many were new."""
    with transaction.atomic():
        feed = held_feed(connection)
        new = keep(connection, arrivals)
        _note_heard(arrivals)
        feed.last_event_at = max([one.received_at for one in arrivals] + _times(feed.last_event_at))
        feed.save(update_fields=["last_event_at"])
    tell(connection.tenant_id)
    return new


def held_feed(connection: Connection) -> LiveFeed:
    """The connection's feed, held until the transaction ends."""
    feed, _made = LiveFeed.objects.select_for_update(of=("self",)).get_or_create(connection=connection)
    return feed


def keep(connection: Connection, arrivals: Sequence[Arrival]) -> int:
    """Keep the events that are new, and fold their calls anew; how many. For who holds the feed."""
    rows = _new_rows(connection, arrivals)
    CallEvent.objects.bulk_create(rows)
    _fold_anew(connection, [row for row in rows if not row.is_foreign])
    return len(rows)


def tell(tenant_id: int) -> None:
    """Let boards know that calls of a tenant have changed. Whom it does not reach asks by and by."""
    try:
        broker().publish(CHANNEL, str(tenant_id))
    except (RedisError, OSError) as error:
        logger.warning("Boards are not told of new events: %s", type(error).__name__)


# ---- events ----


def _new_rows(connection: Connection, arrivals: Iterable[Arrival]) -> list[CallEvent]:
    """A row for each event that is not there yet; of doubles the first."""
    first: dict[Key, Arrival] = {}
    for one in sorted(arrivals, key=lambda one: one.received_at):
        first.setdefault(_key(one.event), one)
    stored = CallEvent.objects.filter(
        connection=connection, dialogue__in={dialogue for dialogue, _line, _kind in first}
    ).values_list("dialogue", "line_remote_id", "kind")
    for key in stored:
        first.pop(key, None)
    named = {one.event.line_remote_id for one in first.values()}
    lines = {"", *_lines(connection, named)}
    return [_row(connection, one, one.event.line_remote_id in lines) for one in first.values()]


def _key(event: CallEventDraft | CallEvent) -> Key:
    return event.dialogue, event.line_remote_id, event.kind


def _row(connection: Connection, arrival: Arrival, is_own: bool) -> CallEvent:
    values = {field.name: getattr(arrival.event, field.name) for field in fields(CallEventDraft)}
    happened_at, received_at = values.pop("happened_at"), arrival.received_at
    if happened_at is None or abs(happened_at - received_at) > CREDIBLE:
        happened_at = received_at
    return CallEvent(
        connection=connection,
        happened_at=happened_at,
        received_at=received_at,
        is_foreign=not is_own,
        **values,
    )


def _lines(connection: Connection, remote_ids: Iterable[str]) -> Iterable[str]:
    found = Entity.objects.filter(connection=connection, is_line=True, remote_id__in=set(remote_ids))
    return found.values_list("remote_id", flat=True)


def _note_heard(arrivals: Sequence[Arrival]) -> None:
    """When each line was last heard of, and whether still with the secret before."""
    hooks = LineHook.objects.in_bulk({one.owner.hook_id for one in arrivals if one.owner})
    for arrival in arrivals:
        if arrival.owner is None:
            continue
        hook, at = hooks[arrival.owner.hook_id], arrival.received_at
        hook.first_event_at = min([at, *_times(hook.first_event_at)])
        hook.last_event_at = max([at, *_times(hook.last_event_at)])
        if arrival.owner.which == hook_secrets.PREVIOUS:
            hook.previous_used_at = max([at, *_times(hook.previous_used_at)])
    LineHook.objects.bulk_update(
        hooks.values(), ["first_event_at", "last_event_at", "previous_used_at"], batch_size=500
    )


def _times(instant: datetime | None) -> list[datetime]:
    return [instant] if instant else []


# ---- calls ----


def _fold_anew(connection: Connection, rows: Sequence[CallEvent]) -> None:
    """Fold the calls that new events are of. Where they tie two calls together, the older one stays."""
    if not rows:
        return
    keys = sorted(frozenset().union(*(keys_of(row) for row in rows)))
    near = min(row.happened_at for row in rows) - NEAR
    calls = {
        call.pk: call
        for call in LiveCall.objects.filter(
            connection=connection, keys__overlap=keys, last_event_at__gte=near
        ).order_by("pk")
    }
    earlier = CallEvent.objects.filter(call__in=calls).order_by("pk")
    groups = groups_of([*earlier, *rows])
    states = [_folded(connection, group) for group in groups]
    changed = [
        _fill(_call_of(connection, group, calls), group, state)
        for group, state in zip(groups, states, strict=True)
    ]
    LiveCall.objects.bulk_create([call for call in changed if call.pk is None])
    LiveCall.objects.bulk_update([call for call in changed if call.pk in calls], _FOLDED, batch_size=500)
    moved = [
        event
        for call, group in zip(changed, groups, strict=True)
        for event in group
        if event.call_id != call.pk
    ]
    for call, group in zip(changed, groups, strict=True):
        for event in group:
            event.call = call
    CallEvent.objects.bulk_update(moved, ["call"], batch_size=500)
    LiveCall.objects.filter(pk__in=calls.keys() - {call.pk for call in changed}).delete()


def _call_of(connection: Connection, group: Sequence[CallEvent], calls: Mapping[int, LiveCall]) -> LiveCall:
    known = [event.call_id for event in group if event.call_id]
    return calls[min(known)] if known else LiveCall(connection=connection)


def _folded(connection: Connection, group: Sequence[CallEvent]) -> CallState:
    newest = sorted(group, key=lambda event: (event.happened_at, event.pk))[-MOST_EVENTS:]
    own = _lines(connection, {event.other.removeprefix("+") for event in newest})
    return fold(newest, frozenset(own))


_STATE = [field.name for field in fields(CallState) if field.name not in ("legs", "ringing")]
_FOLDED = [*_STATE, "legs", "ringing", "keys", "last_event_at", "is_end_unknown"]


def _fill(call: LiveCall, group: Sequence[CallEvent], state: CallState) -> LiveCall:
    for name in _STATE:
        setattr(call, name, getattr(state, name))
    call.ringing = list(state.ringing)
    call.legs = [_as_json(asdict(leg)) for leg in state.legs]
    call.keys = sorted(frozenset().union(*(keys_of(event) for event in group)))
    call.last_event_at = max(event.received_at for event in group)
    call.is_end_unknown = False
    return call


def _as_json(leg: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in leg.items()}


# ---- over time ----

_LOST: dict[str, Any] = {
    "state": LiveCall.State.ENDED,
    "outcome": "unknown",
    "is_end_unknown": True,
    "ringing": [],
}


def close_all(connection: Connection) -> None:
    """What goes on is over, its end unknown: for when whoever told of it has begun anew."""
    lose(open_calls(connection))
    tell(connection.tenant_id)


def open_calls(connection: Connection) -> Any:
    return LiveCall.objects.filter(connection=connection).exclude(state=LiveCall.State.ENDED)


def lose(calls: Any) -> None:
    """These calls are over, their end unknown."""
    calls.update(**_LOST)


def close_forgotten(now: datetime) -> int:
    """Calls of which nothing was heard for so long that their end must have been lost are over; how many."""
    talking = Q(state=LiveCall.State.TALKING, last_event_at__lt=now - timedelta(seconds=settings.LIVE_TALK_S))
    others = (LiveCall.State.RINGING, LiveCall.State.WAITING)
    ringing = Q(state__in=others, last_event_at__lt=now - timedelta(seconds=settings.LIVE_RING_S))
    with unscoped("dispatch"):
        lost = LiveCall.objects.filter(talking | ringing)
        tenants = set(lost.values_list("tenant_id", flat=True))
        count = lost.update(**_LOST)
    for tenant_id in tenants:
        tell(tenant_id)
    return count


def forget_some(before: datetime, most: int) -> int:
    """Delete so many live calls of the scope's tenant, the oldest first, with their events, and events that were of
    none; how many of these and those.
    """
    calls = LiveCall.objects.filter(started_at__lt=before).order_by("started_at", "pk")
    ids = list(calls.values_list("pk", flat=True)[:most])
    alone = CallEvent.objects.filter(received_at__lt=before, call=None).order_by("received_at", "pk")
    alone_ids = list(alone.values_list("pk", flat=True)[: most - len(ids)])
    CallEvent.objects.filter(pk__in=alone_ids).delete()
    LiveCall.objects.filter(pk__in=ids).delete()
    return len(ids) + len(alone_ids)
