"""The pages of connections and operations, as members of different roles see them."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.scoping import tenant_scope
from portal.lib.days import midnight
from portal.lib.secrets import Secret
from telephony.models import Change, Connection, Coverage, Entity, RequestLog, SyncRun, SyncState
from telephony.services import access, request_log
from tests.whole_days import read_whole

from .test_commands import lines_of


@pytest.fixture
def browser(client_of_person, alice, connection):
    return client_of_person(alice)


@pytest.fixture
def base(connection):
    return f"/t/alder/connections/{connection.pk}/"


def text_of(answer, status=200):
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.content.decode()


def finish_runs(connection):
    with tenant_scope(connection.tenant_id):
        SyncRun.objects.update(
            state="complete", finished_at=timezone.now(), started_at=timezone.now(), due_at=None
        )


PATHS = ["", "runs/", "settings/", "cti/", "operations/", "operations/services.update/", "reconnect/", "now/"]


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_there_for_the_owner(browser, base, path):
    text_of(browser.get(base + path))


@pytest.mark.parametrize("path", PATHS)
def test_no_page_is_there_for_another_tenant(client_of_person, dora, connection, path):
    client = client_of_person(dora)
    assert client.get(f"/t/alder/connections/{connection.pk}/{path}").status_code == 404
    assert client.get(f"/t/doe/connections/{connection.pk}/{path}").status_code == 404


def test_every_page_is_reached_from_the_connection(browser, base):
    page = text_of(browser.get(base))
    for path in ("runs/", "settings/", "cti/", "operations/", "reconnect/", "live-calls/"):
        assert f'href="{base}{path}"' in page, path


def test_of_calls_is_spoken_only_where_a_provider_lists_them(browser, base, connection):
    assert "Older calls" in text_of(browser.get(base))
    with tenant_scope(connection.tenant_id):
        Connection.objects.update(capabilities=["companies.edit"])

    page = text_of(browser.get(base))
    assert "Older calls" not in page and "calls every" not in page and "objects every" in page


def test_a_viewer_sees_and_does_nothing(client_of_person, carol, base):
    client = client_of_person(carol)
    page = text_of(client.get(base))

    assert "Sync now" not in page
    assert "Unlink" not in page
    for path in ("sync/", "missing/", "pause/", "unlink/", "cti/rule/", "cti/password/"):
        assert client.post(base + path).status_code == 403
    for path in ("settings/", "cti/", "operations/", "reconnect/"):
        assert client.get(base + path).status_code == 403


def test_nothing_is_changed_by_get(browser, base):
    for path in (
        "sync/",
        "missing/",
        "pause/",
        "unlink/",
        "contact/",
        "contact/forget/",
        "cti/rule/",
        "cti/password/",
    ):
        assert browser.get(base + path).status_code == 405


def test_the_list_shows_each_connection_and_leads_to_it(browser, base):
    page = text_of(browser.get("/t/alder/connections/"))

    assert base in page
    assert "alder-keyyo" in page
    assert "Working" in page


def test_the_empty_list_leads_to_connecting(client_of_person, alice, tenant):
    page = text_of(client_of_person(alice).get("/t/alder/connections/"))

    assert "/t/alder/connections/new/" in page


def test_open_runs_are_watched_until_they_end(browser, base, connection):
    page = text_of(browser.get(base))
    assert f'hx-get="{base}now/"' in page

    finish_runs(connection)
    answer = browser.get(f"{base}now/", headers={"HX-Request": "true"})
    assert "hx-get" not in text_of(answer)
    assert answer["HX-Refresh"] == "true"


def test_sync_now_asks_for_both_and_writes_it_down(browser, base, connection, alice):
    finish_runs(connection)
    assert browser.post(f"{base}sync/").status_code == 302

    with tenant_scope(connection.tenant_id):
        asked = set(SyncRun.objects.filter(state="waiting").values_list("what", "asked_by"))
    assert asked == {("entities", alice.pk), ("calls", alice.pk)}


def test_missing_days_are_fetched_in_one_run(browser, base, connection):
    finish_runs(connection)
    zone = ZoneInfo(connection.time_zone)
    today = timezone.localdate(timezone=zone)
    with tenant_scope(connection.tenant_id):
        read_whole(connection, 9)
        for back, state in ((7, "missing"), (6, "fetching"), (5, "partial")):
            Coverage.objects.filter(day=today - timedelta(days=back)).update(state=state)
    browser.post(f"{base}missing/")

    with tenant_scope(connection.tenant_id):
        run = SyncRun.objects.get(state="waiting", what="backfill")
    assert run.window_start_at == midnight(today - timedelta(days=7), zone)
    assert run.window_end_at == midnight(today - timedelta(days=4), zone)


def test_the_calendar_says_what_it_shows(browser, base, connection):
    today = timezone.localdate(timezone=ZoneInfo(connection.time_zone))
    with tenant_scope(connection.tenant_id):
        read_whole(connection, 3)
        Coverage.objects.filter(day=today - timedelta(days=3)).update(state="missing")
    page = text_of(browser.get(base))

    assert "2 complete, 1 partial, 1 missing" in page
    assert "Fetch the missing day" in page and "unlinked" not in page

    with tenant_scope(connection.tenant_id):
        Connection.objects.update(unlinked_at=timezone.now() - timedelta(days=1))
        Coverage.objects.filter(day__gte=today - timedelta(days=1)).delete()
    page = text_of(browser.get(base))
    assert "1 complete, 0 partial, 1 missing" in page
    assert page.count(": after it was unlinked</title>") == 2 and "Fetch the missing day" not in page


def test_health_counts_what_failed(browser, base, connection):
    with tenant_scope(connection.tenant_id):
        RequestLog.objects.all().delete()
        for status in (200, 200, 503):
            RequestLog.objects.create(
                connection=connection, operation="services.list", method="GET", status=status, elapsed_ms=400
            )
    page = text_of(browser.get(base))

    assert "Answers in <b>0.4&nbsp;s</b>" in page
    assert "1 request failed" in page
    assert "HTTP 503" in page


def test_a_dead_grant_is_said_with_one_button(browser, base, connection):
    with tenant_scope(connection.tenant_id):
        row = Connection.objects.select_related("credential").get().credential
        row.state, row.state_reason = "needs_reconnect", "it was withdrawn"
        row.save()
    page = text_of(browser.get(base))

    assert "it was withdrawn" in page
    assert "Connect again" in page
    assert "Sync now" not in page


def test_pausing_and_going_on(browser, base, connection):
    browser.post(f"{base}pause/", {"pause": "1"})
    assert "The schedule is paused" in text_of(browser.get(base))

    browser.post(f"{base}pause/", {"pause": "0"})
    with tenant_scope(connection.tenant_id):
        assert Connection.objects.get().is_paused is False


def test_settings_are_kept(browser, base, connection):
    with tenant_scope(connection.tenant_id):
        SyncState.objects.update_or_create(
            connection=connection,
            stream="calls",
            defaults={"next_due_at": timezone.now() + timedelta(hours=20)},
        )
    values = {
        "name": "Paris",
        "calls_every_s": "60",
        "entities_every_s": "3600",
        "backfill_months": "6",
        "time_zone": "Europe/London",
        "currency": "GBP",
    }
    assert browser.post(f"{base}settings/", values).status_code == 302

    with tenant_scope(connection.tenant_id):
        kept = Connection.objects.get()
        state = SyncState.objects.get(stream="calls")
    assert (kept.name, kept.calls_every_s, kept.time_zone, kept.currency) == (
        "Paris",
        60,
        "Europe/London",
        "GBP",
    )
    assert state.next_due_at <= timezone.now() + timedelta(seconds=61)


def test_bad_settings_keep_what_was_typed(browser, base):
    page = text_of(browser.post(f"{base}settings/", {"name": "Typed", "calls_every_s": "7"}), 422)
    assert 'value="Typed"' in page


# ---- CTI ----


@pytest.fixture
def line(connection, sandbox):
    csi = lines_of(sandbox)[0]
    with tenant_scope(connection.tenant_id):
        Entity.objects.create(
            connection=connection,
            kind="UCaaSVoIPAccount",
            facet="line",
            is_line=True,
            remote_id=csi,
            name="Accueil",
            number=f"+{csi}",
            checksum="",
            fetched_at=timezone.now(),
        )
    return csi


def test_the_rule_names_our_address_with_its_dots_escaped(browser, base, settings):
    settings.OUR_ADDRESSES = ["203.0.113.18", "203.0.113.19"]
    page = text_of(browser.get(f"{base}cti/"))

    assert r"203\.0\.113\.18|203\.0\.113\.19" in page


def test_the_rule_is_tested_without_placing_a_call(browser, base, line, sandbox):
    page = text_of(browser.post(f"{base}cti/rule/", {"line": line}, follow=True))
    assert "neither by our address nor by a password" in page

    plugins = sandbox.provider("keyyo").line(line)[1]["plugins"]
    plugins["custom"]["parameters"]["ip_regexp"] = r"127\.0\.0\.1"
    page = text_of(browser.post(f"{base}cti/rule/", {"line": line}, follow=True))
    assert "lets our address act" in page
    assert not [one for one in sandbox.requests if one.operation in ("cti.makecall", "cti.sendsms")]


def test_a_lines_password_is_sealed_tried_and_never_shown(browser, base, line, sandbox, connection):
    password = sandbox.provider("keyyo").sip_password(line)
    page = text_of(browser.post(f"{base}cti/password/", {"line": line, "password": password}, follow=True))

    assert "accepts the SIP password" in page
    assert password not in page
    with tenant_scope(connection.tenant_id):
        row = Connection.objects.select_related("credential").get().credential
    assert password not in row.secrets_sealed
    assert access.line_secret(row.pk, line) == Secret(password)

    browser.post(f"{base}cti/password/", {"line": line, "password": ""})
    assert access.line_secret(row.pk, line) is None


def test_the_tokens_survive_a_lines_password(connection):
    with tenant_scope(connection.tenant_id):
        row = Connection.objects.select_related("credential").get().credential
        before = access.read_secrets(row)
        access.keep_line_secret(row.pk, "33199001001", Secret("sip"))
        row.refresh_from_db()

    assert access.read_secrets(row) == {**before, "line:33199001001": "sip"}


# ---- operations ----


def test_the_catalog_is_searched_by_words_area_and_effect(browser, base):
    everything = text_of(browser.get(f"{base}operations/"))
    assert "58 of 58" in everything

    page = text_of(browser.get(f"{base}operations/?q=blacklist&effect=write"))
    assert "1 of 58" in page
    assert "services.blacklist.replace" in page


def test_a_scope_that_was_not_granted_is_marked(client_of_person, alice, connection, base):
    with tenant_scope(connection.tenant_id):
        row = Connection.objects.select_related("credential").get().credential
        row.scopes = ["full_access_read_only"]
        row.save()
    page = text_of(client_of_person(alice).get(f"{base}operations/services.update/"))

    assert "The grant does not cover this" in page


def test_a_read_is_answered_at_once_with_its_request(browser, base, sandbox):
    csi = lines_of(sandbox)[0]
    page = text_of(browser.post(f"{base}operations/services.read/", {"csi": csi}))

    assert f"GET {sandbox.url}/keyyo/manager/1.0/services/{csi}" in page
    assert "Authorization: ***" in page
    assert "UCaaSVoIPAccount" in page
    assert f"manage.py call alder-keyyo services.read csi={csi}" in page


def test_a_bad_value_stands_at_its_field(browser, base):
    page = text_of(browser.post(f"{base}operations/services.read/", {"csi": ""}), 422)
    assert "This field is required" in page


def test_the_providers_refusal_is_shown(browser, base):
    page = text_of(browser.post(f"{base}operations/services.read/", {"csi": "33100000000"}))
    assert "HTTP 404" in page


def change_field(page):
    return re.search(r'name="change" value="(\d+)"', page)[1]


def test_a_write_shows_its_request_then_is_sent_once(browser, base, sandbox, connection):
    csi, path = lines_of(sandbox)[0], f"{base}operations/services.update/"
    page = text_of(browser.post(path, {"csi": csi, "name": "Le soir"}))
    assert "name=Le+soir" in page or "name=Le%20soir" in page
    writes = [
        request for request in sandbox.requests if request.method == "POST" and "/services/" in request.target
    ]
    assert writes == []

    change = change_field(page)
    text_of(browser.post(path, {"change": change}))
    again = text_of(browser.post(path, {"change": change}))
    assert "sent already" in again
    writes = [
        request for request in sandbox.requests if request.method == "POST" and "/services/" in request.target
    ]
    assert len(writes) == 1
    with tenant_scope(connection.tenant_id):
        assert Change.objects.get().state == "applied"


def test_what_cannot_be_undone_is_typed_first(browser, base, sandbox, connection):
    csi, path = lines_of(sandbox)[0], f"{base}operations/services.reset_password.create/"
    change = change_field(text_of(browser.post(path, {"csi": csi})))
    text_of(browser.post(path, {"change": change, "typed": "something"}), 422)
    with tenant_scope(connection.tenant_id):
        assert Change.objects.get().state == "draft"

    text_of(browser.post(path, {"change": change, "typed": "services.reset_password.create"}))
    with tenant_scope(connection.tenant_id):
        assert Change.objects.get().state == "applied"


def test_a_draft_of_another_operation_is_not_sent_here(browser, base, sandbox):
    csi = lines_of(sandbox)[0]
    change = change_field(
        text_of(browser.post(f"{base}operations/services.update/", {"csi": csi, "name": "A"}))
    )
    answer = browser.post(f"{base}operations/services.reset_password.create/", {"change": change})
    assert answer.status_code == 404


def test_an_unknown_operation_is_not_found(browser, base):
    assert browser.get(f"{base}operations/services.nonsense/").status_code == 404


@pytest.mark.parametrize(
    "key",
    ["services.blacklist.replace", "cti.sendsms", "directory_contacts.update", "services.profiles.create"],
)
def test_forms_are_made_from_the_catalog(browser, base, connection, key):
    if key not in connection.declaration.catalog:
        key = next(one.key for one in connection.declaration.catalog if key.split(".")[0] in one.key)
    text_of(browser.get(f"{base}operations/{key}/"))


def test_no_token_reaches_a_page(browser, base, connection, sandbox):
    with tenant_scope(connection.tenant_id):
        secrets = access.read_secrets(Connection.objects.select_related("credential").get().credential)
    csi = lines_of(sandbox)[0]
    pages = [text_of(browser.get(base + path)) for path in PATHS]
    pages.append(text_of(browser.post(f"{base}operations/services.read/", {"csi": csi})))
    pages.append(text_of(browser.post(f"{base}operations/services.update/", {"csi": csi, "name": "X"})))
    request_log.flush()

    assert not [name for name, value in secrets.items() if any(value in page for page in pages)]
    assert not any("keyyo-demo-secret" in page for page in pages)


def test_a_contact_deletes_their_own_message_by_hand(browser, base, connection, sandbox, alice):
    """Reads and writes of messages go out with the person's own contact grant."""
    from .test_connecting import contact_round

    contact_round(browser, connection, may_delete="1")
    with tenant_scope(connection.tenant_id):
        connection.refresh_from_db()
        client = access.client_as(connection, "voicemail.read", alice)
        key = "services.voicemails.default.unread_messages"
        csi, messages = next(
            (one.csi, found)
            for one in client.services("UCaaSVoIPAccount")
            if (found := client.call(f"{key}.list", {"csi": one.csi}).items)
        )
    identifier = messages[0]["identifier"]
    path = f"{base}operations/{key}.delete/"
    change = change_field(text_of(browser.post(path, {"csi": csi, "identifier": identifier})))
    text_of(browser.post(path, {"change": change, "typed": f"{key}.delete"}))

    with tenant_scope(connection.tenant_id):
        left = client.call(f"{key}.list", {"csi": csi}).items
        change = Change.objects.get()
        assert change.state == "applied"
        assert (change.before, change.seen) == (None, {}), "whoever may see changes does not see messages"
        assert "document" not in change.answer
    assert identifier not in [message["identifier"] for message in left]
