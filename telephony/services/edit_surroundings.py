"""What an editor may know of the world around a line: siblings from the cache, names, figures of its calls.

Queries run only when an editor asks: most changes need one or two of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone

from telephony.models import Call, Connection, Entity, NumberName
from telephony.models.calls import Direction, Outcome
from telephony.models.rollups import Part
from telephony.providers.edit_fields import Login, Surroundings
from telephony.providers.editing import Editor
from telephony.providers.line_page import Document
from telephony.services.analytics import calls_of

MONTH, WEEK, QUARTER = timedelta(days=30), timedelta(days=7), timedelta(days=90)
UNANSWERED = (Outcome.MISSED, Outcome.BUSY, Outcome.ABANDONED, Outcome.TIMED_OUT)
PREFIX_LENGTH = 5  # "+3363": enough to tell a mobile, a country, a premium range


def surroundings(
    connection: Connection,
    editor: Editor,
    line: Entity | None,
    address: Mapping[str, Any],
    around: Mapping[str, Sequence[Document]] | None = None,
) -> Surroundings:
    """For one edit on a line (None for what belongs to the account: then the account's own objects are around).

    around   the documents near it, for a caller who has read those of many objects at once (`documents_of`)
    """
    known: dict[str, Any] = {
        "address": dict(address),
        "region": connection.tenant.region,
        "currency": connection.currency,
        "zone": connection.time_zone,
        "contacts_among": contacts_among,
        "own_among": own_among,
        "sends_all_to": lambda number: _sends_all_to(connection, number),
        "cost_of": lambda number: cost_a_minute(connection, number),
        "login": lambda: login_of(connection),
        "named": lambda kind, identifiers: named(connection, kind, identifiers),
    }
    if around is None:
        around = _documents(connection, editor.reads, line.remote_id if line else "")
    known["around"] = around
    if line is not None:
        known |= {
            "line_name": line.name,
            "line_number": line.number,
            "line_kind": line.kind,
            "calls_from": lambda numbers: calls_from(line, numbers, MONTH),
            "last_week": lambda: _last_week(line),
        }
    return Surroundings(**known)


def login_of(connection: Connection) -> Login:
    """The login that the connection acts with, without its secrets."""
    credential = connection.credential
    return Login(scopes=frozenset(credential.scopes), given=dict(credential.parameters.get("login", {})))


def _documents(connection: Connection, kinds: Sequence[str], parent: str) -> Mapping[str, Sequence[Document]]:
    return documents_of(connection, kinds, [parent])[parent]


def documents_of(
    connection: Connection, kinds: Sequence[str], parents: Collection[str]
) -> Mapping[str, Mapping[str, Sequence[Document]]]:
    """The cached documents of these kinds below each of some objects, by kind; one query."""
    found: dict[str, dict[str, list[Document]]] = {parent: {kind: [] for kind in kinds} for parent in parents}
    if kinds and parents:
        rows = Entity.objects.present().filter(connection=connection, kind__in=kinds)
        rows = rows.filter(parent_remote_id__in=list(found))
        for parent, kind, document in rows.values_list("parent_remote_id", "kind", "document"):
            found[parent][kind].append(document)
    return found


def named(connection: Connection, kind: str, identifiers: Collection[str]) -> Mapping[str, str]:
    """Names of cached objects of the account, by identifier."""
    rows = Entity.objects.present().filter(connection=connection, kind=kind, remote_id__in=list(identifiers))
    return {row.remote_id: str(row) for row in rows.only("remote_id", "name", "number")}


def contacts_among(numbers: Sequence[str]) -> Collection[str]:
    rows = NumberName.objects.filter(number__in=list(numbers), source=NumberName.Source.CONTACT)
    return frozenset(rows.values_list("number", flat=True))


def own_among(numbers: Sequence[str]) -> Collection[str]:
    rows = Entity.objects.present().filter(number__in=list(numbers)).exclude(facet=Entity.Facet.CONTACT)
    return frozenset(rows.values_list("number", flat=True))


def _sends_all_to(connection: Connection, number: str) -> str:
    """Where the line with this number sends every call now, as far as its provider's page can tell."""
    declaration = connection.declaration
    line = Entity.objects.lines().filter(connection=connection, number=number).first()
    if line is None or declaration.line_page is None:
        return ""
    return declaration.line_page.sends_all_to(
        _flat(_documents(connection, declaration.line_page.kinds, line.remote_id))
    )


def _flat(documents: Mapping[str, Sequence[Document]]) -> list[tuple[str, Document]]:
    return [(kind, document) for kind, found in documents.items() for document in found]


def calls_from(line: Entity, numbers: Sequence[str], span: timedelta) -> dict[str, int]:
    """How many calls each of the numbers made to the line lately: one query."""
    rows = (
        calls_of(Part.of_place(line))
        .filter(
            direction=Direction.INBOUND,
            started_at__gte=timezone.now() - span,
            caller__in=list(numbers),
        )
        .values_list("caller")
        .annotate(n=Count("pk"))
        .order_by()
    )
    return dict(rows)


def _last_week(line: Entity) -> tuple[int, int]:
    calls = calls_of(Part.of_place(line)).filter(
        direction=Direction.INBOUND, started_at__gte=timezone.now() - WEEK
    )
    figures = calls.aggregate(calls=Count("pk"), unanswered=Count("pk", filter=Q(outcome__in=UNANSWERED)))
    return figures["calls"], figures["unanswered"]


def cost_a_minute(connection: Connection, number: str) -> int | None:
    """What a minute to numbers like this one cost on average lately, in millionths; None without such calls."""
    if not number.startswith("+"):
        return None
    figures = Call.objects.filter(
        connection=connection,
        direction=Direction.OUTBOUND,
        callee__startswith=number[:PREFIX_LENGTH],
        started_at__gte=timezone.now() - QUARTER,
        duration_s__gt=0,
        cost_micros__isnull=False,
    ).aggregate(cost=Sum("cost_micros"), seconds=Sum("duration_s"))
    return round(figures["cost"] * 60 / figures["seconds"]) if figures["seconds"] else None
