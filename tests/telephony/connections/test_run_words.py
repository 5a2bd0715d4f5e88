"""Runs in words, by their window and what they read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from accounts.scoping import tenant_scope
from telephony.models import SyncRun
from telephony.providers.registry import PROVIDERS
from telephony.tables.run_words import percent_of, what_of


def made(connection, what, start=None, end=None, created=None, **values):
    run = SyncRun(connection=connection, what=what, window_start_at=start, window_end_at=end, **values)
    run.created_at = created or datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
    return run


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (at(2026, 1, 31, 23), at(2026, 2, 28, 23), "Calls of February 2026"),
        (at(2026, 2, 28, 23), at(2026, 3, 20, 12), "Calls of March 2026"),
        (at(2026, 3, 4, 23), at(2026, 3, 5, 23), "Calls of 5 March 2026"),
        (at(2025, 2, 28, 23), at(2026, 2, 28, 23), "Calls from Mar 2025 to Feb 2026"),
        (at(2026, 3, 2, 23), at(2026, 3, 9, 23), "Calls from 3 Mar to 9 Mar 2026"),
        (None, None, "Latest calls"),
    ],
)
def test_a_window_has_its_words_in_the_connections_zone(connection, start, end, words):
    assert what_of(made(connection, "calls", start, end)) == words


def test_objects_are_named_by_their_kinds(connection):
    assert what_of(made(connection, "entities")) == "All objects"
    assert what_of(made(connection, "entities", kinds=["DirectoryContact"])) == "Contacts"
    assert (
        what_of(made(connection, "entities", kinds=list(connection.declaration.kinds)[:5]))
        == "Objects of 5 kinds"
    )


def test_what_is_read_now_is_named_as_people_do(connection):
    assert made(connection, "backfill", step="2025-11 outgoing").step_label == "November 2025, outgoing calls"
    assert made(connection, "entities", step="DirectoryContact").step_label == "Contacts"
    for declared in PROVIDERS.values():
        assert set(declared.stream_labels) == set(declared.streams)


def test_an_unknown_end_has_no_percentage(connection):
    with tenant_scope(connection.tenant_id):
        run = made(connection, "calls")
    assert percent_of(run) is None
    run.total_parts, run.done_parts = 8, 2
    assert percent_of(run) == 25
