"""What a person asks of a connection's runs by its page, and what the page says of quota and silent hosts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.scoping import tenant_scope
from portal.lib.days import midnight
from telephony.models import Credential, Entity, QuotaUse, SyncRun
from telephony.providers.declaration import Pacing
from telephony.providers.registry import PROVIDERS
from telephony.services import connection_health, held_back, runs
from telephony.views.attention import attention_of
from tests.exported import exported
from tests.telephony.connections.cached_lines import read_lines
from tests.telephony.sync.test_sync import sandbox_keys, stored_keys

EARLIER = datetime(2026, 1, 1, tzinfo=UTC)
KIND = "DirectoryContact"


@pytest.fixture
def base(connection):
    return f"/t/alder/connections/{connection.pk}/"


@pytest.fixture
def browser(client_of_person, alice, connection):
    return client_of_person(alice)


def text_of(answer):
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return answer.content.decode()


def finish_all(connection):
    with tenant_scope(connection.tenant_id):
        SyncRun.objects.update(state="complete", finished_at=timezone.now(), due_at=None, lease_owner="")


@pytest.fixture
def held_run(connection, transactional_db, work):
    """A reading that lacks a hundred contacts which are known here."""
    finish_all(connection)
    with tenant_scope(connection.tenant_id):
        Entity.objects.bulk_create(
            Entity(
                connection=connection,
                kind=KIND,
                facet="contact",
                remote_id=f"gone{number}",
                name=f"Gone {number:03d}",
                fetched_at=EARLIER,
            )
            for number in range(100)
        )
        run = work(runs.request_run(connection, SyncRun.What.ENTITIES, kinds=[KIND]))
    assert run.state == SyncRun.State.PARKED
    return run


def names_left(connection):
    with tenant_scope(connection.tenant_id):
        return Entity.objects.present().filter(connection=connection, fetched_at=EARLIER).count()


# ---- a mass removal ----
@pytest.mark.django_db(transaction=True)
def test_the_page_says_how_many_would_go_and_a_person_accepts_it(
    browser, base, connection, held_run, alice, work
):
    page = text_of(browser.get(base))
    assert "suddenly lack much" in page
    assert "100 of " in page
    assert "Gone 000" in page
    assert "and 95 more" in page
    with tenant_scope(connection.tenant_id):
        attention = attention_of(connection.tenant, timezone.now())
    assert any("suddenly lack much" in one.title and one.url == base for one in attention)

    assert browser.post(base + "accept-removal/").status_code == 302
    with tenant_scope(connection.tenant_id):
        run = work(SyncRun.objects.get(state__in=runs.OPEN))
        event = AuditEvent.objects.get(detail__accepted_removal__isnull=False)
    assert (run.state, run.error) == ("complete", "")
    assert names_left(connection) == 0
    assert (event.person, event.detail) == (alice, {"accepted_removal": {KIND: 100}})
    assert "suddenly lack much" not in text_of(browser.get(base))
    with tenant_scope(connection.tenant_id):
        assert not any("suddenly" in one.title for one in attention_of(connection.tenant, timezone.now()))


@pytest.mark.django_db(transaction=True)
def test_what_is_held_back_needs_attention_as_long_as_it_is(connection, held_run):
    month = timedelta(days=30)
    with tenant_scope(connection.tenant_id):
        SyncRun.objects.update(created_at=F("created_at") - month, finished_at=F("finished_at") - month)
        attention = attention_of(connection.tenant, timezone.now())

    assert any("suddenly lack much" in one.title for one in attention)


@pytest.mark.django_db(transaction=True)
def test_who_agrees_to_some_does_not_agree_to_more(browser, base, connection, held_run, work):
    browser.post(base + "accept-removal/")
    with tenant_scope(connection.tenant_id):
        Entity.objects.create(connection=connection, kind=KIND, remote_id="one more", fetched_at=EARLIER)
        run = work(SyncRun.objects.get(state__in=runs.OPEN))
    assert run.state == SyncRun.State.PARKED
    assert names_left(connection) == 101
    assert "101 of " in text_of(browser.get(base))


@pytest.mark.django_db(transaction=True)
def test_a_list_that_is_whole_again_needs_nobody(browser, base, connection, held_run, work):
    with tenant_scope(connection.tenant_id):
        Entity.objects.filter(fetched_at=EARLIER).delete()
        work(runs.request_run(connection, SyncRun.What.ENTITIES, kinds=["DirectoryBranch"]))
        assert [one.kind for one in held_back.held_back_of(connection)] == [KIND]
        work(runs.request_run(connection, SyncRun.What.ENTITIES, kinds=[KIND]))
        assert held_back.held_back_of(connection) == []
    assert "Nothing is held back any more" in text_of(browser.post(base + "accept-removal/", follow=True))


@pytest.mark.django_db(transaction=True)
def test_a_viewer_reads_of_it_and_accepts_nothing(client_of_person, carol, dora, base, connection, held_run):
    viewer = client_of_person(carol)
    page = text_of(viewer.get(base))
    assert "100 of " in page
    assert "accept-removal" not in page
    assert viewer.post(base + "accept-removal/").status_code == 403
    assert client_of_person(dora).post(base + "accept-removal/").status_code == 404
    with tenant_scope(connection.tenant_id):
        assert not SyncRun.objects.filter(state__in=runs.OPEN).exists()


# ---- a request while a run is open ----
def test_a_second_sync_now_says_that_it_is_at_work(browser, base, connection):
    finish_all(connection)
    assert "at work already" not in text_of(browser.post(base + "sync/", follow=True))
    page = text_of(browser.post(base + "sync/", follow=True))
    assert "“All objects” is at work already" in page
    assert "“Latest calls” is at work already" in page
    with tenant_scope(connection.tenant_id):
        assert SyncRun.objects.filter(state__in=runs.OPEN).count() == 2
    finish_all(connection)
    assert "is being asked" in text_of(browser.post(base + "sync/", {"next": base}, follow=True))


def test_what_another_window_keeps_waiting_is_queued_and_shown(browser, base, connection):
    finish_all(connection)
    with tenant_scope(connection.tenant_id):
        day = timezone.now() - timedelta(days=90)
        runs.request_run(connection, SyncRun.What.CALLS, start_at=day, end_at=day + timedelta(days=2))
    page = text_of(browser.post(base + "sync/", follow=True))
    assert "“Latest calls” is queued" in page
    assert "Queued" in page


# ---- days that nobody read ----
@pytest.mark.django_db(transaction=True)
def test_days_that_nobody_read_are_missing_and_fetched_in_one_run(browser, base, connection, sandbox, work):
    """Calls of one day were read, and none of the three since, today among them; of older ones nobody asks."""
    finish_all(connection)
    zone = ZoneInfo(connection.time_zone)
    today = timezone.localdate(timezone=zone)
    begin, stopped = midnight(today - timedelta(days=3), zone), midnight(today - timedelta(days=2), zone)
    with tenant_scope(connection.tenant_id):
        read_lines(connection, "UCaaSVoIPAccount")
        work(runs.request_run(connection, SyncRun.What.CALLS, start_at=begin, end_at=stopped))
        assert stored_keys() == sandbox_keys(sandbox, "corvane", begin, stopped)

    page = text_of(browser.get(base))
    assert "1 complete, 0 partial, 3 missing" in page
    assert "Fetch what is missing of 3 days" in page
    told = json.loads(exported(browser, base, figure="coverage"))
    states = [row["state"] for row in told["rows"][-5:]]
    assert states == ["before the account", "complete", "missing", "missing", "missing"]

    assert "3 days are being fetched" in text_of(browser.post(base + "missing/", follow=True))
    with tenant_scope(connection.tenant_id):
        fetched_from = timezone.now()
        run = work(SyncRun.objects.get(state__in=runs.OPEN, what=SyncRun.What.BACKFILL))
        assert (run.state, run.error) == ("complete", "")
        window = sandbox, "corvane", begin, run.window_end_at
        least = sandbox_keys(*window, over_at=fetched_from)
        assert least <= stored_keys() <= sandbox_keys(*window, over_at=timezone.now())
    page = text_of(browser.get(base))
    assert "3 complete, 1 partial, 0 missing" in page
    assert "Fetch " not in page


# ---- quota and breaker ----
def test_a_slow_quota_has_its_panel(browser, base, connection, monkeypatch):
    assert "Quota" not in text_of(browser.get(base))
    slow = replace(PROVIDERS["keyyo"], pacing=Pacing(limit=95, window_s=900, kept=10))
    monkeypatch.setitem(PROVIDERS, "keyyo", slow)
    now = timezone.now()
    with tenant_scope(connection.tenant_id):
        counter = connection_health.quota_of(connection.credential).counter
        assert connection_health.quota_now(connection).used == 0
    for minutes, is_person in ((20, False), (10, False), (4, True), (1, False)):
        QuotaUse.objects.create(key=counter, at=now - timedelta(minutes=minutes), is_person=is_person)

    page = text_of(browser.get(base))
    assert "3 of 95 requests used" in page
    assert "1 of them by people" in page
    with tenant_scope(connection.tenant_id):
        quota = connection_health.quota_now(connection)
    assert (quota.used, quota.left, quota.cells) == (3, 92, 1)
    assert quota.frees_at == now + timedelta(minutes=5)
    assert quota.free_at == now + timedelta(minutes=14)


def test_the_page_names_the_host_that_is_silent(browser, base, connection):
    with tenant_scope(connection.tenant_id):
        Credential.objects.filter(pk=connection.credential_id).update(
            breakers={"ssl.keyyo.example": {"failures": 7, "opened_at": timezone.now().isoformat()}}
        )
    page = text_of(browser.get(base))
    assert "Keyyo does not answer at ssl.keyyo.example" in page
