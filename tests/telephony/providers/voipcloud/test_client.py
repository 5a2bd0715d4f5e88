"""The VoIPcloud client against the sandbox: key, codes in status and body, quota, odd answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from portal.lib.errors import (
    AnswerLost,
    InvalidInput,
    NeedsReconnect,
    NotFound,
    RateLimited,
    Unavailable,
    UnexpectedAnswer,
)
from portal.lib.outbound import OutboundPolicy
from portal.lib.secrets import Secret
from telephony.providers.client import ClientContext
from telephony.providers.pace import Pace
from telephony.providers.transport import Transport
from telephony.providers.voipcloud import PROVIDER
from telephony.providers.voipcloud.client import VoipcloudClient, api_base
from telephony.providers.voipcloud.sign_in import sign_in
from tests.telephony.providers.conftest import HeldGrant

USERS, CALL = "get-user-calls", "call-to-number"
CALLING = {"user_number": "201", "number_to_call": "0255500101"}


def answers(sandbox: Any, status: int = 200, match: str = "/api/", **kwargs: Any) -> None:
    kwargs.setdefault("times", 3)
    sandbox.faults.add("voipcloud", match, status=status, **kwargs)


def body(code: Any, status: str = "error", **more: Any) -> str:
    return json.dumps({"code": code, "status": status, **more})


# ---- the key ----
def test_the_key_travels_in_its_header_and_is_shown_to_nobody(voipcloud, sandbox, api_key, exchanges):
    voipcloud.call(USERS, {"limit": 1})

    assert sandbox.last_request.header("token") == api_key
    assert api_key not in repr(exchanges)
    assert voipcloud.prepare(USERS).shown()["headers"]["token"] == "***"


def test_a_refusal_explains_both_causes(client_for):
    with pytest.raises(NeedsReconnect) as refused:
        client_for("wrong").call(USERS)

    assert "API key" in refused.value.message
    assert "IP whitelist" in refused.value.message
    assert "the address from which this portal reaches the internet" in refused.value.message


def test_a_refused_address_is_named(voipcloud, pbx):
    pbx.play("whitelist", {"addresses": ["203.0.113.9"]})
    with pytest.raises(NeedsReconnect, match=r"address 127\.0\.0\.1 is not on the IP whitelist"):
        voipcloud.call(USERS)


@pytest.mark.parametrize(
    ("message", "address"),
    [
        ("IP 2001:db8::7 not allowed", "2001:db8::7"),
        ("from 198.51.100.23.", "198.51.100.23"),
        ("at 12:30:55", ""),
    ],
)
def test_an_address_is_found_in_any_words(voipcloud, sandbox, message, address):
    answers(sandbox, 401, body=body(401, message=message))
    with pytest.raises(NeedsReconnect) as refused:
        voipcloud.call(USERS)

    assert f"the address {address or 'from which'}" in refused.value.message


def test_a_key_that_was_renewed_meanwhile_is_used_at_once_even_for_an_action(client_for, api_key, sandbox):
    grant = HeldGrant("stale", (api_key,))
    client_for(grant=grant).call(CALL, CALLING)

    assert grant.renewed == 1
    assert [request.status for request in sandbox.requests] == [401, 200]


def test_a_dead_key_says_what_signing_in_said(client_for):
    class Dead(HeldGrant):
        def renew(self):
            raise NeedsReconnect("dead")

    with pytest.raises(NeedsReconnect, match="dead"):
        client_for(grant=Dead("stale")).call(USERS)


# ---- codes ----
@pytest.mark.parametrize("in_body_only", [False, True])
@pytest.mark.parametrize(
    ("code", "error"),
    [
        (400, InvalidInput),
        (401, NeedsReconnect),
        (404, NotFound),
        (0, Unavailable),
        (503, Unavailable),
        (418, UnexpectedAnswer),
    ],
)
def test_status_and_code_are_both_judged(voipcloud, sandbox, code, error, in_body_only):
    answers(sandbox, 200 if in_body_only else code or 500, body=body(code, message="Because"))
    with pytest.raises(error):
        voipcloud.call(USERS)


def test_a_status_counts_before_what_the_body_says(voipcloud, sandbox):
    answers(sandbox, 404, body=body(200, "success", data=[]))
    with pytest.raises(NotFound):
        voipcloud.call(USERS)


def test_a_failure_without_a_code_is_an_unknown_error(voipcloud, sandbox):
    answers(sandbox, 200, body=body(200, "error", data=[]))
    with pytest.raises(Unavailable):
        voipcloud.call(USERS)


def test_an_unknown_error_passes_by_itself(voipcloud, pbx):
    pbx.play("unknown_error", {"times": 1})
    assert voipcloud.call(USERS, {"limit": 1}).items


@pytest.mark.parametrize(
    "how",
    [{"status": 500}, {"status": 200, "body": body(0)}, {"status": 200, "body": "<p>"}, {"drop": "after"}],
)
def test_a_call_in_doubt_is_never_placed_again(voipcloud, sandbox, how):
    sandbox.faults.add("voipcloud", CALL, **how)
    with pytest.raises(AnswerLost):
        voipcloud.call(CALL, CALLING)
    assert len(sandbox.requests) == 1


def test_a_refused_value_stands_on_its_field(voipcloud):
    with pytest.raises(InvalidInput) as refused:
        voipcloud.call(USERS, {"from_date": "2026-06-11", "to_date": "2026-06-10"})
    assert set(refused.value.fields) == {"from_date", "to_date"}


def test_what_is_not_known_is_not_found(voipcloud):
    with pytest.raises(NotFound, match="Nobody"):
        voipcloud.call(USERS, filters={"users_names": "Beth Okonjo,Nobody"})
    with pytest.raises(NotFound):
        voipcloud.call(CALL, {**CALLING, "user_number": "999"})


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({"limit": 10_001}, {"limit"}),
        ({"offset": -1}, {"offset"}),
        ({"from_date": "11/06/2026", "colour": "red"}, {"from_date", "colour"}),
    ],
)
def test_a_value_that_cannot_be_right_is_not_sent(voipcloud, sandbox, values, names):
    with pytest.raises(InvalidInput) as refused:
        voipcloud.call(USERS, values)
    assert set(refused.value.fields) == names
    assert not sandbox.requests


def test_a_read_has_no_body_and_an_action_may_carry_more(voipcloud, sandbox):
    with pytest.raises(InvalidInput):
        voipcloud.call(USERS, data={"colour": "red"})
    voipcloud.call(CALL, {"user_number": "201"}, data={"number_to_call": "203", "colour": "red"})
    assert sandbox.last_request.data == {"user_number": "201", "number_to_call": "203", "colour": "red"}


# ---- answers ----
@pytest.mark.parametrize(
    "text",
    ["", "null", "{}", '"x"', "5", "[1]", '{"code": 200, "status": "success"}', '{"code": 200, "data": null}',
     '{"code": 200, "data": {}}', '{"code": 200, "data": ["x"]}', '{"code": true, "data": []}',
     '{"code": "fine", "data": []}',
     "<html></html>"],
)  # fmt: skip
def test_an_odd_list_is_an_error_and_never_an_empty_list(voipcloud, sandbox, text):
    answers(sandbox, body=text)
    with pytest.raises(UnexpectedAnswer):
        voipcloud.call(USERS)


@pytest.mark.parametrize("text", ["[]", '{"data": []}', '{"code": "200", "status": "SUCCESS", "data": []}'])
def test_an_empty_list_may_be_written_in_several_ways(voipcloud, sandbox, text):
    answers(sandbox, body=text)
    assert voipcloud.call(USERS).items == []


def test_a_bare_array_is_data(voipcloud, pbx):
    wrapped = voipcloud.call(USERS, {"limit": 5}).items
    pbx.store.merge({"settings": {"bare_list": True}})
    assert voipcloud.call(USERS, {"limit": 5}).items == wrapped


def test_pages_follow_until_a_short_one(voipcloud, sandbox):
    period = {"from_date": "2026-06-10", "to_date": "2026-06-10", "limit": 100}
    pages = list(voipcloud.pages("get-user-calls", period))

    whole = voipcloud.call("get-user-calls", {**period, "limit": 10_000}).items
    assert [row for page in pages for row in page.items] == whole
    assert pages[0].following == {**period, "offset": 100}
    assert pages[-1].following is None
    assert len(list(voipcloud.pages("get-system-status"))) == 1


# ---- too many ----
class Paused(Pace):
    """Keeps the pauses it was asked for."""

    def __init__(self) -> None:
        super().__init__(1000, 1.0)
        self.pauses: list[float | None] = []

    def pause(self, key: str, retry_after_s: float | None) -> float:
        self.pauses.append(retry_after_s)
        return super().pause(key, retry_after_s)


@pytest.mark.parametrize("always_200", [False, True])
@pytest.mark.parametrize("retry_after", [False, True])
def test_too_many_pauses_the_credential_for_the_window(
    policy: OutboundPolicy, addresses, api_key, pbx, sandbox, retry_after, always_200
):
    pbx.store.merge({"settings": {"quota": 2, "retry_after": retry_after, "always_200": always_200}})
    quota = Paused()
    transport = Transport(policy, quota=quota, sleep=lambda seconds: None)
    client = VoipcloudClient(
        ClientContext(transport=transport, grant=HeldGrant(api_key), addresses=addresses)
    )
    for _ in range(2):
        client.call(USERS, {"limit": 1})
    sandbox.clock.advance(300)

    with pytest.raises(RateLimited) as limited:
        client.call(USERS, {"limit": 1})
    assert limited.value.retry_after_s == (601 if retry_after else 900)
    assert quota.pauses == [601.0 if retry_after else 900.0]
    with pytest.raises(RateLimited):
        client.call(USERS, {"limit": 1})
    assert len(sandbox.requests) == 3


# ---- signing in ----
def test_signing_in_proves_the_key_with_one_query(transport, addresses, api_key, sandbox):
    token = sign_in(transport, addresses, {"api_key": Secret(f" {api_key}\n")})

    assert token.access_token == Secret(api_key)
    assert token.expires_at is None
    assert token.facts["account_name"].startswith("127.0.0.1:")
    assert [request.query for request in sandbox.requests] == [{"limit": "1"}]


@pytest.mark.parametrize(
    ("values", "names"),
    [({}, {"api_key"}), ({"api_key": ""}, {"api_key"}), ({"api_key": "k", "base": ""}, {"base"})],
)
def test_what_is_missing_is_said_before_anything_is_sent(transport, addresses, sandbox, values, names):
    reached = PROVIDER.addresses({"base": values["base"]}) if "base" in values else addresses
    with pytest.raises(InvalidInput) as missing:
        sign_in(transport, reached, values)
    assert set(missing.value.fields) == names
    assert not sandbox.requests


def test_signing_in_names_the_one_thing_wrong(transport, addresses, api_key, sandbox):
    with pytest.raises(NeedsReconnect, match="API key"):
        sign_in(transport, addresses, {"api_key": Secret("wrong")})
    with pytest.raises(NeedsReconnect, match="the address is not that of your VoIPcloud portal"):
        sign_in(transport, {"base": f"{sandbox.url}/voipcloud/elsewhere"}, {"api_key": Secret(api_key)})
    answers(sandbox, 200, body="<html>Welcome</html>")
    with pytest.raises(UnexpectedAnswer, match="not as VoIPcloud does"):
        sign_in(transport, addresses, {"api_key": Secret(api_key)})


@pytest.mark.parametrize("end", ["", "/", "/api/integration/v1", "/api/integration/v1/"])
def test_the_address_may_be_given_with_the_path(end):
    assert api_base(f"https://au.voipcloud.online{end}") == "https://au.voipcloud.online"
