"""Several workers that store lists of one connection: a sync, an edit that is read back, a person who reads anew."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest
from django.db import connection as database
from django.db import transaction

from telephony.models import Connection, Entity
from telephony.providers.drafts import EntityDraft, EntityPage
from telephony.services import entities
from tests.telephony.conftest import until
from tests.telephony.sync.conftest import NOON

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = [f"{number:02d}" for number in range(30)]


def lists(names: list[str], kind: str = "DirectoryContact", *, is_complete: bool = False) -> EntityPage:
    drafts = [EntityDraft(kind=kind, remote_id=name, name=f"{kind} {name}") for name in names]
    return EntityPage(kind=kind, parent_remote_id="", drafts=drafts, is_complete=is_complete)


def is_awaited() -> bool:
    """Whether somebody waits for a lock in this database."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_locks JOIN pg_stat_activity AS held USING (pid)"
            " WHERE NOT granted AND held.datname = current_database()"
        )
        return cursor.fetchone() is not None


def test_one_list_is_stored_by_many_at_once(in_alice: Connection, meanwhile: Callable[..., Future]) -> None:
    """Each writes other rows of it than those it read last, so the table holds them in ever another order."""

    def store_some(seed: int) -> int:
        chance = random.Random(seed)
        found = entities.StoreResult()
        for _time in range(60):
            names = chance.sample(NAMES, chance.choice([1, 1, 7]))
            found += entities.store(in_alice, lists(names), NOON)
        return found.new

    workers = [meanwhile(store_some, seed) for seed in range(4)]

    assert sum(worker.result(60) for worker in workers) == len(NAMES)
    assert sorted(Entity.objects.filter(facet="contact").values_list("remote_id", flat=True)) == NAMES


def test_two_that_store_the_same_lists_the_other_way_round_take_turns(
    in_alice: Connection, meanwhile: Callable[..., Future]
) -> None:
    pages = [lists(NAMES), lists(NAMES, "DirectoryBranch")]
    for page in pages:
        entities.store(in_alice, page, NOON)

    def store_all(given: list[EntityPage]) -> Any:
        with transaction.atomic():
            return sum((entities.store(in_alice, page, NOON) for page in given), entities.StoreResult())

    with transaction.atomic():
        mine = entities.store(in_alice, pages[0], NOON)
        theirs = meanwhile(store_all, pages[::-1])
        until(is_awaited)
        mine += entities.store(in_alice, pages[1], NOON)

    assert mine == theirs.result(10) == entities.StoreResult(unchanged=2 * len(NAMES))
