"""What a sync reads from Kazoo: pages in, drafts out. Entities here, call records in records.py.

Lists say little of each object, so that every object is read by itself: the first time all of them, later those that
changed since, of which the server makes a list (`modified_from`). How fast: the provider's pacing, ten a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from portal.lib.errors import Forbidden, NotFound
from telephony.providers.drafts import EntityDraft, EntityPage
from telephony.providers.kazoo.catalog import CATALOG
from telephony.providers.kazoo.client import KazooClient
from telephony.providers.kazoo.kinds import ACCOUNT, KINDS, NUMBER, SINGLE, WHITELABEL
from telephony.providers.kazoo.objects import draft_of
from telephony.providers.kazoo.times import to_gregorian
from telephony.providers.kinds import EntityKind

AT_ONCE = 50  # objects of one page
CLOCKS_DIFFER = timedelta(
    minutes=10
)  # by so much at most, we take it, and read again what changed in that time

Row = Mapping[str, Any]


def path_values(kind: str, parent_remote_id: str, remote_id: str = "") -> dict[str, str]:
    """The path values under which Kazoo knows an object: {"userId": ...}; the account is the client's own."""
    if not remote_id or kind in SINGLE:
        return {}
    if kind == ACCOUNT:
        return {"accountId": remote_id}
    names = CATALOG[KINDS[kind].read_operation].path_names
    return {name: remote_id for name in names if name != "accountId"}


def read_entities(
    client: KazooClient,
    kinds: Iterable[str] | None = None,
    parents: Mapping[str, Sequence[str]] | None = None,
    known: Mapping[str, str] | None = None,
    since: datetime | None = None,
) -> Iterator[EntityPage]:
    """Every object of the wanted kinds, in the order of the kinds table, some at a time.

    since   objects that did not change since are named in `unchanged` of the last page, and not read

    A list that the server lacks (its application is not installed) or does not show to this login gives no page, so
    that nothing of it counts as missing.
    """
    wanted = set(KINDS if kinds is None else kinds)
    for kind in KINDS.values():
        if kind.kind in wanted:
            yield from _pages(client, kind, since)


def read_entity(client: KazooClient, kind: str, parent_remote_id: str, remote_id: str) -> EntityDraft:
    """One object as a sync would store it, read now. Raises NotFound when it is gone."""
    return _read(client, KINDS[kind], remote_id)


def _read(client: KazooClient, kind: EntityKind, remote_id: str, row: Row | None = None) -> EntityDraft:
    answer = client.call(kind.read_operation, path_values(kind.kind, "", remote_id))
    # Only the list of numbers says what each is used by in so many words.
    return draft_of(kind.kind, answer.document, row if kind.kind == NUMBER else None)


def _pages(client: KazooClient, kind: EntityKind, since: datetime | None) -> Iterator[EntityPage]:
    if kind.kind in SINGLE:
        yield from _single(client, kind)
        return
    try:
        rows = _rows(client, kind)
        changed = set(rows) if since is None else _changed(client, kind, rows, since)
    except (Forbidden, NotFound):
        return
    if kind.kind == ACCOUNT and client.account:
        rows.setdefault(client.account, {})
        changed.add(client.account)
    yield from _documents(client, kind, rows, [one for one in rows if one in changed])


def _single(client: KazooClient, kind: EntityKind) -> Iterator[EntityPage]:
    """The one document of the account; an empty list where it has no whitelabel."""
    try:
        drafts = [_read(client, kind, kind.kind)]
    except Forbidden:
        return
    except NotFound as error:
        if error.status != 404 or kind.kind != WHITELABEL:
            return
        drafts = []
    yield EntityPage(kind=kind.kind, drafts=drafts, is_complete=True, expected_total=len(drafts))


def _rows(client: KazooClient, kind: EntityKind, **filters: Any) -> dict[str, Row]:
    """The rows of a list by identifier, in its order."""
    found: dict[str, Row] = {}
    for page in client.pages(kind.list_operation, filters=filters):
        for row in page.items:
            if remote_id := str(row.get("id") or ""):
                found.setdefault(remote_id, row)
    return found


def _changed(client: KazooClient, kind: EntityKind, rows: Mapping[str, Row], since: datetime) -> set[str]:
    """Which of them changed since. Numbers say it themselves: their list takes no filters."""
    bound = to_gregorian(since - CLOCKS_DIFFER)
    if kind.kind == NUMBER:
        return {one for one, row in rows.items() if _moment(row.get("updated"), bound) >= bound}
    return set(_rows(client, kind, modified_from=bound))


def _moment(value: Any, otherwise: int) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return otherwise


def _documents(
    client: KazooClient, kind: EntityKind, rows: Mapping[str, Row], changed: Sequence[str]
) -> Iterator[EntityPage]:
    """Pages of read objects. The last one names all the others of the list, so that it stands for the whole."""
    gone: set[str] = set()
    for at in range(0, max(len(changed), 1), AT_ONCE):
        drafts = []
        for remote_id in changed[at : at + AT_ONCE]:
            try:
                drafts.append(_read(client, kind, remote_id, rows[remote_id]))
            except NotFound:  # it went between the list and this
                gone.add(remote_id)
        is_last = at + AT_ONCE >= len(changed)
        here = {draft.remote_id for draft in drafts}
        yield EntityPage(
            kind=kind.kind,
            drafts=drafts,
            unchanged=[one for one in rows if one not in here and one not in gone] if is_last else (),
            is_complete=is_last,
            expected_total=len(rows),
        )
