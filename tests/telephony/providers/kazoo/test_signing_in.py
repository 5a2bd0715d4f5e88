"""The five ways in, and why nobody was let in."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime

import pytest

from portal.lib.errors import Forbidden, InvalidInput, NeedsReconnect, Unavailable, UnexpectedAnswer
from portal.lib.secrets import Secret
from telephony.providers.kazoo.signing_in import credentials, expiry_of, sign_in, way_of
from telephony.providers.registry import provider
from tests.telephony.providers.kazoo.served import Told, error, success

USER = {"account_name": "Blue Shop", "username": "Anna@Blue", "password": Secret("s3cret")}
WHO = {"account_id": "5f" * 16, "owner_id": "9d" * 16, "account_name": "Blue Shop", "is_reseller": False}


def _jwt(exp: int) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": exp}).encode()).decode().rstrip("=")
    return f"e30.{claims}.c2ln"


def _enter(wire, served, login):
    return sign_in(wire[0], {"base": served.base}, login)


def test_a_user_comes_in_by_the_hash_of_name_and_password(wire, served):
    token = _jwt(1_800_000_000)
    served.answer(Told({**success(WHO).document, "auth_token": token, "version": "4.3.140"}, 201))

    answer = _enter(wire, served, USER)

    assert (served.last.method, served.last.path) == ("PUT", "/v2/user_auth")
    assert served.last.document == {
        "data": {
            "credentials": hashlib.md5(b"anna@blue:s3cret").hexdigest(),
            "method": "md5",
            "account_name": "Blue Shop",
        }
    }
    assert "x-auth-token" not in served.last.headers
    assert answer.access_token.reveal() == token
    assert answer.expires_at == datetime.fromtimestamp(1_800_000_000, UTC)
    assert answer.facts == {
        "account": "5f" * 16,
        "owner": "9d" * 16,
        "account_name": "Blue Shop",
        "is_reseller": "false",
        "version": "4.3.140",
    }


def test_the_other_hash_is_used_where_it_is_wanted(wire, served):
    served.answer(success(WHO, 201))

    _enter(wire, served, {**USER, "hash": "sha"})

    assert served.last.document["data"]["method"] == "sha"
    assert served.last.document["data"]["credentials"] == hashlib.sha1(b"anna@blue:s3cret").hexdigest()
    assert len(credentials("a", "b")) == 32


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("+33155500100", "phone_number"),
        ("blue.example.com", "account_realm"),
        ("Blue S.A. Shop", "account_name"),
    ],
)
def test_the_account_may_be_named_in_three_ways(wire, served, typed, name):
    served.answer(success(WHO, 201))

    _enter(wire, served, {**USER, "account_name": typed})

    assert served.last.document["data"][name] == typed


def test_a_name_that_looks_like_a_domain_is_tried_as_a_name_too(wire, served):
    served.answer(error(401, "invalid_credentials"), success(WHO, 201))

    _enter(wire, served, {**USER, "account_name": "blue.shop"})

    assert [set(one.document["data"]) - {"credentials", "method"} for one in served.seen] == [
        {"account_realm"},
        {"account_name"},
    ]


@pytest.mark.parametrize(
    ("login", "path", "data"),
    [
        ({"api_key": Secret("k" * 64)}, "/v2/api_auth", {"api_key": "k" * 64}),
        ({"shared_token": Secret("t")}, "/v2/shared_auth", {"shared_token": "t"}),
        (
            {"pin": Secret("1234"), "account_name": "Blue"},
            "/v2/pin_auth",
            {"pin": "1234", "account_name": "Blue"},
        ),
    ],
)
def test_the_way_in_is_known_by_its_secret(wire, served, login, path, data):
    served.answer(success(WHO, 201))

    answer = _enter(wire, served, login)

    assert (served.last.path, served.last.document) == (path, {"data": data})
    assert (answer.access_token.reveal(), answer.expires_at) == ("leak-me-not", None)


def test_a_token_that_is_there_is_looked_at(wire, served):
    served.answer(success(WHO))

    answer = _enter(wire, served, {"token": Secret("mine")})

    assert (served.last.method, served.last.path) == ("GET", "/v2/token_auth")
    assert served.last.headers["x-auth-token"] == "mine"
    assert (answer.access_token.reveal(), answer.facts["account"]) == ("mine", "5f" * 16)


KEY = {"api_key": Secret("k" * 64)}
SHARED = {"shared_token": Secret("t")}


@pytest.mark.parametrize(
    ("login", "told", "wanted", "words"),
    [
        (USER, error(401, "invalid_credentials"), NeedsReconnect, "user name or the password"),
        (KEY, error(401, "invalid_credentials"), NeedsReconnect, "API key"),
        (SHARED, error(401, "invalid_credentials"), NeedsReconnect, "other cluster"),
        ({"pin": Secret("1")}, error(401, ""), NeedsReconnect, "PIN"),
        ({"token": Secret("1")}, error(401, ""), NeedsReconnect, "has ended"),
        (USER, error(401, "", {"multi_factor_request": {}}), NeedsReconnect, "second factor"),
        (USER, error(423, "locked", {"account": {"disabled": {"message": "x"}}}), NeedsReconnect, "disabled"),
        (USER, error(423, "locked", {"account": {"expired": {"message": "x"}}}), NeedsReconnect, "expired"),
        (SHARED, error(503, "datastore_unreachable"), Unavailable, "other cluster"),
        (USER, error(503, "datastore_unreachable"), Unavailable, "failure of its own"),
        (SHARED, error(404, "not_found"), NeedsReconnect, "other clusters"),
        ({"pin": Secret("1")}, error(404, "not_found"), NeedsReconnect, "no sign-in with a PIN"),
        (USER, Told(body=b"<html>", status=404), InvalidInput, "no Kazoo server"),
        (USER, error(403, ""), Forbidden, "may not do"),
        (USER, Told(body=b"<html>"), UnexpectedAnswer, "no Kazoo server"),
    ],
)
def test_each_refusal_names_the_one_thing_wrong(wire, served, login, told, wanted, words):
    served.answer(told)

    with pytest.raises(wanted, match=words) as caught:
        _enter(wire, served, login)

    assert "leak-me-not" not in str(caught.value)


def test_refused_values_land_on_the_fields_that_were_typed(wire, served):
    served.answer(error(400, "validation error", {"api_key": {"minLength": {"message": "x", "target": 64}}}))

    with pytest.raises(InvalidInput) as caught:
        _enter(wire, served, {"api_key": Secret("short")})

    assert set(caught.value.fields) == {"api_key"}


@pytest.mark.parametrize(
    ("login", "missing"),
    [
        ({}, {"account_name", "username", "password"}),
        ({"way": "user", "username": "a", "account_name": "b"}, {"password"}),
        ({"way": "key"}, {"api_key"}),
        ({"way": "by-air"}, {"way"}),
    ],
)
def test_what_is_missing_is_said_before_anything_is_sent(wire, served, login, missing):
    with pytest.raises(InvalidInput) as caught:
        _enter(wire, served, login)

    assert set(caught.value.fields) == missing
    assert not served.seen


def test_a_named_way_stands_over_what_else_is_given():
    assert way_of({"way": "user", "api_key": Secret("k")}) == "user"
    assert way_of({"api_key": Secret("k"), "username": "a"}) == "key"


@pytest.mark.parametrize(
    "token", ["", "a.b", "a.b.c", "e30.e30.x", "a.\u00e9.c", f"x.{'A' * 9}.y", _jwt(10**30)]
)
def test_a_token_that_says_no_end_has_none(token):
    assert expiry_of(token) is None


def test_what_is_asked_follows_the_way():
    fields = {one.name: one for one in provider("kazoo").connect_fields}

    assert fields["api_root"].address == "base"
    assert {name for name, one in fields.items() if one.is_asked({"way": "key"})} == {
        "api_root",
        "way",
        "api_key",
    }
    assert all(one.is_asked({}) for one in fields.values())
    assert {name for name, one in fields.items() if one.secret} == {
        "password", "api_key", "shared_token", "pin", "token"
    }  # fmt: skip
