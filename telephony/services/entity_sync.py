"""Sync of entities: every list of every kind that the grant covers, kind by kind in the order of the provider's table.

The cursor names the kinds that are done, and below the one at hand the parents that are, so that a run goes on
where it was. What is stored and what goes: entities.py. What calls become whose queue is learned of: late_relays.py.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.wording import labelled
from telephony.models import Connection, Entity, SyncRun
from telephony.providers.client import ProviderClient
from telephony.providers.drafts import EntityPage
from telephony.services import (
    callflow_findings,
    calls,
    entities,
    late_relays,
    ledger,
    number_names,
    request_log,
    runs,
)
from telephony.services.access import client_of
from telephony.services.read_ahead import read_ahead

MOST_LISTS = 60  # stored in one transaction
READ_WHOLE_EVERY = timedelta(days=1)


def advance(run: SyncRun) -> None:
    """Work on one leased run for at most TASK_BUDGET_S; it stays due until it is finished."""
    runs.advance_with(run, _work)


def _work(run: SyncRun, budget: runs.Budget) -> bool:
    if "kinds" not in run.cursor:
        _begin(run)
    client = client_of(run.connection)
    is_whole = True
    with read_ahead(partial(_pages, run, client)) as ahead:
        for pages in ahead.batches(lambda page: 1, MOST_LISTS):
            _store(run, pages)
            if budget.is_over(may_yield=pages[-1].is_complete):
                is_whole = False
                break
    if is_whole:
        _note_all_read(run)
        is_whole = late_relays.fold_again(run, budget)
    if is_whole:
        _conclude(run)
    return is_whole and run.state == SyncRun.State.RUNNING


# ---- what to read ----
def _begin(run: SyncRun) -> None:
    declared = run.connection.declaration.kinds
    readable = _readable(run.connection)
    kinds = [kind for kind in declared if kind in readable and (not run.kinds or kind in run.kinds)]
    since = _read_since(run)
    cursor = {
        **run.cursor,
        "kinds": kinds,
        "done": [],
        "kind": "",
        "parents": [],
        "held_back": {},
        "since": since.isoformat() if since else None,
    }
    ledger.write(run, cursor=cursor, total_parts=len(kinds))


def _read_since(run: SyncRun) -> datetime | None:
    """When the last complete reading began, so that documents which did not change since need not be read again.

    None once a day, and where only some kinds are wanted: then every document is read.
    """
    if run.kinds:
        return None
    whole = SyncRun.objects.filter(
        connection_id=run.connection_id,
        what=SyncRun.What.ENTITIES,
        state=SyncRun.State.COMPLETE,
        kinds=[],
        started_at__gt=timezone.now() - READ_WHOLE_EVERY,
    ).order_by("-started_at")
    readings = list(whole.values_list("started_at", "cursor__since"))
    return readings[0][0] if any(since is None for _started_at, since in readings) else None


def _readable(connection: Connection) -> set[str]:
    """Kinds whose list the granted scopes cover."""
    scopes = runs.granted_scopes(connection)
    return {kind.kind for kind in connection.declaration.readable_kinds(scopes)}


# ---- reading, in a thread of its own ----
def _pages(run: SyncRun, client: ProviderClient) -> Generator[EntityPage, None, None]:
    cursor = run.cursor
    declaration = run.connection.declaration
    since = datetime.fromisoformat(cursor["since"]) if cursor.get("since") else None
    rest = [kind for kind in cursor["kinds"] if kind not in cursor["done"]]
    try:
        if cursor["kind"] and cursor["kind"] in rest:
            parents = _parents(run.connection, cursor["kind"])
            left = {
                kind: [one for one in ids if one not in cursor["parents"]] for kind, ids in parents.items()
            }
            if (
                parents or "" not in cursor["parents"]
            ):  # a list of the account itself that was read to its end is done
                yield from declaration.read_entities(
                    client, kinds=[cursor["kind"]], parents=left, since=since
                )
            rest.remove(cursor["kind"])
        if rest:
            known = {
                name: ids
                for kind in rest
                for name, ids in _parents(run.connection, kind).items()
                if name in cursor["done"]
            }
            yield from declaration.read_entities(client, kinds=rest, parents=known, since=since)
    finally:
        request_log.flush()  # this thread's


def _parents(connection: Connection, kind: str) -> Mapping[str, Sequence[str]]:
    """Remote ids of the stored objects below which this kind hangs, by their kind."""
    names = [name for name in connection.declaration.kinds[kind].parent_kinds if name]
    found: dict[str, list[str]] = {name: [] for name in names}
    rows = Entity.objects.present().filter(connection=connection, kind__in=names).order_by("remote_id")
    for name, parent, remote_id in rows.values_list("kind", "parent_remote_id", "remote_id"):
        found[name].append(entities.child_parent_id(parent, remote_id))
    return found


# ---- storing ----
def _store(run: SyncRun, pages: Sequence[EntityPage]) -> None:
    now = timezone.now()
    cursor = {name: value for name, value in run.cursor.items() if name != "failures"}
    held_back = dict(cursor["held_back"])
    total = entities.StoreResult()
    started_at = run.started_at or now
    with runs.each_page(run) as values:
        for page in pages:
            result = entities.store(
                run.connection,
                page,
                now,
                run_started_at=started_at,
                accepts_removal=_agreed(cursor, page.kind),
            )
            total += result
            if result.held_back:
                held_back[page.kind] = _held_back_too(held_back.get(page.kind), result)
            cursor = _cursor_after(cursor, page)
        values.update(
            cursor={**cursor, "held_back": held_back},
            step=pages[-1].kind,
            done_parts=len(cursor["done"]),
            rows_read=run.rows_read + sum(len(page.drafts) + len(page.unchanged) for page in pages),
            rows_new=run.rows_new + total.new,
            rows_changed=run.rows_changed + total.changed,
            rows_removed=run.rows_removed + total.removed,
            requests=run.requests + len(pages),
        )
    if _lines_just_read(run, pages):
        _wake_calls(run)


def _agreed(cursor: Mapping[str, Any], kind: str) -> bool | int:
    """What a person has agreed to lose of this kind: everything, or so many objects of a list."""
    agreed = cursor.get("accepts_removal", False)
    return agreed if isinstance(agreed, bool) else agreed.get(kind, 0)


def _held_back_too(before: Mapping[str, Any] | None, result: entities.StoreResult) -> dict[str, Any]:
    """What the lists of one kind lack: {"gone": 4, "known": 12, "names": the first few of them}."""
    known = before or {"gone": 0, "known": 0, "names": []}
    return {
        "gone": known["gone"] + result.held_back,
        "known": known["known"] + result.held_back_of,
        "names": [*known["names"], *result.held_back_names][: entities.NAMES_SHOWN],
    }


def _cursor_after(cursor: Mapping[str, Any], page: EntityPage) -> dict[str, Any]:
    """The kinds before the page's are done; of its own kind, this parent is, once its list was read to the end."""
    place = cursor["kinds"].index(page.kind)
    parents = cursor["parents"] if cursor["kind"] == page.kind else []
    if page.is_complete:
        parents = [*parents, page.parent_remote_id]
    return {**cursor, "done": cursor["kinds"][:place], "kind": page.kind, "parents": parents}


