"""Who may ask and how often: key, retired parameter, whitelist, sliding window, errors in status and body."""

from __future__ import annotations

from typing import Any

import pytest

from telephony.providers.sandbox.server import SandboxServer
from tests.telephony.providers.voipcloud.sandbox.conftest import Caller


def test_only_the_header_counts(caller: Caller, stranger: Caller, api_key: str) -> None:
    assert stranger.refused()[:2] == (401, 401)
    status, _code, message = stranger.refused(params={"api_key": api_key})
    assert status == 401
    assert "retired" in message
    assert stranger.refused("call-to-number", "POST", data={"api_key": api_key})[0] == 401
    assert caller.rows(api_key="anything", limit=1)
    wrong = Caller(caller.root, "wrong")
    assert wrong.refused(params={"api_key": api_key})[:2] == (401, 401)
    stranger.session.headers["Authorization"] = f"Bearer {api_key}"
    assert stranger.refused()[0] == 401


def test_the_whitelist_refuses_naming_the_address(caller: Caller) -> None:
    caller.play("whitelist", addresses=["203.0.113.7"])
    status, code, message = caller.refused()
    assert (status, code) == (401, 401)
    assert "127.0.0.1" in message

    caller.play("whitelist", addresses=["203.0.113.7", "127.0.0.1"], apply=False)
    assert caller.refused()[0] == 401  # saved, not applied
    caller.play("whitelist")
    assert caller.rows(limit=1)
    caller.play("whitelist", addresses=[])
    assert caller.refused()[0] == 401  # an empty list lets nobody in
    caller.play("whitelist", is_on=False)
    assert caller.rows(limit=1)


def test_a_hundred_queries_in_any_quarter_of_an_hour(caller: Caller, sandbox: SandboxServer) -> None:
    for _ in range(60):
        caller.rows("get-system-status")
    sandbox.clock.advance(600)
    for _ in range(40):
        caller.rows("get-system-status")
    answer = caller("GET", "get-user-calls")
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (429, 429, "301")
    sandbox.clock.advance(299)
    assert caller.refused()[0] == 429
    sandbox.clock.advance(1)
    for _ in range(60):
        caller.rows("get-system-status")  # the refused ones did not count
    assert caller.refused()[0] == 429


def test_each_key_has_a_window_of_its_own_and_refusals_of_keys_cost_nothing(caller: Caller, pbx: Any) -> None:
    caller.settings(quota=1)
    other = Caller(caller.root, pbx.grant({"account": "pelican-point"})["api_key"])
    wrong = Caller(caller.root, "wrong")
    caller.rows(limit=1)
    other.rows(limit=1)
    assert (caller.refused()[0], other.refused()[0], wrong.refused()[0], wrong.refused()[0]) == (
        429,
        429,
        401,
        401,
    )


def test_the_time_to_come_back_may_be_left_out(caller: Caller) -> None:
    caller.settings(quota=0, retry_after=False)
    answer = caller("GET", "get-user-calls")
    assert answer.status_code == 429
    assert "Retry-After" not in answer.headers


def test_429_after_a_number_of_requests(caller: Caller) -> None:
    caller.play("refuse_after", requests=2)
    caller.rows(limit=1)
    caller.rows(limit=1)
    assert caller.refused()[0] == 429
    caller.play("refuse_after", requests=None)
    assert caller.rows(limit=1)


def test_an_unknown_error_has_code_0(caller: Caller) -> None:
    caller.play("unknown_error")
    assert caller.refused()[:2] == (500, 0)
    assert caller.rows(limit=1)


def test_errors_may_stand_in_the_body_alone(caller: Caller, stranger: Caller) -> None:
    caller.settings(always_200=True)
    assert stranger.refused()[:2] == (200, 401)
    assert caller.refused(params={"limit": "0"})[:2] == (200, 400)
    caller.play("unknown_error")
    assert caller.refused()[:2] == (200, 0)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "call-to-number"),
        ("POST", "get-user-calls"),
        ("GET", "get-everything"),
        ("DELETE", "get-user-calls"),
    ],
)
def test_what_is_no_operation_is_not_found(caller: Caller, method: str, path: str) -> None:
    assert caller.refused(path, method)[:2] == (404, 404)


def test_faults_on_demand_have_the_providers_form(caller: Caller) -> None:
    caller.control("fault", match="get-user-calls", status=500, times=1)
    assert caller.refused()[:2] == (500, 0)
    caller.control("fault", match="get-user-calls", status=404, times=1)
    assert caller.refused()[:2] == (404, 404)
    caller.control("limit", quota=0, window_s=60)
    assert caller.refused()[:2] == (429, 429)


def test_a_grant_hands_out_a_working_key(caller: Caller) -> None:
    granted = caller.control("grant", account="pelican-point")
    assert Caller(caller.root, granted["api_key"]).rows(limit=1)
    unknown = caller.session.post(
        f"{caller.root}/_control/grant", json={"provider": "voipcloud", "account": "nobody"}, timeout=10
    )
    assert unknown.status_code == 400


@pytest.mark.parametrize(
    "wish",
    [
        {"scenario": "dance"},
        {"scenario": "call", "account": "nobody"},
        {"scenario": "call", "colour": 1},
        {"scenario": "call", "list": "x"},
        {"scenario": "call", "list": "queue", "account": "pelican-point"},
    ],
)
def test_odd_scenarios_are_refused(caller: Caller, wish: dict[str, Any]) -> None:
    answer = caller.session.post(
        f"{caller.root}/_control/play", json={"provider": "voipcloud", **wish}, timeout=10
    )
    assert answer.status_code == 400
