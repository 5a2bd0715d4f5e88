"""How the rows of a job are shared out among those who write them."""

from __future__ import annotations

from itertools import chain

import hypothesis.strategies as st
from hypothesis import given

from telephony.models import BulkRow
from telephony.services.bulk_sending import SMALLEST_PARCEL, evened


def parcels_of(sizes: list[int]) -> list[list[BulkRow]]:
    return [[BulkRow(position=number) for number in range(size)] for size in sizes]


def test_the_parcel_that_is_left_over_is_shared_by_all() -> None:
    sizes = [len(one) for one in evened(parcels_of([20] * 25), 8)]
    assert sizes == [20] * 24 + [SMALLEST_PARCEL] * 5


@given(st.lists(st.integers(1, 25), max_size=30), st.integers(1, 8))
def test_no_row_is_lost_doubled_or_put_out_of_order(sizes: list[int], workers: int) -> None:
    parcels = parcels_of(sizes)
    shared = evened(parcels, workers)
    assert [id(row) for row in chain(*shared)] == [id(row) for row in chain(*parcels)]
    assert all(shared)


@given(st.lists(st.integers(1, 25), min_size=1, max_size=30), st.integers(1, 8))
def test_the_last_round_takes_no_longer_than_it_has_to(sizes: list[int], workers: int) -> None:
    last = len(sizes) % workers
    for parcel in evened(parcels_of(sizes), workers)[len(sizes) - last :] if last else ():
        assert len(parcel) <= max(-(-max(sizes) * last // workers), SMALLEST_PARCEL)
