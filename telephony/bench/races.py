"""Two people who write the same field of one object, in the worst order: both previews first, then both sent at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from django.db import connections

from accounts.models import Person
from accounts.scoping import carrying_scope
from portal.lib.errors import ProviderError
from telephony.models import Change, Entity
from telephony.services import editing

UPDATE = "device.update"


def overwritten_unseen(phone: Entity, person: Person, number: int) -> bool:
    """Race once; whether both writes went through although neither had seen the other."""
    address = {"deviceId": phone.remote_id}
    drafts = [
        editing.propose(phone.connection, UPDATE, address, {"name": f"Race {number} of {who}"}, person=person)
        for who in ("one", "two")
    ]
    start = threading.Barrier(2)
    send = carrying_scope(partial(_sent, person, start))
    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(send, drafts))
    if Change.State.APPLIED not in ended:
        raise RuntimeError(f"nobody won: {ended}")
    return ended.count(Change.State.APPLIED) > 1


def _sent(person: Person, start: threading.Barrier, change: Change) -> Any:
    try:
        own = Change.objects.select_related("connection", "connection__credential", "line", "entity").get(
            pk=change.pk
        )
        start.wait(10)
        return editing.send(own, person).state
    except ProviderError as error:
        return type(error).__name__
    finally:
        connections.close_all()
