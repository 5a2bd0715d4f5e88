"""Editors of whole documents: what they leave alone, whether anything is overwritten unseen, how fast the largest is.

The page is that of a Kazoo account in which every field is set, among thousands of objects to point to. Its time is
that of the server: from the call of the WSGI application to the last byte of the body, in one process.
"""

from __future__ import annotations

import gc
import random
from collections.abc import Iterator
from statistics import median
from typing import Any

from django.core.servers.basehttp import get_internal_wsgi_application
from django.db import connection as database
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership
from accounts.scoping import tenant_scope
from portal.ui.links import tenant_url
from telephony.bench.documents import anything, value_of
from telephony.bench.editing_forms import differs_elsewhere
from telephony.bench.kazoo_account import CUSTOMER, PROVIDER, connect, served
from telephony.bench.listing import Application, answered
from telephony.bench.measuring import Figure, p95, seconds_of
from telephony.bench.races import overwritten_unseen
from telephony.models import Connection, Entity
from telephony.providers.drafts import EntityPage
from telephony.providers.flat import built
from telephony.providers.registry import provider
from telephony.providers.schema_editing import SchemaEditor
from telephony.services import access, entities

DOCUMENTS, RACES, LOOKS, WARM = 1000, 100, 100, 10
FEW, MANY = 10, 2_000  # objects of each kind to point to
POINTED_TO = ("media", "callflow", "user")


def measure(documents: int = DOCUMENTS, races: int = RACES) -> Iterator[Figure]:
    """Documents through forms, races of two people, the page of the largest document."""
    yield _documents(documents)
    with served() as sandbox:
        connection, person = connect(sandbox, "bench-editors")
        with tenant_scope(connection.tenant_id):
            phone = _phone(connection)
            lost = sum(overwritten_unseen(phone, person, number) for number in range(races))
            yield Figure(f"silent overwrites in {races} races of two", lost, 0, "", is_floor=False)
            yield from _page(connection)


def _documents(count: int) -> Figure:
    updates = [
        editor
        for editor in provider(PROVIDER).editors.values()
        if isinstance(editor, SchemaEditor) and not editor.makes and not editor.removes
    ]
    found = (differs_elsewhere(updates[seed % len(updates)], seed) for seed in range(count))
    wrong = [one for one in found if one]
    name = f"of {count:,} documents with one field edited, those that differ elsewhere"
    return Figure(name, len(wrong), 0, "", is_floor=False, detail={"first": wrong[:3]})


def _phone(connection: Connection) -> Entity:
    client = access.client_of(connection)
    first = client.call("device.list").items[0]["id"]
    draft = connection.declaration.read_entity(client, "device", "", str(first))
    entities.store(connection, EntityPage(kind="device", drafts=[draft]), timezone.now())
    return Entity.objects.get(connection=connection, kind="device")


def _page(connection: Connection) -> Iterator[Figure]:
    url = tenant_url(
        connection.tenant, "telephony:edit", pk=_largest(connection).pk, operation="account.update"
    )
    _fill(connection, FEW)
    few = _queries(connection, url)
    _fill(connection, MANY)
    many = _queries(connection, url)
    taken = _look(connection, url)
    detail = {"median_ms": round(median(taken) * 1000, 1), "queries": many, "looks": LOOKS}
    name = "editor page of the largest document (Kazoo account), 95th percentile in the server"
    yield Figure(name, p95(taken) * 1000, 150, "ms", is_floor=False, detail=detail)
    yield Figure(
        f"queries that it takes more with {MANY:,} objects of a kind than with {FEW}",
        many - few,
        0,
        "",
        is_floor=False,
        detail={"few": few, "many": many},
    )


def _largest(connection: Connection) -> Entity:
    """An account with every field set, and as much again that nobody declared."""
    chance = random.Random(7)
    editor: Any = connection.declaration.editors["account.update"]
    document = built({one.path: value_of(one, chance) for one in editor.sort.family.fields})
    document |= {f"x_{number}": anything(chance, 3) for number in range(60)}
    return Entity.objects.create(
        connection=connection,
        kind="account",
        remote_id=connection.remote_account,
        name=CUSTOMER,
        document={**document, "id": connection.remote_account},
        fetched_at=timezone.now(),
    )


def _fill(connection: Connection, count: int) -> None:
    for kind in POINTED_TO:
        known = Entity.objects.filter(connection=connection, kind=kind).count()
        Entity.objects.bulk_create(
            Entity(
                connection=connection,
                kind=kind,
                remote_id=f"{number:032x}",
                name=f"{kind} {number}",
                fetched_at=timezone.now(),
            )
            for number in range(known, count)
        )


def _client(connection: Connection) -> Client:
    client = Client()
    client.force_login(Membership.objects.get(tenant=connection.tenant).person)
    return client


def _queries(connection: Connection, url: str) -> int:
    client = _client(connection)
    client.get(url)
    with CaptureQueriesContext(database) as queries:
        client.get(url)
    return len(queries)


def _look(connection: Connection, url: str) -> list[float]:
    """Seconds of the page in the server."""
    application: Application = get_internal_wsgi_application()
    cookies = _client(connection).cookies.values()
    requests = RequestFactory(headers={"cookie": "; ".join(f"{one.key}={one.value}" for one in cookies)})
    taken = []
    gc.collect()
    for number in range(WARM + LOOKS):
        environ = requests.get(url).environ
        took, _body = seconds_of(lambda environ=environ: answered(application, environ))  # type: ignore[misc]
        if number >= WARM:
            taken.append(took)
    return taken
