"""Linking an account with a login: what is asked, the one thing that is wrong, how the login is kept and renewed."""

from __future__ import annotations

import pytest

from accounts.scoping import tenant_scope
from portal.lib.errors import InvalidInput, NeedsReconnect
from portal.lib.secrets import Secret
from telephony.models import Connection, Credential, SyncRun
from telephony.providers.registry import PROVIDERS
from telephony.services import access, by_hand, linking
from tests.telephony.connections.conftest import reseller_login

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "/t/alder/connections/new/kazoo/"


@pytest.fixture
def page(client_of_person, alice):
    return client_of_person(alice)


def test_the_page_says_what_is_needed_and_asks_for_it(kazoo, page):
    text = page.get(NEW).content.decode()

    assert "ends with “/v2/”" in text and 'name="api_root"' in text
    assert 'data-depends-on="way" data-depends-values="key ' in text
    assert 'type="password" name="api_key"' in text


def test_a_login_is_tried_and_kept(kazoo, page, tenant):
    answer = page.post(NEW, {**reseller_login(kazoo), "time_zone": "Europe/Paris"})

    with tenant_scope(tenant):
        connection = Connection.objects.select_related("credential").get()
        assert answer.headers["Location"] == f"/t/alder/connections/{connection.pk}/customers/"
        assert (connection.slug, len(connection.remote_account)) == ("alder-kazoo", 32)
        login = access.login_of(connection.credential)
        assert login["username"] == "direction" and isinstance(login["password"], Secret)
        assert login["password"].reveal() not in connection.credential.secrets_sealed
        assert "password" not in connection.credential.parameters["login"]
        assert connection.credential.expires_at is not None and connection.credential.key_hash
        whats = set(SyncRun.objects.values_list("what", flat=True))
        assert whats == {"entities", "calls", "backfill"}


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"password": "wrong"}, "", "the account, the user name or the password is wrong"),
        ({"password": ""}, "password", "A value is needed"),
        ({"api_root": ""}, "api_root", "A value is needed"),
        ({"way": "guess"}, "way", "guess"),
    ],
)
def test_the_one_thing_that_is_wrong_is_named_and_what_was_typed_stays(
    kazoo, page, tenant, change, field, words
):
    answer = page.post(NEW, {**reseller_login(kazoo), "time_zone": "Europe/Paris", **change})

    form = answer.context["form"]
    reasons = " ".join(form.errors.get(field or "__all__", []))
    assert (answer.status_code, words in reasons) == (422, True), form.errors
    assert 'value="direction"' in answer.content.decode()
    assert (
        "hunter2" not in answer.content.decode()
        and reseller_login(kazoo)["password"] not in answer.content.decode()
    )
    with tenant_scope(tenant):
        assert not Connection.objects.exists() and not Credential.objects.exists()


def test_an_address_where_nobody_answers_is_said_at_the_address(kazoo, page, settings):
    settings.OUTBOUND_ALLOW = [*settings.OUTBOUND_ALLOW, "127.0.0.1:9"]
    answer = page.post(
        NEW, {**reseller_login(kazoo), "api_root": "http://127.0.0.1:9/v2/", "time_zone": "Europe/Paris"}
    )

    assert "Nobody answers" in " ".join(answer.context["form"].errors["api_root"])


def test_an_address_that_the_gate_refuses_is_said_at_the_address(kazoo, page):
    answer = page.post(
        NEW, {**reseller_login(kazoo), "api_root": "http://169.254.169.254/v2/", "time_zone": "Europe/Paris"}
    )

    assert answer.status_code == 422 and "api_root" in answer.context["form"].errors


def test_a_token_that_ended_is_replaced_by_signing_in_again(reseller, kazoo):
    kazoo.state("kazoo")["tokens"].clear()
    kazoo.requests.clear()
    with tenant_scope(reseller.tenant_id):
        answer = access.client_of(reseller).call("account.get")

    assert answer.document["name"] == "Telmarine Services"
    assert [one.operation for one in kazoo.requests] == ["account.get", "auth.userAuth", "account.get"]


def test_a_login_that_no_longer_holds_asks_for_a_person_once(reseller, kazoo, mailoutbox):
    account = kazoo.state("kazoo")["accounts"][reseller.remote_account]
    for user in account["docs"]["users"].values():
        user["pvt"].pop("md5", None)
        user["pvt"].pop("sha1", None)
    kazoo.state("kazoo")["tokens"].clear()
    with tenant_scope(reseller.tenant_id):
        with pytest.raises(NeedsReconnect):
            access.client_of(reseller).call("account.get")
        credential = Credential.objects.get()
        assert credential.state == Credential.State.NEEDS_RECONNECT
        assert "password is wrong" in credential.state_reason


def test_connecting_again_keeps_the_password_that_is_not_typed(reseller, kazoo, page):
    again = f"/t/alder/connections/{reseller.pk}/reconnect/"
    text = page.get(again).content.decode()
    assert "Left empty, the one that is kept stays." in text and 'value="direction"' in text

    answer = page.post(again, {**reseller_login(kazoo), "password": ""})

    assert answer.status_code == 302
    with tenant_scope(reseller.tenant_id):
        assert Connection.objects.count() == 1


def test_connecting_again_to_another_account_is_refused(reseller, kazoo, page):
    answer = page.post(
        f"/t/alder/connections/{reseller.pk}/reconnect/",
        {**reseller_login(kazoo), "account_name": "Halvenor Cloud", "username": "admin"},
    )

    assert answer.status_code == 422
    assert "another account" in str(answer.context["form"].errors)


def test_the_same_login_twice_is_one_counter_and_another_is_not(kazoo):
    login = {"username": "a", "password": Secret("b")}
    same = access.login_hash("kazoo", "https://kazoo.example/v2/", {"password": Secret("b"), "username": "a"})

    assert access.login_hash("kazoo", "https://kazoo.example/v2", login) == same
    assert access.login_hash("kazoo", "https://kazoo.example/v2", {**login, "username": "c"}) != same


def test_splitting_asks_only_for_what_belongs_to_the_choice():
    declared = PROVIDERS["kazoo"]
    base, login = linking.split(
        declared, {"api_root": "https://k.example/v2/", "way": "key", "api_key": "k", "username": "stray"}, {}
    )

    assert (base, set(login)) == ("https://k.example/v2", {"way", "api_key"})
    with pytest.raises(InvalidInput) as refused:
        linking.split(PROVIDERS["keevio"], {"base": "https://pbx.example"}, {})
    assert set(refused.value.fields) == {"username", "password"}


def test_a_request_by_hand_is_shown_as_it_went_out(reseller, tenant):
    with tenant_scope(tenant):
        operation = by_hand.operation_of(reseller, "account.get")
        read = by_hand.read(reseller, operation, by_hand.Asked(), None).request
        write = by_hand.operation_of(reseller, "account.patch")
        asked = by_hand.Asked(data={"language": "fr-FR"})
        preview = by_hand.shown_request(by_hand.draft(reseller, write, asked, None))

    for shown in (read, preview):
        assert shown["headers"]["X-Auth-Token"] == "***" and "Authorization" not in shown["headers"]
