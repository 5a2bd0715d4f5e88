"""The round to Keyyo's own page: what is granted, and everything that ends it."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from cryptography.fernet import Fernet
from django.utils import timezone

from accounts.models import AuditEvent, Tenant
from accounts.scoping import tenant_scope, unscoped
from telephony.models import AuthorizationAttempt, Connection, Credential, Entity, SyncRun, SyncState
from telephony.providers.registry import PROVIDERS
from telephony.services import access, unlinking

START = "/t/alder/connections/new/keyyo/"
CALLBACK = "/oauth/keyyo/callback/"


def go(client, bundle="look", path=START, **values):
    """Choose, and return the address of the provider's page."""
    answer = client.post(path, {"bundle": bundle, **values})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return answer["Location"]


def allow(address, login="corvane", press="allow"):
    """Sign in at the sandbox and press a button, as a browser; returns where it sends the person back to."""
    browser = requests.Session()
    page = browser.get(address, timeout=10)
    assert page.status_code == 200, page.text
    page = browser.post(
        address,
        {"csrf": csrf_of(page.text), "action": "login", "login": login, "password": "keyyo-demo"},
        timeout=10,
    )
    back = browser.post(
        address, {"csrf": csrf_of(page.text), "action": press}, timeout=10, allow_redirects=False
    )
    assert back.status_code == 302, back.text
    parts = urlsplit(back.headers["Location"])
    assert parts.path == CALLBACK
    return f"{parts.path}?{parts.query}"


def csrf_of(page):
    return page.split('name="csrf" value="')[1].split('"')[0]


@pytest.fixture
def browser(client_of_person, alice, application):
    return client_of_person(alice)


def only_connection(tenant):
    with tenant_scope(tenant):
        return Connection.objects.select_related("credential").get()


def count(tenant):
    with tenant_scope(tenant):
        return Connection.objects.count()


def test_the_page_says_scopes_in_words_least_first(browser):
    page = browser.get(START).content.decode()

    places = [page.index(words) for words in ("Look only", "Look, and switch profiles", "Everything")]
    assert places == sorted(places)
    assert "full_access_read_only" in page


def test_the_pages_policy_names_the_providers_page(browser, sandbox):
    policy = browser.get(START)["Content-Security-Policy"]

    assert f"form-action 'self' {sandbox.url}" in policy


def test_the_address_is_as_keyyo_wants_it(browser):
    query = parse_qs(urlsplit(go(browser, "profiles")).query)

    assert query["scopes"] == ["full_access_read_only,voip_profiles_admin"]
    assert query["response_type"] == ["code"]
    assert query["redirect_uri"] == ["http://localhost:8000/oauth/keyyo/callback/"]
    assert len(query["state"][0]) >= 40
    with unscoped("oauth"):
        attempt = AuthorizationAttempt.objects.get()
    assert query["state"][0] not in (attempt.state_hash, attempt.session_hash)


def test_whoever_allows_has_a_connection_and_its_first_runs(browser, tenant, alice):
    answer = browser.get(allow(go(browser)))

    connection = only_connection(tenant)
    assert answer["Location"] == f"/t/alder/connections/{connection.pk}/"
    assert connection.slug == "alder-keyyo"
    assert connection.credential.scopes == ["full_access_read_only"]
    assert connection.capabilities == ["calls.list", "calls.live", "calls.start", "lines.read", "sms.send"]
    with tenant_scope(tenant):
        asked = list(SyncRun.objects.order_by("pk").values_list("what", "asked_by"))
        backfill = SyncRun.objects.get(what="backfill")
        calls = SyncRun.objects.get(what="calls")
    assert asked == [("entities", alice.pk), ("calls", alice.pk), ("backfill", alice.pk)]
    assert backfill.window_end_at == calls.window_start_at
    assert AuditEvent.objects.filter(tenant=tenant, verb="connected", person=alice).count() == 1


def test_what_was_granted_counts_not_what_was_asked(browser, sandbox, tenant):
    back = allow(go(browser, "everything"))
    code = parse_qs(urlsplit(back).query)["code"][0]
    sandbox.state("keyyo")["codes"][code]["scopes"] = ["cti_admin"]
    browser.get(back)

    connection = only_connection(tenant)
    assert connection.credential.scopes == ["cti_admin"]
    assert "profiles.edit" not in connection.capabilities
    assert "plugins.edit" in connection.capabilities


def test_refusing_at_keyyo_connects_nothing(browser, tenant):
    answer = browser.get(allow(go(browser), press="refuse"))

    assert answer.status_code == 400
    assert "You refused at Keyyo" in answer.content.decode()
    assert count(tenant) == 0


@pytest.mark.parametrize(
    "query",
    ["", "?code=x", "?state=unknown&code=x", "?error=access_denied", "?error=server_error&state=unknown"],
)
def test_an_answer_nobody_asked_for_is_refused(browser, tenant, query):
    assert browser.get(CALLBACK + query).status_code == 400
    assert count(tenant) == 0


