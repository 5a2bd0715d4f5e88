"""The CTI functions: who may call them, how often, and what they leave behind."""

from __future__ import annotations

import pytest
import requests
from requests.auth import HTTPDigestAuth

LINE, COLLEAGUE, OUTSIDE = "33199001001", "33199001002", "33199000500"


@pytest.fixture
def cti(at_noon):
    """GET one of the three pages with parameters in upper case."""

    def get(page, auth=None, session=requests, **params):
        return session.get(f"{at_noon.url}/keyyo/{page}.html", params=params, auth=auth, timeout=5)

    return get


@pytest.fixture
def digest(fake_keyyo):
    return lambda csi=LINE: HTTPDigestAuth(csi, fake_keyyo.sip_password(csi))


@pytest.fixture
def trusted(corvane):
    """Opens a line to the loopback address by its address rule."""
    corvane.post(
        f"/services/{LINE}/cti_plugins/custom/parameters/ip_regexp", value=r"10\.0\.0\.1|127\.0\.0\.1"
    )


def test_without_credentials_a_fresh_challenge(cti):
    first, second = (
        cti("makecall", ACCOUNT=LINE, CALLEE=OUTSIDE),
        cti("makecall", ACCOUNT=LINE, CALLEE=OUTSIDE),
    )

    assert first.status_code == 401
    assert 'realm="keyyo"' in first.headers["WWW-Authenticate"]
    assert 'qop="auth"' in first.headers["WWW-Authenticate"]
    assert first.headers["WWW-Authenticate"] != second.headers["WWW-Authenticate"]


def test_digest_lets_in_with_the_password_of_the_line(cti, digest):
    answer = cti("makecall", digest(), ACCOUNT=LINE, CALLEE=OUTSIDE, CALLEE_NAME="Élodie & fils")

    assert (answer.status_code, answer.text) == (200, "OK")


def test_digest_with_the_password_of_another_line_is_refused(cti, fake_keyyo):
    wrong = HTTPDigestAuth(LINE, fake_keyyo.sip_password(COLLEAGUE))

    assert cti("makecall", wrong, ACCOUNT=LINE, CALLEE=OUTSIDE).status_code == 401


def test_another_lines_credentials_do_not_open_this_line(cti, digest):
    assert cti("makecall", digest(COLLEAGUE), ACCOUNT=LINE, CALLEE=OUTSIDE).status_code == 401


def test_an_answer_to_the_challenge_works_once(cti, digest, at_noon):
    answered = cti("makecall", digest(), ACCOUNT=LINE, CALLEE=OUTSIDE)
    at_noon.clock.advance(2)
    headers = {"Authorization": answered.request.headers["Authorization"]}
    again = requests.get(answered.request.url, headers=headers, timeout=5)

    assert again.status_code == 401


def test_an_answer_for_another_address_is_refused(cti, digest, at_noon):
    answered = cti("makecall", digest(), ACCOUNT=LINE, CALLEE=OUTSIDE)
    at_noon.clock.advance(2)
    headers = {
        "Authorization": answered.request.headers["Authorization"].replace("nc=00000001", "nc=00000002")
    }
    other = requests.get(answered.request.url.replace(OUTSIDE, "33199000502"), headers=headers, timeout=5)

    assert other.status_code == 401


def test_an_old_nonce_is_called_stale(cti, digest, at_noon):
    auth = digest()
    session = requests.Session()
    assert cti("makecall", auth, session, ACCOUNT=LINE, CALLEE=OUTSIDE).status_code == 200
    at_noon.clock.advance(301)
    request = requests.get(
        f"{at_noon.url}/keyyo/makecall.html",
        headers={"Authorization": 'Digest username="x", nonce="0123"'},
        params={"ACCOUNT": LINE, "CALLEE": OUTSIDE},
        timeout=5,
    )

    assert "stale=true" in request.headers["WWW-Authenticate"]
    assert cti("makecall", auth, session, ACCOUNT=LINE, CALLEE=OUTSIDE).status_code == 200


def test_a_matching_address_needs_no_password(cti, trusted):
    assert cti("makecall", ACCOUNT=LINE, CALLEE=OUTSIDE).text == "OK"


@pytest.mark.parametrize("rule", ["", "127", r"127\.0\.0\.", "(", r"10\..*"])
def test_an_empty_wrong_or_partial_rule_lets_nobody_in(cti, corvane, rule):
    corvane.post(f"/services/{LINE}/cti_plugins/custom/parameters/ip_regexp", value=rule)

    assert cti("makecall", ACCOUNT=LINE, CALLEE=OUTSIDE).status_code == 401


