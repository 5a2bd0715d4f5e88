"""Every way in, what a token is good for, and who is kept out."""

from __future__ import annotations

import base64
import json

import pytest

from telephony.providers.kazoo.sandbox.seed import API_KEY, LOGIN
from tests.telephony.providers.kazoo.sandbox.conftest import Caller, credentials

GOOD = credentials(LOGIN["username"], LOGIN["password"])


def login(anybody, path="/user_auth", **data):
    return anybody("PUT", path, data)


def test_a_login_puts_the_token_at_the_top(anybody):
    answer = login(anybody, credentials=GOOD, account_name=LOGIN["account_name"])
    document = answer.json()

    assert answer.status_code == 201
    assert document["auth_token"] not in json.dumps(document["data"])
    assert set(document["data"]) >= {
        "account_id",
        "owner_id",
        "reseller_id",
        "is_reseller",
        "account_name",
        "language",
        "apps",
    }
    claims = json.loads(base64.urlsafe_b64decode(document["auth_token"].split(".")[1] + "=="))
    assert claims["exp"] - claims["iat"] == 3600


@pytest.mark.parametrize(
    "named",
    [
        {"account_name": "halvenor   CLOUD!"},
        {"account_realm": "halvenor.example"},
        {"realm": "HALVENOR.example"},
    ],
)
def test_an_account_is_named_in_several_ways(anybody, fake_kazoo, named):
    accounts = fake_kazoo.store.data["accounts"]
    accounts[fake_kazoo.account_id(LOGIN["account_name"])]["doc"]["realm"] = "halvenor.example"

    assert login(anybody, credentials=GOOD, **named).status_code == 201


def test_a_number_of_the_account_names_it(anybody, fake_kazoo):
    state = fake_kazoo.store.data
    account_id = fake_kazoo.account_id(LOGIN["account_name"])
    state["numbers"]["+33199001234"] = {"doc": {}, "pvt": {"account": account_id, "state": "in_service"}}

    answer = login(anybody, credentials=GOOD, phone_number="+33199001234")
    assert answer.json()["data"]["account_id"] == account_id


def test_sha_and_capitals_in_the_user_name(anybody):
    sha = credentials(LOGIN["username"].upper(), LOGIN["password"], "sha")

    assert (
        login(anybody, credentials=sha, method="sha", account_name=LOGIN["account_name"]).status_code == 201
    )
    assert login(anybody, credentials=sha, account_name=LOGIN["account_name"]).status_code == 401


def test_nobody_learns_what_was_wrong(anybody, fake_kazoo):
    account = fake_kazoo.store.data["accounts"][fake_kazoo.account_id(LOGIN["account_name"])]
    answers = [
        login(anybody, credentials="0" * 32, account_name=LOGIN["account_name"]),
        login(anybody, credentials=GOOD, account_name="Nobody"),
        login(anybody, credentials=GOOD),
    ]
    for user in account["docs"]["users"].values():
        user["doc"]["enabled"] = False
    answers.append(login(anybody, credentials=GOOD, account_name=LOGIN["account_name"]))

    told = [(one.status_code, one.json()["message"], one.json()["data"]) for one in answers]
    assert told == [(401, "invalid_credentials", {"message": "invalid credentials"})] * 4


def test_credentials_are_required(anybody):
    answer = login(anybody, account_name="x")

    assert (answer.status_code, list(answer.json()["data"])) == (400, ["credentials"])


@pytest.mark.parametrize(("rule", "field"), [("disabled", "enabled"), ("expired", "expires")])
def test_a_closed_account_is_locked(anybody, fake_kazoo, master, rule, field):
    account = fake_kazoo.store.data["accounts"][fake_kazoo.account_id(LOGIN["account_name"])]
    if field == "enabled":
        account["doc"]["enabled"] = False
    else:
        account["pvt"]["expires"] = 63_000_000_000
    answer = login(anybody, credentials=GOOD, account_name=LOGIN["account_name"])

    assert (answer.status_code, answer.json()["message"]) == (423, "locked")
    assert rule in answer.json()["data"]["account"]
    assert master("GET", "~/menus").status_code == 423


def test_other_keys_to_the_same_door(anybody):
    answers = [
        login(anybody, "/api_auth", api_key=API_KEY),
        login(anybody, "/shared_auth", shared_token=LOGIN["shared_token"]),
        login(anybody, "/pin_auth", pin=LOGIN["pin"], account_name=LOGIN["account_name"]),
        login(anybody, "/pin_auth", pin=LOGIN["pin"]),
    ]
    assert [one.status_code for one in answers] == [201] * 4
    assert len({one.json()["data"]["account_id"] for one in answers}) == 1
    assert login(anybody, "/api_auth", api_key="0" * 64).status_code == 401
    assert login(anybody, "/api_auth", api_key="short").status_code == 400
    assert login(anybody, "/shared_auth", shared_token="none").status_code == 401
    assert login(anybody, "/pin_auth", pin="000000").status_code == 401


def test_an_unreachable_partner_cluster(anybody, sandbox):
    sandbox.state("kazoo")["settings"]["shared_cluster"] = False

    assert login(anybody, "/shared_auth", shared_token=LOGIN["shared_token"]).status_code == 503