def test_a_state_counts_once(browser, tenant):
    back = allow(go(browser))
    browser.get(back)
    answer = browser.get(back)

    assert answer.status_code == 400
    assert count(tenant) == 1


def test_a_refused_round_uses_its_state_up(browser, tenant):
    back = allow(go(browser), press="refuse")
    browser.get(back)

    assert "used already" in browser.get(back).content.decode()


def test_another_persons_browser_cannot_finish_it(browser, client_of_person, bob, tenant):
    answer = client_of_person(bob).get(allow(go(browser)))

    assert answer.status_code == 400
    assert count(tenant) == 0
    assert AuditEvent.objects.filter(tenant=tenant, verb="refused", person=bob).exists()


def test_another_session_of_the_same_person_cannot_finish_it(browser, client_of_person, alice, tenant):
    assert client_of_person(alice).get(allow(go(browser))).status_code == 400
    assert count(tenant) == 0


def test_signed_out_one_signs_in_first(browser, client_of_person, alice):
    back = allow(go(browser))
    browser.logout()

    assert "/accounts/login/" in browser.get(back)["Location"]


def test_after_ten_minutes_it_no_longer_counts(browser, tenant):
    back = allow(go(browser))
    with unscoped("oauth"):
        AuthorizationAttempt.objects.update(created_at=timezone.now() - timedelta(minutes=11))

    assert "ten minutes" in browser.get(back).content.decode()
    assert count(tenant) == 0


def test_a_code_that_is_no_longer_good_says_start_again(browser, sandbox, tenant):
    back = allow(go(browser))
    sandbox.state("keyyo")["codes"].clear()

    assert "start again" in browser.get(back).content.decode()
    assert count(tenant) == 0


@pytest.mark.parametrize("fault", [{"status": 500}, {"drop": "after"}])
def test_a_fault_of_the_token_server_connects_nothing(browser, sandbox, tenant, fault):
    back = allow(go(browser))
    sandbox.faults.add("keyyo", "oauth.token", times=1, **fault)

    assert browser.get(back).status_code == 400
    assert count(tenant) == 0


def test_a_refused_application_is_said(browser, sandbox):
    back = allow(go(browser))
    sandbox.state("keyyo")["applications"]["5f1c0a7be2d94"]["secret"] = "another"

    assert "refuses the application" in browser.get(back).content.decode()


def test_only_who_manages_connections_may_begin(client_of_person, carol, dora, application):
    assert client_of_person(carol).get(START).status_code == 403
    assert client_of_person(carol).post(START, {"bundle": "look"}).status_code == 403
    assert client_of_person(dora).post(START, {"bundle": "look"}).status_code == 404


def test_a_bundle_that_is_not_offered_is_refused(browser):
    assert browser.post(START, {"bundle": "anything"}).status_code == 422


def test_a_second_account_gets_a_slug_of_its_own(browser, connection, tenant):
    browser.get(allow(go(browser), login="morvanne"))

    with tenant_scope(tenant):
        assert sorted(Connection.objects.values_list("slug", flat=True)) == ["alder-keyyo", "alder-keyyo-2"]


def known_lines(connection, *csis):
    with tenant_scope(connection.tenant_id):
        for csi in csis:
            Entity.objects.create(
                connection=connection,
                kind="UCaaSVoIPAccount",
                remote_id=csi,
                checksum="",
                fetched_at=timezone.now(),
            )


def test_the_same_account_again_is_the_same_connection(browser, connection, tenant):
    known_lines(connection, "33199001001")
    browser.get(allow(go(browser, "everything")))

    assert only_connection(tenant).pk == connection.pk


def test_connecting_again_keeps_the_slug_and_heals(browser, connection, credential, tenant):
    with tenant_scope(tenant):
        Credential.objects.update(state="needs_reconnect", state_reason="dead")
    path = f"/t/alder/connections/{connection.pk}/reconnect/"
    browser.get(allow(go(browser, "profiles", path)))

    healed = only_connection(tenant)
    assert (healed.pk, healed.slug) == (connection.pk, "alder-keyyo")
    assert healed.credential_id == credential.pk
    assert healed.credential.state == "working"
    assert healed.credential.scopes == ["full_access_read_only", "voip_profiles_admin"]
    assert "profiles.edit" in healed.capabilities


def test_another_account_cannot_take_a_connection_over(browser, connection, tenant):
    known_lines(connection, "33199001001")
    before = access.read_secrets(connection.credential)
    path = f"/t/alder/connections/{connection.pk}/reconnect/"
    answer = browser.get(allow(go(browser, "look", path), login="morvanne"))

    assert answer.status_code == 400
    assert "another account" in answer.content.decode()
    assert access.read_secrets(only_connection(tenant).credential) == before