def _lines_just_read(run: SyncRun, pages: Sequence[EntityPage]) -> bool:
    lines = set(run.connection.declaration.call_kinds)
    return bool(lines & {page.kind for page in pages}) and lines <= {*run.cursor["done"], run.cursor["kind"]}


def _wake_calls(run: SyncRun) -> None:
    """The lines are known: calls that waited for them can begin."""
    calls.link_lines(run.connection)
    waiting = SyncRun.objects.filter(
        connection_id=run.connection_id, waits_for=runs.WAITS_FOR_OBJECTS, state__in=runs.OPEN
    )
    for other in waiting:
        runs.wake(other)


def _note_all_read(run: SyncRun) -> None:
    ledger.write(
        run,
        done_parts=len(run.cursor["kinds"]),
        cursor={**run.cursor, "done": run.cursor["kinds"], "kind": "", "parents": []},
    )


def _conclude(run: SyncRun) -> None:
    """All lists were read: name the numbers, judge the callflows, and say what was not believed."""
    connection = run.connection
    number_names.refresh(connection)
    callflow_findings.judge(connection)
    _wake_calls(run)
    if held_back := run.cursor["held_back"]:
        kinds = ", ".join(
            labelled(connection.declaration.kinds[kind].plural, held["gone"])
            for kind, held in held_back.items()
        )
        error = _(
            "The provider's lists suddenly lack much (%(kinds)s). Nothing was removed; look, and agree or not."
        )
        runs.finish(run, SyncRun.State.PARKED, error % {"kinds": kinds})
