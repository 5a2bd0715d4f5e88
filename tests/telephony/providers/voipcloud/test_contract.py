"""Every operation once over loopback: the request on the wire is the catalog's, the answer has its shape."""

from __future__ import annotations

from typing import Any

import pytest

from telephony.providers.sandbox.server import SandboxServer
from telephony.providers.voipcloud.catalog import CATALOG
from telephony.providers.voipcloud.client import VoipcloudClient

USER_ROW = {
    "from_number": str, "to_number": str, "user_name": str, "is_inbound": int, "call_start_at": str, "call_duration": int,
    "call_finished_at": str, "conversation_duration": int,
}  # fmt: skip
GROUP_ROW = {
    "callerid": str, "inbound_number": str, "call_start_at": str, "call_finished_at": str, "answered_by_user_name": str,
    "status": str,
}  # fmt: skip
ROWS: dict[str, dict[str, type]] = {
    "get-user-calls": USER_ROW,
    "get-queue-calls": {"queue_name": str, **GROUP_ROW},
    "get-ringgroup-calls": {"ring_group_name": str, **GROUP_ROW},
}
PERIOD = {"from_date": "2026-06-10", "to_date": "2026-06-11", "limit": 50, "offset": 2}
GIVEN: dict[str, dict[str, Any]] = {
    "get-user-calls": {**PERIOD, "users_names": "Beth Okonjo,Zoë Lindqvist"},
    "get-queue-calls": {**PERIOD, "queues_names": "Bookings"},
    "get-ringgroup-calls": {**PERIOD, "ringgroups_names": "Reception,Dispatch"},
    "call-to-number": {"user_number": "201", "number_to_call": "+61 491 570 006"},
}


@pytest.mark.parametrize("key", [one.key for one in CATALOG])
def test_an_operation_is_sent_as_declared_and_answers_as_declared(
    key: str, voipcloud: VoipcloudClient, sandbox: SandboxServer
) -> None:
    values = GIVEN.get(key, {})
    answer = voipcloud.call(key, values)

    seen, operation = sandbox.last_request, CATALOG[key]
    assert (seen.operation, seen.method, seen.status) == (key, operation.method, 200)
    prepared = voipcloud.prepare(key, values)
    assert seen.target == prepared.full_url.removeprefix(sandbox.url)
    assert seen.body == (prepared.content() or b"")
    assert not seen.header("Authorization")
    assert "api_key" not in seen.target
    assert (answer.document["code"], answer.document["status"]) == (200, "success")
    if key in ROWS:
        assert answer.items == answer.document["data"]
        assert 0 < len(answer.items) <= 50
        for row in answer.items:
            assert {name: type(row[name]) for name in ROWS[key]} == ROWS[key]
            assert set(row) - set(ROWS[key]) <= {"call_answered_at"}
            assert "2026-06-10" <= row["call_start_at"][:10] <= "2026-06-11"


def test_the_call_is_a_form_and_shows_in_the_list_of_the_user(
    voipcloud: VoipcloudClient, sandbox: SandboxServer
) -> None:
    voipcloud.call("call-to-number", GIVEN["call-to-number"])
    assert sandbox.last_request.header("Content-Type") == "application/x-www-form-urlencoded"
    assert sandbox.last_request.body == b"user_number=201&number_to_call=%2B61491570006"

    newest = voipcloud.call("get-user-calls", {"limit": 1, "users_names": "Adele Winslade"}).items[0]
    assert (newest["to_number"], newest["is_inbound"], newest["call_finished_at"]) == (
        "+61491570006",
        0,
        None,
    )


def test_the_status_is_whatever_it_is(voipcloud: VoipcloudClient) -> None:
    assert voipcloud.call("get-system-status").document["data"] == {"status": "operational", "message": ""}