def test_a_token_travels_in_five_ways(base, master, account, fake_kazoo):
    token, path = master.token, f"/accounts/{account}/menus"
    user = next(iter(fake_kazoo.store.data["accounts"][account]["docs"]["users"].values()))
    basic = base64.b64encode(f"{account}:{user['pvt']['md5']}".encode()).decode()
    anybody = Caller(base)

    assert anybody("GET", path, headers={"X-Auth-Token": token}).ok
    assert anybody("GET", path, headers={"Authorization": f"Bearer {token}"}).ok
    assert anybody("GET", path, params={"auth_token": token}).ok
    assert anybody("PUT", path, {"name": "x"}, envelope={"auth_token": token}).ok
    assert anybody("GET", path, headers={"Authorization": f"Basic {basic}"}).ok
    assert anybody("GET", path, headers={"X-Auth-Token": "undefined"}).status_code == 401
    assert anybody("GET", path).status_code == 401
    assert anybody("GET", path, headers={"Authorization": "Basic %%%"}).status_code == 401


def test_a_token_grows_old(sandbox, master):
    sandbox.clock.advance(3599)
    assert master("GET", "~/menus").ok
    sandbox.clock.advance(1)

    assert master("GET", "~/menus").json()["message"] == "invalid_credentials"


def test_tokens_are_checked_and_dropped(master):
    assert master.get("/token_auth")["account_name"] == LOGIN["account_name"]
    assert master("DELETE", "/token_auth", {}).ok
    assert master("GET", "/token_auth").status_code == 401


@pytest.mark.parametrize(
    ("restrictions", "method", "allowed"),
    [
        ({"get": ["#"]}, "GET", True),
        ({"get": ["#"]}, "PUT", False),
        ({"get": ["accounts/*/menus"]}, "GET", True),
        ({"get": ["accounts/*"]}, "GET", False),
        ({"_": ["accounts/#"]}, "PUT", True),
        ({"get": ["#/users"], "put": ["accounts/*/menus/#"]}, "PUT", True),
        ({"get": "#"}, "GET", False),
    ],
)
def test_restrictions(caller_of, account, restrictions, method, allowed):
    caller = caller_of(at=account, restrictions=restrictions)
    answer = caller(method, "~/menus", {"name": "x"} if method == "PUT" else None)

    assert answer.status_code in ((200, 201) if allowed else (403,))


def test_a_second_factor(anybody, fake_kazoo):
    account = fake_kazoo.store.data["accounts"][fake_kazoo.account_id(LOGIN["account_name"])]
    for user in account["docs"]["users"].values():
        user["pvt"]["multi_factor"] = "314159"
    wish = {"credentials": GOOD, "account_name": LOGIN["account_name"]}
    first = anybody("PUT", "/user_auth", wish)

    assert first.status_code == 401
    assert "multi_factor_request" in first.json()["data"]
    assert anybody("PUT", "/user_auth", wish, envelope={"multi_factor_response": "000000"}).status_code == 401
    assert anybody("PUT", "/user_auth", wish, envelope={"multi_factor_response": "314159"}).status_code == 201


def test_recovery(anybody, fake_kazoo):
    wish = {
        "username": LOGIN["username"],
        "account_name": LOGIN["account_name"],
        "ui_url": "https://portal.example",
    }
    assert anybody("PUT", "/user_auth/recovery", wish).status_code == 200
    reset_id = next(iter(fake_kazoo.store.data["resets"]))
    answer = anybody("POST", "/user_auth/recovery", {"reset_id": reset_id})

    assert answer.json()["auth_token"]
    assert anybody("POST", "/user_auth/recovery", {"reset_id": reset_id}).status_code == 400
    assert (
        "not_found"
        in anybody("PUT", "/user_auth/recovery", {**wish, "username": "nobody"}).json()["data"]["username"]
    )


def test_the_master_may_become_anybody(master, customer, fake_kazoo):
    user = next(iter(fake_kazoo.store.data["accounts"][master.account_id]["docs"]["users"]))
    wish = {"envelope": {"action": "impersonate_user"}}
    answer = master("PUT", f"~/users/{user}/user_auth", {}, **wish)

    assert answer.json()["data"]["owner_id"] == user
    assert answer.json()["auth_token"] != master.token
    assert customer("PUT", f"~/users/{user}/user_auth", {}, **wish).status_code == 403


# ---- whose data ----


def test_an_account_sees_itself_and_what_is_below(caller_of, fake_kazoo):
    ids = {
        name: fake_kazoo.account_id(name)
        for name in ("Halvenor Cloud", "Transports Galdraine", "Galdraine Nord", "Garage Pontavre")
    }
    caller = caller_of("Transports Galdraine")

    assert caller("GET", f"/accounts/{ids['Transports Galdraine']}/users").status_code == 200
    assert caller("GET", f"/accounts/{ids['Galdraine Nord']}/users").status_code == 200
    assert caller("GET", f"/accounts/{ids['Garage Pontavre']}/users").status_code == 403
    assert caller("GET", f"/accounts/{ids['Halvenor Cloud']}").status_code == 403
    assert caller("GET", "/accounts/" + "0" * 32).status_code == 404


def test_an_id_of_another_account_is_unknown(customer, fake_kazoo):
    other = fake_kazoo.store.data["accounts"][fake_kazoo.account_id("Garage Pontavre")]
    user = next(iter(other["docs"]["users"]))

    assert customer("GET", f"~/users/{user}").status_code == 404


def test_global_resources_are_the_masters(master, customer):
    assert master("GET", "/resources").status_code == 200
    assert customer("GET", "/resources").status_code == 403
    assert customer("PUT", "/resources", {"name": "x", "gateways": [{"server": "a"}]}).status_code == 403
