"""Which recorded page a request asks for."""

from __future__ import annotations

import pytest

from telephony.bench.replay_server import page_name


@pytest.mark.parametrize(
    ("target", "names", "page"),
    [
        (
            "/manager/1.0/incoming_call_detail?date_start=2026-03-01%2000:00&offset=500",
            ("path", "date_start:7", "offset"),
            "incoming_call_detail-2026-03-500",
        ),
        ("http://127.0.0.1:9/v2/cdrs?created_to=9&created_from=1", ("created_from", "start_key"), "1-"),
        ("/v2/cdrs?start_key=WyI2&created_from=1", ("created_from", "start_key"), "1-WyI2"),
    ],
)
def test_a_page_is_named_by_the_parts_that_were_told(target: str, names: tuple[str, ...], page: str) -> None:
    assert page_name(target, names) == page
