"""Signing in: whose login it is, what it reaches, and the one thing that is wrong."""

from __future__ import annotations

import json

import pytest

from portal.lib.errors import InvalidInput, NeedsReconnect, Unavailable, UnexpectedAnswer
from portal.lib.secrets import Secret
from telephony.providers.keevio.catalog import COMPANY_ADMIN, SYSTEM_ADMIN
from telephony.providers.registry import provider


def login(username="switchboard", password="keevio-demo", **others):
    return {"username": username, "password": Secret(password), **others}


@pytest.fixture
def sign_in(transport, addresses):
    return lambda **given: provider("keevio").sign_in(transport, addresses, login(**given))


def test_a_system_admin_reaches_everything(sign_in, sandbox, fake_keevio):
    answer = sign_in(version="6.3.23")

    assert answer.access_token.reveal() in fake_keevio.store.data["sessions"]
    assert answer.expires_at is None and SYSTEM_ADMIN in answer.scopes
    assert (answer.facts["account"], answer.facts["is_system_admin"]) == ("*", "yes")
    assert answer.facts["version"] == "6.3.23" and "System-Admin=yes" in answer.facts["perms"]


def test_a_system_admin_may_be_bound_to_one_company(sign_in):
    answer = sign_in(company="pellgrove")
    assert (answer.facts["account"], answer.facts["account_name"]) == ("pellgrove", "Pellgrove")


def test_an_administrator_has_a_company(sign_in):
    for company in ("", "brackenfold"):
        answer = sign_in(username="brackenfold_admin", company=company)
        assert answer.scopes == (COMPANY_ADMIN,)
        assert answer.facts["account"] == "brackenfold"
        assert answer.facts["account_name"] == "Brackenfold Ltd"
        assert answer.facts["is_system_admin"] == ""


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"company": "nobody_here"}, "company"),
        ({"company": "not an id"}, "company"),
        ({"username": "brackenfold_admin", "company": "pellgrove"}, "company"),
        ({"version": "six"}, "version"),
        ({"username": ""}, "username"),
        ({"password": ""}, "password"),
    ],
)
def test_the_one_thing_that_is_wrong_is_named(sign_in, given, field):
    with pytest.raises(InvalidInput) as refused:
        sign_in(**given)
    assert set(refused.value.fields) == {field}


@pytest.mark.parametrize("given", [{"password": "wrong"}, {"username": "nobody"}])
def test_a_wrong_password_needs_a_person(sign_in, given):
    with pytest.raises(NeedsReconnect, match="user name and password"):
        sign_in(**given)


def test_a_login_that_may_nothing_is_told_so(sign_in):
    with pytest.raises(NeedsReconnect, match="neither"):
        sign_in(username="reception")


@pytest.mark.parametrize("perms", [[], {}, {"sysadm": "1"}, None])
def test_permissions_that_say_nothing_are_settled_by_reading(sign_in, sandbox, perms):
    user = {"login": "switchboard", "company": "default", "perms": perms}
    body = json.dumps({"result": "success", "user": user})
    sandbox.faults.add("keevio", "auth.login", status=200, body=body, times=1)

    assert sign_in().facts["is_system_admin"] == "yes"

    user = {"login": "brackenfold_admin", "company": "brackenfold", "perms": perms}
    body = json.dumps({"result": "success", "user": user})
    sandbox.faults.add("keevio", "auth.login", status=200, body=body, times=1)
    assert sign_in(username="brackenfold_admin").facts["account"] == "brackenfold"


def test_without_a_cookie_the_login_goes_inline(sign_in, fake_keevio, sandbox):
    fake_keevio.store.data["settings"]["sessions"] = False

    answer = sign_in(username="brackenfold_admin")

    assert answer.access_token.reveal() == "inline" and answer.facts["has_session"] == ""
    assert answer.facts["account_name"] == "Brackenfold Ltd"


def test_faults_are_told_as_faults(sign_in, sandbox):
    sandbox.faults.add("keevio", "auth.login", status=503, times=3)
    with pytest.raises(Unavailable):
        sign_in()
    sandbox.faults.add("keevio", "auth.login", status=200, body="<html>", times=1)
    with pytest.raises(UnexpectedAnswer):
        sign_in()
    sandbox.faults.add("keevio", "auth.login", status=404, times=1)
    with pytest.raises(UnexpectedAnswer, match="address"):
        sign_in()


def test_the_password_is_in_no_error_and_no_log(sign_in, exchanges):
    with pytest.raises(NeedsReconnect) as refused:
        sign_in(password="swordfish-77")
    assert "swordfish-77" not in f"{refused.value!r} {exchanges}"
