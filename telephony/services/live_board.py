"""The calls of a tenant as they stand now, with whom and on which line; the lines; how fresh it is; the day's figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Tenant
from telephony.models import Connection, Entity, LineHook, LiveCall, LiveFeed
from telephony.models.calls import Direction
from telephony.services import live_polling
from telephony.services.enrolling import SILENT_AFTER, hooks_in_use
from telephony.services.live_figures import figures_of
from telephony.services.live_history import HOW
from telephony.services.live_places import Group, Place, Wish, groups_of
from telephony.services.number_names import names_of


class Room(NamedTuple):
    """How many of each are told; `read` are the calls that say what the lines do."""

    calls: int
    lines: int
    read: int
    groups: int


PAGE, FILE = Room(60, 400, 400, 12), Room(10_000, 10_000, 10_000, 10_000)


@dataclass(frozen=True, kw_only=True)
class NowCall:
    """One call that goes on.

    lines    where it is: the line that talks, or all that ring
    since    when it began to be talked; of one that rings, when it came, or after a talk when it was handed over
    how      how it came to the line (`live_folding.Leg.how`), or "mailbox" where a mailbox answers
    """

    call: LiveCall
    name: str
    lines: Sequence[str]
    since: datetime
    how: str

    @property
    def how_words(self) -> str:
        return _("to a mailbox") if self.how == "mailbox" else str(HOW.get(self.how, ""))


@dataclass(frozen=True, kw_only=True)
class NowLine:
    """A line that sends its events, and what it does: "talking", "ringing" or "free"."""

    line: Entity
    does: str


@dataclass(frozen=True, kw_only=True)
class NowGroup:
    """A group: what each of its lines does, those that talk first; how many calls ring there, and since when."""

    group: Group
    does: Sequence[str]
    ringing: int
    since: datetime | None

    @property
    def free(self) -> int:
        return self.does.count("free")


@dataclass(frozen=True, kw_only=True)
class Source:
    """A connection: how many of its lines send their events, when one last came, or that it gives none.

    is_read        its running calls are read while somebody watches; `read_at` when that last worked, and
                   `failing_since` since when it does not
    is_silent      its records name calls of these lines of which nothing was heard
    """

    connection: Connection
    lines: int
    gives: bool
    is_read: bool
    last_event_at: datetime | None
    read_at: datetime | None
    failing_since: datetime | None
    is_silent: bool

    def is_fresh(self, now: datetime) -> bool:
        """Whether what goes on there is known now."""
        return not self.is_read or (self.read_at is not None and now - self.read_at < live_polling.LULL)

    @property
    def is_unset(self) -> bool:
        """It would tell of its calls, if a line were set up for it."""
        return self.gives and not self.is_read and not self.lines


@dataclass(frozen=True, kw_only=True)
class Board:
    calls: Sequence[NowCall]
    more: int
    lines: Sequence[NowLine]
    groups: Sequence[NowGroup]
    sources: Sequence[Source]
    figures: Mapping[str, Any]
    at: datetime

    @property
    def talking(self) -> int:
        return sum(one.call.state == LiveCall.State.TALKING for one in self.calls)

    @property
    def ringing(self) -> int:
        return sum(one.call.state == LiveCall.State.RINGING for one in self.calls)

    @property
    def waiting(self) -> int:
        return sum(one.call.state == LiveCall.State.WAITING for one in self.calls)

    @property
    def last_event_at(self) -> datetime | None:
        return max((one.last_event_at for one in self.sources if one.last_event_at), default=None)

    @property
    def free(self) -> int:
        return sum(one.does == "free" for one in self.lines)


def board_of(
    tenant: Tenant, connections: Sequence[Connection], wish: Wish, *, is_whole: bool = False
) -> Board:
    """About twenty queries, however many calls there are; half of them once in twenty seconds. `is_whole`: for a file."""
    now, room = timezone.now(), FILE if is_whole else PAGE
    in_use = hooks_in_use().select_related("line")
    hooks = list(in_use.order_by("line__name_key", "line_id")[: room.lines])
    figures = figures_of(tenant, now, wish)
    sources = _sources(connections, hooks, figures["last_calls"])
    fresh = [one.connection for one in sources if one.is_fresh(now)]
    going_on = LiveCall.objects.exclude(state=LiveCall.State.ENDED).filter(connection__in=fresh)
    all_calls = list(going_on.order_by("started_at", "pk")[: room.read])
    wished = wish.narrow_live(going_on)
    found = list(wished.order_by("started_at", "pk")[: room.calls + 1])
    calls, more = found[: room.calls], wished.count() - room.calls if len(found) > room.calls else 0
    lines = [*(hook.line for hook in hooks), *_lines_read(sources, room.lines)][: room.lines]
    labels = _labels(calls, lines)
    names = names_of(call.other for call in calls)
    shown = [_now_call(call, names, labels) for call in calls]
    shown.sort(key=lambda one: (one.call.state == LiveCall.State.TALKING, one.since))
    doing = _doing(all_calls)
    known = {(line.connection_id, line.remote_id) for line in lines}
    groups = [
        _now_group(one, known, all_calls, doing)
        for one in groups_of(tenant, now)
        if one.members & known and _is_wished(one, wish)
    ]
    return Board(
        calls=shown,
        more=more,
        lines=[
            NowLine(line=line, does=doing.get((line.connection_id, line.remote_id), "free"))
            for line in lines
            if wish.has_line(line)
        ],
        groups=groups[: room.groups],
        sources=[one for one in sources if wish.connection in (None, one.connection)],
        figures=figures,
        at=now,
    )


def _is_wished(group: Group, wish: Wish) -> bool:
    if wish.connection and group.connection_id != wish.connection.pk:
        return False
    return wish.line is None and wish.group in (None, group)


def _now_group(
    group: Group, known: Set[Place], calls: Sequence[LiveCall], doing: Mapping[Place, str]
) -> NowGroup:
    """Of the members whose calls are seen. What rings at several lines at once belongs to the group that has them all."""
    members = group.members & known
    offered = [
        call.started_at
        for call in calls
        if call.is_group
        and call.state == LiveCall.State.RINGING
        and {(call.connection_id, one) for one in call.ringing} <= group.members
    ]
    does = [doing.get(one, "free") for one in members]
    return NowGroup(
        group=group,
        does=sorted(does, key=("talking", "ringing", "free").index),
        ringing=len(offered),
        since=min(offered, default=None),
    )


def _lines_read(sources: Sequence[Source], most: int) -> Sequence[Entity]:
    """The lines of connections whose running calls are read: nothing has to be set up for them."""
    read = [one.connection for one in sources if one.is_read]
    if not read:
        return ()
    return Entity.objects.lines().filter(connection__in=read).order_by("name_key", "pk")[:most]


def _now_call(call: LiveCall, names: Mapping[str, str], labels: Mapping[tuple[int, str], str]) -> NowCall:
    here = call.ringing or [one for one in [call.line_remote_id] if one]
    own = [leg for leg in call.legs if leg["line_remote_id"] in here and not leg["ended_at"]]
    return NowCall(
        call=call,
        name=names.get(call.other) or _name_of_line(call, labels),
        lines=[labels.get((call.connection_id, one), one) for one in here],
        since=_since(call, own),
        how="" if not own else "mailbox" if own[-1]["is_mailbox"] else own[-1]["how"],
    )


def _name_of_line(call: LiveCall, labels: Mapping[tuple[int, str], str]) -> str:
    """Who calls a colleague is known by the line, where its number has no name."""
    if call.direction != Direction.INTERNAL:
        return ""
    return labels.get((call.connection_id, call.first_line_remote_id), "")


def _since(call: LiveCall, own: Sequence[Mapping[str, Any]]) -> datetime:
    if call.answered_at is None or call.state == LiveCall.State.TALKING:
        return call.answered_at or call.started_at
    return datetime.fromisoformat(own[-1]["began_at"]) if own else call.started_at


def _labels(calls: Sequence[LiveCall], lines: Sequence[Entity]) -> dict[tuple[int, str], str]:
    """Names of lines by connection and remote id: those of the board are at hand, others are read with one query."""
    labels = {(line.connection_id, line.remote_id): str(line) for line in lines}
    wanted = {
        (call.connection_id, one)
        for call in calls
        for one in (call.first_line_remote_id, call.line_remote_id, *call.ringing)
        if one
    } - labels.keys()
    if wanted:
        rows = Entity.objects.filter(is_line=True, remote_id__in={one for _pk, one in wanted})
        labels |= {(row.connection_id, row.remote_id): str(row) for row in rows.only(*_LABELLED)}
    return labels


_LABELLED = ("connection_id", "remote_id", "name", "number")


def _doing(calls: Sequence[LiveCall]) -> dict[Place, str]:
    """What each line does that is not free: "talking", or "ringing"."""
    does: dict[Place, str] = {}
    for call in calls:
        for leg in call.legs:
            place = call.connection_id, leg["line_remote_id"]
            if leg["ended_at"] is None and does.get(place) != "talking":
                does[place] = "talking" if leg["answered_at"] else "ringing"
    return does


def _sources(
    connections: Sequence[Connection], hooks: Sequence[LineHook], last: Mapping[int, datetime]
) -> list[Source]:
    feeds = {feed.connection_id: feed for feed in LiveFeed.objects.all()}
    return [
        _source(one, sum(hook.connection_id == one.pk for hook in hooks), feeds.get(one.pk), last.get(one.pk))
        for one in connections
        if one.unlinked_at is None
    ]


def _source(connection: Connection, lines: int, feed: LiveFeed | None, called_at: datetime | None) -> Source:
    heard_at = feed.last_event_at if feed else None
    return Source(
        connection=connection,
        lines=lines,
        gives=connection.declaration.tells_live,
        is_read=live_polling.is_read(connection),
        last_event_at=heard_at,
        read_at=feed.read_at if feed else None,
        failing_since=feed.failing_since if feed else None,
        is_silent=_is_silent(heard_at, called_at),
    )


def _is_silent(heard_at: datetime | None, called_at: datetime | None) -> bool:
    return called_at is not None and heard_at is not None and heard_at + SILENT_AFTER < called_at
