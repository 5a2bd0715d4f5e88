"""Filters that went through a job's JSON are the same filters."""

from __future__ import annotations

import json
from datetime import UTC

from hypothesis import given
from hypothesis import strategies as st

from telephony.models.call_search import CallSearch
from telephony.models.change_search import ChangeSearch

MOMENTS = st.none() | st.datetimes(timezones=st.just(UTC))
IDS = st.none() | st.integers(1, 2**40)
LENGTHS = st.none() | st.integers(0, 10_000)
CALLS = st.builds(
    CallSearch, start_at=MOMENTS, end_at=MOMENTS, number=st.text(max_size=20), line=IDS, connection=IDS,
    min_duration_s=LENGTHS, max_duration_s=LENGTHS, min_wait_s=LENGTHS, below_wait_s=LENGTHS, running_at=MOMENTS,
    seen_at=MOMENTS,
)  # fmt: skip
CHANGES = st.builds(
    ChangeSearch, words=st.text(max_size=20), start_at=MOMENTS, end_at=MOMENTS, line=IDS, entity=IDS, person=IDS
)  # fmt: skip


@given(CALLS | CHANGES)
def test_filters_survive_json(search: CallSearch | ChangeSearch) -> None:
    written = json.loads(json.dumps(search.to_parameters()))
    assert type(search).from_parameters({**written, "of_another_list": 1}) == search
