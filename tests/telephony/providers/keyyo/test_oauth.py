"""OAuth2 as Keyyo does it, against the sandbox's authorization server."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.errors import (
    AnswerLost,
    Forbidden,
    InvalidInput,
    NeedsReconnect,
    RateLimited,
    Unavailable,
    UnexpectedAnswer,
)
from portal.lib.secrets import Secret
from telephony.providers.keyyo.oauth import KeyyoOAuth
from telephony.providers.oauth import TokenAnswer

KEYYO = KeyyoOAuth()


@pytest.fixture
def pair(sandbox):
    return sandbox.provider("keyyo").grant(
        {"login": "corvane", "scopes": ["cti_admin", "voip_profiles_admin"]}
    )


@pytest.fixture
def code(sandbox, application):
    """A code as the authorization page hands it out."""
    oauth = sandbox.provider("keyyo").oauth
    wish = {
        "client_id": application.client_id, "application": "Switchboard", "state": "st4te",
        "redirect_uri": application.redirect_uri, "scopes": ["full_access"],
    }  # fmt: skip
    return Secret(oauth._new_code("corvane", wish))


def test_scopes_are_plural_and_comma_joined_and_the_state_is_there(application, addresses):
    url = KEYYO.authorization_url(application, addresses, ("cti_admin", "voip_profiles_admin"), "a&b")
    query = parse_qs(urlsplit(url).query)

    assert url.startswith(addresses["authorize"] + "?")
    assert query == {
        "client_id": [application.client_id], "response_type": ["code"], "state": ["a&b"],
        "redirect_uri": [application.redirect_uri], "scopes": ["cti_admin,voip_profiles_admin"],
    }  # fmt: skip
    assert "scopes" not in KEYYO.authorization_url(application, addresses, (), "s")


def test_a_code_becomes_tokens_once(transport, application, addresses, code, sandbox):
    answer = KEYYO.exchange(transport, application, addresses, code, "st4te")

    assert answer.access_token and answer.refresh_token and answer.scopes == ("full_access",)
    assert timedelta(minutes=55) < answer.expires_at - datetime.now(UTC) <= timedelta(hours=1)
    sent = sandbox.last_request
    assert sent.data["client_secret"] == "keyyo-demo-secret" and "Authorization" not in sent.headers
    with pytest.raises(InvalidInput):
        KEYYO.exchange(transport, application, addresses, code, "st4te")


def test_a_refresh_rotates_and_the_old_token_is_dead(transport, application, addresses, pair):
    old = Secret(pair["refresh_token"])
    answer = KEYYO.refresh(transport, application, addresses, old)

    assert answer.refresh_token and answer.refresh_token != old
    assert answer.scopes == ("cti_admin", "voip_profiles_admin")
    with pytest.raises(NeedsReconnect):
        KEYYO.refresh(transport, application, addresses, old)


def test_an_unknown_application_is_forbidden_and_not_a_dead_grant(transport, application, addresses, pair):
    stranger = replace(application, client_secret=Secret("canary-secret"))
    with pytest.raises(Forbidden) as refused:
        KEYYO.refresh(transport, stranger, addresses, Secret(pair["refresh_token"]))
    assert "canary" not in refused.value.message


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 500, "body": "<html>"}, Unavailable),
        ({"status": 503, "body": ""}, Unavailable),
        ({"status": 429, "body": ""}, RateLimited),
        ({"drop": "after"}, AnswerLost),
        ({"drop": "before"}, AnswerLost),
        ({"status": 200, "body": "<html>"}, AnswerLost),
        ({"status": 404, "body": "<html>"}, UnexpectedAnswer),
        ({"status": 200, "body": '{"error": "invalid_grant"}'}, NeedsReconnect),
        ({"status": 500, "body": '{"error": "invalid_grant", "error_description": "x"}'}, NeedsReconnect),
        ({"status": 400, "body": '{"error": "temporarily_unavailable"}'}, Unavailable),
        ({"status": 400, "body": '{"error": "unsupported_grant_type"}'}, InvalidInput),
        ({"status": 200, "body": "{}"}, UnexpectedAnswer),
    ],
)
def test_only_invalid_grant_means_that_a_person_must_come(
    transport, application, addresses, pair, sandbox, fault, error
):
    sandbox.faults.add("keyyo", "token.php", times=1, **fault)
    with pytest.raises(error) as raised:
        KEYYO.refresh(transport, application, addresses, Secret(pair["refresh_token"]))
    assert pair["refresh_token"] not in repr(raised.value)


def test_no_secret_of_the_exchange_is_shown(transport, application, addresses, pair, exchanges):
    KEYYO.refresh(transport, application, addresses, Secret(pair["refresh_token"]))
    assert "keyyo-demo-secret" not in repr(exchanges) and pair["refresh_token"] not in repr(exchanges)


@given(
    st.lists(st.sampled_from(["full_access", "cti_admin", "a", "b"]), max_size=4),
    st.sampled_from([" ", ",", ", "]),
)
def test_granted_scopes_are_read_however_they_are_joined(scopes, joint):
    answer = TokenAnswer.from_document({"access_token": "x", "scope": joint.join(scopes)})
    assert answer.scopes == tuple(scopes)


def test_a_missing_refresh_token_means_keep_the_old_one():
    answer = TokenAnswer.from_document(
        {"access_token": "x", "expires_in": "60"}, now=datetime(2026, 1, 1, tzinfo=UTC)
    )
    assert answer.refresh_token is None and answer.expires_at == datetime(2026, 1, 1, 0, 1, tzinfo=UTC)
    assert "x" not in repr(answer).replace("expires", "")