def test_unlinking_deletes_the_key_and_keeps_what_was_fetched(browser, connection, tenant):
    known_lines(connection, "33199001001")
    path = f"/t/alder/connections/{connection.pk}/unlink/"
    browser.post(path, {"typed": "something else"})
    assert only_connection(tenant).unlinked_at is None

    browser.post(path, {"typed": "alder-keyyo"})
    gone = only_connection(tenant)
    assert gone.unlinked_at is not None
    assert gone.credential.secrets_sealed == ""
    assert gone.credential.state == "unlinked"
    with tenant_scope(tenant):
        assert Entity.objects.count() == 1
        assert not SyncRun.objects.filter(state__in=["waiting", "running"]).exists()


def test_an_unlinked_account_comes_back_as_itself(browser, connection, tenant, alice):
    known_lines(connection, "33199001001")
    with tenant_scope(tenant):
        unlinking.disconnect(connection, alice)
    browser.get(allow(go(browser)))

    back = only_connection(tenant)
    assert (back.pk, back.unlinked_at, back.condition) == (connection.pk, None, "working")


def test_connecting_again_goes_on_where_the_calls_stood(browser, connection, tenant):
    with tenant_scope(tenant):
        SyncRun.objects.update(state="complete", due_at=None)
        SyncState.objects.update_or_create(
            connection=connection, stream="calls", defaults={"backfilled_from": timezone.now()}
        )
    browser.get(allow(go(browser, "profiles", f"/t/alder/connections/{connection.pk}/reconnect/")))

    with tenant_scope(tenant):
        asked = SyncRun.objects.filter(state="waiting").order_by("pk").values_list("what", "window_start_at")
        assert list(asked) == [("entities", None), ("calls", None)]


def contact_round(client, connection, login="maud.terrasson", **values):
    answer = client.post(f"/t/alder/connections/{connection.pk}/contact/", values)
    return client.get(allow(answer["Location"], login=login))


def test_a_contact_reads_their_own_messages_and_nobody_elses(browser, connection, tenant, alice, bob):
    assert contact_round(browser, connection).status_code == 302
    with tenant_scope(tenant):
        connection.refresh_from_db()
        assert "voicemail.read" in connection.capabilities
        client = access.client_of(connection, as_contact=alice)
        lines = client.services("UCaaSVoIPAccount")
        client.call("services.voicemails.default.unread_messages.list", {"csi": lines[0].csi})
        with pytest.raises(Exception, match="not connected as a contact"):
            access.client_of(connection, as_contact=bob)


def test_the_customers_login_is_no_contact(browser, connection):
    answer = contact_round(browser, connection, login="corvane")

    assert answer.status_code == 400
    assert "You signed in as the customer" in answer.content.decode()


def test_who_lost_the_right_on_the_way_connects_nothing(browser, alice, tenant):
    back = allow(go(browser))
    alice.memberships.filter(tenant=tenant).update(role="viewer")

    assert browser.get(back).status_code == 400
    assert count(tenant) == 0
    with tenant_scope(tenant):
        assert AuditEvent.objects.get(verb=AuditEvent.Verb.REFUSED).detail["why"] == "right lost meanwhile"


def test_a_contact_takes_their_key_back(browser, connection, tenant, alice):
    contact_round(browser, connection)
    browser.post(f"/t/alder/connections/{connection.pk}/contact/forget/")

    with tenant_scope(tenant):
        connection.refresh_from_db()
        credential = access.contact_credential_of(connection, alice)
    assert credential.secrets_sealed == ""
    assert "voicemail.read" not in connection.capabilities


def test_slugs_are_unique_over_all_tenants(connection, application, grant, dora):
    from telephony.services.adopting import Round, adopt

    other = Tenant.objects.create(slug="alder-keyyo", name="Trap")
    with tenant_scope(other):
        asked = Round(
            tenant=other,
            person=None,
            provider=PROVIDERS["keyyo"],
            application=application,
            scopes=("full_access",),
        )
        assert adopt(asked, grant()).slug == "alder-keyyo-keyyo"


def test_an_application_whose_secret_does_not_open_is_said_in_words(browser, application, settings):
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    answer = browser.post(START, {"bundle": "look"})

    assert answer.status_code == 503
    assert "platform staff enter the secret of the application anew" in answer.content.decode()


def test_one_contact_of_two_takes_their_key_back(browser, client_of_person, connection, tenant, alice, bob):
    contact_round(browser, connection)
    contact_round(client_of_person(bob), connection)
    for client, person, left in ((client_of_person(bob), bob, alice), (browser, alice, None)):
        client.post(f"/t/alder/connections/{connection.pk}/contact/forget/")
        with tenant_scope(tenant):
            connection.refresh_from_db()
            assert connection.can("voicemail.read") is (left is not None)
            assert getattr(connection.contact_credential, "contact_person", None) == left
            assert access.contact_credential_of(connection, person).secrets_sealed == ""
