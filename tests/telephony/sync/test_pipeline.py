"""Read, prepare and store in three threads: errors reach the run, a stop ends them all, lines are never out of date."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterable, Iterator
from functools import partial

import pytest

from accounts.scoping import tenant_scope
from telephony.models import Call, Connection, Entity, SyncRun
from telephony.providers.drafts import CallRecordDraft
from telephony.services import calls, cdr_sync, runs
from telephony.services.call_batches import Batch, Lines, prepare
from telephony.services.read_ahead import AHEAD, ReadAhead, read_ahead
from telephony.services.runs import request_run
from tests.telephony.conftest import Work
from tests.telephony.sync.conftest import LINE, NOON, make_draft
from tests.telephony.sync.test_sync import days_ago, stored_keys


class Broken(RuntimeError):
    pass


def endless() -> Generator[int, None, None]:
    number = 0
    while True:
        yield number
        number += 1


def doubled(numbers: ReadAhead[int], broken_at: int = -1) -> Generator[int, None, None]:
    for some in numbers.batches(lambda _: 1, 3):
        for number in some:
            if number == broken_at:
                raise Broken("in the second stage")
            yield number * 2


def breaking(at: int) -> Generator[int, None, None]:
    yield from range(at)
    raise Broken("in the first stage")


@pytest.fixture
def threads_end() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


@pytest.mark.usefixtures("threads_end")
class TestStages:
    def test_an_error_of_the_second_comes_after_what_was_made_before_it(self) -> None:
        taken: list[int] = []
        with (
            pytest.raises(Broken, match="second"),
            read_ahead(endless) as numbers,
            read_ahead(partial(doubled, numbers, 5), 1) as made,
        ):
            taken.extend(made)
        assert taken == [0, 2, 4, 6, 8]

    def test_an_error_of_the_first_goes_through_the_second(self) -> None:
        taken: list[int] = []
        with (
            pytest.raises(Broken, match="first"),
            read_ahead(partial(breaking, 4)) as numbers,
            read_ahead(partial(doubled, numbers), 1) as made,
        ):
            taken.extend(made)
        assert taken == [0, 2, 4, 6]

    def test_a_stop_in_the_middle_ends_both(self) -> None:
        with read_ahead(endless) as numbers, read_ahead(partial(doubled, numbers), 1) as made:
            assert next(iter(made)) == 0

    def test_neither_is_ever_far_ahead(self) -> None:
        made_first = []

        def counted() -> Generator[int, None, None]:
            for number in endless():
                made_first.append(number)
                yield number

        with read_ahead(counted) as numbers, read_ahead(partial(doubled, numbers), 1) as made:
            assert next(iter(made)) == 0
            time.sleep(0.3)
            # Taken, waiting for us, in the second's hands (three at once), waiting for the second, in the first's hand.
            assert len(made_first) <= 1 + 1 + 3 + AHEAD + 1

    def test_patience_gathers_what_comes_late(self) -> None:
        def slow() -> Generator[int, None, None]:
            for number in range(4):
                time.sleep(0.02)
                yield number

        with read_ahead(slow) as numbers:
            assert list(numbers.batches(lambda _: 1, 3, 5.0)) == [[0, 1, 2], [3]]

    def test_groups_grow_from_the_first_that_is_wanted_early(self) -> None:
        def numbers() -> Generator[int, None, None]:
            yield from range(12)

        with read_ahead(numbers) as made:
            sizes = [len(list(some)) for some in made.groups(lambda _: 1, 5, 5.0, first=2)]
        assert sizes == [2, 4, 5, 1]

    def test_an_item_of_a_group_is_there_before_the_group_is_whole(self) -> None:
        may_go_on = threading.Event()

        def numbers() -> Generator[int, None, None]:
            yield 0
            assert may_go_on.wait(10)
            yield 1

        with read_ahead(numbers) as made:
            for group in made.groups(lambda _: 1, 2, 10.0):
                assert next(group) == 0
                may_go_on.set()
                assert list(group) == [1]


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cdr_sync, "MOST_ROWS", 2)


def calls_run(connection: Connection, work: Work) -> SyncRun:
    with tenant_scope(connection.tenant_id):
        lines = request_run(connection, "entities")
    work(lines)
    with tenant_scope(connection.tenant_id):
        return request_run(connection, "calls", start_at=days_ago(70), end_at=days_ago(0))


def keys_of(connection: Connection) -> set[tuple[str, str, str]]:
    with tenant_scope(connection.tenant_id):
        return stored_keys()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("sandbox", "small_pieces", "threads_end")
def test_an_error_while_preparing_reaches_the_run_and_a_later_try_brings_all(
    morvanne: Connection, monkeypatch: pytest.MonkeyPatch, work: Work
) -> None:
    run = calls_run(morvanne, work)
    prepared: list[Batch] = []

    def prepare_two(drafts: Iterable[CallRecordDraft], lines: Lines) -> Batch:
        if len(prepared) == 2:
            raise Broken("while preparing")
        prepared.append(prepare(drafts, lines))
        return prepared[-1]

    with monkeypatch.context() as patch:
        patch.setattr(cdr_sync, "prepare", prepare_two)
        with pytest.raises(Broken):
            work(run)
    stored = keys_of(morvanne)
    drafts = [draft for batch in prepared for draft in batch.drafts.values()]
    assert stored == {(draft.stream, draft.line_remote_id, draft.fold_key) for draft in drafts} != set()

    assert work(run).state == "complete"
    assert run.rows_new == len(keys_of(morvanne)) > len(stored)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("sandbox", "small_pieces", "threads_end")
def test_a_run_that_is_stopped_after_each_piece_reads_no_row_twice(
    morvanne: Connection, monkeypatch: pytest.MonkeyPatch, work: Work
) -> None:
    run = calls_run(morvanne, work)
    monkeypatch.setattr(runs.Budget, "is_over", lambda _budget, **_options: True)
    work(run)

    assert run.state == "complete"
    assert run.fence > 3
    assert run.rows_read == run.rows_new == len(keys_of(morvanne)) > 0


def test_a_batch_prepared_before_a_line_was_known_gets_it(in_alice: Connection) -> None:
    line = Entity.objects.get(remote_id=LINE)
    before = calls.lines_of(in_alice)
    Entity.objects.filter(pk=line.pk).update(remote_id="gone")
    without = prepare([make_draft(1)], calls.lines_of(in_alice))
    Entity.objects.filter(pk=line.pk).update(remote_id=LINE)
    assert without.with_lines(without.lines) is without

    assert calls.store_prepared(in_alice, without, NOON).new == 1
    assert Call.objects.get().line_id == line.pk == before.ids[LINE]


def test_a_batch_prepared_before_a_line_went_does_not_name_it(in_alice: Connection) -> None:
    batch = prepare([make_draft(1), make_draft(2, caller="+" + "1" * 90)], calls.lines_of(in_alice))
    Entity.objects.filter(remote_id=LINE).delete()

    assert calls.store_prepared(in_alice, batch, NOON) == calls.StoreResult(new=1, unreadable=1)
    assert Call.objects.get().line_id is None
