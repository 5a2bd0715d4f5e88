"""The authorization server: every refusal, both body encodings, rotation, expiry."""

from __future__ import annotations

import pytest
import requests

from telephony.providers.keyyo.sandbox.seed import CLIENT_ID, CLIENT_SECRET, REDIRECT_URI

APPLICATION = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
QUESTION = {"client_id": CLIENT_ID, "response_type": "code", "state": "s1", "redirect_uri": REDIRECT_URI}


@pytest.fixture
def ask(sandbox):
    """GET the authorization URL with some parameters changed; None leaves one out."""

    def get(**changes):
        query = {name: value for name, value in {**QUESTION, **changes}.items() if value is not None}
        return requests.get(f"{sandbox.url}/keyyo/oauth2/authorize.php", params=query, timeout=5)

    return get


@pytest.fixture
def token(sandbox):
    """POST to the token URL."""

    def post(as_multipart=False, **form):
        body = {"files": {k: (None, v) for k, v in form.items()}} if as_multipart else {"data": form}
        return requests.post(f"{sandbox.url}/keyyo/oauth2/token.php", **body, timeout=5)

    return post


@pytest.fixture
def code(fake_keyyo):
    """Makes a code as if corvane had allowed."""

    def make(scopes=("full_access_read_only",)):
        wish = {**QUESTION, "application": "Switchboard", "scopes": list(scopes)}
        return fake_keyyo.oauth._new_code("corvane", wish)

    return make


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": None}, "invalid_request"),
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "invalid_request"),
        ({"state": None}, "invalid_request"),
        ({"state": ""}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"redirect_uri": REDIRECT_URI + "?next=1"}, "invalid_request"),
        ({"redirect_uri": REDIRECT_URI.rstrip("/")}, "invalid_request"),
        ({"client_id": "0000000000000"}, "invalid_client"),
        ({"scopes": "full_access,read_minds"}, "invalid_scope"),
    ],
)
def test_a_wrong_question_is_json_and_no_redirect(ask, changes, error):
    answer = ask(**changes)

    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.json()["error_description"]
    assert answer.history == []


@pytest.mark.parametrize("as_multipart", [False, True])
def test_a_code_gives_tokens_in_both_encodings(token, code, corvane, as_multipart):
    answer = token(
        as_multipart,
        **APPLICATION,
        grant_type="authorization_code",
        code=code(),
        redirect_uri=REDIRECT_URI,
        state="s1",
    )
    document = answer.json()

    assert answer.status_code == 200
    assert (document["expires_in"], document["token_type"]) == (3600, "bearer")
    assert document["scope"] == "full_access_read_only"
    assert len(document["access_token"]) > 300
    assert len(document["refresh_token"]) == 40
    assert answer.headers["Cache-Control"] == "no-store"
    corvane.session.headers["Authorization"] = "Bearer " + document["access_token"]
    assert corvane("GET", "/services").status_code == 200
    assert corvane("POST", "/services/33199001001", data={"name": "x"}).status_code == 403


@pytest.mark.parametrize("left_out", ["redirect_uri", "state"])
def test_redirect_and_state_may_be_missing_but_not_different(token, code, left_out):
    form = {**APPLICATION, "grant_type": "authorization_code", "redirect_uri": REDIRECT_URI, "state": "s1"}

    assert token(**{**form, "code": code(), left_out: "other"}).json()["error"] == "invalid_grant"
    del form[left_out]
    assert token(**form, code=code()).status_code == 200


def test_a_code_works_once(token, code):
    form = {**APPLICATION, "grant_type": "authorization_code", "code": code()}

    assert token(**form).status_code == 200
    assert (token(**form).status_code, token(**form).json()["error"]) == (400, "invalid_grant")


def test_a_code_lives_for_a_minute(token, code, sandbox):
    early, late = code(), code()
    sandbox.clock.advance(58)
    assert token(**APPLICATION, grant_type="authorization_code", code=early).status_code == 200
    sandbox.clock.advance(3)
    assert token(**APPLICATION, grant_type="authorization_code", code=late).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        ({"grant_type": "authorization_code"}, 400, "invalid_request"),
        ({"grant_type": "authorization_code", **APPLICATION}, 400, "invalid_request"),
        ({"grant_type": "refresh_token", **APPLICATION}, 400, "invalid_request"),
        ({"grant_type": "client_credentials", **APPLICATION}, 400, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", **APPLICATION, "code": "guess"}, 400, "invalid_grant"),
        ({"grant_type": "refresh_token", **APPLICATION, "refresh_token": "guess"}, 400, "invalid_grant"),
        (
            {
                "grant_type": "refresh_token",
                "client_id": CLIENT_ID,
                "client_secret": "x",
                "refresh_token": "y",
            },
            401,
            "invalid_client",
        ),
        (
            {"grant_type": "authorization_code", "client_id": "nobody", "client_secret": "x", "code": "y"},
            401,
            "invalid_client",
        ),
    ],
)
def test_token_refusals(token, form, status, error):
    answer = token(**form)

    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_the_secret_belongs_in_the_body(sandbox, code):
    answer = requests.post(
        f"{sandbox.url}/keyyo/oauth2/token.php",
        data={"grant_type": "authorization_code", "code": code()},
        auth=(CLIENT_ID, CLIENT_SECRET),
        timeout=5,
    )

    assert answer.json()["error"] == "invalid_request"


def test_a_refresh_token_rotates(token, fake_keyyo):
    first = fake_keyyo.grant({"login": "corvane"})["refresh_token"]
    renewed = token(**APPLICATION, grant_type="refresh_token", refresh_token=first, redirect_uri=REDIRECT_URI)

    assert renewed.status_code == 200
    assert renewed.json()["refresh_token"] != first
    again = token(**APPLICATION, grant_type="refresh_token", refresh_token=first)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_rotation_can_be_switched_off(token, fake_keyyo, sandbox):
    requests.post(f"{sandbox.url}/_control/state/keyyo", json={"settings": {"rotation": False}}, timeout=5)
    kept = fake_keyyo.grant({"login": "corvane"})["refresh_token"]
    for _ in range(3):
        answer = token(**APPLICATION, grant_type="refresh_token", refresh_token=kept)
        assert answer.json()["refresh_token"] == kept


def test_refreshing_with_another_redirect_address_is_refused(token, fake_keyyo):
    held = fake_keyyo.grant({"login": "corvane"})["refresh_token"]
    answer = token(
        **APPLICATION, grant_type="refresh_token", refresh_token=held, redirect_uri="http://other.example/"
    )

    assert answer.json()["error"] == "invalid_grant"


def test_tokens_survive_a_restart(tmp_path):
    from telephony.providers.sandbox.server import SandboxServer

    with SandboxServer(state_dir=tmp_path) as first:
        access_token = first.provider("keyyo").grant({"login": "morvanne"})["access_token"]
    with SandboxServer(state_dir=tmp_path) as second:
        answer = requests.get(
            f"{second.url}/keyyo/manager/1.0/services",
            headers={"Authorization": f"Bearer {access_token}"},
            timeout=5,
        )
    assert answer.status_code == 200
