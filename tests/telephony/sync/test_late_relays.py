"""Queues, groups and translated numbers that are learned of after calls went through them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from telephony.models import Call, CallRecord, Connection, Coverage, Entity, SyncRun
from telephony.providers.drafts import CallRecordDraft
from telephony.services import calls, late_relays, ledger, runs
from tests.telephony.sync.conftest import LINE, NOON, OTHER_LINE, make_draft

QUEUE = "33199001000"
Told = list[tuple[str, str, str]]


def passed_on(number: int) -> list[CallRecordDraft]:
    """A call to the queue that an agent took, on a day of its own: the agent's record alone says that somebody did."""
    at = NOON - timedelta(days=number)
    rang = {"remote_key": f"{QUEUE}:c{number}", "line_remote_id": QUEUE, "outcome": "missed"}
    return [
        make_draft(number, started_at=at, **rang),
        make_draft(number, started_at=at + timedelta(seconds=4)),
    ]


def told() -> Told:
    return list(
        Call.objects.order_by("fold_key").values_list("fold_key", "line_remote_id", "group_remote_id")
    )


def fold_again(connection: Connection) -> int:
    """Of a run that has read all lists; in how many leases."""
    run = runs.request_run(connection, SyncRun.What.ENTITIES)
    for lease in range(1, 100):
        with ledger.leased(SyncRun, run.tenant_id, run.pk) as held:
            if late_relays.fold_again(held, runs.Budget(held)):
                runs.finish(held)
                return lease
    raise AssertionError("it does not end")


def test_what_an_agent_took_of_a_queue_is_its_call_however_late_the_queue_is_known(
    in_alice: Connection, settings: Any
) -> None:
    """A day with calls a lease where time is short. A run after that has nothing to do, and one that ended early does not
    hide what it learned of."""
    settings.TASK_BUDGET_S = 0
    agents_only = [make_draft(4), make_draft(4, remote_key="x", line_remote_id=OTHER_LINE, outcome="missed")]
    drafts = [*passed_on(1), *passed_on(2), *passed_on(9), make_draft(3), *agents_only]
    calls.store(in_alice, drafts, NOON)
    first = (NOON - timedelta(days=9)).date()
    Coverage.objects.create(connection=in_alice, day=first, state="complete", read_at=NOON)
    assert {group for _key, _line, group in told()} == {""}
    fold_again(in_alice)
    Entity.objects.create(
        connection=in_alice, kind="ACDService", facet="queue", is_line=True, remote_id=QUEUE, checksum="",
        fetched_at=NOON,
    )  # fmt: skip
    SyncRun.objects.create(connection=in_alice, what=SyncRun.What.ENTITIES, state="parked")
    assert calls.link_lines(in_alice) == 0

    assert fold_again(in_alice) == 4

    late = told()
    assert {key for key, line, group in late if (line, group) == (LINE, QUEUE)} == {"c1", "c2", "c9"}
    assert fold_again(in_alice) == 1 and told() == late
    CallRecord.objects.all().delete()
    Call.objects.all().delete()
    calls.store(in_alice, drafts, NOON)
    assert told() == late
