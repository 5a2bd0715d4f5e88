"""The CTI actions: both authorizations, the pace, and that nothing ambiguous is repeated."""

from __future__ import annotations

import contextlib
import time

import pytest

from portal.lib.errors import AnswerLost, Forbidden, InvalidInput, NotFound, RateLimited, Unavailable
from telephony.providers.keyyo import cti
from telephony.providers.pace import Pace
from tests.telephony.providers.keyyo.conftest import LINE

CALL = {"ACCOUNT": LINE, "CALLEE": "33639980001"}


@pytest.fixture(autouse=True)
def _no_pace(monkeypatch):
    """Our own pace has a test of its own below; without it, the sandbox's is what is met."""
    monkeypatch.setattr(cti, "_PACE", cti.Pace(1000, 1.0))


@pytest.fixture
def by_password(client_for, sandbox):
    return client_for(lines={LINE: sandbox.provider("keyyo").sip_password(LINE)})


@pytest.fixture
def by_address(client_for):
    client = client_for()
    rule = {"csi": LINE, "plugin_name": "custom", "parameter_name": "ip_regexp", "value": r"127\.0\.0\.1"}
    client.call("services.cti_plugins.parameters.update", rule)
    return client


def actions(sandbox):
    return [one for one in sandbox.requests if one.operation.startswith("cti.")]


def test_a_line_whose_rule_covers_us_needs_no_password(by_address, sandbox):
    assert by_address.call("cti.makecall", CALL).document == "OK"
    assert [one.status for one in actions(sandbox)] == [200]


def test_elsewhere_the_sip_password_is_proved_by_digest(by_password, sandbox):
    assert by_password.call("cti.makecall", {**CALL, "CALLEE_NAME": "Lise, à côté"}).document == "OK"

    first, second = actions(sandbox)
    assert (first.status, second.status) == (401, 200)
    assert second.header("Authorization").startswith("Digest ")
    assert sandbox.provider("keyyo").sip_password(LINE) not in second.header("Authorization")


def test_without_rule_and_password_the_line_refuses(keyyo):
    with pytest.raises(Forbidden):
        keyyo.call("cti.makecall", CALL)


def test_a_wrong_password_is_tried_once(client_for, sandbox):
    with pytest.raises(Forbidden):
        client_for(lines={LINE: "wrong"}).call("cti.makecall", CALL)
    assert len(actions(sandbox)) == 2


@pytest.mark.parametrize("drop", ["before", "after"])
def test_a_lost_answer_is_not_repeated(by_address, sandbox, drop):
    sandbox.faults.add("keyyo", "sendsms", drop=drop, times=1)
    with pytest.raises(AnswerLost):
        by_address.call("cti.sendsms", {**CALL, "MSG": "Hello"})
    assert len(actions(sandbox)) == 1


def test_a_lost_answer_to_the_proof_is_not_repeated_either(by_password, sandbox, transport):
    transport.observer = lambda seen: sandbox.faults.add("keyyo", "makecall", drop="after", times=5)
    with pytest.raises(AnswerLost):
        by_password.call("cti.makecall", CALL)
    assert len(actions(sandbox)) == 2


def test_too_fast_is_told_as_a_rate_limit(by_address, sandbox):
    by_address.call("cti.makecall", CALL)
    with pytest.raises(RateLimited) as limited:
        by_address.call("cti.makecall", CALL)
    assert limited.value.retry_after_s == 1
    assert len(actions(sandbox)) == 2


def test_too_fast_on_one_line_does_not_hold_the_account(by_address, sandbox, transport):
    transport.quota = Pace(1000, 1.0)
    for _ in range(2):
        with contextlib.suppress(RateLimited):
            by_address.call("cti.makecall", CALL)
    assert by_address.service(LINE).csi == LINE


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 500, "body": "Comeback later..."}, RateLimited),
        ({"status": 500, "body": "Out of order"}, Unavailable),
        ({"status": 400, "body": "Missing parameter"}, InvalidInput),
        ({"status": 404, "body": "Unknown profile"}, NotFound),
    ],
)
def test_refusals_are_told_apart(by_address, sandbox, fault, error):
    sandbox.faults.add("keyyo", "makecall", times=1, **fault)
    with pytest.raises(error):
        by_address.call("cti.makecall", CALL)
    assert len(actions(sandbox)) == 1


def test_a_profile_is_forced_by_its_name(by_address, sandbox):
    made = by_address.call("services.profiles.create", {"csi": LINE}, data={"name": "Night"})
    by_address.call("cti.setprofil", {"ACCOUNT": LINE, "PROFIL": "Night"})

    assert sandbox.provider("keyyo").profile(LINE, str(made.document["identifier"]))["forced"] == 1
    time.sleep(1.1)
    with pytest.raises(NotFound):
        by_address.call("cti.setprofil", {"ACCOUNT": LINE, "PROFIL": "Nobody's"})


def test_our_own_pace_is_one_action_a_second_and_line(by_address, monkeypatch, sandbox):
    slept = []
    now = [1000.0]

    def sleep(seconds):
        slept.append(seconds)
        now[0] += seconds
        time.sleep(seconds)

    monkeypatch.setattr(cti, "_PACE", cti.Pace(1, 1.05, clock=lambda: now[0], sleep=sleep))
    for _ in range(2):
        by_address.call("cti.makecall", CALL)
    assert slept == [pytest.approx(1.05)]
