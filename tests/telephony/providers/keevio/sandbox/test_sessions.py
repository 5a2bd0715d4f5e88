"""Sessions, inline credentials and keys, as any client of the real service uses them."""

from __future__ import annotations

import pytest

AUTH = {"type": "auth", "username": "brackenfold_admin", "password": "keevio-demo"}
READ = {"type": "company", "scope": {"company": "brackenfold"}}


def test_a_login_says_who_it_is_and_sets_the_cookie(nobody):
    answer = nobody.post("/auth/", {"auth": AUTH})

    assert answer.json()["result"] == "success"
    user = answer.json()["user"]
    assert set(user) == {"id", "login", "name", "company", "home", "session", "perms"}
    assert (user["login"], user["perms"]) == ("brackenfold_admin", {"Company-Admin": "brackenfold"})
    assert answer.cookies["Red60urne"]
    assert nobody.do("read", {"company": "brackenfold"})["values"]["brackenfold"]["name"] == "Brackenfold Ltd"


def test_a_wrong_password_fails_under_a_200_and_sets_no_cookie(nobody):
    answer = nobody.post("/auth/", {"auth": {**AUTH, "password": "wrong"}})

    assert (answer.status_code, answer.json()["result"]) == (200, "fail")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "auth", [None, [], "x", {}, {"type": "auth"}, {**AUTH, "username": ["a"]}, {**AUTH, "type": "other"}]
)
def test_a_login_without_sense_fails(nobody, auth):
    assert nobody.post("/auth/", {"auth": auth}).json()["result"] == "fail"


def test_a_login_with_the_cookie_changes_that_session(system):
    before = system.session.cookies["Red60urne"]
    system.sign_in("brackenfold_admin")

    assert system.session.cookies["Red60urne"] == before
    assert system.fails("read") == "Permission denied"


def test_nobody_is_401_with_the_usual_form(nobody):
    answer = nobody.post("/ops/read/", READ)
    assert (answer.status_code, answer.json()["result"]) == (401, "fail")
    nobody.session.cookies.set("Red60urne", "guessed")
    assert nobody.post("/ops/read/", READ).status_code == 401


def test_a_session_ends_after_half_an_hour_of_rest(brackenfold, sandbox):
    for _times in range(4):
        sandbox.clock.advance(1700)
        assert brackenfold.post("/ops/read/", READ).status_code == 200
    sandbox.clock.advance(1801)
    assert brackenfold.post("/ops/read/", READ).status_code == 401


def test_logging_out_closes_the_session(brackenfold):
    cookie = {
        "Cookie": f"Red60urne={brackenfold.session.cookies['Red60urne']}"
    }  # the answer takes the client's away
    for status in (200, 401):
        answer = brackenfold.post("/auth/logout", {"auth": {"type": "auth"}}, headers=cookie)
        assert answer.status_code == status


def test_credentials_inside_a_call_need_no_session(nobody):
    answer = nobody.post("/ops/read", {**READ, "auth": AUTH})
    assert answer.json()["values"]["brackenfold"]["id"]
    assert nobody.post("/ops/read", {**READ, "auth": {**AUTH, "password": ""}}).status_code == 401


def test_credentials_inside_a_call_go_before_the_cookie(system):
    answer = system.post("/ops/read/", {"type": "company", "auth": AUTH})
    assert answer.json()["message"] == "Permission denied"


def test_a_key_calls_with_the_rights_of_its_owner(brackenfold, nobody):
    made = brackenfold.post(
        "/ops/create/", {"type": "authinfo", "values": {"type": "auth", "subtype": "key"}}
    ).json()["values"][0]
    key = {"auth": {"type": "auth", "subtype": "key", "token": made["token"]}}

    assert nobody.post("/ops/read/", {**READ, **key}).json()["result"] == "success"
    assert nobody.post("/ops/read/", {"type": "company", **key}).json()["message"] == "Permission denied"

    scope = {"type": "authinfo", "scope": {"id": made["id"]}}
    changed = brackenfold.post("/ops/update/", {**scope, "values": {"token": "k" * 40}}).json()["values"][0]
    assert changed["token"] == "k" * 40 and nobody.post("/ops/read/", {**READ, **key}).status_code == 401
    assert len(brackenfold.post("/ops/read/authinfo", {}).json()["values"]) == 1
    assert brackenfold.post("/ops/delete/", scope).json() == {"result": "success"}
    assert brackenfold.post("/ops/read/authinfo", {}).json()["values"] == []


def test_keys_of_others_are_the_system_admins_business(system, brackenfold, fake_keevio):
    users = fake_keevio.store.data["users"]
    mine, theirs = users["brackenfold_admin"]["id"], users["pellgrove_admin"]["id"]
    wish = {"type": "authinfo", "values": {"type": "auth", "subtype": "key", "contact_id": theirs}}

    assert brackenfold.post("/ops/create/", wish).json()["message"] == "Permission denied"
    assert system.post("/ops/create/", wish).json()["values"][0]["contact_id"] == theirs
    assert brackenfold.post("/ops/read/authinfo/", {}).json()["values"] == []
    scope = {"scope": {"contact_id": theirs}}
    assert len(system.post("/ops/read/authinfo/", scope).json()["values"]) == 1
    assert system.post("/ops/read/authinfo/", {"scope": {"contact_id": mine}}).json()["values"] == []


@pytest.mark.parametrize(
    "values", [{"token": "short"}, {"token": 5}, {"subtype": "card"}, {"contact_id": "0"}]
)
def test_a_bad_key_is_refused(system, values):
    answer = system.post(
        "/ops/create/authinfo/", {"values": {"type": "auth", "subtype": "key", **values}}
    ).json()
    assert answer["result"] == "fail" and answer["message"].startswith("Invalid value")


def test_the_control_grants_sessions_and_ends_them(sandbox, nobody):
    control = f"{sandbox.url}/_control"
    given = nobody.session.post(f"{control}/grant", json={"provider": "keevio", "login": "labs_admin"}).json()
    asked = {"type": "company", "scope": {"company": "labs"}}
    headers = {"Cookie": given["cookie"]}
    assert nobody.post("/ops/read/", asked, headers=headers).json()["values"]["labs"]["data"] == {}

    nobody.session.post(f"{control}/play", json={"provider": "keevio", "scenario": "sessions_end"})
    assert nobody.post("/ops/read/", asked, headers=headers).status_code == 401
    for wish in ({"login": "no_one"}, {"login": []}):
        assert nobody.session.post(f"{control}/grant", json={"provider": "keevio", **wish}).status_code == 400
