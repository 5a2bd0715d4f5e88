"""Call notifications: the worked sequences of section 7.3, the twelve keywords, and one attempt each."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

A, B, W, M, X = "33199001001", "33199001002", "33199001000", "33639980501", "33199009999"
KEYWORDS = {
    "account": "_ACCOUNT_", "caller": "_CALLER_", "callee": "_CALLEE_", "callref": "_CALLREF_", "type": "_N_TYPE_",
    "version": "_N_VERSION_", "dref": "_DREF_", "replaces": "_DREF_REPLACE_", "session": "_SESSION_ID_",
    "acd": "_IS_ACD_", "redirecting": "_REDIRECTING_NUMBER_", "tsms": "_TSMS_",
}  # fmt: skip


@pytest.fixture
def receiver():
    """A listener that keeps the query of each notification and answers 204."""
    heard: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            heard.append(dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    server.heard = heard
    server.url = f"http://127.0.0.1:{server.server_address[1]}/in?" + "&".join(
        f"{k}={v}" for k, v in KEYWORDS.items()
    )
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def listening(receiver, corvane):
    """Lines A and B send to the receiver."""
    for line in (A, B):
        stored = corvane.post(f"/services/{line}/cti_plugins/custom/parameters/url", value=receiver.url)
        assert stored["value"] == receiver.url
        corvane.post(f"/services/{line}/cti_plugins/custom", enabled="1")
    return receiver.heard


@pytest.fixture
def play(sandbox):
    def post(scenario, **options):
        body = {"provider": "keyyo", "scenario": scenario, "rate": 2000, "wait": True, **options}
        answer = requests.post(f"{sandbox.url}/_control/play", json=body, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return post


def rows(heard, *names):
    return [tuple(event[name] for name in names) for event in heard]


def test_incoming_answered(listening, play):
    play("incoming_answered")

    assert rows(listening, "account", "caller", "callee", "type") == [
        (A, M, A, "SETUP"), (A, M, A, "CONNECT"), (A, M, A, "RELEASE"),
    ]  # fmt: skip
    assert len({event["dref"] for event in listening}) == 1
    assert {(event["version"], event["acd"], event["replaces"], event["session"]) for event in listening} == {
        ("1", "0", "", "")
    }


def test_incoming_missed(listening, play):
    play("incoming_missed")

    assert rows(listening, "type") == [("SETUP",), ("RELEASE",)]


def test_outgoing(listening, play):
    play("outgoing")

    assert rows(listening, "account", "caller", "callee", "type") == [
        (A, A, X, "SETUP"), (A, A, X, "CONNECT"), (A, A, X, "RELEASE"),
    ]  # fmt: skip


def test_forwarded(listening, play):
    play("forwarded")

    assert rows(listening, "account", "type", "redirecting") == [
        (A, "SETUP", ""), (A, "RELEASE", ""), (B, "SETUP", A), (B, "CONNECT", A), (B, "RELEASE", A),
    ]  # fmt: skip


def test_an_unconditional_forward_is_told_by_the_target_only(listening, play):
    play("forwarded_unconditionally")

    assert {event["account"] for event in listening} == {B}


def test_intercepted(listening, play):
    play("intercepted")
    first = listening[0]["dref"]

    assert rows(listening, "account", "caller", "callee", "type", "replaces") == [
        (A, M, A, "SETUP", ""), (B, B, M, "SETUP", first), (A, M, A, "RELEASE", ""),
        (B, B, M, "CONNECT", first), (B, B, M, "RELEASE", first),
    ]  # fmt: skip


def test_attended_transfer(listening, play):
    play("attended_transfer")
    talking = listening[0]["dref"]

    handed = [event for event in listening if event["replaces"]]
    assert rows(handed, "account", "caller", "callee", "type", "replaces") == [
        (B, M, B, "SETUP", talking), (B, M, B, "CONNECT", talking), (B, M, B, "RELEASE", talking),
    ]  # fmt: skip
    assert rows(listening, "type").count(("RELEASE",)) == 4
    assert len({event["dref"] for event in listening}) == 4


def test_blind_transfer_looks_like_a_forward(listening, play):
    play("blind_transfer")

    assert {event["replaces"] for event in listening} == {""}
    assert {event["redirecting"] for event in listening if event["account"] == B} == {A}


def test_welcome_number(listening, play):
    play("welcome_number")

    assert rows(listening, "account", "type") == [
        (A, "SETUP"), (B, "SETUP"), (B, "CONNECT"), (A, "RELEASE"), (B, "RELEASE"),
    ]  # fmt: skip
    assert {event["acd"] for event in listening} == {"1"}
    assert len({event["session"] for event in listening}) == 1


def test_event_times_are_milliseconds_in_order(listening, play, sandbox):
    play("incoming_answered", ring_s=4, talk_s=30)
    times = [int(event["tsms"]) for event in listening]

    assert [later - times[0] for later in times] == [0, 4000, 34000]
    assert abs(times[-1] / 1000 - sandbox.clock.timestamp()) < 5


def test_a_switched_off_plugin_sends_nothing(listening, play, corvane):
    corvane.post(f"/services/{A}/cti_plugins/custom", enabled="0")
    play("incoming_answered")

    assert listening == []


def test_a_played_call_leaves_its_records(play, corvane, sandbox):
    played = play("forwarded")
    sandbox.clock.advance(2)
    seen = [
        (item["csi"], direction, item["quantity"])
        for direction in ("incoming", "outgoing")
        for item in corvane.items(f"/{direction}_call_detail", limit=20)
        if item["call_id"] in played["call_ids"]
    ]

    assert sorted(seen) == [(A, "incoming", "0"), (A, "outgoing", "20"), (B, "incoming", "20")]


def test_a_deaf_receiver_is_tried_once(play, corvane):
    corvane.post(f"/services/{A}/cti_plugins/custom/parameters/url", value="http://127.0.0.1:9/x?t=_N_TYPE_")
    corvane.post(f"/services/{A}/cti_plugins/custom", enabled="1")

    deliveries = play("incoming_missed")["deliveries"]
    assert [delivery["error"] for delivery in deliveries] == ["URLError", "URLError"]


def test_values_are_percent_encoded(listening, play):
    play("incoming_answered", m="a&b=c d")

    assert {event["caller"] for event in listening} == {"a&b=c d"}


def test_makecall_is_notified_but_not_when_recorded(listening, sandbox, fake_keyyo, corvane):
    from requests.auth import HTTPDigestAuth

    sandbox.clock.set(None, 500)
    url = f"{sandbox.url}/keyyo/makecall.html"
    auth = HTTPDigestAuth(A, fake_keyyo.sip_password(A))
    assert (
        requests.get(url, params={"ACCOUNT": A, "CALLEE": X, "RECORD": "1"}, auth=auth, timeout=5).text
        == "OK"
    )
    sandbox.clock.advance(1)  # one action a second
    assert (
        requests.get(url, params={"ACCOUNT": A, "CALLEE": "33199009998"}, auth=auth, timeout=5).text == "OK"
    )
    for thread in fake_keyyo.scenarios._threads:
        thread.join()

    assert rows(listening, "callee", "type") == [
        ("33199009998", "SETUP"), ("33199009998", "CONNECT"), ("33199009998", "RELEASE"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        {"scenario": "earthquake"},
        {"scenario": "outgoing", "a": "33100000000"},
        {"scenario": "outgoing", "account": "nobody"},
        {"scenario": "outgoing", "loud": True},
        {"scenario": "outgoing", "rate": -1},
    ],
)
def test_a_play_that_makes_no_sense_is_refused(sandbox, body):
    answer = requests.post(f"{sandbox.url}/_control/play", json={"provider": "keyyo", **body}, timeout=5)

    assert answer.status_code == 400
    assert answer.json()["error"]


def test_a_mailbox_answers_under_22_digits(listening, play):
    play("voicemail")

    assert rows(listening, "account", "type") == [
        (A, "SETUP"), (B, "SETUP"), (B, "RELEASE"), (A, "CONNECT"), (A, "RELEASE"),
    ]  # fmt: skip
    assert {len(event["callee"]) for event in listening if event["type"] == "CONNECT"} == {22}


def test_a_call_may_withhold_its_number_or_never_be_told_to_end(listening, play):
    play("incoming_anonymous")
    play("release_lost")

    assert rows(listening, "caller", "type") == [
        ("anonymous", "SETUP"), ("anonymous", "CONNECT"), ("anonymous", "RELEASE"), (M, "SETUP"), (M, "CONNECT"),
    ]  # fmt: skip


def test_a_rush_is_many_calls_that_one_seed_makes_again(play, fake_keyyo):
    first, again = (play("rush", minutes=2, calls=20, seed=3, rate=1_000_000)["events"] for _ in range(2))
    moments = [
        [(event["at_s"], event["account"], event["type"]) for event in events] for events in (first, again)
    ]

    assert moments[0] == moments[1]
    assert len({event["dref"] for event in first}) >= 20