def test_one_action_a_second_for_each_line(cti, digest, at_noon):
    assert cti("makecall", digest(), ACCOUNT=LINE, CALLEE=OUTSIDE).status_code == 200
    refused = cti("sendsms", digest(), ACCOUNT=LINE, CALLEE=OUTSIDE, MSG="Bonjour")
    other = cti("makecall", digest(COLLEAGUE), ACCOUNT=COLLEAGUE, CALLEE=OUTSIDE)
    at_noon.clock.advance(1)
    later = cti("sendsms", digest(), ACCOUNT=LINE, CALLEE=OUTSIDE, MSG="Bonjour")

    assert (refused.status_code, refused.reason, refused.text) == (500, "Come Back Later", "Come Back Later")
    assert (other.status_code, later.status_code) == (200, 200)


@pytest.mark.parametrize(
    ("page", "params", "status"),
    [
        ("makecall", {}, 400),
        ("makecall", {"ACCOUNT": LINE}, 400),
        ("makecall", {"ACCOUNT": "33100000000", "CALLEE": OUTSIDE}, 401),
        ("makecall", {"ACCOUNT": LINE, "CALLEE": "my mother"}, 400),
        ("makecall", {"ACCOUNT": LINE, "CALLEE": OUTSIDE, "CALLER": "x"}, 400),
        ("makecall", {"account": LINE, "callee": OUTSIDE}, 400),
        ("sendsms", {"ACCOUNT": LINE, "CALLEE": OUTSIDE}, 400),
        ("sendsms", {"ACCOUNT": LINE, "CALLEE": OUTSIDE, "MSG": "x" * 161}, 400),
        ("setprofil", {"ACCOUNT": LINE}, 400),
        ("setprofil", {"ACCOUNT": LINE, "PROFIL": "Vacances"}, 404),
    ],
)
def test_refusals(cti, trusted, page, params, status):
    assert cti(page, **params).status_code == status


def test_posting_is_not_allowed(at_noon):
    assert requests.post(f"{at_noon.url}/keyyo/makecall.html", timeout=5).status_code == 405


def test_an_unknown_parameter_is_ignored(cti, trusted):
    assert cti("makecall", ACCOUNT=LINE, CALLEE=OUTSIDE, CALLE_NAME="x").text == "OK"


def test_a_call_becomes_a_record_when_it_has_ended(cti, trusted, corvane, at_noon):
    cti("makecall", ACCOUNT=LINE, CALLEE="0199000500")
    path = f"/services/{LINE}/outgoing_call_detail"
    before = [item for item in corvane.items(path) if item["callee_raw"] == OUTSIDE]
    at_noon.clock.advance(60)
    after = [item for item in corvane.items(path) if item["callee_raw"] == OUTSIDE]

    assert (len(before), len(after)) == (0, 1)
    assert after[0]["quantity"] == "20"


def test_connecting_two_parties_bills_the_line_twice(cti, trusted, corvane, at_noon):
    cti("makecall", ACCOUNT=LINE, CALLER="33199000501", CALLEE=OUTSIDE)
    at_noon.clock.advance(60)
    called = {item["callee_raw"] for item in corvane.items(f"/services/{LINE}/outgoing_call_detail", limit=5)}

    assert {"33199000501", OUTSIDE} <= called
    assert at_noon.last_request.operation.endswith("outgoing_call_detail.list")
    assert "cti.connect" in [request.operation for request in at_noon.requests]


def test_a_text_to_a_colleague_is_seen_on_both_sides(cti, trusted, corvane, at_noon):
    cti("sendsms", ACCOUNT=LINE, CALLEE=COLLEAGUE, MSG="Réunion à 15 h")
    at_noon.clock.advance(1)

    sent = corvane.items(f"/services/{LINE}/outgoing_call_detail", limit=1)[0]
    got = corvane.items(f"/services/{COLLEAGUE}/incoming_call_detail", limit=1)[0]
    assert (sent["unit"], sent["quantity"], sent["callee_raw"]) == ("sms", "1", COLLEAGUE)
    assert (got["unit"], got["caller_raw"]) == ("sms", LINE)


def test_a_profile_is_forced_by_its_name(cti, trusted, corvane, at_noon):
    names = {item["name"]: item["identifier"] for item in corvane.items(f"/services/{LINE}/profiles")}
    assert cti("setprofil", ACCOUNT=LINE, PROFIL="Pause déjeuner").text == "OK"
    forced = [item["identifier"] for item in corvane.items(f"/services/{LINE}/profiles") if item["forced"]]
    at_noon.clock.advance(2)
    cti("setprofil", ACCOUNT=LINE, PROFIL="default")

    assert forced == [names["Pause déjeuner"]]
    assert [item["identifier"] for item in corvane.items(f"/services/{LINE}/profiles") if item["forced"]] == [
        "default"
    ]
