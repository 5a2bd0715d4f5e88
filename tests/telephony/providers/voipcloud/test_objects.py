"""Users, queues and ring groups are learned from calls: names and days, kept, never thought gone."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from portal.lib.errors import NotFound
from telephony.providers.drafts import Window
from telephony.providers.fields import sheet_of
from telephony.providers.sandbox.server import SandboxServer
from telephony.providers.voipcloud import PROVIDER
from telephony.providers.voipcloud.client import VoipcloudClient
from telephony.providers.voipcloud.objects import learn, learned, path_values, read_entities, read_entity
from telephony.providers.voipcloud.reading import read_calls
from telephony.providers.voipcloud.rows import QUEUES, USERS
from tests.telephony.providers.voipcloud.conftest import NOW
from tests.telephony.providers.voipcloud.test_reading import MAY

SYDNEY = ZoneInfo("Australia/Sydney")


@pytest.fixture(autouse=True)
def _today(sandbox: SandboxServer) -> None:
    """Names are learned from the latest calls: the sandbox lives in our time."""
    sandbox.clock.set(rate=0)
    sandbox.provider("voipcloud").reset()


def days_ago(days: int) -> str:
    return (datetime.now(SYDNEY).date() - timedelta(days=days)).isoformat()


def test_the_names_of_a_month_are_learned_with_one_query_a_list(
    voipcloud: VoipcloudClient, sandbox: Any
) -> None:
    pages = {page.kind: page for page in read_entities(voipcloud)}

    assert list(pages) == ["user", "queue", "ring_group"]
    assert [len(page.drafts) for page in pages.values()] == [30, 5, 3]
    assert not any(page.is_complete for page in pages.values())
    assert [request.operation for request in sandbox.requests] == [
        "get-user-calls", "get-queue-calls", "get-ringgroup-calls",
    ]  # fmt: skip
    beth = next(draft for draft in pages["user"].drafts if draft.name == "Beth Okonjo")
    assert (beth.remote_id, beth.status, beth.document["learned_from"]) == ("Beth Okonjo", "learned", "calls")
    assert days_ago(33) <= beth.document["first_seen_on"] < beth.document["last_seen_on"] <= days_ago(0)
    assert "Suppliers, trade desk" in {draft.remote_id for draft in pages["ring_group"].drafts}


def test_only_the_kinds_that_are_wanted_are_read(voipcloud: VoipcloudClient, sandbox: Any) -> None:
    assert [page.kind for page in read_entities(voipcloud, kinds=["queue"], parents={})] == ["queue"]
    assert len(sandbox.requests) == 1


def test_what_was_learned_stays_and_a_later_reading_is_short(
    voipcloud: VoipcloudClient, sandbox: Any
) -> None:
    learn(
        voipcloud.memory,
        USERS,
        [{"user_name": "Gone Long Ago", "call_start_at": "2025-08-01T10:00:00+10:00"}],
    )
    (page,) = read_entities(voipcloud, kinds=["user"])

    first = {draft.name: draft.document["first_seen_on"] for draft in page.drafts}
    assert first["Gone Long Ago"] == "2025-08-01"
    assert "Beth Okonjo" in first
    assert len(sandbox.requests) == 1


def test_reading_calls_learns_names_too(voipcloud: VoipcloudClient, sandbox: SandboxServer) -> None:
    sandbox.clock.set(NOW, 0)
    sandbox.provider("voipcloud").reset()
    for stream in ("user", "queue"):
        list(read_calls(voipcloud, stream=stream, window=MAY, zone=SYDNEY))

    assert learned(voipcloud.memory, "queue")["Bookings"] == ("2026-05-01", "2026-05-31")
    assert learned(voipcloud.memory, "user")["Beth Okonjo"][0] >= "2026-05-01"
    assert not learned(voipcloud.memory, "ring_group")


def test_learning_is_written_only_where_a_day_moves(voipcloud: VoipcloudClient) -> None:
    row = {
        "queue_name": "Bookings",
        "answered_by_user_name": "",
        "call_start_at": "2026-05-02T10:00:00+10:00",
    }
    learn(voipcloud.memory, QUEUES, [row, {**row, "call_start_at": "no day"}, {**row, "queue_name": None}])
    before = voipcloud.memory.get("names")
    learn(voipcloud.memory, QUEUES, [row])

    assert voipcloud.memory.get("names") is before
    assert learned(voipcloud.memory, "queue") == {"Bookings": ("2026-05-02", "2026-05-02")}


@pytest.mark.parametrize(
    ("kind", "name"),
    [("user", "Zoë Lindqvist"), ("queue", "Bookings"), ("ring_group", "Suppliers, trade desk")],
)
def test_one_object_is_read_by_its_newest_call(voipcloud: VoipcloudClient, kind: str, name: str) -> None:
    draft = read_entity(voipcloud, kind, "", name)
    assert (draft.kind, draft.remote_id, draft.document["learned_from"]) == (kind, name, "calls")


@pytest.mark.parametrize("name", ["Nobody", "Nobody, at all"])
def test_a_name_without_calls_is_not_found(voipcloud: VoipcloudClient, name: str) -> None:
    with pytest.raises(NotFound):
        read_entity(voipcloud, "user", "", name)


def test_the_path_values_are_the_name_filters() -> None:
    assert path_values("user", "", "Beth") == {"users_names": "Beth"}
    assert path_values("ring_group", "") == {}


def test_every_field_of_a_document_is_shown_and_its_source_said(voipcloud: VoipcloudClient) -> None:
    draft = read_entity(voipcloud, "queue", "", "Bookings")
    sheet = sheet_of(PROVIDER.kinds["queue"].fields, draft.document)

    assert not sheet.other
    source = next(fact for fact in sheet.facts() if fact.place == "learned_from")
    assert source.field
    assert source.field.column
    assert source.field.word("calls")


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        ({"status": "operational", "message": ""}, [{"status": "operational", "message": ""}]),
        ("All well", [{"status": "All well"}]),
        (["x", 1], [{"status": "['x', 1]"}]),
        (None, []),
        ({}, []),
    ],
)
def test_the_status_is_shown_in_whatever_form_it_comes(
    voipcloud: VoipcloudClient, sandbox: Any, data: Any, rows: list[dict[str, Any]]
) -> None:

    panel = PROVIDER.live[0]
    body = json.dumps({"code": 200, "status": "success", "data": data})
    sandbox.faults.add("voipcloud", panel.operation, status=200, body=body)
    assert panel.rows(voipcloud.call(panel.operation)) == rows


def test_a_window_of_one_second_learns_nothing_wrong(voipcloud: VoipcloudClient) -> None:
    assert not list(
        read_calls(voipcloud, stream="queue", window=Window(MAY.start_at, MAY.start_at), zone=SYDNEY)
    )[0].drafts
    assert learned(voipcloud.memory, "queue") == {}
