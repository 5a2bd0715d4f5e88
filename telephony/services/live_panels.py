"""What is read at a provider each time somebody looks: the panels that it declares, for a connection or an object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.errors import Forbidden, NotFound, ProviderError, UnexpectedAnswer
from telephony.models import Connection, Entity
from telephony.providers.fields import Fact, Sheet, fact_at, sheet_of
from telephony.providers.live import LivePanel, RowAct
from telephony.providers.offers import Spot
from telephony.services import access

MOST_ROWS, MOST_IN_A_FILE = 200, 10_000
DEADLINE_S = 10


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One panel as it was a moment ago.

    rows        of a table: the facts of each row, in the order of the panel's fields
    acts        of each row: what may be done with it, and the values of that operation
    sheet       of a panel that shows one object
    more        rows that are not shown
    error       why nothing could be read, in words
    """

    panel: LivePanel
    read_at: datetime
    rows: Sequence[Sequence[Fact]] = ()
    acts: Sequence[Sequence[tuple[RowAct, Mapping[str, Any]]]] = ()
    sheet: Sheet | None = None
    more: int = 0
    error: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.error and not self.rows and self.sheet is None


def panels_of(connection: Connection, spot: Spot = Spot.CONNECTION, kind: str = "") -> list[LivePanel]:
    """The panels of a page, as far as the connection may read them; `kind` for those of objects and lists."""
    return [
        panel
        for panel in connection.declaration.live
        if panel.place is spot
        and (not panel.kinds or kind in panel.kinds)
        and connection.can(panel.capability)
    ]


def panel_of(connection: Connection, name: str, kind: str = "") -> LivePanel | None:
    """A panel of an object's page, or without a kind one of any page of the account."""
    spots = (Spot.OBJECT,) if kind else (Spot.CONNECTION, Spot.ACCOUNT, Spot.LIST)
    return next(
        (
            panel
            for panel in connection.declaration.live
            if panel.name == name
            and panel.place in spots
            and (not kind or kind in panel.kinds)
            and connection.can(panel.capability)
        ),
        None,
    )


def overview_panels(connections: Iterable[Connection]) -> list[tuple[Connection, LivePanel]]:
    """The panels of connections that the tenant's overview shows, of whichever of their pages they are."""
    return [
        (one, panel)
        for one in connections
        for panel in one.declaration.live
        if panel.on_overview and not panel.kinds and one.can(panel.capability)
    ]


def read(
    connection: Connection,
    panel: LivePanel,
    entity: Entity | None = None,
    *,
    is_fresh: bool = False,
    is_whole: bool = False,
) -> Reading:
    """Ask the provider now, as a person who waits. Never raises: a fault is said on the panel.

    is_fresh   ask also where an answer of a moment ago is still good (`LivePanel.kept_s`)
    is_whole   with the rows that a page has no room for
    """
    most = MOST_IN_A_FILE if is_whole else MOST_ROWS
    key = f"live-panel:{connection.pk}:{panel.name}"
    if entity is None and panel.kept_s and not is_fresh and (kept := cache.get(key)):
        return _reading(panel, kept["rows"], kept["at"], most)
    values: dict[str, Any] = dict(panel.values or {})
    if entity is not None:
        declared = connection.declaration.path_values(entity.kind, entity.parent_remote_id, entity.remote_id)
        names = connection.declaration.catalog[panel.operation].path_names
        values.update({name: value for name, value in declared.items() if name in names})
    try:
        client = access.client_of(connection, is_person=True, deadline_s=DEADLINE_S)
        answer = client.call(panel.operation, values)
        found = panel.rows(answer)
    except ProviderError as error:
        return Reading(panel=panel, read_at=timezone.now(), error=_words(panel, error))
    now = timezone.now()
    if entity is None and panel.kept_s:
        cache.set(key, {"rows": list(found), "at": now}, timeout=panel.kept_s)
    return _reading(panel, found, now, most)


def objects_named(connection: Connection, facts: Iterable[Fact]) -> dict[str, Entity]:
    """The objects that these facts name by their identifier, as far as we keep them."""
    wanted = {
        str(fact.value)
        for fact in facts
        if fact.field is not None and fact.field.kind == "ref" and not fact.is_empty
    }
    if not wanted:
        return {}
    kept = Entity.objects.filter(connection=connection, remote_id__in=wanted, missing_since=None)
    return {entity.remote_id: entity for entity in kept}


def _reading(panel: LivePanel, found: Sequence[Mapping[str, Any]], now: datetime, most: int) -> Reading:
    if panel.is_single:
        sheet = sheet_of(panel.fields, found[0]) if found else None
        return Reading(panel=panel, read_at=now, sheet=sheet)
    rows = [[fact_at(field, row) for field in panel.fields] for row in found[:most]]
    acts = [[(act, _values(act, row)) for act in panel.row_acts if act.when(row)] for row in found[:most]]
    return Reading(panel=panel, read_at=now, rows=rows, acts=acts, more=max(0, len(found) - most))


def _values(act: RowAct, row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row.get(path, "") for name, path in act.values.items()}


def _words(panel: LivePanel, error: ProviderError) -> str:
    if panel.absent and (isinstance(error, NotFound) or error.status in {404, 405}):
        return str(panel.absent)
    if isinstance(error, Forbidden):
        return error.message or _("This connection may not read it.")
    if isinstance(error, UnexpectedAnswer):
        return _("The provider's answer could not be read: %(reason)s") % {"reason": error.message}
    return error.message or _("The provider did not answer.")
