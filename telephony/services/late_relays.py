"""Calls that went through a queue, group or translated number before it was known here: folded again once a sync has it.

Day by day, newest first. The run's cursor says how far, so that it goes on where it was:

    relays        {"ids": [remote id], "upto": id of the newest object, "since", "before": the stretch that is left}
    relays_upto   once it is done, the same "upto": what is newer the next run has to look at
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Min
from django.utils import timezone

from portal.lib.days import midnight
from telephony.models import Connection, Coverage, SyncRun
from telephony.models.spans import DAY
from telephony.services import calls, ledger, runs


def fold_again(run: SyncRun, budget: runs.Budget) -> bool:
    """Go on with it; whether it is done. For a run whose lists are read. Raises LeaseLost."""
    left = run.cursor.get("relays") or _learned(run)
    while left["ids"]:
        since, before = (datetime.fromisoformat(left[name]) for name in ("since", "before"))
        with runs.each_page(run) as values:
            begin = calls.fold_day_again(run.connection, left["ids"], since, before)
            left = {**left, "before": begin.isoformat()} if begin else {**left, "ids": []}
            values["cursor"] = {**run.cursor, "relays": left}
        if left["ids"] and budget.is_over():
            return False
    rest = {name: value for name, value in run.cursor.items() if name != "relays"}
    ledger.write(run, cursor={**rest, "relays_upto": left["upto"]})
    return True


def _learned(run: SyncRun) -> dict[str, Any]:
    """What is to be done: of the relays that no run has looked at. Nothing where no call was read yet."""
    lines, upto = calls.lines_of(run.connection), _looked_at_upto(run)
    since = _first_read(run.connection)
    is_new = [one for one in lines.relays if lines.ids[one] > upto]
    return {
        "ids": sorted(is_new) if since else [],
        "upto": max([upto, *lines.ids.values()]),
        "since": since.isoformat() if since else "",
        "before": (timezone.now() + DAY).isoformat(),
    }


def _looked_at_upto(run: SyncRun) -> int:
    done = SyncRun.objects.filter(
        connection_id=run.connection_id, what=SyncRun.What.ENTITIES, cursor__has_key="relays_upto"
    )
    return done.order_by("-created_at", "-pk").values_list("cursor__relays_upto", flat=True).first() or 0


def _first_read(connection: Connection) -> datetime | None:
    """No call of the connection began before it. By what was asked for: calls have no index that tells it."""
    first_day = Coverage.objects.filter(connection=connection).aggregate(first=Min("day"))["first"]
    asked = SyncRun.objects.filter(connection=connection).aggregate(first=Min("window_start_at"))["first"]
    starts = [midnight(first_day, ZoneInfo(connection.time_zone))] if first_day else []
    if asked is not None:
        starts.append(asked)
    return min(starts) - DAY if starts else None
